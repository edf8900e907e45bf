/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of flow.h. Offsets are of two kinds: in the window of this push, and in the lane;
 * lane = window + base. Invariants between pushes:
 *
 *   1. tail.n - context_n bytes are held, and the first of them is byte `at` of the lane.
 *   2. Every match that begins before `at` has been decided; `waiting` has those to be masked that
 *      are not masked yet, in order; all of them end after `at`.
 *   3. A rule whose last match ends after `at` has a row in `resumes`.
 */
#include "detect/flow.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "detect/nearby.h"
#include "detect/redact.h"

#include "base/banned.h"

#define CONTEXT_CHARACTERS 2u /* before a boundary; rules may look further back */
#define CONTEXT_BYTES_MAX (4u * (NEARBY_CHARACTERS_MAX + 2u))

struct push {
    struct flow *flow;
    lic_str window;
    size_t base;      /* lane offset of the window's first byte */
    size_t live;      /* lane offset up to which everything is known */
    bool last;        /* no piece follows */
    size_t reject_at; /* lane offset of the first rejected finding; SIZE_MAX: none */
    struct arena *arena;
    struct findings *out;
    bool masked; /* a mask was written */
    struct lic_err *err;
};

void flow_init(struct flow *flow, struct arena *arena, const struct detector *detector,
               struct detector_scratch *scratch,
               enum finding_action (*decide)(void *arg, const struct finding *finding), void *arg)
{
    *flow = (struct flow){ .detector = detector,
                           .scratch = scratch,
                           .arena = arena,
                           .decide = decide,
                           .decide_arg = arg };
    buf_init(&flow->tail, arena, LIMIT_JSON_BYTES + LIMIT_MATCH_BYTES + CONTEXT_BYTES_MAX);
}

size_t flow_held(const struct flow *flow)
{
    return flow->tail.n - flow->context_n;
}

/* ---- the window ---- */

static enum lic_rc make_window(struct push *push, lic_str piece)
{
    lic_str tail = buf_str(&push->flow->tail);
    push->base = push->flow->at - push->flow->context_n;
    push->window = piece;
    if (tail.n == 0) {
        return LIC_OK;
    }
    buf_add(&push->flow->tail, piece);
    push->window = buf_str(&push->flow->tail);
    return buf_check(&push->flow->tail, "held text with the next piece", push->err);
}

/* ---- deciding ---- */

/* Earlier start first, then the longer, then the surer; what is left is by name. */
static bool comes_before(const struct finding *a, const struct finding *b)
{
    if (a->start != b->start) {
        return a->start < b->start;
    }
    if (a->end != b->end) {
        return a->end > b->end;
    }
    return a->score != b->score ? a->score > b->score : str_cmp(a->rule, b->rule) < 0;
}

/* Keeps `waiting` in order; what is new mostly belongs at its end. */
static enum lic_rc wait_for(struct push *push, const struct finding *finding)
{
    struct findings *waiting = &push->flow->waiting;
    ENSURE(ARENA_PUSH(push->flow->arena, waiting, *finding), push->err, LIC_E_NOMEM,
           "no memory for a finding that waits for its text");
    uint32_t i = waiting->n - 1;
    for (; i > 0 && comes_before(finding, &waiting->at[i - 1]); i--) {
        waiting->at[i] = waiting->at[i - 1];
    }
    waiting->at[i] = *finding;
    return LIC_OK;
}

static enum lic_rc note_resume(struct push *push, uint32_t rule, size_t end)
{
    struct detector_resumes *resumes = &push->flow->resumes;
    struct detector_resume resume = { .rule = rule, .at = end };
    if (end <= push->live) {
        return LIC_OK;
    }
    ENSURE(ARENA_PUSH(push->flow->arena, resumes, resume), push->err, LIC_E_NOMEM,
           "no memory for where a rule goes on");
    return LIC_OK;
}

static enum lic_rc decide_one(struct push *push, const struct detector_match *match)
{
    struct finding finding = match->finding;
    ENSURE(push->base + match->end <= UINT32_MAX, push->err, LIC_E_LIMIT,
           "a text in pieces is longer than %u bytes", UINT32_MAX);
    if (match->allowed) {
        return note_resume(push, match->rule, push->base + match->end);
    }
    ENSURE(push->out->n < LIMIT_FINDINGS, push->err, LIC_E_LIMIT, "more than %u findings",
           LIMIT_FINDINGS);
    finding.start += (uint32_t)push->base;
    finding.end += (uint32_t)push->base;
    finding.action = push->flow->decide(push->flow->decide_arg, &finding);
    ENSURE(ARENA_PUSH(push->arena, push->out, finding), push->err, LIC_E_NOMEM,
           "no memory for %u findings", push->out->n);
    if (finding.action == ACTION_REJECT && finding.start < push->reject_at) {
        push->reject_at = finding.start;
    }
    if (finding.action == ACTION_REWRITE) {
        TRY(wait_for(push, &finding));
    }
    return note_resume(push, match->rule, push->base + match->end);
}

