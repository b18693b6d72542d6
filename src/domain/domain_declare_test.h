/* SPDX-License-Identifier: Apache-2.0
 *
 * domain_declare_test: every capability declares itself to the rules, as the program has it at start: the
 * shipped packs ask for facts of any.
 */
#ifndef ANZE_DOMAIN_DECLARE_TEST_H
#define ANZE_DOMAIN_DECLARE_TEST_H

#include "domain/module.h"

/* Once a process; more calls do nothing. */
static inline void domain_declare(void)
{
    static bool declared;
    for (size_t i = 0; !declared && i < module_all_many; i++) {
        const struct module *module = module_all[i];
        rules_declare_subjects(module->subjects, module->many_subjects);
        rules_declare_facts(module->facts, module->many_facts);
        rules_declare_proposals(module->proposals, module->many_proposals);
        if (module->start)
            module->start();
    }
    declared = true;
}

#endif
