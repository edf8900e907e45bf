/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs asked with texts and answered in text: include/lictor/prove.h. Everything of one question
 * lives in one arena; only the answer's text leaves it.
 */
#include <lictor/prove.h>

#include "advise/diff.h"
#include "advise/public.h"
#include "advise/words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/str.h"

#include "base/banned.h"

#define ARENA_BYTES_MAX ((size_t)2048 * 1024 * 1024)
#define TEXT_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define POOL_BLOCKS 16u

struct doc_list {
    const struct policy_doc **at;
    uint32_t n, cap;
};

/* One question while it is asked. */
struct proving {
    struct arena *arena;
    const struct lic_prove_ask *ask;
    struct doc_list a, b;
    bool json;
    struct buf text;
    struct prove_question question;
    struct request_principal principal;
    const struct request_principal *principal_at;
    struct axis_bindings fixed;
    struct callers callers;
    enum lic_prove_verdict verdict;
};

/* ---- reading ------------------------------------------------------------------------------ */

static enum lic_rc read_files(struct proving *p, const struct lic_policy_file *files, uint32_t n,
                              struct doc_list *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct policy_doc *doc = NULL;
        TRY(policy_doc_read(p->arena, files[i].name, files[i].text,
                            p->ask->resource ? DOC_RESOURCE : DOC_ANY, &doc, err));
        ENSURE(ARENA_PUSH(p->arena, out, doc), err, LIC_E_NOMEM, "no memory for %u policies", n);
    }
    return LIC_OK;
}

/* ---- cannot: the requests it is about ----------------------------------------------------- */

/* "NumericLessThan:s3:max-keys=10" or "aws:SourceIp=..."; an operator's name has no colon. */
struct region_condition {
    lic_str op, key, value;
};

static enum lic_rc read_condition(lic_str text, struct region_condition *out, struct lic_err *err)
{
    struct cond cond;
    size_t equals = str_find_char(text, '=');
    ENSURE(equals < text.n && equals > 0, err, LIC_E_SYNTAX,
           "the condition \"" LIC_FMT "\" is not KEY=VALUE or OPERATOR:KEY=VALUE", LIC_ARG(text));
    lic_str name = str_head(text, equals);
    size_t colon = str_find_char(name, ':');
    lic_str set = str_head(name, colon);
    if (str_eq(set, LIC_STR("ForAnyValue")) || str_eq(set, LIC_STR("ForAllValues"))) {
        colon += 1 + str_find_char(str_tail(name, colon + 1), ':');
    }
    *out = (struct region_condition){ .op = LIC_STR("StringEquals"), .key = name };
    out->value = str_tail(text, equals + 1);
    if (cond_read_operator(str_head(name, colon), &cond, NULL) == LIC_OK) {
        out->op = str_head(name, colon);
        out->key = str_tail(name, colon + 1);
    }
    ENSURE(out->key.n > 0, err, LIC_E_SYNTAX, "the condition \"" LIC_FMT "\" names no key",
           LIC_ARG(text));
    return LIC_OK;
}

static bool is_first(const struct region_condition *conditions, uint32_t i, bool key_too)
{
    for (uint32_t k = 0; k < i; k++) {
        bool same = str_eq(conditions[k].op, conditions[i].op);
        if (same && (!key_too || str_eq_nocase(conditions[k].key, conditions[i].key))) {
            return false;
        }
    }
    return true;
}

/* The values of one key under one operator. */
static void put_key(struct json_out *json, const struct region_condition *conditions, uint32_t n,
                    uint32_t first)
{
    json_out_name(json, conditions[first].key);
    json_out_array(json);
    for (uint32_t i = first; i < n; i++) {
        if (str_eq(conditions[i].op, conditions[first].op) &&
            str_eq_nocase(conditions[i].key, conditions[first].key)) {
            json_out_str(json, conditions[i].value);
        }
    }
    json_out_array_end(json);
}

static void put_conditions(struct json_out *json, const struct region_condition *conditions,
                           uint32_t n)
{
    json_out_raw_name(json, JSON_NAME("Condition"));
    json_out_object(json);
    for (uint32_t i = 0; i < n; i++) {
        if (!is_first(conditions, i, /* key_too= */ false)) {
            continue;
        }
        json_out_name(json, conditions[i].op);
        json_out_object(json);
        for (uint32_t k = i; k < n; k++) {
            bool same = str_eq(conditions[k].op, conditions[i].op);
            if (same && is_first(conditions, k, /* key_too= */ true)) {
                put_key(json, conditions, n, k);
            }
        }
        json_out_object_end(json);
    }
    json_out_object_end(json);
}

