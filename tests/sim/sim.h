/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole engine in a simulated world, one line of a test per event:
 *
 *     SIM(s, "standard");                                  a directory of tests/cases/exchange/dirs
 *     sim_call(s, "/v1/chat/completions", body);           what a caller sends; s->step says what
 *     EXPECT(s->step.kind == LIC_STEP_FORWARD);            the engine ordered
 *     sim_answer(s, 200, "text/event-stream", stream, 1);  what the provider sends, in chunks
 *     EXPECT_STR(sim_released(s), "data: ...");            what left towards the caller
 *     sim_done(s, LIC_CLOSE_DONE);                         the end; records are in test_world()
 *
 * Worker and exchanges live in test_world() (clock, randomness, ledger, counted memory). Engines
 * do not: compiling one takes long, so each directory is compiled once for the whole program.
 *
 * What must hold in every test, also when memory fails, is checked here for good (CHECK): nothing
 * is forwarded without its intent, nothing leaves before its head or after its end, every intent
 * gets one outcome, and no secret told by sim_secret is forwarded, released or recorded.
 */
#ifndef TESTS_SIM_H
#define TESTS_SIM_H

#include "test.h"
#include <lictor/lictor.h>

#define SIM_KEY "key-of-alice"
#define SIM_SECRETS_MAX 4u

/* A text that grows, outside the counted memory. */
struct sim_text {
    char *at;
    size_t n, cap;
};
void sim_text_add(struct sim_text *text, lic_str s);
void sim_text_fini(struct sim_text *text);

struct sim {
    struct lic_engine *engine;
    struct lic_worker *worker;
    struct lic_exchange *x;
    struct lic_step step; /* the latest order */
    struct sim_text body, released;
    lic_str answer_type; /* of the head given to the caller; empty: the provider's */
    uint32_t status;     /* given to the caller; 0: nothing yet */
    bool head_given, ended, cut, rewrote; /* rewrote: a chunk was not simply passed */
    bool forwarded, bypassed;
    const char *secrets[SIM_SECRETS_MAX];
    bool unseen_only[SIM_SECRETS_MAX]; /* it may be recorded */
    uint32_t secrets_n;
};

void sim_open(struct sim *sim, const char *directory);
void sim_close(struct sim *sim);
#define SIM(name, directory)                                                                       \
    CLEANUP(sim_close) struct sim name##_;                                                         \
    sim_open(&name##_, (directory));                                                               \
    struct sim *name = &name##_

/* The compiled directory, or a failed expectation. Shared by all; no reference is given. */
struct lic_engine *sim_engine(const char *directory);

/* From now on this text must not be seen by anybody. */
void sim_secret(struct sim *sim, const char *secret);
/* The same, but the ledger may hold it: what was refused is recorded. */
void sim_unseen(struct sim *sim, const char *text);

/* One more exchange: its head, and its body when the engine asks for one. */
struct sim_request {
    const char *method, *target;      /* NULL: "POST", "/v1/chat/completions" */
    const struct lic_header *headers; /* NULL: content type and alice's key */
    uint32_t headers_n;
    lic_str body;
};
void sim_request(struct sim *sim, const struct sim_request *request);
void sim_call(struct sim *sim, const char *target, const char *body);
/* The pending intent became durable, or not. */
void sim_appended(struct sim *sim, enum lic_rc rc);

/* What the provider sends: a head, then its body in chunks of n bytes (0: whole). */
void sim_answer_head(struct sim *sim, uint32_t status, const char *type);
void sim_chunk(struct sim *sim, lic_str chunk, enum lic_end end);
void sim_answer(struct sim *sim, uint32_t status, const char *type, lic_str body, size_t chunk_n);

/* Ends the exchange; without one nothing happens. */
void sim_done(struct sim *sim, enum lic_close how);

static inline lic_str sim_released(const struct sim *sim)
{
    return str_make(sim->released.at, sim->released.n);
}

/* The latest exchange's record of a kind ("intent"), or an empty text; how many there are. */
lic_str sim_record(const struct sim *sim, const char *kind);
uint32_t sim_records_n(const struct sim *sim, const char *kind);

/* How often this row of failmode.def was counted in this world. */
uint64_t sim_failures(const char *failure);

bool sim_has(lic_str text, const char *part);

#endif
