/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Least privilege by looking: what was used, what would change, who may do what.
 *
 *     records, CloudTrail ──► lic_history_tighten   the smallest policy that allows what was used
 *                         └─► lic_history_replay    which decisions would change
 *     an engine alone ──────► lic_engine_who_can, lic_engine_can
 *
 * Texts that are returned come from host->resize and are released with resize(at, 0).
 */
#ifndef LICTOR_HISTORY_H
#define LICTOR_HISTORY_H

#include <lictor/lictor.h>

/* ---- history ------------------------------------------------------------------------------ */

struct lic_history;

struct lic_history_options {
    lic_str principal; /* ARN, or the name at its end; tighten only */
    int64_t since_ns, until_ns;
    bool exact;            /* tighten: resources as used, no conditions of our own */
    uint32_t examples_min; /* tighten: different ids that become '*'; 0: 3 */
    uint32_t events_min;   /* tighten: uses before a condition is drafted; 0: 20 */
    bool json;             /* replay: each line is a JSON object */
    /* Called for each record that cannot be read; it is skipped. */
    lic_report_fn *report;
    void *report_arg;
};

struct lic_history_counts {
    uint64_t read;    /* records read */
    uint64_t skipped; /* records that could not be read */
    uint64_t used;    /* tighten: uses of the principal; replay: decisions replayed */
    uint64_t allowed; /* tighten: of the replay */
    uint64_t changed; /* replay: decided otherwise now; tighten: lost in the replay */
    uint64_t unsure;  /* hang on what was not recorded */
};

/* One line about a decision that would change or that cannot be told. */
typedef void lic_history_line_fn(void *arg, lic_str line);

/* Memory from host->resize; `engine` (tighten: NULL is fine) is referenced until it is freed. */
LIC_PUBLIC enum lic_rc lic_history_tighten(const struct lic_host *host, struct lic_engine *engine,
                                           const struct lic_history_options *options,
                                           struct lic_history **out,
                                           struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC enum lic_rc lic_history_replay(const struct lic_host *host, struct lic_engine *engine,
                                          const struct lic_history_options *options,
                                          lic_history_line_fn *line, void *line_arg,
                                          struct lic_history **out,
                                          struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_history_free(struct lic_history *history); /* NULL is fine */

/* A line of the ledger. `file` and `offset` say where, for the report. */
LIC_PUBLIC enum lic_rc lic_history_record(struct lic_history *history, lic_str record,
                                          const char *file, uint64_t offset,
                                          struct lic_err *err) LIC_MUST_USE;

/* A file of CloudTrail in pieces, plain or gzip; then its end. */
LIC_PUBLIC enum lic_rc lic_history_feed(struct lic_history *history, lic_str piece,
                                        const char *file, struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC enum lic_rc lic_history_end(struct lic_history *history, const char *file,
                                       struct lic_err *err) LIC_MUST_USE;

/* Tighten: everything was fed. Drafts the policy; what is fed from now on is replayed. */
LIC_PUBLIC enum lic_rc lic_history_draft(struct lic_history *history,
                                         struct lic_err *err) LIC_MUST_USE;

enum lic_history_text {
    LIC_HISTORY_POLICY,  /* the drafted policy; empty when nothing was used */
    LIC_HISTORY_REASONS, /* for a person: a reason for each line, and the replay */
    LIC_HISTORY_JSON     /* {policy, reasons, notes, replay} */
};
LIC_PUBLIC enum lic_rc lic_history_write(struct lic_history *history, enum lic_history_text what,
                                         lic_str *out, struct lic_err *err) LIC_MUST_USE;
LIC_PUBLIC void lic_history_count(const struct lic_history *history,
                                  struct lic_history_counts *out);

/* ---- who may do what ---------------------------------------------------------------------- */

/* A condition key that is given; several values of one key stand in several. */
struct lic_context {
    lic_str key, value;
};

struct lic_question {
    lic_str principal;        /* can: ARN or name */
    lic_str action, resource; /* who-can */
    const struct lic_context *context;
    uint32_t context_n;
    bool all;  /* who-can: name those who may not, too */
    bool json; /* else text for a person */
};

/*
 * Every principal of the directory and whether it may: yes, only if (the conditions), no. What is
 * not known of a request is neither taken for given nor for absent. *out_n: how many may or may
 * under conditions.
 */
LIC_PUBLIC enum lic_rc lic_engine_who_can(const struct lic_engine *engine,
                                          const struct lic_question *question, lic_str *out_text,
                                          uint32_t *out_n, struct lic_err *err) LIC_MUST_USE;

/* What one principal may do: models, tools and prompts one by one, and its statements in words. */
LIC_PUBLIC enum lic_rc lic_engine_can(const struct lic_engine *engine,
                                      const struct lic_question *question, lic_str *out_text,
                                      struct lic_err *err) LIC_MUST_USE;

/* One what-if: principal, action, resource. The verdict as yes, only if, or no, with statements. */
LIC_PUBLIC enum lic_rc lic_engine_what_if(const struct lic_engine *engine,
                                          const struct lic_question *question, lic_str *out_text,
                                          bool *out_yes, struct lic_err *err) LIC_MUST_USE;

#endif
