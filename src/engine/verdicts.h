/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was found in texts before, so that a conversation that is sent whole with every turn costs
 * its new turn.
 *
 *     memory   | magic, sets | set 0: 8 x (id 16, turn, n, findings) | set 1 | ...
 *     id       SHA-256 of the guardrail's secret, direction, channel, tool and text, cut
 *
 * The secret is drawn when a guardrail is compiled, so that another policy or detector finds
 * nothing, and nobody can make an id or tell from one what a text was. An entry holds places, types
 * and scores, no text. The table is flat, without pointers, and takes no lock: the host holds one.
 * It is a cache: what is not there is worked out.
 */
#ifndef ENGINE_VERDICTS_H
#define ENGINE_VERDICTS_H

#include "detect/scanner.h"

#define VERDICTS_SECRET_BYTES 32u
#define VERDICTS_TEXT_MIN 48u            /* shorter ones cost less than looking them up */
#define VERDICTS_TEXT_MAX (1024u * 1024) /* bytes; longer ones are worked out each time */
#define VERDICTS_BYTES_MIN 8192u         /* of the memory */

/* What a result depends on besides the text. */
struct verdicts_key {
    const uint8_t *secret; /* VERDICTS_SECRET_BYTES */
    bool output;
    const struct scan_subject *subject;
};

/* False: this text is not looked up. Memory for one copy of the text from the arena. */
bool verdicts_id(const struct verdicts_key *key, struct arena *arena,
                 uint8_t out[LIC_VERDICT_ID_BYTES]);

/* Appends what was found; false when it is not known. Names are copied into the arena. */
bool verdicts_get(const struct lic_host *host, const uint8_t id[LIC_VERDICT_ID_BYTES],
                  size_t text_bytes, struct arena *arena, struct findings *out,
                  struct scan_scores *scores);
/* Keeps findings [0, n) unless they are too many for an entry. */
void verdicts_put(const struct lic_host *host, const uint8_t id[LIC_VERDICT_ID_BYTES],
                  const struct finding *found, uint32_t n, const struct scan_scores *scores);

#endif