/* The requests that the question is about, as a policy of one statement. */
static enum lic_rc read_region(struct proving *p, struct lic_err *err)
{
    const struct lic_prove_ask *ask = p->ask;
    struct json_out json;
    struct buf text;
    struct region_condition *conditions =
        ARENA_ARRAY(p->arena, struct region_condition, (size_t)ask->conditions_n + 1);
    ENSURE(conditions, err, LIC_E_NOMEM, "no memory for conditions");
    for (uint32_t i = 0; i < ask->conditions_n; i++) {
        TRY(read_condition(ask->conditions[i], &conditions[i], err));
    }
    buf_init(&text, p->arena, TEXT_BYTES_MAX);
    json_out_init(&json, &text);
    json_out_raw(&json, LIC_STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\""));
    json.comma = true;
    json_out_raw_name(&json, JSON_NAME("Action"));
    json_out_str(&json, ask->action);
    json_out_raw_name(&json, JSON_NAME("Resource"));
    json_out_str(&json, ask->resource_pattern);
    put_conditions(&json, conditions, ask->conditions_n);
    buf_add(&text, LIC_STR("}}"));
    TRY(buf_check(&text, "the requests asked about", err));
    return policy_doc_read(p->arena, LIC_STR("the question"), buf_str(&text), DOC_ANY,
                           &p->question.within, err);
}

/* The keys that the principal fixes. A session's role may have any path, so its ARN is open. */
static enum lic_rc fix_principal_keys(struct proving *p, struct lic_err *err)
{
    static const lic_str keys[] = { { "aws:principalarn", 16 },
                                    { "aws:principalaccount", 20 },
                                    { "aws:principaltype", 17 },
                                    { "aws:username", 12 },
                                    { "aws:principalisawsservice", 25 } };
    size_t n = sizeof(keys) / sizeof(keys[0]);
    struct axis_binding *fixed = ARENA_ARRAY(p->arena, struct axis_binding, n);
    ENSURE(fixed, err, LIC_E_NOMEM, "no memory for the principal's keys");
    p->fixed = (struct axis_bindings){ .at = fixed };
    for (size_t i = p->principal.kind == REQUEST_ROLE_SESSION ? 1 : 0; i < n; i++) {
        struct callers_key value;
        bool decided = false;
        TRY(callers_key(&p->principal, keys[i], p->arena, &decided, &value, err));
        fixed[p->fixed.n++] = (struct axis_binding){ .key = request_key_make(keys[i]),
                                                     .value = value.value,
                                                     .absent = value.absent };
    }
    p->question.fixed = &p->fixed;
    return LIC_OK;
}

static enum lic_rc read_principal(struct proving *p, struct lic_err *err)
{
    lic_str arn = p->ask->principal;
    if (arn.n == 0 || str_eq(arn, LIC_STR("*"))) {
        return LIC_OK;
    }
    TRY(request_principal_read(arn, &p->principal, err));
    TRY(fix_principal_keys(p, err));
    p->principal_at = &p->principal;
    if (p->ask->resource) {
        p->question.callers = &p->principal_at;
        p->question.callers_n = 1;
    } else {
        p->question.principal = &p->principal;
    }
    return LIC_OK;
}

/* ---- the answer --------------------------------------------------------------------------- */

static enum lic_prove_verdict public_verdict(enum prove_verdict verdict)
{
    switch (verdict) {
    case PROVE_PASS:
        return LIC_PROVE_PASS;
    case PROVE_FAIL:
        return LIC_PROVE_FAIL;
    case PROVE_UNKNOWN:
        break;
    }
    return LIC_PROVE_UNKNOWN;
}

static const char *verdict_name(enum lic_prove_verdict verdict)
{
    return verdict == LIC_PROVE_PASS ? "PASS" : verdict == LIC_PROVE_FAIL ? "FAIL" : "UNKNOWN";
}

static const char *pass_sentence(enum lic_prove_task task)
{
    switch (task) {
    case LIC_PROVE_NO_NEW_ACCESS:
        return "whatever the new policies allow, the old ones allow, too";
    case LIC_PROVE_EQUIVALENT:
        return "both allow the same requests";
    case LIC_PROVE_CANNOT:
        return "no such request is allowed";
    case LIC_PROVE_NOT_PUBLIC:
        return "nothing is allowed to strangers";
    }
    UNREACHABLE("every task has its sentence");
}

