/* SPDX-License-Identifier: Apache-2.0 */
/* The values of conditions: whether they are what their operator and their key expect. */
#include "advise/lint.h"

#include "base/buf.h"
#include "base/err.h"

#include <arpa/inet.h>

#include "base/banned.h"

static bool is_key(const struct lint_condition *condition, const char *key)
{
    return str_eq_nocase(condition->key, str_z(key));
}

static bool has_variable(lic_str text)
{
    return str_find(text, LIC_STR("${")) < text.n;
}

static bool takes_variables(enum cond_kind kind)
{
    return kind == COND_TEXT || kind == COND_NOCASE || kind == COND_LIKE || kind == COND_ARN;
}

/* ---- values as the operator reads them ---- */

static bool is_read(struct lint *lint, const struct lint_condition *condition, lic_str text)
{
    struct cond_value unused;
    enum lic_rc rc =
        cond_read_value(lint->arena, &condition->cond, text, lint->doc->variables, &unused, NULL);
    lint->rc = rc == LIC_E_NOMEM ? rc : lint->rc;
    return rc == LIC_OK;
}

static bool is_integer(lic_str text)
{
    int64_t n = 0;
    return str_i64(text, &n);
}

static void check_typed(struct lint *lint, const struct lint_condition *condition,
                        const struct lint_text *value, enum cond_kind kind)
{
    lic_str name = condition->operator_text;
    if (kind == COND_DATE && is_integer(value->text)) {
        lint_say(lint, LINT_INVALID_DATE_VALUE, value->node, LINT_WORDS(value->text));
        return;
    }
    if (is_read(lint, condition, value->text)) {
        return;
    }
    if (kind == COND_DATE) {
        lint_say(lint, LINT_TYPE_MISMATCH_DATE, value->node, LINT_WORDS(value->text));
    } else if (kind == COND_ADDRESS) {
        lint_say(lint, LINT_TYPE_MISMATCH_IP_RANGE, value->node, LINT_WORDS(value->text));
    } else {
        enum lint_code code = kind == COND_NUMBER   ? LINT_TYPE_MISMATCH_NUMBER
                              : kind == COND_BINARY ? LINT_TYPE_MISMATCH_STRING
                                                    : LINT_TYPE_MISMATCH_BOOLEAN;
        lint_say(lint, code, value->node, LINT_WORDS(name, value->text));
    }
}

static void check_arn(struct lint *lint, const struct lint_condition *condition,
                      const struct lint_text *value)
{
    struct lint_arn arn;
    lic_str text = value->text;
    bool any = str_eq(text, LIC_STR("*")) || has_variable(text);
    bool runs_on = text.n > 0 && text.at[text.n - 1] == '*';
    bool is_arn = str_starts(text, LIC_STR("arn:")) && (runs_on || lint_arn_split(text, &arn));
    if (!any && !is_arn) {
        lint_say(lint, LINT_TYPE_MISMATCH_ARN, value->node,
                 LINT_WORDS(condition->operator_text, text));
    }
}

/* Outside variables, where ${*} means the character. */
static bool has_bare_wildcard(lic_str text)
{
    bool inside = false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] == '$' && i + 1 < text.n && text.at[i + 1] == '{') {
            inside = true;
        } else if (text.at[i] == '}') {
            inside = false;
        } else if (!inside && (text.at[i] == '*' || text.at[i] == '?')) {
            return true;
        }
    }
    return false;
}

static void check_form(struct lint *lint, const struct lint_condition *condition,
                       const struct lint_text *value)
{
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    if (has_variable(value->text)) {
        enum lint_variable_use use =
            takes_variables(kind) ? LINT_VARIABLE_OK : LINT_VARIABLE_OPERATOR;
        lint_variables(lint, value->text, value->node, use, condition->operator_text);
    }
    if (!takes_variables(kind)) {
        if (!has_variable(value->text)) {
            check_typed(lint, condition, value, kind);
        }
    } else if (kind == COND_ARN) {
        check_arn(lint, condition, value);
    } else if (kind != COND_LIKE && has_bare_wildcard(value->text)) {
        lint_say(lint, LINT_WILDCARD_WITHOUT_LIKE_OPERATOR, value->node,
                 LINT_WORDS(condition->operator_text, value->text));
    }
}

/* ---- addresses ---- */

/* An address and how many of its bits count. */
struct range {
    uint8_t bytes[16];
    uint32_t bytes_n, bits_n;
};

