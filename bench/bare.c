/* SPDX-License-Identifier: Apache-2.0
 *
 * bare FILE.db SECONDS SQL: asks the same question again and again with nothing around it: one connection,
 * one prepared statement, every column of every row read. It is the yardstick for a page: what the database
 * itself takes.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define TIMES_MAX 1000000

static double now_ms(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static long long ask(sqlite3_stmt *rows, int *ret_code)
{
    long long many = 0;
    volatile long long bytes = 0;
    while ((*ret_code = sqlite3_step(rows)) == SQLITE_ROW) {
        many++;
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            (void)sqlite3_column_blob(rows, i);
            bytes += sqlite3_column_bytes(rows, i);
        }
    }
    sqlite3_reset(rows);
    return many;
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *rows;
    static double times[TIMES_MAX];
    size_t many = 0;
    long long found = 0;
    int code = SQLITE_DONE;
    if (argc != 4)
        return fprintf(stderr, "usage: bare FILE.db SECONDS SQL\n"), 2;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA query_only=ON; PRAGMA case_sensitive_like=ON; PRAGMA cache_size=-4096", NULL,
                     NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, argv[3], -1, &rows, NULL) != SQLITE_OK)
        return fprintf(stderr, "bare: %s: %s\n", argv[1], sqlite3_errmsg(db)), 1;
    double until = now_ms() + strtod(argv[2], NULL) * 1e3;
    do {
        double from = now_ms();
        found = ask(rows, &code);
        times[many++] = now_ms() - from;
    } while (code == SQLITE_DONE && now_ms() < until && many < TIMES_MAX);
    if (code != SQLITE_DONE)
        return fprintf(stderr, "bare: %s\n", sqlite3_errmsg(db)), 1;
    qsort(times, many, sizeof(double), by_size);
    printf("{\"runs\":%zu,\"rows\":%lld,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n", many, found, times[many / 2],
           times[many * 99 / 100]);
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return 0;
}
