/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The requests of strangers, written as a policy of one statement: every value that pins down a
 * caller or a source becomes a condition that the request does not have it.
 */
#include "advise/public.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/str.h"
#include "policy/policy.h"

#include "base/banned.h"

#define TEXT_BYTES_MAX (1024u * 1024)
#define ACCOUNT_DIGITS 12u
#define ACCOUNT_PART 4u /* of an ARN, from 0 */
#define BITS_PINNED_4 8u
#define BITS_PINNED_6 32u

/* When a value of a key pins the caller or the source down. */
enum pinned_by {
    BY_WHOLE_TEXT,   /* no wildcards */
    BY_ACCOUNT,      /* an ARN without wildcards up to its account number, or at all */
    BY_ORGANIZATION, /* a path whose organisation has no wildcards */
    BY_BLOCK         /* an address block that is not wide */
};

static const struct {
    lic_str lower;
    enum pinned_by by;
} trusted_keys[] = {
    { { "aws:principalorgid", 18 }, BY_WHOLE_TEXT },
    { { "aws:principalaccount", 20 }, BY_WHOLE_TEXT },
    { { "aws:principalarn", 16 }, BY_ACCOUNT },
    { { "aws:principalorgpaths", 21 }, BY_ORGANIZATION },
    { { "aws:userid", 10 }, BY_WHOLE_TEXT },
    { { "aws:sourceaccount", 17 }, BY_WHOLE_TEXT },
    { { "aws:sourcearn", 13 }, BY_ACCOUNT },
    { { "aws:sourceorgid", 15 }, BY_WHOLE_TEXT },
    { { "aws:sourceorgpaths", 18 }, BY_ORGANIZATION },
    { { "aws:sourceowner", 15 }, BY_WHOLE_TEXT },
    { { "aws:sourcevpc", 13 }, BY_WHOLE_TEXT },
    { { "aws:sourcevpce", 14 }, BY_WHOLE_TEXT },
    { { "aws:sourcevpcarn", 16 }, BY_ACCOUNT },
    { { "aws:sourceip", 12 }, BY_BLOCK },
    { { "aws:vpcsourceip", 15 }, BY_BLOCK },
    { { "kms:calleraccount", 17 }, BY_WHOLE_TEXT },
    { { "s3:dataaccesspointaccount", 25 }, BY_WHOLE_TEXT },
    { { "s3:dataaccesspointarn", 21 }, BY_ACCOUNT },
};
#define TRUSTED_KEYS_N (sizeof(trusted_keys) / sizeof(trusted_keys[0]))

/* The operators whose values may pin down, and the one that says a request has none of them. */
static const struct {
    enum cond_kind kind;
    lic_str without;
} operators[] = {
    { COND_TEXT, { "StringNotEquals", 15 } }, { COND_NOCASE, { "StringNotEqualsIgnoreCase", 25 } },
    { COND_LIKE, { "StringNotLike", 13 } },   { COND_ARN, { "ArnNotLike", 10 } },
    { COND_ADDRESS, { "NotIpAddress", 12 } },
};
#define OPERATORS_N (sizeof(operators) / sizeof(operators[0]))

/* ---- what pins down ----------------------------------------------------------------------- */

static bool is_wild(lic_str text)
{
    return str_find_char(text, '*') < text.n || str_find_char(text, '?') < text.n;
}

static bool has_wildcards(enum cond_kind kind)
{
    return kind == COND_LIKE || kind == COND_ARN;
}

/* Up to and including the account an ARN's parts are plain; an ARN operator keeps an asterisk
 * within its part, so there only the account itself must be. */
static bool is_account_pinned(lic_str arn, enum cond_kind kind)
{
    bool plain = true;
    lic_str rest = arn;
    lic_str account = LIC_STR("");
    for (uint32_t i = 0; i <= ACCOUNT_PART; i++) {
        account = str_split(&rest, ':');
        plain = plain && !is_wild(account);
    }
    bool number = account.n == ACCOUNT_DIGITS && !is_wild(account);
    return !is_wild(arn) || (number && (plain || kind == COND_ARN));
}

