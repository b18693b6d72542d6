/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. One file, a plain tar: the database as one consistent copy (taken while the server runs), the
 * attachments, the signing key, what else an operator put into the folder; last a manifest with the SM3
 * digest of every member, and the digest of the manifest. The copy comes first and attachments only ever
 * grow, so every row finds its file. The ledger is proved in the copy and the verdict goes into the manifest.
 * The file appears under its name only when it is whole and on the disk. Left out: accounts.txt, config.json
 * (where the database lies is a matter of the machine), uploads under way.
 */
#include "app/app_backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/app.h"
#include "app/app_tar.h"
#include "base/clock.h"
#include "base/words.h"
#include "ledger/ledger.h"

struct backup {
    struct app *app;
    struct call *call;
    const char *out, *part, *copy; /* the archive, the archive while it is written, the database's copy */
    FILE *tar;
    struct json_writer manifest;
    int64_t files, bytes, damaged;
    struct ledger_verdict verdict;
};

static enum err trouble(struct call *call, const char *path)
{
    struct str why = str_copy(call->arena, str_of(strerror(errno)));
    return call_fail(call, ERR_FAILED, NULL, "app.backup.io", str_of(path), why);
}

/* ---- members ---- */

static enum err add_file(struct backup *backup, const char *name, const char *path)
{
    struct app_tar_member member = {0};
    struct stat about;
    struct str digest = STR_NONE;
    snprintf(member.name, sizeof member.name, "%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return trouble(backup->call, path);
    enum err word = fstat(fd, &about) == 0 && S_ISREG(about.st_mode) ? ERR_OK : ERR_FAILED;
    member.size = about.st_size;
    if (word == ERR_OK)
        word = app_tar_add(backup->tar, fd, &member, backup->call->now_ms / 1000);
    if (word == ERR_FAILED)
        word = trouble(backup->call, path);
    else if (word != ERR_OK)
        word = call_fail(backup->call, ERR_CONFLICT, NULL, "app.backup.moving", str_of(path));
    close(fd);
    TRY(word);
    digest = str_hex(backup->call->arena, member.digest.bytes, CRYPT_SM3_LEN);
    json_open_object(&backup->manifest, NULL);
    json_put_c(&backup->manifest, "path", name);
    json_put_int(&backup->manifest, "size", member.size);
    json_put_str(&backup->manifest, "sm3", digest);
    json_close_object(&backup->manifest);
    backup->files++;
    backup->bytes += member.size;
    /* An attachment's name is its digest. One that rotted is kept as it is and told of. */
    if (str_starts(str_of(name), STR("attachments/")) && !str_ends(str_of(name), digest)) {
        backup->damaged++;
        (void)call_fail(backup->call, ERR_INVALID, NULL, "app.backup.rotten",
                        str_copy(backup->call->arena, str_of(name)));
    }
    return ERR_OK;
}

/* What of the data folder itself goes along: the key, whatever an operator put there. */
static bool wanted(const char *name)
{
    static const char *const left_out[] = {"accounts.txt",  "config.json", APP_HEAD_MARK,
                                           "anze.db",       "anze.db-wal", "anze.db-shm",
                                           BACKUP_MANIFEST, BACKUP_DIGEST, NULL};
    for (size_t i = 0; left_out[i]; i++)
        if (strcmp(left_out[i], name) == 0)
            return false;
    return app_tar_name_ok(str_of(name));
}

/* depth 0: the data folder; below: attachments/, attachments/ab/, attachments/ab/cd/. */
static enum err add_folder(struct backup *backup, const char *below, int depth)
{
    struct arena *arena = backup->call->arena;
    const char *path = str_format(arena, "%s/%s", backup->app->data_dir, below).at;
    struct dirent **found;
    int many = scandir(path, &found, NULL, alphasort);
    enum err word = ERR_OK;
    if (many < 0)
        return errno == ENOENT && depth == 1 ? ERR_OK : trouble(backup->call, path);
    for (int i = 0; i < many; i++) {
        const char *name = str_format(arena, "%s%s%s", below, depth ? "/" : "", found[i]->d_name).at;
        const char *from = str_format(arena, "%s/%s", backup->app->data_dir, name).at;
        struct stat about;
        bool dots = found[i]->d_name[0] == '.';
        free(found[i]);
        if (word != ERR_OK || dots || lstat(from, &about) != 0)
            continue;
        if (S_ISDIR(about.st_mode) && depth > 0 && depth < 3)
            word = add_folder(backup, name, depth + 1);
        else if (S_ISREG(about.st_mode) &&
                 (depth == 3 ? app_tar_name_ok(str_of(name)) : depth == 0 && wanted(name)))
            word = add_file(backup, name, from);
    }
    free(found);
    return word;
}

/* ---- the database ---- */

/* The copy is what will be restored, so the copy is what is proved. */
static enum err prove_copy(struct backup *backup)
{
    char why[256] = "";
    struct db *db;
    struct call call = *backup->call;
    if (db_open(backup->copy, DB_READ, &db, why) != ERR_OK)
        return call_fail(backup->call, ERR_FAILED, NULL, "app.backup.copy",
                         str_copy(backup->call->arena, str_of(why)));
    call.db = db;
    enum err word = ledger_verify(&call, STR_NONE, NULL, &backup->verdict);
    db_close(db);
    backup->call->faults = call.faults;
    backup->call->last_fault = call.last_fault;
    backup->call->faults_count = call.faults_count;
    return word;
}

static enum err add_database(struct backup *backup)
{
    char why[256] = "";
    unlink(backup->copy);
    enum err word = db_copy(backup->app->db, backup->copy, why);
    if (word == ERR_REFUSED)
        return call_fail(backup->call, ERR_REFUSED, NULL, "app.backup.postgres");
    if (word != ERR_OK)
        return call_fail(backup->call, ERR_FAILED, NULL, "app.backup.copy",
                         str_copy(backup->call->arena, str_of(why)));
    TRY(prove_copy(backup));
    return add_file(backup, BACKUP_DB, backup->copy);
}

static enum err add_everything(struct backup *backup)
{
    BUF(text, BACKUP_MANIFEST_MAX);
    struct json_writer *w = &backup->manifest;
    *w = json_writer(&text);
    json_open_object(w, NULL);
    json_put_c(w, "anze", ANZE_VERSION);
    json_put_int(w, "made_at_ms", backup->call->now_ms);
    json_open_array(w, "files");
    TRY(add_database(backup));
    TRY(add_folder(backup, "", 0));
    TRY(add_folder(backup, "attachments", 1));
    json_close_array(w);
    json_open_object(w, "ledger");
    json_put_bool(w, "ok", backup->verdict.ok);
    json_put_int(w, "entries", backup->verdict.entries);
    json_put_int(w, "heads", backup->verdict.heads);
    json_close_object(w);
    json_close_object(w);
    TRY(buf_check(&text));
    struct str manifest = buf_str(&text);
    struct crypt_sm3 digest = crypt_sm3(manifest);
    struct str line =
        str_format(backup->call->arena, "%s\n", str_hex(backup->call->arena, digest.bytes, CRYPT_SM3_LEN).at);
    int64_t at_s = backup->call->now_ms / 1000;
    if (app_tar_add_bytes(backup->tar, BACKUP_MANIFEST, manifest, at_s) != ERR_OK ||
        app_tar_add_bytes(backup->tar, BACKUP_DIGEST, line, at_s) != ERR_OK ||
        app_tar_end(backup->tar) != ERR_OK)
        return trouble(backup->call, backup->part);
    return ERR_OK;
}

/* ---- the file ---- */

static enum err sync_folder_of(struct call *call, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder =
        slash ? str_copy(call->arena, (struct str){path, (size_t)(slash - path) + 1}).at : ".";
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good ? ERR_OK : trouble(call, folder);
}

static enum err write_archive(struct backup *backup)
{
    int fd = open(backup->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    backup->tar = fd < 0 ? NULL : fdopen(fd, "we");
    if (!backup->tar)
        return trouble(backup->call, backup->part);
    enum err word = add_everything(backup);
    if (word == ERR_OK && (fflush(backup->tar) != 0 || fsync(fd) != 0))
        word = trouble(backup->call, backup->part);
    if (fclose(backup->tar) != 0 && word == ERR_OK)
        word = trouble(backup->call, backup->part);
    if (word == ERR_OK && rename(backup->part, backup->out) != 0)
        word = trouble(backup->call, backup->out);
    if (word == ERR_OK)
        word = sync_folder_of(backup->call, backup->out);
    return word;
}

static enum err note(struct call *call, void *context)
{
    const struct backup *backup = context;
    struct str detail =
        str_format(call->arena, "{\"files\":%lld,\"bytes\":%lld,\"entries\":%lld}", (long long)backup->files,
                   (long long)backup->bytes, (long long)backup->verdict.entries);
    return ledger_append(
        call, &(struct ledger_fact){.verb = "backup.made", .subject_kind = "server", .detail = detail}, NULL);
}

static void say_fault(struct call *call, const struct call_fault *fault)
{
    struct str text = words_fault(call, NULL, fault);
    fprintf(stderr, "anze: %.*s\n", STR_ARG(text));
}

static int tell(struct app_args *args, struct backup *backup)
{
    BUF(out, 1 << 20);
    struct json_writer w = json_writer(&out);
    struct call *call = backup->call;
    bool good = backup->verdict.ok && backup->damaged == 0;
    struct str numbers[3] = {str_of(backup->out), str_format(call->arena, "%lld", (long long)backup->files),
                             str_format(call->arena, "%lld", (long long)backup->bytes)};
    if (!backup->verdict.ok)
        (void)call_fail(call, ERR_INVALID, NULL, "app.backup.ledger_broken");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next)
        say_fault(call, fault);
    json_open_object(&w, NULL);
    json_put_c(&w, "file", backup->out);
    json_put_int(&w, "files", backup->files);
    json_put_int(&w, "bytes", backup->bytes);
    json_put_int(&w, "damaged", backup->damaged);
    json_put_bool(&w, "ledger_ok", backup->verdict.ok);
    json_put_int(&w, "entries", backup->verdict.entries);
    json_close_object(&w);
    struct str said = words_fill(call->arena, call->lang, "app.backup.done", numbers, 3);
    if (args->json)
        app_print(&out);
    else
        printf("%.*s\n", STR_ARG(said));
    return good ? 0 : 1;
}

int app_backup(struct app_args *args)
{
    struct app app;
    const char *out = args->file ? args->file : args->many_words == 1 ? args->words[0] : NULL;
    if (!out)
        return app_complain(args, "backup --out FILE");
    if (access(out, F_OK) == 0 && !args->force)
        return app_complain(args, "%s: is there already; choose another name, or --force", out);
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct backup backup = {.app = &app,
                            .call = &call,
                            .out = out,
                            .part = str_format(app.arena, "%s.part", out).at,
                            .copy = str_format(app.arena, "%s.db", out).at};
    unlink(backup.part);
    enum err word = write_archive(&backup);
    unlink(backup.copy);
    unlink(backup.part);
    if (word == ERR_OK)
        word = app_write(&app, &call, note, &backup);
    int code = word == ERR_OK ? tell(args, &backup) : app_fail(args, &call, word);
    app_close(&app);
    return code;
}
