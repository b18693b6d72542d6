/* SPDX-License-Identifier: Apache-2.0
 * Method: the encoding is settled before the first byte is parsed. Without a mark or a declaration the whole
 * file is read once and checked: valid UTF-8 is UTF-8, anything else is read as GB18030, which is what Excel
 * and domestic scanners write. A wrong guess half-way would already have delivered records. UTF-8 goes
 * through unconverted; others through iconv. */
#include "helpers/paper/work.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char *const encoding_names[PAPER_ENCODINGS] = {"UTF-8",    "GB18030",    "UTF-16LE",
                                                            "UTF-16BE", "ISO-8859-1", "BIG5"};

const char *paper_encoding_name(enum paper_encoding encoding)
{
    return encoding == PAPER_UTF16LE || encoding == PAPER_UTF16BE ? "UTF-16" : encoding_names[encoding];
}

void paper_work_open(struct paper_work *work, struct arena *arena, int fd, struct str memory)
{
    memset(work, 0, sizeof *work);
    work->arena = arena;
    work->fd = fd;
    work->memory = memory;
    work->body.max = (size_t)1 << 20;
    for (int i = 0; i < PAPER_ENCODINGS; i++)
        work->converters[i] = i == PAPER_UTF8 ? (iconv_t)-1 : iconv_open("UTF-8", encoding_names[i]);
    work->bytes = fd >= 0 ? lseek(fd, 0, SEEK_END) : (int64_t)memory.len;
    paper_work_rewind(work);
}

void paper_work_close(struct paper_work *work)
{
    for (int i = 0; i < PAPER_ENCODINGS; i++)
        if (work->converters[i] != (iconv_t)-1)
            iconv_close(work->converters[i]);
    buf_free(&work->body);
}

ptrdiff_t paper_work_read(struct paper_work *work, void *at, size_t len)
{
    ptrdiff_t got;
    if (work->fd >= 0) {
        do
            got = read(work->fd, at, len);
        while (got < 0 && errno == EINTR);
    } else {
        size_t left = work->memory.len - (size_t)work->at;
        got = (ptrdiff_t)(len < left ? len : left);
        if (got > 0)
            memcpy(at, work->memory.at + work->at, (size_t)got);
    }
    if (got > 0)
        work->at += got;
    return got;
}

static void go_to(struct paper_work *work, int64_t place)
{
    if (work->fd >= 0)
        (void)lseek(work->fd, place, SEEK_SET);
    work->at = place;
    work->raw_at = work->raw_end = 0;
    work->raw_eof = false;
}

void paper_work_rewind(struct paper_work *work)
{
    go_to(work, 0);
}

size_t paper_work_peek(struct paper_work *work, char *at, size_t len)
{
    size_t have = 0;
    go_to(work, 0);
    while (have < len) {
        ptrdiff_t got = paper_work_read(work, at + have, len - have);
        if (got <= 0)
            break;
        have += (size_t)got;
    }
    go_to(work, 0);
    return have;
}

enum err paper_work_fail(struct paper_work *work, enum err word, const char *key, int64_t row,
                         struct str arg0, struct str arg1)
{
    if (work->key) /* the first fault is the cause; later ones follow from it */
        return work->word;
    work->word = word;
    work->key = key;
    work->row = row;
    work->args[0] = str_copy(work->arena, arg0);
    work->args[1] = str_copy(work->arena, arg1);
    work->many_args = arg1.len ? 2 : arg0.len ? 1 : 0;
    return word;
}

/* ---- encodings ---- */

/* Bytes at the end of a piece that may be the start of a sequence cut in two. */
static size_t cut_tail(const char *at, size_t len)
{
    for (size_t back = 1; back <= 3 && back <= len; back++) {
        unsigned char c = (unsigned char)at[len - back];
        if ((c & 0xC0) == 0x80)
            continue;
        size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
        return need > back ? back : 0;
    }
    return 0;
}

/* Where the first byte stands that is no UTF-8; len when there is none. ASCII is stepped over eight bytes at
 * a time. NULs pass: whether they are wanted is decided elsewhere. */
