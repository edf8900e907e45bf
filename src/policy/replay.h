/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures already used, so that one that was copied cannot be used again within its window.
 *
 *     memory   | magic, buckets | bucket 0: 8 x (id 16, until 8) | bucket 1 | ...
 *                                      ▲ id bits choose two buckets; the emptier one takes it
 *
 * Flat, of fixed size, without pointers: it may lie in memory that processes share at different
 * addresses. It takes no lock: the caller holds one around each call. An id that is remembered is
 * never forgotten before its time; when both its buckets are full of live ones the answer is FULL,
 * and the request must be refused (fail closed). At 75 % of replay_capacity() live ids that
 * happens less than once in 100,000.
 */
#ifndef POLICY_REPLAY_H
#define POLICY_REPLAY_H

#include <lictor/base.h>

#define REPLAY_ID_BYTES 16u
#define REPLAY_BYTES_MIN 1024u

struct replay_table; /* lies in the caller's memory, which is aligned to 8 */

enum replay_answer { REPLAY_NEW, REPLAY_SEEN, REPLAY_FULL };

/* Begins an empty table in `memory`. LIC_E_LIMIT: fewer than REPLAY_BYTES_MIN bytes. */
enum lic_rc replay_init(void *memory, size_t bytes, struct lic_err *err) LIC_MUST_USE;

/* The table that replay_init began in this memory, or NULL when there is none (or of another
 * size). */
struct replay_table *replay_attach(void *memory, size_t bytes);

/* Ids that fit at most. */
uint64_t replay_capacity(const struct replay_table *table);

/* SHA-256 of signature and date, cut: what is remembered of a request. */
void replay_id(lic_str signature, lic_str amz_date, uint8_t out[REPLAY_ID_BYTES]);

/*
 * Whether this id was used before; if not, it is remembered up to and at `until_ns`: the last
 * moment at which the signature would be accepted (its time plus the skew, or its expiry).
 */
enum replay_answer replay_remember(struct replay_table *table, const uint8_t id[REPLAY_ID_BYTES],
                                   int64_t now_ns, int64_t until_ns);

#endif
