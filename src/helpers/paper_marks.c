/* SPDX-License-Identifier: Apache-2.0
 * Method: a mark is not a word but a form. GB/T 9704 puts it alone on a line at the head: the grade, a star
 * and a term (机密★10年), or a label before it (密级：机密). So a grade counts only when a star follows
 * (perhaps after blanks), or when a label stands before it, or when it is all that a line near the head
 * holds. 商业秘密, 保守秘密 and 秘密投票 are none of these. */
#include "helpers/paper.h"
#include "helpers/paper_wire.h"
#include "helpers/paper_mark.h"

bool paper_text_marked(struct str text)
{
    struct str mark;
    return paper_mark_find(text, true, &mark);
}

enum err paper_scan_marks(struct call *call, const char *path, struct paper_marks *ret)
{
    *ret = (struct paper_marks){0};
    struct helper *helper;
    TRY(paper_open(call, path, "marks", NULL, &helper));
    for (;;) {
        struct helper_frame frame;
        struct paper_fields fields;
        bool end = false;
        TRY(helper_receive(call, helper, &frame, &end));
        if (end)
            return ERR_OK;
        if (frame.kind != PAPER_KIND_MARKS || ret->found || !paper_decode(frame.body, &fields))
            return paper_lied(call, helper);
        ret->found = true;
        ret->mark = str_copy(call->arena, fields.text[PAPER_T_MARK]);
        ret->place = str_copy(call->arena, fields.text[PAPER_T_PLACE]);
    }
}
