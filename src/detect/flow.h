/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A text that comes in pieces, with findings as if it had come whole.
 *
 *     lane    already released │ held │ new piece
 *                        ┌─────┴──────┴──────────┐
 *     window             ctx                     ▲ live: from here a match could still come
 *                                 └─ released ──►│◄─ held ─►
 *
 * Each push looks at a window: a few released bytes (word boundaries need them), what is held, and
 * the piece. What begins before `live` is known for good: it is decided, once, and all before
 * `live` is released, findings to be rewritten as masks. The rest is held; it is never longer
 * than the longest match of any rule.
 *
 * A flow is small when idle: what it keeps is the context and what is held.
 */
#ifndef DETECT_FLOW_H
#define DETECT_FLOW_H

#include "base/buf.h"
#include "detect/detector.h"

struct flow {
    const struct detector *detector;
    struct detector_scratch *scratch;
    struct arena *arena;
    enum finding_action (*decide)(void *arg, const struct finding *finding);
    void *decide_arg;
    struct buf tail;  /* released context, then what is held */
    size_t context_n; /* how much of `tail` is context */
    size_t at;        /* where in the lane the held text begins */
    size_t masked;    /* everything before this byte of the lane is released or stands as a mask */
    struct detector_resumes resumes; /* where rules go on; offsets of the lane */
    struct findings waiting;         /* to be rewritten, decided, not yet released */
    bool closed;                     /* rejected, failed or ended: nothing more is released */
};

/* What may leave after a push. `text` lives as long as the arena given to flow_push. */
struct flow_release {
    lic_str text;
    bool unchanged; /* the piece itself: nothing was or is held, nothing rewritten */
    bool rejected;  /* a finding was rejected: `text` is what stood before it; the lane is over */
};

/*
 * Nothing is taken from the arena yet; it, the detector, a scratch prepared for it, and `arg` must
 * outlive the flow. `decide` says what is done about a finding, whose offsets are those of the
 * lane, and is called once for each.
 */
void flow_init(struct flow *flow, struct arena *arena, const struct detector *detector,
               struct detector_scratch *scratch,
               enum finding_action (*decide)(void *arg, const struct finding *finding), void *arg);

/*
 * Takes the next piece (valid UTF-8 that cuts no character); `last`: no other follows, everything
 * is decided and released. Findings decided now are appended to `out`, in `arena`, with their
 * action. After a failure or a rejection the lane is over: nothing is released ever after.
 */
enum lic_rc flow_push(struct flow *flow, lic_str piece, bool last, struct arena *arena,
                      struct flow_release *out_release, struct findings *out,
                      struct lic_err *err) LIC_MUST_USE;

/* Bytes held back at present. */
size_t flow_held(const struct flow *flow);

#endif
