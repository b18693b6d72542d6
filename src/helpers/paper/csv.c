/* SPDX-License-Identifier: Apache-2.0
 * Method: one pass over pieces of text with three states (start of a field, plain, quoted); runs without a
 * special byte are copied whole. The record's bytes lie in one buffer, fields are offsets into it, and become
 * slices when it is complete. */
#include "helpers/paper/csv.h"
#include <stdio.h>
#include <string.h>

#define PIECE      ((size_t)64 * 1024)
#define RECORD_MAX ((size_t)8 << 20)

enum mode { START, PLAIN, QUOTED, CLOSED };

static enum err more(struct paper_csv *csv)
{
    csv->piece_at = 0;
    TRY(paper_text_read(csv->work, csv->piece, PIECE, &csv->piece_len));
    csv->eof = csv->piece_len == 0;
    return ERR_OK;
}

#define SNIFF_LINES 20

/* The separator of which some line near the top has most outside quotes: notes may stand above the header. A
 * line "sep=;" (Excel) says it outright. */
static void sniff(struct paper_csv *csv)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    size_t counts[sizeof candidates] = {0}, most = 0;
    bool quoted = false;
    csv->separator = ',';
    if (csv->piece_len > 5 && memcmp(csv->piece, "sep=", 4) == 0 &&
        (csv->piece[5] == '\r' || csv->piece[5] == '\n')) {
        csv->separator = csv->piece[4];
        csv->piece_at = csv->piece[5] == '\r' && csv->piece_len > 6 ? 7 : 6;
        csv->next_line = 2;
        return;
    }
    int lines = 0;
    for (size_t i = 0; i < csv->piece_len && lines < SNIFF_LINES; i++) {
        char c = csv->piece[i];
        if (c == '"')
            quoted = !quoted;
        for (size_t k = 0; k < sizeof candidates && !quoted; k++)
            counts[k] += c == candidates[k];
        if (quoted || (c != '\n' && i + 1 < csv->piece_len))
            continue;
        lines++;
        for (size_t k = 0; k < sizeof candidates; k++) {
            if (counts[k] > most) {
                most = counts[k];
                csv->separator = candidates[k];
            }
            counts[k] = 0;
        }
    }
}

enum err paper_csv_open(struct paper_csv *csv, struct paper_work *work)
{
    memset(csv, 0, sizeof *csv);
    csv->work = work;
    csv->text.max = RECORD_MAX;
    csv->next_line = 1;
    csv->columns_max = PAPER_CSV_COLUMNS;
    csv->piece = arena_alloc(work->arena, PIECE);
    TRY(more(csv));
    sniff(csv);
    return ERR_OK;
}

void paper_csv_close(struct paper_csv *csv)
{
    buf_free(&csv->text);
}

static enum err end_field(struct paper_csv *csv)
{
    if (csv->many >= csv->columns_max) {
        char number[24];
        struct str max = {number, (size_t)snprintf(number, sizeof number, "%zu", csv->columns_max)};
        return paper_work_fail(csv->work, ERR_TOO_LARGE, "paper.fault.columns", csv->line, max, STR_NONE);
    }
    csv->starts[++csv->many] = csv->text.len;
    return ERR_OK;
}

/* Copies the run up to the next byte that matters in this mode; *ret_c is that byte, 0 at the end of the
 * piece. */
static void take_run(struct paper_csv *csv, enum mode mode, char *ret_c)
{
    const char *from = csv->piece + csv->piece_at, *end = csv->piece + csv->piece_len, *at = from;
    if (mode == QUOTED) {
        const char *quote = memchr(from, '"', (size_t)(end - from));
        at = quote ? quote : end;
        for (const char *line = from; (line = memchr(line, '\n', (size_t)(at - line))); line++)
            csv->next_line++;
    } else {
        while (at < end && *at != csv->separator && *at != '\n' && *at != '\r' && *at != '"')
            at++;
    }
    if (at > from)
        buf_add(&csv->text, from, (size_t)(at - from));
    csv->piece_at += (size_t)(at - from);
    *ret_c = at < end ? *at : 0;
    csv->piece_at += at < end;
}

