/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens come back as they went in, or not at all. */
#include "detect/token.h"

#include "test.h"

static struct token_key keys_at[3] = { { .number = 1, .bytes = { 1, 2, 3 } },
                                       { .number = 31, .bytes = { 4, 5, 6 } },
                                       { .number = 2, .retired = true, .bytes = { 7 } } };

static struct token_keys keys_from(uint32_t first, uint32_t n)
{
    return (struct token_keys){ &keys_at[first], n, LIC_STR("acme") };
}

static lic_str make(struct arena *arena, const struct token_keys *keys, const char *type,
                    lic_str value)
{
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    return token_make(keys, str_z(type), value, &out, &err) == LIC_OK ? buf_str(&out) : LIC_STR("");
}

CASE(detect_token_comes_back)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 2);
    char value[TOKEN_VALUE_MAX];
    for (size_t n = 0; n <= TOKEN_VALUE_MAX; n += n < 40 ? 1 : 27) {
        lic_str type, back;
        struct lic_err err;
        for (size_t i = 0; i < n; i++) {
            value[i] = (char)(i * 37 + n);
        }
        lic_str token = make(arena, &keys, "EMAIL", str_make(value, n));
        EXPECT(token.n > 0 && token.n <= TOKEN_MAX);
        EXPECT(str_starts(token, LIC_STR("EMAIL_lt1")));
        EXPECT_OK(token_open(&keys, token, arena, &type, &back, &err), &err);
        EXPECT_STR(type, "EMAIL");
        EXPECT_LIC_STR(back, str_make(value, n));
    }
}

CASE(detect_token_is_the_same_each_time_and_of_letters_only)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1), others = keys;
    lic_str one = make(arena, &keys, "EMAIL", LIC_STR("ann@example.com"));
    EXPECT_LIC_STR(make(arena, &keys, "EMAIL", LIC_STR("ann@example.com")), one);
    EXPECT(!str_eq(make(arena, &keys, "NAME", LIC_STR("ann@example.com")), one));
    others.tenant = LIC_STR("other");
    EXPECT(!str_eq(make(arena, &others, "EMAIL", LIC_STR("ann@example.com")), one));
    for (size_t i = 0; i < one.n; i++) {
        char c = one.at[i];
        EXPECT((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_');
    }
}

CASE(detect_token_types_are_written_in_capitals)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1);
    lic_str type, value;
    struct lic_err err;
    EXPECT(str_starts(make(arena, &keys, "my-ticket", LIC_STR("v")), LIC_STR("MY_TICKET_lt1")));
    EXPECT(str_starts(make(arena, &keys, "9lives", LIC_STR("v")), LIC_STR("X9LIVES_lt1")));
    EXPECT_OK(token_open(&keys, make(arena, &keys, "", LIC_STR("v")), arena, &type, &value, &err),
              &err);
    EXPECT_STR(type, "X");
}

/* Every letter of a token changed, left out and added: nothing opens. */
CASE(detect_token_altered_opens_to_nothing)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 2);
    lic_str token = make(arena, &keys, "PHONE", LIC_STR("+1 415 555 0132"));
    if (token.n == 0 || test_rerun()) {
        return;
    }
    for (size_t i = 0; i < token.n; i++) {
        for (int way = 0; way < 3; way++) {
            char copy[TOKEN_MAX + 1];
            size_t rest = token.n - i;
            memcpy(copy, token.at, i);
            lic_str type, value;
            struct lic_err err;
            size_t n = token.n;
            if (way == 0) {
                memcpy(copy + i, token.at + i, rest);
                copy[i] = copy[i] == 'a' ? 'b' : copy[i] == 'A' ? 'B' : 'a';
            } else if (way == 1) {
                memcpy(copy + i, token.at + i + 1, rest - 1);
                n--;
            } else {
                copy[i] = token.at[i];
                memcpy(copy + i + 1, token.at + i, rest);
                n++;
            }
            EXPECT(token_open(&keys, str_make(copy, n), arena, &type, &value, &err) != LIC_OK);
        }
    }
}

CASE(detect_token_keys_rotate_and_retire)
{
    TEST_ARENA(arena);
    struct token_keys old = keys_from(0, 1), both = { keys_at, 2, LIC_STR("acme") };
    struct token_keys only_new = keys_from(1, 1);
    struct token_keys retired = keys_from(2, 1);
    lic_str type, value;
    struct lic_err err;
    lic_str token = make(arena, &old, "EMAIL", LIC_STR("a@b.test"));
    EXPECT(str_starts(make(arena, &only_new, "EMAIL", LIC_STR("x")), LIC_STR("EMAIL_ltv")));
    EXPECT_OK(token_open(&both, token, arena, &type, &value, &err), &err);
    EXPECT_RC(token_open(&only_new, token, arena, &type, &value, &err), LIC_E_INVALID);
    lic_str gone = make(arena, &retired, "EMAIL", LIC_STR("x"));
    EXPECT_RC(token_open(&retired, gone, arena, &type, &value, &err), LIC_E_INVALID);
}

