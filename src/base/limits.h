/* SPDX-License-Identifier: Apache-2.0 */
/* Every maximum in one place: what, in which unit, and why that much. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#define LIMIT_JSON_DEPTH 64u                 /* nested arrays and objects in a gateway document */
#define LIMIT_JSON_NODES 1000000u            /* values in one document */
#define LIMIT_JSON_BYTES (64u * 1024 * 1024) /* one document; lictor.yaml lowers it per body */
#define LIMIT_ARENA_BLOCK_BYTES                                                                    \
    (32u * 1024)                 /* first block of an arena; larger asks get their own */
#define LIMIT_HEADERS 100u       /* of a request */
#define LIMIT_TARGET_BYTES 2048u /* request target */
#define LIMIT_SIGNED_TARGET_BYTES                                                                  \
    (16u * 1024)                      /* one with a signature in its query, or a call of STS */
#define LIMIT_FORM_BYTES (64u * 1024) /* body of a call of STS */
#define LIMIT_CONFIG_FILE_BYTES (8u * 1024 * 1024)
#define LIMIT_CONFIG_FILES 20000u
#define LIMIT_PATH_BYTES 1024u
#define LIMIT_KEY_BYTES 256u     /* a bearer key as presented */
#define LIMIT_NAME_BYTES 256u    /* of a model, tool, agent, role */
#define LIMIT_PARTS 100000u      /* content parts of one event */
#define LIMIT_CONTEXT_KEYS 1000u /* condition keys given as context of one event */
#define LIMIT_FINDINGS 10000u    /* of one exchange; more is a failure, not silence */
#define LIMIT_SSE_EVENT_BYTES (4u * 1024 * 1024) /* one server-sent event */
#define LIMIT_HELD_BYTES (16u * 1024 * 1024)     /* of one streamed answer while a call is judged */
#define LIMIT_LANES 1024u                        /* texts growing side by side in one stream */
#define LIMIT_MATCH_BYTES 8192u                  /* longest text one pattern may match */
#define LIMIT_RECORD_BYTES (1024u * 1024)        /* one ledger record */
#define LIMIT_RECORD_TEXT_BYTES                                                                    \
    (64u * 1024)                 /* of one text inside a record; longer is cut and hashed */
#define LIMIT_SESSION_BYTES 128u /* x-lictor-session */
#define LIMIT_POLICY_BYTES (1024u * 1024) /* one policy document, and so one text in it */
#define LIMIT_STATEMENTS 100000u
#define LIMIT_HISTORY_RECORD_BYTES (8u * 1024 * 1024) /* one record of a history that is read */
#define LIMIT_HISTORY_FILE_BYTES (64ull * 1024 * 1024 * 1024) /* one file of it, gzip undone */
#define LIMIT_HISTORY_PAIRS 4000000u /* distinct actions and resources that are told apart */

#endif
