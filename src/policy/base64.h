/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Base 64 (RFC 4648), strictly: one text for one sequence of bytes, so that nobody can vary a
 * token or a checksum without changing what it says. Refused: other characters, blanks, padding
 * where there is none or none where there is, bits after the last byte that are not zero.
 */
#ifndef POLICY_BASE64_H
#define POLICY_BASE64_H

#include <lictor/base.h>

enum base64_form {
    BASE64_PLAIN, /* section 4: '+', '/' and padding */
    BASE64_URL    /* section 5: '-', '_' and no padding, as RFC 7515 has it */
};

/* Bytes of text that n bytes become; at most what n characters of text become. */
size_t base64_text_bytes(enum base64_form form, size_t n);
size_t base64_bytes_max(size_t n);

/* Writes base64_text_bytes() characters, not terminated. */
void base64_write(enum base64_form form, lic_str bytes, char *out);

/* `out` has room for base64_bytes_max(text.n). False: not of this form; out is then undefined. */
bool base64_read(enum base64_form form, lic_str text, uint8_t *out, size_t *out_n);

#endif
