/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The points of one dimension of the space of requests.
 *
 *     texts   patterns ─► lang.h words ─► one text for each combination of patterns, times the
 *             choices of patterns whose variables are not bound
 *     typed   conditions ─► typed.h ─► one text for each piece of the order
 *     lists   texts joined, one at a time, until no test tells another list apart
 *
 * What a test says of a text without unbound variables is asked of policy itself (cond_holds), so
 * proof and decision cannot differ in it. Lists are told apart through their texts: ForAllValues is
 * the least and ForAnyValue the greatest of what an operator says of each, but for lists of nothing
 * but empty texts, which are therefore a kind of their own.
 */
#include "advise/axis.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/match.h"
#include "policy/principal.h"

#include "base/banned.h"

#define LOOSE_MAX 6u /* unbound patterns that one text may fit */
#define ARN_COLONS 5u
#define TEXT_BYTES_MAX (64u * 1024)
#define NOT_LOOSE UINT32_MAX

/* One pattern of a test as the automaton knows it. */
struct atom {
    uint32_t member; /* of the language: the pattern, or its superset when it is loose */
    uint32_t loose;  /* number of the loose pattern, or NOT_LOOSE */
    bool never;      /* a bound variable leaves it without a match */
};

struct loose_pattern {
    const struct vars_pattern *pattern;
    uint32_t member;
};

/* An axis of texts while its points are made. */
struct finder {
    struct axis *axis;
    const struct axis_bindings *bindings;
    struct axis_budget *budget;
    struct arena *arena;
    struct lang lang;
    struct atom **atoms; /* of each test */
    struct {
        struct loose_pattern *at;
        uint32_t n, cap;
    } loose;
    struct {
        struct axis_point *at; /* single texts, before lists are made */
        uint32_t n, cap;
    } singles;
};

/* Keys that are in every request, and in every signed one (IAM User Guide, "global condition
 * context keys", the lines on availability). */
static const struct {
    lic_str lower;
    bool signed_only;
} always_present[] = {
    { { "aws:currenttime", 15 }, false },     { { "aws:epochtime", 13 }, false },
    { { "aws:securetransport", 19 }, false }, { { "aws:principalarn", 16 }, true },
    { { "aws:principalaccount", 20 }, true }, { { "aws:principaltype", 17 }, true },
};

/* What the loose patterns do at one text. ORDER matches enum truth. */
struct choice {
    enum truth of[LOOSE_MAX];
    uint32_t which[LOOSE_MAX];
    uint32_t n;
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for the points of a condition key");
}

/* ---- patterns with variables -------------------------------------------------------------- */

static const struct axis_binding *find_binding(const struct axis_bindings *bindings,
                                               const struct request_key *key)
{
    for (uint32_t i = 0; i < bindings->n; i++) {
        if (str_eq(bindings->at[i].key.lower, key->lower)) {
            return &bindings->at[i];
        }
    }
    return NULL;
}

static bool is_bound(const struct axis_bindings *bindings, const struct vars_pattern *pattern)
{
    bool bound = true;
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        const struct vars_piece *piece = &pattern->pieces[i];
        bound = bound && (piece->key.n == 0 || find_binding(bindings, &piece->lookup));
    }
    return bound;
}

/* The value a bound variable brings; at == NULL: none, so nothing matches. */
static lic_str bound_value(const struct axis_bindings *bindings, const struct vars_piece *piece)
{
    const struct axis_binding *binding = find_binding(bindings, &piece->lookup);
    return binding->absent ? piece->fallback : binding->value;
}

/* As vars.c has it: a value with a wildcard's byte, or one that would shift an ARN's parts. */
static bool is_unfit(const struct vars_pattern *pattern, const struct vars_piece *piece,
                     lic_str value)
{
    bool parts = pattern->use == VARS_ARN || pattern->use == VARS_RESOURCE;
    bool first = piece == pattern->pieces && piece->text.n == 0;
    bool shifts = parts && !first && piece->colons_n < ARN_COLONS;
    return (shifts && str_find_char(value, ':') < value.n) ||
           str_find_char(value, MATCH_ANY) < value.n || str_find_char(value, MATCH_ONE) < value.n;
}

