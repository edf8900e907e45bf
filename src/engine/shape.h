/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mapping of a configuration file may look like, as a table: each member's name, how it is
 * read, and where the value goes. The table is the whole truth: what it does not list is a mistake
 * (with the nearest name suggested), what it requires and is absent is one too.
 *
 *     static const struct shape_member TLS[] = {
 *         { "verify", read_verify, offsetof(struct tls, verify), .required = false },
 *         { "ca", shape_path, offsetof(struct tls, ca), .required = false },
 *     };
 *     TRY(shape_mapping(shape, node, SHAPE("tls", TLS), &tls));
 *
 * Readers note mistakes and return LIC_OK; then the value keeps what it was. They fail only when
 * there is no memory.
 */
#ifndef ENGINE_SHAPE_H
#define ENGINE_SHAPE_H

#include "engine/mistakes.h"
#include "engine/yaml.h"
#include "event/event.h"

/* Which file is read, and where its mistakes go. */
struct shape {
    struct arena *arena;
    struct mistakes *mistakes;
    lic_str file;
    bool json; /* text must be a string, and only text may be one */
};

typedef enum lic_rc shape_reader(const struct shape *shape, const struct yaml_node *node, void *at);

struct shape_member {
    const char *name;
    shape_reader *read;
    size_t offset;
    bool required;
};

struct shape_table {
    const char *what; /* what this mapping is, in a sentence: "a model" */
    const struct shape_member *members;
    size_t n;
};
#define SHAPE(what, members)                                                                       \
    ((struct shape_table){ (what), (members), sizeof(members) / sizeof((members)[0]) })

enum lic_rc shape_mapping(const struct shape *shape, const struct yaml_node *node,
                          struct shape_table table, void *into) LIC_MUST_USE;

/* Readers of one value; `at` points to a ... */
shape_reader shape_text; /* lic_str: any text but the empty one */
shape_reader shape_name; /* lic_str: letters, digits, '.', '_', '-'; not starting with '.' or '-' */
shape_reader shape_path; /* lic_str: visible characters and blanks but " \ $ ` */
shape_reader shape_u32;  /* uint32_t */
shape_reader shape_bytes; /* uint64_t: 1000, 20MB (of 1000s), 64KiB (of 1024s) */
shape_reader shape_ms;    /* uint32_t: 500, 500ms, 30s, 5m, 1h */
shape_reader shape_bool;  /* bool: true or false */
shape_reader shape_texts; /* struct str_list: a list of texts, none twice */
shape_reader shape_keep;  /* const struct yaml_node *: the value itself, for a later look */
shape_reader shape_skip;  /* nothing: a member that is allowed and means nothing here */

/* One of `names`: its index, or `otherwise` after a mistake. */
struct shape_choice {
    const char *const *names;
    uint32_t n;
};
enum lic_rc shape_choice(const struct shape *shape, const struct yaml_node *node,
                         struct shape_choice choice, uint32_t *out) LIC_MUST_USE;

/* Notes a mistake about this value, or about the name of this member. */
enum lic_rc shape_mistake(const struct shape *shape, const struct yaml_node *node, enum lic_rc rc,
                          const char *format, ...)
    __attribute__((format(printf, 4, 5), cold)) LIC_MUST_USE;

/* Whether the node is a mapping (or list), or nothing at all; else notes a mistake. */
enum lic_rc shape_expect(const struct shape *shape, const struct yaml_node *node,
                         enum yaml_type type, const char *what, bool *out_right) LIC_MUST_USE;

struct mistake_place shape_place(const struct shape *shape, const struct yaml_node *node);

bool shape_is_name(lic_str s);
/* The name among these that a person most likely meant: at most two slips away; else empty. */
lic_str shape_nearest(lic_str name, const lic_str *names, uint32_t n);

#endif
