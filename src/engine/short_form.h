/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The short form of a tool's permission: the action `invokeFunction:NAME` means
 * lambda:InvokeFunction on the function NAME and mcp:CallTool on the MCP tool NAME, and nothing
 * else. It names action and resource together, so the statement's Resource is "*".
 *
 * A document is rewritten into plain statements before it is compiled, so that evaluation, proofs
 * and advice all see the same. Places and Sid stay those of the statement as written:
 *
 *     Allow  Action [bedrock:InvokeModel, invokeFunction:getOrderStatus]  Resource "*"
 *     ──►    Allow  bedrock:InvokeModel     on "*"
 *            Allow  lambda:InvokeFunction   on arn:aws*:lambda:*:*:function:getOrderStatus[:*]
 *            Allow  mcp:CallTool            on arn:lictor:mcp:*:*:tool/getOrderStatus
 *
 * NotAction with a short form is everything else: all other actions, and both of these on what has
 * another name. Names of tools have case, as resources do.
 */
#ifndef ENGINE_SHORT_FORM_H
#define ENGINE_SHORT_FORM_H

#include "engine/mistakes.h"
#include "policy/policy.h"

/* Whether this is a short form; then *out_name is what it names. */
bool short_form_read(lic_str action, lic_str *out_name);

/* Whether a name has only what a tool's name can have, and wildcards. */
bool short_form_is_name(lic_str name);

/*
 * The document without short forms: the same one when it has none. What cannot be rewritten is
 * noted as a mistake, and then *out is NULL.
 */
enum lic_rc short_form_expand(struct arena *arena, const struct policy_doc *doc,
                              struct mistakes *mistakes, const struct policy_doc **out,
                              struct lic_err *err) LIC_MUST_USE;

#endif
