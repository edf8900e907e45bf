/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two long lifetimes: an engine (a compiled directory, immutable, counted) and a worker (the
 * scratch of one thread). The third, the exchange, is in exchange.h.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/arena.h"
#include "engine/config.h"
#include "engine/detection.h"
#include "engine/failmode.h"

#define ENGINE_MAGIC 0x4c494345u /* "LICE" */
#define WORKER_MAGIC 0x4c494357u /* "LICW" */

struct lic_engine {
    uint32_t magic;
    uint32_t refs; /* atomic: cycles of a host may drop theirs from another thread */
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena arena;
    struct config config;
    struct detection detection;
};

struct lic_worker {
    uint32_t magic;
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena scratch; /* reset at every call into an exchange */
    struct detector_scratch *detect;
    /* Whose detectors `detect` is large enough for. Held, because another engine could otherwise
     * come to stand at the same address and pass for this one. */
    struct lic_engine *prepared;
    int64_t wall_ns_latest; /* records never go back in time */
    uint64_t exchanges_open;
    struct kept *kept;       /* kept.c's; NULL until a session comes */
    struct signing *signing; /* signed.c's; NULL until a signed call comes */
};

static inline void worker_count(const struct lic_worker *worker, enum counter counter, uint64_t n)
{
    worker->host->count(worker->host->ctx, (uint32_t)counter, n);
}

static inline void worker_count_failure(const struct lic_worker *worker, enum failmode mode)
{
    worker->host->count(worker->host->ctx, failmode_counter(mode), 1);
}

/* Makes the worker's detector scratch fit this engine: allocates on the first exchange only. */
enum lic_rc worker_prepare(struct lic_worker *worker, struct lic_engine *engine,
                           struct lic_err *err) LIC_MUST_USE;
/* Wall time that never goes back; a step back is counted. */
int64_t worker_now(struct lic_worker *worker);

#endif
