/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The response's side: no byte of an answer leaves before the engine's word.
 *
 *     header filter   provider's head ──► the engine; held back
 *                     nginx's error page ──► the engine's own answer in its place
 *     body filter     chunk ──► the engine ──► PASS the same buffer, HOLD, REPLACE, CUT
 *                     the head leaves with the first release that says so
 *
 * Invariants
 *   1. Nothing goes to the next filter before the head, and nothing after the end.
 *   2. An answer that broke off is never ended as if it were whole: either the engine's own bytes
 *      end it in the dialect's way, or the connection is closed without an end.
 *   3. Memory stays flat however long the stream: our buffers are recycled, and while the client
 *      is slow the provider's buffer is kept hostage so that nginx stops reading.
 *
 * How nginx ends an unbuffered upstream decides how breakage is seen (ngx_http_upstream.c): a
 * proper end sends a last buffer; an end by error first calls u->finalize_request and then either
 * flushes (5xx) or closes. So finalize_request is wrapped to learn of the error, and a chunked
 * body that cannot be parsed, which nginx would end without a flush, is turned into the former.
 */
#include "hosts/nginx/module.h"

#define OWN_TAG ((ngx_buf_tag_t)&ngx_http_lictor_module)
#define BUFFER_BYTES_MIN ((size_t)4096)

static ngx_http_output_header_filter_pt next_header;
static ngx_http_output_body_filter_pt next_body;

/* ---- heads ---- */

static ngx_int_t add_header(ngx_http_request_t *r, lic_str name, lic_str value)
{
    ngx_table_elt_t *line = ngx_list_push(&r->headers_out.headers);
    if (line == NULL) {
        return NGX_ERROR;
    }
    ngx_memzero(line, sizeof *line);
    line->hash = 1;
    line->key = module_str(name);
    line->value = module_str(value);
    return NGX_OK;
}

ngx_int_t response_mark(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    lic_str decision = { 0 };
    lic_str record = { 0 };
    if (ctx->x == NULL) {
        return NGX_OK;
    }
    lic_exchange_marks(ctx->x, &decision, &record);
    if (decision.n > 0 && add_header(r, LIC_STR("x-lictor-decision"), decision) != NGX_OK) {
        return NGX_ERROR;
    }
    return record.n > 0 ? add_header(r, LIC_STR("x-lictor-record"), record) : NGX_OK;
}

/* What a provider may tell the caller; names of accounts, cookies and the rest stay here. */
static const ngx_str_t passed_names[] = {
    ngx_string("x-request-id"),   ngx_string("request-id"),     ngx_string("retry-after"),
    ngx_string("retry-after-ms"), ngx_string("x-should-retry"), ngx_string("openai-processing-ms"),
    ngx_string("openai-version"),
};
static const ngx_str_t passed_prefixes[] = {
    ngx_string("x-ratelimit-"),
    ngx_string("anthropic-ratelimit-"),
};

