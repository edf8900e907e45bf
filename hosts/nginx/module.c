/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The module as nginx sees it: its directives, its places in the phases, its life in a process.
 *
 *     lictor_config DIR;                             http: compiles the directory; errors end the
 *                                                    start or reload, so that a good one stays
 *     lictor on|off;                                 server: governs every request
 *     lictor_upstream NAME plain|tls HOST SERVER..;  location: where FORWARD to NAME goes
 *     lictor_admin;  lictor_loopback;                location: content handlers
 */
#include "hosts/nginx/module.h"

#include <sys/prctl.h>

/* ---- directives ---- */

static void report(void *arg, const struct lic_err *err)
{
    ngx_conf_t *cf = arg;
    char line[1024];
    (void)lic_err_format(err, line, sizeof line);
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s", line);
}

/* Runs when a cycle's pool goes: the last reader of this configuration is gone. */
static void release_engine(void *data)
{
    struct lictor_main *lm = data;
    lic_worker_free(lm->worker);
    lm->worker = NULL;
    lic_engine_unref(lm->engine);
    lm->engine = NULL;
}

static char *set_config(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    struct lictor_main *lm = conf;
    ngx_str_t *word = cf->args->elts;
    (void)command;
    if (lm->engine != NULL) {
        return "is given twice";
    }
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == NULL) {
        return NGX_CONF_ERROR;
    }
    struct lic_err err = { 0 };
    host_init(lm);
    if (lic_engine_load(&lm->host, (const char *)word[1].data, report, cf, &lm->engine, &err) !=
        LIC_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "the directory \"%V\" is refused: %s", &word[1],
                           err.text);
        return NGX_CONF_ERROR;
    }
    cleanup->handler = release_engine;
    cleanup->data = lm;
    lic_engine_settings(lm->engine, &lm->settings);
    return host_share(cf, lm) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}

/* The location is only remembered here; check_places ties it to the engine's upstream. */
static char *set_upstream(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    (void)command;
    (void)conf;
    struct lictor_main *lm = ngx_http_conf_get_module_main_conf(cf, ngx_http_lictor_module);
    struct lictor_place *place = ngx_array_push(&lm->places);
    if (place == NULL) {
        return NGX_CONF_ERROR;
    }
    place->location = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    ngx_uint_t n = cf->args->nelts - 1;
    if (ngx_array_init(&place->words, cf->pool, n, sizeof(ngx_str_t)) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    ngx_str_t *to = ngx_array_push_n(&place->words, n);
    ngx_memcpy(to, (ngx_str_t *)cf->args->elts + 1, n * sizeof(ngx_str_t));
    return NGX_CONF_OK;
}

static char *set_handler(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    (void)conf;
    ngx_http_core_loc_conf_t *location =
        ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    location->handler = command->post;
    return NGX_CONF_OK;
}

static ngx_command_t commands[] = {
    { ngx_string("lictor_config"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, set_config,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },
    { ngx_string("lictor"), NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_CONF_FLAG,
      ngx_conf_set_flag_slot, NGX_HTTP_LOC_CONF_OFFSET, offsetof(struct lictor_location, on),
      NULL },
    { ngx_string("lictor_upstream"), NGX_HTTP_LOC_CONF | NGX_CONF_2MORE, set_upstream,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },
    { ngx_string("lictor_admin"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_handler,
      NGX_HTTP_LOC_CONF_OFFSET, 0, admin_handler },
    { ngx_string("lictor_loopback"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, set_handler,
      NGX_HTTP_LOC_CONF_OFFSET, 0, loopback_handler },
    ngx_null_command
};

/* ---- configuration ---- */

static void *create_main(ngx_conf_t *cf)
{
    struct lictor_main *lm = ngx_pcalloc(cf->pool, sizeof *lm);
    if (lm == NULL ||
        ngx_array_init(&lm->places, cf->pool, 4, sizeof(struct lictor_place)) != NGX_OK) {
        return NULL;
    }
    lm->log = cf->log;
    lm->ledger.fd = NGX_INVALID_FILE;
    ngx_queue_init(&lm->open);
    ngx_queue_init(&lm->ledger.waiters);
    ngx_queue_init(&lm->ledger.refused);
    return lm;
}

static void *create_location(ngx_conf_t *cf)
{
    struct lictor_location *location = ngx_pcalloc(cf->pool, sizeof *location);
    if (location != NULL) {
        location->on = NGX_CONF_UNSET;
    }
    return location;
}

static char *merge_location(ngx_conf_t *cf, void *parent, void *child)
{
    struct lictor_location *outer = parent;
    struct lictor_location *inner = child;
    struct lictor_main *lm = ngx_http_conf_get_module_main_conf(cf, ngx_http_lictor_module);
    ngx_conf_merge_value(inner->on, outer->on, 0);
    lm->governs = lm->governs || inner->on;
    return NGX_CONF_OK;
}

static bool same_word(const ngx_str_t *word, lic_str s)
{
    return word->len == s.n && ngx_memcmp(word->data, s.at, s.n) == 0;
}

/*
 * A credential must never go to a place that the directory did not name, so what nginx.conf says
 * of an upstream must be exactly what the engine read from the directory.
 */
static bool place_matches(const struct lictor_place *place, const struct lic_upstream *upstream)
{
    const ngx_str_t *word = place->words.elts;
    lic_str scheme = upstream->tls ? LIC_STR("tls") : LIC_STR("plain");
    if (place->words.nelts != 3 + upstream->servers_n || !same_word(&word[1], scheme) ||
        !same_word(&word[2], upstream->host)) {
        return false;
    }
    for (uint32_t i = 0; i < upstream->servers_n; i++) {
        if (!same_word(&word[3 + i], upstream->servers[i])) {
            return false;
        }
    }
    return true;
}

static struct lictor_place *find_place(struct lictor_main *lm, lic_str name)
{
    struct lictor_place *place = lm->places.elts;
    for (ngx_uint_t i = 0; i < lm->places.nelts; i++) {
        if (same_word(place[i].words.elts, name)) {
            return &place[i];
        }
    }
    return NULL;
}

static ngx_int_t check_places(ngx_conf_t *cf, struct lictor_main *lm)
{
    uint32_t n = lic_engine_upstreams_n(lm->engine);
    lm->place_of = ngx_pcalloc(cf->pool, (n + 1) * sizeof *lm->place_of);
    if (lm->place_of == NULL) {
        return NGX_ERROR;
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct lic_upstream *upstream = lic_engine_upstream(lm->engine, i);
        struct lictor_place *place = find_place(lm, upstream->name);
        ngx_str_t name = module_str(upstream->name);
        if (place == NULL || !place_matches(place, upstream)) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "no \"lictor_upstream %V\" agrees with the directory; "
                               "it changed after nginx.conf was written: reload again",
                               &name);
            return NGX_ERROR;
        }
        lm->place_of[i] = place;
    }
    return NGX_OK;
}

static ngx_int_t add_phase(ngx_conf_t *cf, ngx_uint_t phase, ngx_http_handler_pt handler)
{
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *place = ngx_array_push(&core->phases[phase].handlers);
    if (place == NULL) {
        return NGX_ERROR;
    }
    *place = handler;
    return NGX_OK;
}

static ngx_int_t postconfiguration(ngx_conf_t *cf)
{
    struct lictor_main *lm = ngx_http_conf_get_module_main_conf(cf, ngx_http_lictor_module);
    if (lm->engine == NULL) {
        if (lm->governs) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"lictor on\" needs a \"lictor_config DIR\"");
        }
        return lm->governs ? NGX_ERROR : NGX_OK;
    }
    if (check_places(cf, lm) != NGX_OK ||
        add_phase(cf, NGX_HTTP_POST_READ_PHASE, request_head_phase) != NGX_OK ||
        add_phase(cf, NGX_HTTP_PRECONTENT_PHASE, request_body_phase) != NGX_OK) {
        return NGX_ERROR;
    }
    return response_install(cf);
}

