/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stddef.h>

static const struct {
    int status;
    const char *word;
} table[] = {
    [ERR_OK] = {200, "ok"},
    [ERR_INVALID] = {422, "invalid"},
    [ERR_UNAUTHENTICATED] = {401, "unauthenticated"},
    [ERR_FORBIDDEN] = {403, "forbidden"},
    [ERR_NOT_FOUND] = {404, "not_found"},
    [ERR_CONFLICT] = {409, "conflict"},
    [ERR_REFUSED] = {409, "refused"},
    [ERR_TOO_LARGE] = {413, "too_large"},
    [ERR_BUSY] = {503, "busy"},
    [ERR_FAILED] = {500, "failed"},
};

static size_t row_of(enum err word)
{
    return (size_t)word < sizeof(table) / sizeof(table[0]) ? (size_t)word : (size_t)ERR_FAILED;
}

int err_http_status(enum err word)
{
    return table[row_of(word)].status;
}

const char *err_word(enum err word)
{
    return table[row_of(word)].word;
}
