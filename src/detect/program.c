/* SPDX-License-Identifier: Apache-2.0 */
/* Thompson's construction over the pattern tree, and stepping the result over text. */
#include "detect/program.h"

#include "base/arena.h"
#include "base/err.h"

#include <string.h>

#include "base/banned.h"

#define RULE_INSTRS_MAX 65536u /* one pattern, counts expanded */
#define PROGRAM_INSTRS_MAX 4000000u

void program_init(struct program *program, struct arena *arena, bool reversed, uint32_t exact_to)
{
    *program = (struct program){ .arena = arena, .reversed = reversed, .exact_to = exact_to };
}

/* What one pattern has taken so far; instructions are written from the last to the first. */
struct builder {
    struct program *program;
    uint32_t first; /* its first instruction */
    uint32_t owner;
    struct lic_err *err;
};

static enum lic_rc add_instr(struct builder *b, struct instr instr, uint32_t *out)
{
    struct instr_list *list = &b->program->instrs;
    ENSURE(list->n - b->first < RULE_INSTRS_MAX, b->err, LIC_E_LIMIT,
           "its counts expand to more than %u steps", RULE_INSTRS_MAX);
    ENSURE(list->n < PROGRAM_INSTRS_MAX, b->err, LIC_E_LIMIT,
           "all patterns together expand to more than %u steps", PROGRAM_INSTRS_MAX);
    instr.owner = b->owner;
    ENSURE(ARENA_PUSH(b->program->arena, list, instr), b->err, LIC_E_NOMEM,
           "no memory for a pattern of %u steps", list->n);
    *out = list->n - 1;
    return LIC_OK;
}

static enum lic_rc intern_set(struct builder *b, const struct byte_set *set, uint32_t *out)
{
    struct byte_sets *sets = &b->program->sets;
    for (uint32_t i = 0; i < sets->n; i++) {
        if (memcmp(&sets->at[i], set, sizeof(*set)) == 0) {
            *out = i;
            return LIC_OK;
        }
    }
    ENSURE(ARENA_PUSH(b->program->arena, sets, *set), b->err, LIC_E_NOMEM, "no memory for a class");
    *out = sets->n - 1;
    return LIC_OK;
}

static enum lic_rc build(struct builder *b, const struct pattern_node *node, uint32_t next,
                         uint32_t *out);

static enum lic_rc build_set(struct builder *b, const struct pattern_node *node, uint32_t next,
                             uint32_t *out)
{
    struct instr instr = { .op = INSTR_SET, .next = next };
    TRY(intern_set(b, &node->set, &instr.set));
    return add_instr(b, instr, out);
}

/* Children in the order in which the text is walked; the one walked last is built first. */
static enum lic_rc build_cat(struct builder *b, const struct pattern_node *node, uint32_t next,
                             uint32_t *out)
{
    for (uint32_t i = 0; i < node->n; i++) {
        uint32_t k = b->program->reversed ? i : node->n - 1 - i;
        TRY(build(b, node->at[k], next, &next));
    }
    *out = next;
    return LIC_OK;
}

static enum lic_rc build_alt(struct builder *b, const struct pattern_node *node, uint32_t next,
                             uint32_t *out)
{
    uint32_t entry = 0;
    TRY(build(b, node->at[node->n - 1], next, &entry));
    for (uint32_t i = node->n - 1; i > 0; i--) {
        struct instr split = { .op = INSTR_SPLIT, .other = entry };
        TRY(build(b, node->at[i - 1], next, &split.next));
        TRY(add_instr(b, split, &entry));
    }
    *out = entry;
    return LIC_OK;
}

/* Any number of them: a split that the end of the child comes back to. */
static enum lic_rc build_loop(struct builder *b, const struct pattern_node *child, uint32_t next,
                              uint32_t *out)
{
    struct instr split = { .op = INSTR_SPLIT, .next = next, .other = next };
    uint32_t loop = 0, body = 0;
    TRY(add_instr(b, split, &loop));
    TRY(build(b, child, loop, &body));
    b->program->instrs.at[loop].next = body;
    *out = loop;
    return LIC_OK;
}

