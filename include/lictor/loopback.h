/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loopback provider: a model that needs no network and says what it was sent, so that anyone
 * sees what a model behind the gateway would have seen. A host sends what is made here.
 *
 * Answers POST /v1/chat/completions, /v1/responses and /v1/messages, streaming or not. The last
 * message decides: "You said: ..." repeats a user's text, "The tool said: ..." a tool's result.
 * Cues in the last user message:
 *
 *     [[say TEXT]]          answers exactly TEXT
 *     [[tool NAME {json}]]  calls a tool
 *     [[sleep MS]]          waits before the answer
 *     [[pace MS]]           waits before each piece of a stream
 *     [[die]]               closes the connection halfway
 */
#ifndef LICTOR_LOOPBACK_H
#define LICTOR_LOOPBACK_H

#include <lictor/base.h>

/* Bytes to send after waiting. */
struct lic_loopback_chunk {
    lic_str bytes;
    uint32_t delay_ms;
};

struct lic_loopback {
    uint32_t status;
    lic_str content_type;
    const struct lic_loopback_chunk *chunks;
    uint32_t chunks_n;
    bool dies;    /* the connection is to be closed after the last chunk, without an end */
    void *memory; /* owned; lic_loopback_release gives it back */
};

/*
 * What to answer to this request. A request that is not understood gets a 4xx answer, not a
 * failure. Everything in *out lives until lic_loopback_release.
 */
LIC_PUBLIC enum lic_rc lic_loopback_answer(const struct lic_host *host, lic_str path, lic_str body,
                                           struct lic_loopback *out,
                                           struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_loopback_release(struct lic_loopback *loopback); /* zeroed is fine */

#endif
