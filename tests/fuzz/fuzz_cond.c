/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An operator, a line with values of the policy (separated by tabs) and a line with values of the
 * request: whatever they are, the rules of AWS about negation, absence and set operators hold.
 */
#include "policy/cond.h"
#include "test.h"

#define VALUES_MAX 40u
#define KEY "aws:PrincipalTag/k"

struct input {
    struct arena *arena;
    struct cond cond;
    lic_str texts[VALUES_MAX];
    uint32_t texts_n;
};

static uint32_t split(lic_str line, lic_str *out)
{
    uint32_t n = 0;
    while (line.n > 0 && n < VALUES_MAX) {
        out[n++] = str_split(&line, '\t');
    }
    return n;
}

static bool read_cond(struct input *in, lic_str name, lic_str line)
{
    lic_str texts[VALUES_MAX];
    uint32_t n = split(line, texts);
    struct cond_value *values = ARENA_ARRAY(in->arena, struct cond_value, VALUES_MAX);
    in->cond = (struct cond){ .key = LIC_STR(KEY), .values = values };
    if (!values || cond_read_operator(name, &in->cond, NULL) != LIC_OK) {
        return false;
    }
    for (; in->cond.values_n < n; in->cond.values_n++) {
        struct cond_value *value = &values[in->cond.values_n];
        if (cond_read_value(in->arena, &in->cond, texts[in->cond.values_n], true, value, NULL) !=
            LIC_OK) {
            return false;
        }
    }
    return cond_compile(in->arena, &in->cond, NULL) == LIC_OK;
}

static bool ask(const struct input *in, uint32_t n, bool list, bool strict, enum truth *out)
{
    struct request_context context;
    if (request_context_init(&context, in->arena, 1, NULL) != LIC_OK) {
        return false;
    }
    if (n > 0 && request_context_add(&context, in->cond.key, in->texts, n, list, NULL) != LIC_OK) {
        return false;
    }
    struct policy_request request = { .table = context.slots,
                                      .mask = context.mask,
                                      .strict = strict };
    struct vars_ask question = { &request, in->arena };
    return cond_holds(&in->cond, &question, out, NULL) == LIC_OK;
}

/* Strictly asked is never surer of another answer. */
static void check_strictness(const struct input *in, uint32_t n, bool list)
{
    enum truth loose, strict;
    if (ask(in, n, list, false, &loose) && ask(in, n, list, true, &strict)) {
        bool blank = in->cond.set == COND_SET_ALL && n > 0 && in->texts[0].n == 0;
        CHECK(loose != TRUTH_UNSURE);
        CHECK(strict == TRUTH_UNSURE || strict == loose || blank);
    }
}

static void check_absent(const struct input *in)
{
    enum truth truth;
    bool negated = cond_operator_negated(in->cond.op);
    if (cond_operator_kind(in->cond.op) == COND_ABSENCE || !ask(in, 0, false, true, &truth)) {
        return;
    }
    CHECK(in->cond.set != COND_SET_ALL || truth == TRUTH_YES);
    CHECK(in->cond.set != COND_SET_ANY || truth == TRUTH_NO);
    CHECK(in->cond.set != COND_SET_NONE || truth == truth_of(negated || in->cond.if_exists));
}

/* A long list is searched another way; asked about by itself each value must say the same. */
static void check_list(const struct input *in)
{
    enum truth all;
    if (cond_operator_negated(in->cond.op) || in->cond.set != COND_SET_NONE || in->cond.if_exists ||
        in->texts_n == 0 || !ask(in, 1, false, true, &all)) {
        return;
    }
    enum truth any = TRUTH_NO;
    for (uint32_t i = 0; i < in->cond.values_n; i++) {
        struct input one = *in;
        one.cond.values = &in->cond.values[i];
        one.cond.values_n = 1;
        one.cond.sorted = NULL;
        enum truth truth;
        if (!ask(&one, 1, false, true, &truth)) {
            return;
        }
        any = truth_or(any, truth);
    }
    CHECK(in->cond.values_n == 0 || any == all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct input in = { .arena = arena };
    lic_str rest = str_make((const char *)data, size);
    lic_str name = str_split(&rest, '\n');
    lic_str values = str_split(&rest, '\n');
    if (!read_cond(&in, name, values)) {
        return 0;
    }
    in.texts_n = split(rest, in.texts);
    check_absent(&in);
    check_list(&in);
    for (uint32_t n = 0; n <= in.texts_n; n++) {
        check_strictness(&in, n, n != 1);
    }
    return 0;
}
