/* SPDX-License-Identifier: Apache-2.0 */
#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/words.h"
#include "domain/finding/finding.h"
#include "domain/registry/registry.h"
#include "ledger/ledger.h"
#include "rules/rules.h"

static const char *readable_file(const struct app_args *args)
{
    if (args->many_words != 1) {
        (void)app_complain(args, "one FILE is needed");
        return NULL;
    }
    if (access(args->words[0], R_OK) != 0) {
        (void)app_complain(args, "%s: %s", args->words[0], strerror(errno));
        return NULL;
    }
    return args->words[0];
}

/* ---- the register ---- */

#define PREVIEW_ROWS 1000 /* differences that are shown */

struct registry_work {
    bool preview;
    struct registry_sheet *sheet;
    struct registry_import report;
};

/* A preview writes as an import does and is rolled back: what it says is what would be. */
static enum err preview_registry(struct call *call, struct registry_work *work)
{
    work->report.preview = true;
    work->report.diff.most = PREVIEW_ROWS;
    struct rules_touched *touched = call->touched;
    TRY(db_savepoint(call->db));
    enum err word = registry_sheet_apply(call, work->sheet, &work->report);
    db_rollback_savepoint(call->db);
    call->touched = touched;
    return word;
}

static enum err apply_registry(struct call *call, void *context)
{
    struct registry_work *work = context;
    if (work->preview)
        return preview_registry(call, work);
    TRY(registry_sheet_apply(call, work->sheet, &work->report));
    TRY(registry_sheet_remember(call, work->sheet));
    return ledger_append(
        call,
        &(struct ledger_fact){.verb = "registry.imported",
                              .subject_kind = "registry",
                              .detail =
                                  str_format(call->arena, "{\"rows\":%lld,\"created\":%lld,\"changed\":%lld}",
                                             (long long)work->report.rows, (long long)work->report.created,
                                             (long long)work->report.changed)},
        NULL);
}

/* "12 ~ 示例县教育局 门户网站" and below it what changes: for people. */
static void print_diff(struct call *call, const struct registry_work *work)
{
    for (const struct registry_diff_row *row = work->report.first; row; row = row->next) {
        printf("%lld %s %.*s %.*s\n", (long long)row->row, row->action == REGISTRY_CREATED ? "+" : "~",
               STR_ARG(row->unit_name), STR_ARG(row->system_name));
        for (size_t i = 0; row->action == REGISTRY_CHANGED && i < row->many; i++) {
            struct str label = row->cells[i].field
                                   ? words_label(call, "info_system", row->cells[i].field->name)
                                   : words_label(call, "info_system", "endpoints");
            printf("    %.*s: %.*s -> %.*s\n", STR_ARG(label), STR_ARG(row->cells[i].before),
                   STR_ARG(row->cells[i].after));
        }
    }
    for (const struct registry_note *note = work->report.notes; note; note = note->next)
        printf("%lld ! %.*s\n", (long long)note->row, STR_ARG(note->text));
}

static void print_registry(struct call *call, const struct registry_work *work, const char *file, bool json)
{
    BUF(out, 64 << 20);
    struct json_writer w = json_writer(&out);
    bool failed = call->faults_count > 0;
    json_open_object(&w, NULL);
    if (work->preview && work->sheet) {
        registry_put_import(call, work->sheet, &work->report, &w);
        registry_sheet_put_mapping(call, work->sheet, &w);
        json_put_bool(&w, "preview", true);
        if (!json)
            print_diff(call, work);
    } else {
        json_put_int(&w, "rows", work->report.rows);
        json_put_int(&w, "created", failed ? 0 : work->report.created);
        json_put_int(&w, "changed", failed ? 0 : work->report.changed);
        json_put_int(&w, "unchanged", failed ? 0 : work->report.unchanged);
    }
    json_open_array(&w, "errors");
    for (const struct call_fault *fault = call->faults; fault; fault = fault->next) {
        struct str column =
            fault->field && work->sheet ? registry_sheet_column(call, work->sheet, fault->field) : STR_NONE;
        struct str message = registry_fault_text(call, fault);
        json_open_object(&w, NULL);
        json_put_int(&w, "row", fault->row);
        json_put_str(&w, "column", column);
        json_put_str(&w, "message", message);
        json_close_object(&w);
        if (json)
            continue;
        if (column.len)
            fprintf(stderr, "anze: %s: %.*s%lld: %.*s\n", file, STR_ARG(column), (long long)fault->row,
                    STR_ARG(message));
        else
            fprintf(stderr, "anze: %s: %.*s\n", file, STR_ARG(message));
    }
    json_close_array(&w);
    json_close_object(&w);
    if (json)
        app_print(&out);
    else
        printf("%lld / + %lld / ~ %lld / = %lld\n", (long long)work->report.rows,
               (long long)(failed ? 0 : work->report.created), (long long)(failed ? 0 : work->report.changed),
               (long long)(failed ? 0 : work->report.unchanged));
}