static bool read_range(lic_str text, struct range *out)
{
    char address[INET6_ADDRSTRLEN] = { 0 };
    lic_str rest = text;
    lic_str head = str_split(&rest, '/');
    uint64_t bits = 0;
    if (head.n >= sizeof address) {
        return false;
    }
    memcpy(address, head.at, head.n);
    *out = (struct range){ .bytes_n = 4 };
    if (inet_pton(AF_INET, address, out->bytes) != 1) {
        out->bytes_n = 16;
        if (inet_pton(AF_INET6, address, out->bytes) != 1) {
            return false;
        }
    }
    out->bits_n = out->bytes_n * 8;
    if (head.n == text.n) {
        return true;
    }
    bool good = str_u64(rest, &bits) && bits <= out->bits_n;
    out->bits_n = good ? (uint32_t)bits : 0;
    return good;
}

/* Clears what the mask does not count; true: there was something. */
static bool clear_rest(struct range *range)
{
    bool cleared = false;
    for (uint32_t bit = range->bits_n; bit < range->bytes_n * 8; bit++) {
        uint8_t mask = (uint8_t)(0x80u >> bit % 8);
        cleared = cleared || (range->bytes[bit / 8] & mask) != 0;
        range->bytes[bit / 8] = (uint8_t)(range->bytes[bit / 8] & ~mask);
    }
    return cleared;
}

static bool is_within(const struct range *range, const struct range *outer)
{
    if (range->bytes_n != outer->bytes_n || range->bits_n < outer->bits_n) {
        return false;
    }
    struct range head = *range;
    head.bits_n = outer->bits_n;
    (void)clear_rest(&head);
    return memcmp(head.bytes, outer->bytes, range->bytes_n) == 0;
}

static bool is_private(const struct range *range)
{
    static const struct range outers[] = {
        { { 10 }, 4, 8 },       { { 172, 16 }, 4, 12 },     { { 192, 168 }, 4, 16 },
        { { 100, 64 }, 4, 10 }, { { 127 }, 4, 8 },          { { 169, 254 }, 4, 16 },
        { { 0xfc }, 16, 7 },    { { 0xfe, 0x80 }, 16, 10 },
    };
    for (size_t i = 0; i < sizeof outers / sizeof outers[0]; i++) {
        if (is_within(range, &outers[i])) {
            return true;
        }
    }
    return false;
}

static void improve_range(struct lint *lint, const struct lint_text *value, struct range range)
{
    char text[INET6_ADDRSTRLEN + 8] = { 0 };
    if (!clear_rest(&range)) {
        return;
    }
    (void)inet_ntop(range.bytes_n == 4 ? AF_INET : AF_INET6, range.bytes, text, sizeof text);
    lic_str better = lint_join(lint, str_z(text), LIC_STR("/"), lint_number(lint, range.bits_n));
    lint_say(lint, LINT_IMPROVE_IP_RANGE, value->node, LINT_WORDS(value->text, better));
}

static void check_addresses(struct lint *lint, const struct lint_condition *condition)
{
    uint32_t private_n = 0, read_n = 0;
    lic_str example = { "", 0 };
    for (uint32_t i = 0; i < condition->values.n; i++) {
        const struct lint_text *value = &condition->values.at[i];
        struct range range;
        if (!read_range(value->text, &range)) {
            continue;
        }
        improve_range(lint, value, range);
        read_n++;
        if (is_private(&range)) {
            private_n++;
            example = value->text;
        }
    }
    if (private_n == 0 || !is_key(condition, "aws:SourceIp")) {
        return;
    }
    bool negated = cond_operator_negated(condition->cond.op);
    enum lint_code all = negated ? LINT_PRIVATE_NOT_IP_ADDRESS : LINT_PRIVATE_IP_ADDRESS;
    enum lint_code some =
        negated ? LINT_PRIVATE_NOT_IP_ADDRESS_SUBSET : LINT_PRIVATE_IP_ADDRESS_SUBSET;
    lint_say(lint, private_n == read_n ? all : some, condition->values.node, LINT_WORDS(example));
}

/* ---- several values of which one counts ---- */

static void check_counting(struct lint *lint, const struct lint_condition *condition)
{
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    enum cond_relation relation = cond_operator_relation(condition->cond.op);
    uint32_t node = condition->values.node;
    if (condition->values.n < 2) {
        return;
    }
    if (kind == COND_FLAG) {
        lint_say(lint, LINT_INVALID_CONDITION_MULTIPLE_BOOLEAN, node, LINT_WORDS(condition->key));
    } else if (kind == COND_NUMBER && relation != COND_EQUAL) {
        bool less = relation == COND_LESS || relation == COND_LESS_EQUAL;
        lint_say(lint, LINT_REDUNDANT_CONDITION_VALUE_NUM, node,
                 LINT_WORDS(condition->key, condition->operator_text,
                            less ? LIC_STR("greatest") : LIC_STR("least")));
    }
}

