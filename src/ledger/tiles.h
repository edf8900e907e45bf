/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a log lies on disk (C2SP tlog-tiles): 256 hashes a tile, 256 entries a bundle.
 *
 *     tile/0/x001/234          hashes of leaves 1234 * 256 and on; full, never changes
 *     tile/0/x001/235.p/17     the first 17 of a tile that is not full in a tree of this size
 *     tile/1/004.p/210         level 1: roots of full tiles of level 0
 *     tile/entries/x001/234    the entries themselves, each with its length in two bytes before it
 */
#ifndef LEDGER_TILES_H
#define LEDGER_TILES_H

#include <lictor/base.h>

#define TILES_WIDTH 256u
#define TILES_LEVELS 8u   /* of a log of less than 2^64 entries */
#define TILES_ENTRIES 64u /* in the place of a level: the entry bundles */
#define TILES_ENTRY_BYTES_MAX 65535u
#define TILES_BUNDLE_BYTES_MAX (TILES_WIDTH * (2u + TILES_ENTRY_BYTES_MAX))
#define TILES_PATH_BYTES 64u

/* Hashes of a level in a tree of this size; entries count as those of level 0. */
uint64_t tiles_count(uint64_t size, uint32_t level);
/* How many of them the tile that is not full has: 0 to 255. */
uint32_t tiles_partial(uint64_t size, uint32_t level);
/* The width of tile n in a tree of this size, 1 to 256; 0: there is no such tile. */
uint32_t tiles_width(uint64_t size, uint32_t level, uint64_t n);

/* "tile/0/x001/234" or, for a width below 256, "tile/0/x001/234.p/WIDTH". Terminated. */
void tiles_path(uint32_t level, uint64_t n, uint32_t width, char out[TILES_PATH_BYTES]);

/* Takes the next entry out of *rest. False: the bundle ends here or is cut (rest is not empty). */
bool tiles_entry(lic_str *rest, lic_str *out);
void tiles_entry_length(size_t n, char out[2]);

#endif
