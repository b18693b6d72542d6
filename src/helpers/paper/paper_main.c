/* SPDX-License-Identifier: Apache-2.0
 * anze-paper: one file in or out, then gone. Run by the server, see helpers/helper.h:
 *     anze-paper scan          a scanner file on descriptor 0, records on 1
 *     anze-paper sheet [NAME]  a spreadsheet on 0, rows on 1
 *     anze-paper write         rows on 0, a spreadsheet on 3
 *     anze-paper marks         a document on 0, the secrecy mark found on 1
 */
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "helpers/paper/jobs.h"

#if defined(__SANITIZE_ADDRESS__)
/* libxlsxwriter 1.1.4 forgets the formula of a list validation. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libxlsxwriter";
}
#endif

static void emit(struct paper_work *work, uint8_t kind, struct str body)
{
    (void)work;
    helper_child_emit(kind, body);
}

static _Noreturn void finish(struct paper_work *work, enum err word)
{
    if (word == ERR_OK)
        helper_child_done();
    helper_child_fail(work->word, work->key ? work->key : "paper.fault.read", work->row, work->args,
                      work->many_args);
}

static int usage(void)
{
    fputs("anze-paper reads and writes files for anze and is started by it: anze-paper "
          "scan|sheet|write|marks\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage();
    bool writes = strcmp(argv[1], "write") == 0;
    const struct helper_confine confine = {
        .filter = writes ? HELPER_FILTER_WRITE : HELPER_FILTER_PARSE,
        .cpu_seconds = 300,
        .file_bytes = writes ? (size_t)1 << 30 : 0,
    };
    /* Everything that needs files is set up before the door closes. Without TZ the C library looks at
     * /etc/localtime again on every use. */
    setenv("TZ", "UTC0", 1);
    tzset();
    xmlInitParser();
    static struct paper_work work;
    struct arena *arena = arena_new((size_t)160 << 20);
    paper_work_open(&work, arena, writes ? -1 : 0, STR_NONE);
    work.emit = emit;
    const struct json *seeded =
        NULL; /* the first object makes the JSON library fetch its hash seed from a device */
    if (json_parse(arena, STR("{\"a\":1}"), &seeded, NULL) != ERR_OK)
        return 1;
    helper_child_confine(&confine);

    if (strcmp(argv[1], "scan") == 0)
        finish(&work, paper_scan_read(&work));
    if (strcmp(argv[1], "sheet") == 0)
        finish(&work, paper_sheet_read(&work, argc > 2 ? str_of(argv[2]) : STR_NONE));
    if (strcmp(argv[1], "marks") == 0)
        finish(&work, paper_marks_read(&work));
    if (writes)
        finish(&work, paper_sheet_write(&work));
    return usage();
}
