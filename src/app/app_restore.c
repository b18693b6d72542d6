/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. Everything is unpacked into a folder beside the target and judged there: the digest of the
 * manifest, the name, size and digest of every member, that none is missing and none too many; then what they
 * hold: the database's own check, the whole ledger (against an outside head when one is given), a file for
 * every attachment. Only then does the folder take the target's name. A target that holds anything is
 * refused; with --force it is moved aside, never overwritten. Sessions of the time of the backup are ended.
 */
#include "app/app_backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "app/app.h"
#include "app/app_tar.h"
#include "base/clock.h"
#include "base/words.h"
#include "ledger/ledger.h"

struct member {
    struct app_tar_member about;
    struct member *next;
};

struct restore {
    struct app_args *args;
    struct call call;
    const char *archive, *target, *fresh;
    FILE *tar;
    struct member *first, *last;
    struct buf manifest, digest;
    struct ledger_verdict verdict;
    int64_t files, bytes;
    bool said_ok; /* what the manifest says of the ledger */
};

static enum err trouble(struct restore *restore, const char *path)
{
    struct str why = str_copy(restore->call.arena, str_of(strerror(errno)));
    return call_fail(&restore->call, ERR_FAILED, NULL, "app.backup.io", str_of(path), why);
}

static enum err damaged(struct restore *restore, const char *what)
{
    return call_fail(&restore->call, ERR_INVALID, NULL, "app.restore.damaged", str_of(restore->archive),
                     str_copy(restore->call.arena, str_of(what)));
}

/* ---- unpacking ---- */

static enum err make_folders(struct restore *restore, const char *name)
{
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *path =
            str_format(restore->call.arena, "%s/%.*s", restore->fresh, (int)(slash - name), name).at;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return trouble(restore, path);
    }
    return ERR_OK;
}

static enum err unpack(struct restore *restore, struct app_tar_member *member)
{
    const char *path = str_format(restore->call.arena, "%s/%s", restore->fresh, member->name).at;
    if (!app_tar_name_ok(str_of(member->name)))
        return damaged(restore, member->name);
    TRY(make_folders(restore, member->name));
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno == EEXIST ? damaged(restore, member->name) : trouble(restore, path);
    enum err word = app_tar_copy(restore->tar, member, fd);
    if (word == ERR_OK && fsync(fd) != 0)
        word = ERR_FAILED;
    if (word == ERR_FAILED)
        word = trouble(restore, path);
    close(fd);
    if (word == ERR_INVALID)
        return damaged(restore, member->name);
    TRY(word);
    restore->files++;
    restore->bytes += member->size;
    return ERR_OK;
}

/* The manifest and its digest come last, in this order; nothing follows. */
static enum err unpack_all(struct restore *restore)
{
    for (bool end = false; !end;) {
        struct member *member = ARENA_NEW(restore->call.arena, struct member);
        enum err word = app_tar_next(restore->tar, &member->about, &end);
        if (word != ERR_OK)
            return damaged(restore, restore->last ? restore->last->about.name : "");
        if (end)
            break;
        if (restore->digest.len || (restore->manifest.len && strcmp(member->about.name, BACKUP_DIGEST) != 0))
            return damaged(restore, member->about.name);
        bool manifest = strcmp(member->about.name, BACKUP_MANIFEST) == 0;
        if (manifest || strcmp(member->about.name, BACKUP_DIGEST) == 0) {
            word = app_tar_copy_bytes(restore->tar, &member->about,
                                      manifest ? &restore->manifest : &restore->digest);
            if (word != ERR_OK)
                return damaged(restore, member->about.name);
            continue;
        }
        TRY(unpack(restore, &member->about));
        if (restore->last)
            restore->last->next = member;
        else
            restore->first = member;
        restore->last = member;
    }
    return restore->manifest.len && restore->digest.len ? ERR_OK : damaged(restore, BACKUP_MANIFEST);
}

/* ---- the manifest ---- */

static enum err check_members(struct restore *restore, const struct json *files)
{
    struct arena *arena = restore->call.arena;
    struct member *member = restore->first;
    for (size_t i = 0; i < json_count(files); i++, member = member->next) {
        const struct json *file = json_item(files, i);
        struct str path = json_text(json_get(file, "path"));
        if (!member || !str_is(path, member->about.name) ||
            json_int(json_get(file, "size"), -1) != member->about.size ||
            !str_eq(json_text(json_get(file, "sm3")),
                    str_hex(arena, member->about.digest.bytes, CRYPT_SM3_LEN)))
            return damaged(restore, str_c(arena, path));
    }
    return member ? damaged(restore, member->about.name) : ERR_OK;
}

