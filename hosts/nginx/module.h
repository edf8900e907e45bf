/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the nginx module share.
 *
 *     lictor_main   one a configuration cycle: the engine, the host it sees, the ledger's file.
 *                   Made by the master process; `worker`, `ledger` and `open` belong to a worker.
 *     lictor_ctx    one a governed request: its exchange and how far it has come.
 *
 * nginx enforces what the engine orders and decides nothing:
 *
 *     POST_READ    request_head_phase    opens the exchange; ANSWER, or go on
 *     PRECONTENT   request_body_phase    reads the body; ANSWER, WAIT, or FORWARD to proxy_pass
 *     filters      response.c            holds the answer back until the engine lets it go
 *     pool cleanup request_close         closes the exchange exactly once
 */
#ifndef NGINX_MODULE_H
#define NGINX_MODULE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <lictor/lictor.h>

extern ngx_module_t ngx_http_lictor_module;

/* ---- shared memory: outlives reloads, seen by every worker ---- */

#define SHARED_BYTES (64u * 1024)

struct lictor_shared {
    ngx_atomic_t open; /* exchanges under way in all workers */
    uint32_t counters_n;
    ngx_atomic_t counters[];
};

/* Signatures already used, for host->remember: a zone of its own, outliving reloads as well. */
struct lictor_replay {
    ngx_slab_pool_t *pool; /* its mutex is the lock */
    void *memory;
    size_t bytes; /* 0: nothing is remembered */
};

/* Verdicts about texts, for host->verdict_get: likewise. */
struct lictor_verdicts {
    ngx_slab_pool_t *pool; /* its mutex is the lock */
    void *memory;
    size_t bytes; /* 0: nothing is kept */
};

/* ---- ledger: the file this worker appends to (ledger.c) ---- */

struct ledger {
    ngx_fd_t fd;   /* NGX_INVALID_FILE: none open */
    ngx_str_t dir; /* STATE/ledger/records */
    u_char path[NGX_MAX_PATH];
    off_t bytes;      /* of the open file */
    u_char *gathered; /* records of this turn of the event loop, not yet written */
    size_t gathered_n;
    uint64_t gathered_loose; /* of these records, those for which nobody waits */
    uint64_t taken;          /* records accepted: gathered or written */
    uint64_t written;        /* of these, handed to the kernel */
    uint64_t durable;        /* of these, on stable storage */
    uint64_t syncing;        /* what the fdatasync under way will make durable; 0: none is */
    ngx_queue_t waiters;     /* struct lictor_ctx, by wait_link, oldest first */
    ngx_queue_t refused;     /* those whose record could not be written, until they are told */
    struct lic_err refusal;  /* why */
    ngx_atomic_t *lost;      /* counts outcomes that could not be written */
    enum lic_sync sync;
    ngx_event_t turn; /* posted while anything is gathered or somebody refused */
    ngx_thread_pool_t *threads;
    ngx_thread_task_t *task;
    ngx_event_t timer;    /* for LIC_SYNC_GROUP */
    ngx_event_t patience; /* set while anyone waits */
    ngx_msec_t group_ms;
    ngx_msec_t retry_at; /* no new file is tried before */
    bool retry_later;
    bool stopping;      /* the process ends: no thread is asked any more */
    bool someone_waits; /* a record with LIC_SYNC_EACH came after the last fdatasync began */
    ngx_log_t *log;
};

/* ---- configuration ---- */

/* A place models are served: `lictor_upstream NAME plain|tls HOST SERVER...` in a location. */
struct lictor_place {
    ngx_array_t words; /* the directive's arguments */
    ngx_http_core_loc_conf_t *location;
};

struct lictor_main {
    struct lic_host host; /* its ctx is this structure */
    struct lic_engine *engine;
    struct lic_settings settings;
    ngx_log_t *log;
    ngx_array_t places;             /* struct lictor_place, as written */
    struct lictor_place **place_of; /* by index of lic_engine_upstream */
    struct lictor_shared *shared;
    struct lictor_replay replay;
    struct lictor_verdicts verdicts;
    bool governs; /* some location says `lictor on` */

    /* Of one worker process. */
    struct lic_worker *worker;
    ngx_queue_t open; /* struct lictor_ctx, by link */
    struct ledger ledger;
    u_char random[2048];
    size_t random_left;
};

struct lictor_location {
    ngx_flag_t on;
};

/* ---- one governed request ---- */

