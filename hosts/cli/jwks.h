/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys of OpenID Connect providers, fetched into STATE/jwks for the engine to read when it
 * is loaded. What was fetched last stays while its provider cannot be reached, but not for ever:
 * keys that nobody has confirmed for a day are removed, and then nobody is let in with them.
 */
#ifndef CLI_JWKS_H
#define CLI_JWKS_H

#include <lictor/lictor.h>

#define JWKS_REFRESH_S 300
#define JWKS_RETRY_S 30 /* after a failure */

struct jwks_outcome {
    bool changed; /* some file is another one now: the configuration is to be loaded again */
    bool failed;  /* some provider could not be reached, or gave no keys */
};

/* Fetches all that an engine names; failures are told on standard error. */
struct jwks_outcome jwks_refresh(const struct lic_engine *engine);

#endif
