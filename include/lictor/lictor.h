/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lictor's write side: what a host does to put the gateway into the path of a call.
 *
 *     engine    a compiled configuration directory. Immutable, shared, counted. A reload makes a
 *               new one; exchanges in flight keep the one they began with.
 *     worker    the scratch memory of one thread. Never shared.
 *     exchange  one request and its response. One arena, freed as a whole.
 *
 *     lic_engine_load ──► lic_worker_new ──► lic_exchange_open
 *                                                │
 *             head of the request   lic_exchange_head ──► ANSWER, or BODY: go on
 *             its whole body        lic_exchange_body ──► ANSWER | WAIT | FORWARD
 *             (after WAIT)          lic_exchange_appended ──► ANSWER | FORWARD
 *             head of the response  lic_exchange_response_head
 *             each chunk of it      lic_exchange_response_body ──► PASS | HOLD | REPLACE | CUT
 *             the end, however      lic_exchange_close       (writes the outcome record)
 *
 * What the engine returns is an order: the host enforces it and decides nothing. Every function
 * is called on the worker's thread. Everything returned lives until the exchange is closed unless
 * a comment says otherwise.
 */
#ifndef LICTOR_LICTOR_H
#define LICTOR_LICTOR_H

#include <lictor/base.h>

struct lic_engine;
struct lic_worker;
struct lic_exchange;

/* ---- engine ------------------------------------------------------------------------------- */

/* Called once for every mistake found in a directory, in order of file and line. */
typedef void lic_report_fn(void *arg, const struct lic_err *err);

/*
 * Reads and compiles the directory `dir`. Every mistake is reported; *out is set only when there
 * was none. The caller owns one reference. `host` must outlive the engine.
 */
