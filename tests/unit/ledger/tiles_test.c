/* SPDX-License-Identifier: Apache-2.0 */
/* Names and widths as the specification works them out, and bundles that are cut. */
#include "ledger/tiles.h"

#include "test.h"

static lic_str path_of(uint32_t level, uint64_t n, uint32_t width, char out[TILES_PATH_BYTES])
{
    tiles_path(level, n, width, out);
    return str_z(out);
}

CASE(ledger_tiles_have_the_names_of_the_specification)
{
    char path[TILES_PATH_BYTES];
    EXPECT_STR(path_of(0, 1234067, 256, path), "tile/0/x001/x234/067");
    EXPECT_STR(path_of(2, 0, 1, path), "tile/2/000.p/1");
    EXPECT_STR(path_of(TILES_ENTRIES, 999, 255, path), "tile/entries/999.p/255");
    EXPECT_STR(path_of(TILES_ENTRIES, 1000, 256, path), "tile/entries/x001/000");
    EXPECT_STR(path_of(63, UINT64_MAX, 10, path), "tile/63/x018/x446/x744/x073/x709/x551/615.p/10");
}

CASE(ledger_tiles_of_70000_entries_are_those_of_the_specification)
{
    EXPECT_U64(tiles_width(70000, 0, 272), 256);
    EXPECT_U64(tiles_width(70000, 0, 273), 112);
    EXPECT_U64(tiles_width(70000, 0, 274), 0);
    EXPECT_U64(tiles_width(70000, 1, 0), 256);
    EXPECT_U64(tiles_width(70000, 1, 1), 17);
    EXPECT_U64(tiles_width(70000, 2, 0), 1);
    EXPECT_U64(tiles_width(70000, 3, 0), 0);
    EXPECT_U64(tiles_width(256, 0, 1), 0);
    EXPECT_U64(tiles_width(256, 1, 0), 1);
    EXPECT_U64(tiles_width(0, TILES_ENTRIES, 0), 0);
}

CASE(ledger_tiles_bundle_ends_where_it_is_cut)
{
    lic_str rest = LIC_STR("\0\3one\0\0\0\3tw");
    lic_str entry;
    EXPECT(tiles_entry(&rest, &entry));
    EXPECT_STR(entry, "one");
    EXPECT(tiles_entry(&rest, &entry));
    EXPECT_U64(entry.n, 0);
    EXPECT(!tiles_entry(&rest, &entry));
    EXPECT_U64(rest.n, 4);
    char length[2];
    tiles_entry_length(65535, length);
    EXPECT(length[0] == '\xff' && length[1] == '\xff');
}
