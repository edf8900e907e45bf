/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may do what, by the whole configuration: identity, boundary, organisation and resource
 * policies, and the lists of agents. A request of which only some condition keys are known is
 * judged twice (advise/grants.h), so the answer is yes, no, or the conditions it hangs on.
 *
 *     principal or role ──access_find──► access_subject ─┐
 *     model, tool, or any action and resource ───────────┴─access_ask──► access_row
 */
#ifndef ENGINE_ACCESS_H
#define ENGINE_ACCESS_H

#include "advise/grants.h"
#include "engine/judge.h"
#include <lictor/history.h>

/* Somebody who may ask, and what is known of every call of theirs. */
struct access_subject {
    const struct principal *principal; /* of a role: made up, as its sessions are seen */
    const struct config_agent *agent;  /* or NULL */
    struct event event;                /* identified, nothing asked yet */
    bool is_session; /* a session of a role: it may have tags and a policy of its own */
    bool tags_known;
};

/* By ARN or by the name at its end: users, then roles, then the role of a session's ARN.
 * LIC_E_UNKNOWN. */
enum lic_rc access_find(const struct config *config, lic_str name, struct arena *arena,
                        struct access_subject *out, struct lic_err *err) LIC_MUST_USE;
enum lic_rc access_user(const struct config *config, const struct principal *principal,
                        struct arena *arena, struct access_subject *out,
                        struct lic_err *err) LIC_MUST_USE;
enum lic_rc access_role(const struct config *config, const struct identity *role,
                        struct arena *arena, struct access_subject *out,
                        struct lic_err *err) LIC_MUST_USE;

/* Condition keys that are the same in every call of a subject; those without values are known to
 * be absent. */
struct access_keys {
    struct event_extra *at;
    uint32_t n, cap;
};
enum lic_rc access_keys_of(const struct access_subject *subject, struct arena *arena,
                           struct access_keys *out, struct lic_err *err) LIC_MUST_USE;

/* The agent may use this model, this tool, as far as its own lists say. */
bool access_has_model(const struct config_agent *agent, lic_str model);
bool access_has_tool(const struct config_agent *agent, lic_str tool, lic_str resource);

/* The resource policy of a model or tool of the configuration, or NULL. */
const struct config_resource *access_policy_of(const struct config *config, lic_str resource);

/* An answer with its grounds. */
struct access_row {
    lic_str principal, action, resource, name; /* name: of a model or tool */
    enum grants_answer answer;
    struct verdict verdict; /* of the least side when the answer is yes, else of the most */
    lic_str stopped;        /* by something that is no policy: "agent support has no such tool" */
    struct str_list only_if, unless; /* conditions in words, with their places */
};

/* Into only_if and unless of *row: the unknown conditions of every statement of the stack that may
 * apply. */
enum lic_rc access_list_grounds(const struct policy_stack *stack,
                                const struct policy_request *request,
                                const struct grants_known *known, struct arena *arena,
                                struct access_row *row, struct lic_err *err) LIC_MUST_USE;

/* `event` is a subject's, with action, resource and whatever is known. */
enum lic_rc access_ask(const struct config *config, const struct access_subject *subject,
                       struct event *event, const struct lic_question *question,
                       struct arena *arena, struct access_row *out,
                       struct lic_err *err) LIC_MUST_USE;

#endif
