/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts what was used: uses become families of an action and the present statement that allowed
 * it, with their resources and the values of the keys in tighten.def.
 */
#include "advise/tighten.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include <arpa/inet.h>

#include "base/banned.h"

#define BOUND_MIN 256u
#define BOUND_MAX (UINT64_C(1) << 60)
#define ADDRESS_BYTES_MAX 46u /* "ffff:...:255.255.255.255" and its end */

enum facet_kind { VALUES, BLOCKS, MOST, ALWAYS };

struct facet_row {
    lic_str key;
    enum facet_kind kind;
    uint32_t values_max;
};

static const struct facet_row rows[TIGHTEN_FACETS_N] = {
#define FACET(name, key, kind, values_max, operator)                                               \
    { { (key), sizeof(key) - 1 }, kind, values_max },
#include "advise/tighten.def"
#undef FACET
};

void tighten_init(struct tighten *tighten, struct arena *arena, struct arena *scratch,
                  const struct tighten_options *options)
{
    *tighten = (struct tighten){ .arena = arena, .scratch = scratch, .options = *options };
    map_init(&tighten->pairs, arena, /* seed= */ 0);
    map_init(&tighten->families, arena, /* seed= */ 0);
    map_init(&tighten->lost_by_pair, arena, /* seed= */ 0);
}

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory to count what was used");
}

static enum lic_rc keep(struct tighten *t, lic_str s, lic_str *out, struct lic_err *err)
{
    lic_str copy = str_copy(t->arena, s);
    if (!copy.at) {
        return no_memory(err);
    }
    *out = copy;
    return LIC_OK;
}

/* ---- facets ---- */

