/* SPDX-License-Identifier: Apache-2.0
 * log: one line a thing, to standard error, for the operator. Only the edges (http, jobs, app) log. */
#ifndef ANZE_BASE_LOG_H
#define ANZE_BASE_LOG_H

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };
void log_set_level(enum log_level least);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
_Noreturn void log_abort(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)

#endif
