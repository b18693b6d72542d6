/* SPDX-License-Identifier: Apache-2.0
 *
 * sheet FILE.db SQL OUT.xlsx: every row of the query into a spreadsheet, with the library that anze uses, in
 * its mode of constant memory, and nothing else: the yardstick for exports.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <time.h>
#include <xlsxwriter.h>

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void put_row(lxw_worksheet *sheet, sqlite3_stmt *rows, lxw_row_t at)
{
    for (int i = 0; i < sqlite3_column_count(rows); i++) {
        if (sqlite3_column_type(rows, i) == SQLITE_INTEGER)
            worksheet_write_number(sheet, at, (lxw_col_t)i, sqlite3_column_double(rows, i), NULL);
        else if (sqlite3_column_type(rows, i) != SQLITE_NULL)
            worksheet_write_string(sheet, at, (lxw_col_t)i, (const char *)sqlite3_column_text(rows, i), NULL);
    }
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *rows;
    lxw_row_t at = 0;
    if (argc != 4)
        return fprintf(stderr, "usage: sheet FILE.db SQL OUT.xlsx\n"), 2;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, argv[2], -1, &rows, NULL) != SQLITE_OK)
        return fprintf(stderr, "sheet: %s: %s\n", argv[1], sqlite3_errmsg(db)), 1;
    double began = now_s();
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};
    lxw_workbook *book = workbook_new_opt(argv[3], &options);
    lxw_worksheet *sheet = workbook_add_worksheet(book, NULL);
    while (sqlite3_step(rows) == SQLITE_ROW)
        put_row(sheet, rows, at++);
    if (workbook_close(book) != LXW_NO_ERROR)
        return fprintf(stderr, "sheet: %s cannot be written\n", argv[3]), 1;
    printf("{\"rows\":%u,\"seconds\":%.3f}\n", at, now_s() - began);
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return 0;
}
