/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the loopback provider: what it was asked, what it will say, and the pieces it says it in.
 * loopback.c reads and decides, loopback_write.c writes the three dialects.
 */
#ifndef ENGINE_LOOPBACK_H
#define ENGINE_LOOPBACK_H

#include "base/arena.h"
#include "base/buf.h"
#include <lictor/loopback.h>

enum loopback_dialect { LOOPBACK_CHAT, LOOPBACK_RESPONSES, LOOPBACK_MESSAGES };

/* What was asked, and the answer decided on. */
struct loopback_turn {
    enum loopback_dialect dialect;
    lic_str model;
    bool stream, usage_wanted; /* usage_wanted: stream_options.include_usage */
    uint32_t choices;
    uint32_t input_tokens, output_tokens;
    lic_str text;            /* to say */
    lic_str tool, arguments; /* to call instead, when tool.n > 0; arguments are raw JSON */
    uint32_t sleep_ms, pace_ms;
};

struct loopback_chunks {
    struct lic_loopback_chunk *at;
    uint32_t n, cap;
};

/* Writes the whole answer as chunks: one, or one for each event of a stream. */
enum lic_rc loopback_write(const struct loopback_turn *turn, struct arena *arena,
                           struct loopback_chunks *out, struct lic_err *err) LIC_MUST_USE;

/* The next piece of a text said word by word: up to a blank, at most 16 bytes, whole characters. */
lic_str loopback_piece(lic_str *rest);

#endif
