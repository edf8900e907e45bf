/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as texts, and signing them: what the tests of sigv4 need of a client. The signer is
 * written over the tested canonical form, which the conformance suite holds to AWS's.
 */
#ifndef TESTS_UNIT_POLICY_SIGNING_H
#define TESTS_UNIT_POLICY_SIGNING_H

#include "policy/sigv4.h"
#include "test.h"

#define SIGNING_HEADERS_MAX 100u
#define SIGNING_SECRET LIC_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

/* A request that can be changed. `head` is rebuilt by signing_head. */
struct signing_request {
    lic_str method, target, body;
    struct lic_header headers[SIGNING_HEADERS_MAX];
    uint32_t headers_n;
};
struct lic_head signing_head(const struct signing_request *request);

/* "GET /path HTTP/1.1\nName:value\n  folded\n\nbody"; views of the text. Fails an expectation
 * when it is not of that form. */
void signing_parse(lic_str text, struct signing_request *out);

void signing_add(struct signing_request *request, lic_str name, lic_str value);

/* The lower-case hex of the body's SHA-256, in the arena. */
lic_str signing_body_hash(struct arena *arena, lic_str body);

/* What a request is signed as. */
struct signing_how {
    lic_str key_id, secret, region, service, amz_date;
    lic_str signed_headers;
    lic_str content; /* x-amz-content-sha256, or empty */
    uint32_t expires_s;
    bool query, normalize_path;
};
/* AKIDEXAMPLE, us-east-1, service, 20150830T123600Z, "host;x-amz-date". */
struct signing_how signing_usual(void);

/* Adds what makes it signed: x-amz-date and Authorization, or the query's parameters. */
void signing_sign(struct signing_request *request, const struct signing_how *how,
                  struct arena *arena);

/* Reads and checks a request with the usual secret at the time it was signed; LIC_E_MISSING and
 * LIC_E_INVALID as they come. */
enum lic_rc signing_check(const struct signing_request *request, const struct sigv4_rules *rules,
                          lic_str secret, struct arena *arena, struct lic_err *err);
struct sigv4_rules signing_rules(void);

#endif
