/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds records: when one was made and whether a filter wants it. Records are read as JSON, not
 * searched as text, because what an agent said may look like any member of a record.
 */
#include <lictor/read.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/str.h"

#include "base/banned.h"

#define FILTERS_N 8

struct wish {
    lic_str member;
    lic_str value;
};

/* "alice" also means ".../alice" and ":alice", so that nobody has to type an ARN. */
static bool names_principal(lic_str arn, lic_str wanted)
{
    if (str_eq(arn, wanted)) {
        return true;
    }
    if (!str_ends(arn, wanted) || arn.n == wanted.n) {
        return false;
    }
    char before = arn.at[arn.n - wanted.n - 1];
    return before == '/' || before == ':';
}

static bool member_is(const struct json_doc *doc, struct wish wish)
{
    uint32_t node = json_get(doc, 0, wish.member);
    if (!json_is(doc, node, JSON_STRING)) {
        return false;
    }
    lic_str value = json_raw(doc, node);
    return str_eq(wish.member, LIC_STR("principal")) ? names_principal(value, wish.value)
                                                     : str_eq(value, wish.value);
}

static bool is_wanted(const struct json_doc *doc, const struct lic_record_filter *filter,
                      int64_t time_ns)
{
    const struct wish wishes[FILTERS_N] = {
        { LIC_STR("principal"), filter->principal }, { LIC_STR("agent"), filter->agent },
        { LIC_STR("session"), filter->session },     { LIC_STR("model"), filter->model },
        { LIC_STR("decision"), filter->decision },   { LIC_STR("kind"), filter->kind },
        { LIC_STR("record"), filter->record },       { LIC_STR("trace"), filter->trace },
    };
    for (size_t i = 0; i < FILTERS_N; i++) {
        if (wishes[i].value.n > 0 && !member_is(doc, wishes[i])) {
            return false;
        }
    }
    return time_ns >= filter->since_ns && time_ns <= filter->until_ns;
}

enum lic_rc lic_record_pick(const struct lic_host *host, lic_str record,
                            const struct lic_record_filter *filter, int64_t *out_time_ns,
                            bool *out_wanted, struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    TRY(json_read(&arena, record, &limits, &doc, err));
    uint32_t time = json_get(&doc, 0, LIC_STR("time"));
    int64_t time_ns = 0;
    ENSURE(json_is(&doc, time, JSON_STRING) && clock_parse(json_raw(&doc, time), &time_ns), err,
           LIC_E_SYNTAX, "this line has no \"time\", so it is not a record");
    *out_time_ns = time_ns;
    *out_wanted = is_wanted(&doc, filter, time_ns);
    return LIC_OK;
}

bool lic_time_read(lic_str s, int64_t *out_ns)
{
    return clock_parse(s, out_ns);
}
