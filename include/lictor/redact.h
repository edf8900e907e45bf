/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redaction by itself: what lic_scanner finds in a text, replaced; and tokens turned back.
 *
 *     mask      {EMAIL}            partial   ***@example.com     remove
 *     hash      EMAIL_hs7kq2…      token     EMAIL_lt1a7kq…      with a key; tokens come back
 *
 * Attacks are not redacted: they are judged. A value that cannot be replaced as asked (too long for
 * a token, within a longer word) is masked.
 */
#ifndef LICTOR_REDACT_H
#define LICTOR_REDACT_H

#include <lictor/scan.h>

struct lic_redactor;

struct lic_redact_options {
    lic_str way;    /* "mask", "partial", "hash", "token", "remove"; empty: as the guardrail says */
    lic_str keys;   /* a key for tokens a line, NUMBER:HEX; the first seals; may be empty */
    lic_str tenant; /* bound into every token and hash */
};

/* `scanner` finds and must outlive it; NULL: only for turning back. */
LIC_PUBLIC enum lic_rc lic_redactor_new(const struct lic_host *host, struct lic_scanner *scanner,
                                        const struct lic_redact_options *options,
                                        struct lic_redactor **out,
                                        struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_redactor_free(struct lic_redactor *redactor); /* NULL is fine */

/* Results are good until the redactor's next call. *out_n: how many values were replaced. */
LIC_PUBLIC enum lic_rc lic_redactor_text(struct lic_redactor *redactor, lic_str text, lic_str *out,
                                         uint32_t *out_n, struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC enum lic_rc lic_redactor_reverse(struct lic_redactor *redactor, lic_str text,
                                            lic_str *out, uint32_t *out_n,
                                            struct lic_err *err) LIC_MUST_USE;

#endif
