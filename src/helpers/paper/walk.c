/* SPDX-License-Identifier: Apache-2.0
 * Method: recursive descent over a byte stream with one byte of look-ahead. An item is not understood here:
 * its bytes are copied up to its closing bracket (minding strings) and given to the tree parser of base,
 * which is strict. */
#include "helpers/paper/walk.h"
#include "helpers/paper/text.h"
#include <stdio.h>
#include <string.h>

#define PIECE    ((size_t)64 * 1024)
#define ITEM_MAX ((size_t)4 << 20)
#define TEXT_MAX ((size_t)64 * 1024)
#define KEYS_MAX 1024 /* of one walked object */
#define KEY_MAX  200
#define TREE_MAX ((size_t)128 << 20)

struct keys { /* of one open object */
    uint64_t hashes[KEYS_MAX];
    size_t many;
    char last[KEY_MAX];
};

struct state {
    struct paper_walk walk;                  /* first */
    struct keys *keys[PAPER_WALK_DEPTH + 1]; /* by depth, made when first needed */
    const struct paper_walk_handler *handler;
    struct arena *tree;
    struct buf item, text;
    char *piece;
    size_t at, len;
    bool eof;
    int64_t line, column;
};

static enum err wrong(struct state *state, const char *why)
{
    char text[160];
    int len = snprintf(text, sizeof text, "%lld: %s", (long long)state->column, why);
    return paper_work_fail(state->walk.work, ERR_INVALID, "paper.fault.json", state->line,
                           (struct str){text, len > 0 && len < (int)sizeof text ? (size_t)len : 0}, STR_NONE);
}

/* The next byte without taking it; 0 at the end. */
static enum err peek(struct state *state, char *ret)
{
    if (state->at == state->len && !state->eof) {
        state->at = 0;
        TRY(paper_text_read(state->walk.work, state->piece, PIECE, &state->len));
        state->eof = state->len == 0;
    }
    *ret = state->eof ? 0 : state->piece[state->at];
    return ERR_OK;
}

static void skip_byte(struct state *state)
{
    bool line = state->piece[state->at++] == '\n';
    state->line += line;
    state->column = line ? 1 : state->column + 1;
}

static enum err skip_space(struct state *state, char *ret)
{
    for (;;) {
        TRY(peek(state, ret));
        if (*ret != ' ' && *ret != '\t' && *ret != '\n' && *ret != '\r')
            return ERR_OK;
        skip_byte(state);
    }
}

/* ---- scalars ---- */

static enum err hex4(struct state *state, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++) {
        char c;
        TRY(peek(state, &c));
        uint32_t digit = c >= '0' && c <= '9'                 ? (uint32_t)(c - '0')
                         : (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10)
                                                              : 99;
        if (digit > 15)
            return wrong(state, "bad \\u escape");
        skip_byte(state);
        *ret = *ret << 4 | digit;
    }
    return ERR_OK;
}

static void add_point(struct buf *text, uint32_t c)
{
    char bytes[4];
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (len == 1)
        bytes[0] = (char)c;
    for (size_t i = len - 1; len > 1 && i > 0; i--) {
        bytes[i] = (char)(0x80 | (c & 0x3F));
        c >>= 6;
    }
    if (len > 1)
        bytes[0] = (char)((0xF00 >> len) | c);
    if (text->len + len < text->max) /* what is too long is cut: it is a description or noise */
        buf_add(text, bytes, len);
}

static enum err escape(struct state *state)
{
    char c;
    TRY(peek(state, &c));
    const char *from = "\"\\/bfnrt", *to = "\"\\/\b\f\n\r\t", *found = c ? strchr(from, c) : NULL;
    if (!found && c != 'u')
        return wrong(state, "bad escape");
    skip_byte(state);
    if (found) {
        add_point(&state->text, (uint32_t)to[found - from]);
        return ERR_OK;
    }
    uint32_t point, low;
    TRY(hex4(state, &point));
    if (point >= 0xD800 && point < 0xDC00) {
        for (int i = 0; i < 2; i++) {
            TRY(peek(state, &c));
            if (c != "\\u"[i])
                return wrong(state, "half a surrogate pair");
            skip_byte(state);
        }
        TRY(hex4(state, &low));
        if (low < 0xDC00 || low > 0xDFFF)
            return wrong(state, "half a surrogate pair");
        point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
    }
    if (point == 0 || (point >= 0xDC00 && point < 0xE000))
        return wrong(state, "bad character");
    add_point(&state->text, point);
    return ERR_OK;
}

