/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewriting: what stands in place of a finding.
 *
 *     mask      {EMAIL}                   as Bedrock writes it
 *     partial   ***@example.com           what a reader needs to tell values apart
 *     hash      EMAIL_hs7kq2…             equal values are equal; nothing comes back
 *     token     EMAIL_lt1a7kq…            comes back with the key (token.h)
 *     remove    nothing
 *
 * A way that cannot be gone (no key, a value too long, a type whose parts are worth as much as the
 * whole) is a mask instead: no way ever shows more than was asked for.
 */
#ifndef DETECT_REDACT_H
#define DETECT_REDACT_H

#include "base/buf.h"
#include "detect/token.h"
#include "event/finding.h"

enum redact_way { REDACT_MASK, REDACT_PARTIAL, REDACT_HASH, REDACT_TOKEN, REDACT_REMOVE };

/* The way of each type; the first row that fits, else `otherwise`. All zero: masks. */
struct redact_row {
    lic_str type;
    enum redact_way way;
};
struct redact_ways {
    const struct redact_row *at;
    uint32_t n;
    enum redact_way otherwise;
    const struct token_keys *keys; /* NULL: none; hashes and tokens are masks then */
};

/* "mask", "partial", "hash", "token", "remove"; false when there is no such way. */
bool redact_way_from(lic_str name, enum redact_way *out);
enum redact_way redact_way_of(const struct redact_ways *ways, lic_str type);

/*
 * Writes `text` with every finding of ACTION_REWRITE (settled, of this one text, sorted by start)
 * replaced by "{TYPE}", as Bedrock writes it.
 */
void redact_text(lic_str text, const struct finding *findings, uint32_t n, struct buf *out);
void redact_mask(const struct finding *finding, struct buf *out);

/* The same in the ways asked for; NULL: masks. A failure shows in `out`. */
void redact_text_as(lic_str text, const struct finding *findings, uint32_t n,
                    const struct redact_ways *ways, struct buf *out);
/* What stands in place of a finding whose text is `value`. */
void redact_value(const struct finding *finding, lic_str value, const struct redact_ways *ways,
                  struct buf *out);
/* The same where it stands in `text`: a mask if what is around would spoil a token. `value` is what
 * the text says there, decoded. */
void redact_value_in(lic_str text, const struct finding *finding, lic_str value,
                     const struct redact_ways *ways, struct buf *out);

/* Drops findings that do not reach beyond tokens of ours: what was rewritten once is not again. */
void redact_skip_tokens(lic_str text, const struct token_keys *keys, struct arena *arena,
                        struct findings *findings, uint32_t first);

/*
 * Puts values back where tokens stand that `allow` lets through (NULL: all); others and altered
 * ones are left. *out_n: how many were put back.
 */
struct redact_reveal {
    const struct token_keys *keys;
    bool (*allow)(void *arg, lic_str type);
    void *arg;
    void (*write)(struct buf *out, lic_str value); /* NULL: as it is; e.g. escaped for JSON */
};
void redact_reverse(const struct redact_reveal *reveal, lic_str text, struct arena *arena,
                    struct buf *out, uint32_t *out_n);
/* The same for the first `to` bytes; what follows is looked at to tell where a token ends. No token
 * may reach across (token_live). */
void redact_reverse_head(const struct redact_reveal *reveal, lic_str text, size_t to,
                         struct arena *arena, struct buf *out, uint32_t *out_n);

#endif
