/* SPDX-License-Identifier: Apache-2.0
 * Whatever is read can be written and read again as the same; whatever is refused is refused at a place
 * inside it. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good)
        abort();
}

static void write_and_compare(struct arena *arena, const struct json *root, size_t size)
{
    BUF(first, size * 8 + 4096);
    BUF(second, size * 8 + 4096);
    struct json_writer w = json_writer(&first);
    json_put_node(&w, NULL, root);
    must(buf_check(&first) == ERR_OK && utf8_valid(buf_str(&first)));
    const struct json *again;
    must(json_parse(arena, buf_str(&first), &again, NULL) == ERR_OK);
    w = json_writer(&second);
    json_put_node(&w, NULL, again);
    must(str_eq(buf_str(&first), buf_str(&second)));
    for (size_t i = 0; json_kind(root) == JSON_OBJECT && i < json_count(root); i++) {
        struct str key;
        const struct json *value = json_member(root, i, &key);
        must(json_get(root, key.at) == value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ARENA(arena, 256 << 20);
    /* A copy of the exact length, so that reading one byte too far is seen. */
    char *copy = malloc(size ? size : 1);
    must(copy != NULL);
    memcpy(copy, data, size);
    const struct json *root;
    struct json_place place;
    if (json_parse(arena, (struct str){copy, size}, &root, &place) == ERR_OK)
        write_and_compare(arena, root, size);
    else
        must(root == NULL && place.line >= 1 && place.column >= 1 && (size_t)place.line <= size + 1 &&
             place.why[0]);
    BUF(out, size * 6 + 16);
    struct json_writer w = json_writer(&out);
    json_put_str(&w, NULL, (struct str){copy, size});
    must(buf_check(&out) == ERR_OK && utf8_valid(buf_str(&out)));
    free(copy);
    return 0;
}
