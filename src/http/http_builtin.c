/* SPDX-License-Identifier: Apache-2.0 */
#include "http/http_inner.h"

#include <stdlib.h>
#include <string.h>
#include "base/crypt.h"
#include "base/log.h"
#include "base/words.h"

/* ---- texts that change only with the version: made once, kept for the life of the process ---- */

struct kept {
    struct str bytes, etag;
};
static struct kept kept_words[2], kept_openapi[2];
static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;

static struct str keep(struct str text)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        log_abort("out of memory: texts");
    memcpy(copy, text.at, text.len);
    copy[text.len] = 0;
    return (struct str){copy, text.len};
}

static enum err make_words(struct call *call, struct buf *out)
{
    buf_add_str(out, words_all(call->arena, call->lang));
    return buf_check(out);
}

static enum err make_openapi(struct call *call, struct buf *out)
{
    struct json_writer w = json_writer(out);
    TRY(http_openapi(call, &w));
    return buf_check(out);
}

static enum err give_kept(struct call *call, struct http_exchange *x, struct kept *kept,
                          enum err (*make)(struct call *call, struct buf *out))
{
    enum err word = ERR_OK;
    pthread_mutex_lock(&kept_lock);
    if (!kept->bytes.at) {
        BUF(out, HTTP_REPLY_MAX);
        word = make(call, &out);
        if (word == ERR_OK) {
            struct crypt_sm3 digest = crypt_sm3(buf_str(&out));
            kept->bytes = keep(buf_str(&out));
            kept->etag =
                keep(str_format(call->arena, "\"%.*s\"", STR_ARG(str_hex(call->arena, digest.bytes, 12))));
        }
    }
    pthread_mutex_unlock(&kept_lock);
    TRY(word);
    x->file_bytes = kept->bytes;
    x->file_type = "application/json";
    x->etag = kept->etag;
    return ERR_OK;
}

static enum err words_handler(struct call *call, struct http_exchange *x)
{
    if (!str_is(x->words[0], "zh") && !str_is(x->words[0], "en"))
        return ERR_NOT_FOUND;
    call->lang = str_is(x->words[0], "en") ? CALL_EN : CALL_ZH;
    return give_kept(call, x, &kept_words[call->lang], make_words);
}

static enum err openapi_handler(struct call *call, struct http_exchange *x)
{
    return give_kept(call, x, &kept_openapi[call->lang], make_openapi);
}

/* Served from a ready reply (http_start.c); this is what it says. */
static enum err health_handler(struct call *call, struct http_exchange *x)
{
    (void)call;
    json_put_c(x->out, "status", "ok");
    json_put_c(x->out, "version", ANZE_VERSION);
    return ERR_OK;
}

static const struct field health_fields[] = {
    {.name = "status", .type = FIELD_TEXT, .flags = FIELD_REQUIRED},
    {.name = "version", .type = FIELD_TEXT, .flags = FIELD_REQUIRED}};
static const struct field_table health_table = FIELD_TABLE("http_health", health_fields);

static const struct http_route routes[] = {
    {.method = "GET",
     .path = "/api/health",
     .grant = GRANT_PUBLIC,
     .name = "http_health",
     .handle = health_handler,
     .reply = &health_table,
     .kind = HTTP_ONE,
     .flags = HTTP_FIRST_PASSWORD,
     .summary_zh = "服务是否正常",
     .summary_en = "Is the service up"},
    {.method = "GET",
     .path = "/api/words/{lang}",
     .grant = GRANT_PUBLIC,
     .name = "http_words",
     .handle = words_handler,
     .kind = HTTP_TEXTS,
     .flags = HTTP_FIRST_PASSWORD,
     .summary_zh = "界面与提示文字",
     .summary_en = "All texts of one language"},
    {.method = "GET",
     .path = "/api/openapi.json",
     .grant = GRANT_PUBLIC,
     .name = "http_openapi",
     .handle = openapi_handler,
     .kind = HTTP_FOREIGN,
     .flags = HTTP_FIRST_PASSWORD,
     .summary_zh = "接口描述",
     .summary_en = "The description of this interface"},
};

static pthread_once_t declared = PTHREAD_ONCE_INIT;

static void declare(void)
{
    http_declare(routes, sizeof routes / sizeof routes[0]);
}

void http_declare_builtin(void)
{
    pthread_once(&declared, declare);
}