static const char *fail_sentence(enum lic_prove_task task, bool swapped)
{
    switch (task) {
    case LIC_PROVE_NO_NEW_ACCESS:
        return "the new policies allow a request that the old ones do not";
    case LIC_PROVE_EQUIVALENT:
        return swapped ? "the first policies allow a request that the second do not"
                       : "the second policies allow a request that the first do not";
    case LIC_PROVE_CANNOT:
        return "this request is allowed";
    case LIC_PROVE_NOT_PUBLIC:
        return "a stranger's request is allowed";
    }
    UNREACHABLE("every task has its sentence");
}

static void put_keys(struct buf *out, const struct witness *witness)
{
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        const struct witness_key *key = &witness->keys.at[i];
        for (uint32_t k = 0; k < key->n; k++) {
            buf_addf(out, "%s" LIC_FMT "%s", k == 0 ? "  context    " : " and ",
                     LIC_ARG(k == 0 ? key->key : LIC_STR("")), k == 0 ? " = " : "");
            json_escape(out, key->values[k]);
        }
        buf_add(out, key->n > 0 ? LIC_STR("\n") : LIC_STR(""));
    }
}

static void put_witness(struct buf *out, const struct prove_answer *answer)
{
    const struct witness *witness = &answer->witness;
    buf_addf(out, "  principal  " LIC_FMT "\n", LIC_ARG(witness->principal.arn));
    buf_addf(out, "  action     " LIC_FMT "\n", LIC_ARG(witness->action));
    buf_addf(out, "  resource   " LIC_FMT "\n", LIC_ARG(witness->resource));
    put_keys(out, witness);
    buf_add(out, LIC_STR("  allowed by "));
    words_place(out, answer->doc, answer->statement);
    if (answer->old_statement) {
        buf_add(out, LIC_STR("\n  denied by  "));
        words_place(out, answer->old_doc, answer->old_statement);
    }
    buf_add_char(out, '\n');
}

static void say_in_words(struct proving *p, const struct prove_answer *answer, bool swapped,
                         lic_str request)
{
    enum lic_prove_task task = p->ask->task;
    const char *sentence = answer->verdict == PROVE_PASS   ? pass_sentence(task)
                           : answer->verdict == PROVE_FAIL ? fail_sentence(task, swapped)
                                                           : answer->reason;
    buf_addf(&p->text, "%s: %s\n", verdict_name(p->verdict), sentence);
    if (answer->verdict == PROVE_FAIL) {
        put_witness(&p->text, answer);
        buf_add(&p->text, request);
        buf_add_char(&p->text, '\n');
    }
}

static enum lic_rc put_place(struct json_out *json, struct arena *arena, lic_str name,
                             const struct policy_doc *doc, const struct doc_statement *statement,
                             struct lic_err *err)
{
    struct buf place;
    buf_init(&place, arena, TEXT_BYTES_MAX);
    words_place(&place, doc, statement);
    TRY(buf_check(&place, "the place of a statement", err));
    json_out_name(json, name);
    json_out_str(json, buf_str(&place));
    return LIC_OK;
}

static enum lic_rc say_in_json(struct proving *p, const struct prove_answer *answer, bool swapped,
                               lic_str request, struct lic_err *err)
{
    struct json_out json;
    json_out_init(&json, &p->text);
    json_out_object(&json);
    json_out_raw_name(&json, JSON_NAME("verdict"));
    json_out_str(&json, str_z(verdict_name(p->verdict)));
    if (answer->verdict == PROVE_UNKNOWN) {
        json_out_raw_name(&json, JSON_NAME("reason"));
        json_out_str(&json, str_z(answer->reason));
    }
    if (answer->verdict == PROVE_FAIL) {
        json_out_raw_name(&json, JSON_NAME("what"));
        json_out_str(&json, str_z(fail_sentence(p->ask->task, swapped)));
        TRY(put_place(&json, p->arena, LIC_STR("statement"), answer->doc, answer->statement, err));
        if (answer->old_statement) {
            TRY(put_place(&json, p->arena, LIC_STR("deniedBy"), answer->old_doc,
                          answer->old_statement, err));
        }
        json_out_raw_name(&json, JSON_NAME("request"));
        json_out_raw(&json, request);
    }
    json_out_object_end(&json);
    buf_add_char(&p->text, '\n');
    return LIC_OK;
}

