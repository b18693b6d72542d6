/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper/weakness.h"
#include <stdio.h>

#define TEXT_MAX ((size_t)16 * 1024 + 1)

static struct buf *field_at(struct paper_weakness *weakness, size_t i, size_t *ret_max)
{
    static const size_t maxima[] = {64,       256,      4096,     16,  2048, 300, 512, TEXT_MAX,
                                    TEXT_MAX, TEXT_MAX, TEXT_MAX, 300, 1024, 64,  200, 2048};
    struct buf *fields[] = {
        &weakness->address,     &weakness->name,      &weakness->names,    &weakness->protocol,
        &weakness->url,         &weakness->rule,      &weakness->title,    &weakness->cves,
        &weakness->description, &weakness->remedy,    &weakness->evidence, &weakness->unique,
        &weakness->location,    &weakness->dismissed, &weakness->service,  &weakness->file};
    _Static_assert(sizeof maxima / sizeof maxima[0] == sizeof fields / sizeof fields[0],
                   "one maximum a field");
    if (i >= sizeof fields / sizeof fields[0])
        return NULL;
    *ret_max = maxima[i];
    return fields[i];
}

void paper_weakness_init(struct paper_weakness *weakness)
{
    struct buf *field;
    size_t max;
    *weakness = (struct paper_weakness){.cvss10 = -1};
    for (size_t i = 0; (field = field_at(weakness, i, &max)); i++)
        field->max = max;
}

void paper_weakness_free(struct paper_weakness *weakness)
{
    struct buf *field;
    size_t max;
    for (size_t i = 0; (field = field_at(weakness, i, &max)); i++)
        buf_free(field);
}

void paper_weakness_clear_item(struct paper_weakness *weakness)
{
    struct buf *field;
    size_t max;
    for (size_t i = 3; (field = field_at(weakness, i, &max)); i++)
        field->len = 0;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): field_at's NULL is the end of its list */
    weakness->port = 0;
    weakness->port_implied = false;
    weakness->cvss10 = -1;
    weakness->cvss_rank = 0;
    weakness->severity = PAPER_INFO;
    weakness->place = 0;
}

void paper_weakness_clear(struct paper_weakness *weakness)
{
    paper_weakness_clear_item(weakness);
    weakness->address.len = weakness->name.len = weakness->names.len = 0;
    weakness->started_ms = weakness->ended_ms = 0;
}

void paper_weakness_name(struct paper_weakness *weakness, struct str text)
{
    char lower[256];
    struct str name = paper_host_name(text, lower, sizeof lower);
    if (name.len == 0 || paper_is_address(name))
        return;
    if (weakness->name.len == 0)
        paper_keep(&weakness->name, name);
    struct str rest = paper_kept(&weakness->names), have;
    while (str_cut(&rest, ' ', &have))
        if (str_eq(have, name))
            return;
    if (weakness->names.len + name.len + 1 >= weakness->names.max)
        return;
    if (weakness->names.len)
        buf_add_char(&weakness->names, ' ');
    buf_add_str(&weakness->names, name);
}

void paper_weakness_host(struct paper_weakness *weakness, struct str text)
{
    char lower[256];
    text = str_trim(text);
    if (!paper_is_address(text))
        text = paper_host_name(text, lower, sizeof lower);
    if (!paper_is_address(text))
        paper_weakness_name(weakness, text);
    else if (weakness->address.len == 0)
        paper_keep(&weakness->address, text);
}

void paper_weakness_more(struct buf *field, struct str text)
{
    text = str_trim(text);
    if (text.len == 0 || field->len + 8 >= field->max)
        return;
    if (field->len)
        buf_add(field, "\n\n", 2);
    buf_add_str(field, paper_clip(text, field->max - field->len - 1));
}

void paper_weakness_html(struct buf *field, struct str html)
{
    BUF(plain, TEXT_MAX);
    paper_plain(&plain, html);
    paper_weakness_more(field, buf_str(&plain));
}

void paper_weakness_score(struct paper_weakness *weakness, struct str score, int32_t rank)
{
    int32_t cvss10 = paper_cvss10(score);
    if (cvss10 < 0 || rank < weakness->cvss_rank)
        return;
    weakness->cvss10 = rank == weakness->cvss_rank && weakness->cvss10 > cvss10 ? weakness->cvss10 : cvss10;
    weakness->cvss_rank = rank;
}

void paper_weakness_url(struct paper_weakness *weakness, struct str url)
{
    struct paper_url parts;
    if (!paper_url_split(url, &parts))
        return;
    paper_keep(&weakness->url, str_trim(url));
    if (weakness->address.len == 0 && weakness->name.len == 0)
        paper_weakness_host(weakness, parts.host);
    if (weakness->port == 0 && parts.port > 0) {
        weakness->port = parts.port;
        weakness->port_implied = true;
        paper_keep(&weakness->protocol, STR("tcp"));
    }
}

void paper_weakness_give_host(struct paper_weakness *weakness, struct paper_give *give, bool up)
{
    const struct paper_scan_host host = {
        paper_kept(&weakness->address), paper_kept(&weakness->name), paper_kept(&weakness->names), up,
        weakness->started_ms,           weakness->ended_ms,
    };
    if (host.address.len || host.name.len)
        paper_give_host(give, &host);
}

void paper_weakness_give_port(struct paper_weakness *weakness, struct paper_give *give)
{
    const struct paper_scan_port port = {
        .address = paper_kept(&weakness->address),
        .name = paper_kept(&weakness->name),
        .protocol = paper_kept(&weakness->protocol),
        .port = weakness->port,
        .state = STR("open"),
        .service = paper_kept(&weakness->service),
    };
    if (port.address.len == 0 && port.name.len == 0)
        return;
    if (weakness->port_implied)
        paper_give_tried(give, &port);
    else
        paper_give_port(give, &port);
}

void paper_weakness_give(struct paper_weakness *weakness, struct paper_give *give)
{
    struct paper_url parts = {0};
    paper_weakness_give_host(weakness, give, true);
    paper_weakness_give_port(weakness, give);
    const struct paper_scan_record record = {
        .kind = PAPER_WEAKNESS,
        .address = paper_kept(&weakness->address),
        .name = paper_kept(&weakness->name),
        .port = weakness->port,
        .protocol = paper_kept(&weakness->protocol),
        .url = paper_kept(&weakness->url),
        .path =
            paper_url_split(paper_kept(&weakness->url), &parts) ? parts.path : paper_kept(&weakness->file),
        .rule = paper_kept(&weakness->rule),
        .title = paper_kept(&weakness->title),
        .severity = weakness->severity,
        .cvss10 = weakness->cvss10,
        .cves = paper_kept(&weakness->cves),
        .description = paper_kept(&weakness->description),
        .remedy = paper_kept(&weakness->remedy),
        .evidence = paper_kept(&weakness->evidence),
        .unique = paper_kept(&weakness->unique),
        .location = paper_kept(&weakness->location),
        .dismissed = paper_kept(&weakness->dismissed),
        .place = weakness->place,
    };
    paper_give_record(give, &record);
}
