/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with a policy, or could be better: findings in the shape of IAM Access Analyzer's
 * ValidatePolicy, by its names, and some of ours (docs/LINT.md lists them all).
 *
 *     lic_lint_document   one text, of which nothing but its kind is known
 *     lic_engine_lint     every policy of a gateway directory, and how they work together
 *
 * A finding and all it points to live until the function that told it returns.
 */
#ifndef LICTOR_LINT_H
#define LICTOR_LINT_H

#include <lictor/base.h>

struct lic_engine;

/* What the document is attached to. */
enum lic_lint_kind {
    LIC_LINT_IDENTITY,
    LIC_LINT_RESOURCE,
    LIC_LINT_TRUST,
    LIC_LINT_SESSION,
    LIC_LINT_BOUNDARY,
    LIC_LINT_SCP,
    LIC_LINT_RCP,
    LIC_LINT_KEY,
    LIC_LINT_KIND_N
};
LIC_PUBLIC const char *lic_lint_kind_name(enum lic_lint_kind kind); /* "identity" */

/* From harmless to harmful. */
enum lic_lint_type {
    LIC_LINT_SUGGESTION,
    LIC_LINT_WARNING,
    LIC_LINT_SECURITY_WARNING,
    LIC_LINT_ERROR,
    LIC_LINT_TYPE_N
};
LIC_PUBLIC const char *lic_lint_type_name(enum lic_lint_type type); /* "SECURITY_WARNING" */

/* A place in the text: line from 1, column and offset from 0, in bytes, as AWS counts. */
struct lic_lint_position {
    uint32_t line, column, offset;
};

/* A step of the way from the root: into a member's value, to its name, or into a list. */
enum lic_lint_step_kind { LIC_LINT_VALUE, LIC_LINT_KEY_NAME, LIC_LINT_INDEX };
struct lic_lint_step {
    enum lic_lint_step_kind kind;
    lic_str name;
    uint32_t index;
};

struct lic_lint_finding {
    enum lic_lint_type type;
    const char *code; /* "MISSING_ACTION" */
    lic_str details;  /* a sentence */
    const char *link; /* where to read more */
    lic_str file;
    const struct lic_lint_step *path;
    uint32_t path_n;
    struct lic_lint_position start, end; /* line 0: the file as a whole */
};
typedef void lic_lint_fn(void *arg, const struct lic_lint_finding *finding);

/*
 * Tells every finding of one document, in order of place. resource_type: what a resource policy is
 * attached to, "AWS::S3::Bucket"; empty when unknown. Fails only when it could not work
 * (LIC_E_NOMEM, LIC_E_LIMIT); a text that is no policy is a finding.
 */
LIC_PUBLIC enum lic_rc lic_lint_document(const struct lic_host *host, lic_str file, lic_str text,
                                         enum lic_lint_kind kind, lic_str resource_type,
                                         lic_lint_fn *tell, void *arg,
                                         struct lic_err *err) LIC_MUST_USE;

/* The same for all policies of a directory that was read, each by what it is used for, and for
 * what they allow together: to a role, and to an agent with its tools. */
LIC_PUBLIC enum lic_rc lic_engine_lint(const struct lic_engine *engine, lic_lint_fn *tell,
                                       void *arg, struct lic_err *err) LIC_MUST_USE;

/* Every check there is. */
struct lic_lint_check {
    const char *code;
    enum lic_lint_type type;
    const char *sentence;
    bool own; /* not one of Access Analyzer's */
};
LIC_PUBLIC uint32_t lic_lint_checks_n(void);
LIC_PUBLIC struct lic_lint_check lic_lint_check(uint32_t i);

#endif
