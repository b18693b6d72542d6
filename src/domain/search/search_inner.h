/* SPDX-License-Identifier: Apache-2.0
 * search_inner: one question, understood once, and the groups of its answer. */
#ifndef ANZE_DOMAIN_SEARCH_INNER_H
#define ANZE_DOMAIN_SEARCH_INNER_H

#include "base/call.h"
#include "base/ip.h"
#include "base/json.h"
#include "db/db.h"

#define SEARCH_ITEMS 10

struct search {
    struct call *call;
    struct json_writer *w;
    struct str text; /* trimmed */
    struct str lower;
    struct str like;  /* %text% with its own % and _ escaped */
    struct str low;   /* the same in lower case */
    struct str until; /* text itself begins everything in text … until, for indexes */
    struct str scope; /* unit path; "" all */
    struct str today;
    bool persons;              /* may this actor look for people at all? */
    bool is_range, is_address; /* an address is a range of one */
    struct ip_key first, last;
    struct str host;                /* of a URL or a domain; else empty */
    bool is_cve, is_code, is_phone; /* code: a number or code rather than a word */
    struct str phone;               /* digits only */
};

/* Understands the text. False when there is nothing to look for. */
bool search_understand(struct search *s, struct str text);

struct search_group {
    struct search *s;
    const char *kind;
    bool open;
    int many;
    int64_t ids[SEARCH_ITEMS];
};
struct search_item {
    int64_t id;
    struct str title, subtitle, unit_name, url;
};
void search_add(struct search_group *group, const struct search_item *item);
void search_close(struct search_group *group);
/* A word of an enum in the reader's language. */
struct str search_word(struct search *s, const char *enum_name, struct str identifier);

enum err search_ranges(struct search *s);
enum err search_units(struct search *s);
enum err search_systems(struct search *s);
enum err search_addresses(struct search *s);
enum err search_people(struct search *s);
enum err search_findings(struct search *s);
enum err search_letters(struct search *s);
enum err search_cases(struct search *s);
/* The text as a LIKE pattern in which brackets of any kind fit any other. */
struct str search_loose(struct search *s);

#endif
