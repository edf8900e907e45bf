/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a pattern is worth looking for first. A way of a pattern is a sequence; cut at what is
 * repeated freely it falls into stretches, and the one that tells most is chosen.
 *
 *     (ignoriere|vergiss) (alle |die )*(vorherigen|bisherigen) (regeln|befehle)
 *     └─── stretch ────┘ └─── cut ───┘└─────────────── stretch ───────────────┘
 */
#include "detect/pattern.h"

#include "base/arena.h"
#include "base/err.h"

#include "base/banned.h"

/* How much one byte of a set tells, in quarters of a bit. Wide classes are what prose is made of.
 */
#define TELLS_WIDE 1u
#define TELLS_CEILING 4000u
#define NARROW_BYTES 16u /* a run of at most these many different bytes is no cut */

struct finder {
    struct arena *arena;
    struct pattern_ways *out;
    struct lic_err *err;
};

static enum lic_rc out_of_memory(struct finder *f)
{
    return err_set(f->err, LIC_E_NOMEM, "no memory for what a pattern begins with");
}

/* Every byte that occurs anywhere in it. */
static void collect_bytes(const struct pattern_node *node, struct byte_set *out)
{
    for (uint32_t i = 0; i < 4; i++) {
        out->bits[i] |= node->set.bits[i];
    }
    for (uint32_t i = 0; i < node->n; i++) {
        collect_bytes(node->at[i], out);
    }
}

static uint32_t count_bytes(const struct byte_set *set)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < 4; i++) {
        n += (uint32_t)__builtin_popcountll(set->bits[i]);
    }
    return n;
}

/* ---- choosing ---- */

static uint32_t tells(const struct pattern_node *node);

static uint32_t log2_of(uint32_t n)
{
    return n > 1 ? 32u - (uint32_t)__builtin_clz(n - 1) : 0;
}

static uint32_t set_tells(const struct byte_set *set)
{
    uint32_t n = count_bytes(set);
    return n > NARROW_BYTES ? TELLS_WIDE : 4 * (8 - log2_of(n));
}

static uint32_t alt_tells(const struct pattern_node *node)
{
    uint32_t least = TELLS_CEILING, spread = 4 * log2_of(node->n);
    for (uint32_t i = 0; i < node->n; i++) {
        uint32_t child = tells(node->at[i]);
        least = child < least ? child : least;
    }
    return least > spread ? least - spread : 0;
}

/* How much it tells, in quarters of a bit, that this was seen. */
static uint32_t tells(const struct pattern_node *node)
{
    uint32_t sum = 0;
    switch (node->type) {
    case PATTERN_EMPTY:
    case PATTERN_BOUNDARY:
        return 0;
    case PATTERN_SET:
        return set_tells(&node->set);
    case PATTERN_ALT:
        return alt_tells(node);
    case PATTERN_REPEAT:
        sum = node->min * tells(node->at[0]);
        return sum < TELLS_CEILING ? sum : TELLS_CEILING;
    case PATTERN_CAT:
        for (uint32_t i = 0; i < node->n && sum < TELLS_CEILING; i++) {
            sum += tells(node->at[i]);
        }
        return sum;
    }
    UNREACHABLE("every type of node has returned");
}

/* Repeated so freely that what stands on either side of it is told apart. */
static bool is_cut(const struct pattern_node *node)
{
    struct byte_set any = { { 0 } };
    if (node->type != PATTERN_REPEAT || node->max == 1) {
        return false;
    }
    collect_bytes(node, &any);
    if (count_bytes(&any) <= NARROW_BYTES) {
        return false;
    }
    bool gap = node->max == PATTERN_UNBOUNDED && node->reckoned < PATTERN_LOOP_COUNT;
    bool class = node->at[0]->type == PATTERN_SET;
    return !gap && !(class && node->max - node->min <= PATTERN_LOOSE_COUNT);
}

struct stretch {
    uint32_t first, end, tells;
};