/* ---- values of certain keys ---- */

static bool is_id(lic_str text, lic_str prefix)
{
    lic_str rest = str_tail(text, prefix.n);
    if (!str_starts(text, prefix) || (rest.n != 8 && rest.n != 17)) {
        return false;
    }
    for (size_t i = 0; i < rest.n; i++) {
        char c = rest.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
            return false;
        }
    }
    return true;
}

/* "lambda.amazonaws.com", or with a region where kms:ViaService wants one. */
static bool is_service(lic_str text, bool with_region)
{
    static const char *const ends[] = { ".amazonaws.com", ".amazonaws.com.cn", ".amazon.com" };
    for (size_t i = 0; i < text.n; i++) {
        if (text.at[i] >= 'A' && text.at[i] <= 'Z') {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        lic_str end = str_z(ends[i]);
        if (text.n > end.n && str_ends(text, end)) {
            lic_str head = str_head(text, text.n - end.n);
            lic_str region = str_tail(head, str_find_char(head, '.') + 1);
            return !with_region || lint_is_region(region);
        }
    }
    return false;
}

static void check_service(struct lint *lint, const struct lint_condition *condition,
                          const struct lint_text *value)
{
    static const char *const keys[] = { "aws:CalledVia",
                                        "aws:CalledViaFirst",
                                        "aws:CalledViaLast",
                                        "aws:PrincipalServiceName",
                                        "iam:PassedToService",
                                        "iam:AWSServiceName",
                                        "aws:PrincipalServiceNamesList" };
    bool via = is_key(condition, "kms:ViaService"), named = via;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        named = named || is_key(condition, keys[i]);
    }
    if (named && !is_service(value->text, via)) {
        lic_str form = via ? LIC_STR("SERVICE.REGION.amazonaws.com, in lower case")
                           : LIC_STR("SERVICE.amazonaws.com, in lower case");
        lint_say(lint, LINT_INVALID_SERVICE_PRINCIPAL_FORMAT, value->node,
                 LINT_WORDS(value->text, form));
    }
}

static bool is_key_arn(lic_str text)
{
    struct lint_arn arn;
    return lint_arn_split(text, &arn) && str_eq(arn.service, LIC_STR("kms")) &&
           str_starts(arn.resource, LIC_STR("key/"));
}

static void check_kms_key(struct lint *lint, const struct lint_condition *condition,
                          const struct lint_text *value)
{
    static const char *const ends[] = { "aws-kms-key-id", "KmsKeyArn", "KmsKeyId", "KMSKeyArn" };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        lic_str end = str_z(ends[i]), key = condition->key;
        bool ends_so = key.n > end.n && str_eq_nocase(str_tail(key, key.n - end.n), end);
        if (ends_so && !is_key_arn(value->text)) {
            lint_say(lint, LINT_INVALID_KMS_KEY_VALUE, value->node, LINT_WORDS(key, value->text));
            return;
        }
    }
}

static void check_github(struct lint *lint, const struct lint_condition *condition,
                         const struct lint_text *value)
{
    if (!is_key(condition, "token.actions.githubusercontent.com:sub") ||
        !lint_has_wildcard(value->text)) {
        return;
    }
    lic_str rest = value->text;
    lic_str what = str_split(&rest, ':');
    lic_str repository = str_split(&rest, ':');
    bool one = str_eq(what, LIC_STR("repo")) && !lint_has_wildcard(repository) && rest.n > 0 &&
               !str_eq(rest, LIC_STR("*"));
    if (!one) {
        lint_say(lint, LINT_SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED, value->node,
                 LINT_WORDS(value->text));
    }
}

/* Exact values only: a pattern may be meant for what is to come. */
static void check_named(struct lint *lint, const struct lint_condition *condition,
                        const struct lint_text *value)
{
    check_github(lint, condition, value);
    if (lint_has_wildcard(value->text) || has_variable(value->text)) {
        return;
    }
    if (is_key(condition, "aws:RequestedRegion") && !lint_is_region(value->text)) {
        lint_say(lint, LINT_INVALID_REGION, value->node, LINT_WORDS(value->text));
    } else if (is_key(condition, "aws:SourceVpc") && !is_id(value->text, LIC_STR("vpc-"))) {
        lint_say(lint, LINT_INVALID_VPC_FORMAT, value->node, LINT_WORDS(value->text));
    } else if (is_key(condition, "aws:SourceVpce") && !is_id(value->text, LIC_STR("vpce-"))) {
        lint_say(lint, LINT_INVALID_VPCE_FORMAT, value->node, LINT_WORDS(value->text));
    } else {
        check_service(lint, condition, value);
        check_kms_key(lint, condition, value);
    }
}

