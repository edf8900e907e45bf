/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical requests beyond the suite: headers as they come, and what cannot be signed. */
#include "policy/signing.h"

static enum lic_rc canonical_of(const char *request_text, const char *signed_headers,
                                struct arena *arena, lic_str *out, struct lic_err *err)
{
    struct signing_request request;
    struct sigv4_claim claim = { .signed_headers = str_z(signed_headers) };
    signing_parse(str_z(request_text), &request);
    struct lic_head head = signing_head(&request);
    return sigv4_canonical(&head, &claim, true, LIC_STR("HASH"), arena, out, err);
}

CASE(policy_sigv4_canonical_joins_and_folds_headers)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str text;
    EXPECT_OK(canonical_of("GET /a HTTP/1.1\n"
                           "HOST:  h \n"
                           "X:a  b\t\tc\n"
                           "x:\n"
                           "X: \"d   e\"\n"
                           "\n",
                           "host;x", arena, &text, &err),
              &err);
    EXPECT_STR(text, "GET\n/a\n\nhost:h\nx:a b c,,\"d e\"\n\nhost;x\nHASH");
}

CASE(policy_sigv4_canonical_refuses_what_could_be_two_lines)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str text;
    static const char *const refused[] = {
        "GET /a HTTP/1.1\nHost:a\rb\n\n",  "GET /a HTTP/1.1\nHost:a\vb\n\n",
        "GET /a HTTP/1.1\nHost:a\x7f\n\n", "get /a HTTP/1.1\nHost:a\n\n",
        " /a HTTP/1.1\nHost:a\n\n",        "GET a HTTP/1.1\nHost:a\n\n",
        "GET /a?%4 HTTP/1.1\nHost:a\n\n",
    };
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        EXPECT_RC(canonical_of(refused[i], "host", arena, &text, &err), LIC_E_INVALID);
    }
    const struct lic_header headers[] = { { LIC_STR("host"), LIC_STR("a\nb") } };
    struct lic_head head = {
        .method = LIC_STR("GET"), .target = LIC_STR("/"), .headers = headers, .headers_n = 1
    };
    struct sigv4_claim claim = { .signed_headers = LIC_STR("host") };
    EXPECT_RC(sigv4_canonical(&head, &claim, true, LIC_STR(""), arena, &text, &err), LIC_E_INVALID);
}
