/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching of compiled patterns. In a compiled pattern the wildcards are two control bytes, so that
 * an asterisk that came from `${*}` or from the value of a variable stays an ordinary byte:
 *
 *     policy text    user/${aws:username}-${*}*
 *     compiled       user/bob-**              with the last '*' as MATCH_ANY, the first as itself
 *
 * Neither byte can come from a policy (vars.c refuses control characters) nor from a variable's
 * value (vars.c lets such a value match nothing).
 */
#ifndef POLICY_MATCH_H
#define POLICY_MATCH_H

#include <lictor/base.h>

#define MATCH_ANY '\x01' /* any number of characters, also none */
#define MATCH_ONE '\x02' /* one character, which may be several bytes of UTF-8 */

bool match_glob(lic_str pattern, lic_str text);

/* Six parts matched one by one; the sixth is all that follows the fifth colon. */
bool match_glob_arn(lic_str pattern, lic_str arn);

/*
 * As match_glob_arn, but an asterisk that ends one of the first five parts also stands for any
 * number of whole parts after it ("it can expand to match beyond the colon boundaries").
 */
bool match_glob_resource(lic_str pattern, lic_str resource);

#endif
