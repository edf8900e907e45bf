/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file a worker appends its records to, and the promise that goes with it.
 *
 *     STATE/ledger/records/20261122T215423.123Z-PID-WORKER.jsonl
 *
 * Records that come up during one turn of the event loop are gathered and given to the kernel by
 * one write(2) at the turn's end: a busy worker would spend more on a write for each than on making
 * them. Who must wait for a record waits at least for that.
 *
 *     append ─► gathered ─write_gathered─► written ─fdatasync─► durable
 *                            └─► refused: the waiters of a write that failed, told by end_turn
 *
 * So a record is in the file whole or, after a crash in mid-write, torn at the very end where
 * readers expect it. `sync: each` promises stable storage before anything is forwarded: fdatasync
 * runs on a thread, one at a time; records that arrive meanwhile share the next one. `sync: group`
 * runs it at most group_ms after a record; `none` never.
 *
 * After a failed fdatasync the kernel may have dropped the pages and a second call would say that
 * all is well. So the file is never synced again: everyone who waits is told, and a new file begun.
 */
#include "hosts/nginx/module.h"

#include "hosts/posix.h"

#include <sys/time.h>
#include <time.h>

#define RETRY_MS 1000u
#define PATIENCE_MS 30000u /* for a disk that neither syncs nor fails */
#define GATHERED_BYTES_MAX ((size_t)256 * 1024)
#define LEDGER_FILE_BYTES_MAX ((off_t)1024 * 1024 * 1024)

static const char unopened[] = "the ledger cannot be opened";

struct sync_job {
    struct ledger *ledger;
    ngx_fd_t fd;
    ngx_err_t failed; /* errno of fdatasync, 0: good */
};

/* ---- the file ---- */

static void name_file(struct ledger *ledger)
{
    struct timeval now;
    struct tm utc;
    ngx_gettimeofday(&now);
    (void)gmtime_r(&now.tv_sec, &utc);
    u_char *end = ngx_snprintf(
        ledger->path, sizeof ledger->path - 1, "%V/%04d%02d%02dT%02d%02d%02d.%03dZ-%P-%ui.jsonl",
        &ledger->dir, utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
        utc.tm_sec, (int)(now.tv_usec / 1000), ngx_pid, ngx_worker);
    *end = '\0';
}

