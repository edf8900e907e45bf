/* SPDX-License-Identifier: Apache-2.0 */
/* Statements as a whole, and the policy they are in: size, names, repetition, and what an Allow of
 * so much comes to. */
#include "advise/lint.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sort.h"

#include "base/banned.h"

/* ---- size ---- */

struct quota {
    enum lint_code code;
    uint32_t characters;
    bool blanks_count;
};

static struct quota quota_of(enum lic_lint_kind kind)
{
    static const struct quota quotas[] = {
        [LIC_LINT_IDENTITY] = { LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, 6144, false },
        [LIC_LINT_RESOURCE] = { LINT_POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA, 20480, true },
        [LIC_LINT_TRUST] = { LINT_POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA, 2048, false },
        [LIC_LINT_SESSION] = { LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, 2048, true },
        [LIC_LINT_BOUNDARY] = { LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA, 6144, false },
        [LIC_LINT_SCP] = { LINT_POLICY_SIZE_EXCEEDS_SCP_QUOTA, 5120, true },
        [LIC_LINT_RCP] = { LINT_POLICY_SIZE_EXCEEDS_RCP_QUOTA, 5120, true },
        [LIC_LINT_KEY] = { LINT_POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA, 32768, true },
    };
    return quotas[kind];
}

/* Characters, not bytes; blanks count for some kinds only. */
static uint64_t count_characters(lic_str text, bool blanks)
{
    uint64_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        n += (((unsigned char)c & 0xc0u) != 0x80u) && (blanks || !blank);
    }
    return n;
}

static void check_size(struct lint *lint)
{
    struct quota quota = quota_of(lint->doc->kind);
    uint64_t n = count_characters(lint->doc->text, quota.blanks_count);
    if (n > quota.characters) {
        lint_say(lint, quota.code, 0,
                 LINT_WORDS(lint_number(lint, n), lint_number(lint, quota.characters)));
    }
}

/* ---- names of statements, and statements said twice ---- */

static bool is_new(struct lint *lint, struct map *map, lic_str key,
                   const struct lint_statement *statement, const struct lint_statement **out_first)
{
    enum lic_rc rc = map_add(map, key, (void *)(uintptr_t)(statement->number + 1));
    if (rc == LIC_E_DUPLICATE) {
        uintptr_t first = (uintptr_t)map_get(map, key) - 1;
        *out_first = &lint->doc->statements.at[first];
        return false;
    }
    lint->rc = rc != LIC_OK ? rc : lint->rc;
    return true;
}

static void check_sids(struct lint *lint)
{
    struct map seen;
    const struct lint_statement *first = NULL;
    bool strict = lint->doc->kind != LIC_LINT_RESOURCE && lint->doc->kind != LIC_LINT_KEY;
    map_init(&seen, lint->arena, 0);
    for (uint32_t i = 0; i < lint->doc->statements.n && lint->rc == LIC_OK; i++) {
        const struct lint_statement *statement = &lint->doc->statements.at[i];
        lic_str sid = statement->sid.text;
        if (sid.n > 0 && !is_new(lint, &seen, sid, statement, &first)) {
            lint_say(lint, strict ? LINT_UNIQUE_SIDS_REQUIRED : LINT_UNIQUE_SIDS_RECOMMENDED,
                     statement->sid.node, LINT_WORDS(sid));
        }
    }
}

/* A statement as a set of lines, in order, so that two that say the same are the same text. */
struct saying {
    struct lint *lint;
    struct {
        lic_str *at;
        uint32_t n, cap;
    } lines;
};

static void say_line(struct saying *saying, const char *what, lic_str a, lic_str b, lic_str c)
{
    struct buf line;
    buf_init(&line, saying->lint->arena, LIMIT_CONFIG_FILE_BYTES);
    buf_addf(&line, "%s\x01" LIC_FMT "\x01" LIC_FMT "\x01" LIC_FMT "\n", what, LIC_ARG(a),
             LIC_ARG(b), LIC_ARG(c));
    if (line.failed != LIC_OK || !ARENA_PUSH(saying->lint->arena, &saying->lines, buf_str(&line))) {
        saying->lint->rc = LIC_E_NOMEM;
    }
}

static void say_texts(struct saying *saying, const char *what, const struct lint_texts *texts)
{
    lic_str none = { "", 0 }, not_ = texts->excluded ? LIC_STR("not") : none;
    for (uint32_t i = 0; i < texts->n; i++) {
        say_line(saying, what, texts->at[i].text, not_, none);
    }
}

