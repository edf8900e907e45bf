/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 and Unicode table 3-7 define it: no overlong form, no surrogate, <= U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <lictor/base.h>

/* Offset of the first byte that is not UTF-8, or s.n when all is. */
size_t utf8_check(lic_str s);
/* Length of the sequence at the start of s: 1 to 4, or 0 when it is not UTF-8. s.n > 0. */
size_t utf8_step(lic_str s);
/* How many bytes from the start are valid sequences of more than one byte each. */
size_t utf8_run(lic_str s);
/* The first n bytes, fewer when that would cut a sequence. */
lic_str utf8_head(lic_str s, size_t n);
/* Writes a code point (a scalar value) as 1 to 4 bytes and returns how many. */
size_t utf8_put(char out[4], uint32_t code_point);
/* Reads one scalar value from valid UTF-8; *out_n bytes long. s.n > 0. */
uint32_t utf8_get(lic_str s, size_t *out_n);
/* Code points in valid UTF-8. */
size_t utf8_count(lic_str s);

#endif
