/* SPDX-License-Identifier: Apache-2.0 */
/* The automaton behind live.h: states are made when they are first met. */
#include "detect/live.h"

#include "base/err.h"
#include "base/sort.h"

#include <string.h>

#include "base/banned.h"

#define STATES_FIRST 64u
#define STATES_MAX 4096u
#define POOL_FIRST 4096u
#define POOL_MAX (1u << 20)
#define NEW_EDGES_MAX 512u /* made for one answer; beyond it the answer is the safe one */

#define STATE_DEAD 0u
#define STATE_START 1u /* at the end of the text: every place of every pattern */
#define EDGE_NONE UINT32_MAX

struct edge {
    uint32_t next;    /* a state, or EDGE_NONE: not known yet */
    uint32_t longest; /* not 0: a match of at most this length may begin right here */
};

/*
 * After some bytes, backwards: the places reached, not yet followed, since whether \b holds is
 * known only with the next byte.
 */
struct state {
    uint32_t first, n; /* its places in the pool */
    bool word;         /* the byte last taken was a word character */
};

/*
 *     states  ─ first, n ─►  pool    [ 17 29 | 4 | 17 30 31 | ... ]
 *     edges   one row of classes_n + 1 for each state; the last is "the text begins here"
 *     slots   hash of the places ─► state, open addressing, twice as many as states
 */
struct live_cache {
    const struct lic_host *host;
    uint32_t row; /* edges of one state */
    struct state *states;
    struct edge *edges;
    uint32_t *slots;
    uint32_t states_n, states_cap;
    uint32_t *pool;
    uint32_t pool_n, pool_cap;
};

/* ---- classes of bytes ---- */

/* Parts each class into the bytes in `set` and those outside. */
static void refine(struct live *live, const struct byte_set *set)
{
    int32_t inside[256];
    bool outside[256] = { false };
    for (uint32_t i = 0; i < 256; i++) {
        inside[i] = -1;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        outside[live->class_of[byte]] |= !byte_set_has(set, (uint8_t)byte);
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint8_t class = live->class_of[byte];
        if (!outside[class] || !byte_set_has(set, (uint8_t)byte)) {
            continue;
        }
        if (inside[class] < 0) {
            inside[class] = (int32_t)live->classes_n++;
        }
        live->class_of[byte] = (uint8_t)inside[class];
    }
}

void live_init(struct live *live, const struct program *reverse, const uint32_t *lengths,
               uint32_t rules_n)
{
    struct byte_set word = { { 0 } };
    *live = (struct live){ .reverse = reverse, .lengths = lengths, .classes_n = 1 };
    for (uint32_t i = 0; i < rules_n; i++) {
        live->longest = lengths[i] > live->longest ? lengths[i] : live->longest;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (charset_is_word((uint8_t)byte)) {
            byte_set_add(&word, (uint8_t)byte, (uint8_t)byte);
        }
    }
    refine(live, &word);
    for (uint32_t i = 0; i < reverse->sets.n; i++) {
        refine(live, &reverse->sets.at[i]);
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        live->byte_of[live->class_of[byte]] = (uint8_t)byte;
    }
}

/* ---- the cache ---- */

static bool resize_to(const struct lic_host *host, void **at, size_t bytes)
{
    void *grown = host->resize(host->ctx, *at, bytes);
    if (!grown) {
        return false;
    }
    *at = grown;
    return true;
}

static uint64_t hash_places(const uint32_t *places, uint32_t n, bool word)
{
    uint64_t hash = word ? 0x9E3779B97F4A7C15u : 0xC2B2AE3D27D4EB4Fu;
    for (uint32_t i = 0; i < n; i++) {
        hash = (hash ^ places[i]) * 0xFF51AFD7ED558CCDu;
        hash ^= hash >> 29;
    }
    return hash;
}

