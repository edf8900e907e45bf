/* SPDX-License-Identifier: Apache-2.0 */
/* Session tokens: what is sealed is opened, by the right key id, whole and in time only. */
#include "policy/session.h"

#include "test.h"

#define HOUR_NS (INT64_C(3600) * 1000000000)

static const struct session_key key_bytes[] = { { { 1, 2, 3 } }, { { 4, 5, 6 } }, { { 7, 8, 9 } } };

/* The keys from one on, so that rotation is a matter of where to begin. */
static struct session_keys keys_from(uint32_t first)
{
    return (struct session_keys){ .at = key_bytes + first, .n = 3 - first };
}

static lic_str random_text(struct arena *arena, uint32_t bytes_max)
{
    uint32_t n = test_random_below(bytes_max + 1);
    char *text = arena_take(arena, n);
    for (uint32_t i = 0; text && i < n; i++) {
        text[i] = (char)test_random();
    }
    return str_make(text, text ? n : 0);
}

static struct str_list random_list(struct arena *arena, uint32_t n)
{
    struct str_list list = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        if (str_list_add(&list, arena, random_text(arena, 30)) != LIC_OK) {
            return (struct str_list){ 0 };
        }
    }
    return list;
}

static struct session random_session(struct arena *arena)
{
    uint32_t tags = test_random_below(6), context = test_random_below(4);
    struct session session = {
        .kind = (enum session_kind)test_random_below(3),
        .role_arn = random_text(arena, 100),
        .session_name = random_text(arena, 64),
        .issued_ns = test_world()->wall_ns,
        .expires_ns = test_world()->wall_ns + HOUR_NS,
        .source_identity = random_text(arena, 64),
        .mfa = test_random_below(2) == 1,
        .policy = random_text(arena, 2048),
    };
    session.chain = random_list(arena, test_random_below(4));
    session.tag_keys = random_list(arena, tags);
    session.tag_values = random_list(arena, tags);
    session.transitive_keys = random_list(arena, test_random_below(3));
    session.policy_arns = random_list(arena, test_random_below(11));
    session.context_keys = random_list(arena, context);
    session.context_values = random_list(arena, context);
    return session;
}

static void expect_same_list(const struct str_list *a, const struct str_list *b)
{
    EXPECT_U64(a->n, b->n);
    for (uint32_t i = 0; i < a->n; i++) {
        EXPECT_LIC_STR(a->at[i], b->at[i]);
    }
}

static void expect_same(const struct session *a, const struct session *b)
{
    EXPECT(a->kind == b->kind && a->mfa == b->mfa);
    EXPECT(a->issued_ns == b->issued_ns && a->expires_ns == b->expires_ns);
    EXPECT_LIC_STR(a->role_arn, b->role_arn);
    EXPECT_LIC_STR(a->session_name, b->session_name);
    EXPECT_LIC_STR(a->source_identity, b->source_identity);
    EXPECT_LIC_STR(a->policy, b->policy);
    expect_same_list(&a->chain, &b->chain);
    expect_same_list(&a->tag_keys, &b->tag_keys);
    expect_same_list(&a->tag_values, &b->tag_values);
    expect_same_list(&a->transitive_keys, &b->transitive_keys);
    expect_same_list(&a->policy_arns, &b->policy_arns);
    expect_same_list(&a->context_keys, &b->context_keys);
    expect_same_list(&a->context_values, &b->context_values);
}

CASE(policy_session_opens_what_it_sealed)
{
    const struct session_keys keys = keys_from(0);
    for (uint32_t i = 0; i < (test_rerun() ? 2 : 300) && !test_left(); i++) {
        TEST_ARENA(arena);
        struct lic_err err;
        struct session_credentials made;
        struct session opened;
        struct session session = random_session(arena);
        EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &made, &err), &err);
        EXPECT_U64(made.access_key.n, SESSION_ACCESS_KEY_BYTES);
        EXPECT_U64(made.secret.n, SESSION_SECRET_BYTES);
        EXPECT_OK(session_open(&keys, made.access_key, made.token, test_world()->wall_ns, arena,
                               &opened, &err),
                  &err);
        expect_same(&opened, &session);
        char secret[SESSION_SECRET_BYTES];
        EXPECT_OK(session_secret(&keys, made.access_key, made.token, secret, &err), &err);
        EXPECT_LIC_STR(str_make(secret, sizeof(secret)), made.secret);
    }
}

/* A session of the usual kind. */
static struct session usual(void)
{
    return (struct session){ .kind = SESSION_ROLE,
                             .role_arn = LIC_STR("arn:aws:iam::111122223333:role/reader"),
                             .session_name = LIC_STR("alice"),
                             .issued_ns = test_world()->wall_ns,
                             .expires_ns = test_world()->wall_ns + HOUR_NS };
}

CASE(policy_session_refuses_every_flipped_bit)
{
    TEST_ARENA(arena);
    const struct session_keys keys = keys_from(0);
    struct lic_err err;
    struct session_credentials made;
    struct session opened, session = usual();
    uint32_t refused_n = 0;
    if (test_rerun()) {
        return;
    }
    EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &made, &err), &err);
    char *token = (char *)(uintptr_t)made.token.at;
    for (size_t i = 0; i < made.token.n; i++) {
        for (int bit = 0; bit < 8; bit++) {
            TEST_ARENA(scratch);
            token[i] = (char)(token[i] ^ 1 << bit);
            EXPECT_RC(session_open(&keys, made.access_key, made.token, session.issued_ns, scratch,
                                   &opened, &err),
                      LIC_E_INVALID);
            token[i] = (char)(token[i] ^ 1 << bit);
            refused_n++;
        }
    }
    EXPECT(refused_n > 1000);
    EXPECT_OK(
        session_open(&keys, made.access_key, made.token, session.issued_ns, arena, &opened, &err),
        &err);
}

