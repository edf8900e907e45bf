/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making the index, in three steps: a posting for each pair of an action and a resource of each
 * statement; all of them sorted by where they belong; the tree over the sorted list, breadth first,
 * so that the children of a node lie side by side and recursion has no depth to run out of.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"
#include "policy/index.h"
#include "policy/index_parts.h"
#include "policy/match.h"

#include "base/banned.h"

#define PAIRS_MAX 4096u    /* of actions and resources in one statement; more are not paired */
#define INNER_BYTES_MIN 2u /* an inner text of one byte leaves hardly anything out */
#define ARN_COLONS 5u
#define ACTIONS_SEED 0x696e646578u

/* ORDER INDEX_PLACE: a node's postings stand in this order in the sorted list. */
enum place {
    PLACE_OPEN,  /* the pattern ends here and takes any rest */
    PLACE_WHOLE, /* the pattern ends here, and so must the resource */
    PLACE_END,   /* goes on in the tree over ends */
    PLACE_INNER  /* goes on in the tree over inner texts */
};

/* A posting before it has found its place. */
struct item {
    lic_str head; /* of the resource, up to its first wildcard */
    lic_str tail; /* PLACE_END: the rest behind the last wildcard, backwards. PLACE_INNER */
    enum place place;
    uint32_t key;
    struct posting posting;
};

/* ---- making: postings --------------------------------------------------------------------- */

struct items {
    struct item *at;
    uint32_t n, cap;
};

struct maker {
    struct arena *arena;
    struct policy_index *index;
    struct items items;
    struct map actions; /* as written -> struct vars_pattern; the same text is kept once */
};

static const lic_str nothing = { "", 0 };

static uint32_t hash_of(lic_str name)
{
    uint32_t hash = HASH_START;
    for (size_t i = 0; i < name.n; i++) {
        hash = index_hash_add(hash, name.at[i]);
    }
    return index_hash_end(hash);
}

static lic_str service_of(lic_str action)
{
    return str_head(action, str_find_char(action, ':'));
}

static enum action_class class_of(const struct vars_pattern *action)
{
    if (action->pieces_n > 0) {
        return ACTION_ANY;
    }
    if (action->shape == VARS_SHAPE_WHOLE) {
        return ACTION_NAMED;
    }
    lic_str literal = str_head(action->text, action->literal_n);
    return str_find_char(literal, ':') < literal.n ? ACTION_OF_SERVICE : ACTION_ANY;
}

static uint32_t key_of(const struct vars_pattern *action, bool deny)
{
    enum action_class class = action ? class_of(action) : ACTION_ANY;
    uint32_t hash = 0;
    if (class == ACTION_NAMED) {
        hash = hash_of(action->text);
    } else if (class == ACTION_OF_SERVICE) {
        hash = hash_of(service_of(action->text));
    }
    return index_key_make(deny, class, hash);
}

static bool is_wildcard(char c)
{
    return c == MATCH_ANY || c == MATCH_ONE;
}

static size_t literal_head_n(lic_str text)
{
    size_t n = 0;
    while (n < text.n && !is_wildcard(text.at[n])) {
        n++;
    }
    return n;
}

/* What every text that matches begins with, whatever the values of variables. */
lic_str index_literal_head(const struct vars_pattern *pattern)
{
    if (pattern->pieces_n == 0) {
        return str_head(pattern->text, pattern->literal_n);
    }
    lic_str first = pattern->pieces[0].text;
    return str_head(first, literal_head_n(first));
}

static size_t literal_tail_n(lic_str text)
{
    size_t n = 0;
    while (n < text.n && !is_wildcard(text.at[text.n - 1 - n])) {
        n++;
    }
    return n;
}

/* The longest literal text between two wildcards. */
static lic_str longest_inner(lic_str text)
{
    lic_str rest = str_tail(text, literal_head_n(text));
    lic_str longest = nothing;
    rest = str_head(rest, rest.n - literal_tail_n(rest));
    while (rest.n > 0) {
        size_t n = literal_head_n(rest);
        longest = n > longest.n ? str_head(rest, n) : longest;
        rest = str_tail(rest, n + 1);
    }
    return longest;
}

static lic_str reversed(struct arena *arena, lic_str text)
{
    char *at = arena_take(arena, text.n);
    for (size_t i = 0; at && i < text.n; i++) {
        at[i] = text.at[text.n - 1 - i];
    }
    return str_make(at, text.n);
}

/*
 * Whether head and end are all there is to compare: one asterisk that takes any text at all, as it
 * does in the sixth part of an ARN, and where it ends one of the first five.
 */
