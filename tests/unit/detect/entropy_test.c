/* SPDX-License-Identifier: Apache-2.0 */
/* What was drawn, what was written, and what only holds a place. */
#include "detect/entropy.h"

#include "test.h"

#include <stdio.h>

static void expect_random(const char *text, bool random)
{
    char say[200];
    (void)snprintf(say, sizeof(say), "%s is %s", text, random ? "drawn" : "written");
    (void)test_holds(entropy_is_random(str_z(text)) == random, __FILE__, __LINE__, say);
}

CASE(detect_entropy_tells_drawn_from_written)
{
    static const char *const drawn[] = {
        "kZ8rT1vQ4nXw7LbM2sYc",
        "9f86d081884c7d659a2feaa0c55ad015",
        "k7qz2mnp9f4h8t1vq6xw3lb5",
        "AKIAI44QH8DHBQ7XMPLR2",
        "wJalrXUtnFEMIK7MDENGbPxRfiCYzz9QW31K",
        "qPwOeIrUtYlAkSjDhFgZmXnCbVqPwOeI",
    };
    static const char *const written[] = {
        "getAccessTokenFromRequest", "AutoTokenizerFromPretrainedModel", "the-password-is-required",
        "internationalization",      "src/main/java/com/shop/App",       "short1",
        "aaaaaaaaaaaaaaaaaaaaaaaa",  "COM_SHOP_ORDERS_DATABASE_URL",     "2026-11-22-10-30-00-000",
    };
    for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
        expect_random(drawn[i], true);
    }
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        expect_random(written[i], false);
    }
}

CASE(detect_entropy_knows_placeholders)
{
    static const char *const holds[] = {
        "xxxxxxxxxxxxxxxx", "AKIAIOSFODNN7EXAMPLE",
        "${API_KEY}",       "<token>",
        "changeme",         "your-api-key",
        "0000000000000000", "1234567890",
        "abcdefghijklmnop", "{{ secret }}",
        "$TOKEN",           "********",
        "sk-............",  "",
    };
    static const char *const real[] = { "kZ8rT1vQ4nXw7LbM2sYc", "k7Qz2mNp9", "Tr0ub4dor&3",
                                        "9f86d081884c7d659a2feaa0c55ad015" };
    for (size_t i = 0; i < sizeof(holds) / sizeof(holds[0]); i++) {
        EXPECT(entropy_is_placeholder(str_z(holds[i])));
    }
    for (size_t i = 0; i < sizeof(real) / sizeof(real[0]); i++) {
        EXPECT(!entropy_is_placeholder(str_z(real[i])));
    }
}

CASE(detect_entropy_counts)
{
    struct entropy_shape shape;
    entropy_measure(LIC_STR("aabB1-!"), &shape);
    EXPECT(shape.n == 7 && shape.small == 3 && shape.capital == 1 && shape.digits == 1);
    EXPECT(shape.symbols == 1 && shape.others == 1 && shape.run == 2 && shape.rising == 1);
    EXPECT(!shape.hex && shape.distinct == 6);
    entropy_measure(LIC_STR("0123abcd"), &shape);
    EXPECT(shape.hex && shape.bits == 3.0);
}
