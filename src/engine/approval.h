/* SPDX-License-Identifier: Apache-2.0 */
/* Whether somebody who may approve a reload did: an Ed25519 signature (RFC 8032) over its text. */
#ifndef ENGINE_APPROVAL_H
#define ENGINE_APPROVAL_H

#include "event/event.h"

/*
 * `signature` is base64, blanks around it are fine; `approvers` are public keys of 32 raw bytes.
 * False for anything that is not a signature of `text` by one of them.
 */
bool approval_holds(const struct str_list *approvers, lic_str text, lic_str signature);

#endif
