/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Globs side by side as one automaton, walked over all states it can reach.
 *
 *     glob      a ? c * d          positions  0 1 2 3 4, each a bit; 4 is where it accepts
 *     set D     the positions that may be reached by the text read so far
 *     reading c D' = ((D & takes[c]) << 1) | (D & loops[c])
 *
 * An asterisk is a loop on the position after it, which every character takes, or every one but
 * the colon where it may not leave its part of an ARN. A state is the set D. From a state only the
 * characters that one of its positions waits for lead somewhere of their own; all others lead to
 * the same state, for which one is chosen that a person can read.
 */
#include "advise/lang.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "policy/match.h"

#include "base/banned.h"

#define NO_SYMBOL UINT32_MAX
#define NO_STATE UINT32_MAX
#define NO_MEMBER UINT32_MAX
#define ARN_COLONS 5u
#define ASCII_N 128u
#define FRESH_FIRST 0x100u /* code points for a state that waits for every readable character */

/* What a position does. */
struct position {
    uint32_t symbol, other_case; /* taken here; NO_SYMBOL: none */
    uint32_t accepts;            /* member that is matched here, or NO_MEMBER */
    bool last;                   /* of its member */
    bool takes_any, takes_colon; /* a question mark is here; a colon is also taken */
    bool loops, loops_colon;     /* an asterisk ends here; it also runs over colons */
};

struct state {
    uint32_t parent;
    uint32_t symbol; /* read to get here; symbols.n: any other */
    uint32_t depth;
};

struct machine {
    struct arena *arena;
    const struct lang *lang;
    uint32_t words_n;  /* of one set of positions */
    uint32_t member_n; /* words of one set of members */
    uint32_t colon;    /* the symbol of ':' */
    struct {
        struct position *at;
        uint32_t n, cap;
    } positions;
    struct {
        uint32_t *at; /* code points; the number of one is its symbol */
        uint32_t n, cap;
    } symbols;
    uint32_t ascii[ASCII_N]; /* of each code point its symbol and 1; 0: none */
    uint64_t *takes;         /* symbols.n + 1 sets */
    uint64_t *loops;         /* on every character but the colon */
    uint64_t *colons;        /* loops on the colon */
    uint64_t *guarded;       /* positions that do not treat the colon as any other character */
    uint64_t *domain;        /* positions of the domain members */
    struct {
        struct state *at;
        uint32_t n, cap;
    } states;
    struct {
        uint64_t *at; /* words_n for each state */
        uint32_t n, cap;
    } sets;
    uint32_t *slots; /* states by hash */
    uint32_t slots_n;
    uint32_t *word_slots; /* words by hash of their members */
    uint32_t word_slots_n;
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for an automaton");
}

/* ---- members ------------------------------------------------------------------------------ */

void lang_init(struct lang *lang, struct arena *arena)
{
    *lang = (struct lang){ .arena = arena };
}

enum lic_rc lang_add(struct lang *lang, lic_str text, enum vars_use use, uint32_t *out,
                     struct lic_err *err)
{
    for (uint32_t i = 0; i < lang->members.n; i++) {
        const struct lang_member *member = &lang->members.at[i];
        if (!member->domain && member->use == use && str_eq(member->text, text)) {
            *out = i;
            return LIC_OK;
        }
    }
    struct lang_member member = { .text = text, .use = use };
    ENSURE(ARENA_PUSH(lang->arena, &lang->members, member), err, LIC_E_NOMEM,
           "no memory for an automaton");
    *out = lang->members.n - 1;
    return LIC_OK;
}

enum lic_rc lang_add_pattern(struct lang *lang, const struct vars_pattern *pattern, uint32_t *out,
                             struct lic_err *err)
{
    static const char any[1] = { MATCH_ANY };
    lic_str text = pattern->text;
    if (pattern->shape == VARS_SHAPE_PREFIX) {
        char *at = arena_take(lang->arena, text.n + 1);
        ENSURE(at, err, LIC_E_NOMEM, "no memory for an automaton");
        memcpy(at, text.at ? text.at : any, text.n);
        at[text.n] = MATCH_ANY;
        text = str_make(at, text.n + 1);
    }
    return lang_add(lang, text, pattern->use, out, err);
}

