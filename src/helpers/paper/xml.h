/* SPDX-License-Identifier: Apache-2.0
 *
 * xml: elements as they pass by, never a tree. No DTD is fetched, entity declarations are refused, nesting
 * and the text kept of one element are bounded. Names come without their name-space prefix.
 */
#ifndef ANZE_HELPERS_PAPER_XML_H
#define ANZE_HELPERS_PAPER_XML_H

#include "helpers/paper/work.h"

struct paper_xml_attr {
    struct str name, value;
};

struct paper_xml;

struct paper_xml_handler {
    void (*open)(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs, size_t many);
    /* text: what stood directly inside (not in children), when open asked for it with paper_xml_keep. */
    void (*close)(struct paper_xml *xml, struct str name, struct str text); /* may be NULL */
};

struct paper_xml {
    struct paper_work *work;
    void *context; /* of the handler */
    int depth;     /* of the element being opened or closed; the root is 1 */
};

/* Bytes come from next(): a file, or a part of a ZIP. */
struct paper_xml_source {
    void *context;
    enum err (*next)(void *context, char *at, size_t len, size_t *ret_len);
};

MUST_USE enum err paper_xml_parse(struct paper_work *work, const struct paper_xml_source *source,
                                  const struct paper_xml_handler *handler, void *context);
/* The work's own text as a source. */
struct paper_xml_source paper_xml_of_work(struct paper_work *work);

/* Inside open: the text of this element is wanted. */
void paper_xml_keep(struct paper_xml *xml);
/* Name of the element `up` levels above the current one (1: its parent); STR_NONE above the root. */
struct str paper_xml_above(const struct paper_xml *xml, int up);
bool paper_xml_below(const struct paper_xml *xml, const char *name); /* some element above has this name */
/* Line of the current place. */
int64_t paper_xml_line(const struct paper_xml *xml);
/* Stops the parsing with the fault recorded on the work, or quietly when none is (the caller has what it
 * wanted). */
void paper_xml_stop(struct paper_xml *xml);

struct str paper_xml_attr(const struct paper_xml_attr *attrs, size_t many, const char *name);

#endif
