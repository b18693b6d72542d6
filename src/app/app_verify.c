/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>

#include "domain/document/document.h"

#define PDF_MAX (64u << 20)

/* A PDF is held against what anze would draw: equal input gives equal bytes on the machine that issued it,
 * with the fonts it had then. */
static enum err check_file(struct call *call, struct str code, const char *path, struct json_writer *w,
                           bool *ret_same)
{
    int64_t document_id;
    struct str ours;
    TRY(document_by_code(call, code, &document_id));
    FILE *file = fopen(path, "rbe");
    if (!file)
        return call_fail(call, ERR_INVALID, "file", "app.fault.file", str_of(path));
    char *bytes = arena_alloc(call->arena, PDF_MAX);
    size_t len = fread(bytes, 1, PDF_MAX, file);
    (void)fclose(file);
    TRY(document_render(call, document_id, PRESS_PDF, &ours, NULL));
    *ret_same = str_eq(ours, (struct str){bytes, len});
    json_put_c(w, "file", *ret_same ? "same" : "differs");
    return ERR_OK;
}

static enum err verify(struct call *call, struct app_args *args, struct json_writer *w, bool *ret_good)
{
    bool intact, same = true;
    struct str code = str_of(args->words[0]);
    TRY(document_verify(call, code, w, &intact));
    if (args->many_words == 2)
        TRY(check_file(call, code, args->words[1], w, &same));
    *ret_good = intact && same;
    return ERR_OK;
}

/* What a code printed on a paper proves; works without a server and without a network. The answer is no (1)
 * for a code that was never given, a text that changed since, and a file that is not what was issued. */
int app_verify(struct app_args *args)
{
    struct app app;
    bool good = false;
    if (args->many_words < 1 || args->many_words > 2)
        return app_complain(
            args, "verify CODE [FILE.pdf]: the code at the foot of the paper, e.g. AZ-7K3M-9QXR-2FHD");
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    enum err word = verify(&call, args, &w, &good);
    json_close_object(&w);
    if (word == ERR_NOT_FOUND)
        word = call_fail(&call, ERR_REFUSED, NULL, "app.fault.code_unknown", str_of(args->words[0]));
    int code = word != ERR_OK ? app_fail(args, &call, word) : good ? 0 : 1;
    if (word == ERR_OK)
        app_print(&out);
    app_close(&app);
    return code;
}
