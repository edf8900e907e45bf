/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition operators, expanded from cond.def: reading the policy's values once, and comparing the
 * request's values with them at each decision.
 */
#include "policy/cond.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/sort.h"
#include "base/str.h"
#include "policy/date.h"

#include <arpa/inet.h>

#include "base/banned.h"

#define SORTED_ABOVE 8u        /* values; fewer are compared one by one */
#define ADDRESS_TEXT_BYTES 46u /* longest IPv6 text and its terminator */

struct cond_operator {
    lic_str name;
    enum cond_kind kind;
    enum cond_relation relation;
    bool negated;
};

/* clang-format off */
#define OPERATOR(name, kind, relation, negated)                                                   \
    { { #name, sizeof(#name) - 1 }, COND_##kind, COND_##relation, negated },
static const struct cond_operator operators[] = {
#include "policy/cond.def"
};
#undef OPERATOR
/* clang-format on */

/* ---- reading ------------------------------------------------------------------------------ */

static const struct cond_operator *find_operator(lic_str name)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (str_eq_nocase(operators[i].name, name)) {
            return &operators[i];
        }
    }
    return NULL;
}

/* Operators have no case, as keys have none. */
static bool take_prefix(lic_str *s, lic_str prefix)
{
    bool there = str_eq_nocase(str_head(*s, prefix.n), prefix);
    *s = str_tail(*s, there ? prefix.n : 0);
    return there;
}

static bool take_suffix(lic_str *s, lic_str suffix)
{
    size_t n = s->n > suffix.n ? s->n - suffix.n : 0;
    bool there = str_eq_nocase(str_tail(*s, n), suffix);
    *s = str_head(*s, there ? n : s->n);
    return there;
}

static enum cond_set take_set(lic_str *name)
{
    if (take_prefix(name, LIC_STR("ForAllValues:"))) {
        return COND_SET_ALL;
    }
    return take_prefix(name, LIC_STR("ForAnyValue:")) ? COND_SET_ANY : COND_SET_NONE;
}

enum lic_rc cond_read_operator(lic_str name, struct cond *out, struct lic_err *err)
{
    lic_str base = name;
    enum cond_set set = take_set(&base);
    bool if_exists = take_suffix(&base, LIC_STR("IfExists"));
    const struct cond_operator *op = find_operator(base);
    ENSURE(op, err, LIC_E_UNKNOWN, "\"" LIC_FMT "\" is not a condition operator", LIC_ARG(name));
    ENSURE(op->kind != COND_ABSENCE || (!if_exists && set == COND_SET_NONE), err, LIC_E_INVALID,
           "Null takes neither IfExists nor a set operator, so \"" LIC_FMT "\" is not one",
           LIC_ARG(name));
    out->op = op;
    out->set = set;
    out->if_exists = if_exists;
    return LIC_OK;
}

lic_str cond_operator_name(const struct cond_operator *op)
{
    return op->name;
}

enum cond_kind cond_operator_kind(const struct cond_operator *op)
{
    return op->kind;
}

enum cond_relation cond_operator_relation(const struct cond_operator *op)
{
    return op->relation;
}

bool cond_operator_negated(const struct cond_operator *op)
{
    return op->negated;
}

bool cond_operator_takes_patterns(const struct cond_operator *op)
{
    return op->kind == COND_TEXT || op->kind == COND_NOCASE || op->kind == COND_LIKE ||
           op->kind == COND_ARN;
}

static bool parse_flag(lic_str text, bool *out)
{
    *out = str_eq_nocase(text, LIC_STR("true"));
    return *out || str_eq_nocase(text, LIC_STR("false"));
}

static bool is_base64_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

static bool is_base64(lic_str text)
{
    lic_str body = text;
    if (take_suffix(&body, LIC_STR("="))) {
        (void)take_suffix(&body, LIC_STR("="));
    }
    for (size_t i = 0; i < body.n; i++) {
        if (!is_base64_char(body.at[i])) {
            return false;
        }
    }
    return text.n % 4 == 0;
}

