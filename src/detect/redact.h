/* SPDX-License-Identifier: Apache-2.0 */
/* Rewriting: what stands in place of a finding. */
#ifndef DETECT_REDACT_H
#define DETECT_REDACT_H

#include "base/buf.h"
#include "event/finding.h"

/*
 * Writes `text` with every finding of ACTION_REWRITE (settled, of this one text, sorted by start)
 * replaced by "{TYPE}", as Bedrock writes it.
 */
void redact_text(lic_str text, const struct finding *findings, uint32_t n, struct buf *out);
void redact_mask(const struct finding *finding, struct buf *out);

#endif
