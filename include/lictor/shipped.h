/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that ship inside Lictor: the pattern rules ("patterns/...") and the directory that
 * `lictor init` writes ("starter/..."). They live as long as the process.
 */
#ifndef LICTOR_SHIPPED_H
#define LICTOR_SHIPPED_H

#include <lictor/base.h>

/* The i-th file in byte order of the paths; false past the last. */
LIC_PUBLIC bool lic_shipped_at(uint32_t i, lic_str *out_path, lic_str *out_bytes);

/* SHA-256 as 64 lower-case hex digits, the form principals.yaml keeps keys in. Not terminated. */
LIC_PUBLIC void lic_key_digest(lic_str key, char out[64]);

#endif