static bool parse_address_bytes(lic_str text, struct cond_block *out)
{
    char z[ADDRESS_TEXT_BYTES];
    if (text.n == 0 || text.n >= sizeof(z) || str_find_char(text, '\0') < text.n) {
        return false;
    }
    memcpy(z, text.at, text.n);
    z[text.n] = '\0';
    if (inet_pton(AF_INET, z, out->bytes) == 1) {
        out->bytes_n = 4;
        return true;
    }
    out->bytes_n = 16;
    return inet_pton(AF_INET6, z, out->bytes) == 1;
}

/* A peer of a dual-stack listener appears as ::ffff:192.0.2.1 and is the same peer. */
static void unmap_ipv4(struct cond_block *block)
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    bool is_mapped = block->bytes_n == 16 && block->bits_n >= 96 &&
                     memcmp(block->bytes, mapped, sizeof(mapped)) == 0;
    if (is_mapped) {
        memmove(block->bytes, block->bytes + sizeof(mapped), 4);
        block->bytes_n = 4;
        block->bits_n = (uint8_t)(block->bits_n - 96);
    }
}

/* "192.0.2.0/24", "2001:db8::/32" or one address. */
static bool parse_block(lic_str text, struct cond_block *out)
{
    struct cond_block block = { .bytes_n = 0 };
    lic_str bits_text = text;
    lic_str address = str_split(&bits_text, '/');
    if (!parse_address_bytes(address, &block)) {
        return false;
    }
    uint64_t bits = (uint64_t)block.bytes_n * 8;
    bool has_bits = address.n < text.n;
    if (has_bits && (!str_u64(bits_text, &bits) || bits > (uint64_t)block.bytes_n * 8)) {
        return false;
    }
    block.bits_n = (uint8_t)bits;
    unmap_ipv4(&block);
    *out = block;
    return true;
}

static enum lic_rc read_pattern(struct arena *arena, enum vars_use use, lic_str text,
                                bool variables, struct cond_value *out, struct lic_err *err)
{
    return vars_read(arena, text, use, variables, &out->pattern, err);
}

/* JSON's numbers, and also "+5" and "007". */
static bool parse_number(lic_str text, double *out)
{
    lic_str s = text;
    (void)take_prefix(&s, LIC_STR("+"));
    while (s.n > 1 && s.at[0] == '0' && s.at[1] >= '0' && s.at[1] <= '9') {
        s = str_tail(s, 1);
    }
    return str_double(s, out);
}

/* The types whose values have a grammar of their own; false: the text is not of it. */
static bool parse_typed(enum cond_kind kind, lic_str text, struct cond_value *out)
{
    if (kind == COND_NUMBER) {
        return parse_number(text, &out->number);
    }
    if (kind == COND_DATE) {
        return date_parse(text, &out->time_ns);
    }
    if (kind == COND_ADDRESS) {
        return parse_block(text, &out->block);
    }
    return parse_flag(text, &out->flag);
}

static const char *typed_name(enum cond_kind kind)
{
    switch (kind) {
    case COND_NUMBER:
        return "a number";
    case COND_DATE:
        return "a date like 2026-01-31T12:00:00Z";
    case COND_ADDRESS:
        return "an IP address or a block like 192.0.2.0/24";
    case COND_FLAG:
    case COND_ABSENCE:
        return "true or false";
    case COND_TEXT:
    case COND_NOCASE:
    case COND_LIKE:
    case COND_ARN:
    case COND_BINARY:
        break;
    }
    UNREACHABLE("texts have no grammar of their own");
}

