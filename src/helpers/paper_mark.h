/* SPDX-License-Identifier: Apache-2.0
 *
 * paper_mark: the one place that knows what a secrecy mark looks like. Used by the front (form fields) and by
 * the helper (documents).
 */
#ifndef ANZE_HELPERS_PAPER_MARK_H
#define ANZE_HELPERS_PAPER_MARK_H

#include "base/str.h"

/* Finds the first mark in a UTF-8 text. `head`: the text is the start of a document, so that a line which
 * holds nothing but a grade counts too. *ret_mark borrows from text. */
bool paper_mark_find(struct str text, bool head, struct str *ret_mark);

#endif
