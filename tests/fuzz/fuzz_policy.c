/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A byte for the kind of document, a policy document, a NUL, and an event: what is read must be
 * judged without harm, adding a document that denies everything must end every access, and a
 * document that AWS's kinds accept must be accepted in simulation, too.
 */
#include "base/json_read.h"
#include "policy/policy.h"
#include "test.h"

static const struct policy_doc *read_deny_all(struct arena *arena)
{
    const struct policy_doc *doc = NULL;
    lic_str text =
        LIC_STR("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}");
    enum lic_rc rc = policy_doc_read(arena, LIC_STR("deny"), text, DOC_ANY, &doc, NULL);
    return rc == LIC_OK ? doc : NULL;
}

static bool read_event(struct arena *arena, lic_str text, struct event *out)
{
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc json;
    return json_read(arena, text, &limits, &json, NULL) == LIC_OK &&
           event_read(arena, &json, out, NULL) == LIC_OK;
}

static void judge(struct arena *arena, const struct policy_doc *doc, const struct event *event)
{
    const struct policy_doc *docs[2] = { doc, read_deny_all(arena) };
    struct policy_stack stack = { .resource_must_allow = false };
    struct policy_request request;
    struct policy_answer answer;
    struct lic_err err;
    bool built = docs[1] && request_from_event(event, arena, &request, &err) == LIC_OK &&
                 policy_index_new(arena, docs, 2, &stack.identity, &err) == LIC_OK;
    if (built && policy_eval(&stack, &request, arena, &answer, &err) == LIC_OK) {
        bool settled = str_eq_nocase(request.action, LIC_STR("sts:GetCallerIdentity"));
        CHECK(settled || answer.result == VERDICT_EXPLICIT_DENY);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    const struct policy_doc *doc, *simulated;
    struct event event;
    struct lic_err err;
    if (size == 0) {
        return 0;
    }
    lic_str event_text = str_make((const char *)data + 1, size - 1);
    lic_str text = str_split(&event_text, '\0');
    enum doc_kind kind = (enum doc_kind)(data[0] % DOC_KIND_N);
    if (policy_doc_read(arena, LIC_STR("fuzz"), text, kind, &doc, &err) != LIC_OK) {
        CHECK(err.line > 0 && err.column > 0 && err.text[0] != '\0');
        return 0;
    }
    bool owned = kind == DOC_TRUST || kind == DOC_RESOURCE || kind == DOC_KEY;
    enum lic_rc rc = policy_doc_read(arena, LIC_STR("fuzz"), text, DOC_ANY, &simulated, &err);
    CHECK(rc == LIC_OK || rc == LIC_E_NOMEM || owned);
    if (!read_event(arena, event_text, &event)) {
        event_init(&event);
        event.principal = LIC_STR("arn:aws:iam::111122223333:user/bob");
        event.action = LIC_STR("s3:GetObject");
        event.resource = LIC_STR("arn:aws:s3:::bucket/key");
        event.user_name = LIC_STR("bob");
    }
    judge(arena, doc, &event);
    return 0;
}
