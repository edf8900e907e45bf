/* SPDX-License-Identifier: Apache-2.0 */
/* Reads how types are rewritten and with which keys; puts values back where policy allows. */
#include "engine/rewriting.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "detect/seal.h"
#include "engine/config_reading.h"
#include "engine/exchange.h"

#include "base/banned.h"

enum { TENANT_BYTES_MAX = 256 };

/* ---- the guardrail's block ---- */

static enum lic_rc read_way(const struct shape *shape, const struct yaml_node *node,
                            enum redact_way *out, bool *out_right, struct lic_err *err)
{
    lic_str name = { 0 };
    TRY(shape_text(shape, node, &name));
    *out_right = redact_way_from(name, out);
    if (*out_right || name.n == 0) {
        return LIC_OK;
    }
    (void)err;
    return shape_mistake(shape, node, LIC_E_UNKNOWN,
                         "\"" LIC_FMT
                         "\" is not a way to rewrite: mask, partial, hash, token or remove",
                         LIC_ARG(mistakes_shown(name)));
}

struct ways_list {
    struct redact_row *at;
    uint32_t n, cap;
};

static enum lic_rc read_row(const struct shape *shape, const struct yaml_node *node,
                            const struct rewriting_known *known, struct redact_ways *out,
                            struct ways_list *rows, struct lic_err *err)
{
    struct redact_row row = { .type = node->key, .way = REDACT_MASK };
    bool right = false;
    TRY(read_way(shape, node, &row.way, &right, err));
    if (!right) {
        return LIC_OK;
    }
    if (str_eq(row.type, LIC_STR("*"))) {
        out->otherwise = row.way;
        return LIC_OK;
    }
    if (!known->type(known->arg, row.type)) {
        return shape_mistake(shape, node, LIC_E_UNKNOWN,
                             "nothing in this build finds the type \"" LIC_FMT "\"",
                             LIC_ARG(mistakes_shown(row.type)));
    }
    ENSURE(ARENA_PUSH(shape->arena, rows, row), err, LIC_E_NOMEM, "no memory for a way");
    return LIC_OK;
}

enum lic_rc rewriting_read(const struct shape *shape, const struct yaml_node *node,
                           const struct rewriting_known *known, struct redact_ways *out,
                           struct lic_err *err)
{
    struct redact_ways ways = { .otherwise = REDACT_MASK };
    struct ways_list rows = { 0 };
    bool right = true;
    if (node) {
        TRY(shape_expect(shape, node, YAML_MAPPING, "types and ways", &right));
    }
    for (const struct yaml_node *row = node && right ? node->first : NULL; row; row = row->next) {
        TRY(read_row(shape, row, known, &ways, &rows, err));
    }
    ways.at = rows.at;
    ways.n = rows.n;
    *out = ways;
    return LIC_OK;
}

bool rewriting_is_keyed(const struct redact_ways *ways)
{
    bool keyed = ways->otherwise == REDACT_HASH || ways->otherwise == REDACT_TOKEN;
    for (uint32_t i = 0; i < ways->n; i++) {
        keyed |= ways->at[i].way == REDACT_HASH || ways->at[i].way == REDACT_TOKEN;
    }
    return keyed;
}

bool rewriting_redacts(enum finding_category category)
{
    switch (category) {
    case FINDING_PII:
    case FINDING_PHI:
    case FINDING_FINANCIAL:
    case FINDING_CREDENTIALS:
    case FINDING_CUSTOM:
    case FINDING_WORD:
        return true;
    case FINDING_INJECTION:
    case FINDING_JAILBREAK:
    case FINDING_HIDDEN_TEXT:
    case FINDING_TOPIC:
    case FINDING_CATEGORY_N:
        return false;
    }
    return false;
}

/* ---- keys ---- */

struct tokens_file {
    const struct yaml_node *tenant, *keys;
};

static const struct shape_member TOKENS[] = {
    { "tenant", shape_keep, offsetof(struct tokens_file, tenant), .required = true },
    { "keys", shape_keep, offsetof(struct tokens_file, keys), .required = true },
};

static bool has_number(const struct token_key *keys, uint32_t n, uint8_t number)
{
    for (uint32_t i = 0; i < n; i++) {
        if (keys[i].number == number) {
            return true;
        }
    }
    return false;
}

/* The value of a reference as the next key; *n does not grow when it is a mistake. */
static enum lic_rc read_key(struct config_reading *reading, const struct shape *shape,
                            const struct yaml_node *node, struct token_key *keys, uint32_t *n)
{
    lic_str secret = { 0 };
    struct lic_err err;
    TRY(config_secret(reading, shape, node, &secret));
    if (secret.n == 0) {
        return LIC_OK;
    }
    if (token_key_read(secret, &keys[*n], &err) != LIC_OK) {
        return shape_mistake(shape, node, err.rc, "%s", err.text);
    }
    if (has_number(keys, *n, keys[*n].number)) {
        return shape_mistake(shape, node, LIC_E_DUPLICATE, "two keys have the number %u",
                             keys[*n].number);
    }
    ++*n;
    return LIC_OK;
}