static size_t first_bad(const char *at, size_t len)
{
    size_t i = 0;
    while (i < len) {
        uint64_t eight;
        if (i + 8 <= len && (memcpy(&eight, at + i, 8), (eight & 0x8080808080808080u) == 0)) {
            i += 8;
        } else if ((unsigned char)at[i] < 0x80) {
            i++;
        } else {
            size_t end = i;
            while (end < len && (unsigned char)at[end] >= 0x80)
                end++;
            if (!utf8_valid((struct str){at + i, end - i}))
                return i;
            i = end;
        }
    }
    return len;
}

static bool all_utf8(struct paper_work *work)
{
    size_t kept = 0;
    bool good = true;
    go_to(work, 0);
    while (good) {
        ptrdiff_t got = paper_work_read(work, work->raw + kept, sizeof work->raw - kept);
        if (got <= 0)
            break;
        size_t len = kept + (size_t)got, tail = cut_tail(work->raw, len);
        good = first_bad(work->raw, len - tail) == len - tail;
        memmove(work->raw, work->raw + len - tail, tail);
        kept = tail;
    }
    go_to(work, 0);
    return good && kept == 0;
}

static bool declared_encoding(struct str name, enum paper_encoding *ret)
{
    static const struct {
        const char *name;
        enum paper_encoding encoding;
    } known[] = {
        {"utf-8", PAPER_UTF8},          {"utf8", PAPER_UTF8},          {"us-ascii", PAPER_UTF8},
        {"ascii", PAPER_UTF8},          {"gbk", PAPER_GB18030},        {"gb2312", PAPER_GB18030},
        {"gb18030", PAPER_GB18030},     {"gb_2312-80", PAPER_GB18030}, {"cp936", PAPER_GB18030},
        {"utf-16", PAPER_UTF16LE},      {"utf-16le", PAPER_UTF16LE},   {"utf-16be", PAPER_UTF16BE},
        {"iso-8859-1", PAPER_LATIN1},   {"iso8859-1", PAPER_LATIN1},   {"latin1", PAPER_LATIN1},
        {"windows-1252", PAPER_LATIN1}, {"iso-8859-15", PAPER_LATIN1}, {"big5", PAPER_BIG5},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (name.len == strlen(known[i].name) && strncasecmp(name.at, known[i].name, name.len) == 0) {
            *ret = known[i].encoding;
            return true;
        }
    return false;
}

enum err paper_text_open(struct paper_work *work, struct str declared)
{
    unsigned char head[4] = {0};
    size_t have = paper_work_peek(work, (char *)head, sizeof head);
    int64_t start = 0;
    if (have >= 3 && head[0] == 0xEF && head[1] == 0xBB && head[2] == 0xBF) {
        work->encoding = PAPER_UTF8;
        start = 3;
    } else if (have >= 2 && head[0] == 0xFF && head[1] == 0xFE) {
        work->encoding = PAPER_UTF16LE;
        start = 2;
    } else if (have >= 2 && head[0] == 0xFE && head[1] == 0xFF) {
        work->encoding = PAPER_UTF16BE;
        start = 2;
    } else if (have >= 4 && head[0] == '<' && head[1] == 0) {
        work->encoding = PAPER_UTF16LE;
    } else if (have >= 4 && head[0] == 0 && head[1] == '<') {
        work->encoding = PAPER_UTF16BE;
    } else if (declared.len > 0) {
        if (!declared_encoding(declared, &work->encoding))
            return paper_work_fail(work, ERR_INVALID, "paper.fault.encoding", 1, declared, STR_NONE);
        if (work->encoding == PAPER_UTF16LE || work->encoding == PAPER_UTF16BE)
            work->encoding = PAPER_UTF8; /* it was read as single bytes up to here, so it is not UTF-16 */
    } else {
        work->encoding = all_utf8(work) ? PAPER_UTF8 : PAPER_GB18030;
    }
    if (work->encoding != PAPER_UTF8) {
        if (work->converters[work->encoding] == (iconv_t)-1)
            return paper_work_fail(work, ERR_INVALID, "paper.fault.encoding", 1,
                                   str_of(paper_encoding_name(work->encoding)), STR_NONE);
        (void)iconv(work->converters[work->encoding], NULL, NULL, NULL, NULL);
    }
    go_to(work, start);
    return ERR_OK;
}

/* The line of a raw byte, by reading the file again: it is needed once, for a fault. */
static int64_t line_of(struct paper_work *work, int64_t place)
{
    int64_t line = 1;
    go_to(work, 0);
    while (work->at < place) {
        size_t want = sizeof work->raw;
        if ((int64_t)want > place - work->at)
            want = (size_t)(place - work->at);
        ptrdiff_t got = paper_work_read(work, work->raw, want);
        if (got <= 0)
            break;
        for (ptrdiff_t i = 0; i < got; i++)
            line += work->raw[i] == '\n';
    }
    return line;
}

static enum err bad_byte(struct paper_work *work, const char *key, int64_t place)
{
    char offset[24];
    struct str text = {offset, (size_t)snprintf(offset, sizeof offset, "%lld", (long long)place)};
    return paper_work_fail(work, ERR_INVALID, key, line_of(work, place), text,
                           str_of(paper_encoding_name(work->encoding)));
}

static enum err refill(struct paper_work *work)
{
    memmove(work->raw, work->raw + work->raw_at, work->raw_end - work->raw_at);
    work->raw_end -= work->raw_at;
    work->raw_at = 0;
    ptrdiff_t got = paper_work_read(work, work->raw + work->raw_end, sizeof work->raw - work->raw_end);
    if (got < 0)
        return paper_work_fail(work, ERR_FAILED, "paper.fault.read", 0, STR_NONE, STR_NONE);
    work->raw_eof = got == 0;
    work->raw_end += (size_t)got;
    return ERR_OK;
}

/* A character cut in two by the end of a piece waits in raw for the next one. */
static enum err read_utf8(struct paper_work *work, char *at, size_t len, size_t *ret_len)
{
    size_t kept = work->raw_end;
    memcpy(at, work->raw, kept);
    ptrdiff_t got = paper_work_read(work, at + kept, len - kept);
    if (got < 0)
        return paper_work_fail(work, ERR_FAILED, "paper.fault.read", 0, STR_NONE, STR_NONE);
    size_t whole = kept + (size_t)got, tail = got > 0 ? cut_tail(at, whole) : 0;
    int64_t from = work->at - (int64_t)whole;
    size_t bad = first_bad(at, whole - tail);
    const char *nul = memchr(at, 0, bad);
    if (nul)
        return bad_byte(work, "paper.fault.nul", from + (nul - at));
    if (bad < whole - tail)
        return bad_byte(work, "paper.fault.bytes", from + (int64_t)bad);
    memcpy(work->raw, at + whole - tail, tail);
    work->raw_end = tail;
    *ret_len = whole - tail;
    /* A piece of nothing but half a character is not the end. */
    return *ret_len == 0 && tail > 0 ? read_utf8(work, at, len, ret_len) : ERR_OK;
}

enum err paper_text_read(struct paper_work *work, char *at, size_t len, size_t *ret_len)
{
    *ret_len = 0;
    if (work->encoding == PAPER_UTF8)
        return read_utf8(work, at, len, ret_len);
    char *to = at;
    size_t room = len;
    while (room > len / 2) {
        if (work->raw_end - work->raw_at < 16 && !work->raw_eof)
            TRY(refill(work));
        if (work->raw_at == work->raw_end)
            break;
        char *from = work->raw + work->raw_at;
        size_t left = work->raw_end - work->raw_at;
        size_t made = iconv(work->converters[work->encoding], &from, &left, &to, &room);
        int why = errno;
        work->raw_at = work->raw_end - left;
        if (made != (size_t)-1 || why == E2BIG)
            continue;
        if (why == EINVAL && !work->raw_eof && left < 8) {
            TRY(refill(work));
            continue;
        }
        return bad_byte(work, "paper.fault.bytes", work->at - (int64_t)left);
    }
    *ret_len = len - room;
    if (*ret_len > 0 && memchr(at, 0, *ret_len))
        return bad_byte(work, "paper.fault.nul", work->at);
    return ERR_OK;
}