/* The pattern with its bound variables filled in. */
static enum lic_rc fill_in(const struct finder *f, const struct vars_pattern *pattern, lic_str *out,
                           bool *out_never, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, f->arena, TEXT_BYTES_MAX);
    *out_never = false;
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        const struct vars_piece *piece = &pattern->pieces[i];
        lic_str value = piece->key.n > 0 ? bound_value(f->bindings, piece) : LIC_STR("");
        *out_never = *out_never || !value.at || is_unfit(pattern, piece, value);
        buf_add(&text, piece->text);
        buf_add(&text, value.at ? value : LIC_STR(""));
    }
    TRY(buf_check(&text, "a pattern with its variables filled in", err));
    *out = str_copy(f->arena, buf_str(&text));
    return out->at ? LIC_OK : no_memory(err);
}

/*
 * A pattern that matches all that the pattern could match, whatever its variables bring: an
 * asterisk for each. A variable at the very beginning may bring a whole ARN, so then everything.
 */
static enum lic_rc widen(struct finder *f, const struct vars_pattern *pattern, uint32_t *out,
                         struct lic_err *err)
{
    static const char any[1] = { MATCH_ANY };
    bool wild = pattern->use != VARS_EXACT && pattern->use != VARS_NOCASE;
    struct buf text;
    if (pattern->pieces[0].text.n == 0 || !wild) {
        /* Exact texts are not widened piece by piece: their own asterisks are ordinary bytes. */
        return lang_add(&f->lang, str_make(any, 1), VARS_LIKE, out, err);
    }
    buf_init(&text, f->arena, TEXT_BYTES_MAX);
    for (uint32_t i = 0; i < pattern->pieces_n; i++) {
        buf_add(&text, pattern->pieces[i].text);
        buf_add(&text, pattern->pieces[i].key.n > 0 ? str_make(any, 1) : LIC_STR(""));
    }
    TRY(buf_check(&text, "a pattern with variables", err));
    lic_str copy = str_copy(f->arena, buf_str(&text));
    ENSURE(copy.at, err, LIC_E_NOMEM, "no memory for a pattern with variables");
    return lang_add(&f->lang, copy, pattern->use, out, err);
}

static bool same_fallback(lic_str a, lic_str b)
{
    return (a.at == NULL) == (b.at == NULL) && str_eq(a, b);
}

static bool same_pieces(const struct vars_pattern *a, const struct vars_pattern *b)
{
    bool same = a->use == b->use && a->pieces_n == b->pieces_n;
    for (uint32_t i = 0; same && i < a->pieces_n; i++) {
        const struct vars_piece *x = &a->pieces[i];
        const struct vars_piece *y = &b->pieces[i];
        same = str_eq(x->text, y->text) && str_eq_nocase(x->key, y->key) &&
               same_fallback(x->fallback, y->fallback);
    }
    return same;
}

/* The same pattern is one choice wherever it stands: it matches in all places or in none. */
static enum lic_rc add_loose(struct finder *f, const struct vars_pattern *pattern, struct atom *out,
                             struct lic_err *err)
{
    for (uint32_t i = 0; i < f->loose.n; i++) {
        if (same_pieces(f->loose.at[i].pattern, pattern)) {
            *out = (struct atom){ .member = f->loose.at[i].member, .loose = i };
            return LIC_OK;
        }
    }
    struct loose_pattern loose = { .pattern = pattern };
    TRY(widen(f, pattern, &loose.member, err));
    *out = (struct atom){ .member = loose.member, .loose = f->loose.n };
    return ARENA_PUSH(f->arena, &f->loose, loose) ? LIC_OK : no_memory(err);
}

