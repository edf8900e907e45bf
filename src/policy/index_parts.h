/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What index_make.c makes and index.c asks: nodes, postings, and the keys by which postings are
 * found.
 *
 * Invariants of the tree: no two children of a node begin with the same byte; a node's postings
 * are sorted by key and then by statement; a node's inner trees begin at nodes with an empty or
 * longer edge of their own.
 */
#ifndef POLICY_INDEX_PARTS_H
#define POLICY_INDEX_PARTS_H

#include "policy/index.h"

#define NODE_NONE 0u /* node 0 is the root, which is nobody's child */
#define KEY_ALLOW 0x80000000u
#define KEY_CLASS_SHIFT 29u
#define KEY_HASH_MASK 0x1fffffffu
#define HASH_START 0x811c9dc5u /* FNV-1a; equal hashes only cost a comparison more */
#define HASH_PRIME 0x01000193u

/* How a statement names an action. ORDER INDEX_CLASS with classes_asked. */
enum action_class {
    ACTION_NAMED,      /* s3:GetObject */
    ACTION_OF_SERVICE, /* s3:Get* */
    ACTION_ANY         /* *, s*:Get*, NotAction */
};

/*
 * NULL: nothing is left to compare, or (NotAction, NotResource, too many) all of them are. What
 * most statements do not have is said here, so that they need not be fetched from memory to see it.
 */
struct posting {
    uint32_t statement;
    bool all_actions, all_resources;
    bool deny;
    bool plain; /* no Principal, no Condition */
    const struct vars_pattern *action, *resource;
};

/*
 * One cache line. Postings [postings, +open_n) are open, the next whole_n whole. In a tree behind a
 * wildcard nothing is whole: there the root's whole_n has how many postings the tree has.
 */
struct node {
    uint64_t child_bits[4]; /* first bytes of the children's edges */
    uint32_t edge, edge_n;  /* in the index's text */
    uint32_t children;      /* the first; others follow in order of their bytes */
    uint32_t postings;
    uint32_t open_n, whole_n;
    uint32_t ends, inners; /* roots of the two trees behind wildcards, or NODE_NONE */
};
_Static_assert(sizeof(struct node) == 64, "a node is read with one access to memory");

struct policy_index {
    struct index_statement *statements;
    uint32_t statements_n;
    const char *text; /* of the edges, in order of the nodes */
    const struct node *nodes;
    uint32_t nodes_n;
    const uint32_t *keys; /* of the postings: searched without touching them */
    const struct posting *postings;
};

/* ---- keys --------------------------------------------------------------------------------- */

static inline uint32_t index_hash_add(uint32_t hash, char c)
{
    return (hash ^ (unsigned char)c) * HASH_PRIME;
}

/* The high bits are the well mixed ones. */
static inline uint32_t index_hash_end(uint32_t hash)
{
    return (hash ^ hash >> 15) & KEY_HASH_MASK;
}

static inline uint32_t index_key_make(bool deny, enum action_class class, uint32_t hash)
{
    return (deny ? 0 : KEY_ALLOW) | (uint32_t) class << KEY_CLASS_SHIFT | hash;
}

/* What every text that matches begins with, whatever the values of variables. */
lic_str index_literal_head(const struct vars_pattern *pattern);

#endif
