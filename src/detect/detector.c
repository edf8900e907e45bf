/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of rules compiled, and asked.
 *
 *     text ──► live_walk    rules that begin with a word: rule r may begin at s
 *          ──► multi        the others, in one pass: a stretch of rule r ends at e
 *                │  program_starts: where could a match with that stretch begin
 *                ▼
 *              starts       of each rule (mostly: none), from the first on:
 *                │  program_ends: exact, the longest first; validator
 *                ▼
 *              match        leftmost start with a valid end, its longest valid end; then on after
 *
 *     text ──► blanks_even ──► multi ──► match      phrases, where they stand as whole words
 *
 * What is found at a start depends only on the text of the matches that begin there and on where
 * the rule's last match ended, not on where a text was cut.
 */
#include "detect/detector.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"
#include "detect/blanks.h"
#include "detect/checksum.h"
#include "detect/live.h"
#include "detect/multi.h"
#include "detect/nearby.h"
#include "detect/validate.h"
#include "detect/words.h"

#include "base/banned.h"

#define LOOSE_BYTES_MAX ((size_t)1 << 20)
/*
 * Counts that `onward` keeps exactly: what is held of a word that looks like the name in an e-mail
 * address is then as much as such a name may have. Wider ones would be most of its states.
 */
#define ONWARD_EXACT_TO 64u

/* Bytes beside a match that tell whether it is part of a longer number. */
#define EDGE_BYTES 2u

/* Phrases by their number in `nearby`, sorted. */
struct phrase_ids {
    uint32_t *at;
    uint32_t n, cap;
};

/* What is known of a rule besides what was written. */
struct compiled {
    uint32_t exact; /* entry of its program; unused for phrases */
    uint32_t longest;
    uint32_t ways, ways_n; /* its ways that do not begin with a word: first, and how many */
    const struct validator *validator; /* NULL: none */
    const struct checksum *checksum;   /* NULL: none */
    struct phrase_ids keywords, ignore;
    bool placed; /* where it stands matters: keywords, ignored words or edges */
};

struct allowed_pattern {
    uint32_t exact, longest;
};

/* A way of a rule that is looked for by a stretch, and how to go back from there. */
struct way {
    uint32_t rule;
    uint32_t reverse; /* entry */
    uint32_t longest; /* bytes from the beginning of a match to where the first pass sees it */
};

struct entries {
    uint32_t *at;
    uint32_t n, cap;
};

struct detector {
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena arena;
    uint64_t
        birth; /* random: tells detectors apart that stand at one address one after the other */
    const struct rules *rules;
    struct compiled *compiled;
    uint32_t *lengths; /* longest match of each rule, as live.h wants them */
    size_t longest;
    struct {
        struct way *at;
        uint32_t n, cap;
    } ways;
    struct program exact, reverse, onward;
    uint8_t shortest[256];              /* match that begins with a word, by its first byte */
    struct entries words_first, others; /* of `onward`; all are in words_first in the end */
    struct live live;
    struct words words;
    struct nearby nearby;
    uint32_t before, after; /* characters beside a match that some rule looks at */
    struct {
        struct allowed_pattern *at;
        uint32_t n, cap;
    } allowed;
    struct multi *patterns, *phrases; /* NULL when there are none */
    struct map by_id;
};

/* ---- compiling ---- */

/* The failure, with the rule and its place put before what was wrong. */
static enum lic_rc blame(const struct rule *rule, struct lic_err *err)
{
    struct lic_err was = *err;
    err_set(err, was.rc, "rule " LIC_FMT ": %s", LIC_ARG(rule->id), was.text);
    err->offset = was.offset;
    return err_at(err, rule->file, rule->line, 0);
}

/* Items to compile: ways of rules, or phrases. */
struct items {
    struct multi_item *at;
    uint32_t n, cap;
};

static enum lic_rc add_way(struct detector *d, uint32_t rule, const struct pattern_way *found,
                           struct arena *scratch, struct items *items, struct lic_err *err)
{
    struct way way = { .rule = rule, .longest = (uint32_t)found->longest };
    struct multi_item item = { .id = d->ways.n };
    struct buf text;
    buf_init(&text, scratch, LOOSE_BYTES_MAX);
    pattern_write_loose(found, &text);
    buf_add_char(&text, '\0');
    TRY(buf_check(&text, "the pattern in its loose form", err));
    TRY(program_add(&d->reverse, found->head, rule, &way.reverse, err));
    item.text = text.at;
    item.bytes = text.n - 1;
    ENSURE(ARENA_PUSH(scratch, items, item) && ARENA_PUSH(&d->arena, &d->ways, way), err,
           LIC_E_NOMEM, "no memory for its pattern");
    return LIC_OK;
}

static void note_shortest(struct detector *d, const struct pattern_way *way)
{
    struct byte_set first = { { 0 } };
    size_t shortest = pattern_shortest(way->whole);
    pattern_first_bytes(way->whole, &first);
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (byte_set_has(&first, (uint8_t)byte) && shortest < d->shortest[byte]) {
            d->shortest[byte] = (uint8_t)shortest;
        }
    }
}

