/* SPDX-License-Identifier: Apache-2.0 */
/* The automaton behind live.h: states are made when they are first met. */
#include "detect/live.h"

#include "base/err.h"
#include "base/sort.h"

#include <string.h>

#include "base/banned.h"

#define STATES_FIRST 64u
#define STATES_MAX 16384u /* below 1 << 16: an edge has 16 bits */
#define POOL_FIRST 4096u
#define POOL_MAX (1u << 23)
#define WORK_MAX (1u << 17) /* bytes stepped over for one answer; then it is the safe one */
#define WORK_EDGE 256u      /* what working out an edge counts as */

#define STATE_DEAD 0u
#define STATE_UNKNOWN 1u    /* where an edge leads that has not been worked out */
#define STATE_START 2u      /* at the beginning of every pattern, after no word character */
#define STATE_START_WORD 3u /* the same after a word character */
#define STATE_WALK 4u       /* at the beginning of every pattern that begins with a word */
#define STATES_FIXED 5u

/*
 * After some bytes: the places reached, not yet followed, since whether \b holds is known only
 * with the next byte.
 */
struct state {
    uint32_t first, n; /* its places in the pool; after them: */
    uint32_t owners_n; /* rules that may have matched, twice their number, 1 more if without \b */
    uint32_t longest;  /* match of the rules that could go on; 0: of none */
    bool word;         /* the byte last taken was a word character */
};

/*
 *     states  ─ first, n ─►  pool    [ 17 29 | 4 | 17 30 31 | ... ]
 *     edges   one row of states for each state; DEAD and UNKNOWN lead to themselves
 *     slots   hash of the places ─► state, open addressing, twice as many as states
 */