static bool is_block_pinned(const struct cond_value *value)
{
    uint32_t enough = value->block.bytes_n == 4 ? BITS_PINNED_4 : BITS_PINNED_6;
    return !value->unreadable && value->block.bits_n >= enough;
}

static bool is_pinned(const struct doc_condition *condition, uint32_t i, enum pinned_by by)
{
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    lic_str text = condition->values[i].text;
    bool variable = str_find(text, LIC_STR("${")) < text.n;
    if (kind == COND_ADDRESS) {
        return by == BY_BLOCK && is_block_pinned(&condition->cond.values[i]);
    }
    if (by == BY_BLOCK || variable) {
        return false;
    }
    lic_str organization = text;
    switch (by) {
    case BY_ACCOUNT:
        return !has_wildcards(kind) || is_account_pinned(text, kind);
    case BY_ORGANIZATION:
        organization = str_head(text, str_find_char(text, '/'));
        return !has_wildcards(kind) || (organization.n > 0 && !is_wild(organization));
    case BY_WHOLE_TEXT:
    case BY_BLOCK:
        break;
    }
    return !has_wildcards(kind) || !is_wild(text);
}

/* ---- the statement ------------------------------------------------------------------------ */

struct writer {
    const struct policy_doc *const *docs;
    uint32_t docs_n;
    struct json_out json;
    size_t op; /* operator being written */
    bool op_open, key_open;
};

static void put_value(struct writer *w, size_t key, lic_str value)
{
    if (!w->op_open) {
        json_out_name(&w->json, operators[w->op].without);
        json_out_object(&w->json);
    }
    if (!w->key_open) {
        json_out_name(&w->json, trusted_keys[key].lower);
        json_out_array(&w->json);
    }
    w->op_open = w->key_open = true;
    json_out_str(&w->json, value);
}

static void put_statement(struct writer *w, size_t key, const struct doc_statement *statement)
{
    for (uint32_t c = 0; c < statement->conditions.n; c++) {
        const struct doc_condition *condition = &statement->conditions.at[c];
        if (!str_eq(condition->cond.lookup.lower, trusted_keys[key].lower) ||
            cond_operator_kind(condition->cond.op) != operators[w->op].kind) {
            continue;
        }
        for (uint32_t i = 0; i < condition->cond.values_n; i++) {
            if (is_pinned(condition, i, trusted_keys[key].by)) {
                put_value(w, key, condition->values[i].text);
            }
        }
    }
}

static void put_key(struct writer *w, size_t key)
{
    w->key_open = false;
    for (uint32_t d = 0; d < w->docs_n; d++) {
        for (uint32_t s = 0; s < w->docs[d]->n; s++) {
            put_statement(w, key, &w->docs[d]->statements[s]);
        }
    }
    if (w->key_open) {
        json_out_array_end(&w->json);
    }
}

static void put_conditions(struct writer *w)
{
    json_out_raw_name(&w->json, JSON_NAME("Condition"));
    json_out_object(&w->json);
    for (w->op = 0; w->op < OPERATORS_N; w->op++) {
        w->op_open = false;
        for (size_t key = 0; key < TRUSTED_KEYS_N; key++) {
            put_key(w, key);
        }
        if (w->op_open) {
            json_out_object_end(&w->json);
        }
    }
    json_out_object_end(&w->json);
}

enum lic_rc public_requests(const struct policy_doc *const *docs, uint32_t n, struct arena *arena,
                            const struct policy_doc **out_within, struct callers *out_callers,
                            struct lic_err *err)
{
    struct buf text;
    struct writer w = { .docs = docs, .docs_n = n };
    lic_str stranger = { NULL, 0 };
    buf_init(&text, arena, TEXT_BYTES_MAX);
    json_out_init(&w.json, &text);
    json_out_raw(&w.json, LIC_STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                                  "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\","));
    w.json.comma = false;
    put_conditions(&w);
    buf_add(&text, LIC_STR("}}"));
    TRY(buf_check(&text, "the requests of strangers", err));
    TRY(policy_doc_read(arena, LIC_STR("strangers"), buf_str(&text), DOC_ANY, out_within, err));
    TRY(callers_fresh_account(docs, n, 1, arena, &stranger, err));
    return callers_add_public(out_callers, arena, stranger, err);
}