static enum lic_rc read_keys(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node, struct token_keys *out)
{
    struct token_key *keys = ARENA_ARRAY(reading->arena, struct token_key, TOKEN_NUMBERS + 1);
    ENSURE(keys, reading->err, LIC_E_NOMEM, "no memory for keys");
    bool right;
    TRY(shape_expect(shape, node, YAML_SEQUENCE, "a list", &right));
    if (right && (node->n == 0 || node->n > TOKEN_NUMBERS)) {
        return shape_mistake(shape, node, LIC_E_LIMIT, "1 to %u keys, not %u", TOKEN_NUMBERS,
                             node->n);
    }
    uint32_t n = 0;
    for (const struct yaml_node *item = right ? node->first : NULL; item; item = item->next) {
        TRY(read_key(reading, shape, item, keys, &n));
    }
    out->at = keys;
    out->n = n;
    return LIC_OK;
}

enum lic_rc rewriting_read_tokens(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node)
{
    struct tokens_file file = { 0 };
    struct token_keys keys = { 0 };
    TRY(shape_mapping(shape, node, SHAPE("tokens", TOKENS), &file));
    if (file.tenant) {
        TRY(shape_text(shape, file.tenant, &keys.tenant));
    }
    if (keys.tenant.n > TENANT_BYTES_MAX) {
        TRY(shape_mistake(shape, file.tenant, LIC_E_LIMIT, "a tenant's name has at most %d bytes",
                          TENANT_BYTES_MAX));
    }
    if (file.keys) {
        TRY(read_keys(reading, shape, file.keys, &keys));
    }
    reading->config->tokens = keys;
    return LIC_OK;
}

enum lic_rc rewriting_take_keys(struct config_reading *reading, lic_str file,
                                struct guardrail *guardrail)
{
    if (reading->config->tokens.n > 0) {
        /* The configuration moves once it is read; what a guardrail points to must not. */
        struct token_keys *keys = ARENA_NEW(reading->arena, struct token_keys);
        ENSURE(keys, reading->err, LIC_E_NOMEM, "no memory for keys");
        *keys = reading->config->tokens;
        guardrail->rewrite.keys = keys;
    }
    if (guardrail->rewrite.keys || !rewriting_is_keyed(&guardrail->rewrite)) {
        return LIC_OK;
    }
    return mistakes_add(&reading->mistakes, (struct mistake_place){ .file = file }, LIC_E_MISSING,
                        "hashes and tokens are made with a key: lictor.yaml has no tokens: "
                        "{tenant: NAME, keys: [env:NAME]}");
}

const struct redact_ways *rewriting_ways(const struct lic_exchange *x)
{
    return x->guardrail ? &x->guardrail->rewrite : NULL;
}

/* ---- back ---- */

bool rewriting_reveals(const struct lic_exchange *x)
{
    return x->engine->config.tokens.n > 0 && x->principal != NULL;
}

/* Policy is asked as for any action, with what is known of this exchange. */
static bool may_have(struct lic_exchange *x, lic_str type)
{
    struct judge_question question = { &x->engine->config, x->principal, NULL };
    struct event event = x->request;
    struct verdict verdict = { 0 };
    struct lic_err ignored;
    struct buf arn;
    buf_init(&arn, &x->worker->scratch, LIMIT_TARGET_BYTES);
    buf_add(&arn, LIC_STR("arn:lictor:token:::"));
    buf_add(&arn, type);
    event.action = LIC_STR("lictor:Detokenize");
    event.resource = buf_str(&arn);
    return arn.failed == LIC_OK &&
           judge_event(&question, &event, &x->worker->scratch, &verdict, &ignored) == LIC_OK &&
           verdict.result == VERDICT_ALLOW;
}

/* Each type is asked about once while one text is gone through. */
struct asking {
    struct lic_exchange *x;
    lic_str type;
    bool asked, allowed;
};

static bool allow(void *arg, lic_str type)
{
    struct asking *asking = arg;
    if (!asking->asked || !str_eq(asking->type, type)) {
        asking->allowed = may_have(asking->x, type);
        asking->type = type;
        asking->asked = true;
    }
    return asking->allowed;
}