enum lic_rc lang_add_domain(struct lang *lang, lic_str text, enum vars_use use, struct lic_err *err)
{
    struct lang_member member = { .text = text, .use = use, .domain = true };
    ENSURE(ARENA_PUSH(lang->arena, &lang->members, member), err, LIC_E_NOMEM,
           "no memory for an automaton");
    lang->domains = true;
    return LIC_OK;
}

/* ---- building the automaton --------------------------------------------------------------- */

static bool is_letter(uint32_t c)
{
    return (c | 0x20u) >= 'a' && (c | 0x20u) <= 'z';
}

static bool has_wildcards(enum vars_use use)
{
    return use == VARS_LIKE || use == VARS_ARN || use == VARS_RESOURCE;
}

/* Whether the wildcard at `i`, behind `colons` colons, stays within its part of an ARN. */
static bool is_confined(const struct lang_member *member, size_t i, uint32_t colons)
{
    if (colons >= ARN_COLONS || (member->use != VARS_ARN && member->use != VARS_RESOURCE)) {
        return false;
    }
    bool ends_part = i + 1 == member->text.n || member->text.at[i + 1] == ':';
    bool open = member->use == VARS_RESOURCE && member->text.at[i] == MATCH_ANY && ends_part;
    return !open;
}

static const struct position blank = { .symbol = NO_SYMBOL,
                                       .other_case = NO_SYMBOL,
                                       .accepts = NO_MEMBER };

static bool is_wildcard(const struct lang_member *member, size_t i)
{
    char c = member->text.at[i];
    return has_wildcards(member->use) && (c == MATCH_ANY || c == MATCH_ONE);
}

/* The position that waits for the character at `i`, which is not an asterisk; *step its bytes. */
static void take_char(const struct lang_member *member, size_t i, uint32_t colons,
                      struct position *out, size_t *step)
{
    *step = 1;
    if (is_wildcard(member, i)) {
        out->takes_any = true;
        out->takes_colon = !is_confined(member, i, colons);
        return;
    }
    out->symbol = utf8_get(str_tail(member->text, i), step);
    if (member->use == VARS_NOCASE && is_letter(out->symbol)) {
        out->other_case = out->symbol ^ 0x20u;
    }
}

/* A glob becomes positions; their symbols are code points until number_symbols. */
static enum lic_rc add_member(struct machine *m, uint32_t number, struct lic_err *err)
{
    const struct lang_member *member = &m->lang->members.at[number];
    struct position here = blank;
    uint32_t colons = 0;
    for (size_t i = 0; i < member->text.n;) {
        if (is_wildcard(member, i) && member->text.at[i] == MATCH_ANY) {
            here.loops = true;
            here.loops_colon = here.loops_colon || !is_confined(member, i, colons);
            i++;
            continue;
        }
        size_t step = 1;
        take_char(member, i, colons, &here, &step);
        colons += here.symbol == ':' ? 1 : 0;
        ENSURE(ARENA_PUSH(m->arena, &m->positions, here), err, LIC_E_NOMEM,
               "no memory for an automaton");
        here = blank;
        i += step;
    }
    /* A pattern of an ARN with fewer than six parts matches nothing; a domain is no ARN. */
    bool never = member->use == VARS_ARN && !member->domain && colons < ARN_COLONS;
    here.accepts = never ? NO_MEMBER : number;
    here.last = true;
    return ARENA_PUSH(m->arena, &m->positions, here) ? LIC_OK : no_memory(err);
}

/* The symbol of a code point, symbols.n when no position waits for it. */
static uint32_t symbol_of(const struct machine *m, uint32_t code_point)
{
    uint32_t i = 0;
    if (code_point < ASCII_N) {
        return m->ascii[code_point] > 0 ? m->ascii[code_point] - 1 : m->symbols.n;
    }
    while (i < m->symbols.n && m->symbols.at[i] != code_point) {
        i++;
    }
    return i;
}

static bool collect_symbol(struct machine *m, uint32_t code_point)
{
    if (code_point == NO_SYMBOL || symbol_of(m, code_point) < m->symbols.n) {
        return true;
    }
    if (code_point < ASCII_N) {
        m->ascii[code_point] = m->symbols.n + 1;
    }
    return ARENA_PUSH(m->arena, &m->symbols, code_point);
}