enum request_state {
    REQUEST_HEAD,      /* the engine has the head and wants the body */
    REQUEST_READING,   /* nginx is reading the body */
    REQUEST_READ,      /* all of it is here */
    REQUEST_WAITING,   /* the intent is on its way to stable storage */
    REQUEST_STEP,      /* `step` is to be carried out */
    REQUEST_FORWARDED, /* proxy_pass has it */
    REQUEST_ANSWERED   /* we answered ourselves */
};

enum response_state {
    RESPONSE_NONE,
    RESPONSE_ANSWER,     /* the engine's own answer passes through the filters */
    RESPONSE_SUBSTITUTE, /* nginx made an error page; the engine's answer takes its place */
    RESPONSE_UPSTREAM    /* the provider's answer, chunk by chunk */
};

struct lictor_ctx {
    ngx_http_request_t *r;
    ngx_uint_t http_version; /* the caller's: nginx sets another for a provider without one */
    struct lictor_main *main;
    struct lic_exchange *x;
    ngx_queue_t link;

    enum request_state request;
    struct lic_step step;
    ngx_event_t deadline; /* for the whole body; set while it is read */
    ngx_queue_t wait_link;
    uint64_t wait_for; /* durable when ledger.durable reaches it */

    enum response_state response;
    struct lic_answer substitute;
    bool head_sent;
    bool ended;  /* the last byte was handed to nginx */
    bool broken; /* the provider's answer ended too early */
    bool client_gone;
    void (*finalize_upstream)(ngx_http_request_t *r, ngx_int_t rc);
    ngx_int_t (*init_input)(void *data);
    ngx_int_t (*input)(void *data, ssize_t bytes);
    ngx_chain_t *free, *busy; /* our buffers: recycled, and not yet taken by the client */
    ngx_buf_t *hostage;       /* the provider's, kept from reuse while the client is slow */
};

static inline lic_str module_view(ngx_str_t s)
{
    return (lic_str){ (const char *)s.data, s.len };
}

static inline ngx_str_t module_str(lic_str s)
{
    return (ngx_str_t){ s.n, (u_char *)(uintptr_t)s.at };
}

/* ---- request.c ---- */

ngx_int_t request_head_phase(ngx_http_request_t *r);
ngx_int_t request_body_phase(ngx_http_request_t *r);
/* The context of a governed main request, or NULL. */
struct lictor_ctx *request_ctx(ngx_http_request_t *r);
/* Opens an exchange for a request; NULL when there is no memory. */
struct lictor_ctx *request_open(ngx_http_request_t *r);
/* Closes the exchange if it is open. */
void request_close(struct lictor_ctx *ctx, enum lic_close how);
/* The ledger says how the intent of this request went. */
void request_appended(struct lictor_ctx *ctx, enum lic_rc rc, const struct lic_err *err);
/* What the engine says when nginx itself refuses with this status. Always an answer. */
struct lic_answer request_refusal(struct lictor_ctx *ctx, ngx_uint_t status);
/* Status, type and length of a head that we make ourselves; clears what nginx had put in. */
void request_set_head(ngx_http_request_t *r, uint32_t status, lic_str content_type, off_t length);

/* ---- response.c ---- */

ngx_int_t response_install(ngx_conf_t *cf);
/* Adds x-lictor-decision and x-lictor-record. */
ngx_int_t response_mark(ngx_http_request_t *r, struct lictor_ctx *ctx);

/* ---- host.c ---- */

/* Fills lm->host. The ledger and counters work once host_start has run in a worker. */
void host_init(struct lictor_main *lm);
ngx_int_t host_share(ngx_conf_t *cf, struct lictor_main *lm); /* declares the shared memory */
ngx_int_t host_start(struct lictor_main *lm, ngx_cycle_t *cycle);
void host_stop(struct lictor_main *lm);

/* ---- ledger.c ---- */

ngx_int_t ledger_start(struct ledger *ledger, const struct lic_settings *settings,
                       ngx_cycle_t *cycle);
void ledger_stop(struct ledger *ledger);
bool ledger_ready(struct ledger *ledger);
enum lic_rc ledger_append(struct ledger *ledger, bool waits, lic_str record, enum lic_sync sync,
                          struct lic_err *err);
/* Calls request_appended for ctx once everything appended so far is as durable as promised. */
void ledger_wait(struct ledger *ledger, struct lictor_ctx *ctx);
/* Forgets ctx; fine when it does not wait. */
void ledger_forget(struct lictor_ctx *ctx);

/* ---- admin.c, loopback.c: content handlers ---- */

ngx_int_t admin_handler(ngx_http_request_t *r);
ngx_int_t loopback_handler(ngx_http_request_t *r);

#endif
