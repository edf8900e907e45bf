/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Topics as weighted stems, and a window that moves over a text.
 *
 * Invariant: count[i] is how often the stem of entry i stands in the window, and sum[t] the weights
 * of topic t's entries with a count above 0. Each word enters and leaves once, so a text costs its
 * words times the topics that share a stem.
 */
#include "detect/topics.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "detect/features.h"

#include "base/banned.h"

#define SLOTS_MIN 64u
#define WEIGHT_NAME 1.5f  /* of a stem in the topic's name */
#define WEIGHT_AGAIN 0.5f /* more for each further text that has it */
#define WEIGHT_MAX 3.0f
#define NONE UINT32_MAX

/* One stem of one topic. */
struct entry {
    uint32_t stem, topic;
    float weight;
    uint32_t source; /* the last text that had it: one text counts once */
    uint32_t next;   /* of the same slot, or NONE */
};

struct topic {
    lic_str name, rule;
    float whole; /* the weight of an ordinary example */
};

struct topics {
    const struct features_concepts *concepts;
    struct topic *at;
    uint32_t n;
    struct {
        struct entry *at;
        uint32_t n, cap;
    } entries;
    uint32_t *slots; /* by stem: first entry, or NONE */
    uint32_t slots_n;
};

/* Words that stand in texts about anything. */
static const char COMMON[] =
    "a about after again all also am an and any anything are as ask asking at be because been "
    "before being best but by can cannot could did do does doing don down each example examples "
    "explain for from further get give giving given go going good had has have having he help her "
    "here hers him his how i if in include includes including information into involve involves "
    "involving is it its just know like long lot made make making many may me mean might more most "
    "much my need new no not now of off on once one only or other our out over own people person "
    "please provide provides providing question questions regarding related request requests s "
    "same say see she should show so some someone something specific such t take tell than that "
    "the their them then there these they thing things this those through time to too topic topics "
    "try two type under up us use user users using very want wants was way we well were what when "
    "where which while who whom why will with without work would write you your";

static const struct entry *find_entry(const struct topics *topics, uint32_t stem, uint32_t topic)
{
    for (uint32_t i = topics->slots[stem & (topics->slots_n - 1)]; i != NONE;
         i = topics->entries.at[i].next) {
        const struct entry *entry = &topics->entries.at[i];
        if (entry->stem == stem && entry->topic == topic) {
            return entry;
        }
    }
    return NULL;
}

/* ---- making ---- */

struct making {
    struct topics *topics;
    struct arena *arena;
    const struct features_words *common;
    struct lic_err *err;
};

static bool is_common(const struct making *m, uint32_t stem)
{
    for (uint32_t i = 0; i < m->common->n; i++) {
        if (m->common->at[i].stem == stem) {
            return true;
        }
    }
    return false;
}

/* Signs and single letters are no words here. */
static bool is_word(lic_str text, const struct features_word *word)
{
    unsigned char c = (unsigned char)text.at[word->start];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
    return letter && word->n > 1;
}

static enum lic_rc add_entry(const struct making *m, const struct entry *entry)
{
    struct topics *topics = m->topics;
    uint32_t *slot = &topics->slots[entry->stem & (topics->slots_n - 1)];
    struct entry copy = *entry;
    copy.next = *slot;
    *slot = topics->entries.n;
    ENSURE(ARENA_PUSH(m->arena, &topics->entries, copy), m->err, LIC_E_NOMEM,
           "no memory for a word of a topic");
    return LIC_OK;
}

/* `source` numbers the texts of all topics. */
static enum lic_rc learn(const struct making *m, uint32_t topic, uint32_t source, lic_str text,
                         float weight)
{
    struct features_words words = { 0 };
    TRY(features_read(m->topics->concepts, text, m->arena, &words, m->err));
    for (uint32_t i = 0; i < words.n; i++) {
        uint32_t stem = words.at[i].stem;
        if (!is_word(text, &words.at[i]) || is_common(m, stem)) {
            continue;
        }
        struct entry *known = (struct entry *)(uintptr_t)find_entry(m->topics, stem, topic);
        if (!known) {
            struct entry entry = { stem, topic, weight, source, NONE };
            TRY(add_entry(m, &entry));
        } else if (known->source != source) {
            known->source = source;
            known->weight += WEIGHT_AGAIN;
            known->weight = known->weight > WEIGHT_MAX ? WEIGHT_MAX : known->weight;
        }
    }
    return LIC_OK;
}