CASE(detect_token_limits)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1), none = { 0 };
    static const char long_value[TOKEN_VALUE_MAX + 1];
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    EXPECT_RC(token_make(&keys, LIC_STR("T"), str_make(long_value, sizeof(long_value)), &out, &err),
              LIC_E_LIMIT);
    EXPECT_RC(token_make(&none, LIC_STR("T"), LIC_STR("v"), &out, &err), LIC_E_MISSING);
    EXPECT_U64(out.n, 0);
}

static bool stands_at(const char *before, lic_str token, const char *after, struct arena *arena)
{
    struct buf text;
    size_t start = 0, end = 0;
    buf_init(&text, arena, 4096);
    buf_add(&text, str_z(before));
    buf_add(&text, token);
    buf_add(&text, str_z(after));
    return token_find(buf_str(&text), 0, &start, &end) && start == strlen(before) &&
           end == start + token.n;
}

CASE(detect_token_is_found_where_it_stands)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1);
    lic_str token = make(arena, &keys, "US_SOCIAL_SECURITY_NUMBER", LIC_STR("536-22-1234"));
    EXPECT(token.n > 0);
    EXPECT(stands_at("", token, "", arena));
    EXPECT(stands_at("to ", token, ", then", arena));
    EXPECT(stands_at("{\"to\":\"", token, "\"}", arena));
    EXPECT(stands_at("https://x.test/?q=%20", token, "&n=1", arena));
    EXPECT(stands_at("?q=%3D", token, "%20", arena));
    EXPECT(stands_at("_", token, "_", arena));
    EXPECT(stands_at("**", token, "**", arena));
    EXPECT(stands_at("small", token, "'s", arena));
    EXPECT(stands_at("\xE4\xBA\xBA", token, "\xE3\x80\x82", arena));
    EXPECT(!stands_at("", token, "s", arena));
    EXPECT(!stands_at("", token, "1", arena));
    EXPECT(!stands_at("A", token, "", arena));
}

/* Whatever is cut off a text with tokens: what could become one is held. */
CASE(detect_token_live_holds_each_beginning)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1);
    struct buf text;
    size_t start, end;
    buf_init(&text, arena, 4096);
    buf_add(&text, LIC_STR("so %20"));
    buf_add(&text, make(arena, &keys, "EMAIL_2", LIC_STR("ann@example.com")));
    buf_add(&text, LIC_STR(". and THEN "));
    lic_str whole = buf_str(&text);
    EXPECT(token_find(whole, 0, &start, &end));
    for (size_t cut = 0; cut <= whole.n; cut++) {
        size_t live = token_live(str_head(whole, cut), 0);
        EXPECT(live <= cut);
        bool within = cut > start && cut <= end;
        EXPECT(!within || live <= start);
    }
    EXPECT_U64(token_live(LIC_STR("plain text"), 0), 10);
    EXPECT_U64(token_live(LIC_STR("A_list"), 0), 6);
    EXPECT_U64(token_live(LIC_STR("see EMAIL_l"), 0), 4);
    EXPECT_U64(token_live(LIC_STR("100%"), 0), 3);
}

CASE(detect_token_hashes_differ_by_type_and_tenant)
{
    TEST_ARENA(arena);
    struct token_keys keys = keys_from(0, 1), others = { keys_at, 1, LIC_STR("other") };
    struct buf a, b, c;
    struct lic_err err;
    buf_init(&a, arena, 256);
    buf_init(&b, arena, 256);
    buf_init(&c, arena, 256);
    EXPECT_OK(token_hash(&keys, LIC_STR("EMAIL"), LIC_STR("v"), &a, &err), &err);
    EXPECT_OK(token_hash(&keys, LIC_STR("PHONE"), LIC_STR("v"), &b, &err), &err);
    EXPECT_OK(token_hash(&others, LIC_STR("EMAIL"), LIC_STR("v"), &c, &err), &err);
    EXPECT_U64(a.n, strlen("EMAIL_hs") + 16);
    EXPECT(!str_eq(str_tail(buf_str(&a), 8), str_tail(buf_str(&b), 8)));
    EXPECT(!str_eq(buf_str(&a), buf_str(&c)));
    EXPECT(token_stands_in(buf_str(&a)));
    EXPECT(!token_stands_in(LIC_STR("the EMAIL_hs of it")));
}

CASE(detect_token_keys_are_read)
{
    struct token_key key;
    struct lic_err err;
    char text[140];
    memset(text, 'a', sizeof(text));
    EXPECT_OK(token_key_read(str_make(text, 128), &key, &err), &err);
    EXPECT(key.number == 0 && key.bytes[63] == 0xaa);
    memcpy(text, "31:", 3);
    EXPECT_OK(token_key_read(str_make(text, 131), &key, &err), &err);
    EXPECT_U64(key.number, 31);
    EXPECT_RC(token_key_read(str_make(text, 130), &key, &err), LIC_E_INVALID);
    memcpy(text, "32:", 3);
    EXPECT_RC(token_key_read(str_make(text, 131), &key, &err), LIC_E_INVALID);
    EXPECT_RC(token_key_read(LIC_STR(""), &key, &err), LIC_E_INVALID);
}
