/* SPDX-License-Identifier: Apache-2.0 */
/* Names, widths and bundles of a log in tiles. */
#include "ledger/tiles.h"

#include "base/check.h"
#include "base/str.h"

#include <stdio.h>

#include "base/banned.h"

#define GROUPS_MAX 7u /* of three digits, in 2^64 */

static uint32_t height(uint32_t level)
{
    return level == TILES_ENTRIES ? 0 : level * 8;
}

uint64_t tiles_count(uint64_t size, uint32_t level)
{
    return height(level) > 63 ? 0 : size >> height(level);
}

uint32_t tiles_partial(uint64_t size, uint32_t level)
{
    return (uint32_t)(tiles_count(size, level) % TILES_WIDTH);
}

uint32_t tiles_width(uint64_t size, uint32_t level, uint64_t n)
{
    uint64_t full = tiles_count(size, level) / TILES_WIDTH;
    if (n > full) {
        return 0;
    }
    return n < full ? TILES_WIDTH : tiles_partial(size, level);
}

/* Three digits a folder, all but the last with an x before them. */
static size_t put_number(uint64_t n, char *out, size_t out_bytes)
{
    uint32_t groups[GROUPS_MAX];
    uint32_t groups_n = 0;
    size_t at = 0;
    do {
        groups[groups_n++] = (uint32_t)(n % 1000);
        n /= 1000;
    } while (n > 0);
    while (groups_n-- > 0) {
        at += (size_t)snprintf(out + at, out_bytes - at, groups_n > 0 ? "x%03u/" : "%03u",
                               groups[groups_n]);
    }
    return at;
}

void tiles_path(uint32_t level, uint64_t n, uint32_t width, char out[TILES_PATH_BYTES])
{
    CHECK(width > 0 && width <= TILES_WIDTH && (level < 64 || level == TILES_ENTRIES));
    size_t at = level == TILES_ENTRIES ? (size_t)snprintf(out, TILES_PATH_BYTES, "tile/entries/")
                                       : (size_t)snprintf(out, TILES_PATH_BYTES, "tile/%u/", level);
    at += put_number(n, out + at, TILES_PATH_BYTES - at);
    if (width < TILES_WIDTH) {
        at += (size_t)snprintf(out + at, TILES_PATH_BYTES - at, ".p/%u", width);
    }
    CHECK(at < TILES_PATH_BYTES);
}

bool tiles_entry(lic_str *rest, lic_str *out)
{
    if (rest->n < 2) {
        return false;
    }
    size_t n = (size_t)(unsigned char)rest->at[0] << 8 | (unsigned char)rest->at[1];
    if (rest->n - 2 < n) {
        return false;
    }
    *out = str_make(rest->at + 2, n);
    *rest = str_tail(*rest, 2 + n);
    return true;
}

void tiles_entry_length(size_t n, char out[2])
{
    CHECK(n <= TILES_ENTRY_BYTES_MAX);
    out[0] = (char)(n >> 8);
    out[1] = (char)(n & 0xff);
}
