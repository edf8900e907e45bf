/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a character passes for: the ASCII letter that a reader, or a model, takes it for.
 * Compatibility forms, width, case and marks are utf8proc's (NFKC); letters of other scripts that
 * merely look alike, small capitals, turned letters and emoji letters are the table lookalike.def.
 */
#ifndef DETECT_LOOKALIKE_H
#define DETECT_LOOKALIKE_H

#include <lictor/base.h>

/* The ASCII letter of a character that looks like one, or 0. */
char lookalike_letter(uint32_t code_point);

/* A letter that is one of ours upside down. */
bool lookalike_is_turned(uint32_t code_point);

#define LOOKALIKE_PARTS_MAX 18u

/*
 * The character without compatibility forms and marks: writes UTF-8 (at most
 * LOOKALIKE_PARTS_MAX * 4 bytes) and returns its length; 0 for a mark by itself, which is dropped
 * where the letter before it was ASCII.
 */
size_t lookalike_simple(uint32_t code_point, char out[LOOKALIKE_PARTS_MAX * 4]);

/* A mark that stands on the letter before it (General_Category Mn, Me). */
bool lookalike_is_mark(uint32_t code_point);
/* A letter or digit of any script. */
bool lookalike_is_letter(uint32_t code_point);

#endif
