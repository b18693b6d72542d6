/* SPDX-License-Identifier: Apache-2.0
 *
 * Method: the row says how long the files are and which task came last. A piece takes the row by a lease,
 * opens the files at these lengths, adds the sheets of the next tasks for a second or two, and notes the new
 * lengths. A piece that is cut off leaves bytes beyond the noted length, which the next one cuts away. When
 * no task is left, the summary, the list and the directory follow, and the digest of the whole.
 */
#include "domain/collection/collection_archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/access.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/words.h"
#include "domain/attachment/attachment.h"
#include "domain/collection/collection_inner.h"
#include "domain/collection/collection_zip.h"
#include "domain/document/document.h"
#include "domain/notify/notify.h"
#include "ledger/ledger.h"

#define LEASE_MS    (20 * 60 * 1000LL)
#define KEEP_MS     (7 * CLOCK_DAY_MS)
#define TASK_BYTES  ((size_t)3 * PRESS_OUTPUT_MAX)
#define LINE_MAX_   4096
#define HASH_PIECE  (1u << 20)
#define LIST_HEADER "\xEF\xBB\xBF文件,SM3,字节数,单位,状态,核验码,说明\r\n"

int64_t collection_archive_piece_ms = 1500;

struct archive {
    int64_t archive_id, collection_id, last_task_id, done, flawed, units, zip_bytes, dir_bytes, list_bytes,
        files, asked_by;
    struct str digest, title;
    struct collection_zip zip;
    int fd, dir_fd, list_fd;
};

/* ---- asking ---- */

enum err collection_archive_ask(struct call *call, int64_t collection_id, struct str reason,
                                int64_t *ret_archive_id)
{
    int64_t units, busy;
    struct call_who who = call_who(call);
    TRY(db_get_int(call, &units, 0,
                   "SELECT COUNT(*) FROM collection_task WHERE collection_id = $1 AND state IN ('handed_in', "
                   "'accepted')",
                   db_int(collection_id)));
    if (!units)
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.archive_empty");
    TRY(db_get_int(
        call, &busy, 0,
        "SELECT COUNT(*) FROM collection_archive WHERE collection_id = $1 AND state IN ('waiting', "
        "'building')",
        db_int(collection_id)));
    if (busy)
        return call_fail(call, ERR_REFUSED, NULL, "collection.fault.archive_busy");
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "INSERT INTO collection_archive (collection_id, state, asked_by, asked_by_name, asked_at_ms, "
               "units) VALUES ($1, 'waiting', $2, $3, $4, $5) RETURNING archive_id",
               db_int(collection_id), db_int(who.user_id), db_str(who.display_name), db_int(call->now_ms),
               db_int(units)));
    *ret_archive_id = db_col_int(&rows, 0);
    db_rows_close(&rows);
    BUF(out, LINE_MAX_);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_int(&w, "archive_id", *ret_archive_id);
    json_put_int(&w, "units", units);
    json_put_str(&w, "reason", reason);
    json_close_object(&w);
    return ledger_append(call,
                         &(struct ledger_fact){.verb = "collection.archive_asked",
                                               .subject_kind = "collection",
                                               .subject_id = collection_id,
                                               .detail = buf_str(&out)},
                         NULL);
}

enum err collection_archive_list(struct call *call, int64_t collection_id, struct json_writer *w)
{
    return db_put_rows(
        call, w, "items", &collection_archive_table,
        "SELECT archive_id, state, asked_by_name, asked_at_ms, units, done, flawed, files, zip_bytes, "
        "COALESCE(digest, ''), COALESCE(fault, ''), COALESCE(done_at_ms, 0) FROM collection_archive WHERE "
        "collection_id = $1 ORDER BY archive_id DESC LIMIT 20",
        db_int(collection_id));
}

static const char *path_of(struct call *call, int64_t archive_id, const char *ending)
{
    return str_format(call->arena, "%s/archives/%lld.%s", (const char *)call->app, (long long)archive_id,
                      ending)
        .at;
}

