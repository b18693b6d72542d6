/* SPDX-License-Identifier: Apache-2.0
 * Method: libxml2's SAX2 interface in pull mode. A reader builds a node per element only to free it again;
 * here nothing is built and the text of elements that nobody asked for is not even copied. The text kept lies
 * in one buffer: opening an element notes the buffer's length, closing it takes what was added and cuts the
 * buffer back, so the text of a parent that surrounds children stays together. XML_PARSE_HUGE is off: the
 * library's own limits (10 MB a value, 256 levels) stand behind ours. */

#include "helpers/paper/xml.h"
#include "helpers/paper/text.h"
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>
#include <stdio.h>
#include <string.h>

#define DEPTH_MAX      100
#define ATTRIBUTES_MAX 256
#define KEEP_MAX       ((size_t)256 * 1024) /* of one element */
#define KEPT_MAX       ((size_t)4 << 20)    /* of all open elements together */

struct level {
    struct str name;
    size_t text_from, text_len;
    bool keep;
};

struct state {
    struct paper_xml xml; /* first: handlers get its address */
    const struct paper_xml_handler *handler;
    const struct paper_xml_source *source;
    xmlParserCtxtPtr parser;
    struct level levels[DEPTH_MAX + 1];
    struct paper_xml_attr attrs[ATTRIBUTES_MAX];
    struct buf text;
    bool stopped;
};

static struct state *state_of(const struct paper_xml *xml)
{
    return (struct state *)(uintptr_t)xml;
}

static struct str of_xml(const xmlChar *text)
{
    return str_of((const char *)text);
}

static void fail(struct state *state, const char *key, struct str arg)
{
    int64_t line = paper_xml_line(&state->xml);
    (void)paper_work_fail(state->xml.work, ERR_INVALID, key, line, arg, STR_NONE);
    paper_xml_stop(&state->xml);
}

int64_t paper_xml_line(const struct paper_xml *xml)
{
    const struct state *state = state_of(xml);
    return state->parser && state->parser->input ? state->parser->input->line : 0;
}

void paper_xml_stop(struct paper_xml *xml)
{
    struct state *state = state_of(xml);
    state->stopped = true;
    xmlStopParser(state->parser);
}

void paper_xml_keep(struct paper_xml *xml)
{
    state_of(xml)->levels[xml->depth].keep = true;
}

struct str paper_xml_above(const struct paper_xml *xml, int up)
{
    return xml->depth - up >= 1 ? state_of(xml)->levels[xml->depth - up].name : STR_NONE;
}

bool paper_xml_below(const struct paper_xml *xml, const char *name)
{
    for (int i = xml->depth - 1; i >= 1; i--)
        if (str_is(state_of(xml)->levels[i].name, name))
            return true;
    return false;
}

struct str paper_xml_attr(const struct paper_xml_attr *attrs, size_t many, const char *name)
{
    for (size_t i = 0; i < many; i++)
        if (str_is(attrs[i].name, name))
            return attrs[i].value;
    return STR_NONE;
}

/* ---- SAX ---- */

static void on_open(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                    int namespaces, const xmlChar **namespace_list, int many, int defaulted,
                    const xmlChar **attributes)
{
    struct state *state = context;
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    if (state->stopped)
        return;
    if (state->xml.depth >= DEPTH_MAX) {
        fail(state, "paper.fault.deep", STR_NONE);
        return;
    }
    struct level *level = &state->levels[++state->xml.depth];
    *level = (struct level){of_xml(name), state->text.len, 0, false};
    size_t kept = 0;
    for (int i = 0; i < many && kept < ATTRIBUTES_MAX; i++) {
        const xmlChar **five = attributes + (size_t)i * 5;
        state->attrs[kept++] =
            (struct paper_xml_attr){of_xml(five[0]), {(const char *)five[3], (size_t)(five[4] - five[3])}};
    }
    state->handler->open(&state->xml, level->name, state->attrs, kept);
}

static void on_close(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    struct state *state = context;
    (void)name, (void)prefix, (void)uri;
    if (state->stopped || state->xml.depth == 0)
        return;
    struct level *level = &state->levels[state->xml.depth];
    if (state->handler->close) {
        struct str text = {state->text.at ? state->text.at + level->text_from : NULL,
                           state->text.len - level->text_from};
        state->handler->close(&state->xml, level->name, level->keep ? text : STR_NONE);
    }
    state->text.len = level->text_from;
    state->xml.depth--;
}

