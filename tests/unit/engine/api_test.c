/* SPDX-License-Identifier: Apache-2.0 */
/* The version, in the form that packages need. */
#include "test.h"
#include <lictor/lictor.h>

CASE(api_version_is_three_numbers)
{
    lic_str rest = str_z(lic_version());
    uint64_t number;
    for (int i = 0; i < 3; i++) {
        EXPECT(str_u64(str_split(&rest, '.'), &number));
    }
    EXPECT(rest.n == 0);
}
