/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All detectors as one: what a gateway, `lictor scan` and the tests ask of a text.
 *
 *     text ─► detector (rules)  ───────────────┐
 *        └─► fold ─► detector over each view ──┼─► keywords and ignore words ─► findings
 *        └─► names, addresses ─────────────────┘         │
 *        └─► classifier (sees text, views, findings) ◄───┘ ──► scores, and a finding above the
 *                                                              threshold
 *
 * Immutable and shared; scratch is one a worker. Findings are of the text's own bytes.
 */
#ifndef DETECT_SCANNER_H
#define DETECT_SCANNER_H

#include "detect/classify.h"
#include "detect/detector.h"
#include "detect/names.h"
#include "detect/topics.h"

struct scanner_parts {
    const struct detector *detector;                /* rules; NULL: none */
    const struct classifier *classifier;            /* NULL: none */
    const struct names_model *names;                /* NULL: none */
    uint32_t names_types;                           /* enum names_type bits that anybody acts on */
    const struct topics *topics;                    /* denied ones; NULL: none */
    const struct fold_words *fold;                  /* look through disguises; NULL: do not */
    float injection_threshold, jailbreak_threshold; /* of a classifier's finding; 0: the default */
};

struct scan_subject {
    lic_str text;
    enum event_channel channel;
    lic_str tool;
    const struct str_list *agent_tools;
};

struct scan_scores {
    float injection, jailbreak; /* the highest of classifier and rules */
    bool cut;                   /* the folding budget ended it */
};

enum lic_rc scanner_scan(const struct scanner_parts *parts, struct detector_scratch *scratch,
                         const struct scan_subject *subject, struct arena *arena,
                         struct findings *out, struct scan_scores *out_scores,
                         struct lic_err *err) LIC_MUST_USE;

#endif
