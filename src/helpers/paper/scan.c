/* SPDX-License-Identifier: Apache-2.0
 * Method: the first bytes tell the layout ('<', '{' or '[', else separated values); the root element, the
 * header or the first keys tell the format. The name of the file plays no part. */
#include "helpers/paper/scan.h"
#include <string.h>

static const struct paper_xml_format *const xml_formats[] = {
    &paper_nmap_format,   &paper_nessus_format,     &paper_openvas_format, &paper_zap_format,
    &paper_burp_format,   &paper_nikto_format,      &paper_sslscan_format, &paper_wapiti_format,
    &paper_qualys_format, &paper_qualys_web_format,
};
static const struct paper_csv_format *const csv_formats[] = {
    &paper_nessus_csv_format,
    &paper_openvas_csv_format,
    &paper_testssl_csv_format,
};
static const struct paper_json_format *const json_formats[] = {
    &paper_sarif_format,  &paper_trivy_format,      &paper_burp_json_format,
    &paper_nuclei_format, &paper_nikto_json_format,
};

/* ---- XML: the root decides ---- */

struct router {
    struct paper_route route; /* first: format handlers see it as xml->context */
    const struct paper_xml_format *format;
};

static void route_open(struct paper_xml *xml, struct str name, const struct paper_xml_attr *attrs,
                       size_t many)
{
    struct router *router = xml->context;
    for (size_t i = 0; !router->format && i < sizeof xml_formats / sizeof xml_formats[0]; i++)
        if (xml_formats[i]->mine(name, attrs, many)) {
            router->format = xml_formats[i];
            router->route.state = router->format->start(xml->work);
        }
    if (router->format) {
        router->format->handler.open(xml, name, attrs, many);
        if (router->route.give->word != ERR_OK)
            paper_xml_stop(xml);
    } else if (xml->depth >= 2) { /* one unknown element may wrap joined reports */
        struct str root = paper_xml_above(xml, 1);
        (void)paper_work_fail(xml->work, ERR_INVALID, "paper.fault.unknown_xml", paper_xml_line(xml),
                              paper_clip(root, 100), STR_NONE);
        paper_xml_stop(xml);
    }
}

static void route_close(struct paper_xml *xml, struct str name, struct str text)
{
    struct router *router = xml->context;
    if (router->format && router->format->handler.close)
        router->format->handler.close(xml, name, text);
    else if (!router->format)
        (void)paper_work_fail(xml->work, ERR_INVALID, "paper.fault.unknown_xml", paper_xml_line(xml),
                              paper_clip(name, 100), STR_NONE);
}

static enum err read_xml(struct paper_work *work, struct paper_give *give, struct str encoding)
{
    static const struct paper_xml_handler handler = {route_open, route_close};
    struct router router = {{give, NULL, 1}, NULL};
    const struct paper_xml_source source = paper_xml_of_work(work);
    enum err word = paper_xml_parse(work, &source, &handler, &router);
    if (word == ERR_OK && router.format && router.format->two_passes) {
        router.route.pass = 2;
        word = paper_text_open(work, encoding);
        if (word == ERR_OK)
            word = paper_xml_parse(work, &source, &handler, &router);
    }
    if (router.format)
        router.format->finish(&router.route, word == ERR_OK);
    return word;
}

/* ---- CSV: the header decides; notes may stand above it ---- */

#define HEADER_WITHIN 20

static enum err read_csv_with(struct paper_work *work, struct paper_give *give, struct paper_csv *csv)
{
    struct paper_csv_header *header = ARENA_NEW(work->arena, struct paper_csv_header);
    for (int i = 0; i < HEADER_WITHIN; i++) {
        bool more = false;
        TRY(paper_csv_next(csv, &more));
        if (!more)
            break;
        paper_csv_header_take(header, work->arena, csv);
        for (size_t k = 0; k < sizeof csv_formats / sizeof csv_formats[0]; k++)
            if (csv_formats[k]->mine(header))
                return csv_formats[k]->read(work, give, csv, header);
    }
    return paper_work_fail(work, ERR_INVALID, "paper.fault.unknown_format", 1, STR_NONE, STR_NONE);
}

static enum err read_csv(struct paper_work *work, struct paper_give *give)
{
    struct paper_csv csv;
    enum err word = paper_csv_open(&csv, work);
    if (word == ERR_OK)
        word = read_csv_with(work, give, &csv);
    paper_csv_close(&csv);
    return word;
}