enum err collection_archive_open(struct call *call, int64_t collection_id, int64_t archive_id,
                                 const char **ret_path)
{
    DB_ROWS(rows);
    TRY(db_one(call, &rows,
               "SELECT state FROM collection_archive WHERE archive_id = $1 AND collection_id = $2",
               db_int(archive_id), db_int(collection_id)));
    bool done = str_is(db_col_str(&rows, 0), "done");
    *ret_path = path_of(call, archive_id, "zip");
    if (!done || access(*ret_path, R_OK) != 0)
        return call_fail(call, ERR_REFUSED, NULL,
                         done ? "collection.fault.archive_gone" : "collection.fault.archive_not_done");
    return ERR_OK;
}

/* ---- files ---- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static enum err open_one(struct call *call, const struct archive *archive, const char *ending, int *ret)
{
    *ret = open(path_of(call, archive->archive_id, ending), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*ret >= 0)
        return ERR_OK;
    log_error("archive: %s", strerror(errno));
    return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
}

static enum err open_files(struct call *call, struct archive *archive)
{
    if (mkdir(str_format(call->arena, "%s/archives", (const char *)call->app).at, 0700) != 0 &&
        errno != EEXIST)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    TRY(open_one(call, archive, "zip", &archive->fd));
    TRY(open_one(call, archive, "dir", &archive->dir_fd));
    TRY(open_one(call, archive, "list", &archive->list_fd));
    if (ftruncate(archive->list_fd, (off_t)archive->list_bytes) != 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    return collection_zip_open(call, &archive->zip, archive->fd, archive->dir_fd, archive->zip_bytes,
                               archive->dir_bytes, archive->files);
}

static enum err append_line(struct call *call, struct archive *archive, struct str line)
{
    ssize_t wrote = pwrite(archive->list_fd, line.at, line.len, (off_t)archive->list_bytes);
    if (wrote != (ssize_t)line.len)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    archive->list_bytes += wrote;
    return ERR_OK;
}

/* A spreadsheet takes what begins with one of these for a formula. */
static void put_cell(struct buf *out, struct str text)
{
    bool formula = text.len && strchr("=+-@\t\r", text.at[0]);
    buf_add_char(out, '"');
    if (formula)
        buf_add_char(out, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '"')
            buf_add_char(out, '"');
        buf_add_char(out, text.at[i]);
    }
    buf_add_char(out, '"');
}

struct sheet {
    int64_t task_id, document_id;
    struct str unit_name, state, code, scan_digest;
};

static enum err list_file(struct call *call, struct archive *archive, struct str name,
                          const struct collection_zip_member *member, const struct sheet *sheet,
                          struct str said)
{
    BUF(line, LINE_MAX_);
    put_cell(&line, name);
    buf_add_char(&line, ',');
    if (member)
        buf_add_str(&line, str_hex(call->arena, member->digest.bytes, sizeof(member->digest.bytes)));
    buf_add_char(&line, ',');
    if (member)
        buf_add_str(&line, str_format(call->arena, "%lld", (long long)member->size));
    const struct str more[] = {sheet ? sheet->unit_name : STR(""),
                               sheet ? words_enum(call, "collection_task_state", sheet->state) : STR(""),
                               sheet ? sheet->code : STR(""), said};
    for (size_t i = 0; i < 4; i++) {
        buf_add_char(&line, ',');
        put_cell(&line, more[i]);
    }
    buf_add_str(&line, STR("\r\n"));
    TRY(buf_check(&line));
    return append_line(call, archive, buf_str(&line));
}

/* A name that every system can unpack. */
static struct str member_name(struct call *call, const char *folder, int64_t no, struct str name,
                              const char *ending)
{
    struct str made =
        str_format(call->arena, "%s/%05lld-%.*s%s", folder, (long long)no, STR_ARG(name), ending);
    char *at = (char *)(uintptr_t)made.at;
    for (size_t i = strlen(folder) + 1; i < made.len; i++)
        if (strchr("/\\:*?\"<>|", at[i]) || (unsigned char)at[i] < ' ')
            at[i] = '_';
    return made;
}

/* ---- the sheets of a task ---- */

static enum err add_sheet(struct call *call, struct archive *archive, const struct sheet *sheet,
                          enum press_format format)
{
    struct str bytes, name = member_name(call, "报送表", archive->done + 1, sheet->unit_name,
                                         format == PRESS_PDF ? ".pdf" : ".docx");
    struct collection_zip_member member;
    if (document_render(call, sheet->document_id, format, &bytes, NULL) != ERR_OK) {
        log_warn("archive %lld: document %lld could not be drawn", (long long)archive->archive_id,
                 (long long)sheet->document_id);
        call->faults = call->last_fault = NULL;
        archive->flawed++;
        return list_file(call, archive, name, NULL, sheet, STR("未能生成"));
    }
    TRY(collection_zip_bytes(call, &archive->zip, name, bytes, &member));
    return list_file(call, archive, name, &member, sheet, STR(""));
}