/* Where ways begin in the program that runs onward: those that begin with a word, and others. */
static enum lic_rc add_entry(struct detector *d, uint32_t rule, const struct pattern_way *way,
                             struct lic_err *err)
{
    uint32_t entry = 0;
    struct entries *into = way->word ? &d->words_first : &d->others;
    if (way->word) {
        note_shortest(d, way);
    }
    TRY(program_add(&d->onward, way->whole, rule, &entry, err));
    ENSURE(ARENA_PUSH(&d->arena, into, entry), err, LIC_E_NOMEM, "no memory for its pattern");
    return LIC_OK;
}

static enum lic_rc add_ways(struct detector *d, uint32_t rule, const struct pattern *pattern,
                            struct arena *scratch, struct items *items, struct lic_err *err)
{
    struct pattern_ways ways = { 0 };
    TRY(pattern_find_ways(scratch, pattern, &ways, err));
    d->compiled[rule].ways = d->ways.n;
    for (uint32_t i = 0; i < ways.n; i++) {
        TRY(add_entry(d, rule, &ways.at[i], err));
        if (!ways.at[i].word) {
            TRY(add_way(d, rule, &ways.at[i], scratch, items, err));
        }
    }
    d->compiled[rule].ways_n = d->ways.n - d->compiled[rule].ways;
    return LIC_OK;
}

static enum lic_rc add_pattern(struct detector *d, uint32_t i, struct arena *scratch,
                               struct items *items, struct lic_err *err)
{
    const struct rule *rule = &d->rules->at[i];
    struct compiled *compiled = &d->compiled[i];
    struct pattern pattern;
    bool ours = str_ends(rule->file, LIC_STR(".rules"));
    TRY(pattern_read(scratch, rule->pattern, /* bounded= */ ours, &pattern, err));
    compiled->longest = (uint32_t)pattern.longest;
    TRY(program_add(&d->exact, pattern.root, i, &compiled->exact, err));
    return add_ways(d, i, &pattern, scratch, items, err);
}

static enum lic_rc add_validator(struct detector *d, uint32_t i, struct lic_err *err)
{
    lic_str name = d->rules->at[i].validator;
    if (name.n == 0) {
        return LIC_OK;
    }
    d->compiled[i].validator = validate_find(name);
    d->compiled[i].checksum = checksum_find(name);
    ENSURE(d->compiled[i].validator || d->compiled[i].checksum, err, LIC_E_UNKNOWN,
           "no validator is named \"" LIC_FMT "\"", LIC_ARG(name));
    return LIC_OK;
}

static int compare_ids(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

static enum lic_rc add_near(struct detector *d, const struct str_list *phrases,
                            struct phrase_ids *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < phrases->n; i++) {
        uint32_t id = 0;
        TRY(nearby_add(&d->nearby, &d->arena, phrases->at[i], &id, err));
        ENSURE(ARENA_PUSH(&d->arena, out, id), err, LIC_E_NOMEM, "no memory for its keywords");
    }
    sort_array(out->at, out->n, sizeof(uint32_t), compare_ids);
    return LIC_OK;
}

