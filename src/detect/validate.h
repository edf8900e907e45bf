/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a pattern cannot say: check digits, ranges nobody was given, headers that decode. A rule
 * names its validator; a match that does not pass is no finding. A validator may also narrow the
 * match to the part that is to be reported: a secret without the name that stands before it.
 */
#ifndef DETECT_VALIDATE_H
#define DETECT_VALIDATE_H

#include <lictor/base.h>

struct arena;

struct validator {
    const char *name;
    const char *doc;
    /*
     * Whether `match` is what it looks like. *start and *end come as 0 and match.n and may be moved
     * closer. When memory is short the answer is yes: what cannot be checked is reported.
     */
    bool (*check)(lic_str match, struct arena *scratch, size_t *start, size_t *end);
};

/* The validator of this name, or NULL. */
const struct validator *validate_find(lic_str name);
/* All of them, for documents and tests: NULL past the last. */
const struct validator *validate_at(uint32_t i);

#endif