static enum lic_rc add_atom(struct finder *f, const struct vars_pattern *pattern, struct atom *out,
                            struct lic_err *err)
{
    lic_str text = pattern->text;
    *out = (struct atom){ .loose = NOT_LOOSE };
    if (pattern->pieces_n == 0) {
        return lang_add_pattern(&f->lang, pattern, &out->member, err);
    }
    if (!is_bound(f->bindings, pattern)) {
        return add_loose(f, pattern, out, err);
    }
    TRY(fill_in(f, pattern, &text, &out->never, err));
    return lang_add(&f->lang, text, pattern->use, &out->member, err);
}

/* ---- which texts must be told apart ------------------------------------------------------- */

static bool takes_patterns(enum cond_kind kind)
{
    return kind == COND_TEXT || kind == COND_NOCASE || kind == COND_LIKE || kind == COND_ARN;
}

static enum lic_rc add_plain(struct finder *f, lic_str text, enum vars_use use, struct lic_err *err)
{
    uint32_t member = 0;
    return lang_add(&f->lang, text, use, &member, err);
}

/* "*:*:*:*:*:*": a text that an ARN operator looks at. */
static enum lic_rc add_arn_shape(struct finder *f, struct lic_err *err)
{
    static const char shape[] = { MATCH_ANY, ':', MATCH_ANY, ':', MATCH_ANY, ':',
                                  MATCH_ANY, ':', MATCH_ANY, ':', MATCH_ANY };
    return add_plain(f, str_make(shape, sizeof(shape)), VARS_LIKE, err);
}

static enum lic_rc add_cond(struct finder *f, uint32_t test, const struct cond *cond,
                            struct lic_err *err)
{
    enum cond_kind kind = cond_operator_kind(cond->op);
    if (kind == COND_FLAG) {
        TRY(add_plain(f, LIC_STR("true"), VARS_NOCASE, err));
        return add_plain(f, LIC_STR("false"), VARS_NOCASE, err);
    }
    if (kind == COND_ARN) {
        TRY(add_arn_shape(f, err));
    }
    for (uint32_t i = 0; i < cond->values_n && kind == COND_BINARY; i++) {
        if (!cond->values[i].unreadable) {
            TRY(add_plain(f, cond->values[i].text, VARS_EXACT, err));
        }
    }
    if (!takes_patterns(kind)) {
        return LIC_OK;
    }
    f->atoms[test] = ARENA_ARRAY(f->arena, struct atom, (size_t)cond->values_n + 1);
    ENSURE(f->atoms[test], err, LIC_E_NOMEM, "no memory for a condition's values");
    for (uint32_t i = 0; i < cond->values_n; i++) {
        TRY(add_atom(f, &cond->values[i].pattern, &f->atoms[test][i], err));
    }
    return LIC_OK;
}

static enum lic_rc add_patterns(struct finder *f, uint32_t test,
                                const struct doc_patterns *patterns, struct lic_err *err)
{
    f->atoms[test] = ARENA_ARRAY(f->arena, struct atom, (size_t)patterns->n + 1);
    ENSURE(f->atoms[test], err, LIC_E_NOMEM, "no memory for a statement's patterns");
    for (uint32_t i = 0; i < patterns->n; i++) {
        TRY(add_atom(f, &patterns->at[i].compiled, &f->atoms[test][i], err));
    }
    return LIC_OK;
}

/* An action is service:name, with one colon (which is what VARS_ARN makes of its wildcards); a
 * resource is "*" or an ARN with partition, service and name. */
static enum lic_rc add_domains(struct finder *f, struct lic_err *err)
{
    static const char action[] = { MATCH_ONE, MATCH_ANY, ':', MATCH_ONE, MATCH_ANY };
    static const char arn[] = { 'a',       'r',       'n',       ':',      MATCH_ONE, MATCH_ANY,
                                ':',       MATCH_ONE, MATCH_ANY, ':',      MATCH_ANY, ':',
                                MATCH_ANY, ':',       MATCH_ONE, MATCH_ANY };
    if (f->axis->kind == AXIS_ACTION) {
        return lang_add_domain(&f->lang, str_make(action, sizeof(action)), VARS_ARN, err);
    }
    if (f->axis->kind == AXIS_RESOURCE) {
        TRY(lang_add_domain(&f->lang, LIC_STR("*"), VARS_EXACT, err));
        return lang_add_domain(&f->lang, str_make(arn, sizeof(arn)), VARS_ARN, err);
    }
    return LIC_OK;
}

