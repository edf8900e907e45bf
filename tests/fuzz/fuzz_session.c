/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session tokens: one that was made up is refused, and what is sealed of any texts is opened to the
 * same texts.
 */
#include "policy/session.h"

#include "policy/base64.h"
#include "test.h"

static const struct session_key key = { { 1, 2, 3 } };
static const struct session_keys keys = { &key, 1 };

static void open_made_up(lic_str token, struct arena *arena)
{
    struct session session;
    struct lic_err err;
    char secret[SESSION_SECRET_BYTES];
    lic_str id = LIC_STR("ASIAAAAAAAAAAAAAAAAA");
    CHECK(session_open(&keys, id, token, 0, arena, &session, &err) != LIC_OK);
    if (session_secret(&keys, id, token, secret, &err) != LIC_OK) {
        CHECK(err.text[0] != '\0');
    }
}

static void seal_and_open(lic_str text, struct arena *arena)
{
    struct session session = { .kind = SESSION_USER, .expires_ns = 10 }, opened;
    struct session_credentials made;
    struct lic_err err;
    session.role_arn = str_split(&text, '\n');
    session.policy = str_split(&text, '\n');
    while (text.n > 0 && session.tag_keys.n < 300) {
        lic_str value = str_split(&text, '\n');
        CHECK(str_list_add(&session.tag_keys, arena, str_split(&value, '=')) == LIC_OK);
        CHECK(str_list_add(&session.tag_values, arena, value) == LIC_OK);
    }
    enum lic_rc rc = session_seal(&keys, test_host(), &session, arena, &made, &err);
    CHECK(rc == LIC_OK || rc == LIC_E_LIMIT);
    if (rc != LIC_OK) {
        return;
    }
    CHECK(session_open(&keys, made.access_key, made.token, 9, arena, &opened, &err) == LIC_OK);
    CHECK(str_eq(opened.role_arn, session.role_arn) && str_eq(opened.policy, session.policy));
    CHECK(opened.tag_keys.n == session.tag_keys.n && opened.tag_values.n == session.tag_values.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    lic_str bytes = str_make((const char *)data, size);
    size_t n = base64_text_bytes(BASE64_URL, size);
    char *text = arena_take(arena, n);
    CHECK(text);
    base64_write(BASE64_URL, bytes, text);
    open_made_up(bytes, arena);
    open_made_up(str_make(text, n), arena);
    seal_and_open(bytes, arena);
    return 0;
}
