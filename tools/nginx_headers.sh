#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes OUT a folder a module can be compiled against: OUT/src and OUT/objs/ngx_auto_config.h.
#
#   tools/nginx_headers.sh OUT [NGINX_SRC]
#
# Without NGINX_SRC, Debian's nginx-dev is taken: it has the headers and `configure`, and the flags
# the packaged nginx was built with (conf_flags), but not what configure makes. So configure runs
# in a copy. NGINX_SRC names another nginx source; one that was configured is used as it stands,
# any other is configured in a copy with --with-compat, threads, TLS and HTTP/2.
set -eu

out=$1
source=${2:-}
if [ -z "$source" ]; then
    source=/usr/share/nginx/src
fi
if [ ! -f "$source/src/core/nginx.h" ]; then
    echo "nginx_headers: no nginx source in $source (apt-get install nginx-dev, or NGINX_SRC=PATH)" >&2
    exit 1
fi

version=$(sed -n 's/^#define NGINX_VERSION  *"\(.*\)"/\1/p' "$source/src/core/nginx.h")
stamp="$(readlink -f "$source") $version"
if [ "$(cat "$out/stamp" 2>/dev/null || true)" = "$stamp" ] && [ -f "$out/objs/ngx_auto_config.h" ]; then
    exit 0
fi

rm -rf "$out"
mkdir -p "$out"
if [ -f "$source/objs/ngx_auto_config.h" ]; then
    ln -s "$(readlink -f "$source")/src" "$out/src"
    ln -s "$(readlink -f "$source")/objs" "$out/objs"
else
    cp -RL "$source/." "$out/"
    rm -rf "$out/objs"
    NGX_CONF_FLAGS=(--with-compat --with-threads --with-http_ssl_module --with-http_v2_module)
    if [ -f "$out/conf_flags" ]; then
        . "$out/conf_flags"
    fi
    configure=configure
    [ -f "$out/configure" ] || configure=auto/configure
    if ! (cd "$out" && chmod +x "$configure" && "./$configure" "${NGX_CONF_FLAGS[@]}") > "$out/configure.log" 2>&1; then
        tail -n 20 "$out/configure.log" >&2
        exit 1
    fi
fi
echo "$stamp" > "$out/stamp"
