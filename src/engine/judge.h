/* SPDX-License-Identifier: Apache-2.0 */
/* Judging: from a caller and an event to a verdict, for a model and for each tool call. */
#ifndef ENGINE_JUDGE_H
#define ENGINE_JUDGE_H

#include "engine/config.h"
#include "event/verdict.h"

struct json_doc;

/* Puts who is calling into the event: ARN, role, agent, name, organization, tags. */
enum lic_rc judge_identify(struct event *event, const struct config *config,
                           const struct principal *principal, struct arena *arena,
                           struct lic_err *err) LIC_MUST_USE;

/* Action and ARN of invoking `model`, as policies name them. */
enum lic_rc judge_name_model(struct event *event, const struct config *config,
                             const struct config_model *model, struct arena *arena,
                             struct lic_err *err) LIC_MUST_USE;

/*
 * Who asks, and what is known of the resource. Without a resource policy the resource belongs to
 * the gateway's account, whatever its ARN says: what another account has attached to its function
 * is judged by AWS itself when it is called.
 */
struct judge_question {
    const struct config *config;
    const struct principal *principal;
    const struct config_resource *resource; /* or NULL */
};

/* What policy is asked: every document that bears on it, and the request (strict). */
struct judge_case {
    struct policy_stack stack;
    struct policy_request request;
};

/* Sets the event's account of the resource. */
enum lic_rc judge_ask(const struct judge_question *question, struct event *event,
                      struct arena *arena, struct judge_case *out,
                      struct lic_err *err) LIC_MUST_USE;

/* The same, and the verdict. */
enum lic_rc judge_event(const struct judge_question *question, struct event *event,
                        struct arena *arena, struct verdict *out, struct lic_err *err) LIC_MUST_USE;

/*
 * Whether the caller may know of a model: it may invoke it, streamed or not, or has
 * bedrock:GetFoundationModel on it, which lets a router choose among models that it cannot call.
 */
bool judge_sees_model(const struct judge_question *question, const struct event *request,
                      const struct config_model *model, struct arena *arena);

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

/* "policies/app.json:12 denies bedrock:InvokeModel on ARN", or which layer does not allow it. */
lic_str judge_reason(const struct verdict *verdict, lic_str action, lic_str resource,
                     struct arena *arena);

/* Whether `name` is among patterns that may end in '*'. */
bool judge_listed(const struct str_list *patterns, lic_str name);

#endif