static uint32_t most(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* What is looked at beside a match of the rule. */
static enum lic_rc add_place(struct detector *d, uint32_t i, struct lic_err *err)
{
    const struct rule *rule = &d->rules->at[i];
    struct compiled *compiled = &d->compiled[i];
    TRY(add_near(d, &rule->keywords, &compiled->keywords, err));
    TRY(add_near(d, &rule->ignore, &compiled->ignore, err));
    compiled->placed =
        rule->keywords.n > 0 || rule->ignore.n > 0 || rule->alone || rule->minimum > rule->score;
    if (rule->keywords.n > 0 || rule->ignore.n > 0) {
        d->before = most(d->before, rule->within);
        d->after = most(d->after, rule->after);
    }
    if (rule->alone) {
        d->before = most(d->before, EDGE_BYTES);
        d->after = most(d->after, EDGE_BYTES);
    }
    return LIC_OK;
}

static enum lic_rc add_phrase(struct detector *d, uint32_t i, struct lic_err *err)
{
    const struct rule *rule = &d->rules->at[i];
    TRY(words_add(&d->words, &d->arena, rule->pattern, i, err));
    d->compiled[i].longest = d->words.at[d->words.n - 1].longest;
    return LIC_OK;
}

static enum lic_rc add_rule(struct detector *d, uint32_t i, struct arena *scratch,
                            struct items *patterns, struct lic_err *err)
{
    if (d->rules->at[i].literal) {
        TRY(add_phrase(d, i, err));
    } else {
        TRY(add_pattern(d, i, scratch, patterns, err));
    }
    TRY(add_place(d, i, err));
    return add_validator(d, i, err);
}

static enum lic_rc add_allowed(struct detector *d, const struct rule_allowed *row,
                               struct arena *scratch, struct lic_err *err)
{
    struct allowed_pattern allowed = { 0 };
    struct pattern pattern;
    if (row->literal) {
        return LIC_OK;
    }
    TRY(pattern_read(scratch, row->text, /* bounded= */ false, &pattern, err));
    TRY(program_add(&d->exact, pattern.root, 0, &allowed.exact, err));
    allowed.longest = (uint32_t)pattern.longest;
    ENSURE(ARENA_PUSH(&d->arena, &d->allowed, allowed), err, LIC_E_NOMEM, "no memory for it");
    return LIC_OK;
}

static enum lic_rc add_all_allowed(struct detector *d, struct arena *scratch, struct lic_err *err)
{
    for (uint32_t i = 0; i < d->rules->allowed.n; i++) {
        const struct rule_allowed *row = &d->rules->allowed.at[i];
        if (add_allowed(d, row, scratch, err) != LIC_OK) {
            struct lic_err was = *err;
            err_set(err, was.rc, "what is allowed: %s", was.text);
            return err_at(err, row->file, row->line, 0);
        }
    }
    return LIC_OK;
}

static enum lic_rc add_rules(struct detector *d, struct arena *scratch, struct items *patterns,
                             struct lic_err *err)
{
    for (uint32_t i = 0; i < d->rules->n; i++) {
        if (add_rule(d, i, scratch, patterns, err) != LIC_OK) {
            return blame(&d->rules->at[i], err);
        }
        uint32_t longest = d->compiled[i].longest;
        d->lengths[i] = longest;
        d->longest = longest > d->longest ? longest : d->longest;
        enum lic_rc rc = map_add(&d->by_id, d->rules->at[i].id, &d->rules->at[i]);
        ENSURE(rc != LIC_E_NOMEM, err, LIC_E_NOMEM, "no memory for %u rules", d->rules->n);
    }
    return LIC_OK;
}

/* Compiles; a failure names the rule it is about, when it is about one. */
static enum lic_rc compile_items(struct detector *d, struct arena *scratch,
                                 const struct items *items, bool literals, struct multi **out,
                                 struct lic_err *err)
{
    uint32_t bad = 0;
    if (items->n == 0) {
        return LIC_OK;
    }
    enum lic_rc rc = multi_new(scratch, items->at, items->n, literals, out, &bad, err);
    if (rc == LIC_OK || bad >= items->n) {
        return rc;
    }
    uint32_t id = items->at[bad].id;
    return blame(&d->rules->at[literals ? d->words.at[id].rule : d->ways.at[id].rule], err);
}

static enum lic_rc compile_phrases(struct detector *d, struct arena *scratch, struct lic_err *err)
{
    struct items items = { 0 };
    words_finish(&d->words);
    for (uint32_t i = 0; i < d->words.n; i++) {
        const struct words_item *word = &d->words.at[i];
        struct multi_item item = { .text = word->text.at, .bytes = word->text.n, .id = i };
        ENSURE(ARENA_PUSH(scratch, &items, item), err, LIC_E_NOMEM, "no memory for %u phrases",
               d->words.n);
    }
    return compile_items(d, scratch, &items, /* literals= */ true, &d->phrases, err);
}

static enum lic_rc ready_live(struct detector *d, struct lic_err *err)
{
    d->live = (struct live){ .program = &d->onward, .lengths = d->lengths };
    d->live.words_n = d->words_first.n;
    memcpy(d->live.shortest, d->shortest, sizeof(d->shortest));
    for (uint32_t i = 0; i < d->others.n; i++) {
        ENSURE(ARENA_PUSH(&d->arena, &d->words_first, d->others.at[i]), err, LIC_E_NOMEM,
               "no memory for %u patterns", d->others.n);
    }
    d->live.entries = d->words_first.at;
    d->live.entries_n = d->words_first.n;
    live_init(&d->live, d->rules->n);
    return LIC_OK;
}

static enum lic_rc compile_all(struct detector *d, struct arena *scratch, struct lic_err *err)
{
    struct items patterns = { 0 };
    uint32_t n = d->rules->n;
    d->compiled = ARENA_ARRAY(&d->arena, struct compiled, n);
    d->lengths = ARENA_ARRAY(&d->arena, uint32_t, n);
    ENSURE(d->compiled && d->lengths, err, LIC_E_NOMEM, "no memory for %u rules", n);
    TRY(add_rules(d, scratch, &patterns, err));
    TRY(add_all_allowed(d, scratch, err));
    TRY(compile_items(d, scratch, &patterns, /* literals= */ false, &d->patterns, err));
    TRY(compile_phrases(d, scratch, err));
    return ready_live(d, err);
}

/* An empty detector with its memory in place. */
static enum lic_rc make_detector(const struct lic_host *host, const struct rules *rules,
                                 struct detector **out, struct lic_err *err)
{
    struct detector *d = host->resize(host->ctx, NULL, sizeof(*d));
    ENSURE(d, err, LIC_E_NOMEM, "no memory for a detector of %u rules", rules->n);
    *d = (struct detector){ .host = host, .rules = rules };
    memset(d->shortest, UINT8_MAX, sizeof(d->shortest));
    arena_pool_init(&d->pool, host, 0);
    arena_init(&d->arena, &d->pool, 0);
    program_init(&d->exact, &d->arena, /* reversed= */ false, PATTERN_UNBOUNDED);
    program_init(&d->reverse, &d->arena, /* reversed= */ true, PATTERN_LOOSE_COUNT);
    program_init(&d->onward, &d->arena, /* reversed= */ false, ONWARD_EXACT_TO);
    *out = d;
    return LIC_OK;
}

static enum lic_rc fill_detector(struct detector *d, struct lic_err *err)
{
    CLEANUP(arena_fini) struct arena scratch;
    arena_init(&scratch, &d->pool, 0);
    enum lic_rc rc = d->host->random(d->host->ctx, &d->birth, sizeof(d->birth));
    ENSURE(rc == LIC_OK, err, rc, "the host gave no random bytes for a detector");
    map_init(&d->by_id, &d->arena, d->birth);
    return compile_all(d, &scratch, err);
}

enum lic_rc detector_new(const struct lic_host *host, const struct rules *rules,
                         struct detector **out, struct lic_err *err)
{
    struct detector *d = NULL;
    struct lic_err own;
    err = err ? err : &own;
    TRY(make_detector(host, rules, &d, err));
    enum lic_rc rc = fill_detector(d, err);
    if (rc != LIC_OK) {
        detector_free(d);
        return rc;
    }
    *out = d;
    return LIC_OK;
}

void detector_free(struct detector *detector)
{
    if (!detector) {
        return;
    }
    const struct lic_host *host = detector->host;
    if (detector->patterns) {
        multi_free(detector->patterns);
    }
    if (detector->phrases) {
        multi_free(detector->phrases);
    }
    arena_fini(&detector->arena);
    arena_pool_fini(&detector->pool);
    host->resize(host->ctx, detector, 0);
}

size_t detector_longest(const struct detector *detector)
{
    return detector->longest + (detector->after > 0 ? 4 * (size_t)(detector->after + 1) : 0);
}

uint32_t detector_context(const struct detector *detector)
{
    return detector->before;
}

const struct rule *detector_rule(const struct detector *detector, lic_str id)
{
    return map_get(&detector->by_id, id);
}

/* ---- scratch ---- */

#define TABLES_MAX 32u /* detectors whose tables a worker keeps; the one not used longest goes */

struct table {
    uint64_t birth;
    uint64_t used; /* when, by the scratch's count of questions */
    struct live_cache *cache;
};

/* What a scan knows of a rule: good while `epoch` is the scan's. */
struct rule_state {
    uint64_t epoch;
    size_t resume; /* the next match begins here or later */
    bool seen;     /* something of it was seen and is still to be looked at */
    uint32_t word; /* index + 1 of the last word it may begin at; 0: none */
};

/* The same of a way. */
struct way_state {
    uint64_t epoch;
    uint32_t run; /* index + 1 of its last run of ends; 0: none */
};

struct detector_scratch {
    const struct lic_host *host;
    struct multi_scratch *multi;
    struct places places;
    void *places_memory;
    struct rule_state *rules;
    struct way_state *ways;
    uint32_t rules_cap, ways_cap;
    uint64_t epoch, questions;
    struct table tables[TABLES_MAX];
};

enum lic_rc detector_scratch_new(const struct lic_host *host, struct detector_scratch **out,
                                 struct lic_err *err)
{
    struct detector_scratch *scratch = host->resize(host->ctx, NULL, sizeof(*scratch));
    ENSURE(scratch, err, LIC_E_NOMEM, "no memory for a detector's scratch");
    *scratch = (struct detector_scratch){ .host = host };
    *out = scratch;
    return LIC_OK;
}

void detector_scratch_free(struct detector_scratch *scratch)
{
    if (!scratch) {
        return;
    }
    const struct lic_host *host = scratch->host;
    for (uint32_t i = 0; i < TABLES_MAX; i++) {
        live_cache_free(scratch->tables[i].cache);
    }
    if (scratch->multi) {
        multi_scratch_free(scratch->multi);
    }
    host->resize(host->ctx, scratch->places_memory, 0);
    host->resize(host->ctx, scratch->rules, 0);
    host->resize(host->ctx, scratch->ways, 0);
    host->resize(host->ctx, scratch, 0);
}

static enum lic_rc grow_places(struct detector_scratch *scratch, uint32_t instrs_n,
                               struct lic_err *err)
{
    if (instrs_n <= scratch->places.cap) {
        return LIC_OK;
    }
    const struct lic_host *host = scratch->host;
    void *memory = host->resize(host->ctx, scratch->places_memory, places_bytes(instrs_n));
    ENSURE(memory, err, LIC_E_NOMEM, "no memory to step through %u places", instrs_n);
    scratch->places_memory = memory;
    places_init(&scratch->places, memory, instrs_n);
    return LIC_OK;
}

/* An array of n zeroed elements in the place of one of *cap. */
static enum lic_rc grow_states(const struct lic_host *host, void **at, uint32_t *cap, uint32_t n,
                               size_t element_bytes, struct lic_err *err)
{
    if (n <= *cap) {
        return LIC_OK;
    }
    void *grown = host->resize(host->ctx, *at, element_bytes * n);
    ENSURE(grown, err, LIC_E_NOMEM, "no memory to scan with %u rules", n);
    memset(grown, 0, element_bytes * n);
    *at = grown;
    *cap = n;
    return LIC_OK;
}

static struct table *find_table(struct detector_scratch *scratch, const struct detector *detector)
{
    for (uint32_t i = 0; i < TABLES_MAX; i++) {
        struct table *table = &scratch->tables[i];
        if (table->cache && table->birth == detector->birth) {
            table->used = ++scratch->questions;
            return table;
        }
    }
    return NULL;
}

/* The table of this detector, made in the place of the one not used for longest. */
static enum lic_rc make_table(struct detector_scratch *scratch, const struct detector *detector,
                              struct table **out, struct lic_err *err)
{
    struct table *oldest = &scratch->tables[0];
    struct live_cache *cache = NULL;
    for (uint32_t i = 1; i < TABLES_MAX && oldest->cache; i++) {
        struct table *table = &scratch->tables[i];
        oldest = !table->cache || table->used < oldest->used ? table : oldest;
    }
    TRY(live_cache_new(scratch->host, &detector->live, &cache, err));
    live_cache_free(oldest->cache);
    *oldest = (struct table){ detector->birth, ++scratch->questions, cache };
    *out = oldest;
    return LIC_OK;
}

static enum lic_rc get_table(struct detector_scratch *scratch, const struct detector *detector,
                             struct table **out, struct lic_err *err)
{
    *out = find_table(scratch, detector);
    return *out ? LIC_OK : make_table(scratch, detector, out, err);
}

enum lic_rc detector_scratch_prepare(struct detector_scratch *scratch,
                                     const struct detector *detector, struct lic_err *err)
{
    struct table *table = NULL;
    const struct lic_host *host = scratch->host;
    TRY(grow_places(scratch, detector->exact.instrs.n, err));
    TRY(grow_places(scratch, detector->reverse.instrs.n, err));
    TRY(grow_places(scratch, detector->onward.instrs.n, err));
    TRY(grow_states(host, (void **)&scratch->rules, &scratch->rules_cap, detector->rules->n,
                    sizeof(struct rule_state), err));
    TRY(grow_states(host, (void **)&scratch->ways, &scratch->ways_cap, detector->ways.n,
                    sizeof(struct way_state), err));
    if (detector->patterns) {
        TRY(multi_prepare(detector->patterns, &scratch->multi, err));
    }
    if (detector->phrases) {
        TRY(multi_prepare(detector->phrases, &scratch->multi, err));
    }
    return get_table(scratch, detector, &table, err);
}

/* ---- scanning ---- */

/* A word that a rule may begin at. */
struct word_start {
    uint32_t rule;
    uint32_t before; /* index + 1 of the one before it, of the same rule; 0: none */
    size_t at;
};

/* Ends this close are taken for one run: it bounds what a text made for it can cost in memory. */
#define RUN_GAP 16u

struct scan {
    const struct detector *detector;
    struct detector_scratch *scratch;
    lic_str text;
    size_t from;
    struct arena *arena;
    struct {
        struct word_start *at;
        uint32_t n, cap;
    } words;
    struct program_runs runs;
    struct program_starts starts;
    struct detector_matches *out;
    struct {
        size_t at; /* the byte that `hits` are before; SIZE_MAX: of none */
        struct nearby_hits hits;
    } before;
    enum lic_rc rc; /* what went wrong in a callback */
    struct lic_err *err;
};

/* A match that passed its validator. */
struct candidate {
    uint32_t rule;
    size_t start, end; /* of the match */
    size_t shown_start, shown_end;
    float score;
    bool allowed;
};

static struct rule_state *state_of(struct scan *scan, uint32_t rule)
{
    struct rule_state *state = &scan->scratch->rules[rule];
    if (state->epoch != scan->scratch->epoch) {
        *state = (struct rule_state){ .epoch = scan->scratch->epoch, .resume = scan->from };
    }
    return state;
}

static struct way_state *way_state_of(struct scan *scan, uint32_t way)
{
    struct way_state *state = &scan->scratch->ways[way];
    if (state->epoch != scan->scratch->epoch) {
        *state = (struct way_state){ .epoch = scan->scratch->epoch };
    }
    return state;
}

static enum lic_rc add_match(struct scan *scan, const struct candidate *candidate)
{
    const struct rule *rule = &scan->detector->rules->at[candidate->rule];
    struct detector_match match = { .rule = candidate->rule,
                                    .allowed = candidate->allowed,
                                    .start = candidate->start,
                                    .end = candidate->end };
    match.finding = (struct finding){ .rule = rule->id,
                                      .type = rule->type,
                                      .category = rule->category,
                                      .severity = rule->severity,
                                      .start = (uint32_t)candidate->shown_start,
                                      .end = (uint32_t)candidate->shown_end,
                                      .score = candidate->score };
    ENSURE(scan->out->n < LIMIT_FINDINGS, scan->err, LIC_E_LIMIT, "more than %u findings in a text",
           LIMIT_FINDINGS);
    ENSURE(ARENA_PUSH(scan->arena, scan->out, match), scan->err, LIC_E_NOMEM,
           "no memory for %u findings", scan->out->n);
    state_of(scan, candidate->rule)->resume = candidate->end;
    return LIC_OK;
}

/* ---- where a match stands ---- */

static bool has_id(const struct phrase_ids *ids, uint32_t id)
{
    uint32_t first = 0, end = ids->n;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (ids->at[middle] == id) {
            return true;
        }
        first = ids->at[middle] < id ? middle + 1 : first;
        end = ids->at[middle] < id ? end : middle;
    }
    return false;
}