CASE(policy_session_refuses_parts_and_more)
{
    TEST_ARENA(arena);
    const struct session_keys keys = keys_from(0);
    struct lic_err err;
    struct session_credentials made;
    struct session opened, session = usual();
    char longer[SESSION_TOKEN_BYTES_MAX + 4] = { 0 };
    if (test_rerun()) {
        return;
    }
    EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &made, &err), &err);
    for (size_t n = 0; n < made.token.n; n++) {
        TEST_ARENA(scratch);
        EXPECT_RC(session_open(&keys, made.access_key, str_head(made.token, n), session.issued_ns,
                               scratch, &opened, &err),
                  LIC_E_INVALID);
    }
    memcpy(longer, made.token.at, made.token.n);
    memset(longer + made.token.n, 'A', sizeof(longer) - made.token.n);
    for (size_t more = 1; more < 9; more++) {
        EXPECT_RC(session_open(&keys, made.access_key, str_make(longer, made.token.n + more),
                               session.issued_ns, arena, &opened, &err),
                  LIC_E_INVALID);
    }
    EXPECT_RC(session_open(&keys, made.access_key, str_make(longer, sizeof(longer)),
                           session.issued_ns, arena, &opened, &err),
              LIC_E_INVALID);
}

CASE(policy_session_belongs_to_one_access_key_and_one_time)
{
    TEST_ARENA(arena);
    const struct session_keys keys = keys_from(0);
    struct lic_err err;
    struct session_credentials first, second;
    struct session opened, session = usual();
    EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &first, &err), &err);
    EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &second, &err), &err);
    EXPECT(!str_eq(first.access_key, second.access_key) && !str_eq(first.secret, second.secret));
    EXPECT_RC(session_open(&keys, second.access_key, first.token, session.issued_ns, arena, &opened,
                           &err),
              LIC_E_INVALID);
    static const char *const ids[] = { "",
                                       "AKIAIOSFODNN7EXAMPLE",
                                       "ASIA",
                                       "asiaaaaaaaaaaaaaaaaa",
                                       "ASIA0000000000000000",
                                       "ASIAAAAAAAAAAAAAAAAAA" };
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        char secret[SESSION_SECRET_BYTES];
        EXPECT_RC(session_open(&keys, str_z(ids[i]), first.token, session.issued_ns, arena, &opened,
                               &err),
                  LIC_E_INVALID);
        EXPECT_RC(session_secret(&keys, str_z(ids[i]), first.token, secret, &err), LIC_E_INVALID);
    }
    EXPECT_OK(session_open(&keys, first.access_key, first.token, session.expires_ns - 1, arena,
                           &opened, &err),
              &err);
    EXPECT_RC(session_open(&keys, first.access_key, first.token, session.expires_ns, arena, &opened,
                           &err),
              LIC_E_INVALID);
    EXPECT(str_starts(str_z(err.text), LIC_STR("ExpiredToken")));
}

CASE(policy_session_keys_rotate)
{
    TEST_ARENA(arena);
    const struct session_keys old = keys_from(1), rotated = keys_from(0), last = keys_from(2);
    struct lic_err err;
    struct session_credentials made;
    struct session opened, session = usual();
    char secret[SESSION_SECRET_BYTES];
    EXPECT_OK(session_seal(&old, test_host(), &session, arena, &made, &err), &err);
    EXPECT_OK(session_open(&rotated, made.access_key, made.token, session.issued_ns, arena, &opened,
                           &err),
              &err);
    EXPECT_OK(session_secret(&rotated, made.access_key, made.token, secret, &err), &err);
    EXPECT_LIC_STR(str_make(secret, sizeof(secret)), made.secret);
    EXPECT_RC(
        session_open(&last, made.access_key, made.token, session.issued_ns, arena, &opened, &err),
        LIC_E_INVALID);
    EXPECT_RC(session_secret(&last, made.access_key, made.token, secret, &err), LIC_E_INVALID);
}

CASE(policy_session_has_a_size)
{
    TEST_ARENA(arena);
    const struct session_keys keys = keys_from(0);
    struct lic_err err;
    struct session_credentials made;
    struct session session = usual();
    char *policy = arena_take_zeroed(arena, 70000);
    EXPECT(policy != NULL);
    session.policy = str_make(policy, 2048);
    EXPECT_OK(session_seal(&keys, test_host(), &session, arena, &made, &err), &err);
    EXPECT(session_packed_percent(&made) > 30 && session_packed_percent(&made) < 50);
    session.policy = str_make(policy, 6200);
    EXPECT_RC(session_seal(&keys, test_host(), &session, arena, &made, &err), LIC_E_LIMIT);
    session.policy = str_make(policy, 70000);
    EXPECT_RC(session_seal(&keys, test_host(), &session, arena, &made, &err), LIC_E_LIMIT);
    session = usual();
    session.tag_keys = random_list(arena, 1);
    EXPECT_RC(session_seal(&keys, test_host(), &session, arena, &made, &err), LIC_E_INVALID);
    const struct session_keys none = { 0 };
    session = usual();
    EXPECT_RC(session_seal(&none, test_host(), &session, arena, &made, &err), LIC_E_MISSING);
}
