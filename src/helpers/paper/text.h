/* SPDX-License-Identifier: Apache-2.0
 *
 * text: small readings that all scanner formats share.
 */
#ifndef ANZE_HELPERS_PAPER_TEXT_H
#define ANZE_HELPERS_PAPER_TEXT_H

#include "helpers/paper.h"

struct str paper_clip(struct str text, size_t max); /* cut at a code point */
/* A field that is set again and again: copies value into it, cut to its maximum. */
void paper_keep(struct buf *field, struct str value);
struct str paper_kept(const struct buf *field);
bool paper_same(struct str a, const char *b);                   /* ASCII letters in any case */
bool paper_holds(struct str text, const char *lower_case_word); /* ASCII letters in any case */
/* "None" "Info" "Log" "Low" "Medium" "Moderate" "High" "Critical" "Serious" "严重" "高危" …, or a digit 0–4
 * as Nessus writes. */
bool paper_severity_of(struct str text, enum paper_severity *ret);
enum paper_severity paper_severity_by_cvss(int32_t cvss10);
int32_t paper_cvss10(struct str text); /* "7.5" -> 75; −1 when it is no score */
/* Adds every CVE id found in text to cves, each once. cves->max bounds it. */
void paper_cves_add(struct buf *cves, struct str text);
/* ISO 8601, "Wed Mar 23 15:07:52 2022" (taken as UTC), or epoch seconds; 0 when it is none of them. */
int64_t paper_time_ms(struct str text);
bool paper_is_address(struct str text); /* IPv4 or IPv6 */
/* A host name as found: without scheme, user, port, path and final dot, lower-case; into buf of size. Empty
 * when it is none. */
struct str paper_host_name(struct str text, char *buf, size_t size);

struct paper_url {
    struct str scheme, host, path; /* path without query and fragment, at least "/" */
    int32_t port;                  /* by scheme when not written */
};
bool paper_url_split(struct str url, struct paper_url *ret);
/* The first http:// or https:// address in a text, up to a blank, quote or bracket. */
struct str paper_url_in(struct str text);
/* Text out of the HTML that web scanners put into descriptions: tags dropped, block ends as line ends, the
 * usual entities. */
void paper_plain(struct buf *out, struct str html);
bool paper_port_of(struct str text, int32_t *ret); /* 0…65535 */

#endif