static uint32_t numbered(const struct machine *m, uint32_t code_point)
{
    return code_point == NO_SYMBOL ? NO_SYMBOL : symbol_of(m, code_point);
}

static enum lic_rc number_symbols(struct machine *m, struct lic_err *err)
{
    ENSURE(collect_symbol(m, ':'), err, LIC_E_NOMEM, "no memory for an automaton");
    for (uint32_t i = 0; i < m->positions.n; i++) {
        const struct position *p = &m->positions.at[i];
        ENSURE(collect_symbol(m, p->symbol) && collect_symbol(m, p->other_case), err, LIC_E_NOMEM,
               "no memory for an automaton");
    }
    for (uint32_t i = 0; i < m->positions.n; i++) {
        struct position *p = &m->positions.at[i];
        p->symbol = numbered(m, p->symbol);
        p->other_case = numbered(m, p->other_case);
    }
    m->colon = symbol_of(m, ':');
    return LIC_OK;
}

static void set_bit(uint64_t *set, uint32_t i)
{
    set[i / 64] |= UINT64_C(1) << (i % 64);
}

static bool has_bit(const uint64_t *set, uint32_t i)
{
    return (set[i / 64] >> (i % 64)) & 1u;
}

/* Enters one position into the sets of the characters it takes and loops on. */
static void enter_position(struct machine *m, uint32_t i)
{
    const struct position *p = &m->positions.at[i];
    for (uint32_t s = 0; s <= m->symbols.n && p->takes_any; s++) {
        if (s != m->colon || p->takes_colon) {
            set_bit(m->takes + (size_t)s * m->words_n, i);
        }
    }
    if (p->symbol != NO_SYMBOL) {
        set_bit(m->takes + (size_t)p->symbol * m->words_n, i);
    }
    if (p->other_case != NO_SYMBOL) {
        set_bit(m->takes + (size_t)p->other_case * m->words_n, i);
    }
    if (p->loops) {
        set_bit(m->loops, i);
    }
    if (p->loops_colon) {
        set_bit(m->colons, i);
    }
    if (p->symbol == m->colon || p->loops != p->loops_colon || p->takes_any != p->takes_colon) {
        set_bit(m->guarded, i);
    }
}

static bool is_domain(const struct machine *m, uint32_t member)
{
    return m->lang->members.at[member].domain;
}

/* Positions of domain members: a state without any of them leads to no text that counts. */
static void mark_domains(struct machine *m)
{
    uint32_t first = 0;
    for (uint32_t i = 0; i < m->positions.n; i++) {
        const struct position *last = &m->positions.at[i];
        if (!last->last) {
            continue;
        }
        for (; first <= i; first++) {
            if (last->accepts != NO_MEMBER && is_domain(m, last->accepts)) {
                set_bit(m->domain, first);
            }
        }
    }
}

static enum lic_rc build(struct machine *m, struct lic_err *err)
{
    for (uint32_t i = 0; i < m->lang->members.n; i++) {
        TRY(add_member(m, i, err));
    }
    TRY(number_symbols(m, err));
    m->words_n = m->positions.n / 64 + 1;
    m->member_n = m->lang->members.n / 64 + 1;
    m->takes = ARENA_ARRAY(m->arena, uint64_t, (size_t)m->words_n * (m->symbols.n + 1));
    m->loops = ARENA_ARRAY(m->arena, uint64_t, (size_t)m->words_n * 4);
    ENSURE(m->takes && m->loops, err, LIC_E_NOMEM, "no memory for an automaton");
    m->colons = m->loops + m->words_n;
    m->guarded = m->colons + m->words_n;
    m->domain = m->guarded + m->words_n;
    for (uint32_t i = 0; i < m->positions.n; i++) {
        enter_position(m, i);
    }
    mark_domains(m);
    return LIC_OK;
}

/* ---- states ------------------------------------------------------------------------------- */

static uint64_t hash_words(const uint64_t *at, uint32_t n)
{
    uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t i = 0; i < n; i++) {
        hash = (hash ^ at[i]) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    return hash;
}

static uint64_t *set_of(const struct machine *m, uint32_t state)
{
    return m->sets.at + (size_t)state * m->words_n;
}

