/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes a long text apart into the records in it, however it comes in pieces. Known forms:
 *
 *     {"Records":[{...},{...}]}     a file of CloudTrail
 *     {...}\n{...}\n                one event a line, or any objects one after the other
 *     [{...},{...}]
 *
 * Only as much is held as one record needs.
 */
#ifndef ADVISE_HISTORY_SPLIT_H
#define ADVISE_HISTORY_SPLIT_H

#include <lictor/base.h>

struct arena;

typedef enum lic_rc history_split_fn(void *arg, lic_str record, struct lic_err *err);

#define HISTORY_SPLIT_NAME_BYTES 8u

struct history_split {
    const struct lic_host *host;
    history_split_fn *take;
    void *arg;
    char *at; /* the record so far; from host->resize */
    size_t n, cap;
    uint64_t offset; /* bytes seen */
    uint32_t depth;
    uint32_t list_depth; /* of the list whose elements are the records; 0: none */
    bool in_text, escaped;
    bool begun;      /* a record is being held */
    bool named;      /* the last text at depth 1 was "Records" and is a name */
    uint32_t seen_n; /* bytes of that text in `seen`; beyond its size: longer */
    char seen[HISTORY_SPLIT_NAME_BYTES];
};

void history_split_init(struct history_split *split, const struct lic_host *host,
                        history_split_fn *take, void *arg);
void history_split_fini(struct history_split *split); /* zeroed is fine */

/* LIC_E_SYNTAX, LIC_E_LIMIT (a record above LIMIT_HISTORY_RECORD_BYTES), LIC_E_NOMEM, or what
 * `take` returned. */
enum lic_rc history_split_feed(struct history_split *split, lic_str bytes,
                               struct lic_err *err) LIC_MUST_USE;
/* The text ends here. LIC_E_SYNTAX: in the middle of a record. Ready for another text. */
enum lic_rc history_split_end(struct history_split *split, struct lic_err *err) LIC_MUST_USE;

#endif