enum lic_rc cond_read_value(struct arena *arena, const struct cond *cond, lic_str text,
                            bool variables, struct cond_value *out, struct lic_err *err)
{
    out->unreadable = false;
    switch (cond->op->kind) {
    case COND_TEXT:
        return read_pattern(arena, VARS_EXACT, text, variables, out, err);
    case COND_NOCASE:
        return read_pattern(arena, VARS_NOCASE, text, variables, out, err);
    case COND_LIKE:
        return read_pattern(arena, VARS_LIKE, text, variables, out, err);
    case COND_ARN:
        return read_pattern(arena, VARS_ARN, text, variables, out, err);
    case COND_BINARY:
        ENSURE(is_base64(text), err, LIC_E_INVALID, "\"" LIC_FMT "\" is not base64", LIC_ARG(text));
        out->text = str_copy(arena, text);
        ENSURE(out->text.at, err, LIC_E_NOMEM, "no memory for a condition value");
        return LIC_OK;
    case COND_NUMBER:
    case COND_DATE:
    case COND_FLAG:
    case COND_ADDRESS:
    case COND_ABSENCE:
        ENSURE(parse_typed(cond->op->kind, text, out), err, LIC_E_INVALID,
               "\"" LIC_FMT "\" is not %s", LIC_ARG(text), typed_name(cond->op->kind));
        return LIC_OK;
    }
    UNREACHABLE("every kind is read");
}

/* ---- compiling ---------------------------------------------------------------------------- */

/* A whole text: neither wildcards nor variables. */
static bool is_whole(const struct cond_value *value)
{
    return value->pattern.pieces_n == 0 && value->pattern.shape == VARS_SHAPE_WHOLE;
}