static void read_symbol(const struct machine *m, const uint64_t *from, uint32_t symbol,
                        uint64_t *to)
{
    const uint64_t *takes = m->takes + (size_t)symbol * m->words_n;
    const uint64_t *loops = symbol == m->colon ? m->colons : m->loops;
    uint64_t carry = 0;
    for (uint32_t i = 0; i < m->words_n; i++) {
        uint64_t taken = from[i] & takes[i];
        to[i] = (taken << 1) | carry | (from[i] & loops[i]);
        carry = taken >> 63;
    }
}

/* Whether the text read so far may still become one that counts. */
static bool is_live(const struct machine *m, const uint64_t *set)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < m->words_n && m->lang->domains; i++) {
        any |= set[i] & m->domain[i];
    }
    return any != 0 || !m->lang->domains;
}

static uint32_t slots_for(uint32_t n)
{
    uint32_t slots = 64;
    while (slots < n * 2) {
        slots *= 2;
    }
    return slots;
}

static uint32_t *new_slots(struct arena *arena, uint32_t n)
{
    uint32_t *slots = arena_take(arena, sizeof(uint32_t) * n);
    if (slots) {
        memset(slots, 0xff, sizeof(uint32_t) * n);
    }
    return slots;
}

static uint32_t state_slot(const struct machine *m, const uint64_t *set)
{
    uint32_t i = (uint32_t)hash_words(set, m->words_n) & (m->slots_n - 1);
    while (m->slots[i] != NO_STATE &&
           memcmp(set_of(m, m->slots[i]), set, sizeof(uint64_t) * m->words_n) != 0) {
        i = (i + 1) & (m->slots_n - 1);
    }
    return i;
}

static enum lic_rc make_state_room(struct machine *m, struct lic_err *err)
{
    if (m->slots && m->states.n * 2 < m->slots_n) {
        return LIC_OK;
    }
    m->slots_n = slots_for(m->states.n * 2);
    m->slots = new_slots(m->arena, m->slots_n);
    ENSURE(m->slots, err, LIC_E_NOMEM, "no memory for an automaton");
    for (uint32_t i = 0; i < m->states.n; i++) {
        m->slots[state_slot(m, set_of(m, i))] = i;
    }
    return LIC_OK;
}

/* Appends a state's set; `set` may be anywhere but in the list itself. */
static bool push_set(struct machine *m, const uint64_t *set)
{
    bool pushed = true;
    for (uint32_t i = 0; i < m->words_n && pushed; i++) {
        pushed = ARENA_PUSH(m->arena, &m->sets, set[i]);
    }
    return pushed;
}

static enum lic_rc enter_state(struct machine *m, const uint64_t *set, struct state state,
                               struct lic_err *err)
{
    TRY(make_state_room(m, err));
    uint32_t slot = state_slot(m, set);
    if (m->slots[slot] != NO_STATE) {
        return LIC_OK;
    }
    m->slots[slot] = m->states.n;
    ENSURE(push_set(m, set) && ARENA_PUSH(m->arena, &m->states, state), err, LIC_E_NOMEM,
           "no memory for an automaton");
    return LIC_OK;
}

/* ---- words -------------------------------------------------------------------------------- */

/* Characters for "any other", most readable first. */
static const char readable[] = "xyzabcdefghijklmnopqrstuvw0123456789-_.XYZABCDEFGHIJKLMNOPQRSTUVW";

/* Whether some position of the set waits for this symbol itself or treats it differently. */
static bool waits_for(const struct machine *m, const uint64_t *set, uint32_t symbol)
{
    const uint64_t *takes = m->takes + (size_t)symbol * m->words_n;
    const uint64_t *others = m->takes + (size_t)m->symbols.n * m->words_n;
    uint64_t any = 0;
    for (uint32_t i = 0; i < m->words_n; i++) {
        any |= set[i] & (takes[i] & ~others[i]);
        any |= symbol == m->colon ? set[i] & m->guarded[i] : 0;
    }
    return any != 0;
}

