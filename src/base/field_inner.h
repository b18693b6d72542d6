/* SPDX-License-Identifier: Apache-2.0
 * field_inner: what the files of field share; not for other rooms. */
#ifndef ANZE_BASE_FIELD_INNER_H
#define ANZE_BASE_FIELD_INNER_H

#include "base/field.h"

/* Runs the check of a format; it may put a normalised text in place (in the call's arena). NULL when the text is
 * good, else the key of the fault. */
const char *field_format_check(struct call *call, const char *format, struct str *text);
/* Full-width letters, digits and punctuation (U+FF01-FF5E, U+3000) as their ASCII twins. */
struct str field_narrow(struct arena *arena, struct str text);
/* At most 40 code points of what was entered, for messages. */
struct str field_excerpt(struct call *call, struct str text);
/* The choices of a closed list, by their labels, for messages. */
struct str field_choices(struct call *call, const struct field_enum *of);

#endif
