/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration grants, as text that the next one is compared with.
 *
 * A subject is one thing that grants or limits by itself: the documents that judge a principal, its
 * boundary, a role's trust policy, one level of the organization, one resource's policy. Each is
 * compared with the subject of the same name before; a limit that was not there (or is not there
 * any more) compares as one that allows everything. Subjects that grew are new access even if
 * another layer still stands in the way: that layer may be next. Tags of users and roles, identity
 * providers, and revoked sessions that count again are new access, too: policies do not show them.
 *
 * The rule about reloads is part of what was approved. It is the stricter of the two that counts,
 * and the approvers of before sign, so that no reload can lift the rule it would have to pass.
 */
#ifndef ENGINE_RELOAD_H
#define ENGINE_RELOAD_H

#include "base/buf.h"
#include "engine/config.h"
#include <lictor/reload.h>

/* One thing that is allowed now and was not. */
struct reload_gain {
    lic_str subject; /* "policies of arn:aws:iam::...:role/app" */
    lic_str words;   /* what, or why it could not be excluded */
    lic_str file;    /* of the statement that gives it; empty when unknown */
    uint32_t line;
};

struct reload_gains {
    struct reload_gain *at;
    uint32_t n, cap;
};

/* What a reload must pass: of the configuration before, or of the one at hand. */
struct reload_rule {
    enum config_new_access new_access;
    struct str_list approvers;
};

/* JSON: {"version", "new_access", "approvers": [], "subjects": [{"name", "limit", "traits",
 * "revoked_ns", "docs": []}]}. */
enum lic_rc reload_write(const struct config *config, struct arena *arena, struct buf *out,
                         struct lic_err *err) LIC_MUST_USE;

/* What `config` grants that `approved`, written by reload_write, did not; and by which rule. */
enum lic_rc reload_compare(const struct config *config, lic_str approved, struct arena *arena,
                           struct reload_gains *out, struct reload_rule *out_rule,
                           struct lic_err *err) LIC_MUST_USE;

#endif