static enum lic_rc add_tests(struct finder *f, struct lic_err *err)
{
    f->atoms = ARENA_ARRAY(f->arena, struct atom *, (size_t)f->axis->tests.n + 1);
    ENSURE(f->atoms, err, LIC_E_NOMEM, "no memory for the tests of a condition key");
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        const struct axis_test *test = &f->axis->tests.at[i];
        if (test->patterns) {
            TRY(add_patterns(f, i, test->patterns, err));
        } else if (test->cond) {
            TRY(add_cond(f, i, test->cond, err));
        }
    }
    return add_domains(f, err);
}

/* ---- what a test says of a text ----------------------------------------------------------- */

static enum truth atom_truth(const struct atom *atom, const struct lang_word *word,
                             const struct choice *choice)
{
    if (atom->never || !lang_in(word, atom->member)) {
        return TRUTH_NO;
    }
    for (uint32_t i = 0; i < choice->n && atom->loose != NOT_LOOSE; i++) {
        if (choice->which[i] == atom->loose) {
            return choice->of[i];
        }
    }
    return TRUTH_YES;
}

static enum truth any_atom(const struct atom *atoms, uint32_t n, const struct lang_word *word,
                           const struct choice *choice)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < n; i++) {
        any = truth_or(any, atom_truth(&atoms[i], word, choice));
    }
    return any;
}

static bool has_loose(const struct finder *f, uint32_t test, uint32_t n)
{
    bool loose = false;
    for (uint32_t i = 0; f->atoms && f->atoms[test] && i < n; i++) {
        loose = loose || f->atoms[test][i].loose != NOT_LOOSE;
    }
    return loose;
}

/* The values of the axis' key as a context, with the bound keys beside it. */
static enum lic_rc ask_cond(const struct finder *f, const struct cond *cond, const lic_str *values,
                            uint32_t n, bool list, enum truth *out, struct lic_err *err)
{
    struct request_context context;
    struct policy_request request = { .strict = f->bindings->strict };
    struct vars_ask ask = { &request, f->arena };
    TRY(request_context_init(&context, f->arena, f->bindings->n + 1, err));
    if (n > 0) {
        TRY(request_context_add(&context, f->axis->key.lower, values, n, list, err));
    }
    for (uint32_t i = 0; i < f->bindings->n; i++) {
        const struct axis_binding *binding = &f->bindings->at[i];
        if (!binding->absent && !str_eq(binding->key.lower, f->axis->key.lower)) {
            TRY(request_context_add(&context, binding->key.lower, &binding->value, 1,
                                    /* list= */ false, err));
        }
    }
    request.table = context.slots;
    request.mask = context.mask;
    return cond_holds(cond, &ask, out, err);
}

/* The ways a condition on one text may go when patterns of it are loose. */
static enum truth cond_of_choice(const struct finder *f, uint32_t test, const struct cond *cond,
                                 const struct lang_word *word, const struct choice *choice)
{
    enum truth any = any_atom(f->atoms[test], cond->values_n, word, choice);
    return cond_operator_negated(cond->op) ? truth_not(any) : any;
}

static bool is_arn_shaped(lic_str text)
{
    uint32_t colons = 0;
    for (size_t i = 0; i < text.n; i++) {
        colons += text.at[i] == ':' ? 1 : 0;
    }
    return colons >= 5;
}

/* What a test says of one text as one value, whatever its set operator makes of several. */
static enum lic_rc test_word(const struct finder *f, uint32_t number, const struct lang_word *word,
                             const struct choice *choice, enum truth *out, struct lic_err *err)
{
    const struct axis_test *test = &f->axis->tests.at[number];
    if (test->patterns) {
        enum truth any = any_atom(f->atoms[number], test->patterns->n, word, choice);
        *out = test->patterns->excluded ? truth_not(any) : any;
        return LIC_OK;
    }
    bool arn = cond_operator_kind(test->cond->op) == COND_ARN;
    bool decided = arn && !is_arn_shaped(word->text);
    if (!decided && has_loose(f, number, test->cond->values_n)) {
        *out = cond_of_choice(f, number, test->cond, word, choice);
        return LIC_OK;
    }
    struct cond one = *test->cond;
    one.set = COND_SET_NONE;
    return ask_cond(f, &one, &word->text, 1, /* list= */ false, out, err);
}