static enum lic_rc say(struct proving *p, const struct prove_answer *answer, bool swapped,
                       struct lic_err *err)
{
    lic_str request = LIC_STR("");
    p->verdict = public_verdict(answer->verdict);
    if (answer->verdict == PROVE_FAIL) {
        TRY(prove_json(&p->question, answer, p->arena, &request, err));
    }
    if (p->json) {
        return say_in_json(p, answer, swapped, request, err);
    }
    say_in_words(p, answer, swapped, request);
    return LIC_OK;
}

/* ---- the tasks ---------------------------------------------------------------------------- */

static void set_sides(struct proving *p, const struct doc_list *old_docs,
                      const struct doc_list *new_docs)
{
    p->question.old_docs = old_docs->at;
    p->question.old_n = old_docs->n;
    p->question.new_docs = new_docs->at;
    p->question.new_n = new_docs->n;
}

/* Both directions; what is found in the second is worth more than not knowing about the first. */
static enum lic_rc prove_equivalent(struct proving *p, struct prove_answer *answer,
                                    bool *out_swapped, struct lic_err *err)
{
    struct prove_answer back;
    TRY(prove_no_new_access(&p->question, p->arena, answer, err));
    *out_swapped = false;
    if (answer->verdict == PROVE_FAIL) {
        return LIC_OK;
    }
    struct prove_question forth = p->question;
    set_sides(p, &p->b, &p->a);
    TRY(prove_no_new_access(&p->question, p->arena, &back, err));
    if (back.verdict == PROVE_PASS) {
        p->question = forth;
        return LIC_OK;
    }
    *answer = back;
    *out_swapped = true;
    return LIC_OK;
}

static enum lic_rc prepare(struct proving *p, struct lic_err *err)
{
    const struct lic_prove_ask *ask = p->ask;
    static const struct doc_list nothing = { NULL, 0, 0 };
    TRY(read_files(p, ask->a, ask->a_n, &p->a, err));
    TRY(read_files(p, ask->b, ask->b_n, &p->b, err));
    p->question.resource = ask->resource;
    set_sides(p, &p->a, &p->b);
    if (ask->task == LIC_PROVE_CANNOT) {
        set_sides(p, &nothing, &p->b);
        p->question.settled_counts = true;
        TRY(read_principal(p, err));
        return read_region(p, err);
    }
    if (ask->task == LIC_PROVE_NOT_PUBLIC) {
        set_sides(p, &nothing, &p->b);
        TRY(public_requests(p->b.at, p->b.n, p->arena, &p->question.within, &p->callers, err));
        p->question.callers = p->callers.at;
        p->question.callers_n = p->callers.n;
    }
    return LIC_OK;
}

static enum lic_rc prove(struct proving *p, struct lic_err *err)
{
    struct prove_answer answer;
    bool swapped = false;
    TRY(prepare(p, err));
    if (p->ask->task == LIC_PROVE_EQUIVALENT) {
        TRY(prove_equivalent(p, &answer, &swapped, err));
    } else {
        TRY(prove_no_new_access(&p->question, p->arena, &answer, err));
    }
    return say(p, &answer, swapped, err);
}

/* ---- diff --------------------------------------------------------------------------------- */

static enum lic_prove_verdict gain_verdict(const struct advise_gain *gain)
{
    switch (gain->verdict) {
    case ADVISE_GAIN_NONE:
        return LIC_PROVE_PASS;
    case ADVISE_GAIN_FOUND:
        return LIC_PROVE_FAIL;
    case ADVISE_GAIN_UNKNOWN:
        break;
    }
    return LIC_PROVE_UNKNOWN;
}

static void list_in_words(struct buf *out, const char *what, const struct advise_gain *gain)
{
    for (uint32_t i = 0; i < gain->examples_n; i++) {
        const struct advise_example *example = &gain->examples[i];
        buf_addf(out, "%s: ", what);
        buf_add(out, example->words);
        buf_add(out, LIC_STR("\n  by "));
        words_place(out, example->doc, example->statement);
        buf_addf(out, "\n  e.g. " LIC_FMT " on " LIC_FMT "%s", LIC_ARG(example->action),
                 LIC_ARG(example->resource), example->context.n > 0 ? " with " : "");
        buf_add(out, example->context);
        buf_add_char(out, '\n');
    }
    if (gain->examples_n == 0) {
        buf_addf(
            out, "%s: %s" LIC_FMT "\n", what,
            gain->verdict == ADVISE_GAIN_NONE ? "nothing" : "UNKNOWN: ", LIC_ARG(gain->reason));
    } else if (gain->reason.n > 0 || gain->examples_n == ADVISE_GAIN_EXAMPLES_MAX) {
        buf_addf(out, "%s: perhaps more\n", what);
    }
}

