/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS Signature Version 4, the receiving side (IAM User Guide, "Create a signed AWS API request";
 * S3 API Reference, "Signature calculations ... chunked upload").
 *
 *     head ─sigv4_read─► sigv4_claim (key id, scope, signed headers, signature, payload kind)
 *     claim + secret + hash of the body ─sigv4_check─► LIC_OK or why not
 *     aws-chunked body + seed signature ─sigv4_unchunk─► the body
 *
 * One file a step: sigv4_read.c, sigv4_canonical.c, sigv4.c, sigv4_unchunk.c.
 *
 * Nothing here depends on how many bytes of a signature are right. Time is in nanoseconds UTC.
 */
#ifndef POLICY_SIGV4_H
#define POLICY_SIGV4_H

#include "event/event.h"
#include "policy/hmac.h"

#include <lictor/lictor.h>

enum sigv4_payload {
    SIGV4_HASHED,                    /* x-amz-content-sha256: 64 hex digits, or computed by us */
    SIGV4_UNSIGNED,                  /* UNSIGNED-PAYLOAD: TLS only, and only where allowed */
    SIGV4_STREAMING,                 /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD */
    SIGV4_STREAMING_TRAILER,         /* STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER */
    SIGV4_STREAMING_UNSIGNED_TRAILER /* STREAMING-UNSIGNED-PAYLOAD-TRAILER: as SIGV4_UNSIGNED */
};

struct sigv4_claim {
    lic_str key_id; /* "AKIA…" or "ASIA…" */
    lic_str date;   /* yyyymmdd of the scope */
    lic_str region, service;
    lic_str signed_headers; /* "host;x-amz-date": lower case, sorted, checked */
    lic_str signature;      /* 64 hex digits */
    lic_str security_token; /* empty: none */
    lic_str amz_date;       /* yyyymmddThhmmssZ */
    int64_t time_ns;
    bool query;         /* presigned: everything is in the query string */
    uint32_t expires_s; /* presigned: 1 to 604,800 (300 when unsaid); else 0 */
    enum sigv4_payload payload;
    lic_str content_sha256; /* header (or query parameter) as sent; empty: none */
    bool token_left_out;    /* presigned: what was signed had no X-Amz-Security-Token yet. Set by
                               a caller who wants the canonical request of that case. */
};

struct sigv4_rules {
    int64_t now_ns;
    int64_t skew_ns;         /* either way; 15 minutes as AWS */
    lic_str region;          /* expected; empty: any */
    const lic_str *services; /* expected, e.g. bedrock, sts, lambda; NULL: any */
    uint32_t services_n;
    bool allow_unsigned;      /* payload; the caller has checked for TLS */
    bool normalize_path;      /* every service but s3: "/a/../b" is signed as "/b" */
    bool token_unsigned;      /* the security token was added after signing (some STS clients) */
    bool content_type_signed; /* refuse a Content-Type that is not signed. AWS does not, and curl
                                 and aws4fetch leave it out */
};

/*
 * The last signing keys derived, for one worker: deriving one is four HMACs, using one is one.
 * Zeroed is empty. Holds copies of secrets: sigv4_cache_wipe when the worker ends.
 */
#define SIGV4_CACHE_SLOTS 64u
#define SIGV4_CACHED_SECRET_BYTES 64u
#define SIGV4_CACHED_SCOPE_BYTES 64u
struct sigv4_cached {
    struct hmac_key key;
    uint8_t secret_n, scope_n; /* secret_n 0: the slot is free */
    char secret[SIGV4_CACHED_SECRET_BYTES];
    char scope[SIGV4_CACHED_SCOPE_BYTES]; /* "yyyymmdd/region/service" */
};
struct sigv4_cache {
    struct sigv4_cached slots[SIGV4_CACHE_SLOTS];
};
void sigv4_cache_wipe(struct sigv4_cache *cache);

/* More than any client sends, and small enough that reading them costs nothing. */
#define SIGV4_TARGET_BYTES_MAX 16384u
#define SIGV4_HEADERS_MAX 100u
#define SIGV4_HEADER_BYTES_MAX 16384u

/*
 * Whether this head is signed, and what it claims. LIC_E_MISSING: no SigV4 at all. Refused: both
 * forms at once, other algorithms (AWS4-ECDSA, HMAC-SHA1), scopes not of five parts, host or an
 * x-amz-* or x-lictor-* header not signed (but x-amz-security-token, which sigv4_check judges),
 * signed headers absent, headers with one meaning repeated, dates that disagree. The sentence
 * begins with AWS's error code. Views of the head, or in the arena.
 */
enum lic_rc sigv4_read(const struct lic_head *head, struct arena *arena, struct sigv4_claim *out,
                       struct lic_err *err) LIC_MUST_USE;

/*
 * Checks scope, time and signature. `payload_sha256` is the lower-case hex of the body's hash; it
 * is not looked at when the claim's payload is unsigned or streaming. LIC_E_INVALID: refused; the
 * sentence is for the log, and says AWS's error code in its first word: SignatureDoesNotMatch,
 * RequestTimeTooSkewed, RequestExpired, InvalidSignatureException, IncompleteSignature.
 */
enum lic_rc sigv4_check(const struct lic_head *head, const struct sigv4_claim *claim,
                        const struct sigv4_rules *rules, lic_str secret, lic_str payload_sha256,
                        struct arena *arena, struct lic_err *err) LIC_MUST_USE;
/* The same with keys kept from one call to the next; cache NULL: none. */
enum lic_rc sigv4_check_cached(const struct lic_head *head, const struct sigv4_claim *claim,
                               const struct sigv4_rules *rules, lic_str secret,
                               lic_str payload_sha256, struct sigv4_cache *cache,
                               struct arena *arena, struct lic_err *err) LIC_MUST_USE;

/* The two texts of the standard, for tests and for explaining a mismatch to a developer. */
enum lic_rc sigv4_canonical(const struct lic_head *head, const struct sigv4_claim *claim,
                            bool normalize_path, lic_str payload_sha256, struct arena *arena,
                            lic_str *out, struct lic_err *err) LIC_MUST_USE;
enum lic_rc sigv4_string_to_sign(const struct sigv4_claim *claim, lic_str canonical,
                                 struct arena *arena, lic_str *out,
                                 struct lic_err *err) LIC_MUST_USE;

/*
 * Takes the aws-chunked framing off a whole body, checking every chunk's signature from the seed
 * (the claim's), the trailer's, x-amz-decoded-content-length and the checksum that a trailer
 * carries (crc32, crc32c, sha1, sha256). *out is in the arena.
 */
enum lic_rc sigv4_unchunk(const struct lic_head *head, const struct sigv4_claim *claim,
                          lic_str secret, lic_str body, struct arena *arena, lic_str *out,
                          struct lic_err *err) LIC_MUST_USE;

/* Lower-case hex of SHA-256 into out[64]. */
void sigv4_hash_hex(lic_str bytes, char out[64]);

/* The key that signs within a scope: HMACs of date, region, service and "aws4_request". */
void sigv4_derive(lic_str secret, lic_str date, lic_str region, lic_str service,
                  struct hmac_key *out);
/* Whether `signature` (64 hex digits) is the text's under this key; in constant time. */
bool sigv4_signs(const struct hmac_key *key, lic_str text, lic_str signature);

#endif
