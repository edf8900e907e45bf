/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A dialect translates: a provider's bytes into an event, and Lictor's answers into bytes that the
 * provider's own SDK understands. It reads, rewrites and refuses; it never judges.
 *
 * Completeness is the point. Every string in a document is either claimed as content (a part), or
 * known metadata (ids, enumerations, model names), or it makes the document unreadable: the
 * dialect fails with LIC_E_UNKNOWN and names the place. So nothing passes unseen.
 *
 * A stream is read event by event. Texts that grow side by side (choices, content blocks, tool
 * calls, reasoning) are lanes; the dialect numbers them and remembers how to write more of each.
 */
#ifndef DIALECT_DIALECT_H
#define DIALECT_DIALECT_H

#include "base/buf.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "event/event.h"

struct dialect_options {
    bool
        inspect_unknown; /* strings in unknown members become DOCUMENT parts instead of a failure */
};

/* ---- streams ---- */

enum piece_kind {
    PIECE_TEXT,     /* `raw` (inside JSON quotes, in the event's data) is appended to `lane` */
    PIECE_CALL,     /* a tool call begins on `lane`: name and id are in the lane */
    PIECE_ARGS,     /* `raw` is appended to the arguments of the tool call on `lane` */
    PIECE_LANE_END, /* nothing more comes on `lane`; what is held leaves before this event */
    PIECE_WHOLE,    /* `part` is complete in itself: a ".done" event repeating text, a refusal */
    PIECE_STRIP,    /* `raw` is a JSON value that repeats content token by token (logprobs): it
                       must become null when the answer is inspected */
    PIECE_END       /* the stream's own end marker: message_stop, [DONE], response.completed */
};

struct piece {
    enum piece_kind kind;
    uint32_t lane;
    lic_str raw; /* view into the data of the SSE event */
    struct event_part part;
};

struct pieces {
    struct piece *at;
    uint32_t n, cap;
};

struct dialect_lane {
    enum event_channel channel;
    uint32_t choice, index; /* choice or output index; block, content or tool index */
    lic_str name, id;       /* of the tool; item id for Responses */
    lic_str member;         /* member that carries the text: "content", "reasoning_content" ... */
    bool ended;
};

/* One streamed answer as far as read. Made by stream_new; in an arena. */
struct dialect_stream {
    const struct dialect *dialect;
    struct arena *arena;
    const struct event *request; /* model, choices */
    struct {
        struct dialect_lane *at;
        uint32_t n, cap;
    } lanes;
    struct event usage; /* input_tokens, output_tokens, finish as far as seen */
    uint32_t inserted;  /* SSE events that the engine added; shifts sequence numbers */
    bool ended;
    void *own; /* the dialect's: ids, model, created, open blocks */
};

/* ---- dialects ---- */

struct dialect {
    const char *name;     /* "openai.chat"; event->dialect */
    const char *provider; /* kind of provider that speaks it: "openai" or "anthropic" */
    const char *path;     /* "/v1/chat/completions" */

    /* Request body (already JSON) to event: model, stream, choices, max_tokens, temperature,
     * tools, parts, calls, uninspected. Root that is not an object: LIC_E_INVALID. */
    enum lic_rc (*read_request)(struct arena *arena, const struct json_doc *doc,
                                const struct dialect_options *options, struct event *out,
                                struct lic_err *err);

    /* Edits that put `instructions` in front as the system message of a request. Fails with
     * LIC_E_DUPLICATE when the request brings instructions of its own that differ. */
    enum lic_rc (*instruct)(struct arena *arena, const struct json_doc *doc, lic_str instructions,
                            struct edits *edits, struct lic_err *err);

    /* A whole (non-streaming) 200 answer to parts, calls, usage, finish. `strip` gets the raw
     * values that repeat content (logprobs) as PIECE_STRIP. */
    enum lic_rc (*read_answer)(struct arena *arena, const struct json_doc *doc, struct event *out,
                               struct pieces *strip, struct lic_err *err);

    enum lic_rc (*stream_new)(struct arena *arena, const struct event *request,
                              struct dialect_stream **out, struct lic_err *err);

    /* One SSE event: its name ("" if none) and its data (doc NULL when the data is not JSON but
     * the dialect's own word, e.g. "[DONE]", then in `data`). Pieces in the order they stand in
     * the data; scratch lives until the next event. `edits` gets the dialect's own corrections
     * (sequence numbers). LIC_E_UNKNOWN: an event nobody can inspect. */
    enum lic_rc (*read_sse)(struct dialect_stream *stream, struct arena *scratch,
                            lic_str event_name, lic_str data, const struct json_doc *doc,
                            struct pieces *out, struct edits *edits, struct lic_err *err);

    /* Corrects the numbers of the event read last, after `inserted` grew while its pieces were
     * handled. NULL: events of this dialect are not numbered. */
    enum lic_rc (*renumber)(struct dialect_stream *stream, struct arena *scratch,
                            const struct json_doc *doc, struct edits *edits, struct lic_err *err);

    /* SSE bytes that append `text` to `lane`. */
    void (*write_delta)(struct dialect_stream *stream, uint32_t lane, lic_str text,
                        struct buf *out);

    /* SSE bytes that end the stream as a guardrail intervention: `message` to the reader, the
     * dialect's stop reason, the end marker. Also right for a stream that has not begun. */
    void (*write_stop)(struct dialect_stream *stream, lic_str message, struct buf *out);

    /* SSE bytes that make the SDK raise: a failure in mid-stream. */
    void (*write_stream_error)(struct dialect_stream *stream, uint32_t status, lic_str message,
                               struct buf *out);

    /* A whole answer (JSON) that is a guardrail intervention. `record` makes its id. */
    void (*write_intervention)(const struct event *request, lic_str record, lic_str message,
                               struct buf *out);

    /* An error body for this HTTP status. `code` is a short stable word, e.g. "access_denied". */
    void (*write_error)(uint32_t status, lic_str code, lic_str message, struct buf *out);

    /* The list of models, or one of them when `one` is true. */
    void (*write_models)(const lic_str *names, const lic_str *owners, uint32_t n, bool one,
                         struct buf *out);
};

extern const struct dialect dialect_openai_chat, dialect_openai_responses, dialect_anthropic;

/* The dialect that owns this path exactly, or NULL. */
const struct dialect *dialect_find(lic_str path);
/* For callers at no dialect's path: STS's at "/", Anthropic's when anthropic_version was sent, else
 * OpenAI's. */
const struct dialect *dialect_guess(lic_str path, bool anthropic_version);

#endif