LIC_PUBLIC enum lic_rc lic_engine_load(const struct lic_host *host, const char *dir,
                                       lic_report_fn *report, void *report_arg,
                                       struct lic_engine **out, struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC struct lic_engine *lic_engine_ref(struct lic_engine *engine);
LIC_PUBLIC void lic_engine_unref(struct lic_engine *engine); /* NULL is fine */

/* What a host must know of the configuration to listen and to reach models. Times in ms. */
struct lic_settings {
    lic_str listen;                   /* "127.0.0.1:8080" */
    lic_str admin_listen;             /* "127.0.0.1:8081" */
    lic_str tls_certificate, tls_key; /* paths; empty: plain HTTP */
    lic_str state_dir;                /* absolute */
    lic_str region;
    enum lic_sync sync;
    uint32_t group_ms;
    uint64_t body_bytes_max;    /* request body; above: 413 */
    uint64_t answer_bytes_max;  /* non-streaming response body; above: refused */
    uint32_t client_timeout_ms; /* between two reads of head or body from the client */
    uint32_t connect_timeout_ms, upstream_timeout_ms; /* to connect; between two reads or writes */
    uint32_t workers;                                 /* 0: one a core */
    uint32_t models_n;
    size_t replay_bytes;  /* memory that host->remember needs; 0: nothing is remembered */
    size_t verdict_bytes; /* memory that host->verdict_get needs; 0: nothing is kept */
};
LIC_PUBLIC void lic_engine_settings(const struct lic_engine *engine, struct lic_settings *out);

/* One place models are served: becomes one nginx `upstream` block. */
struct lic_upstream {
    lic_str name; /* of the provider entry in lictor.yaml; [A-Za-z0-9_-]+ */
    lic_str kind; /* "openai", "anthropic", "loopback" */
    bool tls;
    bool tls_verify;        /* false only when the configuration says so in words */
    lic_str tls_ca;         /* path of a CA bundle; empty: the system's */
    lic_str host;           /* of the first endpoint; Host header and TLS name */
    const lic_str *servers; /* "host:port" of each endpoint, in order of preference */
    uint32_t servers_n;
};
LIC_PUBLIC uint32_t lic_engine_upstreams_n(const struct lic_engine *engine);
LIC_PUBLIC const struct lic_upstream *lic_engine_upstream(const struct lic_engine *engine,
                                                          uint32_t i);

/*
 * What policy says of one event, without a call: `event_json` as docs/EVENT.md describes it in,
 * one line of JSON out (into memory from host->resize; release with resize(at, 0)).
 */
LIC_PUBLIC enum lic_rc lic_engine_decide(const struct lic_engine *engine, lic_str event_json,
                                         lic_str *out_json, struct lic_err *err) LIC_MUST_USE;

/*
 * Where the public keys of an OpenID Connect provider come from, when they are to be fetched:
 * `url` into the file `path`, which a later lic_engine_load reads.
 */
struct lic_jwks {
    lic_str url, path;
};
LIC_PUBLIC uint32_t lic_engine_jwks_n(const struct lic_engine *engine);
LIC_PUBLIC struct lic_jwks lic_engine_jwks(const struct lic_engine *engine, uint32_t i);

/* Whether a text is a set of public keys that a provider's tokens can be checked with. */
LIC_PUBLIC enum lic_rc lic_jwks_check(const struct lic_host *host, lic_str jwks,
                                      struct lic_err *err) LIC_MUST_USE;

/*
 * host->remember over memory that processes share, aligned to 8 bytes. The caller holds a lock
 * around each call of lic_replay_remember. It has no pointers and may be mapped anywhere.
 */
LIC_PUBLIC enum lic_rc lic_replay_init(void *memory, size_t bytes,
                                       struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC enum lic_rc lic_replay_remember(void *memory, size_t bytes,
                                           const uint8_t id[LIC_REPLAY_ID_BYTES], int64_t now_ns,
                                           int64_t until_ns) LIC_MUST_USE;

/* host->verdict_get and _put over such memory, likewise under a lock. */
LIC_PUBLIC enum lic_rc lic_verdicts_init(void *memory, size_t bytes,
                                         struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC bool lic_verdicts_get(void *memory, size_t bytes, const uint8_t id[LIC_VERDICT_ID_BYTES],
                                 void *out, size_t *out_n);
LIC_PUBLIC void lic_verdicts_put(void *memory, size_t bytes, const uint8_t id[LIC_VERDICT_ID_BYTES],
                                 lic_str entry);

/*
 * The same decision told to a person: the layers of policies, the statements that applied and those
 * that nearly did, and the rule. Text of several lines (released as above).
 */
LIC_PUBLIC enum lic_rc lic_engine_explain(const struct lic_engine *engine, lic_str event_json,
                                          lic_str *out_text, struct lic_err *err) LIC_MUST_USE;

/* Counters: an index below lic_counters_n() has a Prometheus name and a line of help. */
LIC_PUBLIC uint32_t lic_counters_n(void);
LIC_PUBLIC const char *lic_counter_name(uint32_t counter);   /* "lictor_requests_total" */
LIC_PUBLIC const char *lic_counter_labels(uint32_t counter); /* "reason=\"bad_json\"" or "" */
LIC_PUBLIC const char *lic_counter_help(uint32_t counter);

/* ---- worker ------------------------------------------------------------------------------- */

LIC_PUBLIC enum lic_rc lic_worker_new(const struct lic_host *host, struct lic_worker **out,
                                      struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_worker_free(struct lic_worker *worker); /* NULL is fine; no exchange open */

/* ---- exchange ----------------------------------------------------------------------------- */

struct lic_header {
    lic_str name, value;
};

/* The head of a request as the host received it. Views must live until the exchange is closed. */
struct lic_head {
    lic_str method; /* "POST" */
    lic_str target; /* raw request target as sent, before any decoding: "/v1/models?x=y" */
    const struct lic_header *headers; /* all of them, in order, duplicates too */
    uint32_t headers_n;
    lic_str source_ip; /* text form of the peer */
    bool secure;       /* the caller's connection is TLS */
};

enum lic_step_kind {
    LIC_STEP_BODY,    /* from head only: read the body, then call lic_exchange_body */
    LIC_STEP_WAIT,    /* the intent is being made durable; lic_exchange_appended follows */
    LIC_STEP_FORWARD, /* send `body` to `upstream` */
    LIC_STEP_ANSWER   /* send `answer` to the caller; there is no upstream */
};

struct lic_answer {
    uint32_t status;
    lic_str content_type;
    lic_str body;
};

/* What to do next with a request. */
struct lic_step {
    enum lic_step_kind kind;
    struct lic_answer answer;      /* ANSWER */
    uint32_t upstream;             /* FORWARD: index of lic_engine_upstream */
    lic_str target;                /* FORWARD: path to ask for, e.g. "/v1/chat/completions" */
    lic_str body;                  /* FORWARD: bytes to send; may be the caller's own */
    const struct lic_header *send; /* FORWARD: all headers to send besides Host and lengths */
    uint32_t send_n;
    bool streaming; /* FORWARD: the caller asked for a stream */
};

LIC_PUBLIC enum lic_rc lic_exchange_open(struct lic_worker *worker, struct lic_engine *engine,
                                         struct lic_exchange **out,
                                         struct lic_err *err) LIC_MUST_USE;

/*
 * Head: who is calling, and in which dialect. Body: parse, detect, judge, record, act. Both
 * always produce a step; failures are already turned into the caller's own form of error.
 * `body` must live until the exchange is closed.
 */
LIC_PUBLIC void lic_exchange_head(struct lic_exchange *x, const struct lic_head *head,
                                  struct lic_step *out);
LIC_PUBLIC void lic_exchange_body(struct lic_exchange *x, lic_str body, struct lic_step *out);

/* The intent record is durable (LIC_OK) or is not (anything else, with *err). */
LIC_PUBLIC void lic_exchange_appended(struct lic_exchange *x, enum lic_rc rc,
                                      const struct lic_err *err, struct lic_step *out);

/*
 * The host itself must refuse (body too large, malformed framing, timeout): `failure` is the name
 * of a row of failmode.def. Recorded and answered in the caller's dialect as far as known.
 */
LIC_PUBLIC void lic_exchange_refuse(struct lic_exchange *x, const char *failure,
                                    struct lic_step *out);

/*
 * The upstream answered with this head, or, with status 0, could not be reached, died or timed
 * out before a head. Out: the status to give the caller and whether the content type is to be
 * replaced (empty: keep the upstream's). Hop-by-hop and provider-account headers never pass.
 */
struct lic_response_head {
    uint32_t status;
    lic_str content_type;
};
LIC_PUBLIC void lic_exchange_response_head(struct lic_exchange *x, uint32_t status,
                                           const struct lic_header *headers, uint32_t headers_n);

enum lic_release_kind {
    LIC_RELEASE_PASS,    /* the chunk as it came */
    LIC_RELEASE_HOLD,    /* nothing yet */
    LIC_RELEASE_REPLACE, /* `bytes` instead of the chunk (and of all that was held) */
    LIC_RELEASE_CUT      /* `bytes`, then end the response and close the upstream */
};

/*
 * What may leave for one chunk of the response. When `head_ready` first becomes true, `head` says
 * with which status and type the response is to be sent: nothing leaves before that. The views
 * live until the next call on this exchange.
 */
struct lic_release {
    enum lic_release_kind kind;
    lic_str bytes;
    bool head_ready;
    struct lic_response_head head;
};

enum lic_end {
    LIC_END_NOT_YET,  /* more chunks follow */
    LIC_END_COMPLETE, /* the upstream ended its response properly */
    LIC_END_BROKEN,   /* the upstream died, hung past its time limit, or lied about its length */
};
LIC_PUBLIC void lic_exchange_response_body(struct lic_exchange *x, lic_str chunk, enum lic_end end,
                                           struct lic_release *out);

/* Headers for the caller: x-lictor-decision and x-lictor-record. Known once a step was returned. */
LIC_PUBLIC void lic_exchange_marks(const struct lic_exchange *x, lic_str *out_decision,
                                   lic_str *out_record);

enum lic_close {
    LIC_CLOSE_DONE,        /* the answer was sent whole */
    LIC_CLOSE_CLIENT_GONE, /* the caller went away */
    LIC_CLOSE_ABORTED      /* the host gave up (shutdown, internal error) */
};
/* Writes the outcome record if there was an intent, and releases the exchange. NULL is fine. */
LIC_PUBLIC void lic_exchange_close(struct lic_exchange *x, enum lic_close how);

LIC_PUBLIC const char *lic_version(void);

#endif
