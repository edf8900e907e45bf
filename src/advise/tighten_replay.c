/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays what was used against the drafted policy alone: nothing used may be lost. A use whose
 * decision hangs on a key that was not recorded counts as neither.
 */
#include "advise/tighten.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

enum lic_rc tighten_replay_begin(struct tighten *t, struct lic_err *err)
{
    const struct policy_doc *doc = NULL;
    uint32_t docs_n = t->policy.n > 0 ? 1 : 0;
    if (docs_n > 0) {
        TRY(policy_doc_read(t->arena, LIC_STR("the drafted policy"), t->policy, DOC_ANY, &doc,
                            err));
    }
    return policy_index_new(t->arena, &doc, docs_n, &t->drafted, err);
}

static uint32_t kind_of(const struct history_use *use)
{
    if (use->source == HISTORY_CLOUDTRAIL) {
        return TIGHTEN_CLOUDTRAIL + history_present(use);
    }
    return use->tool_call ? TIGHTEN_TOOLS : TIGHTEN_MODELS;
}

/* What the draft grants to uses of this kind; made when the first of them comes. */
static enum lic_rc find_grants(struct tighten *t, const struct history_use *use,
                               const struct grants **out, struct lic_err *err)
{
    const struct grants **known_grants = &t->grants[kind_of(use)];
    struct policy_stack stack = { .identity = t->drafted };
    struct history_known known = {
        .source = use->source,
        .present = history_present(use),
        .tool_call = use->tool_call,
        .more = t->more,
        .more_n = t->more_n,
        .tags_known = t->tags_known,
    };
    struct grants_known knows = { history_knows, &known };
    if (!*known_grants) {
        struct grants *made = ARENA_NEW(t->arena, struct grants);
        ENSURE(made, err, LIC_E_NOMEM, "no memory to replay the history");
        TRY(grants_make(t->arena, &stack, &knows, made, err));
        *known_grants = made;
    }
    *out = *known_grants;
    return LIC_OK;
}

static enum lic_rc note_lost(struct tighten *t, const struct history_use *use, struct lic_err *err)
{
    struct history_use *first = &t->replayed.first_lost;
    t->replayed.lost++;
    if (t->replayed.lost > 1) {
        return LIC_OK;
    }
    first->id = str_copy(t->arena, use->id);
    first->action = str_copy(t->arena, use->action);
    first->resource = str_copy(t->arena, use->resource);
    ENSURE(first->id.at && first->action.at && first->resource.at, err, LIC_E_NOMEM,
           "no memory to replay the history");
    return LIC_OK;
}

enum lic_rc tighten_replay(struct tighten *t, const struct history_use *use, struct lic_err *err)
{
    struct policy_request request;
    const struct grants *grants = NULL;
    enum grants_answer answer;
    arena_reset(t->scratch);
    TRY(history_ask(use, t->more, t->more_n, t->scratch, &request, err));
    /* The draft is judged as the identity policy of one account, whoever owns the resource. */
    request.resource_account = request.principal.account;
    TRY(find_grants(t, use, &grants, err));
    TRY(grants_ask(grants, &request, t->scratch, &answer, NULL, NULL, err));
    t->replayed.n++;
    switch (answer) {
    case GRANTS_YES:
        t->replayed.allowed++;
        return LIC_OK;
    case GRANTS_DEPENDS:
        t->replayed.unsure++;
        return LIC_OK;
    case GRANTS_NO:
        return note_lost(t, use, err);
    }
    UNREACHABLE("enum grants_answer has three values");
}