/* A file begun by nobody else; tried at most once in RETRY_MS while the disk refuses. */
static bool open_file(struct ledger *ledger)
{
    if (ledger->fd != NGX_INVALID_FILE) {
        return true;
    }
    if (ledger->retry_later && (ngx_msec_int_t)(ngx_current_msec - ledger->retry_at) < 0) {
        return false;
    }
    name_file(ledger);
    ledger->fd =
        open((const char *)ledger->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    ledger->retry_later = ledger->fd == NGX_INVALID_FILE;
    ledger->retry_at = ngx_current_msec + RETRY_MS;
    if (ledger->retry_later) {
        ngx_log_error(NGX_LOG_ERR, ledger->log, ngx_errno, "ledger: open \"%s\" failed",
                      ledger->path);
        return false;
    }
    ledger->bytes = 0;
    return true;
}

static void close_file(struct ledger *ledger)
{
    if (ledger->fd == NGX_INVALID_FILE) {
        return;
    }
    if (ledger->bytes == 0) {
        (void)ngx_delete_file(ledger->path);
    }
    (void)ngx_close_file(ledger->fd);
    ledger->fd = NGX_INVALID_FILE;
}

/* ---- syncing ---- */

static void start_sync(struct ledger *ledger);
static void write_gathered(struct ledger *ledger);

/* Tells every waiter up to `upto`, oldest first. Any of them may end, or add records, meanwhile. */
static void tell_waiters(struct ledger *ledger, uint64_t upto, enum lic_rc rc,
                         const struct lic_err *err)
{
    while (!ngx_queue_empty(&ledger->waiters)) {
        ngx_queue_t *first = ngx_queue_head(&ledger->waiters);
        struct lictor_ctx *ctx = ngx_queue_data(first, struct lictor_ctx, wait_link);
        if (ctx->wait_for > upto) {
            return;
        }
        ledger_forget(ctx);
        request_appended(ctx, rc, err);
    }
}

/*
 * Bounds the wait for a disk that hangs. It also keeps a worker that is being replaced alive while
 * requests wait: nginx lets a process go when no timer is left.
 */
static void lose_patience(ngx_event_t *event)
{
    struct ledger *ledger = event->data;
    struct lic_err err = { 0 };
    (void)posix_fail(&err, LIC_E_IO, (const char *)ledger->path,
                     "stable storage did not answer within %u ms", PATIENCE_MS);
    ngx_log_error(NGX_LOG_ALERT, ledger->log, 0, "ledger: \"%s\": %s", ledger->path, err.text);
    tell_waiters(ledger, ledger->taken, LIC_E_IO, &err);
}

static void watch_waiters(struct ledger *ledger)
{
    if (ngx_queue_empty(&ledger->waiters)) {
        if (ledger->patience.timer_set) {
            ngx_del_timer(&ledger->patience);
        }
        return;
    }
    ngx_add_timer(&ledger->patience, PATIENCE_MS);
}

static void abandon_file(struct ledger *ledger, ngx_err_t failed)
{
    struct lic_err err = { 0 };
    ngx_log_error(NGX_LOG_ALERT, ledger->log, failed,
                  "ledger: fdatasync of \"%s\" failed; a new file is begun", ledger->path);
    (void)posix_fail(&err, LIC_E_IO, (const char *)ledger->path, "fdatasync failed: %s",
                     strerror(failed));
    close_file(ledger);
    ledger->retry_later = false;
    (void)open_file(ledger);
    uint64_t lost = ledger->written;
    ledger->durable = lost;
    ledger->someone_waits = false;
    tell_waiters(ledger, lost, LIC_E_IO, &err);
    watch_waiters(ledger);
}

/* A full file is brought to stable storage at once, a pause in a billion bytes, and closed. */
static void rotate(struct ledger *ledger)
{
    if (ledger->bytes < LEDGER_FILE_BYTES_MAX || ledger->syncing != 0 ||
        ledger->fd == NGX_INVALID_FILE) {
        return;
    }
    if (fdatasync(ledger->fd) != 0) {
        abandon_file(ledger, ngx_errno);
        return;
    }
    ledger->durable = ledger->written;
    ledger->someone_waits = false;
    close_file(ledger);
}

static void finish_sync(ngx_event_t *event)
{
    struct sync_job *job = event->data;
    struct ledger *ledger = job->ledger;
    uint64_t done = ledger->syncing;
    ledger->syncing = 0;
    if (job->failed != 0) {
        abandon_file(ledger, job->failed);
        return;
    }
    ledger->durable = done;
    rotate(ledger);
    if (ledger->someone_waits) {
        start_sync(ledger);
    }
    tell_waiters(ledger, ledger->durable, LIC_OK, NULL);
    watch_waiters(ledger);
}

/* On the pool's thread: nothing here touches what the event loop uses. */
static void sync_file(void *data, ngx_log_t *log)
{
    struct sync_job *job = data;
    (void)log;
    job->failed = fdatasync(job->fd) == 0 ? 0 : ngx_errno;
}

static void start_sync(struct ledger *ledger)
{
    write_gathered(ledger);
    if (ledger->syncing != 0 || ledger->durable == ledger->written || ledger->stopping ||
        ledger->fd == NGX_INVALID_FILE) {
        return;
    }
    struct sync_job *job = ledger->task->ctx;
    job->fd = ledger->fd;
    job->failed = 0;
    ledger->syncing = ledger->written;
    ledger->someone_waits = false;
    if (ngx_thread_task_post(ledger->threads, ledger->task) != NGX_OK) {
        sync_file(job, ledger->log);
        ngx_post_event(&ledger->task->event, &ngx_posted_events);
    }
}

static void sync_group(ngx_event_t *event)
{
    struct ledger *ledger = event->data;
    if (ledger->syncing != 0) {
        ngx_add_timer(event, ledger->group_ms);
        return;
    }
    start_sync(ledger);
}

/* ---- records ---- */

static enum lic_rc write_bytes(struct ledger *ledger, lic_str bytes, struct lic_err *err)
{
    ssize_t wrote;
    do {
        wrote = write(ledger->fd, bytes.at, bytes.n);
    } while (wrote < 0 && ngx_errno == NGX_EINTR);
    if (wrote == (ssize_t)bytes.n) {
        ledger->bytes += wrote;
        return LIC_OK;
    }
    ngx_err_t failed = wrote < 0 ? ngx_errno : ENOSPC;
    (void)posix_fail(err, LIC_E_IO, (const char *)ledger->path,
                     "%zu bytes of records cannot be written: %s", bytes.n, strerror(failed));
    /* A torn record in the middle of a file would end it for readers. */
    if (wrote > 0 && ftruncate(ledger->fd, ledger->bytes) != 0 && ledger->syncing == 0) {
        (void)ngx_close_file(ledger->fd);
        ledger->fd = NGX_INVALID_FILE;
    }
    return LIC_E_IO;
}

/* What was gathered is lost: whoever waits for it is refused at the end of the turn. */
static void refuse_gathered(struct ledger *ledger)
{
    ngx_queue_t *at = ngx_queue_head(&ledger->waiters);
    while (at != ngx_queue_sentinel(&ledger->waiters)) {
        struct lictor_ctx *ctx = ngx_queue_data(at, struct lictor_ctx, wait_link);
        at = ngx_queue_next(at);
        if (ctx->wait_for > ledger->written) {
            ngx_queue_remove(&ctx->wait_link);
            ngx_queue_insert_tail(&ledger->refused, &ctx->wait_link);
        }
    }
    (void)ngx_atomic_fetch_add(ledger->lost, ledger->gathered_loose);
    ngx_log_error(NGX_LOG_ALERT, ledger->log, 0, "ledger: %uL records are lost: %s",
                  ledger->taken - ledger->written, ledger->refusal.text);
    ledger->taken = ledger->written;
}

/* Tells nobody: it may be called while the engine is at work. */
static void write_gathered(struct ledger *ledger)
{
    if (ledger->gathered_n == 0) {
        return;
    }
    lic_str bytes = { (const char *)ledger->gathered, ledger->gathered_n };
    if (!open_file(ledger)) {
        (void)posix_fail(&ledger->refusal, LIC_E_IO, (const char *)ledger->path, "%s", unopened);
        refuse_gathered(ledger);
    } else if (write_bytes(ledger, bytes, &ledger->refusal) == LIC_OK) {
        ledger->written = ledger->taken;
    } else {
        refuse_gathered(ledger);
    }
    ledger->gathered_n = 0;
    ledger->gathered_loose = 0;
}

/* After all that the event loop had at once. Those told may add records, which posts this again. */
static void end_turn(ngx_event_t *event)
{
    struct ledger *ledger = event->data;
    write_gathered(ledger);
    rotate(ledger);
    if (ledger->someone_waits) {
        start_sync(ledger);
    }
    while (!ngx_queue_empty(&ledger->refused)) {
        ngx_queue_t *first = ngx_queue_head(&ledger->refused);
        struct lictor_ctx *ctx = ngx_queue_data(first, struct lictor_ctx, wait_link);
        struct lic_err err = ledger->refusal;
        ledger_forget(ctx);
        request_appended(ctx, LIC_E_IO, &err);
    }
    bool each = ledger->sync == LIC_SYNC_EACH;
    tell_waiters(ledger, each ? ledger->durable : ledger->written, LIC_OK, NULL);
    watch_waiters(ledger);
}

static void promise(struct ledger *ledger, enum lic_sync sync)
{
    ledger->sync = sync;
    ledger->someone_waits |= sync == LIC_SYNC_EACH;
    if (sync == LIC_SYNC_GROUP && !ledger->timer.timer_set) {
        ngx_add_timer(&ledger->timer, ledger->group_ms);
    }
}

/* One that is larger than the room for gathering goes by itself, behind what came before it. */
static enum lic_rc append_large(struct ledger *ledger, lic_str record, struct lic_err *err)
{
    enum lic_rc rc = write_bytes(ledger, record, err);
    if (rc == LIC_OK) {
        ledger->written = ++ledger->taken;
    }
    return rc;
}

enum lic_rc ledger_append(struct ledger *ledger, bool waits, lic_str record, enum lic_sync sync,
                          struct lic_err *err)
{
    if (record.n > GATHERED_BYTES_MAX - ledger->gathered_n) {
        write_gathered(ledger);
    }
    if (!open_file(ledger)) {
        return posix_fail(err, LIC_E_IO, (const char *)ledger->path, "%s", unopened);
    }
    if (record.n > GATHERED_BYTES_MAX) {
        enum lic_rc rc = append_large(ledger, record, err);
        if (rc != LIC_OK) {
            return rc;
        }
    } else {
        ngx_memcpy(ledger->gathered + ledger->gathered_n, record.at, record.n);
        ledger->gathered_n += record.n;
        ledger->gathered_loose += waits ? 0 : 1;
        ledger->taken++;
    }
    promise(ledger, sync);
    ngx_post_event(&ledger->turn, &ngx_posted_events);
    return waits ? LIC_E_PENDING : LIC_OK;
}

void ledger_wait(struct ledger *ledger, struct lictor_ctx *ctx)
{
    ctx->wait_for = ledger->taken;
    bool first = ngx_queue_empty(&ledger->waiters);
    ngx_queue_insert_tail(&ledger->waiters, &ctx->wait_link);
    if (first) {
        watch_waiters(ledger);
    }
}

void ledger_forget(struct lictor_ctx *ctx)
{
    ngx_queue_remove(&ctx->wait_link);
    ngx_queue_init(&ctx->wait_link);
}

bool ledger_ready(struct ledger *ledger)
{
    return open_file(ledger);
}

/* ---- life in a worker ---- */

static ngx_int_t make_task(struct ledger *ledger, ngx_cycle_t *cycle)
{
    ngx_str_t pool = ngx_string("lictor");
    ledger->threads = ngx_thread_pool_get(cycle, &pool);
    if (ledger->threads == NULL) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "nginx.conf has no \"thread_pool lictor\"");
        return NGX_ERROR;
    }
    ledger->task = ngx_thread_task_alloc(cycle->pool, sizeof(struct sync_job));
    if (ledger->task == NULL) {
        return NGX_ERROR;
    }
    struct sync_job *job = ledger->task->ctx;
    job->ledger = ledger;
    ledger->task->handler = sync_file;
    ledger->task->event.handler = finish_sync;
    ledger->task->event.data = job;
    return NGX_OK;
}

