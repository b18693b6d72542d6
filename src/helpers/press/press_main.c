/* SPDX-License-Identifier: Apache-2.0
 *
 * anze-press pdf|docx [raw]: a document description on descriptor 0 (helpers/press.h tells the format),
 * frames on descriptor 1 (helpers/press_wire.h). With `raw`, for people and tests: the file itself on 1, and
 * what went wrong or what the report says as one line of JSON on 2.
 *
 * Method. The list of fonts is read before confinement, because fontconfig may then still renew its cache;
 * font files are opened later, when the text tells which are needed. Nothing of the input is looked at
 * before.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/json.h"
#include "helpers/helper.h"
#include "helpers/press.h"
#include "helpers/press/docx.h"
#include "helpers/press/letter_page.h"
#include "helpers/press_wire.h"

#define ARENA_MAX   ((size_t)768 << 20)
#define MEMORY_MAX  ((size_t)2 << 30)
#define CPU_SECONDS 45

PRESS_CAIRO_LEAKS

struct result {
    struct buf bytes;
    int pages;
    struct press_fonts *fonts;
};

static enum err read_input(struct call *call, struct buf *in)
{
    char bytes[65536];
    for (;;) {
        ssize_t got = read(0, bytes, sizeof(bytes));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return call_fail(call, ERR_FAILED, "document", "press.drawing", str_of(strerror(errno)));
        if (got == 0)
            break;
        buf_add(in, bytes, (size_t)got);
    }
    if (in->over)
        return call_fail(call, ERR_TOO_LARGE, "document", "press.json_large");
    return ERR_OK;
}

static enum err make(struct call *call, bool docx, struct result *result)
{
    BUF(in, PRESS_JSON_MAX);
    struct press_letter letter;
    struct press_paper paper;
    TRY(read_input(call, &in));
    TRY(press_read(call, buf_str(&in), &letter));
    TRY(press_compose(call, &letter, result->fonts, &paper));
    result->pages = paper.pages;
    if (docx)
        letter.title = paper.title;
    if (docx)
        return press_docx(call, &letter, &result->bytes);
    return press_pdf(call, &paper, &result->bytes);
}

/* ---- raw: for people ---- */

static void write_out(struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(1, bytes.at, bytes.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes = str_slice(bytes, (size_t)written, bytes.len - (size_t)written);
    }
}

static int tell_raw(struct call *call, enum err word, struct result *result)
{
    BUF(line, 65536);
    struct json_writer w = json_writer(&line);
    json_open_object(&w, NULL);
    if (word != ERR_OK) {
        const struct call_fault *fault = call->last_fault;
        json_put_c(&w, "error", err_word(word));
        json_put_c(&w, "place", fault ? fault->field : NULL);
        json_put_c(&w, "key", fault ? fault->key : NULL);
        json_open_array(&w, "args");
        for (size_t i = 0; fault && i < CALL_FAULT_ARGS && fault->args[i].len; i++)
            json_put_str(&w, NULL, fault->args[i]);
        json_close_array(&w);
    } else {
        size_t many = 0;
        const uint32_t *missing = press_fonts_missing(result->fonts, &many);
        json_put_int(&w, "pages", result->pages);
        json_open_array(&w, "missing");
        for (size_t i = 0; i < many; i++)
            json_put_int(&w, NULL, missing[i]);
        json_close_array(&w);
        json_put_str(&w, "standing_in", press_fonts_standing_in(result->fonts));
        write_out(buf_str(&result->bytes));
    }
    json_close_object(&w);
    fprintf(stderr, "%s\n", buf_str(&line).at);
    return word == ERR_OK ? 0 : 1;
}

/* ---- frames: for the server ---- */

static _Noreturn void fail(struct call *call, enum err word)
{
    const struct call_fault *fault = call->last_fault;
    struct str args[CALL_FAULT_ARGS];
    size_t many = 0;
    if (!fault)
        helper_child_fail(word, "press.report", 0, (struct str[]){STR("document")}, 1);
    while (many < CALL_FAULT_ARGS - 1 && fault->args[many].len) {
        args[many] = fault->args[many];
        many++;
    }
    args[many++] = str_of(fault->field ? fault->field : "document");
    helper_child_fail(word, fault->key, 0, args, many);
}

static _Noreturn void deliver(struct result *result)
{
    BUF(report, 65536);
    size_t many = 0;
    const uint32_t *missing = press_fonts_missing(result->fonts, &many);
    struct str rest = buf_str(&result->bytes);
    helper_put_int(&report, PRESS_TAG_PAGES, result->pages);
    for (size_t i = 0; i < many; i++)
        helper_put_int(&report, PRESS_TAG_MISSING, missing[i]);
    helper_put(&report, PRESS_TAG_STANDING_IN, press_fonts_standing_in(result->fonts));
    helper_child_emit(PRESS_FRAME_REPORT, buf_str(&report));
    for (size_t at = 0; at < rest.len; at += PRESS_CHUNK)
        helper_child_emit(PRESS_FRAME_BYTES, str_slice(rest, at, PRESS_CHUNK));
    press_fonts_close(result->fonts);
    buf_free(&result->bytes);
    helper_child_done();
}

int main(int argc, char **argv)
{
    ARENA(arena, ARENA_MAX);
    struct call call = {.arena = arena};
    struct result result = {.bytes = {.max = PRESS_OUTPUT_MAX}};
    bool docx = argc > 1 && strcmp(argv[1], "docx") == 0, raw = argc > 2 && strcmp(argv[2], "raw") == 0;
    if (argc < 2 || argc > 3 || (!docx && strcmp(argv[1], "pdf") != 0) || (argc > 2 && !raw)) {
        fprintf(stderr, "usage: anze-press pdf|docx [raw] < document.json\n");
        return 2;
    }
    enum err word = press_fonts_open(&call, &result.fonts);
    helper_child_confine(&(struct helper_confine){
        .filter = HELPER_FILTER_WRITE,
        .memory_bytes = MEMORY_MAX,
        .cpu_seconds = CPU_SECONDS,
        .file_bytes = raw ? PRESS_OUTPUT_MAX : 0,
    });
    if (word == ERR_OK)
        word = make(&call, docx, &result);
    if (!raw && word != ERR_OK)
        fail(&call, word);
    if (!raw)
        deliver(&result);
    int code = tell_raw(&call, word, &result);
    if (result.fonts)
        press_fonts_close(result.fonts);
    buf_free(&result.bytes);
    return code;
}
