/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "helpers/helper.h"
#include "helpers/press_wire.h"

#define WALL_MS      60000
#define MISSING_MAX  256
#define STANDING_MAX 1000

static void close_cleanup(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* The description as a file in memory, read from its start. */
static int memory_file(struct str bytes)
{
    int fd = memfd_create("press", MFD_CLOEXEC);
    for (size_t at = 0; fd >= 0 && at < bytes.len;) {
        ssize_t written = write(fd, bytes.at + at, bytes.len - at);
        if (written <= 0) {
            close(fd);
            return -1;
        }
        at += (size_t)written;
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

static enum err take_report(struct call *call, struct str body, struct press_report *report)
{
    uint32_t *missing = ARENA_ARRAY(call->arena, uint32_t, MISSING_MAX);
    uint8_t tag;
    struct str value;
    bool bad = false;
    report->missing = missing;
    while (helper_field(&body, &tag, &value, &bad)) {
        if (tag == PRESS_TAG_PAGES)
            report->pages = (int)helper_int(value);
        else if (tag == PRESS_TAG_MISSING && report->missing_many < MISSING_MAX)
            missing[report->missing_many++] = (uint32_t)helper_int(value);
        else if (tag == PRESS_TAG_STANDING_IN && value.len <= STANDING_MAX && utf8_valid(value))
            report->standing_in = str_copy(call->arena, value);
    }
    if (bad || report->pages < 1 || report->pages > PRESS_PAGES_MAX)
        return call_fail(call, ERR_FAILED, "document", "press.report");
    return ERR_OK;
}

static enum err collect(struct call *call, struct helper *helper, struct buf *bytes,
                        struct press_report *report)
{
    for (;;) {
        struct helper_frame frame;
        bool end = false;
        TRY(helper_receive(call, helper, &frame, &end));
        if (end)
            return buf_check(bytes);
        if (frame.kind == PRESS_FRAME_BYTES)
            buf_add_str(bytes, frame.body);
        else if (frame.kind == PRESS_FRAME_REPORT)
            TRY(take_report(call, frame.body, report));
    }
}

/* The last argument of the program's own faults is the place. */
static void place_fault(struct call *call)
{
    struct call_fault *fault = call->last_fault;
    if (!fault || strncmp(fault->key, "press.", 6) != 0)
        return;
    for (size_t i = CALL_FAULT_ARGS; i > 0; i--) {
        if (!fault->args[i - 1].len)
            continue;
        fault->field = str_c(call->arena, fault->args[i - 1]);
        fault->args[i - 1] = STR_NONE;
        return;
    }
}

static enum err run(struct call *call, int fd, enum press_format format, struct buf *bytes,
                    struct press_report *report)
{
    struct helper_job job = {
        .program = "anze-press",
        .job = format == PRESS_DOCX ? "docx" : "pdf",
        .in_fd = fd,
        .out_fd = HELPER_NO_FD,
        .wall_ms = WALL_MS,
        .frame_max = PRESS_CHUNK + 64,
        .key_prefix = "press.",
    };
    struct helper *helper = NULL;
    TRY(helper_start(call, &job, &helper));
    int64_t before = call->faults_count;
    enum err word = collect(call, helper, bytes, report);
    helper_stop(helper);
    if (word != ERR_OK && call->faults_count > before)
        place_fault(call);
    return word;
}

enum err press_render(struct call *call, struct str document_json, enum press_format format,
                      struct str *ret_bytes, struct press_report *ret_report)
{
    struct press_report report = {0};
    BUF(bytes, PRESS_OUTPUT_MAX);
    if (document_json.len > PRESS_JSON_MAX)
        return call_fail(call, ERR_TOO_LARGE, "document", "press.json_large");
    __attribute__((cleanup(close_cleanup))) int fd = memory_file(document_json);
    if (fd < 0)
        return call_fail(call, ERR_FAILED, "document", "press.report");
    TRY(run(call, fd, format, &bytes, &report));
    if (!bytes.len || !report.pages)
        return call_fail(call, ERR_FAILED, "document", "press.report");
    *ret_bytes = str_copy(call->arena, buf_str(&bytes));
    if (ret_report)
        *ret_report = report;
    return ERR_OK;
}