static enum lic_rc list_in_json(struct json_out *json, lic_str name, struct arena *arena,
                                const struct advise_gain *gain, struct lic_err *err)
{
    json_out_name(json, name);
    json_out_array(json);
    for (uint32_t i = 0; i < gain->examples_n; i++) {
        const struct advise_example *example = &gain->examples[i];
        json_out_object(json);
        json_out_raw_name(json, JSON_NAME("words"));
        json_out_str(json, example->words);
        TRY(put_place(json, arena, LIC_STR("statement"), example->doc, example->statement, err));
        json_out_raw_name(json, JSON_NAME("request"));
        json_out_raw(json, example->json);
        json_out_object_end(json);
    }
    json_out_array_end(json);
    return LIC_OK;
}

static enum lic_rc put_diff(struct proving *p, const struct advise_gain *gained,
                            const struct advise_gain *lost, struct lic_err *err)
{
    if (!p->json) {
        list_in_words(&p->text, "gained", gained);
        list_in_words(&p->text, "lost", lost);
        return LIC_OK;
    }
    struct json_out json;
    json_out_init(&json, &p->text);
    json_out_object(&json);
    TRY(list_in_json(&json, LIC_STR("gained"), p->arena, gained, err));
    json_out_raw_name(&json, JSON_NAME("gainedVerdict"));
    json_out_str(&json, str_z(verdict_name(gain_verdict(gained))));
    TRY(list_in_json(&json, LIC_STR("lost"), p->arena, lost, err));
    json_out_raw_name(&json, JSON_NAME("lostVerdict"));
    json_out_str(&json, str_z(verdict_name(gain_verdict(lost))));
    json_out_object_end(&json);
    buf_add_char(&p->text, '\n');
    return LIC_OK;
}

static enum lic_rc diff(struct proving *p, struct lic_err *err)
{
    struct advise_gain gained, lost;
    TRY(prepare(p, err));
    TRY(diff_gain(&p->question, p->arena, &gained, err));
    set_sides(p, &p->b, &p->a);
    TRY(diff_gain(&p->question, p->arena, &lost, err));
    p->verdict = gain_verdict(&gained);
    return put_diff(p, &gained, &lost, err);
}

/* ---- the arena around it ------------------------------------------------------------------ */

static enum lic_rc take_text(const struct lic_host *host, const struct buf *text, lic_str *out,
                             struct lic_err *err)
{
    TRY(buf_check(text, "the answer", err));
    char *at = host->resize(host->ctx, NULL, text->n + 1);
    ENSURE(at, err, LIC_E_NOMEM, "no memory for the answer");
    memcpy(at, text->at, text->n);
    at[text->n] = '\0';
    *out = str_make(at, text->n);
    return LIC_OK;
}

typedef enum lic_rc task_fn(struct proving *p, struct lic_err *err);

static enum lic_rc with_arena(const struct lic_host *host, const struct lic_prove_ask *ask,
                              bool json, task_fn *task, enum lic_prove_verdict *out_verdict,
                              lic_str *out_text, struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    CLEANUP(arena_fini) struct arena arena;
    arena_pool_init(&pool, host, POOL_BLOCKS);
    arena_init(&arena, &pool, ARENA_BYTES_MAX);
    struct proving p = { .arena = &arena, .ask = ask, .json = json };
    buf_init(&p.text, &arena, TEXT_BYTES_MAX);
    TRY(task(&p, err));
    TRY(take_text(host, &p.text, out_text, err));
    *out_verdict = p.verdict;
    return LIC_OK;
}

enum lic_rc lic_prove(const struct lic_host *host, const struct lic_prove_ask *ask, bool json,
                      enum lic_prove_verdict *out_verdict, lic_str *out_text, struct lic_err *err)
{
    return with_arena(host, ask, json, prove, out_verdict, out_text, err);
}

enum lic_rc lic_policy_diff(const struct lic_host *host, const struct lic_prove_ask *ask, bool json,
                            enum lic_prove_verdict *out_verdict, lic_str *out_text,
                            struct lic_err *err)
{
    return with_arena(host, ask, json, diff, out_verdict, out_text, err);
}
