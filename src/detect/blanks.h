/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text with its blanks evened out, in which phrases are looked for: whoever writes two blanks, a
 * line break or a no-break space between the words of a phrase has written the phrase.
 *
 *     text    Project␣␣↵Nightingale       one to BLANKS_RUN_MAX blanks of any kind: one space
 *     even    Project␣Nightingale         more: a line feed, which stands in no phrase
 *
 * A blank is a character of Unicode's White_Space. What is found is told in bytes of the text as
 * it stands.
 */
#ifndef DETECT_BLANKS_H
#define DETECT_BLANKS_H

#include <lictor/base.h>

struct arena;

#define BLANKS_RUN_MAX 8u  /* blanks in a row that part the words of a phrase */
#define BLANK_BYTES_MAX 3u /* one blank in UTF-8 */

/* How many bytes the blank that begins at byte `at` has; 0: none begins there. */
size_t blanks_step(lic_str text, size_t at);

/* The byte of the even text that stands for what begins at *at, which moves behind that. */
uint8_t blanks_next(lic_str text, size_t *at);

struct blanks_mark {
    size_t even, origin; /* bytes before it in both */
};

struct blanks {
    lic_str text, even;
    struct blanks_mark *marks; /* one in every few bytes from { 0, 0 } on; none: both are one */
    size_t marks_n;
};

/* LIC_E_NOMEM is all that can go wrong. The result lives as long as the arena and the text. */
enum lic_rc blanks_even(struct arena *arena, lic_str text, struct blanks *out,
                        struct lic_err *err) LIC_MUST_USE;

/* Where in the text stands what begins at byte `at` of the even text, or that text's end. */
size_t blanks_origin(const struct blanks *blanks, size_t at);

#endif
