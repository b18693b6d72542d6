/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as a pack: the tree, the lint and the JSON of the tree may complain, never crash, hang or grow
 * without bound.
 */
#include "rules/rules_inner.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static const struct rules_fact facts[] = {
    {.name = "org.unit_kind", .subject = "unit", .sql = ""},
    {.name = "registry.level", .subject = "system", .sql = ""},
    {.name = "evidence.filed", .subject = "unit", .sql = "", .args = {"kind", "period"}},
    {.name = "finding.formally_notified", .subject = "finding", .sql = ""},
};
static const struct rules_subject subjects[] = {{.name = "unit", .sql = ""},
                                                {.name = "system", .sql = ""},
                                                {.name = "finding", .sql = "", .system_sql = ""}};
static const struct rules_proposal proposals[] = {{.name = "discipline.criticism"}};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static bool ready;
    if (!ready) {
        rules_declare_facts(facts, sizeof facts / sizeof facts[0]);
        rules_declare_subjects(subjects, sizeof subjects / sizeof subjects[0]);
        rules_declare_proposals(proposals, 1);
        ready = true;
    }
    ARENA(arena, 256 * 1024 * 1024);
    struct str text = {(const char *)bytes, len};
    struct rules_yaml *root;
    struct rules_yaml_fault fault;
    if (rules_yaml_parse(arena, text, &root, &fault) == ERR_OK) {
        struct str json = rules_yaml_json(arena, root);
        const struct json *parsed;
        if (json.len && json_parse(arena, json, &parsed, NULL) != ERR_OK)
            __builtin_trap(); /* what the tree says must be JSON */
    }
    struct call call = {.arena = arena};
    struct rules_lint *lint;
    size_t many;
    if (rules_pack_lint(&call, text, &lint, &many) != ERR_OK)
        __builtin_trap();
    return 0;
}