static void on_text(void *context, const xmlChar *at, int len)
{
    struct state *state = context;
    struct level *level = &state->levels[state->xml.depth];
    if (state->stopped || state->xml.depth == 0 || !level->keep || len <= 0)
        return;
    size_t room = KEEP_MAX - level->text_len, take = (size_t)len < room ? (size_t)len : room;
    struct str piece = paper_clip((struct str){(const char *)at, (size_t)len}, take);
    buf_add_str(&state->text, piece);
    level->text_len = piece.len < (size_t)len ? KEEP_MAX : level->text_len + piece.len;
    if (state->text.over)
        fail(state, "paper.fault.row_large", STR_NONE);
}

/* A file of data needs no entities of its own; the ways to misuse them (expansion, reading files) end here.
 */
static void on_entity_declaration(void *context, const xmlChar *name, int type, const xmlChar *public_id,
                                  const xmlChar *system_id, xmlChar *content)
{
    (void)type, (void)public_id, (void)system_id, (void)content;
    fail(context, "paper.fault.entity", of_xml(name));
}

static xmlEntityPtr on_entity(void *context, const xmlChar *name)
{
    (void)context;
    return xmlGetPredefinedEntity(name);
}

static void on_reference(void *context, const xmlChar *name)
{
    fail(context, "paper.fault.entity", of_xml(name));
}

static void on_error(void *context, xmlErrorPtr error)
{
    struct state *state = context;
    if (state->stopped || !error || error->level != XML_ERR_FATAL)
        return;
    char why[200];
    struct str message = str_trim(str_of(error->message));
    int len = snprintf(why, sizeof why, "%d: %.*s", error->int2, message.len > 150 ? 150 : (int)message.len,
                       message.at ? message.at : "");
    struct str text = {why, len > 0 ? (size_t)len : 0};
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)why[i] < 32 || (unsigned char)why[i] > 126)
            why[i] = '?'; /* the message may quote half a character of the file */
    (void)paper_work_fail(state->xml.work, ERR_INVALID, "paper.fault.xml", error->line, text, STR_NONE);
    state->stopped = true;
}

static int on_read(void *context, char *at, int len)
{
    struct state *state = context;
    size_t got = 0;
    if (state->stopped)
        return -1;
    if (state->source->next(state->source->context, at, (size_t)len, &got) != ERR_OK) {
        state->stopped = true;
        return -1;
    }
    return (int)got;
}

static enum err next_of_work(void *context, char *at, size_t len, size_t *ret_len)
{
    return paper_text_read(context, at, len, ret_len);
}

struct paper_xml_source paper_xml_of_work(struct paper_work *work)
{
    return (struct paper_xml_source){work, next_of_work};
}

static void free_parser(xmlParserCtxtPtr *parser)
{
    if (!*parser)
        return;
    if ((*parser)->myDoc)
        xmlFreeDoc((*parser)->myDoc);
    xmlFreeParserCtxt(*parser);
}

static enum err run(struct state *state)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_open,
        .endElementNs = on_close,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .entityDecl = on_entity_declaration,
        .getEntity = on_entity,
        .reference = on_reference,
        .serror = on_error,
    };
    __attribute__((cleanup(free_parser))) xmlParserCtxtPtr parser =
        xmlCreateIOParserCtxt(&sax, state, on_read, NULL, state, XML_CHAR_ENCODING_NONE);
    if (!parser)
        return paper_work_fail(state->xml.work, ERR_INVALID, "paper.fault.xml", 1, STR("1: empty"), STR_NONE);
    state->parser = parser;
    /* NOENT so that &amp; in an attribute comes as itself; entities of the file's own were refused when they
     * were declared. */
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOENT);
    int result = xmlParseDocument(parser);
    state->parser = NULL;
    if (state->xml.work->key)
        return state->xml.work->word;
    if (state->stopped)
        return ERR_OK;
    if (result != 0 || !parser->wellFormed)
        return paper_work_fail(state->xml.work, ERR_INVALID, "paper.fault.xml",
                               parser->input ? parser->input->line : 0, STR("?"), STR_NONE);
    return ERR_OK;
}

enum err paper_xml_parse(struct paper_work *work, const struct paper_xml_source *source,
                         const struct paper_xml_handler *handler, void *context)
{
    struct state *state = ARENA_NEW(work->arena, struct state);
    state->xml = (struct paper_xml){work, context, 0};
    state->handler = handler;
    state->source = source;
    state->text.max = KEPT_MAX;
    enum err word = run(state);
    buf_free(&state->text);
    return word;
}
