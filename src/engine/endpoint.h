/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses as configuration writes them: where to listen, and where a provider is. They end up in
 * an nginx.conf, so only what is certainly an address gets through.
 */
#ifndef ENGINE_ENDPOINT_H
#define ENGINE_ENDPOINT_H

#include <lictor/base.h>

struct arena;

/* https://host:port/path */
struct endpoint {
    bool tls;
    bool local;     /* the host is this machine: 127.0.0.0/8, [::1] or localhost */
    lic_str host;   /* as written, IPv6 in its brackets: right for a Host header */
    lic_str server; /* "host:port", the port always there */
    lic_str path;   /* "" or "/openai": no slash at the end, and no "/v1", which dialects bring */
};

/* User and password, query, fragment, "..", "//" and anything but http and https are refused. */
enum lic_rc endpoint_read(struct arena *arena, lic_str url, struct endpoint *out,
                          struct lic_err *err) LIC_MUST_USE;

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080": an address to listen on. */
struct listen_address {
    lic_str host, port; /* views */
    bool local;
};
enum lic_rc endpoint_listen(lic_str s, struct listen_address *out,
                            struct lic_err *err) LIC_MUST_USE;

#endif