static int compare_texts(const void *a, const void *b)
{
    return str_cmp(*(const lic_str *)a, *(const lic_str *)b);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int compare_texts_nocase(const void *a, const void *b)
{
    const lic_str *left = a, *right = b;
    size_t n = left->n < right->n ? left->n : right->n;
    for (size_t i = 0; i < n; i++) {
        int order = (unsigned char)lower(left->at[i]) - (unsigned char)lower(right->at[i]);
        if (order != 0) {
            return order;
        }
    }
    return (left->n > right->n) - (left->n < right->n);
}

static sort_compare_fn *order_of(const struct cond *cond)
{
    return cond->op->kind == COND_NOCASE ? compare_texts_nocase : compare_texts;
}

enum lic_rc cond_compile(struct arena *arena, struct cond *cond, struct lic_err *err)
{
    TRY(vars_key(arena, cond->key, &cond->lookup, err));
    if (cond->values_n <= SORTED_ABOVE || !cond_operator_takes_patterns(cond->op)) {
        return LIC_OK;
    }
    lic_str *sorted = ARENA_ARRAY(arena, lic_str, cond->values_n);
    uint32_t *others = ARENA_ARRAY(arena, uint32_t, cond->values_n);
    ENSURE(sorted && others, err, LIC_E_NOMEM, "no memory for %u condition values", cond->values_n);
    for (uint32_t i = 0; i < cond->values_n; i++) {
        if (is_whole(&cond->values[i])) {
            sorted[cond->sorted_n++] = cond->values[i].pattern.text;
        } else {
            others[cond->others_n++] = i;
        }
    }
    sort_array(sorted, cond->sorted_n, sizeof(*sorted), order_of(cond));
    cond->sorted = sorted;
    cond->others = others;
    return LIC_OK;
}

static bool is_listed(const struct cond *cond, lic_str text)
{
    sort_compare_fn *compare = order_of(cond);
    uint32_t low = 0;
    uint32_t high = cond->sorted_n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(&text, &cond->sorted[middle]);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return false;
}

/* ---- deciding ----------------------------------------------------------------------------- */

static bool relation_holds(enum cond_relation relation, int order)
{
    switch (relation) {
    case COND_EQUAL:
        return order == 0;
    case COND_LESS:
        return order < 0;
    case COND_LESS_EQUAL:
        return order <= 0;
    case COND_GREATER:
        return order > 0;
    case COND_GREATER_EQUAL:
        return order >= 0;
    }
    UNREACHABLE("every relation is decided");
}

static bool block_contains(const struct cond_block *block, const struct cond_block *address)
{
    if (block->bytes_n != address->bytes_n) {
        return false;
    }
    uint32_t whole = block->bits_n / 8u;
    uint32_t rest = block->bits_n % 8u;
    if (memcmp(block->bytes, address->bytes, whole) != 0) {
        return false;
    }
    uint32_t mask = (0xff00u >> rest) & 0xffu;
    return rest == 0 || ((block->bytes[whole] ^ address->bytes[whole]) & mask) == 0;
}

static bool typed_equal(const struct cond_operator *op, const struct cond_value *value,
                        const struct cond_value *asked)
{
    if (op->kind == COND_ADDRESS) {
        return block_contains(&value->block, &asked->block);
    }
    if (op->kind == COND_FLAG) {
        return asked->flag == value->flag;
    }
    int order = op->kind == COND_NUMBER
                    ? (asked->number > value->number) - (asked->number < value->number)
                    : (asked->time_ns > value->time_ns) - (asked->time_ns < value->time_ns);
    return relation_holds(op->relation, order);
}

/* What is not of the operator's type matches nothing; who asks strictly wants to know. */
static enum truth mistyped(const struct vars_ask *ask)
{
    return ask->request->strict ? TRUTH_UNSURE : TRUTH_NO;
}

static enum truth any_typed(const struct cond *cond, lic_str text, const struct vars_ask *ask)
{
    struct cond_value asked;
    enum truth any = TRUTH_NO;
    bool one_address = true;
    if (!parse_typed(cond->op->kind, text, &asked)) {
        return mistyped(ask);
    }
    if (cond->op->kind == COND_ADDRESS) {
        one_address = asked.block.bits_n == asked.block.bytes_n * 8;
    }
    for (uint32_t i = 0; i < cond->values_n && any != TRUTH_YES; i++) {
        const struct cond_value *value = &cond->values[i];
        bool readable = one_address && !value->unreadable;
        enum truth one = readable ? truth_of(typed_equal(cond->op, value, &asked)) : mistyped(ask);
        any = truth_or(any, one);
    }
    return any;
}

static bool looks_like_arn(lic_str text)
{
    uint32_t colons_n = 0;
    for (size_t i = 0; i < text.n && colons_n < 5; i++) {
        colons_n += text.at[i] == ':' ? 1 : 0;
    }
    return colons_n == 5;
}

static enum lic_rc compare_text(const struct cond *cond, uint32_t i, lic_str text,
                                const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    enum truth truth = TRUTH_UNSURE;
    TRY(vars_match(&cond->values[i].pattern, text, ask, &truth, err));
    /* Nothing matches a variable without a value; under a negation that must not grant. */
    bool nothing_matches = truth == TRUTH_UNSURE && !cond->op->negated;
    *out = nothing_matches ? TRUTH_NO : truth;
    return LIC_OK;
}

static enum lic_rc any_text(const struct cond *cond, lic_str text, const struct vars_ask *ask,
                            enum truth *out, struct lic_err *err)
{
    if (cond->op->kind == COND_ARN && !looks_like_arn(text)) {
        *out = mistyped(ask);
        return LIC_OK;
    }
    enum truth any = truth_of(cond->sorted && is_listed(cond, text));
    uint32_t n = cond->sorted ? cond->others_n : cond->values_n;
    for (uint32_t i = 0; i < n && any != TRUTH_YES; i++) {
        enum truth one = TRUTH_NO;
        TRY(compare_text(cond, cond->sorted ? cond->others[i] : i, text, ask, &one, err));
        any = truth_or(any, one);
    }
    *out = any;
    return LIC_OK;
}

static enum truth any_binary(const struct cond *cond, lic_str text, const struct vars_ask *ask)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < cond->values_n && any != TRUTH_YES; i++) {
        const struct cond_value *value = &cond->values[i];
        any =
            truth_or(any, value->unreadable ? mistyped(ask) : truth_of(str_eq(value->text, text)));
    }
    return any;
}

/* Whether this value of the request matches any value of the policy, before negation. */
static enum lic_rc matches_any(const struct cond *cond, lic_str text, const struct vars_ask *ask,
                               enum truth *out, struct lic_err *err)
{
    switch (cond->op->kind) {
    case COND_TEXT:
    case COND_NOCASE:
    case COND_LIKE:
    case COND_ARN:
        return any_text(cond, text, ask, out, err);
    case COND_BINARY:
        *out = any_binary(cond, text, ask);
        return LIC_OK;
    case COND_NUMBER:
    case COND_DATE:
    case COND_FLAG:
    case COND_ADDRESS:
        *out = any_typed(cond, text, ask);
        return LIC_OK;
    case COND_ABSENCE:
        break;
    }
    UNREACHABLE("Null compares no text");
}

