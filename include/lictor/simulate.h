/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What-if: requests given as text, each with the policies that bear on it, judged as the gateway
 * would judge. A line is one JSON object (docs/POLICY.md, "Simulating"):
 *
 *     {"id": 1, "principal": "arn:aws:iam::111122223333:user/ada", "action": "s3:GetObject",
 *      "resource": {"resource": "arn:aws:s3:::b/k", "accountId": "111122223333"},
 *      "context": {"aws:SourceIp": "192.0.2.1"}, "identityPolicies": [{...}]}
 *
 * and so is its answer: {"id":1,"result":"Allowed","blockedBy":[],"error":null}.
 *
 * A simulator keeps the documents it has compiled, by their text, within a bound. One thread.
 */
#ifndef LICTOR_SIMULATE_H
#define LICTOR_SIMULATE_H

#include <lictor/base.h>

struct lic_simulator;

LIC_PUBLIC enum lic_rc lic_simulator_new(const struct lic_host *host, struct lic_simulator **out,
                                         struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_simulator_free(struct lic_simulator *simulator); /* NULL is fine */

/*
 * Judges one line. *out is the answer with its '\n', good until the next call. What is wrong with
 * the line is said in the answer, whose result then is "ImplicitlyDenied"; failures are those of
 * the machine (LIC_E_NOMEM).
 */
LIC_PUBLIC enum lic_rc lic_simulator_line(struct lic_simulator *simulator, lic_str line,
                                          lic_str *out, struct lic_err *err) LIC_MUST_USE;

/* The answer to a line that was not read (too long): says `why`, with id null. */
LIC_PUBLIC enum lic_rc lic_simulator_refuse(struct lic_simulator *simulator, const char *why,
                                            lic_str *out, struct lic_err *err) LIC_MUST_USE;

/*
 * What a person reads: the layers, the statements that matched and those that nearly did, and the
 * rule. What is wrong with the line is a failure here. Good until the next call.
 */
LIC_PUBLIC enum lic_rc lic_simulator_explain(struct lic_simulator *simulator, lic_str line,
                                             bool *out_allowed, lic_str *out,
                                             struct lic_err *err) LIC_MUST_USE;

#endif
