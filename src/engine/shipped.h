/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What ships inside the library: data/patterns and data/starter, embedded at build time by
 * tools/embed.py, so that a gateway needs no file of ours at run time and can never run with
 * patterns of another version. Sorted by path; immutable.
 */
#ifndef ENGINE_SHIPPED_H
#define ENGINE_SHIPPED_H

#include <lictor/base.h>

struct shipped_file {
    const char *path; /* "patterns/pii.rules", "starter/lictor.yaml" */
    const char *at;   /* its bytes, terminated by a NUL that n does not count */
    size_t n;
};

/* The i-th file in byte order of the paths, or NULL past the last. */
const struct shipped_file *shipped_at(uint32_t i);
/* The file of this path, or NULL. */
const struct shipped_file *shipped_find(lic_str path);

/* The generated table (shipped_data.c), for shipped.c only. */
extern const struct shipped_file shipped_table[];
extern const uint32_t shipped_table_n;

#endif