static bool is_one_open_asterisk(lic_str text)
{
    size_t head_n = literal_head_n(text);
    size_t colons_n = 0;
    for (size_t i = 0; i < head_n; i++) {
        colons_n += text.at[i] == ':' ? 1 : 0;
    }
    bool one = head_n + 1 + literal_tail_n(text) == text.n && text.at[head_n] == MATCH_ANY;
    bool ends_part = one && head_n + 1 < text.n && text.at[head_n + 1] == ':';
    return one && (colons_n >= ARN_COLONS || ends_part);
}

/* With wildcards behind its head: by its end or by an inner text, whichever is longer. */
static bool place_glob(struct arena *arena, struct item *item, lic_str last, lic_str inner)
{
    lic_str end = str_tail(last, last.n - literal_tail_n(last));
    bool by_inner = inner.n >= INNER_BYTES_MIN && inner.n > end.n;
    item->place = by_inner ? PLACE_INNER : PLACE_END;
    item->tail = by_inner ? inner : reversed(arena, end);
    return item->tail.at != NULL;
}

/* Where a resource belongs. What its place already says is not compared again. */
static bool place_resource(struct arena *arena, struct item *item,
                           const struct vars_pattern *resource)
{
    item->head = index_literal_head(resource);
    if (resource->pieces_n > 0) {
        return place_glob(arena, item, resource->pieces[resource->pieces_n - 1].text, nothing);
    }
    switch (resource->shape) {
    case VARS_SHAPE_WHOLE:
        item->place = PLACE_WHOLE;
        item->posting.resource = NULL;
        return true;
    case VARS_SHAPE_PREFIX:
        item->place = PLACE_OPEN;
        item->posting.resource = NULL;
        return true;
    case VARS_SHAPE_GLOB:
        if (resource->use == VARS_RESOURCE && is_one_open_asterisk(resource->text)) {
            item->posting.resource = NULL;
        }
        return place_glob(arena, item, resource->text, longest_inner(resource->text));
    }
    UNREACHABLE("every shape has its place");
}

/* `action` or `resource` NULL: not told apart by it. */
static enum lic_rc add_item(struct maker *maker, const struct doc_statement *statement,
                            const struct vars_pattern *action, const struct vars_pattern *resource,
                            struct lic_err *err)
{
    struct item item = { .head = nothing, .tail = nothing, .place = PLACE_OPEN };
    item.key = key_of(action, statement->deny);
    item.posting = (struct posting){
        .statement = maker->index->statements_n - 1,
        .deny = statement->deny,
        .plain = !statement->principals.given && statement->conditions.n == 0,
        .all_actions = !action,
        .all_resources = !resource && statement->resources.given,
        .action = action,
        .resource = resource,
    };
    bool placed = !resource || place_resource(maker->arena, &item, resource);
    ENSURE(placed && ARENA_PUSH(maker->arena, &maker->items, item), err, LIC_E_NOMEM,
           "no memory for the index of policies");
    return LIC_OK;
}

static enum lic_rc add_for_action(struct maker *maker, const struct doc_statement *statement,
                                  const struct vars_pattern *action, struct lic_err *err)
{
    const struct doc_patterns *resources = &statement->resources;
    if (!resources->given || resources->excluded) {
        return add_item(maker, statement, action, NULL, err);
    }
    for (uint32_t i = 0; i < resources->n; i++) {
        TRY(add_item(maker, statement, action, &resources->at[i].compiled, err));
    }
    return LIC_OK;
}

/*
 * Ten thousand statements about s3:* compare with one text, which then is at hand. What a dollar
 * sign means depends on the document's version.
 */
static enum lic_rc share_action(struct maker *maker, const struct doc_pattern *action,
                                const struct vars_pattern **out, struct lic_err *err)
{
    void *mine = (void *)(uintptr_t)&action->compiled;
    bool alike = str_find_char(action->text, '$') == action->text.n;
    void *shared = alike ? map_get(&maker->actions, action->text) : mine;
    if (!shared) {
        ENSURE(map_add(&maker->actions, action->text, mine) == LIC_OK, err, LIC_E_NOMEM,
               "no memory for the index of policies");
    }
    *out = shared ? shared : mine;
    return LIC_OK;
}

