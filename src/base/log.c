/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static _Atomic int least_level = LOG_INFO;
static const char *const level_names[] = {"DEBUG", "INFO", "WARN", "ERROR"};

void log_set_level(enum log_level least)
{
    atomic_store(&least_level, (int)least);
}

/* The machine's clock, not the shifted one: an operator compares these lines with other logs. */
static int write_head(char *line, size_t size, enum log_level level)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time_t china = now.tv_sec + 8 * 3600;
    struct tm parts;
    gmtime_r(&china, &parts);
    return snprintf(line, size, "%04d-%02d-%02dT%02d:%02d:%02d.%03ld+08:00 %s ", parts.tm_year + 1900,
                    parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                    now.tv_nsec / 1000000, level_names[level]);
}

static void __attribute__((format(printf, 2, 0))) emit(enum log_level level, const char *format, va_list args)
{
    char line[LINE_MAX_BYTES];
    int head = write_head(line, sizeof(line) - 1, level);
    int body = vsnprintf(line + head, sizeof(line) - 1 - (size_t)head, format, args);
    size_t len = (size_t)head + (body > 0 ? (size_t)body : 0);
    if (len > sizeof(line) - 2)
        len = sizeof(line) - 2;
    /* Control characters in logged input must not forge a second line or drive a terminal. */
    for (size_t i = (size_t)head; i < len; i++)
        if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
            line[i] = ' ';
    line[len++] = '\n';
    size_t done = 0;
    while (done < len) {
        ssize_t n = write(STDERR_FILENO, line + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

void log_line(enum log_level level, const char *format, ...)
{
    if ((int)level < atomic_load(&least_level))
        return;
    int saved = errno;
    va_list args;
    va_start(args, format);
    emit(level, format, args);
    va_end(args);
    errno = saved;
}

_Noreturn void log_abort(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(LOG_ERROR, format, args);
    va_end(args);
    abort();
}