/* ---- points ------------------------------------------------------------------------------- */

static bool same_point(const struct axis *axis, const struct axis_point *point,
                       const uint8_t *truths)
{
    return memcmp(point->truths, truths, axis->tests.n) == 0;
}

static bool have_single(const struct finder *f, lic_str text, const uint8_t *truths)
{
    for (uint32_t i = 0; i < f->singles.n; i++) {
        bool same_blank = (f->singles.at[i].values[0].n == 0) == (text.n == 0);
        if ((same_blank || !f->axis->list) && same_point(f->axis, &f->singles.at[i], truths)) {
            return true;
        }
    }
    return false;
}

static bool have_point(const struct axis *axis, const uint8_t *truths)
{
    for (uint32_t i = 0; i < axis->points.n; i++) {
        if (same_point(axis, &axis->points.at[i], truths)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc new_truths(const struct finder *f, uint8_t **out, struct lic_err *err)
{
    *out = arena_take_zeroed(f->arena, (size_t)f->axis->tests.n + 1);
    return *out ? LIC_OK : no_memory(err);
}

static enum lic_rc keep_single(struct finder *f, lic_str text, const uint8_t *truths,
                               struct lic_err *err)
{
    if (have_single(f, text, truths)) {
        return LIC_OK;
    }
    lic_str *values = ARENA_NEW(f->arena, lic_str);
    ENSURE(values, err, LIC_E_NOMEM, "no memory for the points of a condition key");
    *values = text;
    struct axis_point point = { .values = values, .n = 1, .truths = truths };
    return ARENA_PUSH(f->arena, &f->singles, point) ? LIC_OK : no_memory(err);
}

static enum lic_rc add_single(struct finder *f, const struct lang_word *word,
                              const struct choice *choice, struct lic_err *err)
{
    uint8_t *truths = NULL;
    TRY(new_truths(f, &truths, err));
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        enum truth truth = TRUTH_NO;
        TRY(test_word(f, i, word, choice, &truth, err));
        truths[i] = (uint8_t)truth;
    }
    return keep_single(f, word->text, truths, err);
}

/* Counts a choice up, truth by truth; false after the last. */
static bool next_choice(struct choice *choice)
{
    for (uint32_t i = 0; i < choice->n; i++) {
        if (choice->of[i] != TRUTH_YES) {
            choice->of[i]++;
            return true;
        }
        choice->of[i] = TRUTH_NO;
    }
    return false;
}

/* One text, once for everything that the loose patterns it fits may do. */
static enum lic_rc add_word(struct finder *f, const struct lang_word *word, struct lic_err *err)
{
    struct choice choice = { .n = 0 };
    for (uint32_t i = 0; i < f->loose.n; i++) {
        if (!lang_in(word, f->loose.at[i].member)) {
            continue;
        }
        if (choice.n == LOOSE_MAX) {
            f->axis->incomplete = "too many patterns with policy variables fit the same text";
            return LIC_OK;
        }
        choice.which[choice.n++] = i;
    }
    do {
        TRY(add_single(f, word, &choice, err));
    } while (next_choice(&choice));
    return LIC_OK;
}

static enum lic_rc find_texts(struct finder *f, struct lic_err *err)
{
    struct lang_words words;
    lang_init(&f->lang, f->arena);
    TRY(add_tests(f, err));
    if (f->axis->list) {
        TRY(add_plain(f, LIC_STR(""), VARS_EXACT, err));
    }
    TRY(lang_words(&f->lang, &f->budget->lang, &words, err));
    if (!words.complete) {
        f->axis->incomplete = "the patterns have more combinations than the budget allows";
    }
    for (uint32_t i = 0; i < words.n && f->singles.n <= f->budget->points_max; i++) {
        TRY(add_word(f, &words.at[i], err));
    }
    return LIC_OK;
}

/* A key that is bound has one text. */
static enum lic_rc find_bound(struct finder *f, const struct axis_binding *binding,
                              struct lic_err *err)
{
    uint8_t *truths = NULL;
    TRY(new_truths(f, &truths, err));
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        enum truth truth = TRUTH_NO;
        TRY(ask_cond(f, f->axis->tests.at[i].cond, &binding->value, binding->absent ? 0 : 1,
                     /* list= */ false, &truth, err));
        truths[i] = (uint8_t)truth;
    }
    struct axis_point point = { .values = &binding->value,
                                .n = binding->absent ? 0 : 1,
                                .truths = truths };
    return ARENA_PUSH(f->arena, &f->axis->points, point) ? LIC_OK : no_memory(err);
}

static enum lic_rc find_typed(struct finder *f, struct lic_err *err)
{
    struct typed_points texts;
    enum typed_family family = f->axis->family;
    struct choice none = { .n = 0 };
    uint32_t n = 0;
    const struct cond **conds = ARENA_ARRAY(f->arena, const struct cond *, f->axis->tests.n + 1u);
    ENSURE(conds, err, LIC_E_NOMEM, "no memory for the tests of a condition key");
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        const struct cond *cond = f->axis->tests.at[i].cond;
        if (typed_family_of(cond_operator_kind(cond->op), &family)) {
            conds[n++] = cond;
        }
    }
    TRY(typed_split(f->arena, f->axis->family, conds, n, &texts, err));
    f->axis->incomplete = texts.partial ? "a date before 1970 is not a whole second" : NULL;
    for (uint32_t i = 0; i < texts.n; i++) {
        struct lang_word word = { .text = texts.at[i] };
        TRY(add_single(f, &word, &none, err));
    }
    struct lang_word blank = { .text = LIC_STR("") };
    return add_single(f, &blank, &none, err);
}