/* Everything that begins before `live` can change no more. */
static enum lic_rc decide_known(struct push *push)
{
    struct detector_matches matches = { .more = !push->last };
    struct detector_resumes resumes = push->flow->resumes;
    resumes.at = ARENA_ARRAY(push->arena, struct detector_resume, resumes.n);
    ENSURE(resumes.at, push->err, LIC_E_NOMEM, "no memory for where rules go on");
    for (uint32_t i = 0; i < resumes.n; i++) {
        resumes.at[i] = push->flow->resumes.at[i];
        resumes.at[i].at -= push->base;
    }
    TRY(detector_matches(push->flow->detector, push->flow->scratch, push->window,
                         push->flow->context_n, &resumes, push->arena, &matches, push->err));
    if (!push->last && push->base + matches.known_to < push->live) {
        push->live = push->base + matches.known_to;
    }
    for (uint32_t i = 0; i < matches.n; i++) {
        if (push->base + matches.at[i].start < push->live) {
            TRY(decide_one(push, &matches.at[i]));
        }
    }
    return LIC_OK;
}

/* ---- releasing ---- */

static lic_str lane_slice(const struct push *push, size_t from, size_t to)
{
    return str_slice(push->window, from - push->base, to - push->base);
}

/* Drops the first n that wait. */
static void drop_waiting(struct findings *waiting, uint32_t n)
{
    for (uint32_t i = n; i < waiting->n; i++) {
        waiting->at[i - n] = waiting->at[i];
    }
    waiting->n -= n;
}

/* Writes the lane up to `until`, with masks for what waits and begins before it. */
static void write_released(struct push *push, size_t until, struct buf *out)
{
    struct flow *flow = push->flow;
    uint32_t done = 0;
    size_t at = flow->at > flow->masked ? flow->at : flow->masked;
    for (; done < flow->waiting.n && flow->waiting.at[done].start < until; done++) {
        const struct finding *finding = &flow->waiting.at[done];
        if (finding->end <= at) {
            continue;
        }
        if (finding->start > at) {
            buf_add(out, lane_slice(push, at, finding->start));
        }
        redact_mask(finding, out);
        push->masked = true;
        at = finding->end;
    }
    if (at < until) {
        buf_add(out, lane_slice(push, at, until));
        at = until;
    }
    flow->masked = at;
    drop_waiting(&flow->waiting, done);
}

static enum lic_rc release_until(struct push *push, size_t until, lic_str piece,
                                 struct flow_release *out)
{
    struct flow *flow = push->flow;
    bool none_held = flow->context_n + piece.n == push->window.n;
    bool whole = none_held && until == push->base + push->window.n;
    bool clear = flow->waiting.n == 0 && flow->masked <= flow->at;
    if (whole && clear) {
        flow->masked = until;
        out->text = piece;
        out->unchanged = true;
        return LIC_OK;
    }
    struct buf text;
    buf_init(&text, push->arena, SIZE_MAX / 2);
    write_released(push, until, &text);
    TRY(buf_check(&text, "released text", push->err));
    out->text = buf_str(&text);
    return LIC_OK;
}

/* ---- what is kept ---- */

/* The window from `from` on, with the characters just before it as context. */
static enum lic_rc keep_tail(struct push *push, size_t from)
{
    struct flow *flow = push->flow;
    size_t held = from - push->base;
    uint32_t wanted = detector_context(flow->detector) + 1;
    size_t context =
        nearby_reach(push->window, held, wanted > CONTEXT_CHARACTERS ? wanted : CONTEXT_CHARACTERS);
    if (flow->tail.n == 0) {
        buf_add(&flow->tail, str_tail(push->window, context));
    } else {
        flow->tail.n -= context; /* the window is the tail and the piece after it */
        memmove(flow->tail.at, push->window.at + context, flow->tail.n);
    }
    flow->context_n = held - context;
    flow->at = from;
    return buf_check(&flow->tail, "held text", push->err);
}

static void forget_resumes(struct flow *flow)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < flow->resumes.n; i++) {
        if (flow->resumes.at[i].at > flow->at) {
            flow->resumes.at[n++] = flow->resumes.at[i];
        }
    }
    flow->resumes.n = n;
}

static enum lic_rc push_piece(struct push *push, lic_str piece, struct flow_release *out)
{
    struct flow *flow = push->flow;
    TRY(make_window(push, piece));
    push->live = push->base + push->window.n;
    if (!push->last) {
        push->live = push->base +
                     detector_live(flow->detector, flow->scratch, push->window, flow->context_n);
    }
    TRY(decide_known(push));
    size_t until = push->live < push->reject_at ? push->live : push->reject_at;
    TRY(release_until(push, until, piece, out));
    out->rejected = push->reject_at != SIZE_MAX;
    if (out->rejected) {
        return LIC_OK;
    }
    TRY(keep_tail(push, until));
    forget_resumes(flow);
    return LIC_OK;
}

enum lic_rc flow_push(struct flow *flow, lic_str piece, bool last, struct arena *arena,
                      struct flow_release *out_release, struct findings *out, struct lic_err *err)
{
    struct flow_release release = { 0 };
    struct push push = {
        .flow = flow, .reject_at = SIZE_MAX, .last = last, .arena = arena, .out = out, .err = err
    };
    ENSURE(!flow->closed, err, LIC_E_INVALID, "a piece of %zu bytes for a text that is over",
           piece.n);
    flow->closed = true; /* until this push is known to have gone well */
    TRY(push_piece(&push, piece, &release));
    flow->closed = last || release.rejected;
    *out_release = release;
    return LIC_OK;
}
