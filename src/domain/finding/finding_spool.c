/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. A file of 100 MB must not sit in memory, and the database must not wait while the helper reads it.
 * So what the helper says is written, piece by piece, to an unlinked file in the data folder; when the whole
 * file was good, the pieces are read back through a mapping, and the transaction runs at the speed of the
 * database.
 */
#include "domain/finding/finding_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/crypt.h"
#include "base/log.h"
#include "db/db.h"

#define FLUSH_AT  (1 << 20)
#define PIECE_MAX (2 << 20)

static void close_spool(void *thing)
{
    close((int)(intptr_t)thing - 1);
}

static enum err flush(struct finding_scan *scan)
{
    struct str text = buf_str(scan->frame);
    TRY(buf_check(scan->frame));
    while (text.len) {
        ssize_t wrote = write(scan->spool, text.at, text.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return call_fail(scan->call, errno == ENOSPC ? ERR_BUSY : ERR_FAILED, "file",
                             "finding.fault.spool");
        text = str_slice(text, (size_t)wrote, text.len);
        scan->spooled += wrote;
    }
    scan->frame->len = 0;
    return ERR_OK;
}

static enum err put_piece(struct finding_scan *scan, enum finding_spool_kind kind, const int64_t *numbers,
                          const struct str *texts, size_t many)
{
    struct {
        uint32_t kind, many;
        int64_t numbers[6];
    } head = {.kind = (uint32_t)kind, .many = (uint32_t)many};
    memcpy(head.numbers, numbers, sizeof(head.numbers));
    buf_add(scan->frame, &head, sizeof(head));
    for (size_t i = 0; i < many; i++) {
        uint32_t len = (uint32_t)texts[i].len;
        buf_add(scan->frame, &len, sizeof(len));
        buf_add_str(scan->frame, texts[i]);
    }
    return scan->frame->len > FLUSH_AT ? flush(scan) : buf_check(scan->frame);
}

static enum err on_begin(void *context, const struct paper_scan_head *head)
{
    struct finding_scan *scan = context;
    scan->format = str_copy(scan->call->arena, head->format);
    scan->tool = str_copy(scan->call->arena, head->tool);
    scan->version = str_copy(scan->call->arena, head->version);
    scan->started_ms = head->started_ms;
    return ERR_OK;
}

static enum err on_host(void *context, const struct paper_scan_host *host)
{
    int64_t numbers[6] = {host->up};
    struct str texts[] = {host->address, host->name, host->names};
    struct finding_scan *scan = context;
    if (scan->started_ms == 0)
        scan->started_ms = host->started_ms;
    return put_piece(scan, SPOOL_HOST, numbers, texts, 3);
}

static enum err on_port(void *context, const struct paper_scan_port *port)
{
    int64_t numbers[6] = {port->port};
    struct str texts[] = {port->address, port->name,    port->protocol, port->state,
                          port->service, port->product, port->version};
    return put_piece(context, SPOOL_PORT, numbers, texts, 7);
}

static enum err on_record(void *context, const struct paper_scan_record *record)
{
    int64_t numbers[6] = {record->port, record->severity, record->cvss10, record->place, record->kind};
    struct str texts[] = {record->address,     record->name,     record->protocol, record->url,
                          record->path,        record->rule,     record->title,    record->cves,
                          record->description, record->remedy,   record->evidence, record->unique,
                          record->location,    record->dismissed};
    return put_piece(context, SPOOL_RECORD, numbers, texts, 14);
}

static enum err on_cover(void *context, const struct paper_scan_cover *cover)
{
    int64_t numbers[6] = {cover->answer, cover->count};
    struct str texts[] = {cover->address, cover->name, cover->protocol, cover->ranges, cover->named};
    return put_piece(context, SPOOL_COVER, numbers, texts, 5);
}

static enum err on_end(void *context, const struct paper_scan_counts *counts)
{
    struct finding_scan *scan = context;
    scan->counts = *counts;
    return flush(scan);
}

/* The digest by which a file is known again. */
static enum err digest_file(struct call *call, const char *path, struct finding_scan *scan)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return call_fail(call, ERR_INVALID, "file", "finding.fault.unreadable");
    struct crypt_sm3_state *state = crypt_sm3_start(call->arena);
    char *part = arena_alloc(call->arena, FLUSH_AT);
    ssize_t len;
    while ((len = read(fd, part, FLUSH_AT)) > 0) {
        crypt_sm3_add(state, part, (size_t)len);
        scan->file_size += len;
    }
    close(fd);
    struct crypt_sm3 digest = crypt_sm3_end(state);
    scan->digest = str_hex(call->arena, digest.bytes, sizeof(digest.bytes));
    return len < 0 ? ERR_FAILED : ERR_OK;
}

