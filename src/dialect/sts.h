/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS STS as its clients speak it: the query API of 2011-06-15 in, XML out.
 *
 *     "Action=AssumeRole&Version=2011-06-15&RoleArn=..."  ─sts_read─►  struct sts_request
 *     struct sts_answer  ─sts_write─►  <AssumeRoleResponse>...
 *     a fault            ─sts_write_error─►  <ErrorResponse>...
 *
 * A parameter that is not of the action, twice there, or one that we cannot honour is refused: one
 * that is silently dropped could have been the caller's restriction.
 *
 * A fault is a failure whose sentence begins with AWS's word for it: "ValidationError: why".
 */
#ifndef DIALECT_STS_H
#define DIALECT_STS_H

#include "dialect/dialect.h"

#define STS_SESSION_NAME_BYTES_MAX 64u
#define STS_SESSION_NAME_BYTES_MIN 2u

enum sts_action {
    STS_ASSUME_ROLE,
    STS_ASSUME_ROLE_WITH_WEB_IDENTITY,
    STS_GET_CALLER_IDENTITY,
    STS_GET_SESSION_TOKEN,
    STS_ACTIONS_N
};

struct sts_tag {
    lic_str key, value;
};

struct sts_tags {
    struct sts_tag *at;
    uint32_t n;
};

/* What is asked for. A text that was not given has at == NULL. */
struct sts_request {
    enum sts_action action;
    lic_str role_arn, session_name, external_id, source_identity;
    lic_str policy; /* session policy, a JSON document */
    lic_str web_identity_token;
    uint32_t duration_s; /* 0: not given */
    struct sts_tags tags;
    struct str_list transitive_keys;
    struct str_list policy_arns;
};

/* Whether the text names an action that needs no signature. Looks at nothing else. */
bool sts_is_unsigned(lic_str form);

/*
 * Reads a form body or a query string; X-Amz-* parameters (a presigned query) are not looked at.
 * Texts are decoded into the arena and checked against AWS's constraints. LIC_E_INVALID is a
 * fault; LIC_E_NOMEM.
 */
enum lic_rc sts_read(struct arena *arena, lic_str form, struct sts_request *out,
                     struct lic_err *err) LIC_MUST_USE;

/* "AssumeRole" ... */
const char *sts_action_name(enum sts_action action);

/* [\w+=,.@-]*, as session names and source identities must be. */
bool sts_is_name(lic_str s);

/* Everything an answer may say; what is empty is left out. */
struct sts_answer {
    enum sts_action action;
    lic_str request_id;
    lic_str account;      /* GetCallerIdentity */
    lic_str arn, user_id; /* of the caller, or of the session that was made */
    lic_str access_key, secret, token;
    int64_t expires_ns;
    bool packed; /* packed_percent was measured */
    uint32_t packed_percent;
    lic_str source_identity, provider, audience, subject;
};

void sts_write(const struct sts_answer *answer, struct buf *out);

/* Takes a fault's sentence apart: AWS's word, what was wrong; returns the HTTP status. */
uint32_t sts_fault(lic_str sentence, lic_str *out_code, lic_str *out_message);

void sts_write_error(uint32_t status, lic_str code, lic_str message, lic_str request_id,
                     struct buf *out);

/* For what other dialects' refusals need: its name, and errors without a request id. */
extern const struct dialect dialect_sts;

#endif
