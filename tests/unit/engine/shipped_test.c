/* SPDX-License-Identifier: Apache-2.0 */
/* Shows that the patterns and the starter directory are inside the library. */
#include "test.h"

#include "base/str.h"
#include "engine/shipped.h"
#include <lictor/shipped.h>

CASE(engine_shipped_is_sorted_and_found)
{
    for (uint32_t i = 0; shipped_at(i) != NULL; i++) {
        EXPECT(shipped_find(str_z(shipped_at(i)->path)) == shipped_at(i));
        EXPECT(shipped_at(i)->at[shipped_at(i)->n] == '\0');
        EXPECT(i == 0 || str_cmp(str_z(shipped_at(i - 1)->path), str_z(shipped_at(i)->path)) < 0);
    }
    EXPECT(shipped_find(LIC_STR("starter/lictor.yaml")) != NULL);
    EXPECT(shipped_find(LIC_STR("starter/lictor.yam")) == NULL);
    EXPECT(shipped_at(shipped_table_n) == NULL);
}

CASE(engine_shipped_is_public_in_the_same_order)
{
    lic_str path = { 0 };
    lic_str bytes = { 0 };
    uint32_t n = 0;
    while (lic_shipped_at(n, &path, &bytes)) {
        EXPECT(str_eq(path, str_z(shipped_at(n)->path)) && bytes.n == shipped_at(n)->n);
        n++;
    }
    EXPECT_U64(n, shipped_table_n);
}

CASE(engine_shipped_digest_is_that_of_fips_180)
{
    char hex[64];
    lic_key_digest(LIC_STR("abc"), hex);
    EXPECT_STR(str_make(hex, sizeof hex),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