static enum lic_rc decide_one(const struct cond *cond, lic_str text, const struct vars_ask *ask,
                              enum truth *out, struct lic_err *err)
{
    enum truth any = TRUTH_NO;
    TRY(matches_any(cond, text, ask, &any, err));
    *out = cond->op->negated ? truth_not(any) : any;
    return LIC_OK;
}

static enum truth decide_absent(const struct cond *cond)
{
    switch (cond->set) {
    case COND_SET_ALL:
        return TRUTH_YES;
    case COND_SET_ANY:
        return TRUTH_NO;
    case COND_SET_NONE:
        return truth_of(cond->if_exists || cond->op->negated);
    }
    UNREACHABLE("every set operator is decided");
}

static enum truth decide_null(const struct cond *cond, bool absent)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < cond->values_n; i++) {
        any =
            truth_or(any, truth_of(!cond->values[i].unreadable && cond->values[i].flag == absent));
    }
    return any;
}

static bool is_all_blank(const lic_str *texts, uint32_t n)
{
    uint32_t blank_n = 0;
    while (blank_n < n && texts[blank_n].n == 0) {
        blank_n++;
    }
    return blank_n == n;
}

/* Every value must hold. AWS: also true when the values are "a null dataset, such as an empty
 * string"; who asks strictly does not want that. */
static enum lic_rc decide_all(const struct cond *cond, const struct request_found *found,
                              const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    enum truth result = TRUTH_YES;
    if (!ask->request->strict && is_all_blank(found->at, found->n)) {
        *out = TRUTH_YES;
        return LIC_OK;
    }
    for (uint32_t i = 0; i < found->n && result != TRUTH_NO; i++) {
        enum truth one = TRUTH_NO;
        TRY(decide_one(cond, found->at[i], ask, &one, err));
        result = truth_and(result, one);
    }
    *out = result;
    return LIC_OK;
}

static enum lic_rc decide_any(const struct cond *cond, const struct request_found *found,
                              const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    enum truth result = TRUTH_NO;
    for (uint32_t i = 0; i < found->n && result != TRUTH_YES; i++) {
        enum truth one = TRUTH_NO;
        TRY(decide_one(cond, found->at[i], ask, &one, err));
        result = truth_or(result, one);
    }
    *out = result;
    return LIC_OK;
}

/* A list needs a set operator: without one AWS matches nothing, also under a negation. */
static enum lic_rc decide_plain(const struct cond *cond, const struct request_found *found,
                                const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    if (found->list) {
        *out = mistyped(ask);
        return LIC_OK;
    }
    return decide_one(cond, found->at[0], ask, out, err);
}

static enum lic_rc decide_present(const struct cond *cond, const struct request_found *found,
                                  const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    switch (cond->set) {
    case COND_SET_ALL:
        return decide_all(cond, found, ask, out, err);
    case COND_SET_ANY:
        return decide_any(cond, found, ask, out, err);
    case COND_SET_NONE:
        return decide_plain(cond, found, ask, out, err);
    }
    UNREACHABLE("every set operator is decided");
}

/* An empty list counts as absent: AWS's Null asks for "exists and its value is not null". */
enum lic_rc cond_holds(const struct cond *cond, const struct vars_ask *ask, enum truth *out,
                       struct lic_err *err)
{
    struct request_found found;
    TRY(request_find(ask->request, &cond->lookup, ask->arena, &found, err));
    if (cond->op->kind == COND_ABSENCE) {
        *out = decide_null(cond, found.n == 0);
        return LIC_OK;
    }
    if (found.n == 0) {
        *out = decide_absent(cond);
        return LIC_OK;
    }
    return decide_present(cond, &found, ask, out, err);
}
