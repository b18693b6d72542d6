/* SPDX-License-Identifier: Apache-2.0
 *
 * ip: addresses as sortable text. A key is 32 hex digits of the 16-byte address, IPv4 mapped into
 * ::ffff:0:0/96, so that a range of addresses is a range of an index on either engine.
 */
#ifndef ANZE_BASE_IP_H
#define ANZE_BASE_IP_H

#include <stdbool.h>
#include "base/str.h"

struct ip_key {
    char text[33];
};

bool ip_parse(struct str address, struct ip_key *ret);
/* "10.0.0.0/8", "10.0.0.1-10.0.0.9", "10.0.0.1-9", "2001:db8::/32" or one address. */
bool ip_parse_range(struct str range, struct ip_key *ret_first, struct ip_key *ret_last);
/* The address in its usual spelling. */
struct str ip_text(struct arena *arena, const struct ip_key *key);

#endif