/* ---- lists -------------------------------------------------------------------------------- */

/* The values of a key while lists are made: what tests say of them, at least and at most. */
struct joined {
    struct axis_point point;
    const uint8_t *bounds; /* least of each test, greatest of each, whether all texts are empty */
};
struct joined_list {
    struct joined *at;
    uint32_t n, cap;
};

static size_t bounds_n(const struct finder *f)
{
    return (size_t)f->axis->tests.n * 2 + 1;
}

/* As cond.c has it, for a condition with unbound variables. */
static enum truth judge_loose(const struct finder *f, const struct cond *cond, uint32_t test,
                              const struct joined *list)
{
    uint32_t n = f->axis->tests.n;
    bool all_blank = list->bounds[2 * (size_t)n] != 0;
    if (cond->set == COND_SET_ALL) {
        bool given_away = all_blank && !f->bindings->strict;
        return given_away ? TRUTH_YES : (enum truth)list->bounds[test];
    }
    if (cond->set == COND_SET_NONE && list->point.list) {
        return f->bindings->strict ? TRUTH_UNSURE : TRUTH_NO;
    }
    return (enum truth)list->bounds[n + test];
}

static enum lic_rc judge_values(const struct finder *f, struct joined *list, struct lic_err *err)
{
    uint8_t *truths = NULL;
    TRY(new_truths(f, &truths, err));
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        const struct cond *cond = f->axis->tests.at[i].cond;
        const struct axis_point *point = &list->point;
        enum truth truth = TRUTH_UNSURE;
        if (has_loose(f, i, cond->values_n)) {
            truth = judge_loose(f, cond, i, list);
        } else {
            TRY(ask_cond(f, cond, point->values, point->n, point->list, &truth, err));
        }
        truths[i] = (uint8_t)truth;
    }
    list->point.truths = truths;
    return LIC_OK;
}

