/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Check digits of national numbers. Most of them are a weighted sum whose rest by a modulus picks
 * the check character from a table, so each is a row of numbers and not a function:
 *
 *     CPF of Brazil   529.982.247-25
 *     digits          5 2 9 9 8 2 2 4 7 │ 2 5
 *     weights        10 9 8 7 6 5 4 3 2      sum 295, -295 mod 11 = 2: "01234567890"[2] = '2'
 *
 * What is left over (letters that stand for two digits, Verhoeff, base58) has a function each.
 */
#ifndef DETECT_CHECKSUM_H
#define DETECT_CHECKSUM_H

#include <lictor/base.h>

struct checksum;

/* The row of this name, or NULL. */
const struct checksum *checksum_find(lic_str name);
/* All of them, for documents and tests: NULL past the last. */
const struct checksum *checksum_at(uint32_t i);
const char *checksum_name(const struct checksum *checksum);
const char *checksum_doc(const struct checksum *checksum);

/* Whether the letters and digits of `match` (signs and blanks are passed over) hold. */
bool checksum_holds(const struct checksum *checksum, lic_str match);

#endif
