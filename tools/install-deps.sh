#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs what a goal needs from Debian: install-deps.sh [build|test|bench]. Does nothing, quickly,
# when everything is there. Starts no service.
set -eu

goal=${1:-build}
packages="gcc libc6-dev meson ninja-build pkg-config python3 libssl-dev libfyaml-dev libvectorscan-dev
          nginx nginx-dev ca-certificates"
commands=""
case $goal in
build) ;;
run) packages="$packages curl" ;;
test) packages="$packages curl openssl clang-14 libclang-rt-14-dev clang-format-14" commands="node npm" ;;
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
[ -n "$missing" ] || exit 0

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
