/* SPDX-License-Identifier: Apache-2.0
 * field_inner: what the files of field share; not for other rooms. */
#ifndef ANZE_BASE_FIELD_INNER_H
#define ANZE_BASE_FIELD_INNER_H

#include "base/field.h"

/* Runs the check of a format; it may put a normalised text in place (in the call's arena). NULL when the text
 * is good, else the key of the fault. */
const char *field_format_check(struct call *call, const char *format, struct str *text);
/* Full-width letters, digits and punctuation (U+FF01-FF5E, U+3000) as their ASCII twins. */
struct str field_narrow(struct arena *arena, struct str text);
/* At most 40 code points of what was entered, for messages. */
struct str field_excerpt(struct call *call, struct str text);
/* The choices of a closed list, by their labels, for messages. */
struct str field_choices(struct call *call, const struct field_enum *of);

/* The checks of single formats, in the files of their topics. */
const char *field_check_ip(struct call *call, struct str *text);
const char *field_check_ip_range(struct call *call, struct str *text);
const char *field_check_domain(struct call *call, struct str *text);
const char *field_check_url(struct call *call, struct str *text);
const char *field_check_port(struct call *call, struct str *text);
const char *field_check_digits(struct call *call, struct str *text);
const char *field_check_mobile(struct call *call, struct str *text);
const char *field_check_phone(struct call *call, struct str *text);
const char *field_check_email(struct call *call, struct str *text);
const char *field_check_person_name(struct call *call, struct str *text);
const char *field_check_citizen_id(struct call *call, struct str *text);
const char *field_check_luhn(struct call *call, struct str *text);
const char *field_check_login_name(struct call *call, struct str *text);
const char *field_check_password(struct call *call, struct str *text);
/* Lower case, no dot at the end. single: one label is enough (hosts of a local network). */
bool field_host_name(struct call *call, struct str *text, bool single);

#endif