/* The weight of a text's stems, each once. */
static enum lic_rc weigh(const struct making *m, uint32_t topic, lic_str text, float *out)
{
    struct features_words words = { 0 };
    *out = 0;
    TRY(features_read(m->topics->concepts, text, m->arena, &words, m->err));
    for (uint32_t i = 0; i < words.n; i++) {
        const struct entry *entry = find_entry(m->topics, words.at[i].stem, topic);
        bool again = false;
        for (uint32_t j = 0; j < i && !again; j++) {
            again = words.at[j].stem == words.at[i].stem;
        }
        *out += entry && !again ? entry->weight : 0;
    }
    return LIC_OK;
}

static enum lic_rc learn_topic(const struct making *m, uint32_t i,
                               const struct topic_source *source, uint32_t *source_number)
{
    float total = 0, one = 0;
    TRY(learn(m, i, (*source_number)++, source->name, WEIGHT_NAME));
    TRY(learn(m, i, (*source_number)++, source->definition, 1));
    for (uint32_t j = 0; j < source->examples_n; j++) {
        TRY(learn(m, i, (*source_number)++, source->examples[j], 1));
    }
    for (uint32_t j = 0; j < source->examples_n; j++) {
        TRY(weigh(m, i, source->examples[j], &one));
        total += one;
    }
    if (source->examples_n == 0) {
        TRY(weigh(m, i, source->definition, &total));
        total /= 2; /* a definition lists more than one text would say */
    }
    float n = source->examples_n > 0 ? (float)source->examples_n : 1;
    m->topics->at[i] = (struct topic){ source->name, source->rule, total / n };
    return LIC_OK;
}

static size_t bytes_of(const struct topic_source *source)
{
    size_t n = source->name.n + source->definition.n;
    for (uint32_t i = 0; i < source->examples_n; i++) {
        n += source->examples[i].n;
    }
    return n;
}

/* Twice the words there can be. */
static enum lic_rc make_slots(const struct making *m, const struct topic_source *sources,
                              uint32_t n)
{
    size_t bytes = 0;
    uint32_t slots = SLOTS_MIN;
    for (uint32_t i = 0; i < n; i++) {
        bytes += bytes_of(&sources[i]);
    }
    while (slots < bytes && slots < 1u << 20) {
        slots *= 2;
    }
    m->topics->slots = arena_take(m->arena, slots * sizeof(*m->topics->slots));
    ENSURE(m->topics->slots, m->err, LIC_E_NOMEM, "no memory for topics");
    memset(m->topics->slots, 0xff, slots * sizeof(*m->topics->slots));
    m->topics->slots_n = slots;
    return LIC_OK;
}

enum lic_rc topics_new(struct arena *arena, const struct topic_source *sources, uint32_t n,
                       const struct topics **out, uint32_t *out_bad, struct lic_err *err)
{
    struct topics *topics = ARENA_NEW(arena, struct topics);
    struct features_words common = { 0 };
    struct making m = { topics, arena, &common, err };
    uint32_t source_number = 0;
    *out_bad = n;
    ENSURE(topics, err, LIC_E_NOMEM, "no memory for topics");
    ENSURE(n <= TOPICS_MAX, err, LIC_E_LIMIT, "%u topics are more than %u", n, TOPICS_MAX);
    topics->at = ARENA_ARRAY(arena, struct topic, n);
    ENSURE(topics->at, err, LIC_E_NOMEM, "no memory for topics");
    topics->n = n;
    TRY(features_concepts_new(arena, &topics->concepts, err));
    TRY(features_read(topics->concepts, LIC_STR(COMMON), arena, &common, err));
    TRY(make_slots(&m, sources, n));
    for (uint32_t i = 0; i < n; i++) {
        TRY(learn_topic(&m, i, &sources[i], &source_number));
        *out_bad = i;
        ENSURE(topics->at[i].whole > 0, err, LIC_E_INVALID,
               "the topic's definition and examples have no word that tells it from others");
    }
    *out = topics;
    return LIC_OK;
}

