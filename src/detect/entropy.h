/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a text was drawn or written. A key that a machine drew uses all its letters alike and
 * changes between small, capital and digit all the time; a name, a word or a path does not; and a
 * placeholder repeats itself, counts, or says what it is.
 */
#ifndef DETECT_ENTROPY_H
#define DETECT_ENTROPY_H

#include <lictor/base.h>

/* What is counted in one pass. Symbols are those that no identifier, path or number has. */
struct entropy_shape {
    size_t n, distinct;
    size_t small, capital, digits, symbols, others;
    size_t changes; /* between small, capital, digit and the rest, of neighbours */
    size_t run;     /* the longest of one character */
    size_t rising;  /* neighbours that follow in order: ab, 12 */
    bool hex;       /* hex digits of one case only */
    double bits;    /* Shannon's, of one character */
};
void entropy_measure(lic_str text, struct entropy_shape *out);

/* Drawn by a machine from letters and digits: at least 16 of them. */
bool entropy_is_random(lic_str text);

/* xxxx, EXAMPLE, ${VAR}, <token>, your-api-key, changeme, 0000, 12345678. */
bool entropy_is_placeholder(lic_str text);

#endif
