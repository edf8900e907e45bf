/* SPDX-License-Identifier: Apache-2.0 */
/* Sends what the loopback provider answers, piece by piece, each after its wait. */
#include "hosts/nginx/module.h"

#include <lictor/loopback.h>

struct loopback_ctx {
    ngx_http_request_t *r;
    struct lic_host *host;
    struct lic_loopback answer;
    uint32_t next; /* index of the chunk to send */
    ngx_event_t timer;
};

static void release(void *data)
{
    struct loopback_ctx *ctx = data;
    if (ctx->timer.timer_set) {
        ngx_del_timer(&ctx->timer);
    }
    lic_loopback_release(&ctx->answer);
}

/* The body as one text; nginx.conf keeps loopback bodies in memory. */
static ngx_int_t body_of(ngx_http_request_t *r, lic_str *out)
{
    *out = (lic_str){ "", 0 };
    if (r->request_body == NULL || r->request_body->bufs == NULL) {
        return NGX_OK;
    }
    size_t n = 0;
    for (ngx_chain_t *at = r->request_body->bufs; at != NULL; at = at->next) {
        if (!ngx_buf_in_memory(at->buf)) {
            return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
        }
        n += (size_t)ngx_buf_size(at->buf);
    }
    u_char *text = ngx_pnalloc(r->pool, n + 1);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    u_char *end = text;
    for (ngx_chain_t *at = r->request_body->bufs; at != NULL; at = at->next) {
        end = ngx_cpymem(end, at->buf->pos, (size_t)ngx_buf_size(at->buf));
    }
    *out = (lic_str){ (const char *)text, n };
    return NGX_OK;
}

/* One chunk out; true when more can follow at once, false when it waits or has ended. */
static bool send_next(struct loopback_ctx *ctx)
{
    ngx_http_request_t *r = ctx->r;
    const struct lic_loopback_chunk *chunk = &ctx->answer.chunks[ctx->next++];
    bool last = ctx->next == ctx->answer.chunks_n && !ctx->answer.dies;
    ngx_buf_t *b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return false;
    }
    ngx_str_t bytes = module_str(chunk->bytes);
    b->start = b->pos = bytes.data;
    b->end = b->last = bytes.data + bytes.len;
    b->memory = bytes.len > 0;
    b->flush = 1;
    b->last_buf = last;
    ngx_chain_t out = { .buf = b, .next = NULL };
    ngx_int_t rc = ngx_http_output_filter(r, &out);
    if (rc == NGX_ERROR || last) {
        ngx_http_finalize_request(r, rc);
        return false;
    }
    if (ctx->next == ctx->answer.chunks_n) {
        ngx_http_finalize_request(r, NGX_ERROR); /* dies: no end */
        return false;
    }
    return true;
}

static void send_due(struct loopback_ctx *ctx, bool waited)
{
    do {
        uint32_t delay = ctx->answer.chunks[ctx->next].delay_ms;
        if (delay > 0 && !waited) {
            ngx_add_timer(&ctx->timer, delay);
            return;
        }
        waited = false;
    } while (send_next(ctx));
}

static void wake(ngx_event_t *event)
{
    struct loopback_ctx *ctx = event->data;
    ngx_connection_t *c = ctx->r->connection;
    send_due(ctx, /* waited= */ true);
    ngx_http_run_posted_requests(c);
}

static struct loopback_ctx *prepare(ngx_http_request_t *r)
{
    struct lictor_main *lm = ngx_http_get_module_main_conf(r, ngx_http_lictor_module);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(struct loopback_ctx));
    if (cleanup == NULL) {
        return NULL;
    }
    struct loopback_ctx *ctx = cleanup->data;
    ngx_memzero(ctx, sizeof *ctx);
    ctx->r = r;
    ctx->host = &lm->host;
    ctx->timer.handler = wake;
    ctx->timer.data = ctx;
    ctx->timer.log = r->connection->log;
    cleanup->handler = release;
    return ctx;
}

/* A length tells the receiver whether it got all; a stream and an answer that dies have none. */
static off_t length_of(const struct lic_loopback *answer)
{
    off_t n = 0;
    if (answer->chunks_n != 1 || answer->dies) {
        return -1;
    }
    for (uint32_t i = 0; i < answer->chunks_n; i++) {
        n += (off_t)answer->chunks[i].bytes.n;
    }
    return n;
}

static void answer(ngx_http_request_t *r)
{
    lic_str body;
    struct lic_err err = { 0 };
    struct loopback_ctx *ctx = prepare(r);
    ngx_int_t rc = body_of(r, &body);
    if (ctx == NULL || rc != NGX_OK) {
        ngx_http_finalize_request(r, ctx == NULL ? NGX_HTTP_INTERNAL_SERVER_ERROR : rc);
        return;
    }
    if (lic_loopback_answer(ctx->host, module_view(r->uri), body, &ctx->answer, &err) != LIC_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "loopback: %s", err.text);
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
        return;
    }
    request_set_head(r, ctx->answer.status, ctx->answer.content_type, length_of(&ctx->answer));
    rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ngx_http_finalize_request(r, rc);
        return;
    }
    r->read_event_handler = ngx_http_test_reading;
    send_due(ctx, /* waited= */ false);
}

ngx_int_t loopback_handler(ngx_http_request_t *r)
{
    if (r->method != NGX_HTTP_POST) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    r->request_body_in_single_buf = 1;
    ngx_int_t rc = ngx_http_read_client_request_body(r, answer);
    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}