/* The nearest phrase of a kind: a longer one is nearer than a part of itself. */
struct nearest {
    uint32_t distance, words;
};
#define NOWHERE ((struct nearest){ UINT32_MAX, 0 })

static bool is_nearer(struct nearest a, struct nearest b)
{
    return a.distance != b.distance ? a.distance < b.distance : a.words > b.words;
}

static void find_nearest(const struct nearby_hits *hits, const struct phrase_ids *ids,
                         uint32_t characters, struct nearest *best)
{
    for (uint32_t i = 0; i < hits->n && ids->n > 0; i++) {
        struct nearest one = { hits->at[i].distance, hits->at[i].words };
        if (one.distance < characters && is_nearer(one, *best) && has_id(ids, hits->at[i].phrase)) {
            *best = one;
        }
    }
}

/* What stands before a byte is read once for all rules. */
static const struct nearby_hits *hits_before(struct scan *scan, size_t at)
{
    if (scan->before.at != at) {
        nearby_before(&scan->detector->nearby, scan->text, at, scan->detector->before,
                      &scan->before.hits);
        scan->before.at = at;
    }
    return &scan->before.hits;
}

/* Whether a rule that is nothing without a keyword can be something here; too often, not too
 * rarely. */
static bool may_begin(struct scan *scan, uint32_t index, size_t start)
{
    const struct rule *rule = &scan->detector->rules->at[index];
    struct nearest keyword = NOWHERE;
    if (!rule->needs_keyword || rule->after > 0) {
        return true;
    }
    find_nearest(hits_before(scan, start), &scan->detector->compiled[index].keywords, rule->within,
                 &keyword);
    return keyword.words > 0;
}

