/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as automata: a list of instructions that is stepped over the text one byte at a time,
 * keeping the set of places it may be in. Time is bounded by instructions times bytes, whatever
 * the text.
 *
 * All rules of a detector share two programs. `exact` runs forwards and says where a match that
 * begins here may end. `reverse` runs backwards and has wide counts as loops; it says from how far
 * back a match could come, and is what the question "could more text make this a match" is asked
 * of (live.h). It may say too much, never too little.
 */
#ifndef DETECT_PROGRAM_H
#define DETECT_PROGRAM_H

#include "detect/pattern.h"

struct arena;

enum instr_op {
    INSTR_SET,      /* take a byte that is in the set, go to next */
    INSTR_SPLIT,    /* go to next and to other */
    INSTR_BOUNDARY, /* go to next if this is a word boundary */
    INSTR_ACCEPT    /* the pattern of rule `next` is complete */
};

struct instr {
    uint8_t op;
    uint32_t set; /* index of program.sets */
    uint32_t next, other;
};

struct instr_list {
    struct instr *at;
    uint32_t n, cap;
};

struct byte_sets {
    struct byte_set *at;
    uint32_t n, cap;
};

struct program {
    struct arena *arena;
    bool reversed;
    struct instr_list instrs;
    struct byte_sets sets; /* each different one once */
};

void program_init(struct program *program, struct arena *arena, bool reversed);

/*
 * Adds the pattern of rule number `rule`; *out_entry is where it begins. LIC_E_LIMIT when its
 * counts expand to too many instructions.
 */
enum lic_rc program_add(struct program *program, const struct pattern *pattern, uint32_t rule,
                        uint32_t *out_entry, struct lic_err *err) LIC_MUST_USE;

/* Every byte a match from `entry` may begin with. */
void program_first(const struct program *program, uint32_t entry, struct byte_set *out);

/*
 * Where a run is: the set of instructions, with room for all of the program. Made by
 * places_init from memory of places_bytes(n) bytes.
 */
struct places {
    uint32_t *at[2]; /* instructions that take a byte: now, and after the byte */
    uint32_t n[2];
    uint32_t *pending; /* still to be followed */
    uint32_t *seen;    /* == stamp: already followed at this byte */
    uint32_t stamp;
    uint32_t cap;
};
size_t places_bytes(uint32_t instrs_n);
void places_init(struct places *places, void *memory, uint32_t instrs_n);

/* Begins a new byte: nothing has been followed yet. */
void places_next(struct places *places);
/*
 * Follows `from` to the instructions that take a byte and adds them to list `into` (0 or 1).
 * Notes in *accepted when a pattern is complete.
 */
struct accepted {
    bool any;
    uint32_t longest; /* the largest of lengths[rule] among those complete, when lengths is given */
    const uint32_t *lengths;
};
void places_follow(struct places *places, const struct program *program, uint32_t from,
                   bool boundary, uint32_t into, struct accepted *accepted);

/* Whether \b holds before byte `at` of the text. */
bool program_boundary(lic_str text, size_t at);

/*
 * The ends of matches that begin at `start`, longest first, at most PROGRAM_ENDS of them (shorter
 * ones beyond that are not told).
 */
#define PROGRAM_ENDS 64u
struct program_ends {
    size_t at[PROGRAM_ENDS];
    uint32_t n;
};
void program_ends(const struct program *exact, uint32_t entry, struct places *places, lic_str text,
                  size_t start, size_t longest, struct program_ends *out);

/*
 * The earliest byte at or after `from` that a match ending in [first_end, last_end] may begin at;
 * SIZE_MAX when there is none.
 */
struct program_region {
    size_t from, first_end, last_end, longest;
};
size_t program_earliest(const struct program *reverse, uint32_t entry, struct places *places,
                        lic_str text, const struct program_region *region);

#endif
