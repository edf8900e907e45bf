/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the nginx.conf that serves a configuration directory: what the engine says of listeners
 * and upstreams, and limits for everything else (docs/NGINX.md explains each line).
 */
#ifndef CLI_NGINX_CONF_H
#define CLI_NGINX_CONF_H

#include <lictor/lictor.h>
#include <stdio.h>

struct nginx_conf_options {
    const char *dir;    /* configuration directory, absolute */
    const char *module; /* ngx_http_lictor_module.so, absolute */
    const char *user;   /* workers run as; NULL: as whoever starts nginx */
    const char *group;
    uint64_t files_max; /* open files the process may have */
};

/*
 * Fails with LIC_E_INVALID for a value that cannot stand in a nginx.conf (quotes, control bytes),
 * naming it; nothing of what was written is then to be used.
 */
enum lic_rc nginx_conf_write(const struct lic_engine *engine,
                             const struct nginx_conf_options *options, FILE *out,
                             struct lic_err *err) LIC_MUST_USE;

#endif