static enum err check_manifest(struct restore *restore)
{
    struct arena *arena = restore->call.arena;
    struct str text = buf_str(&restore->manifest);
    struct crypt_sm3 digest = crypt_sm3(text);
    const struct json *manifest;
    struct str line = str_format(arena, "%s\n", str_hex(arena, digest.bytes, CRYPT_SM3_LEN).at);
    if (!str_eq(line, buf_str(&restore->digest)))
        return damaged(restore, BACKUP_MANIFEST);
    if (json_parse(arena, text, &manifest, NULL) != ERR_OK)
        return damaged(restore, BACKUP_MANIFEST);
    restore->said_ok = json_bool(json_get(json_get(manifest, "ledger"), "ok"), false);
    return check_members(restore, json_get(manifest, "files"));
}

/* ---- what the files hold ---- */

static enum err read_head(struct restore *restore, struct buf *head)
{
    char part[4096];
    FILE *file = fopen(restore->args->head, "re");
    if (!file)
        return trouble(restore, restore->args->head);
    for (size_t len; (len = fread(part, 1, sizeof part, file)) > 0;)
        buf_add(head, part, len);
    fclose(file);
    return buf_check(head);
}

static void progress(int64_t done, int64_t of)
{
    app_progress("ledger", done, of);
}

static enum err check_attachments(struct restore *restore)
{
    struct call *call = &restore->call;
    DB_ROWS(rows);
    TRY(db_query(call, &rows, "SELECT DISTINCT digest FROM attachment"));
    while (db_next(&rows)) {
        struct str digest = db_col_str(&rows, 0);
        const char *name =
            str_format(call->arena, "attachments/%.2s/%.2s/%.*s", digest.at, digest.at + 2, STR_ARG(digest))
                .at;
        if (digest.len != 64 || access(str_format(call->arena, "%s/%s", restore->fresh, name).at, R_OK) != 0)
            return damaged(restore, name);
    }
    return db_end(&rows);
}

static enum err check_database(struct restore *restore, struct str head)
{
    struct call *call = &restore->call;
    DB_ROWS(rows);
    TRY(db_one(call, &rows, "PRAGMA integrity_check(1)"));
    if (!str_is(db_col_str(&rows, 0), "ok"))
        return damaged(restore, BACKUP_DB);
    db_rows_close(&rows);
    TRY(ledger_verify(call, head, restore->args->json ? NULL : progress, &restore->verdict));
    if (!restore->verdict.ok && !(restore->args->force && !restore->said_ok)) {
        struct str why =
            words_fill(call->arena, call->lang, restore->verdict.why, &restore->verdict.why_detail, 1);
        return call_fail(call, ERR_INVALID, NULL, "app.restore.ledger",
                         str_format(call->arena, "%lld", (long long)restore->verdict.bad_seq), why);
    }
    return check_attachments(restore);
}

static enum err check_contents(struct restore *restore)
{
    char why[256] = "";
    struct db *db;
    BUF(head, 1 << 20);
    if (restore->args->head)
        TRY(read_head(restore, &head));
    if (db_open(str_format(restore->call.arena, "%s/" BACKUP_DB, restore->fresh).at, DB_READ, &db, why) !=
        ERR_OK)
        return damaged(restore, BACKUP_DB);
    restore->call.db = db;
    enum err word = check_database(restore, restore->args->head ? buf_str(&head) : STR_NONE);
    restore->call.db = NULL;
    db_close(db);
    /* Looking left its marks beside the file; the database is whole without them. */
    unlink(str_format(restore->call.arena, "%s/" BACKUP_DB "-shm", restore->fresh).at);
    unlink(str_format(restore->call.arena, "%s/" BACKUP_DB "-wal", restore->fresh).at);
    return word;
}

/* ---- taking the name ---- */

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    int many = 0;
    while (dir && readdir(dir))
        many++;
    if (dir)
        closedir(dir);
    return many == 2;
}

static enum err check_target(struct restore *restore)
{
    struct stat about;
    if (lstat(restore->target, &about) != 0)
        return errno == ENOENT ? ERR_OK : trouble(restore, restore->target);
    if (S_ISDIR(about.st_mode) && is_empty(restore->target))
        return ERR_OK;
    return restore->args->force
               ? ERR_OK
               : call_fail(&restore->call, ERR_REFUSED, NULL, "app.restore.target", str_of(restore->target));
}

static enum err take_name(struct restore *restore)
{
    const char *aside =
        str_format(restore->call.arena, "%s.before-%lld", restore->target, (long long)restore->call.now_ms)
            .at;
    if (rmdir(restore->target) != 0 && errno != ENOENT && rename(restore->target, aside) != 0)
        return trouble(restore, restore->target);
    return rename(restore->fresh, restore->target) == 0 ? ERR_OK : trouble(restore, restore->fresh);
}

