/* SPDX-License-Identifier: Apache-2.0 */
/* Uses made up for the tests of tighten. */
#include "tighten_case.h"

#include "base/buf.h"

enum lic_rc tighten_case_begin(struct tighten_case *c, struct arena *arena, struct arena *scratch,
                               const char *policy, struct lic_err *err)
{
    struct tighten_options options = { .events_min = 20,
                                       .resources = { .examples_min = 3, .names_max = 20 } };
    *c = (struct tighten_case){ .arena = arena, .scratch = scratch };
    tighten_init(&c->tighten, arena, scratch, &options);
    if (!policy) {
        return LIC_OK;
    }
    TRY(policy_doc_read(arena, LIC_STR("policies/app.json"), str_z(policy), DOC_MANAGED, &c->doc,
                        err));
    c->tighten.docs = &c->doc;
    c->tighten.docs_n = 1;
    c->tighten.has_docs = true;
    return LIC_OK;
}

static enum lic_rc make_use(struct tighten_case *c, const char *action, const char *resource,
                            uint32_t i, struct history_use *out, struct lic_err *err)
{
    struct buf name;
    lic_str rest = str_z(resource);
    buf_init(&name, c->arena, 4096);
    buf_add(&name, str_split(&rest, '#'));
    if (strchr(resource, '#')) {
        buf_addf(&name, "%u", 1000 + i);
        buf_add(&name, rest);
    }
    TRY(buf_check(&name, "a resource", err));
    *out = (struct history_use){
        .time_ns = (int64_t)i * 1000000000,
        .id = LIC_STR("r1"),
        .principal = LIC_STR("arn:aws:iam::111122223333:user/ann"),
        .action = str_z(action),
        .resource = buf_str(&name),
        .resource_named = resource[0] != '\0',
        .allowed = true,
        .executed = true,
    };
    TRY(history_add_key(out, c->arena, LIC_STR("lictor:Agent"), LIC_STR("support"), err));
    return history_add_key(out, c->arena, LIC_STR("lictor:MaxTokens"), LIC_STR("300"), err);
}

enum lic_rc tighten_case_use(struct tighten_case *c, const char *action, const char *resource,
                             uint32_t n, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        struct history_use use;
        TRY(make_use(c, action, resource, i, &use, err));
        TRY(tighten_take(&c->tighten, &use, err));
    }
    return LIC_OK;
}

enum lic_rc tighten_case_replay(struct tighten_case *c, const char *action, const char *resource,
                                uint32_t n, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        struct history_use use;
        TRY(make_use(c, action, resource, i, &use, err));
        TRY(tighten_replay(&c->tighten, &use, err));
    }
    return LIC_OK;
}

bool tighten_case_has(lic_str text, const char *part)
{
    return str_find(text, str_z(part)) < text.n;
}
