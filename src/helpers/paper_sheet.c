/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/paper.h"
#include "helpers/paper_wire.h"

static enum err give_sheet(const struct paper_sheet_sink *sink, const struct paper_fields *f)
{
    struct paper_sheet_head head = {
        .layout = f->text[PAPER_T_LAYOUT],
        .encoding = f->text[PAPER_T_ENCODING],
        .name = f->text[PAPER_T_NAME],
        .index = (int32_t)paper_number(f, PAPER_N_INDEX),
        .many = (int32_t)paper_number(f, PAPER_N_MANY),
    };
    return sink->begin ? sink->begin(sink->context, &head) : ERR_OK;
}

/* One frame to the sink. *last_row guards the promise that rows ascend within the limit. */
static enum err give_frame(struct call *call, struct helper *helper, const struct paper_sheet_sink *sink,
                           const struct helper_frame *frame, struct paper_cell *cells, int64_t *last_row)
{
    if (frame->kind == PAPER_KIND_SHEET) {
        struct paper_fields fields;
        if (*last_row >= 0 || !paper_decode(frame->body, &fields))
            return paper_lied(call, helper);
        *last_row = 0;
        return give_sheet(sink, &fields);
    }
    int64_t row = 0;
    size_t many = 0;
    if (frame->kind != PAPER_KIND_ROW || *last_row < 0 ||
        !paper_decode_row(frame->body, &row, cells, PAPER_COLUMNS_MAX, &many) || row <= *last_row)
        return paper_lied(call, helper);
    *last_row = row;
    return sink->row(sink->context, row, cells, many);
}

enum err paper_read_sheet(struct call *call, const char *path, const char *sheet,
                          const struct paper_sheet_sink *sink)
{
    struct helper *helper;
    TRY(paper_open(call, path, "sheet", sheet, &helper));
    struct paper_cell *cells = ARENA_ARRAY(call->arena, struct paper_cell, PAPER_COLUMNS_MAX);
    int64_t last_row = -1;
    for (;;) {
        struct helper_frame frame;
        bool end = false;
        TRY(helper_receive(call, helper, &frame, &end));
        if (end)
            return last_row < 0 ? paper_lied(call, helper) : ERR_OK;
        enum err word = give_frame(call, helper, sink, &frame, cells, &last_row);
        if (word != ERR_OK) {
            helper_stop(helper);
            return word;
        }
    }
}
