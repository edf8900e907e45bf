/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the dialect of OpenAI's Responses.
 *
 *     openai_responses.c          whole answers, refusals; the dialect's table
 *     openai_responses_request.c  requests: read, instruct
 *     openai_responses_items.c    items (messages, calls, results ...) and tools, which requests,
 *                                 answers and streams all carry
 *     openai_responses_stream.c   answers as server-sent events
 */
#ifndef DIALECT_OPENAI_RESPONSES_H
#define DIALECT_OPENAI_RESPONSES_H

#include "dialect/claim.h"

/* ---- openai_responses_items.c ---- */

/* One type of item that is a tool call, and where its name and arguments stand. */
struct openai_call_kind {
    lic_str type;
    lic_str name;      /* of a tool that the API defines; empty: the item says it */
    lic_str arguments; /* member with the arguments */
    bool remote;       /* id is the call's id (the provider runs it); else call_id */
};

/*
 * What becomes of a tool call: claim->part has its name and id, `arguments` is the node with its
 * arguments or JSON_NONE; its kind is in the items. NULL: it goes to claim->event.
 */
typedef enum lic_rc openai_call_fn(struct claim *claim, uint32_t arguments, struct lic_err *err);

/* What reading items needs besides the claim; claim->own always points to one. */
struct openai_items {
    openai_call_fn *call;
    struct pieces *strip; /* where logprobs go; NULL: they are read as text */
    bool declares;        /* tools met are the request's: their names go to event->tools */
    lic_str space;        /* namespace around the tool being read */
    const struct openai_call_kind *kind; /* of the call being walked */
    lic_str name;                        /* and its tool */
};

/* One item of input or output. */
enum lic_rc openai_items_read(struct claim *claim, uint32_t node, struct lic_err *err);
/* One content part: text, refusal, image, file, audio. */
enum lic_rc openai_items_part(struct claim *claim, uint32_t node, struct lic_err *err);
enum lic_rc openai_items_annotation(struct claim *claim, uint32_t node, struct lic_err *err);
/* One tool definition: SYSTEM. */
enum lic_rc openai_items_tool(struct claim *claim, uint32_t node, struct lic_err *err);
/* Repeats content token by token: PIECE_STRIP, to be replaced by []. */
enum lic_rc openai_items_logprobs(struct claim *claim, uint32_t node, struct lic_err *err);
/* claim_strings as SYSTEM. */
enum lic_rc openai_items_system_strings(struct claim *claim, uint32_t node, struct lic_err *err);
/* The part that a call's arguments make, without adding it: JSON, also where it is free text. */
enum lic_rc openai_items_arguments(struct claim *claim, uint32_t arguments, struct event_part *out,
                                   struct lic_err *err);

/* ---- openai_responses.c ---- */

/* A response object: output, usage, errors. */
enum lic_rc openai_responses_response(struct claim *claim, uint32_t node, struct lic_err *err);
/* Why it ended, in the dialect's words, to event->finish (kept in `arena`). */
enum lic_rc openai_responses_finish(struct claim *claim, uint32_t response, struct arena *arena,
                                    struct lic_err *err);

/* A response of our own: where it ended and what it says. */
struct openai_reply {
    lic_str id, model;
    int64_t created_s;
    lic_str item_id;
    lic_str text; /* the only message of a response that has ended */
    bool ended;   /* else it has just begun */
};
void openai_responses_write(struct json_out *json, const struct openai_reply *reply);
void openai_responses_write_item(struct json_out *json, const struct openai_reply *reply,
                                 bool ended);
void openai_responses_write_part(struct json_out *json, lic_str text);
/* Fills a reply for a request: ids made from its record. */
void openai_responses_reply(struct arena *arena, const struct event *request, lic_str record,
                            lic_str text, struct openai_reply *out);

/* ---- openai_responses_request.c ---- */

enum lic_rc openai_responses_read_request(struct arena *arena, const struct json_doc *doc,
                                          const struct dialect_options *options, struct event *out,
                                          struct lic_err *err);
enum lic_rc openai_responses_instruct(struct arena *arena, const struct json_doc *doc,
                                      lic_str instructions, struct edits *edits,
                                      struct lic_err *err);

/* ---- openai_responses_stream.c ---- */

enum lic_rc openai_responses_stream_new(struct arena *arena, const struct event *request,
                                        struct dialect_stream **out, struct lic_err *err);
enum lic_rc openai_responses_renumber(struct dialect_stream *stream, struct arena *scratch,
                                      const struct json_doc *doc, struct edits *edits,
                                      struct lic_err *err);
enum lic_rc openai_responses_read_sse(struct dialect_stream *stream, struct arena *scratch,
                                      lic_str event_name, lic_str data, const struct json_doc *doc,
                                      struct pieces *out, struct edits *edits, struct lic_err *err);
void openai_responses_write_delta(struct dialect_stream *stream, uint32_t lane, lic_str text,
                                  struct buf *out);
void openai_responses_write_stop(struct dialect_stream *stream, lic_str message, struct buf *out);
void openai_responses_write_stream_error(struct dialect_stream *stream, uint32_t status,
                                         lic_str message, struct buf *out);

#endif
