/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lic_host of a nginx worker. Memory, clocks, files and environment are the POSIX host's; the
 * rest is nginx's: its error log, its shared memory for counters, and the ledger's file.
 */
#include "hosts/nginx/module.h"

#include "hosts/posix.h"

/*
 * Ids and tokens are asked for 16 bytes at a time; one system call fetches enough for several.
 * Bytes that were given out are wiped. A worker starts with none (host_start), so that processes
 * which forked from one master never give out the same.
 */
static enum lic_rc fill_random(void *ctx, void *at, size_t n)
{
    struct lictor_main *lm = ctx;
    if (n > sizeof lm->random) {
        return posix_host.random(NULL, at, n);
    }
    if (lm->random_left < n) {
        enum lic_rc rc = posix_host.random(NULL, lm->random, sizeof lm->random);
        if (rc != LIC_OK) {
            return rc;
        }
        lm->random_left = sizeof lm->random;
    }
    lm->random_left -= n;
    ngx_memcpy(at, lm->random + lm->random_left, n);
    ngx_explicit_memzero(lm->random + lm->random_left, n);
    return LIC_OK;
}

static enum lic_rc append(void *ctx, void *ticket, lic_str record, enum lic_sync sync,
                          struct lic_err *err)
{
    struct lictor_main *lm = ctx;
    return ledger_append(&lm->ledger, ticket != NULL, record, sync, err);
}

static enum lic_rc remember(void *ctx, const uint8_t id[LIC_REPLAY_ID_BYTES], int64_t now_ns,
                            int64_t until_ns)
{
    struct lictor_main *lm = ctx;
    if (lm->replay.memory == NULL) {
        return LIC_E_LIMIT;
    }
    ngx_shmtx_lock(&lm->replay.pool->mutex);
    enum lic_rc rc = lic_replay_remember(lm->replay.memory, lm->replay.bytes, id, now_ns, until_ns);
    ngx_shmtx_unlock(&lm->replay.pool->mutex);
    return rc;
}

static bool verdict_get(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out, size_t *out_n)
{
    struct lictor_main *lm = ctx;
    if (lm->verdicts.memory == NULL) {
        return false;
    }
    ngx_shmtx_lock(&lm->verdicts.pool->mutex);
    bool known = lic_verdicts_get(lm->verdicts.memory, lm->verdicts.bytes, id, out, out_n);
    ngx_shmtx_unlock(&lm->verdicts.pool->mutex);
    return known;
}

static void verdict_put(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], lic_str entry)
{
    struct lictor_main *lm = ctx;
    if (lm->verdicts.memory == NULL) {
        return;
    }
    ngx_shmtx_lock(&lm->verdicts.pool->mutex);
    lic_verdicts_put(lm->verdicts.memory, lm->verdicts.bytes, id, entry);
    ngx_shmtx_unlock(&lm->verdicts.pool->mutex);
}

static void count(void *ctx, uint32_t counter, uint64_t n)
{
    struct lictor_main *lm = ctx;
    if (lm->shared != NULL && counter < lm->shared->counters_n) {
        (void)ngx_atomic_fetch_add(&lm->shared->counters[counter], n);
    }
}

static void log_line(void *ctx, enum lic_level level, lic_str line)
{
    static const ngx_uint_t levels[] = {
        [LIC_LOG_ERROR] = NGX_LOG_ERR,
        [LIC_LOG_WARN] = NGX_LOG_WARN,
        [LIC_LOG_INFO] = NGX_LOG_INFO,
        [LIC_LOG_DEBUG] = NGX_LOG_DEBUG,
    };
    struct lictor_main *lm = ctx;
    ngx_log_error(levels[level], lm->log, 0, "lictor: %*s", line.n, line.at);
}

void host_init(struct lictor_main *lm)
{
    lm->host = posix_host;
    lm->host.ctx = lm;
    lm->host.random = fill_random;
    lm->host.append = append;
    lm->host.remember = remember;
    lm->host.verdict_get = verdict_get;
    lm->host.verdict_put = verdict_put;
    lm->host.count = count;
    lm->host.log = log_line;
}

/* Counters go on across reloads: nginx hands the old zone's data over when the size is the same. */
static ngx_int_t init_shared(ngx_shm_zone_t *zone, void *old)
{
    struct lictor_main *lm = zone->data;
    ngx_slab_pool_t *pool = (ngx_slab_pool_t *)zone->shm.addr;
    uint32_t n = lic_counters_n();
    if (old != NULL) {
        lm->shared = ((struct lictor_main *)old)->shared;
        return NGX_OK;
    }
    lm->shared = ngx_slab_calloc(pool, sizeof *lm->shared + n * sizeof(ngx_atomic_t));
    if (lm->shared == NULL) {
        return NGX_ERROR;
    }
    lm->shared->counters_n = n;
    return NGX_OK;
}

