/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request and its response. What an exchange goes through, with the function on each arrow:
 *
 *   OPENED ─head─► KNOWN ─body─► WAITING ─appended─► FORWARDED ─response_body─► ENDED
 *      │             │      └────────────(durable at once)─────┘      │
 *      └─────────────┴──── refuse / deny / reject ──► ANSWERED        └─ cut, intervene ─► ENDED
 *
 * Invariants
 *   1. Nothing is forwarded unless its intent record was appended as promised, or the
 *      configuration says otherwise and failmode ledger_bypassed was counted.
 *   2. Nothing of an answer leaves that was not read by its dialect, inspected, and whose tool
 *      calls were not judged.
 *   3. After ENDED nothing more leaves, whatever the provider sends.
 *   4. Every intent gets exactly one outcome record, from lic_exchange_close at the latest.
 */
#ifndef ENGINE_EXCHANGE_H
#define ENGINE_EXCHANGE_H

#include "dialect/dialect.h"
#include "engine/engine.h"
#include "engine/inspect.h"
#include "engine/judge.h"
#include "engine/signed.h"

#define EXCHANGE_MAGIC 0x4c494358u /* "LICX" */

enum exchange_state {
    EXCHANGE_OPENED,
    EXCHANGE_KNOWN,
    EXCHANGE_WAITING,
    EXCHANGE_FORWARDED,
    EXCHANGE_ANSWERED,
    EXCHANGE_ENDED
};

/* How the provider's answer is read. */
enum answer_mode { ANSWER_NONE, ANSWER_JSON, ANSWER_ERROR, ANSWER_STREAM, ANSWER_FAILED };

struct stream;

enum { EXCHANGE_SEND_MAX = 12 };

struct lic_exchange {
    uint32_t magic;
    enum exchange_state state;
    struct lic_worker *worker;
    struct lic_engine *engine;
    struct arena arena;
    int64_t mono_begun_ns, mono_forwarded_ns;

    /* The caller. */
    const struct dialect *dialect;     /* never NULL after head: a guess when the path is unknown */
    const struct principal *principal; /* NULL until known; of a signed call, until its body is */
    const struct session *session;     /* of credentials that STS gave out; or NULL */
    struct kept_session *kept;         /* what holds session and principal; or NULL */
    const struct signed_call *unsure;  /* a signed call that is not checked yet; or NULL */
    const struct config_agent *agent;
    const struct guardrail *guardrail;
    lic_str anthropic_version, anthropic_beta;
    lic_str trace_flags;

    /* The request. */
    struct event request;
    struct findings found_in;
    bool inspected; /* found_in is all there is to find */
    struct json_doc doc;
    const struct config_model *model;
    lic_str forward_body, forward_target;
    lic_str forward_key; /* value of the authorization header */
    bool request_rewritten;

    /* The answer. */
    struct event answer;
    struct findings found_out;
    enum answer_mode mode;
    enum failmode failed_mode; /* with ANSWER_FAILED */
    struct buf held;           /* a whole answer while it arrives */
    struct stream *stream;
    bool head_given;

    /* STS. */
    lic_str ready; /* answer with credentials, until its record is durable */
    bool gives_credentials;

    /* The record. */
    bool intent_written, recorded;
    lic_str mark; /* x-lictor-decision */
    struct lic_header send[EXCHANGE_SEND_MAX];
    uint32_t send_n;
};

/* The inspection of one direction of this exchange. */
struct inspect exchange_inspect(struct lic_exchange *x, bool output);

/*
 * Notes why an exchange goes no further: decision, enforced, reason, failure, counters. Only the
 * first reason is kept.
 */
void exchange_note_failure(struct lic_exchange *x, enum failmode mode,
                           const struct lic_err *detail);
void exchange_note_stop(struct lic_exchange *x, lic_str decision, lic_str enforced, lic_str reason);

/* Which statement decided, for the record. */
void exchange_note_statement(struct lic_exchange *x, const struct verdict *verdict);

/* `text` when no detector has anything to say of it, else `otherwise`: for sentences of ours that
 * quote what the caller or the provider sent. */
lic_str exchange_quotable(struct lic_exchange *x, lic_str text, lic_str otherwise);

/* The caller's sentence for a failure: the row's, and the detail if it helps the caller. */
lic_str exchange_sentence(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail);

/* Judges a tool call of the answer and counts it; true when it may leave. */
bool exchange_call_allowed(struct lic_exchange *x, struct event_call *call, lic_str arguments,
                           lic_str *out_reason);

/* Whether what repeats an answer's texts token by token, or echoes instructions, must go. */
bool exchange_strips(const struct lic_exchange *x);

/* What the reader is told instead of a denied tool call; the reason is for the record. */
lic_str exchange_call_message(struct lic_exchange *x, lic_str tool);

/* The message a guardrail's intervention shows for this direction. */
lic_str exchange_message(const struct lic_exchange *x, bool output);

/* refuse.c: the step that ends a request here, recorded as a refusal when the caller is known. */
void refuse_failure(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail,
                    struct lic_step *out);
void refuse_denial(struct lic_exchange *x, const struct verdict *verdict, struct lic_step *out);
void refuse_intervene(struct lic_exchange *x, struct lic_step *out);
void refuse_answer(struct lic_exchange *x, uint32_t status, lic_str type, lic_str body,
                   struct lic_step *out);

/* recording.c: LIC_OK or LIC_E_PENDING from an intent is the ledger's promise, anything else none.
 * A refusal or outcome that is due is written once; one that is not is left out. */
enum lic_rc recording_intent(struct lic_exchange *x, struct lic_err *err) LIC_MUST_USE;
void recording_refusal(struct lic_exchange *x);
/* The record of credentials that are about to be given out; as recording_intent. */
enum lic_rc recording_issue(struct lic_exchange *x, struct lic_err *err) LIC_MUST_USE;
void recording_outcome(struct lic_exchange *x, enum lic_close how);

/* answer.c: a whole answer. stream.c: a streamed one. */
void answer_chunk(struct lic_exchange *x, lic_str chunk, enum lic_end end, struct lic_release *out);
void answer_fail(struct lic_exchange *x, enum failmode mode, const struct lic_err *detail,
                 struct lic_release *out);
enum lic_rc stream_begin(struct lic_exchange *x, struct lic_err *err) LIC_MUST_USE;
void stream_chunk(struct lic_exchange *x, lic_str chunk, enum lic_end end, struct lic_release *out);
/* Puts what a stream said so far into x->answer, for the outcome record. */
enum lic_rc stream_collect(struct lic_exchange *x, struct lic_err *err) LIC_MUST_USE;

#endif
