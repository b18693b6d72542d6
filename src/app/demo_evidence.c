/* SPDX-License-Identifier: Apache-2.0
 *
 * What the units of the example county have filed: most documents, not all, so that the boards show both.
 */
#include "app/app_demo.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "domain/attachment/attachment.h"
#include "domain/org/org.h"

struct paper {
    const char *kind;
    int missing_every; /* one unit in so many has not filed it */
};
static const struct paper papers[] = {
    {"responsibility_pledge", 12},
    {"responsibility_table", 12},
    {"special_meeting_minutes", 3},
    {"training_record", 4},
    {"emergency_plan", 9},
    {"drill_record", 3},
    {"drill_evaluation", 3},
    {"self_check_report", 5},
    {"data_security_rules", 7},
    {"data_risk_assessment", 4},
    {"security_budget", 6},
    {"backup_rules", 8},
    {"restore_drill_record", 4},
    {"data_destruction_rules", 9},
    {"transmission_policy", 9},
    {"vendor_security_rules", 9},
    {"account_permission_list", 5},
    {"maintenance_log", 6},
    {"environment_check_record", 6},
    {"confidentiality_agreement", 11},
    {"post_duties", 11},
    {"inspection_record", 4},
    {"emergency_mechanism", 8},
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
