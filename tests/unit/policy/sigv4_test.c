/* SPDX-License-Identifier: Apache-2.0 */
/* Checking signatures: AWS's own suite whole, then every way to be wrong. */
#include "policy/sigv4.h"

#include "base/buf.h"
#include "base/json_read.h"
#include "policy/signing.h"
#include "test.h"

#include <stdio.h>

#define SUITE "conformance/sigv4"

/* ---- AWS's suite ---- */

/* One case of the suite, in one of its two forms. */
struct suite_case {
    struct arena *arena;
    lic_str name;
    const char *form; /* "header" or "query" */
    bool normalize, omit_token;
    uint32_t *passed_n;
};

static lic_str case_file(const struct suite_case *at, const char *file)
{
    char path[256];
    snprintf(path, sizeof(path), SUITE "/" LIC_FMT "/%s-%s", LIC_ARG(at->name), at->form, file);
    return test_file(at->arena, test_shared_path(path));
}

static void check_texts(const struct suite_case *at, const struct lic_head *head,
                        const struct sigv4_claim *claim, lic_str body_hash)
{
    struct lic_err err;
    lic_str canonical, to_sign;
    EXPECT_OK(sigv4_canonical(head, claim, at->normalize, body_hash, at->arena, &canonical, &err),
              &err);
    EXPECT_LIC_STR(canonical, str_trim(case_file(at, "canonical-request.txt")));
    EXPECT_OK(sigv4_string_to_sign(claim, canonical, at->arena, &to_sign, &err), &err);
    EXPECT_LIC_STR(to_sign, str_trim(case_file(at, "string-to-sign.txt")));
    EXPECT_LIC_STR(claim->signature, str_trim(case_file(at, "signature.txt")));
}

static void check_form(const struct suite_case *at)
{
    struct lic_err err;
    struct signing_request request;
    struct sigv4_claim claim, as_signed;
    struct sigv4_rules rules = signing_rules();
    signing_parse(case_file(at, "signed-request.txt"), &request);
    if (test_left()) {
        return;
    }
    struct lic_head head = signing_head(&request);
    lic_str hash = signing_body_hash(at->arena, request.body);
    EXPECT_OK(sigv4_read(&head, at->arena, &claim, &err), &err);
    as_signed = claim;
    as_signed.token_left_out = at->omit_token;
    check_texts(at, &head, &as_signed, hash);
    if (test_left()) {
        return;
    }
    rules.normalize_path = at->normalize;
    rules.token_unsigned = at->omit_token;
    EXPECT_OK(sigv4_check(&head, &claim, &rules, SIGNING_SECRET, hash, at->arena, &err), &err);
    rules.token_unsigned = false;
    EXPECT_RC(sigv4_check(&head, &claim, &rules, SIGNING_SECRET, hash, at->arena, &err),
              at->omit_token ? LIC_E_INVALID : LIC_OK);
    EXPECT_RC(sigv4_check(&head, &claim, &rules, LIC_STR("another secret"), hash, at->arena, &err),
              LIC_E_INVALID);
    ++*at->passed_n;
}

static enum lic_rc each_case(void *arg, lic_str name, bool is_dir)
{
    TEST_ARENA(arena);
    struct lic_err err;
    char path[256];
    struct json_doc context;
    struct suite_case at = { .arena = arena, .name = name, .passed_n = arg };
    if (!is_dir) {
        return LIC_OK;
    }
    snprintf(path, sizeof(path), SUITE "/" LIC_FMT "/context.json", LIC_ARG(name));
    lic_str text = test_file(arena, test_shared_path(path));
    if (!test_rc(json_read(arena, text, NULL, &context, &err), LIC_OK, &err, __FILE__, __LINE__,
                 "context.json")) {
        return LIC_E_INVALID;
    }
    at.normalize = json_is(&context, json_get(&context, 0, LIC_STR("normalize")), JSON_TRUE);
    at.omit_token =
        json_is(&context, json_get(&context, 0, LIC_STR("omit_session_token")), JSON_TRUE);
    static const char *const forms[] = { "header", "query" };
    for (size_t i = 0; i < 2 && !test_left(); i++) {
        at.form = forms[i];
        check_form(&at);
    }
    if (test_left()) {
        printf("  in " LIC_FMT ", %s\n", LIC_ARG(name), at.form);
        return LIC_E_INVALID;
    }
    return LIC_OK;
}

CASE(policy_sigv4_conforms_to_aws_suite)
{
    struct lic_err err;
    uint32_t passed_n = 0;
    if (test_rerun()) {
        return;
    }
    const struct lic_host *host = test_host();
    char folder[4096];
    snprintf(folder, sizeof(folder), "%s", test_shared_path(SUITE));
    EXPECT_OK(host->list_dir(host->ctx, folder, each_case, &passed_n, &err), &err);
    EXPECT_U64(passed_n, 76);
}
