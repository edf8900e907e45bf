/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Claiming: how a dialect makes sure that no string of a document is overlooked.
 *
 * A dialect describes each object it knows as a const table of members. Walking an object looks up
 * every member; what the table does not name is refused, with its path. So a dialect is tables,
 * and small functions for the members that need a thought:
 *
 *     static const struct claim_member reply_members[] = {
 *         { LIC_STR("role"), .kind = CLAIM_META },
 *         { LIC_STR("content"), .kind = CLAIM_READ, .read = read_content },
 *         { LIC_STR("n"), .kind = CLAIM_WHOLE, .min = 1, .max = 128 },
 *     };
 *     static const struct claim_table reply = CLAIM_TABLE(reply_members);
 *     ... TRY(claim_object(claim, node, &reply, err));
 *
 * Texts become parts. `claim->part` is the part to come: set its channel, message, choice, name or
 * id before walking into what they hold for, and put the old one back after. Parts go to
 * claim->event, or, when claim->pieces is set (a stream), there as PIECE_WHOLE.
 *
 * Null is fine for every kind of member; what is required is asked for with claim_need.
 */
#ifndef DIALECT_CLAIM_H
#define DIALECT_CLAIM_H

#include "dialect/dialect.h"

/* A string no longer than this, without blanks, is an id or an enumeration and not prose. */
#define CLAIM_TOKEN_BYTES 256u

struct claim {
    struct arena *arena;
    const struct json_doc *doc;
    struct event *event;
    struct pieces *pieces;  /* NULL: parts go to event->parts */
    struct event_part part; /* what the next part will be */
    void *own;              /* the dialect's */

    bool inspect_unknown; /* unknown members become DOCUMENT parts instead of a failure */
    /*
     * Answers: a provider adds members every month, so besides unknown members also values of an
     * unexpected type are inspected as text. Never for requests, where a number written as a
     * string would slip past policy.
     */
    bool tolerant;
};

typedef enum lic_rc claim_read_fn(struct claim *claim, uint32_t node, struct lic_err *err);

enum claim_kind {
    CLAIM_META,    /* a scalar; a string must be a token (see claim_token) */
    CLAIM_FLAG,    /* true or false */
    CLAIM_NUMBER,  /* a number from min to max (both 0: any) */
    CLAIM_WHOLE,   /* a non-negative whole number from min to max (both 0: any) */
    CLAIM_TEXT,    /* a string: one part */
    CLAIM_STRINGS, /* any value: every string in it is a part (schemas, metadata) */
    CLAIM_SEALED,  /* base64 that only the provider can open (signatures, encrypted reasoning) */
    CLAIM_OBJECT,  /* an object as `in` describes it */
    CLAIM_OBJECTS, /* an array of such objects */
    CLAIM_READ,    /* read(claim, node) decides */
    CLAIM_EACH,    /* an array: read(claim, element) for each */
    CLAIM_DONE     /* claimed by the caller of claim_object, before or after the walk */
};

struct claim_table;

struct claim_member {
    lic_str name;
    enum claim_kind kind;
    const struct claim_table *in; /* OBJECT, OBJECTS */
    claim_read_fn *read;          /* READ, EACH */
    double min, max;              /* NUMBER, WHOLE */
};

struct claim_table {
    const struct claim_member *at;
    uint32_t n;
};
#define CLAIM_TABLE(members)                                                                       \
    {                                                                                              \
        (members), sizeof(members) / sizeof((members)[0])                                          \
    }

/* What an object is depends on one of its members, usually "type". */
struct claim_variant {
    lic_str value;                /* of that member */
    claim_read_fn *read;          /* called with the object; or NULL, then */
    const struct claim_table *in; /* it is walked as this table says */
};

/* One reading: strict, channel USER, parts to `event`. */
void claim_init(struct claim *claim, struct arena *arena, const struct json_doc *doc,
                struct event *event);

/* ---- structures ---- */

enum lic_rc claim_object(struct claim *claim, uint32_t node, const struct claim_table *table,
                         struct lic_err *err) LIC_MUST_USE;
enum lic_rc claim_each(struct claim *claim, uint32_t array, claim_read_fn *read,
                       struct lic_err *err) LIC_MUST_USE;
