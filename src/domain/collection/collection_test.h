/* SPDX-License-Identifier: Apache-2.0
 *
 * collection_test: a county with the S pack loaded and the posts of one bureau filled, for the tests of this
 * capability and of the pledge.
 */
#ifndef ANZE_DOMAIN_COLLECTION_TEST_H
#define ANZE_DOMAIN_COLLECTION_TEST_H

#include "domain/domain_test.h"

#include "domain/attachment/attachment.h"
#include "domain/collection/collection_inner.h"
#include "domain/org/org.h"
#include "domain/pledge/pledge.h"

#define OK(expression) assert_int_equal((expression), ERR_OK)
#define FORM_ID        "SA2.responsibility_table"

struct domain_test {
    struct county county;
    struct call *call;
    int64_t unit_id, other_id;
};

static inline struct str pack_text(struct arena *arena)
{
    FILE *file = fopen(str_format(arena, "%s/packs/S.yaml", getenv("ANZE_SOURCE")).at, "re");
    assert_non_null(file);
    char *text = arena_alloc(arena, 1 << 20);
    size_t len = fread(text, 1, 1 << 20, file);
    fclose(file);
    return (struct str){text, len};
}

/* The pack with one text replaced, wherever it stands. */
static inline struct str pack_edited(struct arena *arena, const char *old, const char *new)
{
    struct str text = pack_text(arena);
    char *out = arena_alloc(arena, 2 << 20);
    size_t len = 0, at = 0, many = 0, old_len = strlen(old);
    while (at < text.len) {
        bool hit = text.len - at >= old_len && memcmp(text.at + at, old, old_len) == 0;
        if (hit) {
            memcpy(out + len, new, strlen(new));
            len += strlen(new), at += old_len, many++;
        } else
            out[len++] = text.at[at++];
    }
    assert_true(many > 0);
    return (struct str){out, len};
}

static inline struct field_record make_record(struct call *call, const struct field_table *table,
                                              const char *const *pairs)
{
    struct field_record record = {table, ARENA_ARRAY(call->arena, struct field_value, table->many)};
    for (; *pairs; pairs++) {
        struct str rest = str_of(*pairs), name;
        assert_true(str_cut(&rest, '=', &name));
        struct field_value *value = field_get(&record, str_c(call->arena, name));
        *value = (struct field_value){.given = true, .empty = rest.len == 0, .text = rest};
        (void)str_to_int(rest, &value->number);
    }
    return record;
}
#define DOMAIN_RECORD(call, table, ...) make_record((call), (table), (const char *const[]){__VA_ARGS__, NULL})

static inline int64_t person(struct domain_test *t, int64_t unit_id, const char *name, const char *post)
{
    int64_t person_id, post_id;
    struct call *call = t->call;
    struct field_record record =
        DOMAIN_RECORD(call, &org_person_table, str_format(call->arena, "unit_id=%lld", (long long)unit_id).at,
                      str_format(call->arena, "person_name=%s", name).at, "title=局长", "mobile=13900000001",
                      "office_phone=0000-8000001");
    OK(org_person_create(call, &record, &person_id));
    OK(org_post_appoint(call, unit_id, person_id, str_of(post), STR_NONE, STR_NONE, &post_id));
    return person_id;
}

static inline void setup(struct domain_test *t)
{
    struct rules_load_report report;
    ARENA(arena, 4 << 20);
    domain_declare();
    county_open(&t->county);
    t->call = t->county.call;
    t->call->actor = &access_local_admin;
    t->unit_id = COUNTY_EDU;
    t->other_id = COUNTY_HEALTH;
    OK(rules_pack_load(t->call, pack_text(arena), false, &report));
    person(t, t->unit_id, "张示例", "party_head");
    person(t, t->unit_id, "李示例", "admin_head");
    person(t, t->unit_id, "王示例", "deputy_in_charge");
    person(t, t->unit_id, "赵示例", "department_head");
    person(t, t->unit_id, "钱示例", "security_contact");
    OK(rules_settle(t->call));
}

static inline int64_t launch(struct domain_test *t, const char *form)
{
    int64_t collection_id;
    struct field_record record =
        DOMAIN_RECORD(t->call, &collection_launch_table, str_format(t->call->arena, "form_id=%s", form).at,
                      "title=责任体系填报", "working_days=5", "audience=all");
    OK(collection_launch(t->call, &record, &collection_id));
    return collection_id;
}

static inline int64_t task_of(struct domain_test *t, int64_t collection_id, int64_t unit_id)
{
    int64_t task_id;
    OK(db_get_int(t->call, &task_id, 0,
                  "SELECT task_id FROM collection_task WHERE collection_id = $1 AND unit_id = $2",
                  db_int(collection_id), db_int(unit_id)));
    assert_true(task_id > 0);
    return task_id;
}

static inline struct collection_task now(struct domain_test *t, int64_t task_id)
{
    struct collection_task task;
    OK(collection_task_reach(t->call, task_id, &task));
    return task;
}

static inline void scan(struct domain_test *t, const char *subject, int64_t id, const char *kind)
{
    int64_t attachment_id;
    struct attachment_new made = {.subject_kind = str_of(subject),
                                  .kind = str_of(kind),
                                  .file_name = STR("盖章.pdf"),
                                  .subject_id = id,
                                  .unit_id = t->unit_id,
                                  .file = {STR("ab12"), "application/pdf", 10}};
    made.unit_path = STR(COUNTY_EDU_PATH);
    assert_true(attachment_period_parse(t->call, STR_NONE, &made.period));
    OK(attachment_add(t->call, &made, &attachment_id));
}

static inline bool duty_open(struct domain_test *t, const char *rule)
{
    struct rules_duty duty;
    OK(rules_settle(t->call));
    OK(rules_duty_of(t->call, rule, "unit", t->unit_id, &duty));
    return str_is(duty.state, "open");
}

static inline bool refused_with(struct domain_test *t, enum err word, const char *key)
{
    bool found = word != ERR_OK && t->call->faults && strcmp(t->call->faults->key, key) == 0;
    if (!found)
        print_message("word %s, first fault %s\n", err_word(word),
                      t->call->faults ? t->call->faults->key : "none");
    call_faults_clear(t->call);
    return found;
}

static inline struct field_record no_remarks(struct domain_test *t, const char *reason)
{
    return DOMAIN_RECORD(t->call, &collection_return_table,
                         str_format(t->call->arena, "reason=%s", reason).at);
}

#endif
