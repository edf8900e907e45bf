/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the index: down the tree along the resource, at each node the few postings whose keys are
 * asked for, each compared in full (index_make.c made them).
 */
#include "policy/index.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/index_parts.h"

#include "base/banned.h"

#define FEW_POSTINGS 8u /* so many keys are looked through one by one */
#define CLASSES_N 3u

static const lic_str nothing = { "", 0 };

/* ---- statements --------------------------------------------------------------------------- */

uint32_t index_statements_n(const struct policy_index *index)
{
    return index->statements_n;
}

struct index_statement index_statement(const struct policy_index *index, uint32_t n)
{
    CHECK(n < index->statements_n);
    return index->statements[n];
}

/* ---- asking: one statement ---------------------------------------------------------------- */

struct asking {
    const struct policy_index *index;
    const struct index_question *question;
    uint32_t classes_asked[CLASSES_N]; /* keys without the effect's bit. ORDER INDEX_CLASS */
    struct index_found found;
    uint64_t tried_n; /* postings compared so far */
};

bool index_actions_apply(const struct doc_statement *statement, lic_str lower_action)
{
    const struct doc_patterns *actions = &statement->actions;
    bool listed = false;
    for (uint32_t i = 0; i < actions->n && !listed; i++) {
        listed = vars_equal(&actions->at[i].compiled, lower_action);
    }
    return !actions->given || listed != actions->excluded;
}

static enum lic_rc is_listed(const struct doc_patterns *resources, const struct vars_ask *ask,
                             enum truth *out, struct lic_err *err)
{
    enum truth listed = TRUTH_NO;
    for (uint32_t i = 0; i < resources->n && listed != TRUTH_YES; i++) {
        const struct vars_pattern *pattern = &resources->at[i].compiled;
        enum truth one = TRUTH_NO;
        if (str_starts(ask->request->resource, index_literal_head(pattern))) {
            TRY(vars_match(pattern, ask->request->resource, ask, &one, err));
        }
        listed = truth_or(listed, one);
    }
    *out = listed;
    return LIC_OK;
}

/*
 * A variable without a value matches nothing, so a NotResource with one would except nothing. AWS
 * does not say what happens then; here it never grants and always denies.
 */
static enum lic_rc is_excepted(const struct doc_statement *statement,
                               const struct index_question *question, bool *out,
                               struct lic_err *err)
{
    struct policy_request strict = *question->ask.request;
    const struct vars_ask ask = { &strict, question->ask.arena };
    enum truth listed = TRUTH_NO;
    strict.strict = true;
    TRY(is_listed(&statement->resources, &ask, &listed, err));
    *out = listed == TRUTH_YES || (listed == TRUTH_UNSURE && !statement->deny);
    return LIC_OK;
}

enum lic_rc index_resources_apply(const struct doc_statement *statement,
                                  const struct index_question *question, bool *out,
                                  struct lic_err *err)
{
    enum truth listed = TRUTH_YES;
    bool excepted = false;
    if (!statement->resources.given) {
        *out = true;
        return LIC_OK;
    }
    if (statement->resources.excluded) {
        TRY(is_excepted(statement, question, &excepted, err));
        *out = !excepted;
        return LIC_OK;
    }
    TRY(is_listed(&statement->resources, &question->ask, &listed, err));
    *out = listed == TRUTH_YES;
    return LIC_OK;
}

static bool actions_match(const struct posting *posting, const struct doc_statement *statement,
                          lic_str action)
{
    return posting->all_actions ? index_actions_apply(statement, action)
                                : vars_equal(posting->action, action);
}

static enum lic_rc resources_match(const struct posting *posting,
                                   const struct doc_statement *statement,
                                   const struct index_question *question, bool *out,
                                   struct lic_err *err)
{
    enum truth truth = TRUTH_YES;
    if (posting->all_resources) {
        return index_resources_apply(statement, question, out, err);
    }
    if (posting->resource) {
        lic_str resource = question->ask.request->resource;
        TRY(vars_match(posting->resource, resource, &question->ask, &truth, err));
    }
    *out = truth == TRUTH_YES;
    return LIC_OK;
}

