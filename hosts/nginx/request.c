/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The request's side: gives the engine head and body, and carries out the step it orders.
 *
 *     HEAD ─► READING ─► READ ─┬─► STEP ─► FORWARDED   proxy_pass takes over
 *       │                      └─► WAITING ─► STEP     after the ledger's word
 *       └──────────────────────────► ANSWERED          sent from here
 *
 * Invariants
 *   1. One exchange a main request; closed once, by the pool's cleanup or when the worker ends.
 *   2. Nothing of the caller's headers or body reaches proxy_pass: both are replaced by the
 *      engine's before the content phase.
 */
#include "hosts/nginx/module.h"

/* A body may take this many client timeouts in all: nginx's own counts from byte to byte only. */
#define BODY_PATIENCE 10u

static const char fallback_body[] =
    "{\"error\":{\"message\":\"the gateway failed\",\"type\":\"api_error\",\"param\":null,"
    "\"code\":\"internal_error\"}}";

/* ---- opening and closing ---- */

static void close_with_pool(void *data)
{
    struct lictor_ctx *ctx = data;
    ngx_connection_t *c = ctx->r->connection;
    bool failed_here = ctx->broken && !ctx->ended;
    if (ctx->request == REQUEST_READING && c->timedout && ctx->x != NULL) {
        /* nginx closes such a connection without a word; counters and ledger are told here. */
        (void)request_refusal(ctx, NGX_HTTP_REQUEST_TIME_OUT);
    }
    if (ctx->client_gone || ((c->error || c->timedout) && !failed_here)) {
        request_close(ctx, LIC_CLOSE_CLIENT_GONE);
        return;
    }
    bool sent = ctx->ended && ctx->r->out == NULL;
    request_close(ctx, sent ? LIC_CLOSE_DONE : LIC_CLOSE_ABORTED);
}

void request_close(struct lictor_ctx *ctx, enum lic_close how)
{
    if (ctx->x == NULL) {
        return;
    }
    struct lic_exchange *x = ctx->x;
    ctx->x = NULL;
    if (ctx->deadline.timer_set) {
        ngx_del_timer(&ctx->deadline);
    }
    ledger_forget(ctx);
    ngx_queue_remove(&ctx->link);
    (void)ngx_atomic_fetch_add(&ctx->main->shared->open, -1);
    lic_exchange_close(x, how);
}

/*
 * A redirect inside nginx would wipe the module's slot, so the cleanup, which nothing wipes, is
 * asked when the slot is empty.
 */
struct lictor_ctx *request_ctx(ngx_http_request_t *r)
{
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    if (ctx != NULL || r != r->main || (!r->internal && !r->filter_finalize)) {
        return ctx;
    }
    for (ngx_pool_cleanup_t *at = r->pool->cleanup; at != NULL; at = at->next) {
        if (at->handler == close_with_pool) {
            ngx_http_set_ctx(r, at->data, ngx_http_lictor_module);
            return at->data;
        }
    }
    return NULL;
}

struct lictor_ctx *request_open(ngx_http_request_t *r)
{
    struct lictor_main *lm = ngx_http_get_module_main_conf(r, ngx_http_lictor_module);
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof(struct lictor_ctx));
    if (cleanup == NULL || lm->worker == NULL) {
        return NULL;
    }
    struct lictor_ctx *ctx = cleanup->data;
    struct lic_err err = { 0 };
    ngx_memzero(ctx, sizeof *ctx);
    ctx->r = r;
    ctx->http_version = r->http_version;
    ctx->main = lm;
    ngx_queue_init(&ctx->wait_link);
    if (lic_exchange_open(lm->worker, lm->engine, &ctx->x, &err) != LIC_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0, "no exchange: %s", err.text);
        return NULL;
    }
    (void)ngx_atomic_fetch_add(&lm->shared->open, 1);
    ngx_queue_insert_tail(&lm->open, &ctx->link);
    cleanup->handler = close_with_pool;
    ngx_http_set_ctx(r, ctx, ngx_http_lictor_module);
    return ctx;
}

/* ---- answering ---- */

