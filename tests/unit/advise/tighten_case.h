/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of tighten share: present documents, uses, and a draft of both. */
#ifndef TESTS_TIGHTEN_CASE_H
#define TESTS_TIGHTEN_CASE_H

#include "advise/tighten.h"
#include "test.h"

struct tighten_case {
    struct arena *arena, *scratch;
    struct tighten tighten;
    const struct policy_doc *doc;
};

/* `policy` NULL: the present documents are not known. */
enum lic_rc tighten_case_begin(struct tighten_case *c, struct arena *arena, struct arena *scratch,
                               const char *policy, struct lic_err *err);
/* `n` uses of an action, with a model, an agent and 100 tokens; "#" in the resource is the number.
 */
enum lic_rc tighten_case_use(struct tighten_case *c, const char *action, const char *resource,
                             uint32_t n, struct lic_err *err);
/* Again, to be replayed. */
enum lic_rc tighten_case_replay(struct tighten_case *c, const char *action, const char *resource,
                                uint32_t n, struct lic_err *err);
bool tighten_case_has(lic_str text, const char *part);

#endif
