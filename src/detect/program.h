/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns as automata: a list of instructions that is stepped over the text one byte at a time,
 * keeping the set of places it may be in. Time is bounded by instructions times bytes, whatever
 * the text.
 *
 * All rules of a detector share three programs:
 *
 *     exact    forwards: where may a match that begins here end
 *     reverse  backwards, from where the rarest stretch of a pattern ends: where may a match begin
 *     live     forwards: could this become a match if more text came (live.h)
 *
 * The last two have wide counts as loops. They may say too much, never too little.
 */
#ifndef DETECT_PROGRAM_H
#define DETECT_PROGRAM_H

#include "detect/pattern.h"

struct arena;

enum instr_op {
    INSTR_SET,      /* take a byte that is in the set, go to next */
    INSTR_SPLIT,    /* go to next and to other */
    INSTR_BOUNDARY, /* go to next if this is a word boundary */
    INSTR_ACCEPT    /* the pattern is complete */
};

struct instr {
    uint32_t op;    /* enum instr_op */
    uint32_t owner; /* what program_add was told */
    uint32_t set;   /* SET: index of program.sets */
    uint32_t next;
    uint32_t other; /* SPLIT */
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
    uint32_t exact_to; /* counts wider than this are loops */
    struct instr_list instrs;
    struct byte_sets sets; /* each different one once */
};

void program_init(struct program *program, struct arena *arena, bool reversed, uint32_t exact_to);

/*
 * Adds a pattern, which belongs to rule number `owner`; *out_entry is where it begins. LIC_E_LIMIT
 * when its counts expand to too many instructions.
 */
enum lic_rc program_add(struct program *program, const struct pattern_node *root, uint32_t owner,
                        uint32_t *out_entry, struct lic_err *err) LIC_MUST_USE;

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
 * Follows `from` to the instructions that take a byte and adds them to list `into` (0 or 1). True
 * when the pattern is complete there.
 */
bool places_follow(struct places *places, const struct program *program, uint32_t from,
                   bool boundary, uint32_t into);

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
 * Where matches may end: [first, last], after which come others. Runs of one way are chained from
 * the last to the first, which is the order in which they are walked.
 */
struct program_run {
    uint32_t way;    /* of which way of a rule */
    uint32_t before; /* index + 1 of the run before it; 0: none */
    size_t first, last;
};
struct program_runs {
    struct program_run *at;
    uint32_t n, cap;
};

/* What is asked of program_starts. */
struct program_ask {
    uint32_t entry;
    const struct program_runs *runs;
    uint32_t run;   /* index + 1 of the last run */
    size_t from;    /* starts before it do not matter */
    size_t longest; /* from the beginning of a match to such an end */
};
struct program_starts {
    struct arena *arena;
    uint32_t *at; /* latest first */
    uint32_t n, cap;
};

/*
 * Adds every byte that a match ending in one of the runs may begin at. The program is the reverse
 * one, so there may be some too many.
 */
enum lic_rc program_starts(const struct program *reverse, struct places *places, lic_str text,
                           const struct program_ask *ask, struct program_starts *out) LIC_MUST_USE;

#endif