/* Up to `n` of them, each of which may be the last. */
static enum lic_rc build_optional(struct builder *b, const struct pattern_node *child, uint32_t n,
                                  uint32_t next, uint32_t *out)
{
    uint32_t entry = next;
    for (uint32_t i = 0; i < n; i++) {
        struct instr split = { .op = INSTR_SPLIT, .other = next };
        TRY(build(b, child, entry, &split.next));
        TRY(add_instr(b, split, &entry));
    }
    *out = entry;
    return LIC_OK;
}

static enum lic_rc build_repeat(struct builder *b, const struct pattern_node *node, uint32_t next,
                                uint32_t *out)
{
    const struct pattern_node *child = node->at[0];
    bool loop = node->max == PATTERN_UNBOUNDED || node->max - node->min > b->program->exact_to;
    uint32_t entry = 0;
    if (loop) {
        TRY(build_loop(b, child, next, &entry));
    } else {
        TRY(build_optional(b, child, node->max - node->min, next, &entry));
    }
    for (uint32_t i = 0; i < node->min; i++) {
        TRY(build(b, child, entry, &entry));
    }
    *out = entry;
    return LIC_OK;
}

static enum lic_rc build(struct builder *b, const struct pattern_node *node, uint32_t next,
                         uint32_t *out)
{
    struct instr boundary = { .op = INSTR_BOUNDARY, .next = next };
    switch (node->type) {
    case PATTERN_EMPTY:
        *out = next;
        return LIC_OK;
    case PATTERN_SET:
        return build_set(b, node, next, out);
    case PATTERN_BOUNDARY:
        return add_instr(b, boundary, out);
    case PATTERN_CAT:
        return build_cat(b, node, next, out);
    case PATTERN_ALT:
        return build_alt(b, node, next, out);
    case PATTERN_REPEAT:
        return build_repeat(b, node, next, out);
    }
    UNREACHABLE("every type of node has returned");
}

enum lic_rc program_add(struct program *program, const struct pattern_node *root, uint32_t owner,
                        uint32_t *out_entry, struct lic_err *err)
{
    struct builder b = {
        .program = program, .first = program->instrs.n, .owner = owner, .err = err
    };
    struct instr accept = { .op = INSTR_ACCEPT };
    uint32_t end = 0;
    TRY(add_instr(&b, accept, &end));
    return build(&b, root, end, out_entry);
}

/* ---- stepping ---- */

size_t places_bytes(uint32_t instrs_n)
{
    /* `pending` may hold an instruction once for every way that leads to it: at most two. */
    return (size_t)instrs_n * sizeof(uint32_t) * 6 + 6 * sizeof(uint32_t);
}

void places_init(struct places *places, void *memory, uint32_t instrs_n)
{
    uint32_t *at = memory;
    memset(memory, 0, places_bytes(instrs_n));
    *places = (struct places){ .cap = instrs_n };
    places->at[0] = at;
    places->at[1] = at + instrs_n;
    places->seen = at + 2 * (size_t)instrs_n;
    places->pending = at + 3 * (size_t)instrs_n;
}

void places_next(struct places *places)
{
    if (++places->stamp == 0) {
        memset(places->seen, 0, (size_t)places->cap * sizeof(uint32_t));
        places->stamp = 1;
    }
}

bool places_follow(struct places *places, const struct program *program, uint32_t from,
                   bool boundary, uint32_t into)
{
    uint32_t n = 0;
    bool complete = false;
    places->pending[n++] = from;
    while (n > 0) {
        uint32_t i = places->pending[--n];
        if (places->seen[i] == places->stamp) {
            continue;
        }
        places->seen[i] = places->stamp;
        const struct instr *instr = &program->instrs.at[i];
        if (instr->op == INSTR_SET) {
            places->at[into][places->n[into]++] = i;
        } else if (instr->op == INSTR_SPLIT) {
            places->pending[n++] = instr->other;
            places->pending[n++] = instr->next;
        } else if (instr->op == INSTR_BOUNDARY && boundary) {
            places->pending[n++] = instr->next;
        }
        complete = complete || instr->op == INSTR_ACCEPT;
    }
    return complete;
}

