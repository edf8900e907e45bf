/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The admin listener: is the process alive (/healthz), may traffic come (/readyz), what was
 * counted (/metrics, Prometheus text format 0.0.4).
 */
#include "hosts/nginx/module.h"

#define LINE_BYTES 512u

static ngx_int_t send_text(ngx_http_request_t *r, uint32_t status, ngx_buf_t *text)
{
    ngx_chain_t out = { .buf = text, .next = NULL };
    lic_str type = LIC_STR("text/plain; version=0.0.4; charset=utf-8");
    text->last_buf = 1;
    request_set_head(r, status, type, ngx_buf_size(text));
    ngx_int_t rc = ngx_http_send_header(r);
    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }
    return ngx_http_output_filter(r, &out);
}

static ngx_int_t send_line(ngx_http_request_t *r, uint32_t status, const char *line)
{
    ngx_buf_t *text = ngx_create_temp_buf(r->pool, LINE_BYTES);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    text->last = ngx_snprintf(text->pos, LINE_BYTES, "%s\n", line);
    return send_text(r, status, text);
}

/* Rows of one name stand together, so a name's help comes when the name changes. */
static u_char *print_counter(u_char *at, u_char *end, const struct lictor_shared *shared,
                             uint32_t i)
{
    const char *name = lic_counter_name(i);
    const char *labels = lic_counter_labels(i);
    if (i == 0 || strcmp(name, lic_counter_name(i - 1)) != 0) {
        at = ngx_slprintf(at, end, "# HELP %s %s\n# TYPE %s counter\n", name, lic_counter_help(i),
                          name);
    }
    const char *open = labels[0] != '\0' ? "{" : "";
    const char *close = labels[0] != '\0' ? "}" : "";
    return ngx_slprintf(at, end, "%s%s%s%s %uA\n", name, open, labels, close, shared->counters[i]);
}

static ngx_int_t send_metrics(ngx_http_request_t *r, const struct lictor_main *lm)
{
    uint32_t n = lm->shared->counters_n;
    size_t bytes = (n + 2) * 2 * LINE_BYTES;
    ngx_buf_t *text = ngx_create_temp_buf(r->pool, bytes);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        text->last = print_counter(text->last, text->end, lm->shared, i);
    }
    text->last = ngx_slprintf(text->last, text->end,
                              "# HELP lictor_exchanges_open Exchanges under way\n"
                              "# TYPE lictor_exchanges_open gauge\nlictor_exchanges_open %uA\n",
                              lm->shared->open);
    return send_text(r, NGX_HTTP_OK, text);
}

static bool is_path(const ngx_http_request_t *r, const char *path)
{
    return r->uri.len == strlen(path) && ngx_memcmp(r->uri.data, path, r->uri.len) == 0;
}

ngx_int_t admin_handler(ngx_http_request_t *r)
{
    struct lictor_main *lm = ngx_http_get_module_main_conf(r, ngx_http_lictor_module);
    ngx_int_t rc = ngx_http_discard_request_body(r);
    if (rc != NGX_OK) {
        return rc;
    }
    if ((r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD)) == 0) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    if (is_path(r, "/healthz")) {
        return send_line(r, NGX_HTTP_OK, "ok");
    }
    if (is_path(r, "/metrics")) {
        return send_metrics(r, lm);
    }
    if (!is_path(r, "/readyz")) {
        return NGX_HTTP_NOT_FOUND;
    }
    if (lm->worker == NULL || ngx_exiting || ngx_terminate) {
        return send_line(r, NGX_HTTP_SERVICE_UNAVAILABLE, "stopping");
    }
    return ledger_ready(&lm->ledger)
               ? send_line(r, NGX_HTTP_OK, "ready")
               : send_line(r, NGX_HTTP_SERVICE_UNAVAILABLE, "the ledger is not writable");
}