/* What cannot be decided never grants, and denies when the question is a strict one. */
static enum lic_rc conditions_hold(const struct doc_statement *statement,
                                   const struct index_question *question, bool *out,
                                   struct lic_err *err)
{
    enum truth truth = TRUTH_YES;
    for (uint32_t i = 0; i < statement->conditions.n && truth != TRUTH_NO; i++) {
        enum truth holds = TRUTH_NO;
        TRY(cond_holds(&statement->conditions.at[i].cond, &question->ask, &holds, err));
        truth = truth_and(truth, holds);
    }
    *out = truth == TRUTH_YES ||
           (truth == TRUTH_UNSURE && statement->deny && question->ask.request->strict);
    return LIC_OK;
}

/* Where the number of an applying statement is kept, or NULL when it is not about the caller. */
static uint32_t *found_slot(struct asking *asking, const struct posting *posting,
                            const struct doc_statement *statement)
{
    enum principal_grant grant = GRANT_DIRECT;
    if (!posting->plain) {
        grant = principal_named(statement, &asking->question->ask.request->principal,
                                asking->question->bounded);
    }
    if (grant == GRANT_NONE) {
        return NULL;
    }
    return posting->deny ? &asking->found.deny : &asking->found.allow[grant];
}

static enum lic_rc try_posting(struct asking *asking, const struct posting *posting,
                               struct lic_err *err)
{
    const struct index_question *question = asking->question;
    const struct doc_statement *statement = asking->index->statements[posting->statement].statement;
    uint32_t *slot = found_slot(asking, posting, statement);
    bool applies = false;
    asking->tried_n++;
    if (!slot || *slot <= posting->statement ||
        !actions_match(posting, statement, question->action)) {
        return LIC_OK;
    }
    TRY(resources_match(posting, statement, question, &applies, err));
    if (applies && !posting->plain) {
        TRY(conditions_hold(statement, question, &applies, err));
    }
    *slot = applies ? posting->statement : *slot;
    return LIC_OK;
}

/* ---- asking: postings of a node ----------------------------------------------------------- */

/* The first of keys[from, to) that is not below `key`. */
static uint32_t lower_bound(const uint32_t *keys, uint32_t from, uint32_t to, uint32_t key)
{
    while (to - from > FEW_POSTINGS) {
        uint32_t middle = from + (to - from) / 2;
        bool below = keys[middle] < key;
        from = below ? middle + 1 : from;
        to = below ? to : middle;
    }
    while (from < to && keys[from] < key) {
        from++;
    }
    return from;
}

/* Statements after the one found need not be looked at: postings of one key are in order. */
static enum lic_rc try_run(struct asking *asking, uint32_t from, uint32_t to, uint32_t key,
                           struct lic_err *err)
{
    const struct policy_index *index = asking->index;
    const uint32_t *best =
        key & KEY_ALLOW ? &asking->found.allow[GRANT_DIRECT] : &asking->found.deny;
    uint32_t i = lower_bound(index->keys, from, to, key);
    for (; i < to && index->keys[i] == key && index->postings[i].statement < *best; i++) {
        TRY(try_posting(asking, &index->postings[i], err));
    }
    return LIC_OK;
}

static enum lic_rc try_all(struct asking *asking, uint32_t from, uint32_t n, struct lic_err *err)
{
    const uint32_t *keys = asking->index->keys;
    if (n == 0) {
        return LIC_OK;
    }
    bool allows = (keys[from + n - 1] & KEY_ALLOW) != 0;
    bool denies = (keys[from] & KEY_ALLOW) == 0;
    for (uint32_t i = 0; i < CLASSES_N && denies; i++) {
        TRY(try_run(asking, from, from + n, asking->classes_asked[i], err));
    }
    for (uint32_t i = 0; i < CLASSES_N && allows; i++) {
        TRY(try_run(asking, from, from + n, asking->classes_asked[i] | KEY_ALLOW, err));
    }
    return LIC_OK;
}

