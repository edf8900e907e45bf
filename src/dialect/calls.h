/* SPDX-License-Identifier: Apache-2.0 */
/* What several dialects do with tool calls: their full names, and which call a result answers. */
#ifndef DIALECT_CALLS_H
#define DIALECT_CALLS_H

#include "event/event.h"

/*
 * "SPACE.NAME" for a tool inside a namespace or toolset, else `name` itself: two tools of one name
 * in two namespaces are different tools to a policy.
 */
enum lic_rc calls_join(struct arena *arena, lic_str space, lic_str name, lic_str *out,
                       struct lic_err *err) LIC_MUST_USE;

/*
 * The name of the latest tool call with this id, or empty. Looks at no more than
 * CALLS_LOOKBACK calls, so that a long history of unanswered results stays linear.
 */
#define CALLS_LOOKBACK 256u
lic_str calls_name(const struct event *event, lic_str id);

#endif
