/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the Messages dialect. Three files, one dialect:
 *
 *     anthropic.c         requests, whole answers, refusals, the list of models
 *     anthropic_blocks.c  content blocks, which requests, answers and streams all carry
 *     anthropic_stream.c  answers as server-sent events
 */
#ifndef DIALECT_ANTHROPIC_H
#define DIALECT_ANTHROPIC_H

#include "dialect/claim.h"

/* ---- anthropic_blocks.c ---- */

/* One content block. claim->part.channel is that of the message it stands in. */
enum lic_rc anthropic_blocks_read(struct claim *claim, uint32_t node, struct lic_err *err);
/* A `content`: a string, one block, or an array of blocks. */
enum lic_rc anthropic_blocks_content(struct claim *claim, uint32_t node, struct lic_err *err);
/* One citation: DOCUMENT. */
enum lic_rc anthropic_blocks_citation(struct claim *claim, uint32_t node, struct lic_err *err);
/* Sets claim->part's name and id from a tool use block's members. */
enum lic_rc anthropic_blocks_name(struct claim *claim, uint32_t node, struct lic_err *err);
/* Claims a tool use block but for its input, which stays with the caller. */
enum lic_rc anthropic_blocks_call(struct claim *claim, uint32_t node, uint32_t *out_input,
                                  struct lic_err *err);

extern const struct claim_table anthropic_cache_control;

/* ---- anthropic.c ---- */

extern const struct claim_table anthropic_container;
extern const struct claim_table anthropic_stop_details;

/* Reads `usage` into the event's token counts; later reports of a stream replace earlier ones. */
enum lic_rc anthropic_usage(struct claim *claim, uint32_t node, struct lic_err *err);
/* A message object without content, as message_start and an intervention need it; the caller
 * writes what stands between head and tail: the content blocks. */
void anthropic_message_head(struct json_out *json, lic_str id, lic_str model);
void anthropic_message_tail(struct json_out *json, lic_str stop_reason, lic_str explanation);
/* The members stop_reason, stop_sequence and stop_details; no reason: nulls. */
void anthropic_stop(struct json_out *json, lic_str stop_reason, lic_str explanation);
/* {"type":TYPE,"message":...} with the type that belongs to an HTTP status. */
void anthropic_error(struct json_out *json, uint32_t status, lic_str code, lic_str message);

/* ---- anthropic_stream.c ---- */

enum lic_rc anthropic_stream_new(struct arena *arena, const struct event *request,
                                 struct dialect_stream **out, struct lic_err *err);
enum lic_rc anthropic_stream_read(struct dialect_stream *stream, struct arena *scratch,
                                  lic_str event_name, lic_str data, const struct json_doc *doc,
                                  struct pieces *out, struct edits *edits, struct lic_err *err);
void anthropic_stream_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                            struct buf *out);
void anthropic_stream_stop(struct dialect_stream *stream, lic_str message, struct buf *out);
void anthropic_stream_error(struct dialect_stream *stream, uint32_t status, lic_str message,
                            struct buf *out);

#endif
