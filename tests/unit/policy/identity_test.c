/* SPDX-License-Identifier: Apache-2.0 */
/* Who calls: which headers give a key, which are refused, and whose key it is. */
#include "policy/identity.h"

#include "base/limits.h"
#include "test.h"

#include <lictor/lictor.h>

#define AUTHORIZATION(v)                                                                           \
    {                                                                                              \
        { "Authorization", 13 },                                                                   \
        {                                                                                          \
            (v), sizeof(v) - 1                                                                     \
        }                                                                                          \
    }
#define X_API_KEY(v)                                                                               \
    {                                                                                              \
        { "x-api-key", 9 },                                                                        \
        {                                                                                          \
            (v), sizeof(v) - 1                                                                     \
        }                                                                                          \
    }
#define OTHER(v)                                                                                   \
    {                                                                                              \
        { "Accept", 6 },                                                                           \
        {                                                                                          \
            (v), sizeof(v) - 1                                                                     \
        }                                                                                          \
    }

/* Up to three headers and what they give: a key, or a failure. */
struct example {
    struct lic_header headers[3];
    uint32_t n;
    const char *key;
    enum lic_rc rc;
};

static const struct example examples[] = {
    { { AUTHORIZATION("Bearer abc") }, 1, "abc", LIC_OK },
    { { AUTHORIZATION("bearer abc") }, 1, "abc", LIC_OK },
    { { AUTHORIZATION("BEARER   abc  ") }, 1, "abc", LIC_OK },
    { { X_API_KEY("abc") }, 1, "abc", LIC_OK },
    { { X_API_KEY(" abc\t") }, 1, "abc", LIC_OK },
    { { OTHER("x"), X_API_KEY("abc"), AUTHORIZATION("Bearer abc") }, 3, "abc", LIC_OK },
    { { OTHER("x") }, 1, NULL, LIC_E_MISSING },
    { { OTHER("x") }, 0, NULL, LIC_E_MISSING },
    { { X_API_KEY("abc"), AUTHORIZATION("Bearer abd") }, 2, NULL, LIC_E_INVALID },
    { { X_API_KEY("abc"), X_API_KEY("abc") }, 2, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer a"), AUTHORIZATION("Bearer a") }, 2, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Basic abc") }, 1, NULL, LIC_E_INVALID },
    { { X_API_KEY("abc"), AUTHORIZATION("Basic abc") }, 2, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("abc") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer ") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer a b") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer a\0b") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer a\x7f") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("Bearer a\xc3\xa9") }, 1, NULL, LIC_E_INVALID },
    { { AUTHORIZATION("") }, 1, NULL, LIC_E_INVALID },
    { { X_API_KEY("") }, 1, NULL, LIC_E_INVALID },
    { { X_API_KEY(""), AUTHORIZATION("Bearer abc") }, 2, NULL, LIC_E_INVALID },
};

CASE(policy_identity_takes_one_key_from_one_place)
{
    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        const struct example *e = &examples[i];
        struct lic_err err;
        lic_str key = LIC_STR("untouched");
        EXPECT_RC(identity_key(e->headers, e->n, &key, &err), e->rc);
        EXPECT_STR(key, e->key ? e->key : "untouched");
    }
}

CASE(policy_identity_refuses_keys_that_are_too_long_and_repeats_none)
{
    char key[LIMIT_KEY_BYTES + 1];
    memset(key, 'k', sizeof(key));
    struct lic_header header = X_API_KEY("");
    struct lic_err err;
    lic_str out;
    header.value = str_make(key, LIMIT_KEY_BYTES);
    EXPECT_OK(identity_key(&header, 1, &out, &err), &err);
    header.value = str_make(key, LIMIT_KEY_BYTES + 1);
    EXPECT_RC(identity_key(&header, 1, &out, &err), LIC_E_INVALID);
    EXPECT(strstr(err.text, "kkk") == NULL);
}

CASE(policy_identity_finds_principals_by_the_digest_of_their_key)
{
    /* SHA-256 of "abc" (FIPS 180-4). */
    lic_str abc = LIC_STR("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    TEST_ARENA(arena);
    struct identity_table table;
    struct principal alice = { .name = LIC_STR("alice") };
    struct lic_err err;
    map_init(&table.by_digest, arena, 7);
    EXPECT(identity_find(&table, LIC_STR("abc")) == NULL);
    EXPECT_OK(identity_add(&table, arena, abc, &alice, &err), &err);
    EXPECT(identity_find(&table, LIC_STR("abc")) == &alice);
    EXPECT(identity_find(&table, LIC_STR("abd")) == NULL);
    EXPECT(identity_find(&table, LIC_STR("")) == NULL);
    EXPECT_RC(identity_add(&table, arena, abc, &alice, &err), LIC_E_DUPLICATE);
    EXPECT_RC(identity_add(&table, arena, str_head(abc, 63), &alice, &err), LIC_E_SYNTAX);
    EXPECT_RC(identity_add(&table, arena, LIC_STR("abc"), &alice, &err), LIC_E_SYNTAX);
}