/* A file that was imported before says nothing new: what it counted is told from that import. */
static enum err known_before(struct call *call, struct finding_scan *scan)
{
    DB_ROWS(rows);
    TRY(db_query(
        call, &rows,
        "SELECT format, records, hosts, hosts_up, open_ports FROM finding_import WHERE file_digest = $1",
        db_str(scan->digest)));
    scan->known = db_next(&rows);
    if (scan->known) {
        scan->format = db_col_copy(call, &rows, 0);
        scan->counts.records = db_col_int(&rows, 1);
        scan->counts.hosts = db_col_int(&rows, 2);
        scan->counts.hosts_up = db_col_int(&rows, 3);
        scan->counts.open_ports = db_col_int(&rows, 4);
    }
    return db_end(&rows);
}

enum err finding_scan_read(struct call *call, const char *path, struct str file_name, const char *data_dir,
                           struct finding_scan **ret)
{
    struct finding_scan *scan = ARENA_NEW(call->arena, struct finding_scan);
    scan->call = call;
    scan->file_name = str_copy(call->arena, file_name.len ? file_name : STR("scan"));
    TRY(digest_file(call, path, scan));
    TRY(known_before(call, scan));
    if (scan->known) {
        scan->call = NULL;
        *ret = scan;
        return ERR_OK;
    }
    struct str name = str_format(call->arena, "%s/scan-XXXXXX", data_dir);
    scan->spool = mkostemp((char *)(uintptr_t)name.at, O_CLOEXEC);
    if (scan->spool < 0)
        return call_fail(call, ERR_FAILED, "file", "finding.fault.spool");
    unlink(name.at);
    arena_defer(call->arena, close_spool, (void *)(intptr_t)(scan->spool + 1));
    BUF(frame, FLUSH_AT + PIECE_MAX);
    scan->frame = &frame;
    struct paper_scan_sink sink = {scan, on_begin, on_host, on_port, on_record, on_cover, on_end};
    TRY(paper_read_scan(call, path, &sink));
    scan->frame = NULL;
    scan->call = NULL;
    *ret = scan;
    return ERR_OK;
}

/* ---- reading back ---- */

#define BEHIND (4u << 20)

struct finding_spool {
    const char *at, *end;
    void *map;
    size_t len, released; /* released: from the start, not held in memory any more */
};

static void unmap(void *thing)
{
    struct finding_spool *spool = thing;
    if (spool->map)
        munmap(spool->map, spool->len);
}

enum err finding_spool_open(struct call *call, const struct finding_scan *scan, struct finding_spool **ret)
{
    struct finding_spool *spool = ARENA_NEW(call->arena, struct finding_spool);
    spool->len = (size_t)scan->spooled;
    if (spool->len) {
        spool->map = mmap(NULL, spool->len, PROT_READ, MAP_PRIVATE, scan->spool, 0);
        if (spool->map == MAP_FAILED) {
            spool->map = NULL;
            return ERR_FAILED;
        }
        (void)madvise(spool->map, spool->len, MADV_SEQUENTIAL);
        arena_defer(call->arena, unmap, spool);
    }
    spool->at = spool->map;
    spool->end = spool->at + spool->len;
    *ret = spool;
    return ERR_OK;
}

/* What has been read is let go of, piece by piece; a text that is looked at again comes back from the file.
 */
static void let_go(struct finding_spool *spool)
{
    size_t done = (size_t)(spool->at - (const char *)spool->map);
    if (done < spool->released + 2 * BEHIND)
        return;
    (void)madvise((char *)spool->map + spool->released, BEHIND, MADV_DONTNEED);
    spool->released += BEHIND;
}

enum err finding_spool_next(struct finding_spool *spool, struct finding_piece *ret)
{
    struct {
        uint32_t kind, many;
        int64_t numbers[6];
    } head;
    memset(ret, 0, sizeof(*ret));
    if (spool->at == spool->end)
        return ERR_OK;
    if ((size_t)(spool->end - spool->at) < sizeof(head))
        return ERR_FAILED;
    let_go(spool);
    memcpy(&head, spool->at, sizeof(head));
    spool->at += sizeof(head);
    ret->kind = (enum finding_spool_kind)head.kind;
    memcpy(ret->numbers, head.numbers, sizeof(head.numbers));
    for (uint32_t i = 0; i < head.many && i < SPOOL_TEXTS; i++) {
        uint32_t len;
        if ((size_t)(spool->end - spool->at) < sizeof(len))
            return ERR_FAILED;
        memcpy(&len, spool->at, sizeof(len));
        spool->at += sizeof(len);
        if ((size_t)(spool->end - spool->at) < len)
            return ERR_FAILED;
        ret->texts[i] = (struct str){spool->at, len};
        spool->at += len;
    }
    return ERR_OK;
}