ngx_int_t ledger_start(struct ledger *ledger, const struct lic_settings *settings,
                       ngx_cycle_t *cycle)
{
    static const char under_state[] = "/ledger/records";
    lic_str state = settings->state_dir;
    ledger->log = cycle->log;
    ledger->group_ms = settings->group_ms;
    ledger->sync = settings->sync;
    ledger->turn = (ngx_event_t){ .handler = end_turn, .data = ledger, .log = cycle->log };
    ledger->gathered = ngx_palloc(cycle->pool, GATHERED_BYTES_MAX);
    ledger->timer = (ngx_event_t){ .handler = sync_group, .data = ledger, .log = cycle->log };
    ledger->timer.cancelable = 1;
    ledger->patience = (ngx_event_t){ .handler = lose_patience, .data = ledger, .log = cycle->log };
    ledger->dir.data = ngx_pnalloc(cycle->pool, state.n + sizeof under_state);
    if (ledger->gathered == NULL || ledger->dir.data == NULL ||
        make_task(ledger, cycle) != NGX_OK) {
        return NGX_ERROR;
    }
    u_char *end = ngx_cpymem(ledger->dir.data, state.at, state.n);
    end = ngx_cpymem(end, under_state, sizeof under_state - 1);
    ledger->dir.len = (size_t)(end - ledger->dir.data);
    (void)open_file(ledger); /* a disk that refuses is told by /readyz and by every refusal */
    return NGX_OK;
}

/* What was promised to be on stable storage soon is brought there before the process ends. */
void ledger_stop(struct ledger *ledger)
{
    bool promised = ledger->timer.timer_set || ledger->someone_waits || ledger->syncing != 0;
    write_gathered(ledger);
    if (ledger->fd != NGX_INVALID_FILE && promised && fdatasync(ledger->fd) != 0) {
        ngx_log_error(NGX_LOG_ALERT, ledger->log, ngx_errno, "ledger: fdatasync of \"%s\" failed",
                      ledger->path);
    }
    close_file(ledger);
}
