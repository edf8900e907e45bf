/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Condition operators, expanded from cond.def: reading the policy's values once, and comparing the
 * request's values with them at each decision.
 */
#include "policy/cond.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"

#include <arpa/inet.h>

#include "base/banned.h"

#define ADDRESS_TEXT_BYTES 46u /* longest IPv6 text and its terminator */

enum cond_kind {
    KIND_TEXT,
    KIND_NOCASE,
    KIND_LIKE,
    KIND_ARN,
    KIND_NUMBER,
    KIND_DATE,
    KIND_FLAG,
    KIND_BINARY,
    KIND_ADDRESS,
    KIND_ABSENCE
};

enum cond_relation {
    RELATION_EQUAL,
    RELATION_LESS,
    RELATION_LESS_EQUAL,
    RELATION_GREATER,
    RELATION_GREATER_EQUAL
};

struct cond_operator {
    lic_str name;
    enum cond_kind kind;
    enum cond_relation relation;
    bool negated;
};

/* clang-format off */
#define OPERATOR(name, kind, relation, negated)                                                   \
    { { #name, sizeof(#name) - 1 }, KIND_##kind, RELATION_##relation, negated },
static const struct cond_operator operators[] = {
#include "policy/cond.def"
};
#undef OPERATOR
/* clang-format on */

/* Keys of the event that hold several values. */
#define IS_LIST_TEXT false
#define IS_LIST_LIST true
#define IS_LIST_INT false
#define IS_LIST_REAL false
#define IS_LIST_TIME false
#define IS_LIST_FLAG false
struct key_shape {
    lic_str key;
    bool list;
};
/* clang-format off */
#define FIELD(name, type, condition, record, which, doc)                                          \
    { { condition, sizeof(condition) - 1 }, IS_LIST_##type },
static const struct key_shape key_shapes[] = {
#include "event/fields.def"
};
#undef FIELD
/* clang-format on */

/* ---- reading ------------------------------------------------------------------------------ */

static const struct cond_operator *find_operator(lic_str name)
{
    for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
        if (str_eq(operators[i].name, name)) {
            return &operators[i];
        }
    }
    return NULL;
}

static bool take_prefix(lic_str *s, lic_str prefix)
{
    bool there = str_starts(*s, prefix);
    *s = str_tail(*s, there ? prefix.n : 0);
    return there;
}

static bool take_suffix(lic_str *s, lic_str suffix)
{
    bool there = str_ends(*s, suffix);
    *s = str_head(*s, s->n - (there ? suffix.n : 0));
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
    ENSURE(op->kind != KIND_ABSENCE || (!if_exists && set == COND_SET_NONE), err, LIC_E_INVALID,
           "Null takes neither IfExists nor a set operator, so \"" LIC_FMT "\" is not one",
           LIC_ARG(name));
    out->op = op;
    out->set = set;
    out->if_exists = if_exists;
    return LIC_OK;
}

static bool is_list_key(lic_str key)
{
    for (size_t i = 0; i < sizeof(key_shapes) / sizeof(key_shapes[0]); i++) {
        if (key_shapes[i].list && str_eq_nocase(key_shapes[i].key, key)) {
            return true;
        }
    }
    return false;
}

enum lic_rc cond_check_key(const struct cond *cond, lic_str key, struct lic_err *err)
{
    ENSURE(event_condition_known(key), err, LIC_E_UNKNOWN,
           "nothing defines the condition key \"" LIC_FMT "\"", LIC_ARG(key));
    bool set_needed = cond->set == COND_SET_NONE && cond->op->kind != KIND_ABSENCE;
    ENSURE(!set_needed || !is_list_key(key), err, LIC_E_INVALID,
           "\"" LIC_FMT "\" can have several values: write ForAnyValue:" LIC_FMT
           " or ForAllValues:" LIC_FMT,
           LIC_ARG(key), LIC_ARG(cond->op->name), LIC_ARG(cond->op->name));
    return LIC_OK;
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

/* The types whose values have a grammar of their own; false: the text is not of it. */
static bool parse_typed(enum cond_kind kind, lic_str text, struct cond_value *out)
{
    if (kind == KIND_NUMBER) {
        return str_double(text, &out->number);
    }
    if (kind == KIND_DATE) {
        return clock_parse(text, &out->time_ns);
    }
    if (kind == KIND_ADDRESS) {
        return parse_block(text, &out->block);
    }
    return parse_flag(text, &out->flag);
}

static const char *typed_name(enum cond_kind kind)
{
    switch (kind) {
    case KIND_NUMBER:
        return "a number";
    case KIND_DATE:
        return "a date like 2026-01-31T12:00:00Z";
    case KIND_ADDRESS:
        return "an IP address or a block like 192.0.2.0/24";
    case KIND_FLAG:
    case KIND_ABSENCE:
        return "true or false";
    case KIND_TEXT:
    case KIND_NOCASE:
    case KIND_LIKE:
    case KIND_ARN:
    case KIND_BINARY:
        break;
    }
    UNREACHABLE("texts have no grammar of their own");
}

enum lic_rc cond_read_value(struct arena *arena, const struct cond *cond, lic_str text,
                            bool variables, struct cond_value *out, struct lic_err *err)
{
    switch (cond->op->kind) {
    case KIND_TEXT:
        return read_pattern(arena, VARS_EXACT, text, variables, out, err);
    case KIND_NOCASE:
        return read_pattern(arena, VARS_NOCASE, text, variables, out, err);
    case KIND_LIKE:
        return read_pattern(arena, VARS_LIKE, text, variables, out, err);
    case KIND_ARN:
        return read_pattern(arena, VARS_ARN, text, variables, out, err);
    case KIND_BINARY:
        ENSURE(is_base64(text), err, LIC_E_INVALID, "\"" LIC_FMT "\" is not base64", LIC_ARG(text));
        out->text = str_copy(arena, text);
        ENSURE(out->text.at, err, LIC_E_NOMEM, "no memory for a condition value");
        return LIC_OK;
    case KIND_NUMBER:
    case KIND_DATE:
    case KIND_FLAG:
    case KIND_ADDRESS:
    case KIND_ABSENCE:
        ENSURE(parse_typed(cond->op->kind, text, out), err, LIC_E_INVALID,
               "\"" LIC_FMT "\" is not %s", LIC_ARG(text), typed_name(cond->op->kind));
        return LIC_OK;
    }
    UNREACHABLE("every kind is read");
}

/* ---- deciding ----------------------------------------------------------------------------- */

static bool relation_holds(enum cond_relation relation, int order)
{
    switch (relation) {
    case RELATION_EQUAL:
        return order == 0;
    case RELATION_LESS:
        return order < 0;
    case RELATION_LESS_EQUAL:
        return order <= 0;
    case RELATION_GREATER:
        return order > 0;
    case RELATION_GREATER_EQUAL:
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

/* Compares a request's text with a value that has a grammar; UNSURE when the text is not of it. */
static enum truth compare_typed(const struct cond_operator *op, const struct cond_value *value,
                                lic_str text)
{
    struct cond_value asked;
    if (!parse_typed(op->kind, text, &asked)) {
        return TRUTH_UNSURE;
    }
    if (op->kind == KIND_ADDRESS && asked.block.bits_n != asked.block.bytes_n * 8) {
        return TRUTH_UNSURE;
    }
    if (op->kind == KIND_ADDRESS) {
        return truth_of(block_contains(&value->block, &asked.block));
    }
    if (op->kind == KIND_FLAG) {
        return truth_of(asked.flag == value->flag);
    }
    int order = op->kind == KIND_NUMBER
                    ? (asked.number > value->number) - (asked.number < value->number)
                    : (asked.time_ns > value->time_ns) - (asked.time_ns < value->time_ns);
    return truth_of(relation_holds(op->relation, order));
}

static bool looks_like_arn(lic_str text)
{
    uint32_t parts_n = 1;
    for (size_t i = 0; i < text.n; i++) {
        parts_n += text.at[i] == ':' ? 1 : 0;
    }
    return parts_n >= 6;
}

static enum lic_rc compare_text(const struct cond_operator *op, const struct cond_value *value,
                                lic_str text, const struct vars_ask *ask, enum truth *out,
                                struct lic_err *err)
{
    enum truth truth = TRUTH_UNSURE;
    TRY(vars_match(&value->pattern, text, ask, &truth, err));
    /* Nothing matches a variable without a value; under a negation that must not grant. */
    bool nothing_matches = truth == TRUTH_UNSURE && !op->negated;
    *out = nothing_matches ? TRUTH_NO : truth;
    return LIC_OK;
}

static enum lic_rc compare(const struct cond_operator *op, const struct cond_value *value,
                           lic_str text, const struct vars_ask *ask, enum truth *out,
                           struct lic_err *err)
{
    switch (op->kind) {
    case KIND_ARN:
        *out = TRUTH_UNSURE;
        return looks_like_arn(text) ? compare_text(op, value, text, ask, out, err) : LIC_OK;
    case KIND_TEXT:
    case KIND_NOCASE:
    case KIND_LIKE:
        return compare_text(op, value, text, ask, out, err);
    case KIND_BINARY:
        *out = truth_of(str_eq(value->text, text));
        return LIC_OK;
    case KIND_NUMBER:
    case KIND_DATE:
    case KIND_FLAG:
    case KIND_ADDRESS:
        *out = compare_typed(op, value, text);
        return LIC_OK;
    case KIND_ABSENCE:
        break;
    }
    UNREACHABLE("Null compares no text");
}

/* One value of the request against all values of the policy: any of them, or none if negated. */
static enum lic_rc decide_one(const struct cond *cond, lic_str text, const struct vars_ask *ask,
                              enum truth *out, struct lic_err *err)
{
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < cond->values_n && any != TRUTH_YES; i++) {
        enum truth one = TRUTH_NO;
        TRY(compare(cond->op, &cond->values[i], text, ask, &one, err));
        any = truth_or(any, one);
    }
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
        any = truth_or(any, truth_of(cond->values[i].flag == absent));
    }
    return any;
}

static enum lic_rc decide_set(const struct cond *cond, const lic_str *texts, uint32_t n,
                              const struct vars_ask *ask, enum truth *out, struct lic_err *err)
{
    bool all = cond->set == COND_SET_ALL;
    enum truth result = truth_of(all);
    for (uint32_t i = 0; i < n; i++) {
        enum truth one = TRUTH_NO;
        TRY(decide_one(cond, texts[i], ask, &one, err));
        result = all ? truth_and(result, one) : truth_or(result, one);
    }
    *out = result;
    return LIC_OK;
}

enum lic_rc cond_holds(const struct cond *cond, const struct vars_ask *ask, enum truth *out,
                       struct lic_err *err)
{
    const lic_str *texts = NULL;
    uint32_t n = 0;
    TRY(event_condition(ask->event, cond->key, ask->arena, &texts, &n, err));
    if (cond->op->kind == KIND_ABSENCE) {
        *out = decide_null(cond, n == 0);
        return LIC_OK;
    }
    if (n == 0) {
        *out = decide_absent(cond);
        return LIC_OK;
    }
    if (cond->set != COND_SET_NONE) {
        return decide_set(cond, texts, n, ask, out, err);
    }
    if (n > 1) {
        /* AWS says several values need a set operator, and not what happens without one. */
        *out = TRUTH_UNSURE;
        return LIC_OK;
    }
    return decide_one(cond, texts[0], ask, out, err);
}
