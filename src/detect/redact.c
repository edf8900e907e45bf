/* SPDX-License-Identifier: Apache-2.0 */
/* Masks in place of findings; every byte outside them stays as it was. */
#include "detect/redact.h"

#include "base/str.h"

#include "base/banned.h"

void redact_mask(const struct finding *finding, struct buf *out)
{
    buf_add_char(out, '{');
    buf_add(out, finding->type);
    buf_add_char(out, '}');
}

/*
 * Where two findings overlap nevertheless, the second is masked from where the first ends: no byte
 * of either is ever left.
 */
void redact_text(lic_str text, const struct finding *findings, uint32_t n, struct buf *out)
{
    size_t done = 0;
    for (uint32_t i = 0; i < n; i++) {
        const struct finding *finding = &findings[i];
        if (finding->action != ACTION_REWRITE || finding->end <= done) {
            continue;
        }
        buf_add(out, str_slice(text, done, finding->start));
        redact_mask(finding, out);
        done = finding->end;
    }
    buf_add(out, str_tail(text, done));
}
