/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nginx.conf as text. Every value that comes from the directory is checked before it is printed:
 * a byte that nginx reads as syntax is refused, never escaped, so that no value can become a
 * directive.
 */
#include "hosts/cli/nginx_conf.h"

#include "hosts/posix.h"

#include <netdb.h>
#include <string.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"
#define CONNECTIONS_MAX 16384u

/* ---- values ---- */

/* Paths stand in double quotes; quotes, backslashes, variables and control bytes are refused. */
static enum lic_rc check_path(const char *what, lic_str path, struct lic_err *err)
{
    for (size_t i = 0; i < path.n; i++) {
        unsigned char c = (unsigned char)path.at[i];
        if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '$') {
            return posix_fail(err, LIC_E_INVALID, NULL,
                              "%s \"" LIC_FMT "\" holds a byte that nginx.conf cannot: 0x%02x",
                              what, LIC_ARG(path), c);
        }
    }
    return LIC_OK;
}

/* Addresses and names stand bare: letters, digits and what addresses need. */
static enum lic_rc check_word(const char *what, lic_str word, struct lic_err *err)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  ".:-_[]/*";
    bool good = word.n > 0;
    for (size_t i = 0; i < word.n; i++) {
        good = good && word.at[i] != '\0' && strchr(allowed, word.at[i]) != NULL;
    }
    return good ? LIC_OK
                : posix_fail(err, LIC_E_INVALID, NULL,
                             "%s \"" LIC_FMT "\" cannot stand in nginx.conf", what, LIC_ARG(word));
}

static enum lic_rc check_upstream(const struct lic_upstream *upstream, struct lic_err *err)
{
    enum lic_rc rc = check_word("the provider name", upstream->name, err);
    if (rc == LIC_OK && upstream->host.n > 0) {
        rc = check_word("the host", upstream->host, err);
    }
    if (rc == LIC_OK) {
        rc = check_path("the CA file", upstream->tls_ca, err);
    }
    for (uint32_t i = 0; i < upstream->servers_n && rc == LIC_OK; i++) {
        rc = check_word("the server", upstream->servers[i], err);
    }
    return rc;
}

static enum lic_rc check_all(const struct lic_engine *engine, const struct lic_settings *settings,
                             const struct nginx_conf_options *options, struct lic_err *err)
{
    const struct {
        const char *what;
        lic_str value;
    } paths[] = {
        { "the directory", { options->dir, strlen(options->dir) } },
        { "the module's path", { options->module, strlen(options->module) } },
        { "the state directory", settings->state_dir },
        { "the TLS certificate", settings->tls_certificate },
        { "the TLS key", settings->tls_key },
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        enum lic_rc rc = check_path(paths[i].what, paths[i].value, err);
        if (rc != LIC_OK) {
            return rc;
        }
    }
    enum lic_rc rc = check_word("listen", settings->listen, err);
    if (rc == LIC_OK && settings->admin_listen.n > 0) {
        rc = check_word("the admin listener", settings->admin_listen, err);
    }
    for (uint32_t i = 0; i < lic_engine_upstreams_n(engine) && rc == LIC_OK; i++) {
        rc = check_upstream(lic_engine_upstream(engine, i), err);
    }
    return rc;
}

/* ---- upstreams ---- */

static bool is_loopback(const struct lic_upstream *upstream)
{
    return upstream->kind.n == 8 && memcmp(upstream->kind.at, "loopback", 8) == 0;
}

/*
 * nginx resolves names once, when it reads its configuration, and refuses all of it when one does
 * not resolve. One provider's name must not stop the others, so such a server is written as down.
 */
static bool resolves(lic_str server)
{
    char host[256];
    size_t n = server.n;
    while (n > 0 && server.at[n - 1] != ':') {
        n--;
    }
    if (n < 2 || n > sizeof host || server.at[0] == '[') {
        return true;
    }
    memcpy(host, server.at, n - 1);
    host[n - 1] = '\0';
    struct addrinfo *found = NULL;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
    bool good = getaddrinfo(host, NULL, &hints, &found) == 0;
    if (found != NULL) {
        freeaddrinfo(found);
    }
    return good;
}

static void write_server(FILE *out, lic_str server, bool backup)
{
    const char *rank = backup ? " backup" : "";
    if (resolves(server)) {
        (void)fprintf(out, "        server " LIC_FMT " max_fails=3 fail_timeout=5s%s;\n",
                      LIC_ARG(server), rank);
        return;
    }
    (void)fprintf(stderr,
                  "lictor serve: " LIC_FMT " does not resolve; calls to it fail until the "
                  "next reload\n",
                  LIC_ARG(server));
    (void)fprintf(out, "        server 127.0.0.1:9%s down; # " LIC_FMT " did not resolve\n", rank,
                  LIC_ARG(server));
}