/* ---- asking: walking down ----------------------------------------------------------------- */

/* Without an instruction for it the compiler would call a function. */
static uint32_t bits_n(uint64_t bits)
{
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)(bits * 0x0101010101010101u >> 56);
}

static uint32_t child_of(const struct node *node, unsigned char byte)
{
    uint32_t word = byte / 64;
    uint64_t bit = UINT64_C(1) << byte % 64;
    if ((node->child_bits[word] & bit) == 0) {
        return NODE_NONE;
    }
    uint32_t before = bits_n(node->child_bits[word] & (bit - 1));
    for (uint32_t i = 0; i < word; i++) {
        before += node->child_bits[i] ? bits_n(node->child_bits[i]) : 0;
    }
    return node->children + before;
}

/* Whether the rest of the text goes on with this node's edge, forwards or backwards. */
static bool edge_matches(const struct policy_index *index, const struct node *node, lic_str rest,
                         bool backwards)
{
    const char *edge = index->text + node->edge;
    if (rest.n < node->edge_n) {
        return false;
    }
    if (!backwards) {
        return memcmp(edge, rest.at, node->edge_n) == 0;
    }
    uint32_t i = 0;
    while (i < node->edge_n && edge[i] == rest.at[rest.n - 1 - i]) {
        i++;
    }
    return i == node->edge_n;
}

static lic_str past_edge(const struct node *node, lic_str rest, bool backwards)
{
    size_t n = rest.n - node->edge_n;
    return backwards ? str_make(rest.at, n) : str_make(rest.at + node->edge_n, n);
}

static uint32_t next_node(const struct node *node, lic_str rest, bool backwards)
{
    if (rest.n == 0) {
        return NODE_NONE;
    }
    return child_of(node, (unsigned char)(backwards ? rest.at[rest.n - 1] : rest.at[0]));
}

/* One of the trees behind a wildcard, from one place of the text. */
static enum lic_rc walk_inner(struct asking *asking, uint32_t root, lic_str rest, bool backwards,
                              struct lic_err *err)
{
    const struct node *nodes = asking->index->nodes;
    uint32_t at = root;
    while (at != NODE_NONE && edge_matches(asking->index, &nodes[at], rest, backwards)) {
        TRY(try_all(asking, nodes[at].postings, nodes[at].open_n, err));
        rest = past_edge(&nodes[at], rest, backwards);
        at = next_node(&nodes[at], rest, backwards);
    }
    return LIC_OK;
}

/* Past what no text of this tree begins with; the root of a tree of inner texts has no postings. */
static lic_str next_start(const struct policy_index *index, const struct node *root, lic_str rest)
{
    size_t skipped = 0;
    if (root->edge_n > 0) {
        skipped = str_find_char(rest, index->text[root->edge]);
    } else {
        while (skipped < rest.n && child_of(root, (unsigned char)rest.at[skipped]) == NODE_NONE) {
            skipped++;
        }
    }
    return str_make(rest.at + skipped, rest.n - skipped);
}

/* All postings of a tree behind a wildcard, wherever they are in it. */
static enum lic_rc try_tree(struct asking *asking, const struct node *root, struct lic_err *err)
{
    const struct policy_index *index = asking->index;
    for (uint32_t i = root->postings; i < root->postings + root->whole_n; i++) {
        uint32_t key = index->keys[i] & ~KEY_ALLOW;
        bool asked = key == asking->classes_asked[ACTION_NAMED] ||
                     key == asking->classes_asked[ACTION_OF_SERVICE] ||
                     key == asking->classes_asked[ACTION_ANY];
        if (asked) {
            TRY(try_posting(asking, &index->postings[i], err));
        }
    }
    return LIC_OK;
}

