/* SPDX-License-Identifier: Apache-2.0 */
#include "base/call.h"

/* A sheet with a million bad cells must not fill the arena: past the maximum callers get this one, on no
 * list. */
static _Thread_local struct call_fault spare;

struct call_fault *call_fault_add(struct call *call, const char *field, const char *key)
{
    call->faults_count++;
    struct call_fault *fault = &spare;
    if (call->faults_count <= CALL_FAULTS_MAX) {
        fault = ARENA_NEW(call_lasting(call), struct call_fault);
        if (call->last_fault)
            call->last_fault->next = fault;
        else
            call->faults = fault;
        call->last_fault = fault;
    }
    *fault = (struct call_fault){.key = key};
    if (field && fault != &spare)
        fault->field = str_c(call_lasting(call), str_of(field));
    return fault;
}

enum err call_fail_args(struct call *call, enum err word, const char *field, const char *key,
                        const struct str *args, size_t many)
{
    struct call_fault *fault = call_fault_add(call, field, key);
    /* Copied: an argument is often a text of a database row that the next step overwrites. */
    for (size_t i = 0; fault != &spare && i < many && i < CALL_FAULT_ARGS; i++)
        fault->args[i] = str_copy(call_lasting(call), args[i]);
    return word;
}

void call_faults_clear(struct call *call)
{
    call->faults = call->last_fault = NULL;
    call->faults_count = 0;
}
