/* SPDX-License-Identifier: Apache-2.0
 *
 * jobs: the four things that anze-paper does.
 */
#ifndef ANZE_HELPERS_PAPER_JOBS_H
#define ANZE_HELPERS_PAPER_JOBS_H

#include "helpers/paper/scan.h"
#include "helpers/paper/sheet.h"

/* Looks for a secrecy mark; emits PAPER_KIND_MARKS when there is one. */
MUST_USE enum err paper_marks_read(struct paper_work *work);

#endif