/* Bytes beyond visible ASCII could steer the terminal or the log that shows them. */
static bool is_visible(const ngx_str_t *value)
{
    for (size_t i = 0; i < value->len; i++) {
        if (value->data[i] < 0x20 || value->data[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static bool may_pass(const ngx_table_elt_t *line)
{
    if (!is_visible(&line->value)) {
        return false;
    }
    for (size_t i = 0; i < sizeof passed_names / sizeof passed_names[0]; i++) {
        if (line->key.len == passed_names[i].len &&
            ngx_strncasecmp(line->key.data, passed_names[i].data, line->key.len) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof passed_prefixes / sizeof passed_prefixes[0]; i++) {
        if (line->key.len > passed_prefixes[i].len &&
            ngx_strncasecmp(line->key.data, passed_prefixes[i].data, passed_prefixes[i].len) == 0) {
            return true;
        }
    }
    return false;
}

/* A hash of 0 is nginx's mark of a line that is not to be sent. */
static void hide_headers(ngx_http_request_t *r)
{
    for (ngx_list_part_t *part = &r->headers_out.headers.part; part != NULL; part = part->next) {
        ngx_table_elt_t *line = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            if (!may_pass(&line[i])) {
                line[i].hash = 0;
            }
        }
    }
    r->headers_out.location = NULL;
    r->headers_out.refresh = NULL;
    r->headers_out.www_authenticate = NULL;
}

/* Lets the head go. `length` is that of the whole body when it is known, else -1. */
static ngx_int_t send_head(ngx_http_request_t *r, struct lictor_ctx *ctx,
                           const struct lic_response_head *head, off_t length)
{
    lic_str type = head->content_type;
    ngx_str_t kept = r->headers_out.content_type;
    if (type.n == 0) {
        type = module_view(kept);
    }
    request_set_head(r, head->status, type, length);
    if (response_mark(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    ctx->head_sent = true;
    ngx_int_t rc = next_header(r);
    return rc == NGX_ERROR || rc > NGX_OK ? NGX_ERROR : NGX_OK;
}

/* ---- the provider's head ---- */

static uint32_t count_lines(const ngx_list_part_t *part)
{
    ngx_uint_t n = 0;
    for (; part != NULL; part = part->next) {
        n += part->nelts;
    }
    return (uint32_t)n;
}

static ngx_int_t tell_head(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    const ngx_http_upstream_headers_in_t *in = &r->upstream->headers_in;
    uint32_t n = count_lines(&in->headers.part);
    struct lic_header *headers = ngx_palloc(r->pool, (n + 1) * sizeof *headers);
    if (headers == NULL) {
        return NGX_ERROR;
    }
    struct lic_header *to = headers;
    for (const ngx_list_part_t *part = &in->headers.part; part != NULL; part = part->next) {
        const ngx_table_elt_t *line = part->elts;
        for (ngx_uint_t i = 0; i < part->nelts; i++) {
            *to++ = (struct lic_header){ module_view(line[i].key), module_view(line[i].value) };
        }
    }
    lic_exchange_response_head(ctx->x, (uint32_t)in->status_n, headers, n);
    return NGX_OK;
}

/* 499 and 408 mean that the caller is gone; other errors are the provider's. */
static void note_finalized(ngx_http_request_t *r, ngx_int_t rc)
{
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    if (rc == NGX_HTTP_CLIENT_CLOSED_REQUEST || rc == NGX_HTTP_REQUEST_TIME_OUT) {
        ctx->client_gone = true;
    } else if (rc != NGX_OK && !ctx->ended) {
        ctx->broken = true;
    }
    ctx->finalize_upstream(r, rc);
}

/* Unparsable framing: marks the upstream as failed, which nginx ends by a flush we see. */
static ngx_int_t input_or_error(void *data, ssize_t bytes)
{
    ngx_http_request_t *r = data;
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    if (!r->upstream->error && ctx->input(data, bytes) != NGX_OK) {
        r->upstream->error = 1;
        r->upstream->length = -2; /* neither ended nor open-ended */
        r->upstream->keepalive = 0;
    }
    return NGX_OK;
}

static ngx_int_t init_input(void *data)
{
    ngx_http_request_t *r = data;
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    ngx_int_t rc = ctx->init_input(data);
    ctx->input = r->upstream->input_filter;
    r->upstream->input_filter = input_or_error;
    return rc;
}

static ngx_int_t begin_upstream(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    ngx_http_upstream_t *u = r->upstream;
    if (u->input_filter_init == NULL || u->input_filter_ctx != r || u->upgrade ||
        tell_head(r, ctx) != NGX_OK) {
        return NGX_ERROR;
    }
    ctx->response = RESPONSE_UPSTREAM;
    ctx->finalize_upstream = u->finalize_request;
    u->finalize_request = note_finalized;
    ctx->init_input = u->input_filter_init;
    u->input_filter_init = init_input;
    u->buffering = 0;
    r->filter_need_in_memory = 1;
    r->allow_ranges = 0;
    hide_headers(r);
    return NGX_OK;
}

static bool is_from_upstream(const ngx_http_request_t *r, const struct lictor_ctx *ctx)
{
    return ctx->request == REQUEST_FORWARDED && ctx->response == RESPONSE_NONE &&
           r->upstream != NULL && r->err_status == 0 && r->upstream->headers_in.status_n != 0 &&
           r->headers_out.status == r->upstream->headers_in.status_n;
}

/* ---- nginx's own errors ---- */

/* The provider could not be reached or gave no head: the engine says what the caller gets. */
static struct lic_answer unreachable(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    struct lic_release release = { 0 };
    uint32_t status = r->headers_out.status == NGX_HTTP_GATEWAY_TIME_OUT ? 504 : 0;
    lic_exchange_response_head(ctx->x, status, NULL, 0);
    lic_exchange_response_body(ctx->x, (lic_str){ 0 }, LIC_END_BROKEN, &release);
    if (!release.head_ready || release.head.content_type.n == 0) {
        return request_refusal(NULL, NGX_HTTP_BAD_GATEWAY);
    }
    return (struct lic_answer){ .status = release.head.status,
                                .content_type = release.head.content_type,
                                .body = release.bytes };
}

static ngx_int_t substitute(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    bool asked = ctx->x != NULL && ctx->response == RESPONSE_NONE;
    struct lic_answer what;
    if (asked && ctx->request == REQUEST_FORWARDED) {
        what = unreachable(r, ctx);
    } else {
        what = request_refusal(asked ? ctx : NULL, r->headers_out.status);
    }
    hide_headers(r);
    r->http_version = ctx->http_version;
    request_set_head(r, what.status, what.content_type, (off_t)what.body.n);
    ctx->response = RESPONSE_SUBSTITUTE;
    ctx->substitute = what;
    return response_mark(r, ctx) == NGX_OK ? next_header(r) : NGX_ERROR;
}

static ngx_int_t filter_header(ngx_http_request_t *r)
{
    struct lictor_location *location = ngx_http_get_module_loc_conf(r, ngx_http_lictor_module);
    struct lictor_ctx *ctx = request_ctx(r);
    if (r != r->main || (ctx == NULL && !location->on)) {
        return next_header(r);
    }
    if (ctx == NULL) {
        ctx = request_open(r); /* nginx refuses before it had read a whole head */
    }
    if (ctx == NULL || (ctx->response == RESPONSE_ANSWER && r->err_status == 0)) {
        return next_header(r);
    }
    if (ctx->x != NULL && is_from_upstream(r, ctx)) {
        return begin_upstream(r, ctx);
    }
    return substitute(r, ctx);
}

/* ---- our buffers ---- */

static size_t round_up(size_t n)
{
    size_t bytes = BUFFER_BYTES_MIN;
    while (bytes < n) {
        bytes *= 2;
    }
    return bytes;
}

/* A free link whose buffer has room for n bytes, out of the recycled ones if one fits. */
static ngx_chain_t *take_link(ngx_http_request_t *r, struct lictor_ctx *ctx, size_t n)
{
    for (ngx_chain_t **at = &ctx->free; *at != NULL; at = &(*at)->next) {
        ngx_chain_t *link = *at;
        if ((size_t)(link->buf->end - link->buf->start) >= n) {
            *at = link->next;
            link->next = NULL;
            return link;
        }
    }
    ngx_chain_t *link = ngx_alloc_chain_link(r->pool);
    if (link == NULL) {
        return NULL;
    }
    link->next = NULL;
    link->buf = n == 0 ? ngx_calloc_buf(r->pool) : ngx_create_temp_buf(r->pool, round_up(n));
    return link->buf != NULL ? link : NULL;
}

/* The bytes copied into a buffer of ours: the engine's live only until its next call. */
static ngx_chain_t *own_link(ngx_http_request_t *r, struct lictor_ctx *ctx, lic_str bytes,
                             bool last)
{
    ngx_chain_t *link = take_link(r, ctx, bytes.n);
    if (link == NULL) {
        return NULL;
    }
    ngx_buf_t *b = link->buf;
    b->tag = OWN_TAG;
    b->pos = b->last = b->start;
    if (bytes.n > 0) {
        b->last = ngx_cpymem(b->pos, bytes.at, bytes.n);
    }
    b->temporary = b->start != NULL && bytes.n > 0;
    b->flush = 1;
    b->last_buf = last;
    return link;
}

static ngx_chain_t *same_link(ngx_http_request_t *r, ngx_buf_t *b)
{
    ngx_chain_t *link = ngx_alloc_chain_link(r->pool);
    if (link != NULL) {
        *link = (ngx_chain_t){ .buf = b, .next = NULL };
    }
    return link;
}

/* ---- one chunk ---- */

/* Ends the upstream's side: nginx closes the connection instead of keeping it. */
static void drop_upstream(ngx_http_request_t *r)
{
    r->upstream->length = 0;
    r->upstream->keepalive = 0;
}

/* The provider's buffer was read; it stays untouchable while the client is behind. */
static void consume(struct lictor_ctx *ctx, ngx_buf_t *b)
{
    if (ctx->hostage != NULL) {
        ctx->hostage->pos = ctx->hostage->last;
    }
    ctx->hostage = b;
}

static void release_hostage(struct lictor_ctx *ctx)
{
    if (ctx->hostage != NULL) {
        ctx->hostage->pos = ctx->hostage->last;
        ctx->hostage = NULL;
    }
}

static ngx_int_t append(ngx_chain_t ***tail, ngx_chain_t *link)
{
    if (link == NULL) {
        return NGX_ERROR;
    }
    **tail = link;
    *tail = &link->next;
    return NGX_OK;
}

/* Carries out what the engine said of the chunk in `b` (NULL: there is none). */
static ngx_int_t apply(ngx_http_request_t *r, struct lictor_ctx *ctx, ngx_buf_t *b,
                       const struct lic_release *release, enum lic_end end, ngx_chain_t ***tail)
{
    bool cut = release->kind == LIC_RELEASE_CUT;
    bool whole = cut || end == LIC_END_COMPLETE;
    bool pass = release->kind == LIC_RELEASE_PASS && b != NULL && end != LIC_END_BROKEN;
    if (release->head_ready && !ctx->head_sent) {
        off_t length = pass ? ngx_buf_size(b) : (off_t)release->bytes.n;
        bool known = whole || end == LIC_END_BROKEN;
        if (send_head(r, ctx, &release->head, known ? length : -1) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (!ctx->head_sent) {
        /* Bytes without a head, or an end without one, would be a bug of the engine. */
        return release->kind == LIC_RELEASE_HOLD && end == LIC_END_NOT_YET ? NGX_OK : NGX_ERROR;
    }
    if (end == LIC_END_BROKEN && release->bytes.n == 0) {
        return NGX_ERROR;
    }
    ctx->ended = whole || end == LIC_END_BROKEN;
    if (cut && b != NULL) {
        drop_upstream(r);
    }
    if (pass) {
        return append(tail, same_link(r, b));
    }
    if (release->bytes.n == 0 && !ctx->ended) {
        return NGX_OK;
    }
    return append(tail, own_link(r, ctx, release->bytes, ctx->ended));
}

static ngx_int_t take_chunk(ngx_http_request_t *r, struct lictor_ctx *ctx, ngx_buf_t *b,
                            ngx_chain_t ***tail)
{
    lic_str chunk = { 0 };
    if (ngx_buf_in_memory(b)) {
        chunk = (lic_str){ (const char *)b->pos, (size_t)(b->last - b->pos) };
    } else if (b->in_file) {
        return NGX_ERROR; /* filter_need_in_memory was not kept */
    }
    enum lic_end end = b->last_buf ? LIC_END_COMPLETE : LIC_END_NOT_YET;
    if (ctx->ended || (chunk.n == 0 && end == LIC_END_NOT_YET)) {
        b->pos = b->last;
        return NGX_OK;
    }
    struct lic_release release = { 0 };
    lic_exchange_response_body(ctx->x, chunk, end, &release);
    if (chunk.n > 0 && release.kind != LIC_RELEASE_PASS) {
        consume(ctx, b);
    }
    return apply(r, ctx, b, &release, end, tail);
}

static ngx_int_t break_off(ngx_http_request_t *r, struct lictor_ctx *ctx, ngx_chain_t ***tail)
{
    struct lic_release release = { 0 };
    lic_exchange_response_body(ctx->x, (lic_str){ 0 }, LIC_END_BROKEN, &release);
    return apply(r, ctx, NULL, &release, LIC_END_BROKEN, tail);
}

/* Whether nginx still holds bytes for the client; asking it to write without any is an error. */
static bool is_pending(const ngx_http_request_t *r)
{
    return r->out != NULL || (r->connection->buffered & NGX_LOWLEVEL_BUFFERED) != 0;
}

static ngx_int_t filter_upstream(ngx_http_request_t *r, struct lictor_ctx *ctx, ngx_chain_t *in)
{
    ngx_chain_t *out = NULL;
    ngx_chain_t **tail = &out;
    if (ctx->x == NULL) {
        return NGX_ERROR;
    }
    for (; in != NULL; in = in->next) {
        if (take_chunk(r, ctx, in->buf, &tail) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    if (ctx->broken && !ctx->ended && break_off(r, ctx, &tail) != NGX_OK) {
        return NGX_ERROR;
    }
    ngx_int_t rc = NGX_OK;
    if (out != NULL || is_pending(r)) {
        rc = next_body(r, out);
    }
    ngx_chain_update_chains(r->pool, &ctx->free, &ctx->busy, &out, OWN_TAG);
    if (ctx->busy == NULL || ctx->ended) {
        release_hostage(ctx);
    }
    return rc == NGX_ERROR ? NGX_ERROR : NGX_OK;
}

/* The engine's answer goes out once, whatever page nginx had in mind. */
static ngx_int_t filter_substitute(ngx_http_request_t *r, struct lictor_ctx *ctx)
{
    if (ctx->ended) {
        return is_pending(r) ? next_body(r, NULL) : NGX_OK;
    }
    ngx_chain_t *link = own_link(r, ctx, ctx->substitute.body, /* last= */ true);
    if (link == NULL) {
        return NGX_ERROR;
    }
    ctx->ended = true;
    return next_body(r, link);
}

static ngx_int_t filter_body(ngx_http_request_t *r, ngx_chain_t *in)
{
    struct lictor_ctx *ctx = ngx_http_get_module_ctx(r, ngx_http_lictor_module);
    if (ctx == NULL || r != r->main) {
        return next_body(r, in);
    }
    switch (ctx->response) {
    case RESPONSE_ANSWER:
        return next_body(r, in);
    case RESPONSE_SUBSTITUTE:
        return filter_substitute(r, ctx);
    case RESPONSE_UPSTREAM:
        return filter_upstream(r, ctx, in);
    case RESPONSE_NONE:
        break;
    }
    return NGX_ERROR;
}

ngx_int_t response_install(ngx_conf_t *cf)
{
    (void)cf;
    next_header = ngx_http_top_header_filter;
    ngx_http_top_header_filter = filter_header;
    next_body = ngx_http_top_body_filter;
    ngx_http_top_body_filter = filter_body;
    return NGX_OK;
}
