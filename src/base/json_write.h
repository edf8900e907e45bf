/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON out: a column of calls makes a document; commas and quotes are put by the writer. Output is
 * deterministic: no blanks, members in the order written, the shortest escapes, all else as is.
 * A failed buffer (buf.h) is reported once at the end by buf_check.
 */
#ifndef BASE_JSON_WRITE_H
#define BASE_JSON_WRITE_H

#include "base/buf.h"

struct json_out {
    struct buf *buf;
    bool comma; /* the next value or name needs a comma first */
};

void json_out_init(struct json_out *out, struct buf *buf);
void json_out_object(struct json_out *out);
void json_out_object_end(struct json_out *out);
void json_out_array(struct json_out *out);
void json_out_array_end(struct json_out *out);
void json_out_name(struct json_out *out, lic_str name);
/* The same for a name known when this is compiled, already in quotes and with its colon. */
void json_out_raw_name(struct json_out *out, lic_str name);
#define JSON_NAME(literal) LIC_STR("\"" literal "\":")
void json_out_str(struct json_out *out, lic_str s);       /* invalid UTF-8 becomes U+FFFD */
void json_out_raw_str(struct json_out *out, lic_str raw); /* already escaped inside of a string */
void json_out_raw(struct json_out *out, lic_str json);    /* a value already in JSON */
void json_out_u64(struct json_out *out, uint64_t n);
void json_out_i64(struct json_out *out, int64_t n);
void json_out_double(struct json_out *out,
                     double d); /* shortest that reads back; not finite: null */
void json_out_bool(struct json_out *out, bool b);
void json_out_null(struct json_out *out);

/* Appends s escaped as the inside of a JSON string, without quotes. */
void json_escape(struct buf *buf, lic_str s);

/*
 * In-place rewriting: replaces byte ranges of a text and leaves every other byte as it was.
 * Edits may be added in any order; they must not overlap (LIC_E_INVALID from edits_apply).
 */
struct edit {
    size_t start, len; /* bytes of the original text that go */
    lic_str with;      /* bytes that come; live as long as the edits */
    uint32_t order;    /* set by edits_add: insertions at one place keep the order they came in */
};
struct edits {
    struct edit *at;
    uint32_t n, cap;
};
enum lic_rc edits_add(struct edits *edits, struct arena *arena, size_t start, size_t len,
                      lic_str with) LIC_MUST_USE;
enum lic_rc edits_apply(struct edits *edits, lic_str text, struct buf *out,
                        struct lic_err *err) LIC_MUST_USE;

#endif
