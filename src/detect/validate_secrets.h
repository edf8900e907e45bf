/* SPDX-License-Identifier: Apache-2.0 */
/* Validators of secrets; validate.c puts them into its table. */
#ifndef DETECT_VALIDATE_SECRETS_H
#define DETECT_VALIDATE_SECRETS_H

#include "detect/validate.h"

/* Ends with a row without a name. */
extern const struct validator secret_validators[];

/*
 * What a JSON Web Token says of itself: issuer (empty: none) and when it expires, in seconds since
 * 1970 (-1: it does not say). False: it does not decode. Nothing is verified.
 */
bool secret_read_jwt(lic_str token, struct arena *arena, lic_str *out_issuer, int64_t *out_expires);

#endif