static uint32_t choose_other(const struct machine *m, const uint64_t *set)
{
    for (size_t i = 0; i + 1 < sizeof(readable); i++) {
        uint32_t c = (uint32_t)(unsigned char)readable[i];
        uint32_t symbol = symbol_of(m, c);
        if (symbol == m->symbols.n || !waits_for(m, set, symbol)) {
            return c;
        }
    }
    uint32_t fresh = FRESH_FIRST;
    while (symbol_of(m, fresh) < m->symbols.n) {
        fresh++;
    }
    return fresh;
}

/* The text that led to a state, from its end to its beginning. */
static enum lic_rc spell(const struct machine *m, uint32_t state, lic_str *out, struct lic_err *err)
{
    size_t room = (size_t)m->states.at[state].depth * 4;
    char *at = arena_take(m->arena, room + 1);
    ENSURE(at, err, LIC_E_NOMEM, "no memory for a word of an automaton");
    size_t from = room;
    for (uint32_t i = state; m->states.at[i].parent != NO_STATE; i = m->states.at[i].parent) {
        const struct state *s = &m->states.at[i];
        uint32_t c = s->symbol < m->symbols.n ? m->symbols.at[s->symbol]
                                              : choose_other(m, set_of(m, s->parent));
        char bytes[4];
        size_t n = utf8_put(bytes, c);
        from -= n;
        memcpy(at + from, bytes, n);
    }
    *out = str_make(at + from, room - from);
    return LIC_OK;
}

/* The members that accept in this state; *counts whether a domain is among them. */
static void accepted(const struct machine *m, const uint64_t *set, uint64_t *out, bool *counts)
{
    *counts = !m->lang->domains;
    memset(out, 0, sizeof(uint64_t) * m->member_n);
    for (uint32_t w = 0; w < m->words_n; w++) {
        for (uint64_t rest = set[w]; rest != 0; rest &= rest - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(rest);
            uint32_t member = m->positions.at[i].accepts;
            if (member != NO_MEMBER && is_domain(m, member)) {
                *counts = true;
            } else if (member != NO_MEMBER) {
                set_bit(out, member);
            }
        }
    }
}

static enum lic_rc make_word_room(struct machine *m, const struct lang_words *words,
                                  struct lic_err *err)
{
    if (m->word_slots && words->n * 2 < m->word_slots_n) {
        return LIC_OK;
    }
    m->word_slots_n = slots_for(words->n * 2);
    m->word_slots = new_slots(m->arena, m->word_slots_n);
    ENSURE(m->word_slots, err, LIC_E_NOMEM, "no memory for the words of an automaton");
    for (uint32_t i = 0; i < words->n; i++) {
        uint32_t at = (uint32_t)hash_words(words->at[i].in, m->member_n) & (m->word_slots_n - 1);
        while (m->word_slots[at] != NO_STATE) {
            at = (at + 1) & (m->word_slots_n - 1);
        }
        m->word_slots[at] = i;
    }
    return LIC_OK;
}

/* The slot of this combination of members: free, or of the word that has it. */
static uint32_t word_slot(const struct machine *m, const struct lang_words *words,
                          const uint64_t *in)
{
    uint32_t i = (uint32_t)hash_words(in, m->member_n) & (m->word_slots_n - 1);
    while (m->word_slots[i] != NO_STATE &&
           memcmp(words->at[m->word_slots[i]].in, in, sizeof(uint64_t) * m->member_n) != 0) {
        i = (i + 1) & (m->word_slots_n - 1);
    }
    return i;
}

/* Keeps the word of a state when no earlier state had its combination. */
static enum lic_rc keep_word(struct machine *m, uint32_t state, uint64_t *scratch,
                             struct lang_words *words, struct lic_err *err)
{
    bool counts = false;
    accepted(m, set_of(m, state), scratch, &counts);
    if (!counts) {
        return LIC_OK;
    }
    TRY(make_word_room(m, words, err));
    uint32_t slot = word_slot(m, words, scratch);
    if (m->word_slots[slot] != NO_STATE) {
        return LIC_OK;
    }
    uint64_t *in = arena_take(m->arena, sizeof(uint64_t) * m->member_n);
    ENSURE(in, err, LIC_E_NOMEM, "no memory for the words of an automaton");
    memcpy(in, scratch, sizeof(uint64_t) * m->member_n);
    struct lang_word word = { .in = in };
    TRY(spell(m, state, &word.text, err));
    m->word_slots[slot] = words->n;
    ENSURE(ARENA_PUSH(m->arena, words, word), err, LIC_E_NOMEM,
           "no memory for the words of an automaton");
    return LIC_OK;
}

