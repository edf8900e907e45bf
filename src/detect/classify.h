/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classifier: a linear model that says how much a text is an attack. Features are hashed word
 * and character n-grams of the folded text and what only a gateway knows (channel, tool, position,
 * imperatives inside data, role markers, encodings found, rules that matched). Two heads for two
 * kinds of channel (user; data = tool results and documents), each with a score for injection and
 * one for jailbreak. Weights come from tools/train (data/weights/, with a model card).
 */
#ifndef DETECT_CLASSIFY_H
#define DETECT_CLASSIFY_H

#include "detect/fold.h"
#include "event/event.h"

struct classifier; /* immutable; views into the weights' bytes, which must outlive it */

/* Reads weights: magic, version, dimensions and checksum are checked. */
enum lic_rc classifier_new(const struct lic_host *host, lic_str weights, struct classifier **out,
                           struct lic_err *err) LIC_MUST_USE;
void classifier_free(struct classifier *classifier);

struct classify_subject {
    lic_str text;
    enum event_channel channel;
    lic_str tool;                       /* tool or document name it came from; empty: unknown */
    const struct fold_views *views;     /* of the text; NULL: none needed */
    const struct findings *findings;    /* what rules found in it and its views so far */
    const struct str_list *agent_tools; /* names of the tools in play; NULL: unknown */
};

struct classify_scores {
    float injection, jailbreak; /* calibrated: 0 to 1; CLASSIFY_THRESHOLD is the operating point */
    uint32_t start, end;        /* bytes of the text: the window that scored highest */
};

#define CLASSIFY_THRESHOLD 0.5f /* scores are calibrated so that one threshold fits both heads */

/* Long texts are scored by overlapping windows too: the highest counts, with a prior of the whole.
 */
enum lic_rc classify_text(const struct classifier *classifier,
                          const struct classify_subject *subject, struct arena *arena,
                          struct classify_scores *out, struct lic_err *err) LIC_MUST_USE;

/* The strongest features with their places, strongest first. */
struct classify_reason {
    lic_str feature; /* "word:ignore previous", "channel:tool_result" ... */
    float weight;
    uint32_t start, end; /* bytes of the text; equal when it has no place */
};
enum lic_rc classify_explain(const struct classifier *classifier,
                             const struct classify_subject *subject, struct arena *arena,
                             struct classify_reason *out, uint32_t max, uint32_t *out_n,
                             struct lic_err *err) LIC_MUST_USE;

#endif
