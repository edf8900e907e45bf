/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Heads of any kind: what is read is read again alike, a canonical request has the lines it must
 * have, and no signature that was not made holds.
 *
 *     input   method \n target \n name:value \n name:value ...
 */
#include "policy/sigv4.h"

#include "test.h"

#define NOW_NS 1440938160000000000

static lic_str take(lic_str *rest)
{
    return str_split(rest, '\n');
}

static uint32_t count_lines(lic_str text)
{
    uint32_t n = 1;
    for (size_t i = 0; i < text.n; i++) {
        n += text.at[i] == '\n' ? 1 : 0;
    }
    return n;
}

static void check_canonical(const struct lic_head *head, const struct sigv4_claim *claim,
                            bool normalize, struct arena *arena)
{
    struct lic_err err;
    lic_str text, again;
    char hash[64];
    sigv4_hash_hex(LIC_STR(""), hash);
    if (sigv4_canonical(head, claim, normalize, str_make(hash, sizeof(hash)), arena, &text, &err) !=
        LIC_OK) {
        return;
    }
    uint32_t names_n = 1;
    for (size_t i = 0; i < claim->signed_headers.n; i++) {
        names_n += claim->signed_headers.at[i] == ';' ? 1 : 0;
    }
    CHECK(count_lines(text) == names_n + 6);
    CHECK(sigv4_canonical(head, claim, normalize, str_make(hash, sizeof(hash)), arena, &again,
                          &err) == LIC_OK);
    CHECK(str_eq(text, again));
    struct sigv4_rules rules = { .now_ns = NOW_NS,
                                 .skew_ns = INT64_MAX / 4,
                                 .normalize_path = normalize,
                                 .allow_unsigned = true,
                                 .token_unsigned = true };
    CHECK(sigv4_check(head, claim, &rules, LIC_STR("a secret nobody signed with"),
                      str_make(hash, sizeof(hash)), arena, &err) == LIC_E_INVALID);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct lic_header headers[SIGV4_HEADERS_MAX];
    struct lic_head head = { .headers = headers };
    struct sigv4_claim claim;
    struct lic_err err;
    lic_str rest = str_make((const char *)data, size);
    head.method = take(&rest);
    head.target = take(&rest);
    while (rest.n > 0 && head.headers_n < SIGV4_HEADERS_MAX) {
        lic_str value = take(&rest);
        lic_str name = str_split(&value, ':');
        headers[head.headers_n++] = (struct lic_header){ name, value };
    }
    if (sigv4_read(&head, arena, &claim, &err) == LIC_OK) {
        check_canonical(&head, &claim, true, arena);
        check_canonical(&head, &claim, false, arena);
    }
    /* The canonical form by itself, without a claim that would have to be right. */
    claim = (struct sigv4_claim){ .signed_headers = LIC_STR("host;x-amz-date") };
    check_canonical(&head, &claim, data && size > 0 && data[0] % 2 == 0, arena);
    return 0;
}
