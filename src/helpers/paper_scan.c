/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper.h"
#include "helpers/paper_wire.h"

static enum err give_head(const struct paper_scan_sink *sink, const struct paper_fields *f)
{
    struct paper_scan_head head = {
        .format = f->text[PAPER_T_FORMAT],
        .layout = f->text[PAPER_T_LAYOUT],
        .tool = f->text[PAPER_T_TOOL],
        .version = f->text[PAPER_T_VERSION],
        .title = f->text[PAPER_T_TITLE],
        .started_ms = paper_number(f, PAPER_N_STARTED),
    };
    return sink->begin ? sink->begin(sink->context, &head) : ERR_OK;
}

static enum err give_host(const struct paper_scan_sink *sink, const struct paper_fields *f)
{
    struct paper_scan_host host = {
        .address = f->text[PAPER_T_ADDRESS],
        .name = f->text[PAPER_T_NAME],
        .names = f->text[PAPER_T_NAMES],
        .up = paper_number(f, PAPER_N_UP) != 0,
        .started_ms = paper_number(f, PAPER_N_STARTED),
        .ended_ms = paper_number(f, PAPER_N_ENDED),
    };
    return sink->host ? sink->host(sink->context, &host) : ERR_OK;
}

static enum err give_port(const struct paper_scan_sink *sink, const struct paper_fields *f)
{
    struct paper_scan_port port = {
        .address = f->text[PAPER_T_ADDRESS],
        .name = f->text[PAPER_T_NAME],
        .protocol = f->text[PAPER_T_PROTOCOL],
        .port = (int32_t)paper_number(f, PAPER_N_PORT),
        .state = f->text[PAPER_T_STATE],
        .service = f->text[PAPER_T_SERVICE],
        .product = f->text[PAPER_T_PRODUCT],
        .version = f->text[PAPER_T_VERSION],
    };
    return sink->port ? sink->port(sink->context, &port) : ERR_OK;
}

static enum err give_record(const struct paper_scan_sink *sink, const struct paper_fields *f)
{
    struct paper_scan_record record = {
        .kind = paper_number(f, PAPER_N_KIND) == PAPER_WEAKNESS ? PAPER_WEAKNESS : PAPER_OPEN_PORT,
        .address = f->text[PAPER_T_ADDRESS],
        .name = f->text[PAPER_T_NAME],
        .port = (int32_t)paper_number(f, PAPER_N_PORT),
        .protocol = f->text[PAPER_T_PROTOCOL],
        .url = f->text[PAPER_T_URL],
        .path = f->text[PAPER_T_PATH],
        .rule = f->text[PAPER_T_RULE],
        .title = f->text[PAPER_T_TITLE],
        .severity = (enum paper_severity)paper_number(f, PAPER_N_SEVERITY),
        .cvss10 = (int32_t)paper_number(f, PAPER_N_CVSS),
        .cves = f->text[PAPER_T_CVES],
        .description = f->text[PAPER_T_DESCRIPTION],
        .remedy = f->text[PAPER_T_REMEDY],
        .evidence = f->text[PAPER_T_EVIDENCE],
        .unique = f->text[PAPER_T_UNIQUE],
        .location = f->text[PAPER_T_LOCATION],
        .dismissed = f->text[PAPER_T_DISMISSED],
        .place = paper_number(f, PAPER_N_PLACE),
    };
    return sink->record ? sink->record(sink->context, &record) : ERR_OK;
}

static enum err give_cover(const struct paper_scan_sink *sink, const struct paper_fields *f)
{
    int64_t answer = paper_number(f, PAPER_N_ANSWER);
    struct paper_scan_cover cover = {
        .address = f->text[PAPER_T_ADDRESS],
        .name = f->text[PAPER_T_NAME],
        .protocol = f->text[PAPER_T_PROTOCOL],
        .ranges = f->text[PAPER_T_RANGES],
        .named = f->text[PAPER_T_NAMED],
        .count = paper_number(f, PAPER_N_COUNT),
        .answer = answer == PAPER_ANSWERED ? PAPER_ANSWERED
                  : answer == PAPER_TRIED  ? PAPER_TRIED
                                           : PAPER_SILENT,
    };
    return sink->cover ? sink->cover(sink->context, &cover) : ERR_OK;
}

static struct paper_scan_counts counts_of(const struct paper_fields *f)
{
    return (struct paper_scan_counts){
        .records = paper_number(f, PAPER_N_RECORDS),
        .hosts = paper_number(f, PAPER_N_HOSTS),
        .hosts_up = paper_number(f, PAPER_N_HOSTS_UP),
        .ports = paper_number(f, PAPER_N_PORTS),
        .open_ports = paper_number(f, PAPER_N_OPEN),
        .bytes = paper_number(f, PAPER_N_BYTES),
        .ended_ms = paper_number(f, PAPER_N_ENDED),
    };
}

/* Numbers that the caller will use as indexes or store: out of range means that the helper was taken over. */
static bool plausible(const struct paper_fields *f)
{
    int64_t port = paper_number(f, PAPER_N_PORT), severity = paper_number(f, PAPER_N_SEVERITY);
    int64_t cvss = paper_number(f, PAPER_N_CVSS);
    return port >= 0 && port <= 65535 && severity >= PAPER_INFO && severity <= PAPER_CRITICAL && cvss >= -1 &&
           cvss <= 100;
}

static enum err give(const struct paper_scan_sink *sink, uint8_t kind, const struct paper_fields *fields)
{
    switch (kind) {
    case PAPER_KIND_HEAD:
        return give_head(sink, fields);
    case PAPER_KIND_HOST:
        return give_host(sink, fields);
    case PAPER_KIND_PORT:
        return give_port(sink, fields);
    case PAPER_KIND_RECORD:
        return give_record(sink, fields);
    default:
        return give_cover(sink, fields);
    }
}

enum err paper_read_scan(struct call *call, const char *path, const struct paper_scan_sink *sink)
{
    struct helper *helper;
    TRY(paper_open(call, path, "scan", NULL, &helper));
    struct paper_scan_counts counts = {0};
    bool begun = false, counted = false;
    for (;;) {
        struct helper_frame frame;
        struct paper_fields fields;
        bool end = false;
        TRY(helper_receive(call, helper, &frame, &end));
        if (end)
            break;
        bool first = frame.kind == PAPER_KIND_HEAD;
        if (frame.kind > PAPER_KIND_COUNTS || first == begun || counted ||
            !paper_decode(frame.body, &fields) || !plausible(&fields))
            return paper_lied(call, helper);
        begun = true;
        if (frame.kind == PAPER_KIND_COUNTS) {
            counts = counts_of(&fields);
            counted = true;
            continue;
        }
        enum err word = give(sink, frame.kind, &fields);
        if (word != ERR_OK) {
            helper_stop(helper);
            return word;
        }
    }
    if (!counted)
        return paper_lied(call, helper);
    return sink->end ? sink->end(sink->context, &counts) : ERR_OK;
}
