/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <stdio.h>

#include "domain/document/document.h"

/* What a code printed on a paper proves; works without a server and without a network. */
int app_verify(struct app_args *args)
{
    struct app app;
    if (args->many_words != 1)
        return app_complain(args, "verify CODE: the code at the foot of the paper, e.g. AZ-7K3M-9QXR-2FHD");
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    BUF(out, 65536);
    struct json_writer w = json_writer(&out);
    json_open_object(&w, NULL);
    enum err word = document_verify(&call, str_of(args->words[0]), &w);
    json_close_object(&w);
    if (word == ERR_NOT_FOUND)
        word = call_fail(&call, ERR_REFUSED, NULL, "app.fault.code_unknown", str_of(args->words[0]));
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0)
        app_print(&out);
    app_close(&app);
    return code;
}