/* After the opening quote; the text is in state->text. */
static enum err string(struct state *state)
{
    state->text.len = 0;
    for (;;) {
        char c;
        TRY(peek(state, &c));
        if (state->eof)
            return wrong(state, "the text ends inside a string");
        if ((unsigned char)c < 0x20)
            return wrong(state, "control character in a string");
        if (c == '"') {
            skip_byte(state);
            return ERR_OK;
        }
        skip_byte(state);
        if (c == '\\')
            TRY(escape(state));
        else if (state->text.len + 4 < state->text.max)
            buf_add_char(&state->text, c);
    }
}

static bool is_number(struct str s)
{
    size_t i = 0, from;
    if (i < s.len && s.at[i] == '-')
        i++;
    from = i;
    while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
        i++;
    if (i == from || (s.at[from] == '0' && i > from + 1))
        return false;
    if (i < s.len && s.at[i] == '.') {
        from = ++i;
        while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    if (i < s.len && (s.at[i] | 32) == 'e') {
        i++;
        if (i < s.len && (s.at[i] == '+' || s.at[i] == '-'))
            i++;
        from = i;
        while (i < s.len && s.at[i] >= '0' && s.at[i] <= '9')
            i++;
        if (i == from)
            return false;
    }
    return i == s.len;
}

static enum err word(struct state *state)
{
    char c;
    state->text.len = 0;
    for (;;) {
        TRY(peek(state, &c));
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' ||
              c == 'E') ||
            state->text.len > 400)
            break;
        buf_add_char(&state->text, c);
        skip_byte(state);
    }
    struct str text = {state->text.at, state->text.len};
    if (str_is(text, "null")) {
        state->text.len = 0;
        return ERR_OK;
    }
    return text.len && (str_is(text, "true") || str_is(text, "false") || is_number(text))
               ? ERR_OK
               : wrong(state, "a value is expected");
}

/* ---- items ---- */

/* Copies the bytes of the container that begins here, up to its closing bracket. */
static enum err copy_item(struct state *state)
{
    int open = 0;
    bool quoted = false, escaped = false;
    state->item.len = 0;
    do {
        char c;
        TRY(peek(state, &c));
        if (state->eof)
            return wrong(state, "the file ends inside a value");
        skip_byte(state);
        buf_add_char(&state->item, c);
        if (quoted) {
            quoted = c != '"' || escaped;
            escaped = c == '\\' && !escaped;
        } else if (c == '"') {
            quoted = true;
        } else {
            open += c == '{' || c == '[';
            open -= c == '}' || c == ']';
        }
    } while (open > 0);
    if (state->item.over)
        return paper_work_fail(state->walk.work, ERR_TOO_LARGE, "paper.fault.row_large", state->walk.line,
                               STR_NONE, STR_NONE);
    return ERR_OK;
}

static enum err give_item(struct state *state)
{
    const struct json *tree = NULL;
    struct json_place place = {0};
    TRY(copy_item(state));
    arena_reset(state->tree);
    if (json_parse(state->tree, buf_str(&state->item), &tree, &place) != ERR_OK) {
        state->column = place.column;
        state->line = state->walk.line + (place.line > 0 ? place.line - 1 : 0);
        for (char *c = place.why; *c; c++)
            *c = (unsigned char)*c < 32 || (unsigned char)*c > 126 ? '?' : *c;
        return wrong(state, place.why);
    }
    return state->handler->item(&state->walk, tree);
}

/* ---- containers ---- */

static enum err value(struct state *state, char first);