/* ---- the walk ----------------------------------------------------------------------------- */

/* The symbols that lead from this state to a state of their own, as a set. */
static void symbols_awaited(const struct machine *m, const uint64_t *set, uint64_t *out)
{
    memset(out, 0, sizeof(uint64_t) * (m->symbols.n / 64 + 1));
    for (uint32_t w = 0; w < m->words_n; w++) {
        for (uint64_t rest = set[w]; rest != 0; rest &= rest - 1) {
            uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(rest);
            const struct position *p = &m->positions.at[i];
            if (p->symbol != NO_SYMBOL) {
                set_bit(out, p->symbol);
            }
            if (p->other_case != NO_SYMBOL) {
                set_bit(out, p->other_case);
            }
            if (has_bit(m->guarded, i)) {
                set_bit(out, m->colon);
            }
        }
    }
}

struct walk {
    uint64_t *next, *members, *symbols, *from;
};

static enum lic_rc walk_symbol(struct machine *m, uint32_t state, uint32_t symbol,
                               const struct walk *w, struct lic_err *err)
{
    struct state next = { .parent = state,
                          .symbol = symbol,
                          .depth = m->states.at[state].depth + 1 };
    read_symbol(m, w->from, symbol, w->next);
    return is_live(m, w->next) ? enter_state(m, w->next, next, err) : LIC_OK;
}

static enum lic_rc walk_state(struct machine *m, uint32_t state, const struct walk *w,
                              struct lang_budget *budget, struct lic_err *err)
{
    uint64_t symbols_n = 1;
    memcpy(w->from, set_of(m, state), sizeof(uint64_t) * m->words_n);
    symbols_awaited(m, w->from, w->symbols);
    TRY(walk_symbol(m, state, m->symbols.n, w, err));
    for (uint32_t s = 0; s < m->symbols.n; s++) {
        if (has_bit(w->symbols, s)) {
            TRY(walk_symbol(m, state, s, w, err));
            symbols_n++;
        }
    }
    uint64_t cost = (symbols_n + 2) * (m->words_n + 4);
    budget->steps -= cost < budget->steps ? cost : budget->steps;
    return LIC_OK;
}

static enum lic_rc new_walk(struct machine *m, struct walk *out, struct lic_err *err)
{
    size_t symbol_words = m->symbols.n / 64 + 1;
    uint64_t *at =
        ARENA_ARRAY(m->arena, uint64_t, 2 * (size_t)m->words_n + m->member_n + symbol_words);
    ENSURE(at, err, LIC_E_NOMEM, "no memory for an automaton");
    *out = (struct walk){ .next = at,
                          .from = at + m->words_n,
                          .members = at + 2 * (size_t)m->words_n,
                          .symbols = at + 2 * (size_t)m->words_n + m->member_n };
    return LIC_OK;
}

/* Every member starts at its first position. */
static enum lic_rc enter_start(struct machine *m, const struct walk *w, struct lic_err *err)
{
    bool first = true;
    for (uint32_t i = 0; i < m->positions.n; i++) {
        if (first) {
            set_bit(w->next, i);
        }
        first = m->positions.at[i].last;
    }
    return enter_state(m, w->next, (struct state){ .parent = NO_STATE, .symbol = NO_SYMBOL }, err);
}

enum lic_rc lang_words(const struct lang *lang, struct lang_budget *budget, struct lang_words *out,
                       struct lic_err *err)
{
    struct machine m = { .arena = lang->arena, .lang = lang };
    struct lang_words words = { .complete = true };
    struct walk w = { .next = NULL };
    TRY(build(&m, err));
    TRY(new_walk(&m, &w, err));
    TRY(enter_start(&m, &w, err));
    for (uint32_t i = 0; i < m.states.n; i++) {
        if (m.states.n > budget->states_max || words.n > budget->words_max || budget->steps == 0) {
            words.complete = false;
            break;
        }
        TRY(keep_word(&m, i, w.members, &words, err));
        TRY(walk_state(&m, i, &w, budget, err));
    }
    *out = words;
    return LIC_OK;
}