void request_set_head(ngx_http_request_t *r, uint32_t status, lic_str content_type, off_t length)
{
    ngx_http_headers_out_t *out = &r->headers_out;
    out->status = status;
    out->status_line.len = 0;
    out->content_type = module_str(content_type);
    out->content_type_len = content_type.n;
    out->content_type_lowcase = NULL;
    out->charset.len = 0;
    out->last_modified_time = -1;
    out->last_modified = NULL;
    if (out->content_length != NULL) {
        out->content_length->hash = 0;
        out->content_length = NULL;
    }
    if (out->content_encoding != NULL) {
        out->content_encoding->hash = 0;
        out->content_encoding = NULL;
    }
    out->content_length_n = length;
    ngx_http_clear_etag(r);
    ngx_http_clear_accept_ranges(r);
}

/* What the engine would have said if it could; used when it has no exchange or no memory. */
static struct lic_answer fallback(void)
{
    return (struct lic_answer){ .status = NGX_HTTP_INTERNAL_SERVER_ERROR,
                                .content_type = LIC_STR("application/json"),
                                .body = LIC_STR(fallback_body) };
}

static const char *failure_of(ngx_uint_t status)
{
    switch (status) {
    case NGX_HTTP_REQUEST_TIME_OUT:
        return "client_timeout";
    case NGX_HTTP_REQUEST_ENTITY_TOO_LARGE:
        return "body_too_large";
    case NGX_HTTP_REQUEST_URI_TOO_LARGE:
        return "target_too_long";
    case 431:
    case NGX_HTTP_REQUEST_HEADER_TOO_LARGE:
        return "head_too_large";
    case NGX_HTTP_NOT_ALLOWED:
        return "method_refused";
    case NGX_HTTP_FORBIDDEN:
    case NGX_HTTP_NOT_FOUND:
        return "path_unknown";
    default:
        break;
    }
    return status >= 500 && status != NGX_HTTP_NOT_IMPLEMENTED && status != 505 ? "host_error"
                                                                                : "bad_request";
}

struct lic_answer request_refusal(struct lictor_ctx *ctx, ngx_uint_t status)
{
    if (ctx == NULL || ctx->x == NULL) {
        return fallback();
    }
    struct lic_step step = { 0 };
    lic_exchange_refuse(ctx->x, failure_of(status), &step);
    return step.kind == LIC_STEP_ANSWER ? step.answer : fallback();
}

/* A caller that still sends its body is read to the end within nginx's lingering limits. */
static void drop_unread_body(ngx_http_request_t *r)
{
    if (r->request_body == NULL && ngx_http_discard_request_body(r) != NGX_OK) {
        r->keepalive = 0;
    }
}

/* Sends and finalizes; the phase handler then returns NGX_DONE. */
static void answer(ngx_http_request_t *r, struct lictor_ctx *ctx, const struct lic_answer *what)
{
    drop_unread_body(r);
    ctx->request = REQUEST_ANSWERED;
    ctx->response = RESPONSE_ANSWER;
    request_set_head(r, what->status, what->content_type, (off_t)what->body.n);
    if (response_mark(r, ctx) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }
    ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        ctx->ended = rc == NGX_OK;
        ngx_http_finalize_request(r, rc);
        return;
    }
    ngx_buf_t *b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        ngx_http_finalize_request(r, NGX_ERROR);
        return;
    }
    ngx_str_t body = module_str(what->body);
    b->pos = b->start = body.data;
    b->last = b->end = body.data + body.len;
    b->memory = body.len > 0;
    b->last_buf = 1;
    ngx_chain_t out = { .buf = b, .next = NULL };
    ctx->ended = true;
    ngx_http_finalize_request(r, ngx_http_output_filter(r, &out));
}

/* ---- head ---- */

static ngx_uint_t count_headers(const ngx_list_part_t *part)
{
    ngx_uint_t n = 0;
    for (; part != NULL; part = part->next) {
        n += part->nelts;
    }
    return n;
}

/* A view of every header line, in order, duplicates too. */
static struct lic_header *view_headers(ngx_http_request_t *r, uint32_t *out_n)
{
    const ngx_list_part_t *part = &r->headers_in.headers.part;
    ngx_uint_t n = count_headers(part);
    struct lic_header *views = ngx_palloc(r->pool, (n + 1) * sizeof *views);
    if (views == NULL) {
        return NULL;
    }
    struct lic_header *to = views;
    for (; part != NULL; part = part->next) {
        const ngx_table_elt_t *line = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            *to++ = (struct lic_header){ module_view(line[i].key), module_view(line[i].value) };
        }
    }
    *out_n = (uint32_t)n;
    return views;
}