static const char *ending_of(struct str media_type)
{
    static const char *const endings[][2] = {
        {"application/pdf", ".pdf"}, {"image/jpeg", ".jpg"}, {"image/png", ".png"}, {"image/tiff", ".tif"}};
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (str_is(media_type, endings[i][0]))
            return endings[i][1];
    return "";
}

static enum err add_stored(struct call *call, struct archive *archive, struct str name, struct str digest,
                           const struct sheet *sheet)
{
    struct collection_zip_member member;
    const char *path;
    __attribute__((cleanup(close_fd))) int from = -1;
    if (attachment_open(call, call->app, digest, &path) == ERR_OK)
        from = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0) {
        call->faults = call->last_fault = NULL;
        archive->flawed++;
        return list_file(call, archive, name, NULL, sheet, STR("原件缺失或已损坏"));
    }
    TRY(collection_zip_file(call, &archive->zip, name, from, &member));
    return list_file(call, archive, name, &member, sheet, STR(""));
}

static enum err add_scan(struct call *call, struct archive *archive, const struct sheet *sheet)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT media_type FROM attachment WHERE digest = $1 ORDER BY attachment_id LIMIT 1",
                 db_str(sheet->scan_digest)));
    struct str type = db_next(&rows) ? db_col_copy(call, &rows, 0) : STR("");
    TRY(db_end(&rows));
    return add_stored(call, archive,
                      member_name(call, "盖章扫描件", archive->done + 1, sheet->unit_name, ending_of(type)),
                      sheet->scan_digest, sheet);
}

/* Faults stay out of the way: each task is drawn in a call of its own, and its memory goes with it. */
static enum err add_task(struct call *call, struct archive *archive, const struct sheet *sheet)
{
    ARENA(arena, TASK_BYTES);
    struct call drawing = *call;
    drawing.arena = arena;
    drawing.faults = drawing.last_fault = NULL;
    enum err word = ERR_OK;
    if (sheet->document_id) {
        word = add_sheet(&drawing, archive, sheet, PRESS_PDF);
        if (word == ERR_OK)
            word = add_sheet(&drawing, archive, sheet, PRESS_DOCX);
    }
    if (word == ERR_OK && sheet->scan_digest.len)
        word = add_scan(&drawing, archive, sheet);
    if (word != ERR_OK)
        return call_fail(call, word, NULL, "collection.fault.no_space");
    archive->last_task_id = sheet->task_id;
    archive->done++;
    return ERR_OK;
}

static enum err next_task(struct call *call, const struct archive *archive, struct sheet *ret,
                          bool *ret_found)
{
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "SELECT t.task_id, t.document_id, u.unit_name, t.state, t.verify_code, t.scan_digest FROM "
                 "collection_task t JOIN org_unit u ON u.unit_id = t.unit_id WHERE t.collection_id = $1 AND "
                 "t.task_id > $2 AND t.state IN ('handed_in', 'accepted') ORDER BY t.task_id LIMIT 1",
                 db_int(archive->collection_id), db_int(archive->last_task_id)));
    *ret_found = db_next(&rows);
    if (*ret_found)
        *ret = (struct sheet){db_col_int(&rows, 0),        db_col_int(&rows, 1),
                              db_col_copy(call, &rows, 2), db_col_copy(call, &rows, 3),
                              db_col_copy(call, &rows, 4), db_col_copy(call, &rows, 5)};
    return db_end(&rows);
}

/* ---- the end ---- */