/* ---- scanning ---- */

struct state {
    float sum;
    uint32_t terms;   /* different stems in the window */
    uint32_t finding; /* index + 1 into `out` of the stretch that still goes on; 0: none */
};

struct window {
    const struct topics *topics;
    const struct features_words *words;
    struct arena *arena;
    struct findings *out;
    struct state states[TOPICS_MAX];
    uint32_t *count; /* of each entry */
    struct lic_err *err;
};

/* A stem comes into the window or leaves it. */
static void step(struct window *w, uint32_t stem, bool enters)
{
    const struct topics *topics = w->topics;
    for (uint32_t i = topics->slots[stem & (topics->slots_n - 1)]; i != NONE;
         i = topics->entries.at[i].next) {
        const struct entry *entry = &topics->entries.at[i];
        if (entry->stem != stem) {
            continue;
        }
        struct state *state = &w->states[entry->topic];
        if (enters && w->count[i]++ == 0) {
            state->sum += entry->weight;
            state->terms++;
        } else if (!enters && --w->count[i] == 0) {
            state->sum -= entry->weight;
            state->terms--;
        }
    }
}

/* The word of the window that the topic has first. */
static uint32_t first_word(const struct window *w, uint32_t topic, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        if (find_entry(w->topics, w->words->at[i].stem, topic)) {
            return i;
        }
    }
    return to;
}

/* Begins a stretch or lets the one before go on to word `at`. */
static enum lic_rc tell(struct window *w, uint32_t topic, uint32_t at, float score)
{
    struct state *state = &w->states[topic];
    uint32_t from = at + 1 > TOPICS_WINDOW ? at + 1 - TOPICS_WINDOW : 0;
    const struct features_word *first = &w->words->at[first_word(w, topic, from, at)];
    const struct features_word *last = &w->words->at[at];
    uint32_t end = last->start + last->n;
    struct finding *before = state->finding > 0 ? &w->out->at[state->finding - 1] : NULL;
    if (before && first->start <= before->end) {
        before->end = end;
        before->score = score > before->score ? score : before->score;
        return LIC_OK;
    }
    struct finding finding = { .rule = w->topics->at[topic].rule,
                               .type = w->topics->at[topic].name,
                               .category = FINDING_TOPIC,
                               .severity = SEVERITY_HIGH,
                               .start = first->start,
                               .end = end,
                               .score = score };
    ENSURE(ARENA_PUSH(w->arena, w->out, finding), w->err, LIC_E_NOMEM, "no memory for a finding");
    state->finding = w->out->n;
    return LIC_OK;
}

/* Only topics that the new word belongs to can have come over the threshold with it. */
static enum lic_rc look(struct window *w, uint32_t at)
{
    const struct topics *topics = w->topics;
    uint32_t stem = w->words->at[at].stem;
    for (uint32_t i = topics->slots[stem & (topics->slots_n - 1)]; i != NONE;
         i = topics->entries.at[i].next) {
        const struct entry *entry = &topics->entries.at[i];
        const struct state *state = &w->states[entry->topic];
        float score = state->sum / topics->at[entry->topic].whole;
        if (entry->stem == stem && state->terms >= TOPICS_TERMS_MIN && score >= TOPICS_THRESHOLD) {
            TRY(tell(w, entry->topic, at, score < 1 ? score : 1));
        }
    }
    return LIC_OK;
}

enum lic_rc topics_scan(const struct topics *topics, lic_str text, struct arena *arena,
                        struct findings *out, struct lic_err *err)
{
    struct features_words words = { 0 };
    struct window w = { topics, &words, arena, out, .err = err };
    TRY(features_read(topics->concepts, text, arena, &words, err));
    w.count = ARENA_ARRAY(arena, uint32_t, topics->entries.n);
    ENSURE(w.count, err, LIC_E_NOMEM, "no memory for the words of topics");
    for (uint32_t i = 0; i < words.n; i++) {
        if (i >= TOPICS_WINDOW) {
            step(&w, words.at[i - TOPICS_WINDOW].stem, /* enters= */ false);
        }
        step(&w, words.at[i].stem, /* enters= */ true);
        TRY(look(&w, i));
    }
    return LIC_OK;
}
