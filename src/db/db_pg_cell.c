/* SPDX-License-Identifier: Apache-2.0
 * Values as PostgreSQL sends them in binary form: big-endian numbers, NUMERIC in groups of four digits, text
 * and bytes as they are. */
#include "db/db_inner.h"

#include <string.h>

#define OID_BOOL    16
#define OID_BYTEA   17
#define OID_INT8    20
#define OID_INT2    21
#define OID_INT4    23
#define OID_OID     26
#define OID_FLOAT4  700
#define OID_FLOAT8  701
#define OID_NUMERIC 1700

static uint64_t big_endian(const char *at, int len)
{
    uint64_t number = 0;
    for (int i = 0; i < len; i++)
        number = number << 8 | (unsigned char)at[i];
    return number;
}

/* NUMERIC (what SUM and AVG give): groups of four decimal digits, of which `weight` + 1 stand before the
 * point. */
static double numeric_of(const char *at, bool *ret_whole, int64_t *ret_int)
{
    int groups = (int16_t)big_endian(at, 2), weight = (int16_t)big_endian(at + 2, 2);
    double scale = (uint16_t)big_endian(at + 4, 2) == 0x4000 ? -1 : 1, value = 0;
    int64_t whole = 0;
    *ret_whole = groups <= weight + 1;
    for (int i = 0; i < groups || i <= weight; i++) {
        int64_t digits = i < groups ? (int16_t)big_endian(at + 8 + 2 * i, 2) : 0;
        if (i <= weight) {
            value = value * 10000 + (double)digits;
            if (__builtin_mul_overflow(whole, 10000, &whole) || __builtin_add_overflow(whole, digits, &whole))
                *ret_whole = false;
        }
    }
    double part = 1;
    for (int i = weight + 1; i < 0; i++)
        part /= 10000;
    for (int i = weight + 1 > 0 ? weight + 1 : 0; i < groups; i++) {
        part /= 10000;
        value += (double)(int16_t)big_endian(at + 8 + 2 * i, 2) * part;
    }
    *ret_int = scale < 0 ? -whole : whole;
    return value * scale;
}

static struct db_cell of_real(double real)
{
    bool fits_int = real > -9.2e18 && real < 9.2e18;
    return (struct db_cell){DB_REAL, fits_int ? (int64_t)real : 0, real, {0}};
}

struct db_cell db_pg_cell(unsigned type, const char *at, int len)
{
    struct db_cell cell = {DB_NULL, 0, 0, {0}};
    uint64_t bits = len <= 8 ? big_endian(at, len) : 0;
    bool whole = false;
    switch (type) {
    case OID_INT8:
    case OID_BOOL:
    case OID_OID:
        cell.number = (int64_t)bits;
        break;
    case OID_INT4:
        cell.number = (int32_t)bits;
        break;
    case OID_INT2:
        cell.number = (int16_t)bits;
        break;
    case OID_FLOAT4: {
        float small = 0;
        uint32_t bits32 = (uint32_t)bits;
        memcpy(&small, &bits32, sizeof small);
        return of_real((double)small);
    }
    case OID_FLOAT8:
        memcpy(&cell.real, &bits, sizeof cell.real);
        return of_real(cell.real);
    case OID_NUMERIC:
        cell.real = numeric_of(at, &whole, &cell.number);
        if (!whole)
            return of_real(cell.real);
        break;
    default:
        cell.kind = type == OID_BYTEA ? DB_BLOB : DB_TEXT;
        cell.bytes = (struct str){at, (size_t)len};
        return cell;
    }
    cell.kind = DB_INT;
    cell.real = (double)cell.number;
    return cell;
}