/* What was remembered stays remembered over a reload. */
static ngx_int_t init_replay(ngx_shm_zone_t *zone, void *old)
{
    struct lictor_main *lm = zone->data;
    lm->replay.pool = (ngx_slab_pool_t *)zone->shm.addr;
    if (old != NULL) {
        lm->replay.memory = ((struct lictor_main *)old)->replay.memory;
        return NGX_OK;
    }
    struct lic_err err = { 0 };
    lm->replay.memory = ngx_slab_alloc(lm->replay.pool, lm->replay.bytes);
    if (lm->replay.memory == NULL ||
        lic_replay_init(lm->replay.memory, lm->replay.bytes, &err) != LIC_OK) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "no memory for signatures: %s", err.text);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t share_replay(ngx_conf_t *cf, struct lictor_main *lm)
{
    ngx_str_t name = ngx_string("lictor_replay");
    lm->replay.bytes = lm->settings.replay_bytes;
    if (lm->replay.bytes == 0) {
        return NGX_OK;
    }
    /* The slab keeps a record of each of its pages besides. */
    ngx_shm_zone_t *zone =
        ngx_shared_memory_add(cf, &name, lm->replay.bytes + lm->replay.bytes / 64 + SHARED_BYTES,
                              &ngx_http_lictor_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }
    zone->init = init_replay;
    zone->data = lm;
    return NGX_OK;
}

/* Another configuration finds nothing of the old one's: ids are made with a secret of its own. */
static ngx_int_t init_verdicts(ngx_shm_zone_t *zone, void *old)
{
    struct lictor_main *lm = zone->data;
    lm->verdicts.pool = (ngx_slab_pool_t *)zone->shm.addr;
    if (old != NULL) {
        lm->verdicts.memory = ((struct lictor_main *)old)->verdicts.memory;
        return NGX_OK;
    }
    struct lic_err err = { 0 };
    lm->verdicts.memory = ngx_slab_alloc(lm->verdicts.pool, lm->verdicts.bytes);
    if (lm->verdicts.memory == NULL ||
        lic_verdicts_init(lm->verdicts.memory, lm->verdicts.bytes, &err) != LIC_OK) {
        ngx_log_error(NGX_LOG_EMERG, zone->shm.log, 0, "no memory for verdicts: %s", err.text);
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t share_verdicts(ngx_conf_t *cf, struct lictor_main *lm)
{
    ngx_str_t name = ngx_string("lictor_verdicts");
    lm->verdicts.bytes = lm->settings.verdict_bytes;
    if (lm->verdicts.bytes == 0) {
        return NGX_OK;
    }
    ngx_shm_zone_t *zone = ngx_shared_memory_add(
        cf, &name, lm->verdicts.bytes + lm->verdicts.bytes / 64 + SHARED_BYTES,
        &ngx_http_lictor_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }
    zone->init = init_verdicts;
    zone->data = lm;
    return NGX_OK;
}

ngx_int_t host_share(ngx_conf_t *cf, struct lictor_main *lm)
{
    ngx_str_t name = ngx_string("lictor");
    ngx_shm_zone_t *zone = ngx_shared_memory_add(cf, &name, SHARED_BYTES, &ngx_http_lictor_module);
    if (zone == NULL) {
        return NGX_ERROR;
    }
    zone->init = init_shared;
    zone->data = lm;
    return share_replay(cf, lm) == NGX_OK ? share_verdicts(cf, lm) : NGX_ERROR;
}

static ngx_atomic_t *find_counter(struct lictor_shared *shared, const char *labels)
{
    for (uint32_t i = 0; i < shared->counters_n; i++) {
        if (ngx_strcmp(lic_counter_labels(i), labels) == 0) {
            return &shared->counters[i];
        }
    }
    return NULL;
}

ngx_int_t host_start(struct lictor_main *lm, ngx_cycle_t *cycle)
{
    lm->log = cycle->log;
    lm->random_left = 0;
    lm->ledger.lost = find_counter(lm->shared, "failure=\"outcome_lost\"");
    if (lm->ledger.lost == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "no counter for lost outcomes");
        return NGX_ERROR;
    }
    return ledger_start(&lm->ledger, &lm->settings, cycle);
}

void host_stop(struct lictor_main *lm)
{
    ledger_stop(&lm->ledger);
}