static struct stretch best_stretch(const struct pattern_node *cat)
{
    struct stretch best = { 0, cat->n, 0 }, now = { 0, 0, 0 };
    for (uint32_t i = 0; i < cat->n; i++) {
        if (is_cut(cat->at[i])) {
            now = (struct stretch){ i + 1, i + 1, 0 };
            continue;
        }
        now.end = i + 1;
        now.tells += tells(cat->at[i]);
        best = now.tells > best.tells ? now : best;
    }
    return best;
}

/* ---- ways ---- */

static struct pattern_node *make_cat(struct finder *f, struct pattern_node *const *at, uint32_t n)
{
    struct pattern_node *cat = ARENA_NEW(f->arena, struct pattern_node);
    if (!cat) {
        return NULL;
    }
    cat->type = PATTERN_CAT;
    for (uint32_t i = 0; i < n; i++) {
        if (!ARENA_PUSH(f->arena, cat, at[i])) {
            return NULL;
        }
    }
    return cat;
}

/* Adds what a match of it may begin with; true when it may also be empty. */
static bool first_bytes(const struct pattern_node *node, struct byte_set *out)
{
    bool empty = node->type != PATTERN_ALT;
    switch (node->type) {
    case PATTERN_EMPTY:
    case PATTERN_BOUNDARY:
        return true;
    case PATTERN_SET:
        collect_bytes(node, out);
        return false;
    case PATTERN_REPEAT:
        return first_bytes(node->at[0], out) || node->min == 0;
    case PATTERN_CAT:
        for (uint32_t i = 0; i < node->n && empty; i++) {
            empty = first_bytes(node->at[i], out);
        }
        return empty;
    case PATTERN_ALT:
        for (uint32_t i = 0; i < node->n; i++) {
            empty |= first_bytes(node->at[i], out);
        }
        return empty;
    }
    UNREACHABLE("every type of node has returned");
}

void pattern_first_bytes(const struct pattern_node *node, struct byte_set *out)
{
    (void)first_bytes(node, out);
}

static bool begins_word(const struct pattern_node *cat)
{
    struct byte_set first = { { 0 } };
    if (cat->at[0]->type != PATTERN_BOUNDARY || first_bytes(cat, &first)) {
        return false;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (byte_set_has(&first, (uint8_t)byte) && !charset_is_word((uint8_t)byte)) {
            return false;
        }
    }
    return true;
}

static enum lic_rc add_way(struct finder *f, struct pattern_node *cat)
{
    struct stretch best = best_stretch(cat);
    struct pattern_way way = { .whole = cat, .word = begins_word(cat), .skipped = best.first };
    way.head = make_cat(f, cat->at, best.end);
    if (!way.head) {
        return out_of_memory(f);
    }
    way.longest = pattern_longest(way.head);
    return ARENA_PUSH(f->arena, f->out, way) ? LIC_OK : out_of_memory(f);
}

/* The only child that takes bytes, if that is an alternation of sequences; else cat->n. */
static uint32_t lone_alt(const struct pattern_node *cat)
{
    uint32_t found = cat->n;
    for (uint32_t i = 0; i < cat->n; i++) {
        if (cat->at[i]->type == PATTERN_BOUNDARY) {
            continue;
        }
        if (found != cat->n || cat->at[i]->type != PATTERN_ALT) {
            return cat->n;
        }
        found = i;
    }
    return found;
}

static enum lic_rc find_in(struct finder *f, struct pattern_node *node);

/* \b(a|b)\b is \ba\b or \bb\b. */
static enum lic_rc find_in_each(struct finder *f, const struct pattern_node *cat, uint32_t at)
{
    const struct pattern_node *alt = cat->at[at];
    for (uint32_t i = 0; i < alt->n; i++) {
        struct pattern_node *way = make_cat(f, cat->at, at);
        struct pattern_node *child = alt->at[i];
        bool flat = child->type == PATTERN_CAT;
        uint32_t n = flat ? child->n : 1;
        for (uint32_t k = 0; way && k < n; k++) {
            way = ARENA_PUSH(f->arena, way, flat ? child->at[k] : child) ? way : NULL;
        }
        for (uint32_t k = at + 1; way && k < cat->n; k++) {
            way = ARENA_PUSH(f->arena, way, cat->at[k]) ? way : NULL;
        }
        if (!way) {
            return out_of_memory(f);
        }
        TRY(find_in(f, way));
    }
    return LIC_OK;
}

