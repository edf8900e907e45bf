/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens and key sets. An input that begins with '{' is a key set; any other is a token, taken as
 * it is and with its parts encoded first, so that the JSON inside is reached. No token is signed
 * with the key, so none may be accepted.
 */
#include "policy/jwt.h"

#include "base/buf.h"
#include "policy/base64.h"
#include "test.h"

static const char key_set[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
                              "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                              "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static void check(const struct jwt_keys *keys, lic_str token, struct arena *arena)
{
    lic_str ours[] = { LIC_STR("a") };
    const struct str_list audiences = { .at = ours, .n = 1, .cap = 1 };
    struct jwt jwt;
    struct lic_err err;
    lic_str issuer;
    bool has_issuer = jwt_issuer(token, arena, &issuer, &err) == LIC_OK;
    CHECK(!has_issuer || issuer.n > 0);
    jwt_looks_like(token);
    CHECK(jwt_check(token, keys, LIC_STR("i"), &audiences, 1000000000, 60, arena, &jwt, &err) !=
          LIC_OK);
}

/* "header.payload.signature" of the lines of the input. */
static lic_str encoded(lic_str rest, struct arena *arena)
{
    struct buf out;
    buf_init(&out, arena, 1u << 20);
    for (int i = 0; i < 3; i++) {
        lic_str part = i < 2 ? str_split(&rest, '\n') : rest;
        size_t n = base64_text_bytes(BASE64_URL, part.n);
        char *at = buf_room(&out, n);
        CHECK(at);
        base64_write(BASE64_URL, part, at);
        buf_wrote(&out, n);
        if (i < 2) {
            buf_add_char(&out, '.');
        }
    }
    return buf_str(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lic_err err;
    struct jwt_keys *keys;
    lic_str text = str_make((const char *)data, size);
    if (size > 0 && data[0] == '{' && jwt_keys_read(test_host(), text, &keys, &err) == LIC_OK) {
        jwt_keys_free(keys);
    }
    TEST_ARENA(arena);
    CHECK(jwt_keys_read(test_host(), str_z(key_set), &keys, &err) == LIC_OK);
    check(keys, text, arena);
    check(keys, encoded(text, arena), arena);
    jwt_keys_free(keys);
    return 0;
}