static bool have_bounds(const struct joined_list *lists, const uint8_t *bounds, size_t n)
{
    for (uint32_t i = 0; i < lists->n; i++) {
        if (memcmp(lists->at[i].bounds, bounds, n) == 0) {
            return true;
        }
    }
    return false;
}

static enum lic_rc join_bounds(const struct finder *f, const struct joined *list,
                               const struct axis_point *text, const uint8_t **out,
                               struct lic_err *err)
{
    uint32_t n = f->axis->tests.n;
    uint8_t *bounds = arena_take_zeroed(f->arena, bounds_n(f));
    ENSURE(bounds, err, LIC_E_NOMEM, "no memory for lists of values");
    for (uint32_t i = 0; i < n; i++) {
        uint8_t least = list ? list->bounds[i] : (uint8_t)TRUTH_YES;
        uint8_t greatest = list ? list->bounds[n + i] : (uint8_t)TRUTH_NO;
        bounds[i] = text->truths[i] < least ? text->truths[i] : least;
        bounds[n + i] = text->truths[i] > greatest ? text->truths[i] : greatest;
    }
    bool blank = (!list || list->bounds[2 * (size_t)n] != 0) && text->values[0].n == 0;
    bounds[2 * (size_t)n] = blank ? 1 : 0;
    *out = bounds;
    return LIC_OK;
}

/* The list and one text more, when that tells anything apart. */
static enum lic_rc join(struct finder *f, struct joined_list *lists, uint32_t number,
                        const struct axis_point *text, struct lic_err *err)
{
    const struct joined *list = number < lists->n ? &lists->at[number] : NULL;
    uint32_t old_n = list ? list->point.n : 0;
    struct joined longer = { .point = { .n = old_n + 1, .list = true } };
    TRY(join_bounds(f, list, text, &longer.bounds, err));
    if (have_bounds(lists, longer.bounds, bounds_n(f))) {
        return LIC_OK;
    }
    lic_str *values = ARENA_ARRAY(f->arena, lic_str, (size_t)old_n + 1);
    ENSURE(values, err, LIC_E_NOMEM, "no memory for lists of values");
    for (uint32_t i = 0; i < old_n; i++) {
        values[i] = list->point.values[i];
    }
    values[old_n] = text->values[0];
    longer.point.values = values;
    TRY(judge_values(f, &longer, err));
    return ARENA_PUSH(f->arena, lists, longer) ? LIC_OK : no_memory(err);
}

/* Lists of one text, then each with one text more, until no new bounds appear. */
static enum lic_rc find_lists(struct finder *f, struct joined_list *lists, struct lic_err *err)
{
    for (uint32_t i = 0; i < f->singles.n; i++) {
        TRY(join(f, lists, UINT32_MAX, &f->singles.at[i], err));
    }
    for (uint32_t i = 0; i < lists->n; i++) {
        for (uint32_t k = 0; k < f->singles.n; k++) {
            if (lists->n > f->budget->points_max || f->budget->lang.steps == 0) {
                f->axis->incomplete = "the values of a key have more combinations than the "
                                      "budget allows";
                return LIC_OK;
            }
            uint64_t cost = (uint64_t)lists->n / 4 + f->axis->tests.n;
            f->budget->lang.steps -= cost < f->budget->lang.steps ? cost : f->budget->lang.steps;
            TRY(join(f, lists, i, &f->singles.at[k], err));
        }
    }
    return LIC_OK;
}

/* One value that is not a list is something else than a list of one. */
static enum lic_rc judge_single(struct finder *f, const struct axis_point *text,
                                struct axis_point *out, struct lic_err *err)
{
    struct joined single = { .point = { .values = text->values, .n = 1 } };
    TRY(join_bounds(f, NULL, text, &single.bounds, err));
    TRY(judge_values(f, &single, err));
    *out = single.point;
    return LIC_OK;
}

static enum lic_rc keep_point(struct finder *f, struct axis_point point, struct lic_err *err)
{
    if (have_point(f->axis, point.truths)) {
        return LIC_OK;
    }
    if (f->axis->points.n > f->budget->points_max) {
        f->axis->incomplete = "a key has more kinds of values than the budget allows";
        return LIC_OK;
    }
    return ARENA_PUSH(f->arena, &f->axis->points, point) ? LIC_OK : no_memory(err);
}