static void say_conditions(struct saying *saying, const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        const struct lint_condition *condition = &statement->conditions.at[i];
        say_line(saying, "c", condition->operator_text, condition->key, LIC_STR(""));
        for (uint32_t j = 0; j < condition->values.n; j++) {
            say_line(saying, "v", condition->operator_text, condition->key,
                     condition->values.at[j].text);
        }
    }
}

static int compare_lines(const void *a, const void *b)
{
    return str_cmp(*(const lic_str *)a, *(const lic_str *)b);
}

static lic_str say_statement(struct lint *lint, const struct lint_statement *statement)
{
    struct saying saying = { .lint = lint };
    struct buf whole;
    const struct lint_principals *who = &statement->principals;
    lic_str none = { "", 0 };
    say_texts(&saying, "a", &statement->actions);
    say_texts(&saying, "r", &statement->resources);
    for (uint32_t i = 0; i < who->n; i++) {
        const char *kind = who->at[i].star ? "*" : "p";
        lic_str number = lint_number(lint, who->at[i].who);
        say_line(&saying, kind, who->at[i].text, number, who->excluded ? LIC_STR("not") : none);
    }
    say_conditions(&saying, statement);
    sort_array(saying.lines.at, saying.lines.n, sizeof *saying.lines.at, compare_lines);
    buf_init(&whole, lint->arena, LIMIT_CONFIG_FILE_BYTES * 2);
    buf_add_u64(&whole, (uint64_t)statement->effect);
    for (uint32_t i = 0; i < saying.lines.n; i++) {
        buf_add(&whole, saying.lines.at[i]);
    }
    lint->rc = whole.failed != LIC_OK ? LIC_E_NOMEM : lint->rc;
    return buf_str(&whole);
}

static uint32_t line_of(const struct lint *lint, uint32_t node)
{
    lic_str text = str_head(lint->doc->text, lint->doc->json.nodes[node].start);
    uint32_t line = 1;
    for (size_t at = str_find_char(text, '\n'); at < text.n; at = str_find_char(text, '\n')) {
        text = str_tail(text, at + 1);
        line++;
    }
    return line;
}

static void check_repetition(struct lint *lint)
{
    struct map seen;
    map_init(&seen, lint->arena, 0);
    for (uint32_t i = 0; i < lint->doc->statements.n && lint->rc == LIC_OK; i++) {
        const struct lint_statement *statement = &lint->doc->statements.at[i], *first = NULL;
        if (statement->principals.given && statement->principals.n == 0) {
            continue; /* what it says cannot be read */
        }
        lic_str said = say_statement(lint, statement);
        if (lint->rc == LIC_OK && !is_new(lint, &seen, said, statement, &first)) {
            lic_str line = lint_number(lint, line_of(lint, first->node));
            lint_say(lint, LINT_REDUNDANT_STATEMENT, statement->node, LINT_WORDS(line));
        }
    }
}

void lint_policy(struct lint *lint)
{
    check_size(lint);
    check_sids(lint);
    check_repetition(lint);
}

/* ---- passing roles and making service-linked ones ---- */

/* Resources that take every role there is: an asterisk, alone or as the whole name of a role. */
static bool is_every_role(lic_str resource)
{
    struct lint_arn arn;
    if (str_eq(resource, LIC_STR("*")) || !lint_arn_split(resource, &arn)) {
        return true;
    }
    lic_str role = arn.resource;
    return str_eq(role, LIC_STR("*")) || str_eq(role, LIC_STR("role/*")) ||
           str_eq(role, LIC_STR("role*")) || str_eq(role, LIC_STR("role/aws-service-role/*"));
}

static const struct lint_text *find_every_role(const struct lint_statement *statement)
{
    for (uint32_t i = 0; i < statement->resources.n && !statement->resources.excluded; i++) {
        if (is_every_role(statement->resources.at[i].text)) {
            return &statement->resources.at[i];
        }
    }
    return NULL;
}

/* The first pattern that covers the action; NULL: none. */
static const struct lint_text *find_cover(const struct lint_texts *actions, uint32_t action)
{
    for (uint32_t i = 0; i < actions->n; i++) {
        if (catalogue_covers(actions->at[i].text, action)) {
            return &actions->at[i];
        }
    }
    return NULL;
}

