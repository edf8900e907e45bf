/* SPDX-License-Identifier: Apache-2.0 */
/* Judging: from a caller and an event to a verdict, for a model and for each tool call. */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "engine/config.h"
#include "event/verdict.h"

struct json_doc;

/* Puts who is calling into the event: ARN, role, agent, name, tags. */
enum lic_rc judge_identify(struct event *event, const struct config *config,
                           const struct principal *principal, struct arena *arena,
                           struct lic_err *err) LIC_MUST_USE;

/* Action and ARN of invoking `model`, as policies name them. */
enum lic_rc judge_name_model(struct event *event, const struct config *config,
                             const struct config_model *model, struct arena *arena,
                             struct lic_err *err) LIC_MUST_USE;

struct judge_call {
    const struct config *config;
    const struct principal *principal;
    const struct config_agent *agent; /* or NULL */
    const struct event *request;
};

/*
 * Judges one tool call of an answer: the agent must have the tool and policy must allow it, with
 * the call's arguments as lictor:Argument/PATH. Free text is judged without them; what begins as
 * an object but cannot be read strictly, or gives one key twice, is denied, since the tool might
 * read what policy did not. A denial's reason is in *out_reason.
 */
enum lic_rc judge_tool_call(const struct judge_call *judge, lic_str tool, lic_str arguments,
                            struct arena *arena, struct verdict *out, lic_str *out_reason,
                            struct lic_err *err) LIC_MUST_USE;

/* "policies/app.json:12 denies bedrock:InvokeModel on ARN", or that nothing allows it. */
lic_str judge_reason(const struct verdict *verdict, lic_str action, lic_str resource,
                     struct arena *arena);

/* Whether `name` is among patterns that may end in '*'. */
bool judge_listed(const struct str_list *patterns, lic_str name);

#endif
