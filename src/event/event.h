/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One neutral event: who asks for what, with which content. Dialects fill it, detectors read its
 * parts, policy reads its condition keys, the ledger writes it down. The fields come from
 * fields.def; content comes as parts.
 *
 *     body   {"model":"m","messages":[{"role":"user","content":"Hi \u0041da"}]}
 *                                                               └──────── raw: bytes in the body
 *     part   channel USER, text "Hi Ada" (decoded), raw as above
 *
 * Everything lives in the exchange's arena or is a view into the body.
 */
#ifndef EVENT_EVENT_H
#define EVENT_EVENT_H

#include <lictor/base.h>

struct arena;

#define EVENT_INT_NONE INT64_MIN
#define EVENT_FLAG_NONE ((int8_t)-1)

/* Where a content came from: the trust boundary. ORDER EVENT_CHANNEL with event_channel_name. */
enum event_channel {
    CHANNEL_SYSTEM, /* instructions: system, developer, tool definitions */
    CHANNEL_USER,
    CHANNEL_ASSISTANT,   /* what a model wrote, earlier or now; reasoning too */
    CHANNEL_TOOL_CALL,   /* arguments a model wrote for a tool */
    CHANNEL_TOOL_RESULT, /* what a tool gave back */
    CHANNEL_DOCUMENT,    /* files, citations, anything else that is data */
    CHANNEL_N
};

/* What a part's bytes are. */
enum event_part_kind {
    PART_TEXT,
    PART_JSON,  /* text that is itself JSON (tool arguments): scanned value by value */
    PART_OPAQUE /* image, audio, file by reference: nobody can look into it; `name` says what */
};

struct event_part {
    enum event_channel channel;
    enum event_part_kind kind;
    uint32_t message; /* index of the message or output item it belongs to */
    uint32_t choice;  /* index of the choice, for answers */
    lic_str text;     /* decoded content; empty for PART_OPAQUE */
    lic_str raw;  /* the same as it stands in the body, inside the JSON quotes; a view into it */
    lic_str name; /* tool name (TOOL_CALL, TOOL_RESULT if known), media kind (OPAQUE), else empty */
    lic_str id;   /* id of the tool call, else empty */
    lic_str shown; /* set by the engine: text after rewriting, when it was rewritten */
    bool object;   /* PART_JSON whose raw is a bare JSON value in the body, not a string of it */
};

/* A tool call in a request's history or in an answer. */
struct event_call {
    lic_str name, id;
    uint32_t part; /* index of its arguments in parts */
    uint32_t choice;
    lic_str decision; /* set by the engine: "allow", "deny", or empty for history */
};

struct str_list {
    lic_str *at;
    uint32_t n, cap;
};

/* A condition key that is not a field: principal tags, context given to `lictor decide`. */
struct event_extra {
    lic_str key;
    struct str_list values;
};

#define EVENT_C_TEXT lic_str
#define EVENT_C_LIST struct str_list
#define EVENT_C_INT int64_t
#define EVENT_C_REAL double
#define EVENT_C_TIME int64_t
#define EVENT_C_FLAG int8_t

struct event {
#define FIELD(name, type, condition, record, which, doc) EVENT_C_##type name;
#include "event/fields.def"
#undef FIELD
    struct {
        struct event_part *at;
        uint32_t n, cap;
    } parts;
    struct {
        struct event_call *at;
        uint32_t n, cap;
    } calls;
    struct {
        struct event_extra *at;
        uint32_t n, cap;
    } extras;
};

/* Everything absent, nothing allocated. */
void event_init(struct event *event);

/*
 * The values of a condition key (names compare without case): LIC_OK with *out_n values at *out
 * (0: the key is absent; list fields and extras may give several). Texts are views of the event;
 * numbers, times and flags come as text in AWS's form, written into the arena. LIC_E_NOMEM is the
 * only failure. aws:EpochTime and aws:PrincipalAccount are derived from `time` and `principal`.
 */
enum lic_rc event_condition(const struct event *event, lic_str key, struct arena *arena,
                            const lic_str **out, uint32_t *out_n, struct lic_err *err) LIC_MUST_USE;

/*
 * The same in two steps, for who asks for one key many times: its number (below 0: it is neither a
 * field nor derived from one, so it can only be an extra), and the values of that number. Extras
 * are not looked at.
 */
int event_condition_field(lic_str key);
enum lic_rc event_field_values(const struct event *event, int field, struct arena *arena,
                               const lic_str **out, uint32_t *out_n,
                               struct lic_err *err) LIC_MUST_USE;

/* Whether anything defines this condition key: a field, one of the open families
 * (aws:PrincipalTag/, aws:RequestTag/, lictor:Argument/ ...), or a single key that another part
 * fills in as an extra; or that it is of a service or issuer other than AWS's global ones and ours.
 * A key that is known but that nothing filled is absent. */
bool event_condition_known(lic_str key);

/*
 * Reads docs/EVENT.md's form: {"principal": ..., "action": ..., "resource": ..., any field by its
 * record key (by its name when it has none), "context": {condition key: value or [values]}}. A
 * condition key of a field sets the field. An unknown name is LIC_E_UNKNOWN, a field given twice
 * LIC_E_DUPLICATE, a value of another type LIC_E_INVALID. Read with JSON_GATEWAY.
 */
struct json_doc;
enum lic_rc event_read(struct arena *arena, const struct json_doc *doc, struct event *out,
                       struct lic_err *err) LIC_MUST_USE;

const char *event_channel_name(enum event_channel channel); /* "tool_result" */
bool event_channel_from(lic_str name, enum event_channel *out);

/* Appends to parts / a list; LIC_E_NOMEM or LIC_E_LIMIT (LIMIT_PARTS). */
enum lic_rc event_add_part(struct event *event, struct arena *arena, const struct event_part *part,
                           struct lic_err *err) LIC_MUST_USE;
enum lic_rc str_list_add(struct str_list *list, struct arena *arena, lic_str s) LIC_MUST_USE;

#endif
