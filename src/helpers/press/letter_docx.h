/* SPDX-License-Identifier: Apache-2.0
 *
 * letter_docx: the same document for an office to edit: WordprocessingML with the fonts that the standard names, 28.99 pt
 * lines, the margins of the standard, real tables, and page numbers as fields.
 */
#ifndef ANZE_HELPERS_PRESS_LETTER_DOCX_H
#define ANZE_HELPERS_PRESS_LETTER_DOCX_H

#include "helpers/press/letter.h"

MUST_USE enum err press_docx(struct call *call, const struct press_letter *letter, struct buf *out);

#endif
