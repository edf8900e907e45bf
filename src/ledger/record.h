/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of the ledger: a line of JSON, members in the order of fields.def, then content.
 * Same event, same bytes. docs/LEDGER.md describes it.
 */
#ifndef LEDGER_RECORD_H
#define LEDGER_RECORD_H

#include "base/buf.h"
#include "event/event.h"
#include "event/finding.h"

/* What of the content is written. */
enum record_content {
    RECORD_CONTENT_MASKED, /* texts with findings of pii, phi, financial, credentials masked */
    RECORD_CONTENT_NONE,   /* lengths and SHA-256 only */
    RECORD_CONTENT_FULL    /* as received: only for a ledger that is itself protected */
};

struct record {
    const struct event *request;
    const struct event *answer;      /* NULL for intents and refusals */
    const struct findings *findings; /* of both directions */
    enum record_content content;
    bool outcome; /* else intent or refusal */
};

/* Appends the line, with its '\n'. Texts above LIMIT_RECORD_TEXT_BYTES are cut and hashed. */
enum lic_rc record_write(const struct record *record, struct arena *scratch, struct buf *out,
                         struct lic_err *err) LIC_MUST_USE;

#endif