static bool no_memory(struct scan *scan)
{
    scan->rc = err_set(scan->err, LIC_E_NOMEM, "no memory for what was found in a text");
    return false;
}

/* Notes that a rule may begin at the word `start`. */
static bool on_word(void *arg, uint32_t rule, size_t start)
{
    struct scan *scan = arg;
    struct rule_state *state = state_of(scan, rule);
    struct word_start word = { .rule = rule, .before = state->word, .at = start };
    bool again = state->word != 0 && scan->words.at[state->word - 1].at == start;
    if (start < state->resume || again || !may_begin(scan, rule, start)) {
        return true;
    }
    if (!ARENA_PUSH(scan->arena, &scan->words, word)) {
        return no_memory(scan);
    }
    state->word = scan->words.n;
    state->seen = true;
    return true;
}

/* Notes that a way may be seen up to `end`. */
static bool on_end(void *arg, uint32_t way, size_t end)
{
    struct scan *scan = arg;
    struct rule_state *rule = state_of(scan, scan->detector->ways.at[way].rule);
    struct way_state *state = way_state_of(scan, way);
    if (end <= rule->resume) {
        return true;
    }
    rule->seen = true;
    struct program_run *newest = state->run != 0 ? &scan->runs.at[state->run - 1] : NULL;
    if (newest && end - newest->last <= RUN_GAP) {
        newest->last = end;
        return true;
    }
    struct program_run run = { .way = way, .before = state->run, .first = end, .last = end };
    if (!ARENA_PUSH(scan->arena, &scan->runs, run)) {
        return no_memory(scan);
    }
    state->run = scan->runs.n;
    return true;
}

