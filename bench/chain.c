/* SPDX-License-Identifier: Apache-2.0
 *
 * chain FILE.db: reads every row of the ledger in order and hashes all its columns and the hash before it with SM3,
 * nothing else: no comparing, no heads, no other tables. It is the yardstick for `anze ledger verify`: what reading and
 * hashing alone cost with the same two libraries.
 */
#include <gcrypt.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COLUMNS 15

static double now_s(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static long long add_row(gcry_md_hd_t md, sqlite3_stmt *rows, uint8_t hash[32])
{
    long long bytes = 32;
    gcry_md_reset(md);
    gcry_md_write(md, hash, 32);
    for (int i = 0; i < COLUMNS; i++) {
        if (sqlite3_column_type(rows, i) == SQLITE_INTEGER) {
            sqlite3_int64 number = sqlite3_column_int64(rows, i);
            gcry_md_write(md, &number, sizeof number);
            bytes += (long long)sizeof number;
            continue;
        }
        const void *at = sqlite3_column_blob(rows, i);
        int len = sqlite3_column_bytes(rows, i);
        if (at)
            gcry_md_write(md, at, (size_t)len);
        bytes += len;
    }
    memcpy(hash, gcry_md_read(md, GCRY_MD_SM3), 32);
    return bytes;
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *rows;
    gcry_md_hd_t md;
    uint8_t hash[32] = {0};
    long long many = 0, bytes = 0;
    if (argc != 2 || !gcry_check_version(NULL) || gcry_md_open(&md, GCRY_MD_SM3, 0) != 0)
        return fprintf(stderr, "usage: chain FILE.db\n"), 2;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_exec(db, "PRAGMA mmap_size=268435456", NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db,
                           "SELECT entry_id, chain, seq, at_ms, actor_id, actor_login, actor_name, verb, subject_kind,"
                           " subject_id, unit_id, unit_path, detail, prev_hash, hash FROM ledger_entry ORDER BY entry_id",
                           -1, &rows, NULL) != SQLITE_OK)
        return fprintf(stderr, "chain: %s: %s\n", argv[1], sqlite3_errmsg(db)), 1;
    double began = now_s();
    for (; sqlite3_step(rows) == SQLITE_ROW; many++)
        bytes += add_row(md, rows, hash);
    double took = now_s() - began;
    sqlite3_finalize(rows);
    sqlite3_close(db);
    gcry_md_close(md);
    printf("{\"rows\":%lld,\"seconds\":%.3f,\"per_s\":%.0f,\"bytes_a_row\":%.0f,\"last\":\"%02x%02x\"}\n", many, took,
           (double)many / took, (double)bytes / (double)(many ? many : 1), hash[0], hash[1]);
    return 0;
}
