/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules_inner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Filled at start before any thread runs, read-only afterwards. */
#define LISTS_MAX  64
#define SHAPED_MAX 1024
static struct {
    const struct rules_fact *facts[LISTS_MAX];
    size_t many_facts[LISTS_MAX], fact_lists;
    const struct rules_subject *subjects[LISTS_MAX];
    size_t many_subjects[LISTS_MAX], subject_lists;
    const struct rules_proposal *proposals[LISTS_MAX];
    size_t many_proposals[LISTS_MAX], proposal_lists;
    rules_listener *listeners[LISTS_MAX];
    size_t many_listeners;
    const struct field_enum *posts;
    const struct calendar *calendar;
    struct shaped {
        const char *sql, *one, *all;
    } shaped[SHAPED_MAX];
    size_t many_shaped;
} declared;

/* Method. Facts are written once, with "($1 = 0 OR x = $1)" for one subject or all. No planner turns that
 * into an index look-up, so both forms are made here, at declaration: "(x = $1)" for one, "($1 = 0)" for all.
 * Text outside the pattern is left alone, and a query without it is used as it stands. */
static char *shape(const char *sql, bool one)
{
    size_t len = strlen(sql);
    char *made = malloc(len + 1), *to = made;
    if (!made)
        log_abort("out of memory");
    const char *end_of = made + len + 1; /* each form is shorter than what it replaces */
    for (const char *at = sql; *at;) {
        int head = 0, expr = 0, end = 0;
        if (*at == '(' && sscanf(at, "( $1 = 0 OR %n%*[A-Za-z0-9_.]%n = $1 )%n", &head, &expr, &end) == 0 &&
            end) {
            if (one)
                to += snprintf(to, (size_t)(end_of - to), "(%.*s = $1)", expr - head, at + head);
            else
                to += snprintf(to, (size_t)(end_of - to), "($1 = 0)");
            at += end;
            continue;
        }
        *to++ = *at++;
    }
    *to = 0;
    return made;
}

static void shape_keep(const char *sql)
{
    if (!sql)
        return;
    if (declared.many_shaped == SHAPED_MAX)
        log_abort("more than %d queries of facts", SHAPED_MAX);
    declared.shaped[declared.many_shaped++] = (struct shaped){sql, shape(sql, true), shape(sql, false)};
}

const char *rules_sql_for(const char *sql, int64_t subject_id)
{
    for (size_t i = 0; i < declared.many_shaped; i++)
        if (declared.shaped[i].sql == sql)
            return subject_id ? declared.shaped[i].one : declared.shaped[i].all;
    return sql;
}

static const char *const posts_builtin[] = {"party_head",         "admin_head",
                                            "deputy_in_charge",   "department_head",
                                            "section_head",       "security_officer",
                                            "data_security_lead", "security_contact",
                                            "ops_contact",        "office_director",
                                            "leading_group_head", "leading_group_member",
                                            "office_member",      NULL};

void rules_declare_facts(const struct rules_fact *facts, size_t many)
{
    if (declared.fact_lists == LISTS_MAX)
        log_abort("more than %d lists of facts", LISTS_MAX);
    for (size_t i = 0; i < many; i++)
        if (rules_fact_named(str_of(facts[i].name)))
            log_abort("fact %s is declared twice", facts[i].name);
        else
            shape_keep(facts[i].sql);
    declared.facts[declared.fact_lists] = facts;
    declared.many_facts[declared.fact_lists++] = many;
}

void rules_declare_subjects(const struct rules_subject *subjects, size_t many)
{
    if (declared.subject_lists == LISTS_MAX)
        log_abort("more than %d lists of subjects", LISTS_MAX);
    for (size_t i = 0; i < many; i++)
        if (rules_subject_named(str_of(subjects[i].name)))
            log_abort("subject %s is declared twice", subjects[i].name);
        else {
            shape_keep(subjects[i].sql);
            shape_keep(subjects[i].system_sql);
        }
    declared.subjects[declared.subject_lists] = subjects;
    declared.many_subjects[declared.subject_lists++] = many;
}

void rules_declare_proposals(const struct rules_proposal *proposals, size_t many)
{
    if (declared.proposal_lists == LISTS_MAX)
        log_abort("more than %d lists of proposals", LISTS_MAX);
    declared.proposals[declared.proposal_lists] = proposals;
    declared.many_proposals[declared.proposal_lists++] = many;
}

void rules_declare_posts(const struct field_enum *posts)
{
    declared.posts = posts;
}

void rules_listen(rules_listener *listener)
{
    if (declared.many_listeners == LISTS_MAX)
        log_abort("more than %d listeners", LISTS_MAX);
    declared.listeners[declared.many_listeners++] = listener;
}

const struct calendar *rules_calendar(void)
{
    return declared.calendar ? declared.calendar : calendar_builtin();
}

void rules_set_calendar(const struct calendar *calendar)
{
    declared.calendar = calendar;
}

enum err rules_tell(struct call *call, enum rules_event event, int64_t duty_id, const char *to)
{
    for (size_t i = 0; i < declared.many_listeners; i++)
        TRY(declared.listeners[i](call, event, duty_id, to));
    return ERR_OK;
}

const struct rules_fact *rules_fact_named(struct str name)
{
    for (size_t i = 0; i < declared.fact_lists; i++)
        for (size_t j = 0; j < declared.many_facts[i]; j++)
            if (str_is(name, declared.facts[i][j].name))
                return &declared.facts[i][j];
    return NULL;
}

const struct rules_fact *rules_fact_at(size_t at)
{
    for (size_t i = 0; i < declared.fact_lists; i++) {
        if (at < declared.many_facts[i])
            return &declared.facts[i][at];
        at -= declared.many_facts[i];
    }
    return NULL;
}

const struct rules_subject *rules_subject_named(struct str name)
{
    for (size_t i = 0; i < declared.subject_lists; i++)
        for (size_t j = 0; j < declared.many_subjects[i]; j++)
            if (str_is(name, declared.subjects[i][j].name))
                return &declared.subjects[i][j];
    return NULL;
}

const struct rules_subject *rules_subject_at(size_t at)
{
    for (size_t i = 0; i < declared.subject_lists; i++) {
        if (at < declared.many_subjects[i])
            return &declared.subjects[i][at];
        at -= declared.many_subjects[i];
    }
    return NULL;
}

const struct rules_proposal *rules_proposal_named(struct str name)
{
    for (size_t i = 0; i < declared.proposal_lists; i++)
        for (size_t j = 0; j < declared.many_proposals[i]; j++)
            if (str_is(name, declared.proposals[i][j].name))
                return &declared.proposals[i][j];
    return NULL;
}

#define NAMES(what, lists)                                                                                   \
    const char *const *rules_##what##_names(struct arena *arena)                                             \
    {                                                                                                        \
        size_t many = 0;                                                                                     \
        for (size_t i = 0; i < declared.lists; i++)                                                          \
            many += declared.many_##what##s[i];                                                              \
        const char **names = ARENA_ARRAY(arena, const char *, many + 1);                                     \
        many = 0;                                                                                            \
        for (size_t i = 0; i < declared.lists; i++)                                                          \
            for (size_t j = 0; j < declared.many_##what##s[i]; j++)                                          \
                names[many++] = declared.what##s[i][j].name;                                                 \
        return names;                                                                                        \
    }
NAMES(fact, fact_lists)
NAMES(subject, subject_lists)
NAMES(proposal, proposal_lists)

const char *const *rules_post_names(void)
{
    return declared.posts ? declared.posts->names : posts_builtin;
}