/* One special byte. *ret_done: the record ended. */
static enum err step(struct paper_csv *csv, enum mode *mode, char c, bool *ret_done)
{
    if (*mode == QUOTED) {
        *mode = CLOSED; /* perhaps the first of two */
        return ERR_OK;
    }
    if (c == '"') {
        if (*mode == CLOSED) {
            buf_add_char(&csv->text, '"');
            *mode = QUOTED;
        } else if (*mode == START && csv->text.len == csv->starts[csv->many]) {
            *mode = QUOTED;
        } else {
            buf_add_char(&csv->text, '"'); /* a stray quote inside a plain field stands for itself */
            *mode = PLAIN;
        }
        return ERR_OK;
    }
    if (c == csv->separator) {
        *mode = START;
        return end_field(csv);
    }
    if (c == '\n') {
        csv->next_line++;
        *ret_done = true;
        return end_field(csv);
    }
    return ERR_OK; /* a carriage return before a line feed, or alone in a field: dropped */
}

static void make_fields(struct paper_csv *csv)
{
    struct str whole = buf_str(&csv->text);
    for (size_t i = 0; i < csv->many; i++)
        csv->fields[i] = (struct str){whole.at + csv->starts[i], csv->starts[i + 1] - csv->starts[i]};
}

static enum err at_end(struct paper_csv *csv, enum mode mode, bool *ret_more)
{
    if (mode == QUOTED) {
        char number[24];
        struct str line = {number, (size_t)snprintf(number, sizeof number, "%lld", (long long)csv->line)};
        return paper_work_fail(csv->work, ERR_INVALID, "paper.fault.quote_open", csv->line, line, STR_NONE);
    }
    *ret_more = csv->many > 0 || csv->text.len > 0 || mode != START;
    csv->ended_open = *ret_more;
    return *ret_more ? end_field(csv) : ERR_OK;
}

enum err paper_csv_next(struct paper_csv *csv, bool *ret_more)
{
    enum mode mode = START;
    bool done = false;
    csv->text.len = csv->many = csv->starts[0] = 0;
    csv->line = csv->next_line;
    csv->row++;
    *ret_more = true;
    while (!done) {
        if (csv->piece_at == csv->piece_len) {
            if (!csv->eof)
                TRY(more(csv));
            if (csv->eof) {
                TRY(at_end(csv, mode, ret_more));
                break;
            }
        }
        char c = 0;
        size_t before = csv->text.len;
        take_run(csv, mode, &c);
        if ((mode == START || mode == CLOSED) && csv->text.len > before)
            mode = PLAIN;
        if (c)
            TRY(step(csv, &mode, c, &done));
        if (csv->text.over)
            return paper_work_fail(csv->work, ERR_TOO_LARGE, "paper.fault.row_large", csv->line, STR_NONE,
                                   STR_NONE);
    }
    make_fields(csv);
    return ERR_OK;
}

bool paper_csv_blank(const struct paper_csv *csv)
{
    for (size_t i = 0; i < csv->many; i++)
        if (str_trim(csv->fields[i]).len > 0)
            return false;
    return true;
}

/* ---- headers ---- */

void paper_csv_header_take(struct paper_csv_header *header, struct arena *arena, const struct paper_csv *csv)
{
    header->many = csv->many;
    for (size_t i = 0; i < csv->many; i++)
        header->names[i] = str_copy(arena, str_trim(csv->fields[i]));
}

static int letter(char c)
{
    return c == ' ' || c == '_' || c == '-' || c == '.' ? 0 : c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool same_name(struct str a, struct str b)
{
    size_t i = 0, j = 0;
    for (;;) {
        while (i < a.len && !letter(a.at[i]))
            i++;
        while (j < b.len && !letter(b.at[j]))
            j++;
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len;
        if (letter(a.at[i++]) != letter(b.at[j++]))
            return false;
    }
}

int paper_csv_column(const struct paper_csv_header *header, const char *spellings)
{
    struct str rest = str_of(spellings), spelling;
    while (str_cut(&rest, '|', &spelling))
        for (size_t i = 0; i < header->many; i++)
            if (header->names[i].len > 0 && same_name(header->names[i], spelling))
                return (int)i;
    return -1;
}

struct str paper_csv_field(const struct paper_csv *csv, int column)
{
    return column >= 0 && (size_t)column < csv->many ? csv->fields[column] : STR_NONE;
}

bool paper_csv_runs(struct str text)
{
    size_t at = 0;
    while (at < text.len && text.at[at] == '\'')
        at++;
    return at < text.len && strchr("=+-@\t\r", text.at[at]) != NULL;
}