enum lic_rc rewriting_reveal(struct lic_exchange *x, lic_str text, bool json, struct arena *arena,
                             lic_str *out, struct lic_err *err)
{
    size_t start, end;
    uint32_t n = 0;
    struct buf revealed;
    *out = text;
    if (!rewriting_reveals(x) || !token_find(text, 0, &start, &end)) {
        return LIC_OK;
    }
    struct asking asking = { .x = x };
    struct redact_reveal reveal = { .keys = &x->engine->config.tokens,
                                    .allow = allow,
                                    .arg = &asking,
                                    .write = json ? json_escape : NULL };
    buf_init(&revealed, arena, LIMIT_JSON_BYTES);
    redact_reverse(&reveal, text, arena, &revealed, &n);
    TRY(buf_check(&revealed, "a text with its values", err));
    *out = n > 0 ? buf_str(&revealed) : text;
    return LIC_OK;
}

/* Ordinary text: no token in it, and none that could begin at its end. */
static bool is_plain(lic_str text)
{
    size_t start, end;
    return token_live(text, 0) == text.n && !token_find(text, 0, &start, &end);
}

enum lic_rc rewriting_reveal_piece(struct lic_exchange *x, struct buf *kept, bool last,
                                   lic_str *piece, bool *out_changed, struct lic_err *err)
{
    struct arena *arena = &x->worker->scratch;
    struct buf joined, revealed;
    uint32_t n = 0;
    *out_changed = false;
    if (!rewriting_reveals(x) || (kept->n == 0 && is_plain(*piece))) {
        return LIC_OK;
    }
    buf_init(&joined, arena, LIMIT_HELD_BYTES);
    buf_init(&revealed, arena, LIMIT_HELD_BYTES);
    buf_add(&joined, buf_str(kept));
    buf_add(&joined, *piece);
    TRY(buf_check(&joined, "a piece of text", err));
    lic_str text = buf_str(&joined);
    size_t live = last ? text.n : token_live(text, 0);
    struct asking asking = { .x = x };
    struct redact_reveal reveal = { .keys = &x->engine->config.tokens,
                                    .allow = allow,
                                    .arg = &asking };
    redact_reverse_head(&reveal, text, live, arena, &revealed, &n);
    TRY(buf_check(&revealed, "a text with its values", err));
    if (!kept->arena) {
        buf_init(kept, &x->arena, TOKEN_MAX * 2);
    }
    buf_clear(kept);
    buf_add(kept, str_tail(text, live));
    *piece = buf_str(&revealed);
    *out_changed = true;
    return buf_check(kept, "the beginning of a token", err);
}

static bool is_masked(const struct findings *findings, uint32_t index, size_t start, size_t end)
{
    for (uint32_t i = 0; i < findings->n; i++) {
        const struct finding *finding = &findings->at[i];
        if (finding->part == index && finding->action == ACTION_REWRITE && finding->start < end &&
            finding->end > start) {
            return true;
        }
    }
    return false;
}

/* How deep a value stands in JSON: within a string of the body, and within one of the part. */
static enum lic_rc escape_for(const struct event_part *part, lic_str value, struct arena *arena,
                              lic_str *out, struct lic_err *err)
{
    lic_str inner = value;
    if (part->kind == PART_JSON) {
        struct buf once;
        buf_init(&once, arena, LIMIT_JSON_BYTES);
        json_escape(&once, inner);
        TRY(buf_check(&once, "a value", err));
        inner = buf_str(&once);
    }
    *out = inner;
    if (!part->object) {
        struct buf twice;
        buf_init(&twice, arena, LIMIT_JSON_BYTES);
        json_escape(&twice, inner);
        TRY(buf_check(&twice, "a value", err));
        *out = buf_str(&twice);
    }
    return LIC_OK;
}

enum lic_rc rewriting_reveal_part(struct lic_exchange *x, const struct event_part *part,
                                  uint32_t index, const struct findings *findings, lic_str body,
                                  struct edits *edits, struct lic_err *err)
{
    struct arena *arena = &x->worker->scratch;
    struct asking asking = { .x = x };
    struct json_place place = { 0 };
    size_t start, end = 0;
    if (!rewriting_reveals(x) || part->kind == PART_OPAQUE || !part->raw.at) {
        return LIC_OK;
    }
    while (token_find(part->text, end, &start, &end)) {
        lic_str type, value, with;
        struct lic_err ignored;
        if (token_open(&x->engine->config.tokens, str_slice(part->text, start, end), arena, &type,
                       &value, &ignored) != LIC_OK ||
            is_masked(findings, index, start, end) || !allow(&asking, type)) {
            continue;
        }
        TRY(escape_for(part, value, arena, &with, err));
        bool same = part->object || part->raw.n == part->text.n;
        size_t from = same ? start : json_raw_advance(part->raw, &place, start);
        size_t to = same ? end : json_raw_advance(part->raw, &place, end);
        size_t base = (size_t)(part->raw.at - body.at);
        enum lic_rc rc = edits_add(edits, arena, base + from, to - from, with);
        ENSURE(rc == LIC_OK, err, rc, "no memory for an edit");
    }
    return LIC_OK;
}
