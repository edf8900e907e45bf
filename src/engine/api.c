/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to no lifetime: the version. */
#include <lictor/lictor.h>

#include "base/banned.h"

const char *lic_version(void)
{
    return "0.1.0";
}