ngx_int_t request_head_phase(ngx_http_request_t *r)
{
    struct lictor_location *location = ngx_http_get_module_loc_conf(r, ngx_http_lictor_module);
    if (!location->on || r != r->main || request_ctx(r) != NULL) {
        return NGX_DECLINED;
    }
    struct lictor_ctx *ctx = request_open(r);
    struct lic_head head = { .method = module_view(r->method_name),
                             .target = module_view(r->unparsed_uri),
                             .source_ip = module_view(r->connection->addr_text) };
#if (NGX_HTTP_SSL)
    head.secure = r->connection->ssl != NULL;
#endif
    head.headers = view_headers(r, &head.headers_n);
    if (ctx == NULL || head.headers == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    lic_exchange_head(ctx->x, &head, &ctx->step);
    if (ctx->step.kind == LIC_STEP_BODY) {
        return NGX_DECLINED;
    }
    struct lic_answer what = ctx->step.kind == LIC_STEP_ANSWER ? ctx->step.answer : fallback();
    answer(r, ctx, &what);
    return NGX_DONE;
}

/* ---- body ---- */

static bool copy_piece(const ngx_buf_t *b, u_char *to)
{
    size_t n = (size_t)ngx_buf_size(b);
    if (ngx_buf_in_memory(b)) {
        ngx_memcpy(to, b->pos, n);
        return true;
    }
    for (size_t got = 0; got < n;) {
        ssize_t rc = ngx_read_file(b->file, to + got, n - got, b->file_pos + (off_t)got);
        if (rc <= 0) {
            return false;
        }
        got += (size_t)rc;
    }
    return true;
}

/* The whole body as one text: nginx's own buffer when there is just one, else a copy. */
static ngx_int_t gather_body(ngx_http_request_t *r, uint64_t bytes_max, lic_str *out)
{
    *out = (lic_str){ "", 0 };
    const ngx_chain_t *first = r->request_body != NULL ? r->request_body->bufs : NULL;
    uint64_t bytes = 0;
    for (const ngx_chain_t *at = first; at != NULL; at = at->next) {
        bytes += (uint64_t)ngx_buf_size(at->buf);
    }
    if (bytes == 0) {
        return NGX_OK;
    }
    if (bytes > bytes_max) {
        return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
    }
    if (first->next == NULL && ngx_buf_in_memory(first->buf)) {
        *out = (lic_str){ (const char *)first->buf->pos, (size_t)bytes };
        return NGX_OK;
    }
    u_char *to = ngx_pnalloc(r->pool, (size_t)bytes);
    if (to == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    *out = (lic_str){ (const char *)to, (size_t)bytes };
    for (const ngx_chain_t *at = first; at != NULL; at = at->next) {
        if (!copy_piece(at->buf, to)) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        to += ngx_buf_size(at->buf);
    }
    return NGX_OK;
}

static void resume(ngx_http_request_t *r)
{
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    ngx_http_core_run_phases(r);
}

static void body_is_read(ngx_http_request_t *r)
{
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    ctx->request = REQUEST_READ;
    if (ctx->deadline.timer_set) {
        ngx_del_timer(&ctx->deadline);
    }
    resume(r);
}

/* As if nginx's own timer had fired. */
static void give_up_body(ngx_event_t *event)
{
    struct lictor_ctx *ctx = event->data;
    ngx_event_t *read = ctx->r->connection->read;
    read->timedout = 1;
    read->handler(read);
}

static ngx_int_t read_body(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    ctx->request = REQUEST_READING;
    r->request_body_file_log_level = NGX_LOG_INFO; /* a long prompt is no reason to warn */
    r->request_body_in_single_buf = 1;
    ngx_int_t rc = ngx_http_read_client_request_body(r, body_is_read);
    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }
    if (ctx->request == REQUEST_READING) {
        ctx->deadline =
            (ngx_event_t){ .handler = give_up_body, .data = ctx, .log = r->connection->log };
        ngx_add_timer(&ctx->deadline, ctx->main->settings.client_timeout_ms * BODY_PATIENCE);
    }
    ngx_http_finalize_request(r, NGX_DONE);
    return NGX_DONE;
}

/* ---- forward ---- */

static ngx_int_t replace_headers(ngx_http_request_t *r, const struct lic_step *step)
{
    ngx_list_t *list = &r->headers_in.headers;
    if (ngx_list_init(list, r->pool, step->send_n + 1, sizeof(ngx_table_elt_t)) != NGX_OK) {
        return NGX_ERROR;
    }
    for (uint32_t i = 0; i < step->send_n; i++) {
        ngx_table_elt_t *line = ngx_list_push(list);
        if (line == NULL) {
            return NGX_ERROR;
        }
        ngx_memzero(line, sizeof *line);
        line->key = module_str(step->send[i].name);
        line->value = module_str(step->send[i].value);
        line->lowcase_key = ngx_pnalloc(r->pool, line->key.len + 1);
        if (line->lowcase_key == NULL) {
            return NGX_ERROR;
        }
        line->hash = ngx_hash_strlow(line->lowcase_key, line->key.data, line->key.len);
    }
    return NGX_OK;
}

/* The engine's body in place of the caller's; its framing is a length, never chunks. */
static ngx_int_t replace_body(ngx_http_request_t *r, lic_str body)
{
    r->headers_in.content_length_n = (off_t)body.n;
    r->headers_in.chunked = 0;
    r->request_body->bufs = NULL;
    if (body.n == 0) {
        return NGX_OK;
    }
    ngx_buf_t *b = ngx_calloc_buf(r->pool);
    ngx_chain_t *link = ngx_alloc_chain_link(r->pool);
    if (b == NULL || link == NULL) {
        return NGX_ERROR;
    }
    ngx_str_t bytes = module_str(body);
    b->start = b->pos = bytes.data;
    b->end = b->last = bytes.data + bytes.len;
    b->memory = 1;
    b->last_buf = 1;
    *link = (ngx_chain_t){ .buf = b, .next = NULL };
    r->request_body->bufs = link;
    return NGX_OK;
}

/* Hands the request to the proxy_pass of the location that stands for the upstream. */
static ngx_int_t forward(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    const struct lic_step *step = &ctx->step;
    if (step->upstream >= lic_engine_upstreams_n(ctx->main->engine) || step->target.n == 0 ||
        r->request_body == NULL || r->method == NGX_HTTP_HEAD) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->loc_conf = ctx->main->place_of[step->upstream]->location->loc_conf;
    ngx_http_update_location_config(r);
    if (r->content_handler == NULL || replace_headers(r, step) != NGX_OK ||
        replace_body(r, step->body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    r->unparsed_uri = module_str(step->target);
    r->valid_unparsed_uri = 1;
    ctx->request = REQUEST_FORWARDED;
    return NGX_DECLINED;
}

/* ---- steps ---- */

/* Nothing happens on this request until the ledger calls, but a caller that leaves is noticed. */
static ngx_int_t wait_for_ledger(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    ctx->request = REQUEST_WAITING;
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    ledger_wait(&ctx->main->ledger, ctx);
    return NGX_DONE;
}

static ngx_int_t act(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    switch (ctx->step.kind) {
    case LIC_STEP_FORWARD:
        return forward(r, ctx);
    case LIC_STEP_WAIT:
        return wait_for_ledger(r, ctx);
    case LIC_STEP_ANSWER:
        answer(r, ctx, &ctx->step.answer);
        return NGX_DONE;
    case LIC_STEP_BODY:
        break;
    }
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}

void request_appended(struct lictor_ctx *ctx, enum lic_rc rc, const struct lic_err *err)
{
    ngx_connection_t *c = ctx->r->connection;
    lic_exchange_appended(ctx->x, rc, err, &ctx->step);
    ctx->request = REQUEST_STEP;
    resume(ctx->r);
    ngx_http_run_posted_requests(c);
}

static ngx_int_t judge_body(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    lic_str body;
    ngx_int_t rc = gather_body(r, ctx->main->settings.body_bytes_max, &body);
    if (rc != NGX_OK) {
        return rc;
    }
    lic_exchange_body(ctx->x, body, &ctx->step);
    return act(r, ctx);
}

ngx_int_t request_body_phase(ngx_http_request_t *r)
{
    struct lictor_location *location = ngx_http_get_module_loc_conf(r, ngx_http_lictor_module);
    if (!location->on || r != r->main) {
        return NGX_DECLINED;
    }
    struct lictor_ctx *ctx = request_ctx(r);
    if (ctx == NULL || ctx->x == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    switch (ctx->request) {
    case REQUEST_HEAD:
        return read_body(r, ctx);
    case REQUEST_READ:
        return judge_body(r, ctx);
    case REQUEST_STEP:
        return act(r, ctx);
    case REQUEST_READING:
    case REQUEST_WAITING:
        return NGX_DONE;
    case REQUEST_FORWARDED:
    case REQUEST_ANSWERED:
        break;
    }
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}