static void write_upstream(FILE *out, const struct lic_upstream *upstream)
{
    (void)fprintf(out, "    upstream lictor_" LIC_FMT " {\n", LIC_ARG(upstream->name));
    if (is_loopback(upstream)) {
        (void)fprintf(out, "        server unix:loopback.sock max_fails=0;\n");
    }
    for (uint32_t i = 0; i < upstream->servers_n && !is_loopback(upstream); i++) {
        write_server(out, upstream->servers[i], /* backup= */ i > 0);
    }
    (void)fprintf(out, "        keepalive 64;\n"
                       "        keepalive_requests 1000000;\n"
                       "        keepalive_timeout 60s;\n"
                       "    }\n\n");
}

static void write_tls(FILE *out, const struct lic_upstream *upstream)
{
    lic_str ca = upstream->tls_ca.n > 0 ? upstream->tls_ca : LIC_STR(SYSTEM_CA);
    (void)fprintf(out,
                  "            proxy_ssl_server_name on;\n"
                  "            proxy_ssl_name " LIC_FMT ";\n"
                  "            proxy_ssl_protocols TLSv1.2 TLSv1.3;\n",
                  LIC_ARG(upstream->host));
    if (!upstream->tls_verify) {
        (void)fprintf(out, "            proxy_ssl_verify off; # as the directory says in words\n");
        return;
    }
    (void)fprintf(out,
                  "            proxy_ssl_verify on;\n"
                  "            proxy_ssl_verify_depth 5;\n"
                  "            proxy_ssl_trusted_certificate \"" LIC_FMT "\";\n",
                  LIC_ARG(ca));
}

/* The Host header: a port belongs to it unless it is the scheme's own (RFC 9110, 7.2). */
static lic_str host_header(const struct lic_upstream *upstream)
{
    if (upstream->host.n == 0 || upstream->servers_n == 0) {
        return LIC_STR("loopback");
    }
    lic_str server = upstream->servers[0];
    lic_str port = upstream->tls ? LIC_STR(":443") : LIC_STR(":80");
    bool own = server.n == upstream->host.n + port.n &&
               memcmp(server.at + upstream->host.n, port.at, port.n) == 0;
    return own ? upstream->host : server;
}

static void write_place(FILE *out, const struct lic_upstream *upstream)
{
    lic_str host = host_header(upstream);
    (void)fprintf(out,
                  "        location @lictor_" LIC_FMT " {\n"
                  "            lictor_upstream " LIC_FMT " %s \"" LIC_FMT "\"",
                  LIC_ARG(upstream->name), LIC_ARG(upstream->name), upstream->tls ? "tls" : "plain",
                  LIC_ARG(upstream->host));
    for (uint32_t i = 0; i < upstream->servers_n; i++) {
        (void)fprintf(out, " \"" LIC_FMT "\"", LIC_ARG(upstream->servers[i]));
    }
    (void)fprintf(out,
                  ";\n            proxy_pass %s://lictor_" LIC_FMT ";\n"
                  "            proxy_set_header Host " LIC_FMT ";\n"
                  "            proxy_set_header Connection \"\";\n",
                  upstream->tls ? "https" : "http", LIC_ARG(upstream->name), LIC_ARG(host));
    if (upstream->tls) {
        write_tls(out, upstream);
    }
    (void)fprintf(out, "        }\n\n");
}

/* ---- the file ---- */

static void write_process(FILE *out, const struct lic_settings *settings,
                          const struct nginx_conf_options *options)
{
    uint64_t connections = options->files_max / 2;
    connections = connections < CONNECTIONS_MAX ? connections : CONNECTIONS_MAX;
    (void)fprintf(out,
                  "# Written by `lictor serve`, anew at every start and reload.\n"
                  "load_module \"%s\";\n",
                  options->module);
    if (options->user != NULL) {
        (void)fprintf(out, "user %s %s;\n", options->user, options->group);
    }
    if (settings->workers > 0) {
        (void)fprintf(out, "worker_processes %u;\n", settings->workers);
    } else {
        (void)fprintf(out, "worker_processes auto;\n");
    }
    (void)fprintf(out,
                  "worker_rlimit_nofile %llu;\n"
                  "worker_shutdown_timeout 3600s;\n"
                  "pid nginx.pid;\n"
                  "error_log stderr warn;\n"
                  "thread_pool lictor threads=2 max_queue=65536;\n\n"
                  "events {\n"
                  "    worker_connections %llu;\n"
                  "}\n\n",
                  (unsigned long long)options->files_max, (unsigned long long)connections);
}