/* ---- process ---- */

/*
 * A master that is killed must not leave workers that nobody reloads or stops, and that keep the
 * address from the next start. The second look is for a master that died before the first.
 */
static ngx_int_t die_with_master(ngx_log_t *log)
{
    if (ngx_process != NGX_PROCESS_WORKER) {
        return NGX_OK;
    }
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != ngx_parent) {
        ngx_log_error(NGX_LOG_EMERG, log, ngx_errno, "the master process is gone");
        return NGX_ERROR;
    }
    return NGX_OK;
}

static ngx_int_t init_process(ngx_cycle_t *cycle)
{
    struct lictor_main *lm = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_lictor_module);
    if (lm == NULL || lm->engine == NULL ||
        (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)) {
        return NGX_OK;
    }
    struct lic_err err = { 0 };
    if (die_with_master(cycle->log) != NGX_OK || host_start(lm, cycle) != NGX_OK) {
        return NGX_ERROR;
    }
    if (lic_worker_new(&lm->host, &lm->worker, &err) != LIC_OK) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0, "the worker cannot start: %s", err.text);
        return NGX_ERROR;
    }
    return NGX_OK;
}

/* A worker that ends with calls under way still writes what became of them. */
static void exit_process(ngx_cycle_t *cycle)
{
    struct lictor_main *lm = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_lictor_module);
    if (lm == NULL || lm->worker == NULL) {
        return;
    }
    lm->ledger.stopping = true;
    while (!ngx_queue_empty(&lm->open)) {
        request_close(ngx_queue_data(ngx_queue_head(&lm->open), struct lictor_ctx, link),
                      LIC_CLOSE_ABORTED);
    }
    lic_worker_free(lm->worker);
    lm->worker = NULL;
    host_stop(lm);
}

static ngx_http_module_t module_context = {
    .postconfiguration = postconfiguration,
    .create_main_conf = create_main,
    .create_loc_conf = create_location,
    .merge_loc_conf = merge_location,
};

ngx_module_t ngx_http_lictor_module = { NGX_MODULE_V1,
                                        &module_context,
                                        commands,
                                        NGX_HTTP_MODULE,
                                        NULL, /* init_master */
                                        NULL, /* init_module */
                                        init_process,
                                        NULL, /* init_thread */
                                        NULL, /* exit_thread */
                                        exit_process,
                                        NULL, /* exit_master */
                                        NGX_MODULE_V1_PADDING };

/*
 * What nginx looks up in the shared object. Standing before the copy filter in the order makes our
 * filters run right after it: the first to see an answer's bytes, all of them in memory.
 */
LIC_PUBLIC ngx_module_t *ngx_modules[] = { &ngx_http_lictor_module, NULL };
LIC_PUBLIC char *ngx_module_names[] = { "ngx_http_lictor_module", NULL };
LIC_PUBLIC char *ngx_module_order[] = { "ngx_http_lictor_module", "ngx_http_copy_filter_module",
                                        NULL };