static int write_errors(struct app_args *args, struct call *call, const char *path,
                        const struct registry_work *work)
{
    int fd = open(args->errors, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        return app_complain(args, "%s: %s", args->errors, strerror(errno));
    enum err word = registry_sheet_errors(call, path, work->sheet, fd);
    close(fd);
    return word == ERR_OK ? 1 : app_fail(args, call, word);
}

int app_import_registry(struct app_args *args)
{
    struct app app;
    const char *path = readable_file(args);
    if (!path || app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct registry_work work = {.preview = args->preview};
    struct registry_mapping wanted;
    int code = 0;
    enum err word = registry_mapping_parse(&call, str_of(args->map ? args->map : ""), 0, &wanted);
    if (word == ERR_OK)
        word = registry_sheet_read(&call, path, &wanted, &work.sheet);
    if (word == ERR_INVALID) {
        print_registry(&call, &work, path, args->json),
            code = 1; /* no register in this file: told in the same shape */
    } else if (word != ERR_OK) {
        code = app_fail(args, &call, word);
    } else {
        word = app_write(&app, &call, apply_registry, &work);
        if (word != ERR_OK && word != ERR_INVALID)
            code = app_fail(args, &call, word);
        else
            print_registry(&call, &work, path, args->json), code = word == ERR_OK ? 0 : 1;
        if (word == ERR_INVALID && args->errors)
            code = write_errors(args, &call, path, &work);
    }
    app_close(&app);
    return code;
}

/* ---- scanner results ---- */

struct scan_work {
    struct finding_scan *scan;
    struct finding_import report;
};

static enum err apply_scan(struct call *call, void *context)
{
    struct scan_work *work = context;
    return finding_scan_apply(call, work->scan, &work->report);
}

int app_import_scan(struct app_args *args)
{
    struct app app;
    const char *path = readable_file(args);
    if (!path || app_open(args, false, &app) != ERR_OK)
        return 2;
    struct call call = app_call(&app);
    struct scan_work work = {0};
    const char *base = strrchr(path, '/');
    enum err word = finding_scan_read(&call, path, str_of(base ? base + 1 : path), app.data_dir, &work.scan);
    if (word == ERR_OK)
        word = app_write(&app, &call, apply_scan, &work);
    int code = 0;
    if (word != ERR_OK) {
        code = app_fail(args, &call, word);
    } else {
        BUF(out, 65536);
        struct json_writer w = json_writer(&out);
        json_open_object(&w, NULL);
        finding_put_import(&work.report, &w);
        json_close_object(&w);
        app_print(&out);
    }
    app_close(&app);
    return code;
}

int app_export_registry(struct app_args *args)
{
    struct app app;
    if (!args->file)
        return app_complain(args, "export registry --out FILE.xlsx|FILE.csv");
    if (app_open(args, false, &app) != ERR_OK)
        return 2;
    int fd = open(args->file, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        int code = app_complain(args, "%s: %s", args->file, strerror(errno));
        app_close(&app);
        return code;
    }
    struct call call = app_call(&app);
    int64_t rows = 0;
    size_t len = strlen(args->file);
    bool csv = len > 4 && strcasecmp(args->file + len - 4, ".csv") == 0;
    enum err word = registry_export(&call, csv, fd, &rows);
    close(fd);
    int code = word == ERR_OK ? 0 : app_fail(args, &call, word);
    if (code == 0)
        printf(args->json ? "{\"rows\":%lld}\n" : "%lld\n", (long long)rows);
    app_close(&app);
    return code;
}