static enum err add_summary(struct call *call, struct archive *archive)
{
    struct collection_zip_member member;
    __attribute__((cleanup(close_fd))) int fd = -1;
    const char *path = path_of(call, archive->archive_id, "xlsx");
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    (void)unlink(path);
    if (fd < 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    TRY(collection_export(call, archive->collection_id, true, fd));
    if (lseek(fd, 0, SEEK_SET) != 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    TRY(collection_zip_file(call, &archive->zip, STR("汇总表.xlsx"), fd, &member));
    return list_file(call, archive, STR("汇总表.xlsx"), &member, NULL, STR(""));
}

static enum err add_given(struct call *call, struct archive *archive)
{
    int64_t no = 0;
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT file_name, digest FROM attachment WHERE subject_kind = 'collection' AND subject_id = "
        "$1 AND state = 'filed' ORDER BY attachment_id",
        db_int(archive->collection_id)));
    while (db_next(&rows))
        TRY(add_stored(call, archive,
                       member_name(call, "随任务下发的文件", ++no, db_col_copy(call, &rows, 0), ""),
                       db_col_copy(call, &rows, 1), NULL));
    return db_end(&rows);
}

static enum err hash_whole(struct call *call, struct archive *archive)
{
    struct crypt_sm3_state *state = crypt_sm3_start(call->arena);
    char *piece = arena_alloc(call->arena, HASH_PIECE);
    for (int64_t at = 0; at < archive->zip.at;) {
        ssize_t got = pread(archive->fd, piece, HASH_PIECE, (off_t)at);
        if (got <= 0)
            return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
        crypt_sm3_add(state, piece, (size_t)got);
        at += got;
    }
    struct crypt_sm3 digest = crypt_sm3_end(state);
    archive->digest = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    return ERR_OK;
}

static enum err finish(struct call *call, struct archive *archive)
{
    struct collection_zip_member member;
    TRY(add_summary(call, archive));
    TRY(add_given(call, archive));
    if (lseek(archive->list_fd, 0, SEEK_SET) != 0)
        return call_fail(call, ERR_FAILED, NULL, "collection.fault.no_space");
    TRY(collection_zip_file(call, &archive->zip, STR("清单.csv"), archive->list_fd, &member));
    TRY(collection_zip_end(call, &archive->zip));
    TRY(hash_whole(call, archive));
    (void)unlink(path_of(call, archive->archive_id, "dir"));
    (void)unlink(path_of(call, archive->archive_id, "list"));
    return ERR_OK;
}

/* ---- pieces ---- */

struct work {
    struct call *call;
    struct archive *archive;
    struct str fault;
    bool taken;
};

static enum err take_on_lane(struct db *db, void *context)
{
    struct work *work = context;
    struct call call = *work->call;
    int64_t counted;
    call.db = db;
    TRY(db_run_counted(&call, &counted,
                       "UPDATE collection_archive SET state = 'building', lease_until_ms = $2 WHERE "
                       "archive_id = $1 AND state IN ('waiting', 'building') AND (lease_until_ms IS NULL OR "
                       "lease_until_ms < $3)",
                       db_int(work->archive->archive_id), db_int(call.now_ms + LEASE_MS),
                       db_int(call.now_ms)));
    work->taken = counted == 1;
    return ERR_OK;
}

static enum err note_on_lane(struct db *db, void *context)
{
    struct work *work = context;
    const struct archive *archive = work->archive;
    struct call call = *work->call;
    const char *state = work->fault.len ? "failed" : archive->digest.len ? "done" : "building";
    call.db = db;
    TRY(db_run(
        &call,
        "UPDATE collection_archive SET state = $2, done = $3, flawed = $4, last_task_id = $5, zip_bytes "
        "= $6, dir_bytes = $7, list_bytes = $8, files = $9, digest = $10, fault = $11, done_at_ms = "
        "$12, lease_until_ms = NULL, units = CASE WHEN units < $3 THEN $3 ELSE units END WHERE "
        "archive_id = $1",
        db_int(archive->archive_id), db_c(state), db_int(archive->done), db_int(archive->flawed),
        db_int(archive->last_task_id), db_int(archive->zip.at), db_int(archive->zip.dir_at),
        db_int(archive->list_bytes), db_int(archive->zip.many), db_str_or_null(archive->digest),
        db_str_or_null(work->fault), db_int_or_null(archive->digest.len ? call.now_ms : 0)));
    if (str_is(str_of(state), "building"))
        return ERR_OK;
    TRY(notify_user(
        &call, archive->asked_by,
        &(struct notify_message){
            .key = archive->digest.len ? "collection.notice.archived" : "collection.notice.archive_failed",
            .args = {archive->title, work->fault},
            .url = str_format(call.arena, "/collections/%lld", (long long)archive->collection_id),
            .subject_kind = "collection",
            .subject_id = archive->collection_id}));
    if (!archive->digest.len)
        return ERR_OK;
    struct str detail = str_format(
        call.arena, "{\"archive_id\":%lld,\"digest\":\"%.*s\",\"files\":%lld,\"units\":%lld,\"flawed\":%lld}",
        (long long)archive->archive_id, STR_ARG(archive->digest), (long long)archive->zip.many,
        (long long)archive->done, (long long)archive->flawed);
    return ledger_append(&call,
                         &(struct ledger_fact){.verb = "collection.archived",
                                               .subject_kind = "collection",
                                               .subject_id = archive->collection_id,
                                               .detail = detail},
                         NULL);
}

