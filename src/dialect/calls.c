/* SPDX-License-Identifier: Apache-2.0 */
/* Names of tool calls, as policy sees them. */
#include "dialect/calls.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

enum lic_rc calls_join(struct arena *arena, lic_str space, lic_str name, lic_str *out,
                       struct lic_err *err)
{
    if (space.n == 0) {
        *out = name;
        return LIC_OK;
    }
    struct buf joined;
    buf_init(&joined, arena, 2 * (size_t)LIMIT_NAME_BYTES + 1);
    buf_add(&joined, space);
    buf_add_char(&joined, '.');
    buf_add(&joined, name);
    TRY(buf_check(&joined, "the name of a tool with its namespace", err));
    *out = buf_str(&joined);
    return LIC_OK;
}

lic_str calls_name(const struct event *event, lic_str id)
{
    uint32_t n = event->calls.n;
    uint32_t last = n > CALLS_LOOKBACK ? n - CALLS_LOOKBACK : 0;
    for (uint32_t i = n; i > last; i--) {
        if (str_eq(event->calls.at[i - 1].id, id)) {
            return event->calls.at[i - 1].name;
        }
    }
    return (lic_str){ NULL, 0 };
}