/*
 * An inner text may begin anywhere, and the same one may be met again and again in a text made for
 * that. Once more was compared than the tree has, all of it is compared once, and that is the end.
 */
static enum lic_rc walk_inners(struct asking *asking, uint32_t root, lic_str rest,
                               struct lic_err *err)
{
    const struct node *node = &asking->index->nodes[root];
    if (root == NODE_NONE) {
        return LIC_OK;
    }
    uint64_t tried_max = asking->tried_n + node->whole_n;
    rest = next_start(asking->index, node, rest);
    while (rest.n > 0) {
        TRY(walk_inner(asking, root, rest, /* backwards= */ false, err));
        if (asking->tried_n > tried_max) {
            return try_tree(asking, node, err);
        }
        rest = next_start(asking->index, node, str_make(rest.at + 1, rest.n - 1));
    }
    return LIC_OK;
}

static enum lic_rc visit(struct asking *asking, const struct node *node, lic_str rest,
                         struct lic_err *err)
{
    TRY(try_all(asking, node->postings, node->open_n, err));
    if (rest.n == 0) {
        TRY(try_all(asking, node->postings + node->open_n, node->whole_n, err));
    }
    TRY(walk_inner(asking, node->ends, rest, /* backwards= */ true, err));
    return walk_inners(asking, node->inners, rest, err);
}

static enum lic_rc walk(struct asking *asking, lic_str resource, struct lic_err *err)
{
    const struct policy_index *index = asking->index;
    const struct node *node = index->nodes_n > 0 ? &index->nodes[0] : NULL;
    lic_str rest = resource;
    while (node && edge_matches(index, node, rest, /* backwards= */ false)) {
        rest = past_edge(node, rest, /* backwards= */ false);
        TRY(visit(asking, node, rest, err));
        uint32_t next = next_node(node, rest, /* backwards= */ false);
        node = next != NODE_NONE ? &index->nodes[next] : NULL;
    }
    return LIC_OK;
}

enum lic_rc index_question_init(struct index_question *question,
                                const struct policy_request *request, bool bounded,
                                struct arena *arena, struct lic_err *err)
{
    lic_str action = request->action;
    bool fits = action.n <= sizeof(question->lowered);
    char *lowered = fits ? question->lowered : arena_take(arena, action.n);
    ENSURE(lowered, err, LIC_E_NOMEM, "no memory to judge an action of %zu bytes", action.n);
    uint32_t hash = HASH_START;
    uint32_t service_hash = HASH_START;
    bool colon = false;
    for (size_t i = 0; i < action.n; i++) {
        char c = action.at[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        lowered[i] = c;
        service_hash = c == ':' && !colon ? hash : service_hash;
        colon = colon || c == ':';
        hash = index_hash_add(hash, c);
    }
    question->ask = (struct vars_ask){ request, arena };
    question->action = str_make(lowered, action.n);
    question->action_hash = index_hash_end(hash);
    question->service_hash = index_hash_end(colon ? service_hash : hash);
    question->bounded = bounded;
    return LIC_OK;
}

enum lic_rc index_ask(const struct policy_index *index, const struct index_question *question,
                      struct index_found *out, struct lic_err *err)
{
    struct asking asking = {
        .index = index,
        .question = question,
        .classes_asked = { index_key_make(true, ACTION_NAMED, question->action_hash),
                           index_key_make(true, ACTION_OF_SERVICE, question->service_hash),
                           index_key_make(true, ACTION_ANY, 0) },
        .found = { .deny = INDEX_NONE,
                   .allow = { INDEX_NONE, INDEX_NONE, INDEX_NONE, INDEX_NONE } },
    };
    lic_str resource = question->ask.request->resource;
    TRY(walk(&asking, resource.at ? resource : nothing, err));
    *out = asking.found;
    return LIC_OK;
}
