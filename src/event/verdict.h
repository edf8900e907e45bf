/* SPDX-License-Identifier: Apache-2.0 */
/* What policy judged of one event, and which statement decided. A denial is a verdict. */
#ifndef EVENT_VERDICT_H
#define EVENT_VERDICT_H

#include <lictor/base.h>

/* AWS's three results. */
enum verdict_result { VERDICT_IMPLICIT_DENY, VERDICT_EXPLICIT_DENY, VERDICT_ALLOW };

struct verdict {
    enum verdict_result result;
    lic_str file;  /* of the deciding statement; empty for an implicit deny */
    uint32_t line; /* where the statement begins, from 1 */
    uint32_t column;
    lic_str sid;        /* its Sid, if any */
    lic_str blocked_by; /* "identity"; later scp, boundary, session ... Empty when allowed */
};

/* "Allowed", "ExplicitlyDenied" or "ImplicitlyDenied". */
const char *verdict_result_name(enum verdict_result result);

#endif