static void write_limits(FILE *out, const struct lic_settings *settings)
{
    static const char *const temp_paths[] = { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" };
    (void)fprintf(out, "    server_tokens off;\n"
                       "    access_log off;\n"
                       "    log_not_found off;\n"
                       "    default_type application/octet-stream;\n"
                       "    absolute_redirect off;\n"
                       "    merge_slashes off;\n"
                       "    underscores_in_headers off;\n"
                       "    ignore_invalid_headers on;\n"
                       "    reset_timedout_connection on;\n"
                       "    tcp_nodelay on;\n\n");
    for (size_t i = 0; i < sizeof temp_paths / sizeof temp_paths[0]; i++) {
        (void)fprintf(out, "    %s_temp_path tmp/%s;\n", temp_paths[i], temp_paths[i]);
    }
    (void)fprintf(out,
                  "\n    client_header_buffer_size 8k;\n"
                  "    large_client_header_buffers 4 16k;\n"
                  "    client_body_buffer_size 512k;\n"
                  "    client_max_body_size %llu;\n"
                  "    client_header_timeout %ums;\n"
                  "    client_body_timeout %ums;\n"
                  "    send_timeout %ums;\n"
                  "    keepalive_timeout 75s;\n"
                  "    keepalive_requests 1000000;\n\n",
                  (unsigned long long)settings->body_bytes_max, settings->client_timeout_ms,
                  settings->client_timeout_ms, settings->client_timeout_ms);
}

/* What every proxy_pass has in common; the engine makes all headers but Host and the lengths. */
static void write_proxy(FILE *out, const struct lic_settings *settings)
{
    (void)fprintf(
        out,
        "    proxy_http_version 1.1;\n"
        "    proxy_buffering off;\n"
        "    proxy_buffer_size 16k;\n"
        "    proxy_buffers 4 16k;\n"
        "    proxy_busy_buffers_size 16k;\n"
        "    proxy_request_buffering on;\n"
        "    proxy_ignore_client_abort off;\n"
        "    proxy_intercept_errors off;\n"
        "    proxy_redirect off;\n"
        "    proxy_ignore_headers X-Accel-Redirect X-Accel-Expires X-Accel-Limit-Rate\n"
        "        X-Accel-Buffering X-Accel-Charset Expires Cache-Control Set-Cookie Vary;\n"
        "    proxy_next_upstream error timeout;\n"
        "    proxy_connect_timeout %ums;\n"
        "    proxy_send_timeout %ums;\n"
        "    proxy_read_timeout %ums;\n\n",
        settings->connect_timeout_ms, settings->upstream_timeout_ms, settings->upstream_timeout_ms);
}

static void write_gateway(FILE *out, const struct lic_engine *engine,
                          const struct lic_settings *settings)
{
    bool tls = settings->tls_certificate.n > 0;
    (void)fprintf(out, "    server {\n        listen " LIC_FMT "%s backlog=4096;\n",
                  LIC_ARG(settings->listen), tls ? " ssl http2" : "");
    if (tls) {
        (void)fprintf(out,
                      "        ssl_certificate \"" LIC_FMT "\";\n"
                      "        ssl_certificate_key \"" LIC_FMT "\";\n"
                      "        ssl_protocols TLSv1.2 TLSv1.3;\n"
                      "        ssl_session_cache shared:tls:10m;\n"
                      "        ssl_session_tickets off;\n",
                      LIC_ARG(settings->tls_certificate), LIC_ARG(settings->tls_key));
    }
    (void)fprintf(out, "        lictor on;\n\n        location / {\n        }\n\n");
    for (uint32_t i = 0; i < lic_engine_upstreams_n(engine); i++) {
        write_place(out, lic_engine_upstream(engine, i));
    }
    (void)fprintf(out, "    }\n\n");
}

static bool has_loopback(const struct lic_engine *engine)
{
    for (uint32_t i = 0; i < lic_engine_upstreams_n(engine); i++) {
        if (is_loopback(lic_engine_upstream(engine, i))) {
            return true;
        }
    }
    return false;
}

/* The loopback provider keeps bodies in memory: it is as large as the gateway's limit. */
static void write_others(FILE *out, const struct lic_engine *engine,
                         const struct lic_settings *settings)
{
    if (has_loopback(engine)) {
        (void)fprintf(out,
                      "    server {\n"
                      "        listen unix:loopback.sock;\n"
                      "        client_body_buffer_size %llu;\n"
                      "        client_max_body_size %llu;\n"
                      "        location / {\n"
                      "            lictor_loopback;\n"
                      "        }\n"
                      "    }\n\n",
                      (unsigned long long)settings->body_bytes_max * 2,
                      (unsigned long long)settings->body_bytes_max * 2);
    }
    if (settings->admin_listen.n > 0) {
        (void)fprintf(out,
                      "    server {\n"
                      "        listen " LIC_FMT ";\n"
                      "        location / {\n"
                      "            lictor_admin;\n"
                      "        }\n"
                      "    }\n",
                      LIC_ARG(settings->admin_listen));
    }
}

enum lic_rc nginx_conf_write(const struct lic_engine *engine,
                             const struct nginx_conf_options *options, FILE *out,
                             struct lic_err *err)
{
    struct lic_settings settings;
    lic_engine_settings(engine, &settings);
    enum lic_rc rc = check_all(engine, &settings, options, err);
    if (rc != LIC_OK) {
        return rc;
    }
    write_process(out, &settings, options);
    (void)fprintf(out, "http {\n    lictor_config \"%s\";\n\n", options->dir);
    write_limits(out, &settings);
    write_proxy(out, &settings);
    for (uint32_t i = 0; i < lic_engine_upstreams_n(engine); i++) {
        write_upstream(out, lic_engine_upstream(engine, i));
    }
    write_gateway(out, engine, &settings);
    write_others(out, engine, &settings);
    (void)fprintf(out, "}\n");
    return LIC_OK;
}
