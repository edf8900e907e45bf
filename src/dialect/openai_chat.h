/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of OpenAI's Chat Completions share.
 *
 *     openai_chat.c          the dialect's table; refusals and lists of models
 *     openai_chat_request.c  requests: read, instruct
 *     openai_chat_answer.c   whole answers: read, write an intervention
 *     openai_chat_stream.c   streamed answers: read, write
 */
#ifndef DIALECT_OPENAI_CHAT_H
#define DIALECT_OPENAI_CHAT_H

#include "dialect/claim.h"

#define OPENAI_CHAT_CHOICES_MAX 128u /* the API's own limit for n */

/* ---- OpenAI's error object, the same in all its dialects ---- */

void openai_chat_write_error(uint32_t status, lic_str code, lic_str message, struct buf *out);
void openai_chat_write_models(const lic_str *names, const lic_str *owners, uint32_t n, bool one,
                              struct buf *out);

/* ---- messages: the same in histories and in answers ---- */

/* A message a model wrote: content, refusal, reasoning, annotations, audio, tool calls. */
enum lic_rc openai_chat_message(struct claim *claim, uint32_t node,
                                struct lic_err *err) LIC_MUST_USE;
/* Content: a string, or an array of parts. */
enum lic_rc openai_chat_content(struct claim *claim, uint32_t node,
                                struct lic_err *err) LIC_MUST_USE;

/* ---- answers of our own ---- */

/* How many choices a request asked for; at least 1, at most OPENAI_CHAT_CHOICES_MAX. */
uint32_t openai_chat_choices(const struct event *request);
/* The members id, object, created and model. */
void openai_chat_write_head(struct json_out *json, const struct event *request, lic_str record,
                            lic_str object);

/* ---- the dialect's functions (dialect.h says what each does) ---- */

enum lic_rc openai_chat_read_request(struct arena *arena, const struct json_doc *doc,
                                     const struct dialect_options *options, struct event *out,
                                     struct lic_err *err);
enum lic_rc openai_chat_instruct(struct arena *arena, const struct json_doc *doc,
                                 lic_str instructions, struct edits *edits, struct lic_err *err);
enum lic_rc openai_chat_read_answer(struct arena *arena, const struct json_doc *doc,
                                    struct event *out, struct pieces *strip, struct lic_err *err);
void openai_chat_write_intervention(const struct event *request, lic_str record, lic_str message,
                                    struct buf *out);
enum lic_rc openai_chat_stream_new(struct arena *arena, const struct event *request,
                                   struct dialect_stream **out, struct lic_err *err);
enum lic_rc openai_chat_read_sse(struct dialect_stream *stream, struct arena *scratch,
                                 lic_str event_name, lic_str data, const struct json_doc *doc,
                                 struct pieces *out, struct edits *edits, struct lic_err *err);
void openai_chat_write_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                             struct buf *out);
void openai_chat_write_stop(struct dialect_stream *stream, lic_str message, struct buf *out);
void openai_chat_write_stream_error(struct dialect_stream *stream, uint32_t status, lic_str message,
                                    struct buf *out);

#endif