static bool has_value(const struct tighten_facet *facet, lic_str value)
{
    for (uint32_t i = 0; i < facet->n; i++) {
        if (str_eq(facet->values[i], value)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc add_value(struct tighten *t, struct tighten_facet *facet,
                             const struct facet_row *row, lic_str value, struct lic_err *err)
{
    if (facet->many || has_value(facet, value)) {
        return LIC_OK;
    }
    facet->new_at = facet->seen;
    facet->many = facet->n == row->values_max || facet->n == TIGHTEN_VALUES_MAX;
    return facet->many ? LIC_OK : keep(t, value, &facet->values[facet->n++], err);
}

static void clear_bits(unsigned char *bytes, size_t from, size_t n)
{
    memset(bytes + from, 0, n - from);
}

/* The network an address is in; "" when it is no address. */
static lic_str block_of(struct arena *arena, lic_str address)
{
    unsigned char bytes[16];
    char text[ADDRESS_BYTES_MAX];
    const char *z = str_copy_z(arena, address);
    struct buf block;
    buf_init(&block, arena, LIMIT_NAME_BYTES);
    if (!z) {
        return (lic_str){ 0 };
    }
    if (inet_pton(AF_INET, z, bytes) == 1) {
        clear_bits(bytes, 3, 4);
        buf_addf(&block, "%s/24", inet_ntop(AF_INET, bytes, text, sizeof text));
    } else if (inet_pton(AF_INET6, z, bytes) == 1) {
        clear_bits(bytes, 8, 16);
        buf_addf(&block, "%s/64", inet_ntop(AF_INET6, bytes, text, sizeof text));
    }
    return buf_str(&block);
}

/* A bound with room: only what goes beyond it is new. */
static void add_number(struct tighten_facet *facet, lic_str value)
{
    uint64_t number = 0;
    facet->bound = facet->bound > 0 ? facet->bound : BOUND_MIN;
    if (!str_u64(value, &number) || number > BOUND_MAX) {
        facet->many = true;
        return;
    }
    while (facet->bound < number) {
        facet->bound *= 2;
        facet->new_at = facet->seen;
    }
}

static enum lic_rc see(struct tighten *t, struct tighten_facet *facet, const struct facet_row *row,
                       lic_str value, struct lic_err *err)
{
    facet->seen++;
    switch (row->kind) {
    case VALUES:
        return add_value(t, facet, row, value, err);
    case BLOCKS: {
        lic_str block = block_of(t->scratch, value);
        facet->many = facet->many || block.n == 0;
        return add_value(t, facet, row, block, err);
    }
    case MOST:
        add_number(facet, value);
        return LIC_OK;
    case ALWAYS:
        facet->many = facet->many || !str_eq(value, LIC_STR("true"));
        return add_value(t, facet, row, value, err);
    }
    UNREACHABLE("enum facet_kind has four values");
}

/* A key of several values is not one of ours to make a condition of. */
static enum lic_rc see_keys(struct tighten *t, struct tighten_family *family,
                            const struct history_use *use, struct lic_err *err)
{
    for (uint32_t i = 0; i < use->keys.n; i++) {
        const struct event_extra *key = &use->keys.at[i];
        for (uint32_t row = 0; row < TIGHTEN_FACETS_N && key->values.n == 1; row++) {
            if (str_eq(rows[row].key, key->key)) {
                TRY(see(t, &family->facets[row], &rows[row], key->values.at[0], err));
            }
        }
    }
    return LIC_OK;
}

/* ---- which present statement allows it ---- */

static enum lic_rc pattern_fits(const struct doc_patterns *patterns, lic_str text,
                                const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < patterns->n && any != TRUTH_YES; i++) {
        enum truth one;
        TRY(vars_match(&patterns->at[i].compiled, text, ask, &one, err));
        any = truth_or(any, one);
    }
    *out = patterns->excluded ? truth_not(any) : any;
    return LIC_OK;
}

static lic_str lower(struct arena *arena, lic_str s)
{
    char *copy = arena_take(arena, s.n);
    for (size_t i = 0; copy && i < s.n; i++) {
        copy[i] = s.at[i] >= 'A' && s.at[i] <= 'Z' ? (char)(s.at[i] + 32) : s.at[i];
    }
    return str_make(copy, copy ? s.n : 0);
}

/* By action and resource alone. A variable whose value is not known may fit. A resource that
 * nobody wrote down fits whatever the statement names. */
static enum lic_rc may_allow(const struct doc_statement *statement, const struct history_use *use,
                             const struct vars_ask *ask, bool *out, struct lic_err *err)
{
    enum truth action = TRUTH_NO;
    enum truth resource = TRUTH_YES;
    lic_str name = lower(ask->arena, use->action);
    *out = false;
    if (statement->deny || name.n == 0) {
        return name.n == 0 ? no_memory(err) : LIC_OK;
    }
    TRY(pattern_fits(&statement->actions, name, ask, &action, err));
    if (use->resource_named && action == TRUTH_YES) {
        TRY(pattern_fits(&statement->resources, use->resource, ask, &resource, err));
    }
    *out = action == TRUTH_YES && resource != TRUTH_NO;
    return LIC_OK;
}

/* ---- families and pairs ---- */

static enum lic_rc find_family(struct tighten *t, const struct history_use *use,
                               const struct policy_doc *doc, const struct doc_statement *statement,
                               struct tighten_family **out, struct lic_err *err)
{
    struct buf key;
    buf_init(&key, t->scratch, LIMIT_JSON_BYTES);
    buf_add(&key, lower(t->scratch, use->action));
    buf_addf(&key, "\n%p", (const void *)statement);
    TRY(buf_check(&key, "the name of an action", err));
    *out = map_get(&t->families, buf_str(&key));
    if (*out) {
        return LIC_OK;
    }
    struct tighten_family *family = ARENA_NEW(t->arena, struct tighten_family);
    lic_str kept = str_copy(t->arena, buf_str(&key));
    if (!family || !kept.at || map_add(&t->families, kept, family) != LIC_OK ||
        !ARENA_PUSH(t->arena, &t->list, family)) {
        return no_memory(err);
    }
    TRY(keep(t, use->action, &family->action, err));
    family->doc = doc;
    family->statement = statement;
    family->first_ns = INT64_MAX;
    family->last_ns = INT64_MIN;
    *out = family;
    return LIC_OK;
}

struct family_list {
    struct tighten_family **at;
    uint32_t n, cap;
};

static enum lic_rc add_family(struct tighten *t, const struct history_use *use,
                              const struct policy_doc *doc, const struct doc_statement *statement,
                              struct family_list *out, struct lic_err *err)
{
    struct tighten_family *family;
    TRY(find_family(t, use, doc, statement, &family, err));
    return ARENA_PUSH(t->arena, out, family) ? LIC_OK : no_memory(err);
}

static enum lic_rc find_families(struct tighten *t, const struct history_use *use,
                                 const struct vars_ask *ask, struct family_list *out,
                                 struct lic_err *err)
{
    if (!t->has_docs) {
        return add_family(t, use, NULL, NULL, out, err);
    }
    for (uint32_t d = 0; d < t->docs_n; d++) {
        const struct policy_doc *doc = t->docs[d];
        for (uint32_t i = 0; i < doc->n; i++) {
            bool may;
            TRY(may_allow(&doc->statements[i], use, ask, &may, err));
            if (may) {
                TRY(add_family(t, use, doc, &doc->statements[i], out, err));
            }
        }
    }
    return LIC_OK;
}

static enum lic_rc pair_key(struct tighten *t, const struct history_use *use, lic_str *out,
                            struct lic_err *err)
{
    struct buf key;
    buf_init(&key, t->scratch, LIMIT_JSON_BYTES);
    buf_add(&key, lower(t->scratch, use->action));
    buf_add_char(&key, '\n');
    buf_add(&key, use->resource_named ? use->resource : (lic_str){ 0 });
    TRY(buf_check(&key, "an action and its resource", err));
    *out = buf_str(&key);
    return LIC_OK;
}

static enum lic_rc find_pair(struct tighten *t, const struct history_use *use,
                             const struct vars_ask *ask, struct tighten_pair **out,
                             struct lic_err *err)
{
    lic_str key;
    TRY(pair_key(t, use, &key, err));
    *out = map_get(&t->pairs, key);
    if (*out) {
        return LIC_OK;
    }
    ENSURE(t->pairs_n < LIMIT_HISTORY_PAIRS, err, LIC_E_LIMIT,
           "more than %u different actions and resources were used", LIMIT_HISTORY_PAIRS);
    struct family_list families = { 0 };
    TRY(find_families(t, use, ask, &families, err));
    struct tighten_pair *pair = ARENA_NEW(t->arena, struct tighten_pair);
    lic_str kept = str_copy(t->arena, key);
    if (!pair || !kept.at) {
        return no_memory(err);
    }
    pair->families = families.at;
    pair->n = families.n;
    pair->used = ARENA_ARRAY(t->arena, struct tighten_resource *, families.n + 1);
    if (!pair->used || map_add(&t->pairs, kept, pair) != LIC_OK) {
        return no_memory(err);
    }
    t->pairs_n++;
    *out = pair;
    return LIC_OK;
}

/* ---- taking ---- */

static enum lic_rc conditions_hold(const struct doc_statement *statement,
                                   const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    *out = TRUTH_YES;
    for (uint32_t i = 0; i < statement->conditions.n && *out != TRUTH_NO; i++) {
        enum truth one;
        TRY(cond_holds(&statement->conditions.at[i].cond, ask, &one, err));
        *out = truth_and(*out, one);
    }
    return LIC_OK;
}

/* "policies/app.json:5", as records name it. */
static bool is_recorded_as(const struct tighten_family *family, lic_str place)
{
    lic_str file = family->doc->file;
    uint64_t line = 0;
    return str_starts(place, file) && place.n > file.n && place.at[file.n] == ':' &&
           str_u64(str_tail(place, file.n + 1), &line) && line == family->statement->place.line;
}

/*
 * The statement that the record names, when it still fits; else the first whose conditions hold.
 * A condition on a key that was not recorded seems not to hold, so the last resort is the first
 * that fits at all: the use was allowed, and its conditions are kept anyway.
 */
static enum lic_rc choose_family(const struct tighten_pair *pair, const struct history_use *use,
                                 const struct vars_ask *ask, uint32_t *out, struct lic_err *err)
{
    if (pair->n < 2 || !pair->families[0]->statement) {
        *out = 0;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < pair->n && use->statement.n > 0; i++) {
        if (is_recorded_as(pair->families[i], use->statement)) {
            *out = i;
            return LIC_OK;
        }
    }
    for (uint32_t i = 0; i < pair->n; i++) {
        enum truth holds;
        TRY(conditions_hold(pair->families[i]->statement, ask, &holds, err));
        if (holds == TRUTH_YES) {
            *out = i;
            return LIC_OK;
        }
    }
    *out = 0;
    return LIC_OK;
}

static enum lic_rc count_lost(struct tighten *t, const struct history_use *use, struct lic_err *err)
{
    lic_str key;
    TRY(pair_key(t, use, &key, err));
    struct tighten_lost *lost = map_get(&t->lost_by_pair, key);
    if (!lost) {
        lost = ARENA_NEW(t->arena, struct tighten_lost);
        lic_str kept = str_copy(t->arena, key);
        if (!lost || !kept.at || map_add(&t->lost_by_pair, kept, lost) != LIC_OK ||
            !ARENA_PUSH(t->arena, &t->lost, lost)) {
            return no_memory(err);
        }
        TRY(keep(t, use->action, &lost->action, err));
        TRY(keep(t, use->resource, &lost->resource, err));
    }
    lost->uses++;
    return LIC_OK;
}

static enum lic_rc add_resource(struct tighten *t, struct tighten_family *family,
                                const struct history_use *use, struct tighten_resource **out,
                                struct lic_err *err)
{
    struct tighten_resource *resource = ARENA_NEW(t->arena, struct tighten_resource);
    if (!resource || !ARENA_PUSH(t->arena, &family->resources, resource)) {
        return no_memory(err);
    }
    TRY(tighten_resource_take(t->arena, use->resource, use->resource_wild, &resource->text, err));
    *out = resource;
    return LIC_OK;
}

static enum lic_rc count_use(struct tighten *t, struct tighten_family *family,
                             const struct history_use *use, struct lic_err *err)
{
    t->uses++;
    family->uses++;
    family->any_resource = family->any_resource || !use->resource_named;
    family->first_ns = use->time_ns < family->first_ns ? use->time_ns : family->first_ns;
    if (use->time_ns >= family->last_ns) {
        family->last_ns = use->time_ns;
        if (family->last_id.n == use->id.n && use->id.n > 0) {
            memcpy((char *)(uintptr_t)family->last_id.at, use->id.at, use->id.n);
        } else {
            TRY(keep(t, use->id, &family->last_id, err));
        }
    }
    return see_keys(t, family, use, err);
}

enum lic_rc tighten_take(struct tighten *t, const struct history_use *use, struct lic_err *err)
{
    struct policy_request request;
    struct tighten_pair *pair;
    uint32_t chosen;
    arena_reset(t->scratch);
    TRY(history_ask(use, t->more, t->more_n, t->scratch, &request, err));
    struct vars_ask ask = { &request, t->scratch };
    TRY(find_pair(t, use, &ask, &pair, err));
    if (pair->n == 0) {
        return count_lost(t, use, err);
    }
    TRY(choose_family(pair, use, &ask, &chosen, err));
    if (!pair->used[chosen] && use->resource_named) {
        TRY(add_resource(t, pair->families[chosen], use, &pair->used[chosen], err));
    }
    if (pair->used[chosen]) {
        pair->used[chosen]->uses++;
    }
    return count_use(t, pair->families[chosen], use, err);
}