/* The six ways to say too much, for one action; in the order of both families of codes. */
struct family {
    enum lint_code not_resource, star_not_resource, not_action_not_resource;
    enum lint_code star_resource, star_star, star_resource_not_action;
};

static void check_family(struct lint *lint, const struct lint_statement *statement, lic_str name,
                         const struct family *family)
{
    const struct lint_texts *actions = &statement->actions;
    const struct lint_text *cover = find_cover(actions, catalogue_action(name));
    const struct lint_text *every = find_every_role(statement);
    bool not_resource = statement->resources.given && statement->resources.excluded;
    if ((cover != NULL) == actions->excluded || (every == NULL && !not_resource)) {
        return;
    }
    bool star = cover != NULL && lint_has_wildcard(cover->text);
    if (not_resource) {
        enum lint_code code = actions->excluded ? family->not_action_not_resource
                              : star            ? family->star_not_resource
                                                : family->not_resource;
        lic_str word = cover != NULL ? cover->text : LIC_STR("");
        lint_say(lint, code, statement->resources.node, LINT_WORDS(word));
        return;
    }
    enum lint_code code = actions->excluded ? family->star_resource_not_action
                          : star            ? family->star_star
                                            : family->star_resource;
    lint_say(lint, code, every->node, LINT_WORDS(star ? cover->text : every->text));
}

static void check_pass_role(struct lint *lint, const struct lint_statement *statement)
{
    static const struct family codes = {
        LINT_PASS_ROLE_WITH_NOT_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        LINT_PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE,
        LINT_PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
    };
    if (lint_condition_on(statement, LIC_STR("iam:PassedToService")) == NULL) {
        check_family(lint, statement, LIC_STR("iam:PassRole"), &codes);
    }
}

static void check_linked_role(struct lint *lint, const struct lint_statement *statement)
{
    static const struct family codes = {
        LINT_CREATE_SLR_WITH_NOT_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE,
        LINT_CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE,
        LINT_CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION,
    };
    if (lint_condition_on(statement, LIC_STR("iam:AWSServiceName")) == NULL) {
        check_family(lint, statement, LIC_STR("iam:CreateServiceLinkedRole"), &codes);
    }
}

/* ---- everything but, and everything ---- */

static bool has_text(const struct lint_texts *texts, lic_str text)
{
    for (uint32_t i = 0; i < texts->n && !texts->excluded; i++) {
        if (str_eq(texts->at[i].text, text)) {
            return true;
        }
    }
    return false;
}

static bool is_all_actions(const struct lint_texts *actions)
{
    return has_text(actions, LIC_STR("*")) || has_text(actions, LIC_STR("*:*"));
}

static void check_breadth(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_texts *actions = &statement->actions, *resources = &statement->resources;
    if (actions->excluded && actions->given) {
        lint_say_key(lint, LINT_ALLOW_WITH_NOT_ACTION, actions->node, LINT_NO_WORDS);
    }
    if (resources->excluded && resources->given) {
        lint_say_key(lint, LINT_ALLOW_WITH_NOT_RESOURCE, resources->node, LINT_NO_WORDS);
    }
    if (is_all_actions(actions) && has_text(resources, LIC_STR("*")) &&
        statement->conditions.n == 0) {
        lint_say(lint, LINT_ADMINISTRATIVE_ACCESS, statement->node, LINT_NO_WORDS);
    }
}

static void check_rcp_allow(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_principals *who = &statement->principals;
    bool anyone = who->n == 1 && str_eq(who->at[0].text, LIC_STR("*")) && !who->excluded;
    bool whole =
        anyone && has_text(&statement->resources, LIC_STR("*")) && statement->conditions.n == 0;
    if (!whole) {
        lint_say(lint, LINT_RCP_SYNTAX_ERROR_ALLOW, statement->node, LINT_NO_WORDS);
    }
}

/* Organisations' policies grant nothing by themselves, so their breadth is no grant. */
void lint_statement(struct lint *lint, const struct lint_statement *statement)
{
    enum lic_lint_kind kind = lint->doc->kind;
    if (statement->effect != LINT_ALLOW || kind == LIC_LINT_SCP) {
        return;
    }
    if (kind == LIC_LINT_RCP) {
        check_rcp_allow(lint, statement);
        return;
    }
    if (lint_is_identity(kind)) {
        check_pass_role(lint, statement);
        check_linked_role(lint, statement);
    }
    if (kind != LIC_LINT_BOUNDARY && kind != LIC_LINT_KEY) {
        check_breadth(lint, statement);
    }
}