/* A string as claim_text does, or an array whose elements `read` reads. */
enum lic_rc claim_text_or_each(struct claim *claim, uint32_t node, claim_read_fn *read,
                               struct lic_err *err) LIC_MUST_USE;
/*
 * Walks `object` as the variant whose value its member `by` has. No such variant: LIC_E_UNKNOWN,
 * or, with inspect_unknown, its strings are inspected and "unknown" is added to uninspected.
 */
enum lic_rc claim_variant(struct claim *claim, uint32_t object, lic_str by,
                          const struct claim_variant *variants, uint32_t n,
                          struct lic_err *err) LIC_MUST_USE;
/* The member of `object`, which must be there and of this type. */
enum lic_rc claim_need(struct claim *claim, uint32_t object, lic_str name, enum json_type type,
                       uint32_t *out, struct lic_err *err) LIC_MUST_USE;

/* ---- values ---- */

/* A string as one PART_TEXT; empty strings give no part. */
enum lic_rc claim_text(struct claim *claim, uint32_t node, struct lic_err *err) LIC_MUST_USE;
/* Every string inside `node`, and every member name that is not a plain identifier, as parts. */
enum lic_rc claim_strings(struct claim *claim, uint32_t node, struct lic_err *err) LIC_MUST_USE;
/* Arguments as one PART_JSON, also when empty: a string of JSON, or a bare value (part.object). */
enum lic_rc claim_json(struct claim *claim, uint32_t node, struct lic_err *err) LIC_MUST_USE;
/* A tool call: claim->part's name and id, its arguments by claim_json, and event->calls. */
enum lic_rc claim_call(struct claim *claim, uint32_t arguments, struct lic_err *err) LIC_MUST_USE;
/* The same for arguments that are free text and not JSON: one PART_TEXT, also when empty. */
enum lic_rc claim_call_text(struct claim *claim, uint32_t arguments,
                            struct lic_err *err) LIC_MUST_USE;
/* Media: a PART_OPAQUE named `kind` ("image", "audio", "file") and event->uninspected. */
enum lic_rc claim_opaque(struct claim *claim, uint32_t node, lic_str kind,
                         struct lic_err *err) LIC_MUST_USE;
/*
 * A token: a string of 0 to CLAIM_TOKEN_BYTES visible ASCII characters. Null gives an empty one.
 * In answers one that is not a token is inspected as text.
 */
enum lic_rc claim_token(struct claim *claim, uint32_t node, lic_str *out,
                        struct lic_err *err) LIC_MUST_USE;
/* As CLAIM_META. */
enum lic_rc claim_meta(struct claim *claim, uint32_t node, struct lic_err *err) LIC_MUST_USE;
/* A member nobody knows: refused, or inspected as DOCUMENT. */
enum lic_rc claim_unknown(struct claim *claim, uint32_t node, struct lic_err *err) LIC_MUST_USE;
/* Adds a word to event->uninspected once. */
enum lic_rc claim_uninspected(struct claim *claim, lic_str kind, struct lic_err *err) LIC_MUST_USE;
/* Adds a part of the caller's own making. */
enum lic_rc claim_add(struct claim *claim, const struct event_part *part,
                      struct lic_err *err) LIC_MUST_USE;
/* Adds to `pieces`; used by every stream reader. */
enum lic_rc claim_piece(struct pieces *pieces, struct arena *arena, const struct piece *piece,
                        struct lic_err *err) LIC_MUST_USE;

/* Whole number or number of a member, when it is there: else EVENT_INT_NONE, or -1. */
int64_t claim_pick_int(const struct json_doc *doc, uint32_t object, lic_str name);
double claim_pick_real(const struct json_doc *doc, uint32_t object, lic_str name);

/* ---- refusals ---- */

/* "messages[3].content[1]" of a node; "the body" for the root. Lives in the arena. */
lic_str claim_path(struct arena *arena, const struct json_doc *doc, uint32_t node);
/* Fails with "PATH SENTENCE", e.g. claim_refuse(c, n, LIC_E_INVALID, err, "must be a string"). */
enum lic_rc claim_refuse(const struct claim *claim, uint32_t node, enum lic_rc rc,
                         struct lic_err *err, const char *format, ...)
    __attribute__((format(printf, 5, 6), cold));

#endif