static enum lic_rc add_statement(struct maker *maker, const struct policy_doc *doc,
                                 const struct doc_statement *statement, struct lic_err *err)
{
    const struct doc_patterns *actions = &statement->actions;
    struct policy_index *index = maker->index;
    index->statements[index->statements_n++] = (struct index_statement){ doc, statement };
    bool pairs = (uint64_t)actions->n * statement->resources.n <= PAIRS_MAX;
    if (!actions->given || actions->excluded || !pairs) {
        return add_for_action(maker, statement, NULL, err);
    }
    for (uint32_t i = 0; i < actions->n; i++) {
        const struct vars_pattern *action = NULL;
        TRY(share_action(maker, &actions->at[i], &action, err));
        TRY(add_for_action(maker, statement, action, err));
    }
    return LIC_OK;
}

/* ---- making: the tree --------------------------------------------------------------------- */

static int compare_u32(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_items(const void *left, const void *right)
{
    const struct item *a = left;
    const struct item *b = right;
    int order = str_cmp(a->head, b->head);
    order = order ? order : compare_u32(a->place, b->place);
    order = order ? order : str_cmp(a->tail, b->tail);
    order = order ? order : compare_u32(a->key, b->key);
    order = order ? order : compare_u32(a->posting.statement, b->posting.statement);
    /* One statement may name the same pair twice: any order of the two will do. */
    return order ? order : (a > b) - (a < b);
}

/* A node still to be filled: the sorted items below it, and how many bytes lie above it. */
struct job {
    uint32_t from, to;
    uint32_t depth;
    bool tails; /* in one of the inner trees: the texts are the items' tails */
};

struct tree {
    const struct maker *maker;
    size_t nodes_max;
    struct node *nodes;
    struct job *jobs; /* of the node with the same number */
    uint32_t n;
    char *text;
    size_t text_n;
};

static lic_str text_at(const struct tree *tree, uint32_t i, bool tails)
{
    const struct item *item = &tree->maker->items.at[i];
    return tails ? item->tail : item->head;
}

static uint32_t common_n(lic_str a, lic_str b)
{
    size_t n = 0;
    while (n < a.n && n < b.n && a.at[n] == b.at[n]) {
        n++;
    }
    return (uint32_t)n;
}

static uint32_t add_node(struct tree *tree, struct job job)
{
    CHECK(tree->n < tree->nodes_max);
    tree->jobs[tree->n] = job;
    return tree->n++;
}

/* The items from `from` that have this place. */
static uint32_t place_end(const struct tree *tree, uint32_t from, uint32_t to, enum place place)
{
    while (from < to && tree->maker->items.at[from].place == place) {
        from++;
    }
    return from;
}

static uint32_t inner_tree(struct tree *tree, uint32_t from, uint32_t to)
{
    return from == to ? NODE_NONE
                      : add_node(tree, (struct job){ .from = from, .to = to, .tails = true });
}

/* Items whose text ends at this node: its postings, and the trees behind wildcards. */
static void fill_here(struct tree *tree, struct node *node, uint32_t from, uint32_t to, bool tails)
{
    node->postings = from;
    if (tails) {
        node->open_n = to - from;
        node->whole_n = tree->jobs[node - tree->nodes].to - from;
        return;
    }
    uint32_t open = place_end(tree, from, to, PLACE_OPEN);
    uint32_t whole = place_end(tree, open, to, PLACE_WHOLE);
    uint32_t end = place_end(tree, whole, to, PLACE_END);
    node->open_n = open - from;
    node->whole_n = whole - open;
    node->ends = inner_tree(tree, whole, end);
    node->inners = inner_tree(tree, end, to);
}

static void fill_children(struct tree *tree, struct node *node, const struct job *job,
                          uint32_t from, uint32_t depth)
{
    node->children = tree->n;
    while (from < job->to) {
        unsigned char byte = (unsigned char)text_at(tree, from, job->tails).at[depth];
        uint32_t end = from;
        while (end < job->to && (unsigned char)text_at(tree, end, job->tails).at[depth] == byte) {
            end++;
        }
        node->child_bits[byte / 64] |= UINT64_C(1) << byte % 64;
        (void)add_node(tree, (struct job){ from, end, depth, job->tails });
        from = end;
    }
}

/* The edge is what all items of the node share below it; those that end with it are its own. */
static void fill_node(struct tree *tree, uint32_t n)
{
    const struct job job = tree->jobs[n];
    struct node *node = &tree->nodes[n];
    lic_str first = text_at(tree, job.from, job.tails);
    uint32_t depth = common_n(first, text_at(tree, job.to - 1, job.tails));
    uint32_t own = job.from;
    while (own < job.to && text_at(tree, own, job.tails).n == depth) {
        own++;
    }
    node->edge = (uint32_t)tree->text_n;
    node->edge_n = depth - job.depth;
    if (node->edge_n > 0) {
        memcpy(tree->text + tree->text_n, first.at + job.depth, node->edge_n);
        tree->text_n += node->edge_n;
    }
    fill_here(tree, node, job.from, own, job.tails);
    fill_children(tree, node, &job, own, depth);
}

/* What the trees can need at most: of n different texts a tree has at most 2n nodes. */
struct room {
    size_t nodes, bytes;
};

static struct room room_for(const struct items *items)
{
    struct room room = { 0, 0 };
    lic_str head = { NULL, 0 };
    lic_str tail = { NULL, 0 };
    enum place place = PLACE_OPEN;
    for (uint32_t i = 0; i < items->n; i++) {
        const struct item *item = &items->at[i];
        bool new_head = !head.at || !str_eq(head, item->head);
        bool new_tail = item->place >= PLACE_END &&
                        (new_head || item->place != place || !str_eq(tail, item->tail));
        room.nodes += (new_head ? 2u : 0u) + (new_tail ? 2u : 0u);
        room.bytes += (new_head ? item->head.n : 0) + (new_tail ? item->tail.n : 0);
        head = item->head;
        tail = item->tail;
        place = item->place;
    }
    return room;
}

static enum lic_rc make_tree(const struct maker *maker, struct lic_err *err)
{
    const struct items *items = &maker->items;
    struct room room = room_for(items);
    ENSURE(room.nodes < UINT32_MAX && room.bytes < UINT32_MAX, err, LIC_E_LIMIT,
           "%u pairs of actions and resources with %zu bytes are too many for one index", items->n,
           room.bytes);
    struct tree tree = {
        .maker = maker,
        .nodes_max = room.nodes,
        .nodes = ARENA_ARRAY(maker->arena, struct node, room.nodes),
        .jobs = ARENA_ARRAY(maker->arena, struct job, room.nodes),
        .text = arena_take(maker->arena, room.bytes),
    };
    ENSURE(tree.nodes && tree.jobs && tree.text, err, LIC_E_NOMEM,
           "no memory for an index of %u pairs of actions and resources", items->n);
    if (items->n > 0) {
        (void)add_node(&tree, (struct job){ .from = 0, .to = items->n });
    }
    for (uint32_t i = 0; i < tree.n; i++) {
        fill_node(&tree, i);
    }
    CHECK(tree.text_n <= room.bytes);
    maker->index->nodes = tree.nodes;
    maker->index->nodes_n = tree.n;
    maker->index->text = tree.text;
    return LIC_OK;
}

static enum lic_rc keep_postings(const struct maker *maker, struct lic_err *err)
{
    const struct items *items = &maker->items;
    uint32_t *keys = ARENA_ARRAY(maker->arena, uint32_t, items->n);
    struct posting *postings = ARENA_ARRAY(maker->arena, struct posting, items->n);
    ENSURE(keys && postings, err, LIC_E_NOMEM, "no memory for the postings of an index");
    for (uint32_t i = 0; i < items->n; i++) {
        keys[i] = items->at[i].key;
        postings[i] = items->at[i].posting;
    }
    maker->index->keys = keys;
    maker->index->postings = postings;
    return LIC_OK;
}

enum lic_rc policy_index_new(struct arena *arena, const struct policy_doc *const *docs, uint32_t n,
                             const struct policy_index **out, struct lic_err *err)
{
    struct maker maker = { .arena = arena, .index = ARENA_NEW(arena, struct policy_index) };
    uint64_t statements_n = 0;
    for (uint32_t i = 0; i < n; i++) {
        statements_n += docs[i]->n;
    }
    ENSURE(statements_n < INDEX_NONE, err, LIC_E_LIMIT,
           "%llu statements are too many for one index", (unsigned long long)statements_n);
    map_init(&maker.actions, arena, ACTIONS_SEED);
    ENSURE(maker.index, err, LIC_E_NOMEM, "no memory for the index of policies");
    maker.index->statements = ARENA_ARRAY(arena, struct index_statement, (size_t)statements_n);
    ENSURE(maker.index->statements, err, LIC_E_NOMEM, "no memory for the index of policies");
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < docs[i]->n; j++) {
            TRY(add_statement(&maker, docs[i], &docs[i]->statements[j], err));
        }
    }
    sort_array(maker.items.at, maker.items.n, sizeof(struct item), compare_items);
    TRY(make_tree(&maker, err));
    TRY(keep_postings(&maker, err));
    *out = maker.index;
    return LIC_OK;
}