static enum lic_rc find_in(struct finder *f, struct pattern_node *node)
{
    struct pattern_node *cat = node->type == PATTERN_CAT ? node : make_cat(f, &node, 1);
    if (!cat) {
        return out_of_memory(f);
    }
    uint32_t alt = lone_alt(cat);
    return alt < cat->n ? find_in_each(f, cat, alt) : add_way(f, cat);
}

enum lic_rc pattern_find_ways(struct arena *arena, const struct pattern *pattern,
                              struct pattern_ways *out, struct lic_err *err)
{
    struct finder f = { .arena = arena, .out = out, .err = err };
    return find_in(&f, pattern->root);
}

/* ---- the loose expression ---- */

static void write_byte(uint32_t byte, struct buf *out)
{
    if (byte < 0x80 && charset_is_word((uint8_t)byte)) {
        buf_add_char(out, (char)byte);
    } else {
        buf_addf(out, "\\x%02x", byte);
    }
}

static void write_range(uint32_t first, uint32_t last, struct buf *out)
{
    write_byte(first, out);
    if (last > first) {
        buf_add_char(out, '-');
        write_byte(last, out);
    }
}

static void write_set(const struct byte_set *set, struct buf *out)
{
    buf_add_char(out, '[');
    for (uint32_t first = 0; first < 256; first++) {
        uint32_t last = first;
        while (last < 255 && byte_set_has(set, (uint8_t)last) &&
               byte_set_has(set, (uint8_t)(last + 1))) {
            last++;
        }
        if (byte_set_has(set, (uint8_t)first)) {
            write_range(first, last, out);
        }
        first = last;
    }
    buf_add_char(out, ']');
}

static void write_node(const struct pattern_node *node, struct buf *out);

/*
 * What is repeated becomes a run of any of its bytes; the exact count is looked at later, and
 * costs much here.
 */
static void write_repeat(const struct pattern_node *repeat, struct buf *out)
{
    const struct pattern_node *child = repeat->at[0];
    struct byte_set any = { { 0 } };
    if (repeat->max == 1) {
        buf_add(out, LIC_STR("(?:"));
        write_node(child, out);
        buf_add(out, LIC_STR(")?"));
        return;
    }
    bool wide = repeat->max == PATTERN_UNBOUNDED || repeat->max - repeat->min > PATTERN_LOOSE_COUNT;
    collect_bytes(child, &any);
    write_set(&any, out);
    if (child->type == PATTERN_SET && !wide) {
        buf_addf(out, "{%u,%u}", repeat->min, repeat->max);
    } else {
        buf_addf(out, "{%zu,}", repeat->min * pattern_shortest(child));
    }
}

static void write_children(const struct pattern_node *node, uint32_t first, struct buf *out)
{
    buf_add(out, LIC_STR("(?:"));
    for (uint32_t i = first; i < node->n; i++) {
        if (i > first && node->type == PATTERN_ALT) {
            buf_add_char(out, '|');
        }
        write_node(node->at[i], out);
    }
    buf_add_char(out, ')');
}

static void write_node(const struct pattern_node *node, struct buf *out)
{
    switch (node->type) {
    case PATTERN_EMPTY:
    case PATTERN_BOUNDARY:
        return;
    case PATTERN_SET:
        write_set(&node->set, out);
        return;
    case PATTERN_REPEAT:
        write_repeat(node, out);
        return;
    case PATTERN_CAT:
    case PATTERN_ALT:
        write_children(node, 0, out);
        return;
    }
    UNREACHABLE("every type of node has returned");
}

void pattern_write_loose(const struct pattern_way *way, struct buf *out)
{
    write_children(way->head, way->skipped, out);
}
