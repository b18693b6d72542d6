/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embed.h"

#include <stdlib.h>
#include <string.h>
#include "base/log.h"

/* The table in path order; written once before threads, read only afterwards. */
static const struct embed_entry **sorted;
static size_t sorted_many;

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const struct embed_entry *const *)a)->path,
                  (*(const struct embed_entry *const *)b)->path);
}

void embed_set(const struct embed_entry *table)
{
    size_t many = 0;
    while (table && table[many].path)
        many++;
    free(sorted);
    sorted = many ? calloc(many, sizeof(*sorted)) : NULL;
    if (many && !sorted)
        log_abort("out of memory: %zu built-in files", many);
    for (size_t i = 0; i < many; i++)
        sorted[i] = &table[i];
    sorted_many = many;
    if (many)
        qsort(sorted, many, sizeof(*sorted), by_path);
}

/* Index of the first entry not before path. */
static size_t lower_bound(const char *path)
{
    size_t low = 0, high = sorted_many;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(sorted[middle]->path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct str bytes_of(const struct embed_entry *entry)
{
    return (struct str){entry->at, (size_t)(entry->end - entry->at)};
}

bool embed_find(const char *path, struct str *ret)
{
    size_t at = lower_bound(path);
    if (at == sorted_many || strcmp(sorted[at]->path, path) != 0)
        return false;
    *ret = bytes_of(sorted[at]);
    return true;
}

void embed_each(const char *prefix, void (*each)(const char *path, struct str bytes, void *context),
                void *context)
{
    size_t len = strlen(prefix);
    for (size_t at = lower_bound(prefix); at < sorted_many; at++) {
        if (strncmp(sorted[at]->path, prefix, len) != 0)
            return;
        each(sorted[at]->path, bytes_of(sorted[at]), context);
    }
}
