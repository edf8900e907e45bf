/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A strict JSON reader (RFC 8259) that keeps offsets.
 *
 * A gateway must rewrite a value in place and must refuse what two parsers would read differently.
 * So the text is read once into a flat array of nodes in document order, each knowing where its
 * bytes are; strings are decoded only when asked for.
 *
 *     {"a":[1,"x"]}      0 OBJECT  n=1  end=4        `end` is the index after the last
 *                        1   ARRAY n=2  end=4  key "a"       descendant: the next sibling
 *                        2     NUMBER   end=3
 *                        3     STRING   end=4
 *
 * Invariants: node 0 is the root; a container's first child is i + 1; start/len are the raw bytes
 * of the value (for a string without its quotes); a member's key is key_start/key_len, raw.
 *
 * Two modes. JSON_PLAIN: the grammar alone (repeated keys and lone surrogate escapes are the
 * caller's affair; bytes must still be UTF-8). JSON_GATEWAY: also refuses repeated keys (compared
 * decoded, so also when spelt with escapes) and lone surrogate escapes. Both refuse a byte-order
 * mark.
 */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include <lictor/base.h>

struct arena;

enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};
enum json_mode { JSON_PLAIN, JSON_GATEWAY };

struct json_limits {
    enum json_mode mode;
    uint32_t depth_max; /* nested containers; 0: LIMIT_JSON_DEPTH */
    uint32_t nodes_max; /* values; 0: LIMIT_JSON_NODES */
    size_t bytes_max;   /* of the text; 0: LIMIT_JSON_BYTES */
};

struct json_node {
    uint32_t start, len;         /* raw value */
    uint32_t key_start, key_len; /* raw member name; 0, 0 outside objects */
    uint32_t end;                /* index of the next node that is not inside this one */
    uint32_t n;                  /* children of a container */
    uint8_t type;                /* enum json_type */
    bool escaped;                /* string with backslashes */
    bool key_escaped;
};

struct json_doc {
    lic_str text;
    const struct json_node *nodes;
    uint32_t n;
};

/* Index 0 is the root, so it doubles as "absent" for children. */
#define JSON_NONE 0u

/*
 * Reads the whole text (limits NULL: JSON_GATEWAY with the usual ones). err->offset is where it
 * stops being acceptable. Nodes live in the arena, views point into `text`.
 */
enum lic_rc json_read(struct arena *arena, lic_str text, const struct json_limits *limits,
                      struct json_doc *out, struct lic_err *err) LIC_MUST_USE;

/* The (first) member of object `node` with this decoded name, or JSON_NONE (also when no object).
 */
uint32_t json_get(const struct json_doc *doc, uint32_t node, lic_str name);
/* First child and next sibling within `parent`, or JSON_NONE. */
uint32_t json_first(const struct json_doc *doc, uint32_t parent);
uint32_t json_next(const struct json_doc *doc, uint32_t parent, uint32_t node);

static inline enum json_type json_type(const struct json_doc *doc, uint32_t node)
{
    return (enum json_type)doc->nodes[node].type;
}
bool json_is(const struct json_doc *doc, uint32_t node, enum json_type type); /* false for NONE */

/* Raw bytes: of a string without quotes, of a container with its brackets. */
lic_str json_raw(const struct json_doc *doc, uint32_t node);
lic_str json_key_raw(const struct json_doc *doc, uint32_t node);
bool json_key_is(const struct json_doc *doc, uint32_t node, lic_str name);

/* A string's value, decoded: a view into the text when nothing was escaped, else in the arena. */
enum lic_rc json_text(const struct json_doc *doc, uint32_t node, struct arena *arena, lic_str *out,
                      struct lic_err *err) LIC_MUST_USE;
enum lic_rc json_key_text(const struct json_doc *doc, uint32_t node, struct arena *arena,
                          lic_str *out, struct lic_err *err) LIC_MUST_USE;
bool json_u64(const struct json_doc *doc, uint32_t node,
              uint64_t *out); /* a non-negative integer */
bool json_double(const struct json_doc *doc, uint32_t node, double *out);

/*
 * Where decoded byte `decoded` of a raw (escaped, valid) string stands: the raw offset of the
 * escape or byte it came from. decoded == length of the decoded text gives raw.n.
 */
size_t json_raw_offset(lic_str raw, size_t decoded);

/*
 * The same for many places of one string, in order: begins where the last call left `place`
 * (zeroed at first), so that all of them together cost one pass.
 */
struct json_place {
    size_t raw, decoded;
};
size_t json_raw_advance(lic_str raw, struct json_place *place, size_t decoded);

/* Decodes the raw inside of a JSON string (valid escapes) into out; for texts held in pieces. */
struct buf;
enum lic_rc json_unescape(lic_str raw, struct buf *out, struct lic_err *err) LIC_MUST_USE;

#endif