static enum lic_rc keep_absent(struct finder *f, struct lic_err *err)
{
    uint8_t *truths = NULL;
    TRY(new_truths(f, &truths, err));
    for (uint32_t i = 0; i < f->axis->tests.n; i++) {
        enum truth truth = TRUTH_NO;
        TRY(ask_cond(f, f->axis->tests.at[i].cond, NULL, 0, /* list= */ false, &truth, err));
        truths[i] = (uint8_t)truth;
    }
    return keep_point(f, (struct axis_point){ .n = 0, .truths = truths }, err);
}

static bool may_be_absent(const struct finder *f)
{
    bool may = true;
    for (size_t i = 0; i < sizeof(always_present) / sizeof(always_present[0]); i++) {
        bool applies = !always_present[i].signed_only || f->bindings->signed_caller;
        may = may && !(applies && str_eq(always_present[i].lower, f->axis->key.lower));
    }
    return may;
}

/* Absent first, so that an example names no key it does not need; then texts or lists. */
static enum lic_rc keep_key_points(struct finder *f, struct lic_err *err)
{
    struct joined_list lists = { .n = 0 };
    if (may_be_absent(f)) {
        TRY(keep_absent(f, err));
    }
    for (uint32_t i = 0; i < f->singles.n; i++) {
        struct axis_point single = f->singles.at[i];
        if (f->axis->list) {
            TRY(judge_single(f, &f->singles.at[i], &single, err));
        }
        TRY(keep_point(f, single, err));
    }
    if (!f->axis->list) {
        return LIC_OK;
    }
    TRY(find_lists(f, &lists, err));
    for (uint32_t i = 0; i < lists.n; i++) {
        TRY(keep_point(f, lists.at[i].point, err));
    }
    return LIC_OK;
}

static enum lic_rc keep_texts(struct finder *f, struct lic_err *err)
{
    for (uint32_t i = 0; i < f->singles.n; i++) {
        TRY(keep_point(f, f->singles.at[i], err));
    }
    return LIC_OK;
}

enum lic_rc axis_find_points(struct axis *axis, const struct axis_bindings *bindings,
                             struct axis_budget *budget, struct arena *arena, struct lic_err *err)
{
    struct finder f = { .axis = axis, .bindings = bindings, .budget = budget, .arena = arena };
    bool is_key = axis->kind == AXIS_TEXT_KEY || axis->kind == AXIS_TYPED_KEY;
    const struct axis_binding *binding = is_key ? find_binding(bindings, &axis->key) : NULL;
    axis->points.n = 0;
    axis->incomplete = NULL;
    if (binding) {
        return find_bound(&f, binding, err);
    }
    if (axis->kind == AXIS_TYPED_KEY) {
        TRY(find_typed(&f, err));
    } else {
        TRY(find_texts(&f, err));
    }
    return is_key ? keep_key_points(&f, err) : keep_texts(&f, err);
}

enum lic_rc axis_add_principal(struct axis *axis, const struct request_principal *principal,
                               struct arena *arena, struct lic_err *err)
{
    uint8_t *truths = arena_take_zeroed(arena, (size_t)axis->tests.n + 1);
    ENSURE(truths, err, LIC_E_NOMEM, "no memory for a principal");
    for (uint32_t i = 0; i < axis->tests.n; i++) {
        enum principal_grant grant = principal_named(axis->tests.at[i].principals_of, principal,
                                                     /* bounded= */ false);
        truths[i] = (uint8_t)truth_of(grant != GRANT_NONE);
    }
    if (have_point(axis, truths)) {
        return LIC_OK;
    }
    struct axis_point point = {
        .values = &principal->arn, .n = 1, .principal = principal, .truths = truths
    };
    ENSURE(ARENA_PUSH(arena, &axis->points, point), err, LIC_E_NOMEM, "no memory for a principal");
    return LIC_OK;
}