/* Whether a match passes the rule's validator; narrows what is reported. */
static bool passes(struct scan *scan, struct candidate *candidate)
{
    const struct compiled *compiled = &scan->detector->compiled[candidate->rule];
    lic_str match = str_slice(scan->text, candidate->start, candidate->end);
    size_t first = 0, last = match.n;
    if (compiled->checksum && !checksum_holds(compiled->checksum, match)) {
        return false;
    }
    if (compiled->validator && !compiled->validator->check(match, scan->arena, &first, &last)) {
        return false;
    }
    candidate->shown_start = candidate->start + first;
    candidate->shown_end = candidate->start + last;
    return true;
}

/*
 * With a keyword the score is another; without one there may be no finding. Of keyword and ignored
 * word the nearer one counts.
 */
static bool words_allow(struct scan *scan, struct candidate *candidate)
{
    const struct rule *rule = &scan->detector->rules->at[candidate->rule];
    const struct compiled *compiled = &scan->detector->compiled[candidate->rule];
    struct nearest keyword = NOWHERE, ignored = NOWHERE;
    if (rule->keywords.n == 0 && rule->ignore.n == 0) {
        return true;
    }
    const struct nearby_hits *before = hits_before(scan, candidate->start);
    find_nearest(before, &compiled->keywords, rule->within, &keyword);
    find_nearest(before, &compiled->ignore, rule->within, &ignored);
    if (rule->after > 0) {
        struct nearby_hits after;
        nearby_after(&scan->detector->nearby, scan->text, candidate->end, rule->after, &after);
        find_nearest(&after, &compiled->keywords, rule->after, &keyword);
        find_nearest(&after, &compiled->ignore, rule->after, &ignored);
    }
    if (is_nearer(ignored, keyword) || (rule->needs_keyword && keyword.words == 0)) {
        return false;
    }
    if (keyword.words > 0 && rule->keyword_score > 0) {
        candidate->score = rule->keyword_score;
    }
    return true;
}

static char byte_at(lic_str text, size_t at)
{
    return at < text.n ? text.at[at] : ' ';
}

