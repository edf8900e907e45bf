/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inspection: detectors testify about the parts of an event, the guardrail says what each finding
 * costs, and rewritten findings become edits of the body.
 *
 * A part that is JSON (tool arguments) is scanned value by value, so that nothing hides behind
 * escapes and no mask breaks the document; it is also scanned as a whole, so that a member's name
 * still stands beside its value.
 */
#ifndef ENGINE_INSPECT_H
#define ENGINE_INSPECT_H

#include "base/json_write.h"
#include "engine/engine.h"
#include "event/event.h"

struct inspect {
    struct lic_worker *worker;
    struct arena *arena;               /* findings and rewritten texts live here */
    const struct guardrail *guardrail; /* NULL: nothing is looked for */
    bool output;                       /* the answer's rules, not the request's */
    struct scan_scores *scores;        /* the highest so far; NULL: nobody asks */
    const struct str_list *tools;      /* names of the tools in play; NULL: unknown */
};

/* What is done about a finding in this channel: first row of the guardrail that fits. */
enum finding_action inspect_action(const struct inspect *inspect, const struct finding *finding,
                                   enum event_channel channel);

/*
 * Scans every part and appends what has an action, settled. Uninspectable parts are skipped: they
 * are in event->uninspected. More than LIMIT_FINDINGS is LIC_E_LIMIT.
 */
enum lic_rc inspect_event(const struct inspect *inspect, const struct event *event,
                          struct findings *findings, struct lic_err *err) LIC_MUST_USE;

/* The same for one part, whose index in findings will be `index`. */
enum lic_rc inspect_part(const struct inspect *inspect, const struct event_part *part,
                         uint32_t index, struct findings *findings,
                         struct lic_err *err) LIC_MUST_USE;

/* Adds the edits of `body` that mask the findings to be rewritten. */
enum lic_rc inspect_rewrite(struct arena *arena, const struct redact_ways *ways,
                            const struct event *event, const struct findings *findings,
                            lic_str body, struct edits *edits, struct lic_err *err) LIC_MUST_USE;

/*
 * Sets `shown` of every part whose text a record must not hold: rewritten findings always, and
 * with `mask_all` every finding of a sensitive category.
 */
enum lic_rc inspect_show(struct arena *arena, struct event *event, const struct findings *findings,
                         bool mask_all, struct lic_err *err) LIC_MUST_USE;

/* Classes, sensitivity and injection score that findings and scores give an event, as condition
 * keys. */
enum lic_rc inspect_classify(const struct inspect *inspect, struct event *event,
                             const struct findings *findings, struct lic_err *err) LIC_MUST_USE;

/* "INSTRUCTION_OVERRIDE in user text (rule injection.override)": the strongest finding, in words.
 */
lic_str inspect_reason(struct arena *arena, const struct findings *findings,
                       const struct event *event);

#endif
