/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewriting as configured, and the way back.
 *
 *     guardrail   "lictor": {"rewrite": {"EMAIL": "token", "*": "mask"}}   how each type is written
 *     lictor.yaml tokens: {tenant: acme, keys: [env:TOKEN_KEY]}            with which key
 *     policy      lictor:Detokenize on arn:lictor:token:::EMAIL            who gets values back
 *
 *     request ─► EMAIL_lt0… ─► model ─► answer with EMAIL_lt0… ─► may this caller have EMAIL back?
 *                                                                 yes: the value    no: the token
 *
 * A tool call is judged with the values that the tool will get.
 */
#ifndef ENGINE_REWRITING_H
#define ENGINE_REWRITING_H

#include "base/json_write.h"
#include "detect/redact.h"
#include "engine/config.h"
#include "engine/shape.h"

struct lic_exchange;
struct lic_scanner;
struct config_reading;

/* The guardrail's block; a type nobody finds is a mistake. `known` says who does. */
struct rewriting_known {
    bool (*type)(const void *arg, lic_str type);
    const void *arg;
};
enum lic_rc rewriting_read(const struct shape *shape, const struct yaml_node *node,
                           const struct rewriting_known *known, struct redact_ways *out,
                           struct lic_err *err) LIC_MUST_USE;

/* `tokens:` of lictor.yaml. */
enum lic_rc rewriting_read_tokens(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node) LIC_MUST_USE;

/* Gives a guardrail the keys of lictor.yaml; one that needs them and gets none is a mistake. */
enum lic_rc rewriting_take_keys(struct config_reading *reading, lic_str file,
                                struct guardrail *guardrail) LIC_MUST_USE;

/* Whether `ways` needs a key. */
bool rewriting_is_keyed(const struct redact_ways *ways);

/* Whether findings of this category are redacted where nobody says what is done about them. */
bool rewriting_redacts(enum finding_category category);

/* The guardrail that a scanner by itself has (scan_api.c). */
const struct guardrail *rewriting_guardrail(const struct lic_scanner *scanner);

/* How this exchange's findings are written; NULL: masks. */
const struct redact_ways *rewriting_ways(const struct lic_exchange *x);

/* ---- back ---- */

/* Whether tokens are looked for in this exchange's answer. */
bool rewriting_reveals(const struct lic_exchange *x);

/* `text` with the values that the caller may have; the text itself when there are none. With
 * `json` the values are escaped as within a JSON string. */
enum lic_rc rewriting_reveal(struct lic_exchange *x, lic_str text, bool json, struct arena *arena,
                             lic_str *out, struct lic_err *err) LIC_MUST_USE;

/*
 * A text that comes in pieces: *kept (zeroed at first; in the exchange's arena) is the end of what
 * came that may be the beginning of a token. *piece becomes what may leave; *out_changed, whether
 * that is another text than came.
 */
enum lic_rc rewriting_reveal_piece(struct lic_exchange *x, struct buf *kept, bool last,
                                   lic_str *piece, bool *out_changed,
                                   struct lic_err *err) LIC_MUST_USE;

/* Adds the edits of `body` that put values back into a part, but for where findings are masked. */
enum lic_rc rewriting_reveal_part(struct lic_exchange *x, const struct event_part *part,
                                  uint32_t index, const struct findings *findings, lic_str body,
                                  struct edits *edits, struct lic_err *err) LIC_MUST_USE;

#endif