/* ---- JSON: the keys of the outermost object (or of the elements of the outermost array) decide ---- */

struct guess {
    const struct paper_json_format *format;
};

static void guess_by_key(struct paper_walk *walk)
{
    struct guess *guess = walk->context;
    bool in_array = walk->depth == 2 && walk->keys[1].len == 0;
    if (guess->format || !(walk->depth == 1 || in_array) || walk->keys[walk->depth].len == 0)
        return;
    for (size_t i = 0; !guess->format && i < sizeof json_formats / sizeof json_formats[0]; i++)
        if (json_formats[i]->mine(walk->keys[walk->depth], in_array))
            guess->format = json_formats[i];
    walk->stop = guess->format != NULL;
}

/* Below the second level nothing is looked at, but it is still read as JSON. */
static bool guess_take(struct paper_walk *walk, bool object)
{
    (void)object;
    guess_by_key(walk);
    return false;
}

static enum err guess_value(struct paper_walk *walk, struct str text)
{
    (void)text;
    guess_by_key(walk);
    return ERR_OK;
}

static enum err read_json(struct paper_work *work, struct paper_give *give)
{
    static const struct paper_walk_handler handler = {guess_take, NULL, guess_value};
    struct guess guess = {NULL};
    TRY(paper_walk(work, &handler, &guess, true));
    if (!guess.format)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.unknown_format", 1, STR_NONE, STR_NONE);
    TRY(paper_text_open(work, STR_NONE));
    TRY(guess.format->read(work, give));
    return give->word;
}

/* A scanner that writes a line a finding writes nothing when it finds nothing. */
static enum err read_nothing(struct paper_give *give)
{
    const struct paper_scan_head head = {
        .format = STR("nuclei"), .layout = STR("jsonl"), .tool = STR("nuclei")};
    paper_give_head(give, &head);
    return ERR_OK;
}

/* ---- the layout ---- */

/* encoding="…" of an XML declaration in ASCII bytes; STR_NONE when there is none. */
static struct str xml_encoding(struct str head)
{
    size_t at = 0, end = 0;
    head = str_trim(head);
    if (!str_starts(head, STR("<?xml")) || !str_find(head, STR("?>"), &end))
        return STR_NONE;
    head = str_slice(head, 0, end);
    if (!str_find(head, STR("encoding"), &at))
        return STR_NONE;
    head = str_trim(str_slice(head, at + 8, head.len));
    if (head.len < 3 || head.at[0] != '=')
        return STR_NONE;
    head = str_trim(str_slice(head, 1, head.len));
    if (head.len < 2 || (head.at[0] != '"' && head.at[0] != '\''))
        return STR_NONE;
    struct str rest = str_slice(head, 1, head.len), name;
    return str_cut(&rest, head.at[0], &name) ? name : STR_NONE;
}

/* The first character that is no white space, past a byte-order mark; works for UTF-16 too, which has NULs
 * between. */
static char first_character(struct str head)
{
    for (size_t i = 0; i < head.len; i++) {
        unsigned char c = (unsigned char)head.at[i];
        if (c > ' ' && c != 0xEF && c != 0xBB && c != 0xBF && c != 0xFE && c != 0xFF)
            return (char)c;
    }
    return 0;
}

static enum err read_any(struct paper_work *work, struct paper_give *give)
{
    char bytes[1024];
    struct str head = {bytes, paper_work_peek(work, bytes, sizeof bytes)};
    if (head.len >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
        return paper_work_fail(work, ERR_INVALID, "paper.fault.is_zip", 0, STR_NONE, STR_NONE);
    char first = first_character(head);
    struct str encoding = first == '<' ? xml_encoding(head) : STR_NONE;
    TRY(paper_text_open(work, encoding));
    if (work->bytes == 0)
        return read_nothing(give);
    if (first == '<')
        return read_xml(work, give, encoding);
    return first == '{' || first == '[' ? read_json(work, give) : read_csv(work, give);
}

enum err paper_scan_read(struct paper_work *work)
{
    struct paper_give give;
    paper_give_open(&give, work);
    enum err word = read_any(work, &give);
    if (word == ERR_OK)
        word = paper_give_end(&give);
    paper_give_close(&give);
    return word;
}
