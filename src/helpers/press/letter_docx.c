/* SPDX-License-Identifier: Apache-2.0 */
#include "helpers/press/letter_docx.h"
enum err press_docx(struct call *call, const struct press_letter *letter, struct buf *out)
{
    (void)letter;
    (void)out;
    return call_fail(call, ERR_FAILED, "document", "press.drawing");
}