static void put_slot(struct live_cache *cache, uint32_t state)
{
    const struct state *s = &cache->states[state];
    uint32_t mask = cache->states_cap * 2 - 1;
    uint32_t slot = (uint32_t)hash_places(cache->pool + s->first, s->n, s->word) & mask;
    while (cache->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    cache->slots[slot] = state;
}

static void fill_slots(struct live_cache *cache)
{
    memset(cache->slots, 0, (size_t)cache->states_cap * 2 * sizeof(uint32_t));
    for (uint32_t i = STATE_START + 1; i < cache->states_n; i++) {
        put_slot(cache, i);
    }
}

static void clear_edges(struct live_cache *cache, uint32_t state)
{
    struct edge none = { .next = EDGE_NONE, .longest = 0 };
    for (uint32_t i = 0; i < cache->row; i++) {
        cache->edges[(size_t)state * cache->row + i] = none;
    }
}

/* Back to the two states that are always there. */
static void forget(struct live_cache *cache)
{
    cache->pool_n = 0;
    cache->states_n = STATE_START + 1;
    cache->states[STATE_DEAD] = (struct state){ 0 };
    cache->states[STATE_START] = (struct state){ 0 };
    clear_edges(cache, STATE_DEAD);
    clear_edges(cache, STATE_START);
    fill_slots(cache);
}

/* On failure what was there is still whole; arrays may be larger than states_cap says. */
static bool grow_states(struct live_cache *cache, uint32_t cap)
{
    const struct lic_host *host = cache->host;
    bool grown = resize_to(host, (void **)&cache->states, sizeof(struct state) * cap) &&
                 resize_to(host, (void **)&cache->edges, sizeof(struct edge) * cap * cache->row) &&
                 resize_to(host, (void **)&cache->slots, sizeof(uint32_t) * cap * 2);
    if (grown) {
        cache->states_cap = cap;
        fill_slots(cache);
    }
    return grown;
}

static bool grow_pool(struct live_cache *cache, uint32_t cap)
{
    if (!resize_to(cache->host, (void **)&cache->pool, sizeof(uint32_t) * cap)) {
        return false;
    }
    cache->pool_cap = cap;
    return true;
}

enum lic_rc live_cache_new(const struct lic_host *host, const struct live *live,
                           struct live_cache **out, struct lic_err *err)
{
    struct live_cache *cache = host->resize(host->ctx, NULL, sizeof(*cache));
    ENSURE(cache, err, LIC_E_NOMEM, "no memory for a detector's table");
    *cache = (struct live_cache){ .host = host, .row = live->classes_n + 1 };
    if (!grow_states(cache, STATES_FIRST) || !grow_pool(cache, POOL_FIRST)) {
        live_cache_free(cache);
        return err_set(err, LIC_E_NOMEM, "no memory for a detector's table");
    }
    forget(cache);
    *out = cache;
    return LIC_OK;
}

void live_cache_free(struct live_cache *cache)
{
    if (!cache) {
        return;
    }
    const struct lic_host *host = cache->host;
    host->resize(host->ctx, cache->states, 0);
    host->resize(host->ctx, cache->edges, 0);
    host->resize(host->ctx, cache->slots, 0);
    host->resize(host->ctx, cache->pool, 0);
    host->resize(host->ctx, cache, 0);
}

/* ---- making states ---- */

/* The state with these places, or 0 when there is none yet. */
static uint32_t look_up(const struct live_cache *cache, const uint32_t *places, uint32_t n,
                        bool word)
{
    uint32_t mask = cache->states_cap * 2 - 1;
    uint32_t slot = (uint32_t)hash_places(places, n, word) & mask;
    for (; cache->slots[slot] != 0; slot = (slot + 1) & mask) {
        const struct state *s = &cache->states[cache->slots[slot]];
        if (s->n == n && s->word == word &&
            memcmp(cache->pool + s->first, places, n * sizeof(uint32_t)) == 0) {
            return cache->slots[slot];
        }
    }
    return 0;
}

enum made { MADE, MADE_FORGETTING, MADE_NOTHING };

/* Room for one more state of n places. MADE_FORGETTING: all other states are gone. */
static enum made make_room(struct live_cache *cache, uint32_t n)
{
    bool full = cache->states_n == cache->states_cap;
    if (full && cache->states_cap < STATES_MAX) {
        full = !grow_states(cache, cache->states_cap * 2);
    }
    while (n > cache->pool_cap - cache->pool_n && cache->pool_cap < POOL_MAX) {
        if (!grow_pool(cache, cache->pool_cap * 2)) {
            break;
        }
    }
    bool pool_full = n > cache->pool_cap - cache->pool_n;
    if (!full && !pool_full) {
        return MADE;
    }
    forget(cache);
    return n > cache->pool_cap ? MADE_NOTHING : MADE_FORGETTING;
}

static enum made make_state(struct live_cache *cache, const uint32_t *places, uint32_t n, bool word,
                            uint32_t *out)
{
    enum made made = make_room(cache, n);
    if (made == MADE_NOTHING) {
        return made;
    }
    uint32_t state = cache->states_n++;
    memcpy(cache->pool + cache->pool_n, places, n * sizeof(uint32_t));
    cache->states[state] = (struct state){ .first = cache->pool_n, .n = n, .word = word };
    cache->pool_n += n;
    clear_edges(cache, state);
    put_slot(cache, state);
    *out = state;
    return made;
}

static int compare_places(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* List 1 becomes where each place of list 0 that takes `byte` goes: sorted, each once. */
static void take_byte(const struct program *program, struct places *places, uint8_t byte)
{
    places_next(places);
    places->n[1] = 0;
    for (uint32_t i = 0; i < places->n[0]; i++) {
        const struct instr *instr = &program->instrs.at[places->at[0][i]];
        if (byte_set_has(&program->sets.at[instr->set], byte) &&
            places->seen[instr->next] != places->stamp) {
            places->seen[instr->next] = places->stamp;
            places->at[1][places->n[1]++] = instr->next;
        }
    }
    sort_array(places->at[1], places->n[1], sizeof(uint32_t), compare_places);
}

/* List 0 becomes every place that takes a byte: the end of the text may be any of them. */
static void place_everywhere(const struct program *program, struct places *places)
{
    places->n[0] = 0;
    for (uint32_t i = 0; i < program->instrs.n; i++) {
        if (program->instrs.at[i].op == INSTR_SET) {
            places->at[0][places->n[0]++] = i;
        }
    }
}

/* Works out the edge of `state` for `class`; class == classes_n: the text begins here. */
static bool make_edge(const struct live *live, struct live_cache *cache, struct places *places,
                      uint32_t state, uint32_t class, struct edge *out)
{
    bool begins = class == live->classes_n;
    uint8_t byte = begins ? 0 : live->byte_of[class];
    bool word = !begins && charset_is_word(byte);
    struct state from = cache->states[state];
    struct accepted accepted = { .lengths = live->lengths };
    if (state == STATE_START) {
        place_everywhere(live->reverse, places);
    } else {
        places_next(places);
        places->n[0] = 0;
        for (uint32_t i = 0; i < from.n; i++) {
            places_follow(places, live->reverse, cache->pool[from.first + i], from.word != word, 0,
                          &accepted);
        }
    }
    *out = (struct edge){ .next = STATE_DEAD, .longest = accepted.longest };
    enum made made = MADE;
    if (!begins) {
        take_byte(live->reverse, places, byte);
        if (places->n[1] > 0) {
            out->next = look_up(cache, places->at[1], places->n[1], word);
        }
        if (places->n[1] > 0 && out->next == STATE_DEAD) {
            made = make_state(cache, places->at[1], places->n[1], word, &out->next);
        }
    }
    if (made == MADE) {
        cache->edges[(size_t)state * cache->row + class] = *out;
    }
    return made != MADE_NOTHING;
}

/* The earliest byte any match could reach back to, moved to the beginning of a character. */
static size_t safe_answer(const struct live *live, lic_str text, size_t from)
{
    size_t at = text.n - from > live->longest ? text.n - live->longest : from;
    while (at < text.n && ((uint8_t)text.at[at] & 0xC0) == 0x80) {
        at++;
    }
    return at;
}

size_t live_find(const struct live *live, struct live_cache *cache, struct places *places,
                 lic_str text, size_t from)
{
    size_t earliest = text.n, at = text.n;
    uint32_t state = STATE_START, made = 0;
    while (state != STATE_DEAD && text.n - at <= live->longest) {
        uint32_t class = at == 0 ? live->classes_n : live->class_of[(uint8_t)text.at[at - 1]];
        struct edge edge = cache->edges[(size_t)state * cache->row + class];
        if (edge.next == EDGE_NONE &&
            (++made > NEW_EDGES_MAX || !make_edge(live, cache, places, state, class, &edge))) {
            return safe_answer(live, text, from);
        }
        if (text.n - at <= edge.longest) {
            earliest = at < text.n ? at : earliest;
        }
        if (at <= from) {
            break;
        }
        state = edge.next;
        at--;
    }
    return earliest;
}