/* Takes the key in state->text; a second one of the same object is a fault. */
static enum err take_key(struct state *state, struct keys *keys)
{
    struct str key = {state->text.at, state->text.len};
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)key.at[i]) * 0x100000001b3u;
    for (size_t i = 0; i < keys->many; i++)
        if (keys->hashes[i] == hash)
            return paper_work_fail(state->walk.work, ERR_INVALID, "paper.fault.json_twice", state->line,
                                   paper_clip(key, 100), STR_NONE);
    if (keys->many == KEYS_MAX)
        return wrong(state, "too many keys in one object");
    keys->hashes[keys->many++] = hash;
    key = paper_clip(key, KEY_MAX);
    if (key.len)
        memcpy(keys->last, key.at, key.len);
    state->walk.keys[state->walk.depth] = (struct str){keys->last, key.len};
    return ERR_OK;
}

static enum err members(struct state *state, bool object)
{
    struct keys **slot = &state->keys[state->walk.depth];
    if (!*slot)
        *slot = ARENA_NEW(state->walk.work->arena, struct keys);
    (*slot)->many = 0;
    const char end = object ? '}' : ']';
    char c;
    TRY(skip_space(state, &c));
    for (bool first = true; c != end || !first; first = false) {
        if (object) {
            if (c != '"')
                return wrong(state, "a key is expected");
            skip_byte(state);
            TRY(string(state));
            TRY(take_key(state, *slot));
            TRY(skip_space(state, &c));
            if (c != ':')
                return wrong(state, "a colon is expected");
            skip_byte(state);
            TRY(skip_space(state, &c));
        } else {
            state->walk.keys[state->walk.depth] = STR_NONE;
        }
        TRY(value(state, c));
        TRY(skip_space(state, &c));
        if (state->walk.stop || c == end)
            break;
        if (c != ',')
            return wrong(state, state->eof ? "the file ends inside a value" : "a comma is expected");
        skip_byte(state);
        TRY(skip_space(state, &c));
        if (c == end)
            return wrong(state, "a value is expected");
    }
    if (!state->walk.stop)
        skip_byte(state);
    return ERR_OK;
}

static enum err value(struct state *state, char first)
{
    struct paper_walk *walk = &state->walk;
    walk->line = state->line;
    if (first == '{' || first == '[') {
        if (state->handler->take(walk, first == '{'))
            return give_item(state);
        if (walk->stop)
            return ERR_OK;
        if (walk->depth >= PAPER_WALK_DEPTH)
            return paper_work_fail(walk->work, ERR_INVALID, "paper.fault.deep", state->line, STR_NONE,
                                   STR_NONE);
        skip_byte(state);
        walk->depth++;
        TRY(members(state, first == '{'));
        walk->depth--;
        return ERR_OK;
    }
    if (first == '"') {
        skip_byte(state);
        TRY(string(state));
    } else {
        TRY(word(state));
    }
    return state->handler->value ? state->handler->value(walk, (struct str){state->text.at, state->text.len})
                                 : ERR_OK;
}

static enum err values(struct state *state, bool many)
{
    char c;
    TRY(skip_space(state, &c));
    if (state->eof && !many)
        return wrong(state, "the file is empty");
    while (!state->eof && !state->walk.stop) {
        state->walk.keys[0] = STR_NONE;
        TRY(value(state, c));
        if (state->walk.stop)
            return ERR_OK;
        TRY(skip_space(state, &c));
        if (!many && !state->eof)
            return wrong(state, "something follows the end");
    }
    return ERR_OK;
}

enum err paper_walk(struct paper_work *work, const struct paper_walk_handler *handler, void *context,
                    bool many)
{
    struct state *state = ARENA_NEW(work->arena, struct state);
    state->walk = (struct paper_walk){.work = work, .context = context};
    state->handler = handler;
    state->piece = arena_alloc(work->arena, PIECE);
    state->item.max = ITEM_MAX;
    state->text.max = TEXT_MAX;
    state->tree = arena_new(TREE_MAX);
    state->line = state->column = 1;
    enum err result = values(state, many);
    arena_free(state->tree);
    buf_free(&state->item);
    buf_free(&state->text);
    return result;
}

bool paper_walk_at(const struct paper_walk *walk, const char *const *keys, int many)
{
    if (walk->depth != many)
        return false;
    for (int i = 1; i <= many; i++)
        if (strcmp(keys[i - 1], "*") != 0 && !str_is(walk->keys[i], keys[i - 1]))
            return false;
    return true;
}