static enum err find_open(struct call *call, struct archive *ret, bool *ret_found)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT a.archive_id, a.collection_id, a.last_task_id, a.done, a.flawed, a.units, "
        "a.zip_bytes, a.dir_bytes, a.list_bytes, a.files, a.asked_by, c.title FROM "
        "collection_archive a JOIN collection c ON c.collection_id = a.collection_id WHERE a.state "
        "IN ('waiting', 'building') AND (a.lease_until_ms IS NULL OR a.lease_until_ms < $1) ORDER BY "
        "a.archive_id LIMIT 1",
        db_int(call->now_ms)));
    *ret_found = db_next(&rows);
    if (*ret_found)
        *ret = (struct archive){.archive_id = db_col_int(&rows, 0),
                                .collection_id = db_col_int(&rows, 1),
                                .last_task_id = db_col_int(&rows, 2),
                                .done = db_col_int(&rows, 3),
                                .flawed = db_col_int(&rows, 4),
                                .units = db_col_int(&rows, 5),
                                .zip_bytes = db_col_int(&rows, 6),
                                .dir_bytes = db_col_int(&rows, 7),
                                .list_bytes = db_col_int(&rows, 8),
                                .files = db_col_int(&rows, 9),
                                .asked_by = db_col_int(&rows, 10),
                                .title = db_col_copy(call, &rows, 11),
                                .fd = -1,
                                .dir_fd = -1,
                                .list_fd = -1};
    return db_end(&rows);
}

static enum err work_on(struct call *call, struct archive *archive)
{
    int64_t until = clock_now_ms() + collection_archive_piece_ms;
    TRY(open_files(call, archive));
    if (!archive->list_bytes)
        TRY(append_line(call, archive, STR(LIST_HEADER)));
    do {
        struct sheet sheet;
        bool found;
        TRY(next_task(call, archive, &sheet, &found));
        if (!found)
            return finish(call, archive);
        TRY(add_task(call, archive, &sheet));
    } while (clock_now_ms() < until);
    return ERR_OK;
}

enum err collection_archive_piece(struct call *call, struct db_lane *lane, bool *ret_more)
{
    struct archive archive;
    bool found;
    if (!call->app)
        return ERR_OK; /* no data folder: a program without one */
    TRY(find_open(call, &archive, &found));
    if (!found)
        return ERR_OK;
    struct work work = {.call = call, .archive = &archive};
    TRY(db_lane_wait(lane, take_on_lane, &work));
    if (!work.taken)
        return ERR_OK;
    enum err word = work_on(call, &archive);
    close_fd(&archive.fd);
    close_fd(&archive.dir_fd);
    close_fd(&archive.list_fd);
    if (word != ERR_OK) {
        archive.digest = STR_NONE;
        work.fault = words_get(CALL_ZH, call->faults ? call->faults->key : "collection.fault.no_space");
        log_error("archive %lld: %s", (long long)archive.archive_id, err_word(word));
    }
    *ret_more = word == ERR_OK && !archive.digest.len;
    return db_lane_wait(lane, note_on_lane, &work);
}

/* ---- the daily sweep ---- */

enum err collection_archive_sweep(struct call *call)
{
    static const char *const endings[] = {"zip", "dir", "list", "xlsx"};
    DB_ROWS(rows);
    TRY(db_query(call, &rows,
                 "UPDATE collection_archive SET state = 'dropped' WHERE state IN ('done', 'failed') AND "
                 "asked_at_ms < $1 RETURNING archive_id",
                 db_int(call->now_ms - KEEP_MS)));
    while (call->app && db_next(&rows))
        for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
            (void)unlink(path_of(call, db_col_int(&rows, 0), endings[i]));
    return db_end(&rows);
}
