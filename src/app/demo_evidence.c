/* SPDX-License-Identifier: Apache-2.0
 *
 * What the units of the example county have filed: most documents, not all, so that the boards show both. And
 * a collection that runs: launched to all, handed in by some, begun by others.
 */
#include "app/app_demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "db/db.h"
#include "domain/attachment/attachment.h"
#include "domain/collection/collection.h"
#include "domain/org/org.h"
#include "rules/rules.h"

struct paper {
    const char *kind;
    int missing_every; /* one unit in so many has not filed it */
};
static const struct paper papers[] = {
    {"responsibility_pledge", 12}, {"responsibility_table", 12},    {"special_meeting_minutes", 3},
    {"training_record", 4},        {"appointment_document", 10},    {"emergency_plan", 9},
    {"drill_record", 3},           {"drill_evaluation", 3},         {"self_check_report", 5},
    {"data_security_rules", 7},    {"data_risk_assessment", 4},     {"security_budget", 6},
    {"backup_rules", 8},           {"restore_drill_record", 4},     {"data_destruction_rules", 9},
    {"transmission_policy", 9},    {"vendor_security_rules", 9},    {"account_permission_list", 5},
    {"maintenance_log", 6},        {"environment_check_record", 6}, {"confidentiality_agreement", 11},
    {"post_duties", 11},           {"inspection_record", 4},        {"emergency_mechanism", 8},
};
#define PAPERS (sizeof(papers) / sizeof(papers[0]))

static enum err write_text(struct call *call, const char *title, const char **ret_path)
{
    char path[] = "/tmp/anze-demo-XXXXXX";
    int fd = mkstemp(path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file)
        return ERR_FAILED;
    fprintf(file, "示例材料：%s。\n本文件由示例数据生成，不是真实材料。\n", title);
    fclose(file);
    *ret_path = str_c(call->arena, str_of(path));
    return ERR_OK;
}

/* One file a kind: the store keeps equal bytes once. */
static enum err store_paper(struct call *call, const struct demo *demo, const char *kind,
                            struct attachment_new *ret)
{
    const char *path;
    struct str title = attachment_kind_title(call, str_of(kind));
    *ret = (struct attachment_new){.subject_kind = STR("unit"),
                                   .kind = str_of(kind),
                                   .file_name = str_format(call->arena, "%.*s（示例）.txt", STR_ARG(title))};
    TRY(write_text(call, str_c(call->arena, title), &path));
    enum err word = attachment_store(call, demo->app->data_dir, path, ret->file_name, &ret->file);
    unlink(path);
    return word;
}

enum err demo_file_evidence(struct call *call, void *context)
{
    struct demo *demo = context;
    int year, month, mday;
    clock_ymd(clock_day_of(demo->now_ms), &year, &month, &mday);
    for (size_t k = 0; k < PAPERS; k++) {
        struct attachment_new made;
        TRY(store_paper(call, demo, papers[k].kind, &made));
        if (!attachment_period_parse(call, str_format(call->arena, "%d", year), &made.period))
            return ERR_FAILED;
        for (int i = 0; i < demo->many_units; i++) {
            struct org_unit unit;
            int64_t attachment_id;
            bool gap =
                strcmp(demo_units[i].slug, "nhx") == 0 || (i * 5 + (int)k * 3) % papers[k].missing_every == 0;
            if (gap)
                continue;
            TRY(org_unit_get(call, demo->unit_ids[i], &unit));
            made.subject_id = made.unit_id = unit.unit_id;
            made.unit_path = unit.unit_path;
            TRY(attachment_add(call, &made, &attachment_id));
        }
    }
    return ERR_OK;
}

/* ---- a collection that runs ---- */

struct collecting {
    struct demo *demo;
    int64_t collection_id, unit_id;
    enum { BEGIN, HAND_IN, ACCEPT } how_far;
};

static enum err launch(struct call *call, void *context)
{
    struct collecting *c = context;
    const char *pairs[] = {"form_id=SA2.responsibility_table",
                           "title=2026年度网络安全责任体系表更新",
                           "text=请核对本单位责任体系，确认负责人、职务和电话，打印盖章后上传扫描件。",
                           "working_days=5",
                           "audience=all",
                           NULL};
    struct field_record record = demo_record(call, &collection_launch_table, pairs);
    return collection_launch(call, &record, &c->collection_id);
}

static enum err fill(struct call *call, void *context)
{
    const struct collecting *c = context;
    struct attachment_new made;
    int64_t task_id, document_id, attachment_id;
    TRY(db_get_int(call, &task_id, 0,
                   "SELECT task_id FROM collection_task WHERE collection_id = $1 AND unit_id = $2",
                   db_int(c->collection_id), db_int(c->unit_id)));
    if (!task_id)
        return ERR_OK;
    TRY(collection_no_change(call, task_id));
    if (c->how_far == BEGIN)
        return ERR_OK;
    TRY(collection_print(call, task_id, &document_id));
    TRY(store_paper(call, c->demo, "stamped_scan", &made));
    struct org_unit unit;
    TRY(org_unit_get(call, c->unit_id, &unit));
    made.subject_kind = STR("collection_task");
    made.subject_id = task_id;
    made.unit_id = unit.unit_id;
    made.unit_path = unit.unit_path;
    TRY(attachment_add(call, &made, &attachment_id));
    TRY(collection_hand_in(call, task_id));
    return c->how_far == ACCEPT ? collection_accept(call, task_id) : ERR_OK;
}

static enum err at(struct demo *demo, int64_t at_ms, enum err (*work)(struct call *call, void *context),
                   struct collecting *c)
{
    struct call call = app_call(demo->app);
    call.now_ms = at_ms;
    return app_write(demo->app, &call, work, c);
}

enum err demo_collect(struct demo *demo)
{
    struct calendar_due day = calendar_add(rules_calendar(), clock_day_of(demo->now_ms), -4);
    int64_t start = clock_ms_of_day(day.day) + 10 * 3600000LL;
    struct collecting c = {.demo = demo};
    TRY(at(demo, start, launch, &c));
    for (int i = 0; i < demo->many_units && i < 11; i++) {
        c.unit_id = demo->unit_ids[i];
        c.how_far = i < 3 ? ACCEPT : i < 7 ? HAND_IN : BEGIN;
        /* A unit whose posts are not all filled cannot print the sheet; it stands there as begun. */
        if (at(demo, start + (i + 1) * 3600000LL, fill, &c) != ERR_OK) {
            c.how_far = BEGIN;
            TRY(at(demo, start + (i + 1) * 3600000LL, fill, &c));
        }
    }
    return ERR_OK;
}
