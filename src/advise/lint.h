/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lint from the inside: the document as it was written, however wrong, and how checks say what
 * they found.
 *
 *     text ─lint_read─► lint_doc ─┬─lint_actions──┐
 *                                 ├─lint_resources│
 *                                 ├─ ...          ├─lint_say─► findings ─► sorted, told
 *                                 └─lint_escalate─┘
 *
 * policy_doc_read stops at the first thing it does not like, as AWS does when a policy is
 * created. Lint names all of them, so it reads the JSON by itself and takes what it can use.
 * Every value keeps its JSON node, which is its place. A check that runs out of memory leaves that
 * in lint->rc and the rest of the work does nothing.
 */
#ifndef ADVISE_LINT_H
#define ADVISE_LINT_H

#include "advise/catalogue.h"
#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"
#include "policy/doc.h"
#include <lictor/lint.h>

enum lint_code {
#define AWS(code, type, sentence, page) LINT_##code,
#define OWN(code, type, sentence) LINT_##code,
#include "advise/lint.def"
#undef AWS
#undef OWN
    LINT_CODE_N
};

struct lint_text {
    lic_str text; /* decoded; a number or a boolean as its JSON text */
    uint32_t node;
};

struct lint_texts {
    struct lint_text *at;
    uint32_t n, cap;
    uint32_t node; /* of the element, or JSON_NONE */
    bool given, excluded;
};

enum lint_who { LINT_WHO_AWS, LINT_WHO_SERVICE, LINT_WHO_FEDERATED, LINT_WHO_CANONICAL };

struct lint_principal {
    enum lint_who who;
    bool star; /* "Principal": "*" itself */
    lic_str text;
    uint32_t node;
};

struct lint_principals {
    struct lint_principal *at;
    uint32_t n, cap;
    uint32_t node;
    bool given, excluded;
};

struct lint_condition {
    lic_str operator_text;
    struct cond cond; /* op NULL: an operator that does not exist */
    lic_str key;
    uint32_t catalogue; /* catalogue_key, or CATALOGUE_NONE */
    uint32_t node;      /* of the key's member */
    struct lint_texts values;
};

enum lint_effect { LINT_EFFECT_NONE, LINT_ALLOW, LINT_DENY };

struct lint_statement {
    uint32_t node, number;
    enum lint_effect effect;
    struct lint_text sid; /* node JSON_NONE: none */
    struct lint_principals principals;
    struct lint_texts actions, resources;
    struct {
        struct lint_condition *at;
        uint32_t n, cap;
    } conditions;
};

struct lint_doc {
    lic_str file, text;
    enum lic_lint_kind kind;
    lic_str resource_type;
    /* Of a document that stands inside another file, with other offsets: what was read there,
     * for the places of its statements. NULL: the text is the file. */
    const struct policy_doc *inside;
    bool gateway; /* in force here, where AWS's list of services with RCPs does not count */
    struct json_doc json;
    bool variables; /* Version is 2012-10-17 */
    struct {
        struct lint_statement *at;
        uint32_t n, cap;
    } statements;
};

struct lint_finding {
    enum lint_code code;
    const struct lint_doc *doc;
    uint32_t node;
    bool key; /* the place is the member's name */
    size_t start, end;
    lic_str details;
    uint32_t order;
};

struct lint {
    struct arena *arena;
    struct lint_doc *doc; /* being looked at */
    enum lic_rc rc;
    struct {
        struct lint_finding *at;
        uint32_t n, cap;
    } findings;
};

/* What a check found: at most three words for its sentence. Unused ones stay empty. */
struct lint_words {
    lic_str at[3];
};
#define LINT_WORDS(...) ((struct lint_words){ { __VA_ARGS__ } })
#define LINT_NO_WORDS ((struct lint_words){ { { "", 0 } } })

/* Notes a finding at a value, at a member's name, or at the document as a whole (no node). */
void lint_say(struct lint *lint, enum lint_code code, uint32_t node, struct lint_words words);
void lint_say_key(struct lint *lint, enum lint_code code, uint32_t node, struct lint_words words);
void lint_say_at(struct lint *lint, enum lint_code code, size_t offset, struct lint_words words);
/* At a file that was not read as JSON. */
void lint_say_doc(struct lint *lint, enum lint_code code, struct lint_words words);

/* "; did you mean NAME?", or nothing for no name. `prefix` is put before the name. */
lic_str lint_did_you_mean(struct lint *lint, lic_str prefix, lic_str name);
/* Joined with what stands between; lives as long as the lint. */
lic_str lint_join(struct lint *lint, lic_str a, lic_str b, lic_str c);
lic_str lint_number(struct lint *lint, uint64_t n);

/* ---- the parts, in the order in which lint_document calls them ---- */

/* Reads the text into lint->doc. False: there is nothing more to look at. */
bool lint_read(struct lint *lint);
void lint_policy(struct lint *lint);
void lint_actions(struct lint *lint, const struct lint_statement *statement);
void lint_resources(struct lint *lint, const struct lint_statement *statement);
void lint_principals(struct lint *lint, const struct lint_statement *statement);
void lint_conditions(struct lint *lint, const struct lint_statement *statement);
void lint_condition_key(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition);
void lint_condition_rcp(struct lint *lint, const struct lint_statement *statement,
                        const struct lint_condition *condition);
void lint_condition_values(struct lint *lint, const struct lint_condition *condition);
void lint_statement(struct lint *lint, const struct lint_statement *statement);

enum lint_variable_use { LINT_VARIABLE_OK, LINT_VARIABLE_ELEMENT, LINT_VARIABLE_OPERATOR };
/* where: the element or operator that takes none, for the sentence. */
void lint_variables(struct lint *lint, lic_str text, uint32_t node, enum lint_variable_use use,
                    lic_str where);

/* Everything about one document that is not about others. */
void lint_document(struct lint *lint, struct lint_doc *doc);

/* What these documents allow together; those of one role. `whose` may be empty. */
void lint_escalate(struct lint *lint, struct lint_doc *const *docs, uint32_t n, lic_str whose);

/* Tells what was found, in order of file and place. */
enum lic_rc lint_tell(struct lint *lint, lic_lint_fn *tell, void *arg,
                      struct lic_err *err) LIC_MUST_USE;

/* ---- small questions that several checks ask ---- */

bool lint_has_wildcard(lic_str s);
/* Is everything that b matches matched by a? Never true when it is not so. */
bool lint_pattern_covers(lic_str a, lic_str b, bool nocase);
/* Can the two patterns, with '*' and '?', match the same text? */
bool lint_patterns_meet(lic_str a, lic_str b);
/* Does a statement have a condition on this key (any case; "aws:ResourceTag/" for a family)? */
const struct lint_condition *lint_condition_on(const struct lint_statement *statement, lic_str key);
/* The service whose actions and resources a policy attached to this may name; empty: unknown. */
lic_str lint_attached_service(const struct lint_doc *doc);
bool lint_is_identity(enum lic_lint_kind kind);
bool lint_is_account(lic_str s);
bool lint_is_region(lic_str s);
bool lint_starts_nocase(lic_str s, lic_str prefix);
/* Takes the six parts of an ARN; false: there are fewer. */
struct lint_arn {
    lic_str partition, service, region, account, resource;
};
bool lint_arn_split(lic_str text, struct lint_arn *out);

#endif
