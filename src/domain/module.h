/* SPDX-License-Identifier: Apache-2.0
 *
 * module: what a capability folder declares about itself. src/domain/<name>/ defines `const struct module
 * <name>_module` in <name>_http.c; CMake finds the folder, embeds its steps and words, and writes the list.
 */
#ifndef ANZE_DOMAIN_MODULE_H
#define ANZE_DOMAIN_MODULE_H

#include "http/http.h"
#include "jobs/jobs.h"
#include "rules/rules.h"

struct module {
    const char *name;
    const struct http_route *routes;
    size_t many_routes;
    const struct rules_fact *facts;
    size_t many_facts;
    const struct rules_subject *subjects;
    size_t many_subjects;
    const struct rules_proposal *proposals;
    size_t many_proposals;
    const struct jobs_kind *jobs;
    size_t many_jobs;
    const char *const
        *scoped_tables; /* NULL-terminated: tables with unit_id and unit_path, moved along with a unit */
    const char *const *unit_columns; /* pairs "table", "column", then NULL: other columns that name a unit;
                                        when that unit is merged into another, they name the other */
    void (*start)(void);             /* listeners; may be NULL */
};

#define MODULE_MANY(array) (array), sizeof(array) / sizeof((array)[0])

/* Written by CMake into the build folder. */
extern const struct module *const module_all[];
extern const size_t module_all_many;

#endif
