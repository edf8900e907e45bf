/* SPDX-License-Identifier: Apache-2.0 */
/* Takes addresses apart by allowed characters; what is left over is a mistake. */
#include "engine/endpoint.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <arpa/inet.h>

#include "base/banned.h"

/* RFC 1035: no host name is longer. */
enum { HOST_BYTES_MAX = 253 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_address(int family, lic_str s)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;
    if (s.n == 0 || s.n >= sizeof text) {
        return false;
    }
    memcpy(text, s.at, s.n);
    text[s.n] = '\0';
    return strlen(text) == s.n && inet_pton(family, text, &address) == 1;
}

static bool is_ipv6_in_brackets(lic_str s)
{
    return str_starts(s, LIC_STR("[")) && str_ends(s, LIC_STR("]")) && s.n > 2 &&
           is_address(AF_INET6, str_slice(s, 1, s.n - 1));
}

/* A label: letters, digits and hyphens, none at an end. */
static bool is_label(lic_str s)
{
    if (s.n == 0 || s.n > 63 || s.at[0] == '-' || s.at[s.n - 1] == '-') {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        if (!is_alnum(s.at[i]) && s.at[i] != '-') {
            return false;
        }
    }
    return true;
}

static bool is_dns_name(lic_str s)
{
    if (s.n == 0 || s.n > HOST_BYTES_MAX || str_ends(s, LIC_STR("."))) {
        return false;
    }
    lic_str label = { 0 };
    for (lic_str rest = s; rest.n > 0;) {
        label = str_split(&rest, '.');
        if (!is_label(label)) {
            return false;
        }
    }
    /* A name whose last label is a number is a broken IPv4 address (WHATWG URL). */
    uint64_t number;
    return !str_u64(label, &number);
}

static bool is_local(lic_str host)
{
    return str_eq_nocase(host, LIC_STR("localhost")) ||
           (is_address(AF_INET, host) && str_starts(host, LIC_STR("127."))) ||
           str_eq(host, LIC_STR("[::1]"));
}

static bool is_port(lic_str s)
{
    uint64_t port;
    return s.n <= 5 && str_u64(s, &port) && port > 0 && port <= 65535;
}

/* Cuts "host:port" at the colon that is not inside brackets; port.at is NULL without a colon. */
static void split_authority(lic_str s, lic_str *out_host, lic_str *out_port)
{
    size_t from = str_starts(s, LIC_STR("[")) ? str_find_char(s, ']') : 0;
    size_t colon = from + str_find_char(str_tail(s, from), ':');
    *out_host = str_head(s, colon);
    *out_port = colon < s.n ? str_tail(s, colon + 1) : (lic_str){ 0 };
}

/* ---- listen ---- */

enum lic_rc endpoint_listen(lic_str s, struct listen_address *out, struct lic_err *err)
{
    struct listen_address address;
    split_authority(s, &address.host, &address.port);
    bool host = is_address(AF_INET, address.host) || is_ipv6_in_brackets(address.host) ||
                str_eq(address.host, LIC_STR("localhost"));
    ENSURE(host && is_port(address.port), err, LIC_E_INVALID,
           "not an address and port such as 127.0.0.1:8080 or [::1]:8080");
    address.local = is_local(address.host);
    *out = address;
    return LIC_OK;
}

/* ---- endpoints of providers ---- */

static bool is_path_char(char c)
{
    return is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/';
}

static enum lic_rc check_path(lic_str path, struct lic_err *err)
{
    ENSURE(str_find_char(path, '?') == path.n && str_find_char(path, '#') == path.n, err,
           LIC_E_INVALID, "an endpoint has no query and no fragment");
    for (size_t i = 0; i < path.n; i++) {
        ENSURE(is_path_char(path.at[i]), err, LIC_E_INVALID,
               "the path of an endpoint has letters, digits and - . _ ~ / only");
    }
    ENSURE(str_find(path, LIC_STR("//")) == path.n && str_find(path, LIC_STR("/.")) == path.n, err,
           LIC_E_INVALID, "the path of an endpoint has no \"//\" and no \"/.\"");
    return LIC_OK;
}

/* People write the base URL they know from an SDK: with a slash, with /v1. */
static lic_str without_v1(lic_str path)
{
    if (str_ends(path, LIC_STR("/"))) {
        path.n -= 1;
    }
    if (str_ends(path, LIC_STR("/v1"))) {
        path.n -= 3;
    }
    return path;
}

static enum lic_rc join_server(struct arena *arena, struct endpoint *endpoint, lic_str port,
                               struct lic_err *err)
{
    struct buf server;
    buf_init(&server, arena, HOST_BYTES_MAX + 8);
    buf_add(&server, endpoint->host);
    buf_add_char(&server, ':');
    buf_add(&server, port.at ? port : endpoint->tls ? LIC_STR("443") : LIC_STR("80"));
    TRY(buf_check(&server, "an endpoint's host and port", err));
    endpoint->server = buf_str(&server);
    return LIC_OK;
}

enum lic_rc endpoint_read(struct arena *arena, lic_str url, struct endpoint *out,
                          struct lic_err *err)
{
    struct endpoint endpoint = { .tls = str_starts(url, LIC_STR("https://")) };
    ENSURE(endpoint.tls || str_starts(url, LIC_STR("http://")), err, LIC_E_INVALID,
           "an endpoint begins with https:// or http://");
    lic_str rest = str_tail(url, endpoint.tls ? 8 : 7);
    size_t slash = str_find_char(rest, '/');
    lic_str authority = str_head(rest, slash), port;
    ENSURE(
        str_find_char(authority, '@') == authority.n, err, LIC_E_INVALID,
        "an endpoint has no user or password: credentials are references (credential: env:NAME)");
    TRY(check_path(str_tail(rest, slash), err));
    split_authority(authority, &endpoint.host, &port);
    ENSURE(is_address(AF_INET, endpoint.host) || is_ipv6_in_brackets(endpoint.host) ||
               is_dns_name(endpoint.host),
           err, LIC_E_INVALID, "the host of an endpoint is a DNS name or an IP address");
    ENSURE(!port.at || is_port(port), err, LIC_E_INVALID,
           "the port of an endpoint is a number from 1 to 65535");
    endpoint.local = is_local(endpoint.host);
    endpoint.path = without_v1(str_tail(rest, slash));
    TRY(join_server(arena, &endpoint, port, err));
    *out = endpoint;
    return LIC_OK;
}
