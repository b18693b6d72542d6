/* SPDX-License-Identifier: Apache-2.0
 *
 * Method. The browser side is built into the program. Its files are listed at start; the digest and the ready
 * reply of a file are made when somebody first asks for it, so that an idle server does not page them all in.
 * File names under /assets/ carry a hash of their content and may be kept for ever; everything else is asked
 * for again with its ETag.
 */
#include "http/http_inner.h"

#include <stdlib.h>
#include <string.h>
#include "base/crypt.h"
#include "base/embed.h"
#include "base/log.h"

#define ROOT "web/dist"

#define PAGE_CSP                                                                                             \
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' "     \
    "data:; "                                                                                                \
    "frame-src 'self' blob:; object-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

struct page_form { /* as it is, or compressed */
    struct str bytes;
    char etag[40];
    void *fixed;
};
struct page {
    const char *path; /* "/assets/index-1a2b.js" */
    const char *type;
    struct page_form plain, gzip;
};
struct http_page {
    struct page *all;
    size_t many, room;
};

static const char *type_of(struct str path)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {{".html", "text/html; charset=utf-8"},
                 {".js", "text/javascript; charset=utf-8"},
                 {".css", "text/css; charset=utf-8"},
                 {".json", "application/json"},
                 {".webmanifest", "application/manifest+json"},
                 {".svg", "image/svg+xml"},
                 {".png", "image/png"},
                 {".jpg", "image/jpeg"},
                 {".webp", "image/webp"},
                 {".ico", "image/x-icon"},
                 {".woff2", "font/woff2"},
                 {".txt", "text/plain; charset=utf-8"}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (str_ends(path, str_of(types[i].suffix)))
            return types[i].type;
    return "application/octet-stream";
}

static struct page *find(const struct http_page *pages, struct str path)
{
    for (size_t low = 0, high = pages->many; low < high;) {
        size_t middle = (low + high) / 2;
        int order = str_cmp(path, str_of(pages->all[middle].path));
        if (order == 0)
            return &pages->all[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static void list_page(const char *path, struct str bytes, void *context)
{
    struct http_page *pages = context;
    if (pages->many == pages->room) {
        pages->room = pages->room ? pages->room * 2 : 64;
        pages->all = realloc(pages->all, pages->room * sizeof *pages->all);
        if (!pages->all)
            log_abort("out of memory: pages");
    }
    path += strlen(ROOT);
    pages->all[pages->many++] =
        (struct page){.path = path, .type = type_of(str_of(path)), .plain = {.bytes = bytes}};
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct page *)a)->path, ((const struct page *)b)->path);
}

static void pair_compressed(struct http_page *pages, struct arena *arena)
{
    for (size_t i = 0; i < pages->many; i++) {
        struct page *compressed = find(pages, str_format(arena, "%s.gz", pages->all[i].path));
        if (compressed)
            pages->all[i].gzip.bytes = compressed->plain.bytes;
    }
}

void http_static_start(struct http_server *server)
{
    server->pages = ARENA_NEW(server->arena, struct http_page);
    embed_each(ROOT "/", list_page, server->pages);
    if (server->pages->many == 0)
        return;
    qsort(server->pages->all, server->pages->many, sizeof *server->pages->all, by_path);
    pair_compressed(server->pages, server->arena);
}

void http_static_stop(struct http_server *server)
{
    if (!server->pages)
        return;
    for (size_t i = 0; i < server->pages->many; i++) {
        http_transport_fixed_free(server->pages->all[i].plain.fixed);
        http_transport_fixed_free(server->pages->all[i].gzip.fixed);
    }
    free(server->pages->all);
}

static struct str cache_rule(const struct page *page)
{
    return str_starts(str_of(page->path), STR("/assets/")) ? STR("public, max-age=31536000, immutable")
                                                           : STR("no-cache");
}

/* Digest and reply of one form of a file, once. */
static void make_ready(struct http_server *server, const struct page *page, struct page_form *form)
{
    pthread_mutex_lock(&server->lock);
    if (!form->fixed) {
        bool gzip = form == &page->gzip;
        struct crypt_sm3 digest = crypt_sm3(form->bytes);
        struct str hex = str_hex(server->arena, digest.bytes, 12);
        size_t len = 0;
        form->etag[len++] = '"';
        memcpy(form->etag + len, hex.at, hex.len);
        len += hex.len;
        memcpy(form->etag + len, gzip ? "-gz\"" : "\"", gzip ? 5 : 2);
        struct http_param headers[] = {
            {STR("Content-Type"), str_of(page->type)},    {STR("ETag"), str_of(form->etag)},
            {STR("Cache-Control"), cache_rule(page)},     {STR("X-Content-Type-Options"), STR("nosniff")},
            {STR("Referrer-Policy"), STR("same-origin")}, {STR("Content-Security-Policy"), STR(PAGE_CSP)},
            {STR("Vary"), STR("Accept-Encoding")},        {STR("Content-Encoding"), STR("gzip")}};
        form->fixed = http_transport_fixed(form->bytes, headers, sizeof headers / sizeof headers[0] - !gzip);
    }
    pthread_mutex_unlock(&server->lock);
}

bool http_etag_matches(struct str if_none_match, struct str etag)
{
    struct str part, rest = if_none_match;
    while (str_cut(&rest, ',', &part)) {
        part = str_trim(part);
        if (str_starts(part, STR("W/")))
            part = str_slice(part, 2, part.len);
        if (str_eq(part, etag) || str_is(part, "*"))
            return true;
    }
    return false;
}

static bool weight_is_zero(struct str weight)
{
    weight = str_trim(weight);
    if (!str_starts(weight, STR("q=0")))
        return false;
    for (size_t i = 3; i < weight.len; i++)
        if (weight.at[i] >= '1' && weight.at[i] <= '9')
            return false;
    return true;
}

bool http_accepts_gzip(struct str accept_encoding)
{
    struct str part, rest = accept_encoding;
    while (str_cut(&rest, ',', &part)) {
        struct str coding, weight = part;
        if (str_cut(&weight, ';', &coding) && str_is(str_trim(coding), "gzip"))
            return !weight_is_zero(weight);
    }
    return false;
}

/* Addresses of screens are the browser's own; only what looks like a file must be one. */
static struct page *choose(struct http_server *server, struct str path)
{
    struct page *page = find(server->pages, str_is(path, "/") ? STR("/index.html") : path);
    if (page || str_starts(path, STR("/assets/")))
        return page;
    for (size_t i = path.len; i > 0 && path.at[i - 1] != '/'; i--)
        if (path.at[i - 1] == '.')
            return NULL;
    return find(server->pages, STR("/index.html"));
}

void http_static(struct http_request *r)
{
    struct page *page = choose(r->server, r->path);
    if (!page) {
        r->word = ERR_NOT_FOUND;
        return;
    }
    bool gzip = page->gzip.bytes.len && http_accepts_gzip(r->header.accept_encoding);
    struct page_form *form = gzip ? &page->gzip : &page->plain;
    make_ready(r->server, page, form);
    if (http_etag_matches(r->header.if_none_match, str_of(form->etag))) {
        r->answer.status = 304;
        http_answer_header(r, "ETag", str_of(form->etag));
        http_answer_header(r, "Cache-Control", cache_rule(page));
        http_answer_header(r, "Vary", STR("Accept-Encoding"));
        return;
    }
    r->answer.status = 200;
    r->answer.fixed = form->fixed;
}