static bool is_digit_byte(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether digits go on beyond a sign that joins numbers: 1.2.3, 2026/11/23, 555-1234-5. */
static bool stands_alone(lic_str text, size_t start, size_t end)
{
    char before = start > 0 ? text.at[start - 1] : ' ', after = byte_at(text, end);
    char further = start > 1 ? text.at[start - 2] : ' ', beyond = byte_at(text, end + 1);
    bool joined_before = memchr("-./_", before, 4) != NULL && is_digit_byte(further);
    bool joined_after = memchr("-./_", after, 4) != NULL && is_digit_byte(beyond);
    return !joined_before && !joined_after && before != '$' && before != '#' && after != '%';
}

/* Whether more text could change what is thought of a match. */
static bool is_open(struct scan *scan, const struct candidate *candidate)
{
    const struct rule *rule = &scan->detector->rules->at[candidate->rule];
    bool words = rule->after > 0 && !nearby_sees(scan->text, candidate->end, rule->after);
    bool edges = rule->alone && scan->text.n - candidate->end < EDGE_BYTES;
    return scan->out->more && (words || edges);
}

/* Whether a match is a finding where it stands; its score. */
static bool is_finding(struct scan *scan, struct candidate *candidate)
{
    const struct detector *d = scan->detector;
    const struct rule *rule = &d->rules->at[candidate->rule];
    candidate->score = rule->score;
    if (d->compiled[candidate->rule].placed) {
        if (is_open(scan, candidate) && candidate->start < scan->out->known_to) {
            scan->out->known_to = candidate->start;
        }
        if ((rule->alone && !stands_alone(scan->text, candidate->start, candidate->end)) ||
            !words_allow(scan, candidate)) {
            return false;
        }
    }
    bool attack = rule->category == FINDING_INJECTION || rule->category == FINDING_JAILBREAK;
    candidate->allowed = !attack && detector_allows(d, scan->scratch, scan->text,
                                                    candidate->shown_start, candidate->shown_end);
    return candidate->score >= rule->minimum;
}

/* The longest valid match that begins at `start`, if it is a finding there. */
static enum lic_rc match_at(struct scan *scan, uint32_t rule, size_t start)
{
    const struct compiled *compiled = &scan->detector->compiled[rule];
    struct candidate candidate = { .rule = rule, .start = start };
    struct program_ends ends;
    program_ends(&scan->detector->exact, compiled->exact, &scan->scratch->places, scan->text, start,
                 compiled->longest, &ends);
    for (uint32_t i = 0; i < ends.n; i++) {
        candidate.end = ends.at[i];
        if (passes(scan, &candidate)) {
            return is_finding(scan, &candidate) ? add_match(scan, &candidate) : LIC_OK;
        }
    }
    return LIC_OK;
}

static int compare_starts(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* Where matches of the rule may begin, in order. */
static enum lic_rc find_starts(struct scan *scan, uint32_t rule)
{
    const struct compiled *compiled = &scan->detector->compiled[rule];
    scan->starts.n = 0;
    for (uint32_t i = state_of(scan, rule)->word; i != 0; i = scan->words.at[i - 1].before) {
        uint32_t start = (uint32_t)scan->words.at[i - 1].at;
        ENSURE(ARENA_PUSH(scan->arena, &scan->starts, start), scan->err, LIC_E_NOMEM,
               "no memory for what was found in a text");
    }
    for (uint32_t i = 0; i < compiled->ways_n; i++) {
        const struct way *way = &scan->detector->ways.at[compiled->ways + i];
        struct program_ask ask = { .entry = way->reverse,
                                   .runs = &scan->runs,
                                   .run = way_state_of(scan, compiled->ways + i)->run,
                                   .from = state_of(scan, rule)->resume,
                                   .longest = way->longest };
        enum lic_rc rc = program_starts(&scan->detector->reverse, &scan->scratch->places,
                                        scan->text, &ask, &scan->starts);
        ENSURE(rc == LIC_OK, scan->err, rc, "no memory for what was found in a text");
    }
    sort_array(scan->starts.at, scan->starts.n, sizeof(uint32_t), compare_starts);
    return LIC_OK;
}

static enum lic_rc look_closely(struct scan *scan, uint32_t rule)
{
    struct rule_state *state = state_of(scan, rule);
    size_t tried = SIZE_MAX;
    state->seen = false;
    TRY(find_starts(scan, rule));
    for (uint32_t i = 0; i < scan->starts.n; i++) {
        size_t start = scan->starts.at[i];
        if (start >= state->resume && start != tried) {
            TRY(match_at(scan, rule, start));
        }
        tried = start;
    }
    return LIC_OK;
}

static enum lic_rc look_if_seen(struct scan *scan, uint32_t rule)
{
    return state_of(scan, rule)->seen ? look_closely(scan, rule) : LIC_OK;
}

static enum lic_rc walk_words(struct scan *scan)
{
    struct live_listener listener = { .each = on_word, .arg = scan };
    struct table *table = NULL;
    TRY(get_table(scan->scratch, scan->detector, &table, scan->err));
    bool whole = live_walk(&scan->detector->live, table->cache, &scan->scratch->places, scan->text,
                           scan->from, &listener);
    ENSURE(whole || !listener.failed, scan->err, LIC_E_NOMEM, "no memory to walk a text's words");
    return scan->rc;
}

static enum lic_rc scan_patterns(struct scan *scan)
{
    TRY(walk_words(scan));
    if (scan->detector->patterns) {
        TRY(multi_scan(scan->detector->patterns, scan->scratch->multi, scan->text, on_end, scan,
                       scan->err));
    }
    TRY(scan->rc);
    for (uint32_t i = 0; i < scan->words.n; i++) {
        TRY(look_if_seen(scan, scan->words.at[i].rule));
    }
    for (uint32_t i = 0; i < scan->runs.n; i++) {
        TRY(look_if_seen(scan, scan->detector->ways.at[scan->runs.at[i].way].rule));
    }
    return LIC_OK;
}

/* A scan for phrases, which are found in the even text and told in the text as it stands. */
struct phrase_scan {
    struct scan *scan;
    struct blanks blanks;
};

static bool on_phrase(void *arg, uint32_t word, size_t even_end)
{
    const struct phrase_scan *phrases = arg;
    struct scan *scan = phrases->scan;
    const struct words_item *item = &scan->detector->words.at[word];
    struct candidate candidate = {
        .rule = item->rule,
        .start = blanks_origin(&phrases->blanks, even_end - item->text.n),
        .end = blanks_origin(&phrases->blanks, even_end),
    };
    if (candidate.start < state_of(scan, item->rule)->resume ||
        !words_whole(scan->text, candidate.start, candidate.end) || !passes(scan, &candidate) ||
        !is_finding(scan, &candidate)) {
        return true;
    }
    scan->rc = add_match(scan, &candidate);
    return scan->rc == LIC_OK;
}

static enum lic_rc scan_phrases(struct scan *scan)
{
    CLEANUP(arena_fini) struct arena own;
    struct phrase_scan phrases = { .scan = scan,
                                   .blanks = { .text = scan->text, .even = scan->text } };
    arena_init(&own, scan->arena->pool, 0);
    if (!scan->detector->phrases) {
        return LIC_OK;
    }
    ENSURE(scan->text.n <= UINT32_MAX, scan->err, LIC_E_LIMIT,
           "a text of %zu bytes is too long to scan", scan->text.n);
    if (scan->detector->words.parted) {
        TRY(blanks_even(&own, scan->text, &phrases.blanks, scan->err));
    }
    TRY(multi_scan(scan->detector->phrases, scan->scratch->multi, phrases.blanks.even, on_phrase,
                   &phrases, scan->err));
    return scan->rc;
}

enum lic_rc detector_matches(const struct detector *detector, struct detector_scratch *scratch,
                             lic_str text, size_t from, const struct detector_resumes *resumes,
                             struct arena *arena, struct detector_matches *out, struct lic_err *err)
{
    struct scan scan = { .detector = detector,
                         .scratch = scratch,
                         .text = text,
                         .from = from,
                         .arena = arena,
                         .starts = { .arena = arena },
                         .out = out,
                         .before = { .at = SIZE_MAX },
                         .err = err };
    out->known_to = text.n;
    CHECK(scratch->rules_cap >= detector->rules->n && scratch->ways_cap >= detector->ways.n);
    CHECK(scratch->places.cap >= detector->exact.instrs.n); /* it was prepared for this one */
    scratch->epoch++;
    for (uint32_t i = 0; resumes && i < resumes->n; i++) {
        struct rule_state *state = state_of(&scan, resumes->at[i].rule);
        size_t at = resumes->at[i].at;
        state->resume = at > state->resume ? at : state->resume;
    }
    TRY(scan_patterns(&scan));
    return scan_phrases(&scan);
}

enum lic_rc detector_scan(const struct detector *detector, struct detector_scratch *scratch,
                          lic_str text, size_t from, struct arena *arena, struct findings *out,
                          struct lic_err *err)
{
    struct detector_matches matches = { 0 };
    TRY(detector_matches(detector, scratch, text, from, NULL, arena, &matches, err));
    for (uint32_t i = 0; i < matches.n; i++) {
        if (matches.at[i].allowed) {
            continue;
        }
        ENSURE(out->n < LIMIT_FINDINGS, err, LIC_E_LIMIT, "more than %u findings", LIMIT_FINDINGS);
        ENSURE(ARENA_PUSH(arena, out, matches.at[i].finding), err, LIC_E_NOMEM,
               "no memory for %u findings", out->n);
    }
    return LIC_OK;
}

/* ---- what is allowed ---- */

static bool is_whole_match(const struct detector *detector, struct detector_scratch *scratch,
                           const struct allowed_pattern *allowed, lic_str text, size_t start,
                           size_t end)
{
    struct program_ends ends;
    program_ends(&detector->exact, allowed->exact, &scratch->places, text, start, allowed->longest,
                 &ends);
    for (uint32_t i = 0; i < ends.n; i++) {
        if (ends.at[i] == end) {
            return true;
        }
    }
    return false;
}

bool detector_allows(const struct detector *detector, struct detector_scratch *scratch,
                     lic_str text, size_t start, size_t end)
{
    lic_str found = str_slice(text, start, end);
    for (uint32_t i = 0; i < detector->rules->allowed.n; i++) {
        const struct rule_allowed *row = &detector->rules->allowed.at[i];
        if (row->literal && str_eq_nocase(row->text, found)) {
            return true;
        }
    }
    for (uint32_t i = 0; i < detector->allowed.n; i++) {
        if (is_whole_match(detector, scratch, &detector->allowed.at[i], text, start, end)) {
            return true;
        }
    }
    return false;
}

/* ---- live ---- */

/* Without a table every answer but the safe one is unknown: hold what any match could reach. */
static size_t without_table(const struct detector *detector, lic_str text, size_t from)
{
    size_t at = text.n - from > detector->longest ? text.n - detector->longest : from;
    while (at < text.n && ((uint8_t)text.at[at] & 0xC0) == 0x80) {
        at++;
    }
    return at;
}

size_t detector_live(const struct detector *detector, struct detector_scratch *scratch,
                     lic_str text, size_t from)
{
    struct table *table = NULL;
    struct lic_err err;
    if (get_table(scratch, detector, &table, &err) != LIC_OK) {
        return without_table(detector, text, from);
    }
    size_t phrase = words_live(&detector->words, text, from);
    size_t pattern = live_find(&detector->live, table->cache, &scratch->places, text, from);
    return phrase < pattern ? phrase : pattern;
}