bool program_boundary(lic_str text, size_t at)
{
    bool before = at > 0 && charset_is_word((uint8_t)text.at[at - 1]);
    bool after = at < text.n && charset_is_word((uint8_t)text.at[at]);
    return before != after;
}

/* Takes `byte` from every place of list 0, which becomes where that leads. True: complete. */
static bool step(struct places *places, const struct program *program, uint8_t byte, bool boundary)
{
    bool complete = false;
    places_next(places);
    places->n[1] = 0;
    for (uint32_t i = 0; i < places->n[0]; i++) {
        const struct instr *instr = &program->instrs.at[places->at[0][i]];
        if (byte_set_has(&program->sets.at[instr->set], byte)) {
            complete |= places_follow(places, program, instr->next, boundary, 1);
        }
    }
    uint32_t *swap = places->at[0];
    places->at[0] = places->at[1];
    places->at[1] = swap;
    places->n[0] = places->n[1];
    return complete;
}

/* The last PROGRAM_ENDS of the ends seen, turned longest first. */
static void order_ends(const size_t *ring, size_t seen, struct program_ends *out)
{
    out->n = (uint32_t)(seen < PROGRAM_ENDS ? seen : PROGRAM_ENDS);
    for (uint32_t i = 0; i < out->n; i++) {
        out->at[i] = ring[(seen - 1 - i) % PROGRAM_ENDS];
    }
}

void program_ends(const struct program *exact, uint32_t entry, struct places *places, lic_str text,
                  size_t start, size_t longest, struct program_ends *out)
{
    size_t ring[PROGRAM_ENDS], seen = 0;
    places_next(places);
    places->n[0] = 0;
    places_follow(places, exact, entry, program_boundary(text, start), 0);
    for (size_t at = start; at < text.n && at - start < longest && places->n[0] > 0; at++) {
        if (step(places, exact, (uint8_t)text.at[at], program_boundary(text, at + 1))) {
            ring[seen++ % PROGRAM_ENDS] = at + 1;
        }
    }
    order_ends(ring, seen, out);
}

/* A walk backwards through the runs of a rule. */
struct walk {
    const struct program *program;
    struct places *places;
    lic_str text;
    const struct program_ask *ask;
    const struct program_run *run; /* entered last, or to be entered next; NULL: all are done */
    size_t at;
    size_t reach; /* what was entered so far begins here or later */
};

static const struct program_run *run_at(const struct walk *walk, uint32_t index)
{
    return index == 0 ? NULL : &walk->ask->runs->at[index - 1];
}

/* Past all places: on to the end of the next run, if one lies ahead. False: the walk is over. */
static bool skip(struct walk *walk)
{
    bool dead = walk->places->n[0] == 0 || walk->at <= walk->reach;
    while (walk->run && walk->at <= walk->run->first) {
        walk->run = run_at(walk, walk->run->before);
    }
    if (!dead) {
        return walk->at > walk->ask->from;
    }
    walk->places->n[0] = 0;
    if (!walk->run || walk->run->last <= walk->ask->from) {
        return false;
    }
    /* One further, so that the step below comes to the run's end with nothing to step. */
    walk->at = walk->at <= walk->run->last ? walk->at : walk->run->last + 1;
    return true;
}

enum lic_rc program_starts(const struct program *reverse, struct places *places, lic_str text,
                           const struct program_ask *ask, struct program_starts *out)
{
    struct walk walk = { reverse, places, text, ask, NULL, text.n + 1, text.n + 1 };
    walk.run = run_at(&walk, ask->run);
    places->n[0] = 0;
    while (skip(&walk)) {
        size_t at = --walk.at;
        bool boundary = program_boundary(text, at);
        bool complete = step(places, reverse, at < text.n ? (uint8_t)text.at[at] : 0, boundary);
        if (walk.run && at <= walk.run->last) {
            complete |= places_follow(places, reverse, ask->entry, boundary, 0);
            walk.reach = at > ask->longest ? at - ask->longest : 0;
        }
        uint32_t start = (uint32_t)at;
        if (complete && !ARENA_PUSH(out->arena, out, start)) {
            return LIC_E_NOMEM;
        }
    }
    return LIC_OK;
}
