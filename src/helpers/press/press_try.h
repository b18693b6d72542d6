/* SPDX-License-Identifier: Apache-2.0
 *
 * press_try: for the tests beside it: a document made and read back by programs that are not ours (poppler,
 * zip, xmllint).
 */
#ifndef ANZE_HELPERS_PRESS_TRY_H
#define ANZE_HELPERS_PRESS_TRY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "helpers/press/docx.h"
#include "helpers/press/letter_page.h"

#define TRY_MM(pt) ((pt)*25.4 / 72)
#define WITHIN(value, wanted, tolerance)                                                                     \
    do {                                                                                                     \
        double within_ = (value);                                                                            \
        if (!(fabs(within_ - (wanted)) <= (tolerance)))                                                      \
            fail_msg("%s is %.3f, not %.3f within %.3f", #value, within_, (double)(wanted),                  \
                     (double)(tolerance));                                                                   \
    } while (0)

PRESS_CAIRO_LEAKS

static struct press_fonts *try_fonts;

static inline int try_open(void **state)
{
    static struct call call;
    (void)state;
    call = (struct call){.arena = arena_new((size_t)256 << 20)};
    return press_fonts_open(&call, &try_fonts) == ERR_OK ? 0 : -1;
}

static inline int try_close(void **state)
{
    (void)state;
    press_fonts_close(try_fonts);
    return 0;
}

static inline struct str try_slurp(struct arena *arena, FILE *file)
{
    BUF(all, (size_t)256 << 20);
    char bytes[65536];
    size_t got;
    assert_non_null(file);
    while ((got = fread(bytes, 1, sizeof(bytes), file)) > 0)
        buf_add(&all, bytes, got);
    return str_copy(arena, buf_str(&all));
}

static inline struct str try_run(struct arena *arena, const char *command)
{
    FILE *pipe = popen(command, "r");
    struct str out = try_slurp(arena, pipe);
    int status = pclose(pipe);
    if (status != 0)
        fail_msg("%s: status %d", command, status);
    return out;
}

static inline struct str try_sample(struct arena *arena, const char *name)
{
    const char *source = getenv("ANZE_SOURCE");
    FILE *file =
        fopen(str_format(arena, "%s/src/helpers/press/samples/%s", source ? source : ".", name).at, "rb");
    struct str text = try_slurp(arena, file);
    fclose(file);
    return text;
}

static inline struct press_letter try_read(struct call *call, struct str json)
{
    struct press_letter letter;
    enum err word = press_read(call, json, &letter);
    if (word != ERR_OK)
        fail_msg("%s at %s", call->last_fault->key, call->last_fault->field);
    return letter;
}

static inline struct str try_pdf(struct call *call, struct str json, int *ret_pages)
{
    struct press_letter letter = try_read(call, json);
    struct press_paper paper;
    BUF(bytes, (size_t)64 << 20);
    assert_int_equal(press_compose(call, &letter, try_fonts, &paper), ERR_OK);
    assert_int_equal(press_pdf(call, &paper, &bytes), ERR_OK);
    if (ret_pages)
        *ret_pages = paper.pages;
    return str_copy(call->arena, buf_str(&bytes));
}

static inline struct str try_docx(struct call *call, struct str json)
{
    struct press_letter letter = try_read(call, json);
    BUF(bytes, (size_t)64 << 20);
    assert_int_equal(press_docx(call, &letter, &bytes), ERR_OK);
    return str_copy(call->arena, buf_str(&bytes));
}

/* Keeps bytes in a scratch file; the name lives in the arena. */
static inline const char *try_file(struct arena *arena, const char *suffix, struct str bytes)
{
    char name[] = "/tmp/press-try-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes.at, bytes.len), (ssize_t)bytes.len);
    close(fd);
    const char *path = str_format(arena, "%s%s", name, suffix).at;
    assert_int_equal(rename(name, path), 0);
    return path;
}

struct try_word {
    int page;
    double x, y, right, bottom; /* pt from the top left */
    struct str text;
};

struct try_words {
    struct try_word *at;
    size_t many;
    double width[600], height[600];
};

static inline struct try_words try_read_words(struct arena *arena, const char *path)
{
    struct str out = try_run(arena, str_format(arena, "pdftotext -bbox %s -", path).at), line;
    struct try_words words = {.at = ARENA_ARRAY(arena, struct try_word, 100000)};
    int page = 0;
    while (str_cut(&out, '\n', &line)) {
        const char *text = str_c(arena, line);
        const char *at = strstr(text, "<page width=");
        if (at) {
            page++;
            assert_int_equal(
                sscanf(at, "<page width=\"%lf\" height=\"%lf\"", &words.width[page], &words.height[page]), 2);
        }
        at = strstr(text, "<word ");
        if (!at)
            continue;
        struct try_word *word = &words.at[words.many++];
        word->page = page;
        assert_int_equal(sscanf(at, "<word xMin=\"%lf\" yMin=\"%lf\" xMax=\"%lf\" yMax=\"%lf\"", &word->x,
                                &word->y, &word->right, &word->bottom),
                         4);
        at = strchr(at, '>') + 1;
        word->text = str_copy(arena, (struct str){at, (size_t)(strstr(at, "</word>") - at)});
    }
    return words;
}

static inline struct try_words try_words_of(struct call *call, struct str json)
{
    const char *path = try_file(call->arena, ".pdf", try_pdf(call, json, NULL));
    struct try_words words = try_read_words(call->arena, path);
    unlink(path);
    return words;
}

/* The first word on the page that starts with text. */
static inline const struct try_word *try_find(const struct try_words *words, int page, const char *text)
{
    for (size_t i = 0; i < words->many; i++)
        if ((page == 0 || words->at[i].page == page) && str_starts(words->at[i].text, str_of(text)))
            return &words->at[i];
    fail_msg("no word %s on page %d", text, page);
    return NULL;
}

/* Pixels of one page at 10 a millimetre. */
struct try_picture {
    int width, height;
    const unsigned char *rgb;
};

static inline struct try_picture try_draw(struct call *call, struct str json, int page)
{
    const char *path = try_file(call->arena, ".pdf", try_pdf(call, json, NULL));
    struct str ppm =
        try_run(call->arena, str_format(call->arena, "pdftoppm -r 254 -f %d -l %d %s", page, page, path).at);
    struct try_picture picture;
    int most, used = 0;
    unlink(path);
    assert_int_equal(sscanf(ppm.at, "P6 %d %d %d%n", &picture.width, &picture.height, &most, &used), 3);
    picture.rgb = (const unsigned char *)ppm.at + used + 1;
    assert_int_equal(ppm.len, (size_t)used + 1 + (size_t)picture.width * (size_t)picture.height * 3);
    return picture;
}

static inline bool try_red(const struct try_picture *p, int x, int y)
{
    const unsigned char *at = &p->rgb[(y * p->width + x) * 3];
    return at[0] > 200 && at[1] < 80 && at[2] < 80;
}

static inline bool try_dark(const struct try_picture *p, int x, int y)
{
    const unsigned char *at = &p->rgb[(y * p->width + x) * 3];
    return at[0] < 128 && at[1] < 128 && at[2] < 128;
}

/* Text without white space, for comparing what two printers wrote. */
static inline struct str try_squash(struct arena *arena, struct str text)
{
    char *to = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t code = utf8_next(text, &at);
        if (code <= ' ' || code == 0x3000 || code == 0xa0)
            continue;
        memcpy(to + len, text.at + from, at - from);
        len += at - from;
    }
    return (struct str){to, len};
}

#endif