/* ---- keys that say who: an open value is nobody's ---- */

enum openness { OPEN_ALLOWED, OPEN_AFTER_SIX, OPEN_NEVER, OPEN_USER_ID };

static enum openness openness_of(const struct lint_condition *condition)
{
    static const struct {
        const char *key;
        enum openness openness;
    } rows[] = {
        { "aws:PrincipalAccount", OPEN_NEVER },
        { "aws:PrincipalOrgID", OPEN_NEVER },
        { "aws:SourceAccount", OPEN_NEVER },
        { "aws:SourceOrgID", OPEN_NEVER },
        { "aws:SourceVpc", OPEN_NEVER },
        { "aws:SourceVpce", OPEN_NEVER },
        { "aws:VpceAccount", OPEN_NEVER },
        { "aws:VpceOrgID", OPEN_NEVER },
        { "aws:PrincipalOrgPaths", OPEN_AFTER_SIX },
        { "aws:SourceOrgPaths", OPEN_AFTER_SIX },
        { "aws:VpceOrgPaths", OPEN_AFTER_SIX },
        { "aws:userid", OPEN_USER_ID },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_key(condition, rows[i].key)) {
            return rows[i].openness;
        }
    }
    return OPEN_ALLOWED;
}

static const char *complaint(enum openness openness, lic_str text, size_t at)
{
    size_t colon = str_find_char(text, ':');
    switch (openness) {
    case OPEN_ALLOWED:
        return NULL;
    case OPEN_AFTER_SIX:
        return at < 6 ? "at least six characters must stand before it" : NULL;
    case OPEN_NEVER:
        return "name the value";
    case OPEN_USER_ID:
        return at < colon && !(at == 0 && (colon == 1 || text.at[0] == '$'))
                   ? "it may stand behind the colon, or alone before it"
                   : NULL;
    }
    return NULL;
}

/* Accounts and organisations of the request itself are nobody's to choose. */
static bool is_fixed(lic_str variable)
{
    static const char *const keys[] = { "${aws:ResourceAccount}",  "${aws:ResourceOrgID}",
                                        "${aws:ResourceOrgPaths}", "${aws:PrincipalAccount}",
                                        "${aws:PrincipalOrgID}",   "${aws:userid}" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (lint_starts_nocase(variable, str_z(keys[i]))) {
            return true;
        }
    }
    return false;
}

/* An asterisk alone is about the key being there, which is said elsewhere. */
static void check_open(struct lint *lint, const struct lint_condition *condition,
                       const struct lint_text *value)
{
    lic_str text = value->text;
    enum openness openness = openness_of(condition);
    bool like = cond_operator_kind(condition->cond.op) == COND_LIKE;
    size_t variable = str_find(text, LIC_STR("${"));
    size_t star = str_find_char(text, '*');
    bool chosen = variable < text.n && !is_fixed(str_tail(text, variable));
    const char *why = chosen ? complaint(openness, text, variable) : NULL;
    if (why != NULL) {
        lint_say(lint, LINT_VARIABLE_USAGE_TOO_PERMISSIVE, value->node,
                 LINT_WORDS(condition->key, str_z(why)));
        return;
    }
    why = like && star < text.n && text.n > 1 ? complaint(openness, text, star) : NULL;
    if (why != NULL) {
        lint_say(lint, LINT_WILDCARD_USAGE_TOO_PERMISSIVE, value->node,
                 LINT_WORDS(condition->key, str_z(why)));
    }
}

void lint_condition_values(struct lint *lint, const struct lint_condition *condition)
{
    enum cond_kind kind = cond_operator_kind(condition->cond.op);
    for (uint32_t i = 0; i < condition->values.n; i++) {
        const struct lint_text *value = &condition->values.at[i];
        check_form(lint, condition, value);
        if (takes_variables(kind)) {
            check_named(lint, condition, value);
            check_open(lint, condition, value);
        }
    }
    if (kind == COND_ADDRESS) {
        check_addresses(lint, condition);
    }
    check_counting(lint, condition);
}
