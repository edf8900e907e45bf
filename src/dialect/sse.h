/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Server-sent events (WHATWG HTML, section 9.2), read as bytes come.
 *
 * Lines end in LF, CR or CRLF; a blank line ends an event; a comment line begins with a colon; one
 * byte-order mark at the start is skipped. Bytes of an unfinished event stay in the reader (at most
 * LIMIT_SSE_EVENT_BYTES). Each event comes with its raw bytes, so that an untouched one can
 * be passed on exactly. Comments and events without data are given too (data.at == NULL).
 */
#ifndef DIALECT_SSE_H
#define DIALECT_SSE_H

#include "base/buf.h"

struct sse_event {
    lic_str raw;  /* all bytes, with the blank line that ends it */
    lic_str name; /* value of the last "event:" line, or empty */
    lic_str data; /* "data:" lines joined by LF; at == NULL when there was none */
};

struct sse {
    struct arena *arena;
    struct buf held; /* bytes of an unfinished event */
    lic_str chunk;   /* not yet read */
    bool begun;
    bool after_cr; /* the last byte seen was CR: an LF that follows belongs to it */
};

void sse_init(struct sse *sse, struct arena *arena);
/* Gives the reader its next bytes; they must live until sse_next has said false. */
void sse_feed(struct sse *sse, lic_str chunk);
/* The next whole event: *out_found false when more bytes are needed. Views live until the next
 * call. */
enum lic_rc sse_next(struct sse *sse, struct sse_event *out, bool *out_found,
                     struct lic_err *err) LIC_MUST_USE;
/* True when bytes of an unfinished event are left: the stream was cut inside an event. */
bool sse_unfinished(const struct sse *sse);
/* Writes an event; data is split into lines at LF. */
void sse_write(struct buf *out, lic_str name, lic_str data);

#endif
