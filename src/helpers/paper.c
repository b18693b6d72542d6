/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper.h"
#include "helpers/paper_wire.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WALL_BASE_MS    60000
#define WALL_BYTES_A_MS 2048 /* a very slow machine parses 2 MB a second */
#define FILE_MAX        ((int64_t)1 << 30)

bool paper_ranges_have(struct str ranges, int32_t port)
{
    struct str part;
    while (str_cut(&ranges, ',', &part)) {
        part = str_trim(part);
        size_t dash = 0;
        int64_t low = 0, high = 0;
        if (str_find(part, STR("-"), &dash)) {
            if (!str_to_int(str_slice(part, 0, dash), &low) ||
                !str_to_int(str_slice(part, dash + 1, part.len), &high))
                continue;
        } else if (str_to_int(part, &low)) {
            high = low;
        } else {
            continue;
        }
        if (port >= low && port <= high)
            return true;
    }
    return false;
}

bool paper_decode(struct str body, struct paper_fields *ret)
{
    memset(ret, 0, sizeof *ret);
    uint8_t tag;
    struct str value;
    bool bad = false;
    while (helper_field(&body, &tag, &value, &bad)) {
        if (tag < PAPER_TEXTS) {
            if (!utf8_valid(value))
                return false;
            ret->text[tag] = value;
        } else if (tag < PAPER_NUMBERS) {
            ret->number[tag - PAPER_TEXTS] = helper_int(value);
        }
    }
    return !bad;
}

void paper_put_cell(struct buf *body, const struct paper_cell *cell, int64_t *skip)
{
    if (cell->text.len == 0) {
        ++*skip;
        return;
    }
    if (*skip > 0)
        helper_put_int(body, PAPER_N_SKIP, *skip);
    *skip = 0;
    helper_put(body,
               (uint8_t)(PAPER_CELL_TAG + (unsigned)cell->kind + (cell->merged ? PAPER_CELL_MERGED : 0)),
               cell->text);
}

bool paper_decode_row(struct str body, int64_t *ret_row, struct paper_cell *cells, size_t max,
                      size_t *ret_many)
{
    uint8_t tag;
    struct str value;
    bool bad = false;
    size_t many = 0;
    *ret_row = 0;
    while (helper_field(&body, &tag, &value, &bad)) {
        if (tag == PAPER_N_ROW) {
            *ret_row = helper_int(value);
        } else if (tag == PAPER_N_SKIP) {
            int64_t skip = helper_int(value);
            if (skip < 0 || (uint64_t)skip > max - many)
                return false;
            for (int64_t i = 0; i < skip; i++)
                cells[many++] = (struct paper_cell){0};
        } else if (tag >= PAPER_CELL_TAG) {
            unsigned kind = tag & (PAPER_CELL_MERGED - 1);
            if (many >= max || kind > PAPER_BROKEN || !utf8_valid(value))
                return false;
            cells[many++] =
                (struct paper_cell){(enum paper_cell_kind)kind, (tag & PAPER_CELL_MERGED) != 0, value};
        }
    }
    *ret_many = many;
    return !bad;
}

enum err paper_lied(struct call *call, struct helper *helper)
{
    helper_stop(helper);
    return call_fail(call, ERR_INVALID, "file", "helper.fault.died", STR("frame"));
}

enum err paper_open(struct call *call, const char *path, const char *job, const char *word,
                    struct helper **ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat about;
    if (fd < 0)
        return call_fail(call, errno == ENOENT ? ERR_NOT_FOUND : ERR_FAILED, "file", "paper.fault.open",
                         str_copy(call->arena, str_of(path)), str_of(strerror(errno)));
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
        close(fd);
        return call_fail(call, ERR_INVALID, "file", "paper.fault.not_a_file",
                         str_copy(call->arena, str_of(path)));
    }
    if (about.st_size > FILE_MAX) {
        close(fd);
        return call_fail(call, ERR_TOO_LARGE, "file", "paper.fault.large", STR("1 GB"));
    }
    struct helper_job start = {
        .program = "anze-paper",
        .job = job,
        .words = {word},
        .in_fd = fd,
        .out_fd = HELPER_NO_FD,
        .wall_ms = WALL_BASE_MS + about.st_size / WALL_BYTES_A_MS,
        .key_prefix = "paper.",
    };
    enum err word_of_start = helper_start(call, &start, ret);
    close(fd);
    return word_of_start;
}
