/* SPDX-License-Identifier: Apache-2.0 */
/* Maps: what was added is found, under any seed. */
#include "base/map.h"

#include "test.h"

#include <stdio.h>

CASE(base_map_finds_what_was_added)
{
    TEST_ARENA(arena);
    struct map map;
    static int values[5000];
    static char names[5000][16];
    map_init(&map, arena, 42);
    EXPECT(map_get(&map, LIC_STR("0")) == NULL);
    for (int i = 0; i < 5000; i++) {
        snprintf(names[i], sizeof(names[i]), "%d", i);
        EXPECT(map_add(&map, str_z(names[i]), &values[i]) == LIC_OK);
    }
    for (int i = 0; i < 5000; i++) {
        EXPECT(map_get(&map, str_z(names[i])) == &values[i]);
    }
    EXPECT(map_get(&map, LIC_STR("5000")) == NULL);
    EXPECT(map_get(&map, str_make(NULL, 0)) == NULL);
    EXPECT_U64(map.n, 5000);
}

CASE(base_map_keeps_the_first_of_two)
{
    TEST_ARENA(arena);
    struct map map;
    int first = 1, second = 2;
    map_init(&map, arena, 0);
    EXPECT(map_add(&map, LIC_STR("a"), &first) == LIC_OK);
    EXPECT_RC(map_add(&map, LIC_STR("a"), &second), LIC_E_DUPLICATE);
    EXPECT(map_get(&map, LIC_STR("a")) == &first);
    EXPECT(map_add(&map, LIC_STR(""), &second) == LIC_OK);
    EXPECT(map_get(&map, LIC_STR("")) == &second);
}

CASE(base_map_hash_depends_on_seed_and_every_byte)
{
    char text[64] = { 0 };
    uint64_t whole = map_hash(1, str_make(text, sizeof(text)));
    EXPECT(whole != map_hash(2, str_make(text, sizeof(text))));
    for (size_t n = 0; n < sizeof(text); n++) {
        EXPECT(map_hash(1, str_make(text, n)) != whole);
        text[n] = 1;
        EXPECT(map_hash(1, str_make(text, sizeof(text))) != whole);
        text[n] = 0;
    }
}
