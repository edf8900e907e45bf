/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy judges. Documents in AWS's JSON grammar are read once (doc.c) and evaluated against an
 * event (eval.c): an explicit deny wins, else an allow is needed, else it is denied implicitly.
 * Policy sees names, ARNs and condition keys, never content.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "event/event.h"
#include "event/verdict.h"

struct policy_doc;

/*
 * Reads one policy document. `file` is named in errors and verdicts. Everything unknown is refused:
 * elements, operators, an Effect other than Allow and Deny, condition keys that
 * event_condition_known() does not know. Lives in the arena, as does what it points to.
 */
enum lic_rc policy_doc_read(struct arena *arena, lic_str file, lic_str text,
                            const struct policy_doc **out, struct lic_err *err) LIC_MUST_USE;

/*
 * Judges event->principal doing event->action on event->resource under these identity policies.
 * A condition that cannot be evaluated (a list too long) is a failure, which the caller treats as
 * a denial. Scratch memory comes from the arena; nothing else is taken.
 */
enum lic_rc policy_eval(const struct policy_doc *const *docs, uint32_t docs_n,
                        const struct event *event, struct arena *arena, struct verdict *out,
                        struct lic_err *err) LIC_MUST_USE;

/* '*' and '?' over the whole text; '*' crosses everything. Linear time in practice and bounded
 * by pattern * text. */
bool match_wildcard(lic_str pattern, lic_str text);
bool match_wildcard_nocase(lic_str pattern, lic_str text);
/* Six colon-separated parts, each with wildcards (ArnLike). */
bool match_arn(lic_str pattern, lic_str arn);

#endif
