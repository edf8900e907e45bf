/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest policy that allows what was used.
 *
 *     uses ──tighten_take──► families ──tighten_draft──► statements ──tighten_write_…──► text
 *                            (action, present statement)      │
 *     uses again ──tighten_replay─────────────────────────────┴──► how many are still allowed
 *
 * A family is an action together with the present statement that allowed it; it counts resources
 * and the values of a few condition keys (tighten.def). So memory grows with what is distinct and
 * not with the number of uses.
 *
 * With the principal's present documents nothing is drafted that they do not allow: each statement
 * stays within the resources of the one it comes from and keeps its conditions, denies are kept,
 * and what no present statement allows is left out and said.
 */
#ifndef ADVISE_TIGHTEN_H
#define ADVISE_TIGHTEN_H

#include "advise/grants.h"
#include "advise/history.h"
#include "advise/tighten_resource.h"
#include "base/map.h"

struct buf;

struct tighten_options {
    bool exact;          /* resources as they were used, no conditions of our own */
    uint32_t events_min; /* uses before a condition is drafted */
    struct tighten_resource_options resources;
    int64_t since_ns, until_ns;
    lic_str principal; /* as asked for; of the report */
};

#define TIGHTEN_VALUES_MAX 4u

struct tighten_facet {
    uint64_t seen;   /* uses that had the key */
    uint64_t new_at; /* number of the use that brought the last new value */
    lic_str values[TIGHTEN_VALUES_MAX];
    uint32_t n;
    bool many;      /* more values than may be a condition, or one that is none */
    uint64_t bound; /* MOST: a power of two that no value was above */
};

enum tighten_facet_name {
#define FACET(name, key, kind, values_max, operator) TIGHTEN_##name,
#include "advise/tighten.def"
#undef FACET
    TIGHTEN_FACETS_N
};

struct tighten_resource {
    lic_str text; /* made by tighten_resource_take */
    uint64_t uses;
};

/* An action, and the present statement that allows it (NULL: no present documents are known). */
struct tighten_family {
    lic_str action;
    const struct policy_doc *doc;
    const struct doc_statement *statement;
    uint64_t uses;
    int64_t first_ns, last_ns;
    lic_str last_id;
    bool any_resource; /* nobody wrote down which */
    struct {
        struct tighten_resource **at;
        uint32_t n, cap;
    } resources;
    struct tighten_facet facets[TIGHTEN_FACETS_N];
};

/* An action and a resource: which families it may belong to, found once. */
struct tighten_pair {
    struct tighten_family **families; /* of the present statements that fit, in their order */
    struct tighten_resource **used;   /* the same number; NULL: not used under that statement */
    uint32_t n;
};

/* Used, and allowed by nobody now. */
struct tighten_lost {
    lic_str action, resource;
    uint64_t uses;
};

struct tighten_condition {
    const char *op, *key;
    lic_str values[TIGHTEN_VALUES_MAX];
    uint32_t n;
};

struct tighten_statement {
    lic_str sid;
    struct str_list actions;
    const struct policy_doc *doc; /* of the present statement; or NULL */
    const struct doc_statement *statement;
    bool kept_deny;      /* the present statement as it is */
    bool kept_resources; /* its resources as they are */
    struct tighten_patterns patterns;
    bool any_resource;
    struct tighten_condition conditions[TIGHTEN_FACETS_N];
    uint32_t conditions_n;
    struct str_list reasons;
    lic_str key; /* statements of the same key are one */
};

/* Uses whose recorded keys differ: calls of models, calls of tools, and calls of AWS by
 * history_present. */
enum tighten_kind {
    TIGHTEN_MODELS,
    TIGHTEN_TOOLS,
    TIGHTEN_CLOUDTRAIL,
    TIGHTEN_KINDS_N = TIGHTEN_CLOUDTRAIL + HISTORY_PRESENT_N
};

struct tighten_replayed {
    uint64_t n, allowed, unsure, lost;
    struct history_use first_lost; /* texts copied */
};

struct tighten {
    struct arena *arena, *scratch; /* scratch is reset by every call below */
    struct tighten_options options;
    /* The principal's present identity documents; NULL: not known, then anything used is drafted.
     */
    const struct policy_doc *const *docs;
    uint32_t docs_n;
    bool has_docs;
    /* Keys that the principal brings along and records do not hold: its tags, its name. */
    const struct event_extra *more;
    uint32_t more_n;
    bool tags_known;

    struct map pairs;    /* "action\nresource" -> tighten_pair */
    struct map families; /* "action\nstatement number" -> tighten_family */
    struct map lost_by_pair;
    struct {
        struct tighten_family **at;
        uint32_t n, cap;
    } list;
    struct {
        struct tighten_lost **at;
        uint32_t n, cap;
    } lost;
    uint64_t uses; /* drafted from */
    uint32_t pairs_n;

    struct {
        struct tighten_statement *at;
        uint32_t n, cap;
    } statements;
    lic_str policy;                     /* the drafted document */
    const struct policy_index *drafted; /* of the policy; what it grants is made per kind of use */
    const struct grants *grants[TIGHTEN_KINDS_N];
    struct tighten_replayed replayed;
    struct str_list notes;
};

void tighten_init(struct tighten *tighten, struct arena *arena, struct arena *scratch,
                  const struct tighten_options *options);

/* One use of the principal: allowed, executed, within the time asked for. */
enum lic_rc tighten_take(struct tighten *tighten, const struct history_use *use,
                         struct lic_err *err) LIC_MUST_USE;

/* Everything was taken: makes statements and the document. (tighten_draft.c) */
enum lic_rc tighten_draft(struct tighten *tighten, struct lic_err *err) LIC_MUST_USE;

/* The same uses again, now judged by the drafted document. (tighten_replay.c) */
enum lic_rc tighten_replay_begin(struct tighten *tighten, struct lic_err *err) LIC_MUST_USE;
enum lic_rc tighten_replay(struct tighten *tighten, const struct history_use *use,
                           struct lic_err *err) LIC_MUST_USE;

/* The drafted statements as a document, two blanks deep. (tighten_write.c) */
enum lic_rc tighten_write_policy(const struct tighten *tighten, struct buf *out,
                                 struct lic_err *err) LIC_MUST_USE;
/* Reasons and replay: as text for a person, or {policy, reasons, replay, ...}. */
enum lic_rc tighten_write_reasons(const struct tighten *tighten, struct buf *out,
                                  struct lic_err *err) LIC_MUST_USE;
enum lic_rc tighten_write_json(const struct tighten *tighten, struct buf *out,
                               struct lic_err *err) LIC_MUST_USE;

#endif