static int drop_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about, (void)kind, (void)place;
    return remove(path);
}

/* ---- afterwards, in the restored database ---- */

static enum err end_sessions(struct call *call)
{
    int64_t users[1024];
    size_t many;
    int64_t after = 0;
    do {
        DB_ROWS(rows);
        many = 0;
        TRY(db_query(
            call, &rows,
            "SELECT DISTINCT user_id FROM access_session WHERE user_id > $1 ORDER BY user_id LIMIT 1024",
            db_int(after)));
        while (db_next(&rows))
            users[many++] = after = db_col_int(&rows, 0);
        TRY(db_end(&rows));
        for (size_t i = 0; i < many; i++)
            TRY(access_session_end_all(call, users[i], 0));
    } while (many);
    return ERR_OK;
}

static enum err note(struct call *call, void *context)
{
    const struct restore *restore = context;
    struct str detail =
        str_format(call->arena, "{\"files\":%lld,\"bytes\":%lld,\"entries\":%lld}", (long long)restore->files,
                   (long long)restore->bytes, (long long)restore->verdict.entries);
    TRY(end_sessions(call));
    return ledger_append(
        call, &(struct ledger_fact){.verb = "backup.restored", .subject_kind = "server", .detail = detail},
        NULL);
}

static enum err write_note(struct restore *restore)
{
    struct app app;
    struct app_args args = *restore->args;
    args.data_dir = restore->target;
    args.db = str_format(restore->call.arena, "%s/" BACKUP_DB, restore->target).at;
    TRY(app_open(&args, false, &app));
    struct call call = app_call(&app);
    enum err word = app_write(&app, &call, note, restore);
    app_close(&app);
    return word;
}

static enum err run(struct restore *restore)
{
    TRY(check_target(restore));
    restore->tar = fopen(restore->archive, "re");
    if (!restore->tar)
        return trouble(restore, restore->archive);
    if (mkdir(restore->fresh, 0700) != 0)
        return trouble(restore, restore->fresh);
    enum err word = unpack_all(restore);
    if (word == ERR_OK)
        word = check_manifest(restore);
    if (word == ERR_OK)
        word = check_contents(restore);
    if (word == ERR_OK)
        word = take_name(restore);
    if (word != ERR_OK)
        (void)nftw(restore->fresh, drop_one, 16, FTW_DEPTH | FTW_PHYS);
    return word == ERR_OK ? write_note(restore) : word;
}

static void tell(struct restore *restore)
{
    struct call *call = &restore->call;
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    struct str numbers[3] = {str_of(restore->target),
                             str_format(call->arena, "%lld", (long long)restore->files),
                             str_format(call->arena, "%lld", (long long)restore->verdict.entries)};
    struct str said = words_fill(call->arena, call->lang, "app.restore.done", numbers, 3);
    json_open_object(&w, NULL);
    json_put_c(&w, "data", restore->target);
    json_put_int(&w, "files", restore->files);
    json_put_int(&w, "bytes", restore->bytes);
    json_put_int(&w, "entries", restore->verdict.entries);
    json_put_bool(&w, "ledger_ok", restore->verdict.ok);
    json_close_object(&w);
    if (restore->args->json)
        app_print(&out);
    else
        printf("%.*s\n", STR_ARG(said));
}

int app_restore(struct app_args *args)
{
    if (args->many_words != 1)
        return app_complain(args, "restore FILE --data FOLDER");
    const char *env = getenv("ANZE_DATA");
    struct arena *arena = arena_new(1024u << 20);
    struct restore *restore = ARENA_NEW(arena, struct restore);
    restore->args = args;
    restore->archive = args->words[0];
    restore->call = (struct call){
        .arena = arena, .now_ms = clock_now_ms(), .lang = args->lang, .actor = &access_local_admin};
    struct str target = str_of(args->data_dir ? args->data_dir : env && *env ? env : "data");
    while (target.len > 1 && target.at[target.len - 1] == '/')
        target.len--;
    restore->target = str_c(arena, target);
    restore->fresh = str_format(arena, "%s.restoring", restore->target).at;
    restore->manifest.max = BACKUP_MANIFEST_MAX;
    restore->digest.max = 256;
    enum err word = run(restore);
    if (restore->tar)
        fclose(restore->tar);
    if (word == ERR_OK)
        tell(restore);
    int code = word == ERR_OK ? (restore->verdict.ok ? 0 : 1) : app_fail(args, &restore->call, word);
    buf_free(&restore->manifest);
    buf_free(&restore->digest);
    arena_free(arena);
    return code;
}
