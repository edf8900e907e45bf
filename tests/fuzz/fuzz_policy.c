/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy document, a NUL, and an event: what is read must be judged without harm, and adding a
 * document that denies everything must end every access.
 */
#include "base/json_read.h"
#include "policy/policy.h"
#include "test.h"

static const struct policy_doc *read_deny_all(struct arena *arena)
{
    const struct policy_doc *doc = NULL;
    lic_str text =
        LIC_STR("{\"Statement\":{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\"}}");
    enum lic_rc rc = policy_doc_read(arena, LIC_STR("deny"), text, &doc, NULL);
    return rc == LIC_OK ? doc : NULL;
}

static bool read_event(struct arena *arena, lic_str text, struct event *out)
{
    struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc json;
    return json_read(arena, text, &limits, &json, NULL) == LIC_OK &&
           event_read(arena, &json, out, NULL) == LIC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    const struct policy_doc *docs[2] = { NULL, read_deny_all(arena) };
    struct event event;
    struct verdict verdict;
    struct lic_err err;
    lic_str event_text = str_make((const char *)data, size);
    lic_str text = str_split(&event_text, '\0');
    if (policy_doc_read(arena, LIC_STR("fuzz"), text, &docs[0], &err) != LIC_OK) {
        CHECK(err.line > 0 && err.column > 0 && err.offset <= text.n);
        return 0;
    }
    if (!read_event(arena, event_text, &event)) {
        event_init(&event);
        event.action = LIC_STR("s3:GetObject");
        event.resource = LIC_STR("arn:aws:s3:::bucket/key");
        event.user_name = LIC_STR("bob");
    }
    if (docs[1] && policy_eval(docs, 2, &event, arena, &verdict, &err) == LIC_OK) {
        CHECK(verdict.result == VERDICT_EXPLICIT_DENY);
    }
    return 0;
}