struct live_cache {
    const struct lic_host *host;
    uint32_t classes_n;
    uint32_t shift; /* a row has 1 << shift edges, of which the first classes_n are used */
    struct state *states;
    uint16_t *edges;
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

void live_init(struct live *live, uint32_t rules_n)
{
    struct byte_set word = { { 0 } };
    live->classes_n = 1;
    memset(live->class_of, 0, sizeof(live->class_of));
    for (uint32_t i = 0; i < rules_n; i++) {
        live->longest = live->lengths[i] > live->longest ? live->lengths[i] : live->longest;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        if (charset_is_word((uint8_t)byte)) {
            byte_set_add(&word, (uint8_t)byte, (uint8_t)byte);
        }
    }
    refine(live, &word);
    for (uint32_t i = 0; i < live->program->sets.n; i++) {
        refine(live, &live->program->sets.at[i]);
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
    for (uint32_t i = STATES_FIXED; i < cache->states_n; i++) {
        put_slot(cache, i);
    }
}

static uint16_t *edge_of(const struct live_cache *cache, uint32_t state, uint32_t class)
{
    return &cache->edges[((size_t)state << cache->shift) + class];
}

static void set_edges(struct live_cache *cache, uint32_t state, uint16_t to)
{
    for (uint32_t i = 0; i < cache->classes_n; i++) {
        *edge_of(cache, state, i) = to;
    }
}

/* Back to the states that are always there. */
static void forget(struct live_cache *cache)
{
    cache->pool_n = 0;
    cache->states_n = STATES_FIXED;
    for (uint32_t i = 0; i < STATES_FIXED; i++) {
        cache->states[i] = (struct state){ .word = i == STATE_START_WORD };
        set_edges(cache, i, STATE_UNKNOWN);
    }
    set_edges(cache, STATE_DEAD, STATE_DEAD);
    fill_slots(cache);
}

/* On failure what was there is still whole; arrays may be larger than states_cap says. */
static bool grow_states(struct live_cache *cache, uint32_t cap)
{
    const struct lic_host *host = cache->host;
    bool grown =
        resize_to(host, (void **)&cache->states, sizeof(struct state) * cap) &&
        resize_to(host, (void **)&cache->edges, (sizeof(uint16_t) * cap) << cache->shift) &&
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
    *cache = (struct live_cache){ .host = host, .classes_n = live->classes_n };
    while ((1u << cache->shift) < cache->classes_n) {
        cache->shift++;
    }
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

/* Room for a state that takes n of the pool, if need be by forgetting all others. */
static bool make_room(struct live_cache *cache, uint32_t n, bool *forgotten)
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
    *forgotten = full || n > cache->pool_cap - cache->pool_n;
    if (*forgotten) {
        forget(cache);
    }
    return n <= cache->pool_cap;
}

/* Whether the first `n` of these have this rule, as one that needs no \b. */
static bool has_owner(const uint32_t *owners, uint32_t n, uint32_t owner)
{
    for (uint32_t i = 0; i < n; i++) {
        if (owners[i] >> 1 == owner) {
            return true;
        }
    }
    return false;
}

/*
 * Rules that are complete at one of these places: first those that are whether \b holds or not,
 * then those that are only where it does. Places of one rule lie together.
 */
static uint32_t find_owners(const struct live *live, struct places *places, const uint32_t *at,
                            uint32_t n, uint32_t *owners)
{
    uint32_t count = 0, always = 0;
    for (uint32_t boundary = 0; boundary < 2; boundary++) {
        places_next(places);
        places->n[0] = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t owner = live->program->instrs.at[at[i]].owner;
            bool told = count > 0 && owners[count - 1] >> 1 == owner;
            if (places_follow(places, live->program, at[i], boundary == 1, 0) && !told &&
                !has_owner(owners, always, owner)) {
                owners[count++] = owner << 1 | (boundary == 0);
            }
        }
        always = count;
    }
    return count;
}

static uint32_t longest_of(const struct live *live, const uint32_t *at, uint32_t n)
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct instr *instr = &live->program->instrs.at[at[i]];
        uint32_t length = instr->op == INSTR_ACCEPT ? 0 : live->lengths[instr->owner];
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* `at` is list 1 of `places`. */
static uint32_t make_state(const struct live *live, struct live_cache *cache, struct places *places,
                           const uint32_t *at, uint32_t n, bool word)
{
    uint32_t state = cache->states_n++;
    uint32_t *pool = cache->pool + cache->pool_n;
    memcpy(pool, at, n * sizeof(uint32_t));
    cache->states[state] = (struct state){ .first = cache->pool_n,
                                           .n = n,
                                           .owners_n = find_owners(live, places, at, n, pool + n),
                                           .longest = longest_of(live, at, n),
                                           .word = word };
    cache->pool_n += n + cache->states[state].owners_n;
    set_edges(cache, state, STATE_UNKNOWN);
    put_slot(cache, state);
    return state;
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

/* List 0 becomes what takes a byte after `state`, now that the next one is a word byte or not. */
static void follow_all(const struct live *live, const struct live_cache *cache,
                       struct places *places, uint32_t state, bool word)
{
    struct state from = cache->states[state];
    bool starts = state < STATES_FIXED;
    const uint32_t *at = starts ? live->entries : cache->pool + from.first;
    uint32_t n = starts ? live->entries_n : from.n;
    n = state == STATE_WALK ? live->words_n : n;
    places_next(places);
    places->n[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        places_follow(places, live->program, at[i], from.word != word, 0);
    }
}

/* Where `state` goes with a byte of `class`; false when there is no memory to tell. */
static bool make_edge(const struct live *live, struct live_cache *cache, struct places *places,
                      uint32_t state, uint32_t class, uint32_t *out)
{
    uint8_t byte = live->byte_of[class];
    bool word = charset_is_word(byte), forgotten = false;
    follow_all(live, cache, places, state, word);
    take_byte(live->program, places, byte);
    uint32_t n = places->n[1];
    uint32_t next = n > 0 ? look_up(cache, places->at[1], n, word) : STATE_DEAD;
    if (n > 0 && next == STATE_DEAD) {
        if (!make_room(cache, 2 * n, &forgotten)) {
            return false;
        }
        next = make_state(live, cache, places, places->at[1], n, word);
    }
    if (!forgotten) {
        *edge_of(cache, state, class) = (uint16_t)next;
    }
    *out = next;
    return true;
}

/* One answer in the making. */
struct asking {
    const struct live *live;
    struct live_cache *cache;
    struct places *places;
    lic_str text;
    uint32_t work;
};

/*
 * Whether something that begins at `start` is still going on where the text ends. So it is said,
 * too, when there is no memory to tell or the answer takes too long to work out.
 */
static bool goes_on(struct asking *a, size_t start)
{
    const struct live_cache *cache = a->cache;
    bool word = start > 0 && charset_is_word((uint8_t)a->text.at[start - 1]);
    uint32_t state = word ? STATE_START_WORD : STATE_START;
    for (size_t at = start; at < a->text.n; at++) {
        uint32_t class = a->live->class_of[(uint8_t)a->text.at[at]];
        uint32_t next = *edge_of(cache, state, class);
        a->work += next == STATE_UNKNOWN ? WORK_EDGE : 1;
        if (a->work > WORK_MAX || (next == STATE_UNKNOWN &&
                                   !make_edge(a->live, a->cache, a->places, state, class, &next))) {
            return true;
        }
        state = next;
        if (at - start >= cache->states[state].longest) {
            return false; /* no match is that long */
        }
    }
    return true;
}

size_t live_find(const struct live *live, struct live_cache *cache, struct places *places,
                 lic_str text, size_t from)
{
    struct asking a = { live, cache, places, text, 0 };
    size_t start = text.n - from > live->longest ? text.n - live->longest : from;
    while (start < text.n && ((uint8_t)text.at[start] & 0xC0) == 0x80) {
        start++;
    }
    while (start < text.n && !goes_on(&a, start)) {
        start++;
    }
    return start;
}

/* ---- words ---- */

#define WALK_STEPS 4u /* taken at once, where no match is shorter; few words outlive them */

struct walking {
    const struct live *live;
    struct live_cache *cache;
    struct places *places;
    lic_str text;
    struct live_listener *listener;
};

/* Tells of every rule that may have matched in the state. */
static bool tell(const struct walking *w, uint32_t state, bool boundary, size_t start)
{
    struct state s = w->cache->states[state];
    for (uint32_t i = 0; i < s.owners_n; i++) {
        uint32_t owner = w->cache->pool[s.first + s.n + i];
        if ((boundary || (owner & 1) != 0) &&
            !w->listener->each(w->listener->arg, owner >> 1, start)) {
            return false;
        }
    }
    return true;
}

/* Every state from `start` on, until nothing is left or no match is longer. */
static bool walk_word(const struct walking *w, size_t start)
{
    const struct live_cache *cache = w->cache;
    uint32_t state = STATE_WALK;
    for (size_t at = start; at < w->text.n; at++) {
        uint32_t class = w->live->class_of[(uint8_t)w->text.at[at]];
        uint32_t next = *edge_of(cache, state, class);
        if (next == STATE_UNKNOWN &&
            !make_edge(w->live, w->cache, w->places, state, class, &next)) {
            w->listener->failed = true;
            return false;
        }
        state = next;
        if (cache->states[state].owners_n > 0 &&
            !tell(w, state, program_boundary(w->text, at + 1), start)) {
            return false;
        }
        if (at - start >= cache->states[state].longest) {
            return true;
        }
    }
    return true;
}

/*
 * Whether the first bytes from `start` on are known to lead nowhere, without a branch a byte. What
 * was complete after the last of them would still be in a state.
 */
static bool dies_soon(const struct walking *w, size_t start)
{
    const uint8_t *at = (const uint8_t *)w->text.at + start;
    uint32_t state = STATE_WALK;
    if (w->text.n - start < WALK_STEPS || w->live->shortest[at[0]] < WALK_STEPS) {
        return false;
    }
    for (uint32_t i = 0; i < WALK_STEPS; i++) {
        state = *edge_of(w->cache, state, w->live->class_of[at[i]]);
    }
    return state == STATE_DEAD;
}

/* Bit i: byte i is a word character; written so that compilers take many bytes at once. */
static uint64_t word_bits(const uint8_t at[64])
{
    uint8_t flags[64];
    uint64_t bits = 0;
    for (uint32_t i = 0; i < 64; i++) {
        uint8_t letter = (uint8_t)((at[i] | 0x20) - 'a'), digit = (uint8_t)(at[i] - '0');
        flags[i] = (uint8_t)((letter < 26) | (digit < 10) | (at[i] == '_'));
    }
    for (uint32_t i = 0; i < 64; i += 8) {
        uint64_t eight;
        memcpy(&eight, flags + i, 8);
        bits |= (eight * 0x0102040810204080u >> 56) << i; /* gathers the lowest bit of each byte */
    }
    return bits;
}

/* The same of what is left of the text after `at`, at most 64 bytes. */
static uint64_t word_bits_at(lic_str text, size_t at)
{
    uint8_t last[64] = { 0 };
    if (text.n - at >= 64) {
        return word_bits((const uint8_t *)text.at + at);
    }
    memcpy(last, text.at + at, text.n - at);
    return word_bits(last);
}

bool live_walk(const struct live *live, struct live_cache *cache, struct places *places,
               lic_str text, size_t from, struct live_listener *listener)
{
    struct walking w = { live, cache, places, text, listener };
    uint64_t before = from > 0 && charset_is_word((uint8_t)text.at[from - 1]);
    for (size_t at = from; at < text.n && live->words_n > 0; at += 64) {
        uint64_t words = word_bits_at(text, at);
        uint64_t starts = words & ~(words << 1 | before);
        before = words >> 63;
        for (; starts != 0; starts &= starts - 1) {
            size_t start = at + (size_t)__builtin_ctzll(starts);
            if (!dies_soon(&w, start) && !walk_word(&w, start)) {
                return false;
            }
        }
    }
    return true;
}
