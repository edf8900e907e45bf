/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a request, read strictly: what a smuggler would send is refused here. */
#ifndef ENGINE_HEAD_H
#define ENGINE_HEAD_H

#include "engine/failmode.h"
#include <lictor/lictor.h>

struct arena;

/* The headers that mean something to us; absent ones have at == NULL. */
struct head {
    lic_str path;    /* of the target, without the query */
    lic_str query;   /* raw, without the question mark */
    bool query_beta; /* "?beta=true", which Anthropic's SDK sends */
    bool presigned;  /* some of X-Amz-* is there */
    bool sts;        /* the path is "/": STS */
    lic_str model;   /* of /v1/models/NAME, percent-decoded; at == NULL elsewhere */
    lic_str content_type, content_length, content_encoding, traceparent, session, user_agent;
    lic_str anthropic_version, anthropic_beta;
};

/* Reads target and headers. False: *out_failure says which row. */
bool head_read(const struct lic_head *in, struct arena *arena, struct head *out,
               enum failmode *out_failure);

/* Whether a media type is application/json, whatever its parameters; a form likewise. */
bool head_is_json(lic_str content_type);
bool head_is_form(lic_str content_type);

/* Splits a valid W3C traceparent; false when it is not one. */
bool head_traceparent(lic_str value, lic_str *out_trace, lic_str *out_flags);

#endif
