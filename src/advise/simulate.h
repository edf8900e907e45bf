/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and their policies as JSON text, made into what policy_eval takes. Behind
 * <lictor/simulate.h>; also for what judges requests that others wrote down.
 */
#ifndef ADVISE_SIMULATE_H
#define ADVISE_SIMULATE_H

#include "policy/policy.h"

struct simulate_cache;

struct simulate_case {
    lic_str id; /* JSON text; empty when there is none */
    struct policy_stack stack;
    struct policy_request request;
};

/* Compiled documents by their text; lives in an arena of its own until it is full. */
enum lic_rc simulate_cache_new(const struct lic_host *host, size_t bytes_max,
                               struct simulate_cache **out, struct lic_err *err) LIC_MUST_USE;
void simulate_cache_free(struct simulate_cache *cache); /* NULL is fine */

/*
 * Reads one line. *out->id is set as soon as it is known, also when the rest is refused. The case
 * lives as long as the arena, the text and the cache, and until the next call with the cache.
 */
enum lic_rc simulate_read(struct simulate_cache *cache, struct arena *arena, lic_str line,
                          struct simulate_case *out, struct lic_err *err) LIC_MUST_USE;

#endif
