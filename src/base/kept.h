/* SPDX-License-Identifier: Apache-2.0
 *
 * kept: figures over a whole authority (two million duties by article) that take long to count are kept for a
 * while, in this process. What was counted quickly is never kept, so a small installation always counts anew;
 * what took long is shown again for thirty times as long as it took, at most five minutes.
 */
#ifndef ANZE_BASE_KEPT_H
#define ANZE_BASE_KEPT_H

#include "base/call.h"
#include "base/json.h"

#define KEPT_SLOW_US 50000

/* Writes the members that make() writes, or those it wrote a moment ago for the same what and key. key: all
 * that the figures depend on (whose scope, the day). what: static. */
MUST_USE enum err kept_figures(struct call *call, struct json_writer *w, const char *what, struct str key,
                               enum err (*make)(struct call *call, struct json_writer *w, void *context),
                               void *context);

#endif
