/* SPDX-License-Identifier: Apache-2.0
 *
 * What commands say: results on standard output, complaints on standard error, both in the user's language.
 */
#include "app/app.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"

int app_complain(const struct app_args *args, const char *format, ...)
{
    char text[8192];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    fprintf(stderr, "anze: %s\n", text);
    if (args->json) {
        BUF(out, 65536);
        struct json_writer w = json_writer(&out);
        json_open_object(&w, NULL);
        json_put_c(&w, "error", "failed");
        json_put_c(&w, "message", text);
        json_close_object(&w);
        app_print(&out);
    }
    return 2;
}

static void put_fault(struct call *call, struct json_writer *w, const struct call_fault *fault,
                      const char *file)
{
    json_open_object(w, NULL);
    if (file)
        json_put_c(w, "file", file);
    json_put_c(w, "field", fault->field);
    json_put_c(w, "key", fault->key);
    if (fault->row)
        json_put_int(w, "row", fault->row);
    json_put_str(w, "message", words_fault(call, NULL, fault));
    json_close_object(w);
}

/* A mistake in a file is told with the file's name before it. */
static const char *file_of(const struct app_args *args, const struct call_fault *fault)
{
    bool about_file = fault->row > 0 || (fault->field && strcmp(fault->field, "file") == 0);
    return about_file && args->many_words > 0 ? args->words[0] : NULL;
}

int app_fail(struct app_args *args, struct call *call, enum err word)
{
    BUF(out, 4 << 20);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    json_put_c(&w, "error", err_word(word));
    json_open_array(&w, "faults");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next) {
        struct str text = words_fault(call, NULL, fault);
        const char *file = file_of(args, fault);
        fprintf(stderr, "anze: %s%s%.*s\n", file ? file : "", file ? ": " : "", STR_ARG(text));
        put_fault(call, &w, fault, file);
    }
    if (!call->faults) {
        struct str text = words_get(call->lang, str_format(call->arena, "error.%s", err_word(word)).at);
        fprintf(stderr, "anze: %.*s\n", STR_ARG(text));
    }
    json_close_array(&w);
    json_close_object(&w);
    if (args->json)
        app_print(&out);
    return word == ERR_INVALID || word == ERR_REFUSED || word == ERR_CONFLICT ? 1 : 2;
}

void app_print(struct buf *out)
{
    struct str text = buf_str(out);
    fwrite(text.at, 1, text.len, stdout);
    fputc('\n', stdout);
}

void app_progress(const char *what, int64_t done, int64_t of)
{
    if (!isatty(STDERR_FILENO))
        return;
    int percent = of ? (int)(done * 100 / of) : 100;
    fprintf(stderr, "\r%s [%-30.*s] %3d %%", what, percent * 30 / 100, "##############################",
            percent);
    if (done >= of)
        fputc('\n', stderr);
}
