/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a signed request claims, before anything is believed. Whatever two readers could take for
 * two different things is refused here, so that what is checked later is what is acted upon.
 */
#include "policy/sigv4.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/sigv4_query.h"

#include "base/banned.h"

#define ALGORITHM LIC_STR("AWS4-HMAC-SHA256")
#define EXPIRES_S_MAX 604800u
#define EXPIRES_S_UNSAID 300u
#define KEY_ID_BYTES_MAX 128u
#define NAME_BYTES_MAX 64u /* of a region or service */
#define SIGNATURE_BYTES 64u
#define AMZ_DATE_BYTES 16u
#define TIME_NS_MAX (INT64_C(7258118400) * 1000000000) /* the year 2200: sums cannot overflow */

/* The parts of a signature, wherever they stood; as sent. */
enum part {
    PART_CREDENTIAL,
    PART_SIGNED_HEADERS,
    PART_SIGNATURE,
    PART_DATE,
    PART_EXPIRES,
    PART_ALGORITHM,
    PART_TOKEN,
    PART_CONTENT,
    PART_N
};

struct parts {
    lic_str text[PART_N];
    bool given[PART_N];
};

static const lic_str query_names[PART_N] = {
    [PART_CREDENTIAL] = { "X-Amz-Credential", 16 },
    [PART_SIGNED_HEADERS] = { "X-Amz-SignedHeaders", 19 },
    [PART_SIGNATURE] = { "X-Amz-Signature", 15 },
    [PART_DATE] = { "X-Amz-Date", 10 },
    [PART_EXPIRES] = { "X-Amz-Expires", 13 },
    [PART_ALGORITHM] = { "X-Amz-Algorithm", 15 },
    [PART_TOKEN] = { "X-Amz-Security-Token", 20 },
    [PART_CONTENT] = { "X-Amz-Content-Sha256", 20 },
};

static const lic_str authorization_names[PART_N] = {
    [PART_CREDENTIAL] = { "Credential", 10 },
    [PART_SIGNED_HEADERS] = { "SignedHeaders", 13 },
    [PART_SIGNATURE] = { "Signature", 9 },
};

/* Headers that stand for the parts that the Authorization header does not have. */
static const lic_str header_names[PART_N] = {
    [PART_DATE] = { "x-amz-date", 10 },
    [PART_TOKEN] = { "x-amz-security-token", 20 },
    [PART_CONTENT] = { "x-amz-content-sha256", 20 },
};

static enum part part_named(const lic_str names[PART_N], lic_str name)
{
    for (int i = 0; i < PART_N; i++) {
        if (names[i].n > 0 && sigv4_same_name(names[i], name)) {
            return (enum part)i;
        }
    }
    return PART_N;
}

static enum lic_rc give_part(struct parts *parts, enum part part, lic_str text, lic_str name,
                             struct lic_err *err)
{
    ENSURE(!parts->given[part], err, LIC_E_INVALID,
           "InvalidSignatureException: " LIC_FMT " is given twice", LIC_ARG(name));
    parts->given[part] = true;
    parts->text[part] = text;
    return LIC_OK;
}

/* ---- where the parts stand ---- */

/* "Credential=…, SignedHeaders=…, Signature=…" in any order, each once and nothing else. */
static enum lic_rc read_authorization(lic_str value, struct parts *parts, struct lic_err *err)
{
    lic_str rest = value;
    lic_str algorithm = str_split(&rest, ' ');
    ENSURE(str_eq(algorithm, ALGORITHM), err, LIC_E_INVALID,
           "InvalidSignatureException: the Authorization header has the algorithm " LIC_FMT
           ", not AWS4-HMAC-SHA256",
           LIC_ARG(str_head(algorithm, 40)));
    while (rest.n > 0) {
        lic_str text = str_trim(str_split(&rest, ','));
        lic_str name = str_split(&text, '=');
        enum part part = part_named(authorization_names, name);
        ENSURE(part != PART_N && str_eq(authorization_names[part], name), err, LIC_E_INVALID,
               "IncompleteSignature: the Authorization header has a part " LIC_FMT,
               LIC_ARG(str_head(name, 40)));
        TRY(give_part(parts, part, text, name, err));
    }
    return LIC_OK;
}

/* The headers that go with an Authorization header. */
static enum lic_rc read_header_parts(const struct lic_head *head, struct parts *parts,
                                     struct lic_err *err)
{
    for (uint32_t i = 0; i < head->headers_n; i++) {
        const struct lic_header *header = &head->headers[i];
        enum part part = part_named(header_names, header->name);
        if (part != PART_N) {
            TRY(give_part(parts, part, str_trim(header->value), header->name, err));
        }
    }
    return LIC_OK;
}

/* Whatever the query string has of a signature. *out_n: how many parts. */
static enum lic_rc read_query(lic_str query, struct arena *arena, struct parts *parts,
                              uint32_t *out_n, struct lic_err *err)
{
    struct sigv4_params params;
    uint32_t n = 0;
    TRY(sigv4_query_read(query, arena, &params, err));
    for (uint32_t i = 0; i < params.n; i++) {
        lic_str name = params.at[i].name, text;
        enum part part = part_named(query_names, name);
        if (part == PART_N) {
            continue;
        }
        ENSURE(part == PART_CONTENT || str_eq(query_names[part], name), err, LIC_E_INVALID,
               "InvalidSignatureException: " LIC_FMT " must be spelled " LIC_FMT, LIC_ARG(name),
               LIC_ARG(query_names[part]));
        TRY(sigv4_query_decode(params.at[i].value, arena, &text, err));
        TRY(give_part(parts, part, text, name, err));
        n += part != PART_CONTENT ? 1 : 0;
    }
    *out_n = n;
    return LIC_OK;
}

/* A presigned request may still carry the hash of its body as a header. */
static enum lic_rc read_content_header(const struct lic_head *head, struct parts *parts,
                                       struct lic_err *err)
{
    for (uint32_t i = 0; i < head->headers_n; i++) {
        const struct lic_header *header = &head->headers[i];
        enum part part = part_named(header_names, header->name);
        if (part == PART_CONTENT) {
            TRY(give_part(parts, part, str_trim(header->value), header->name, err));
        }
        ENSURE(part == PART_CONTENT || part == PART_N, err, LIC_E_INVALID,
               "InvalidSignatureException: the header " LIC_FMT
               " stands beside a signature in the query string",
               LIC_ARG(header->name));
    }
    return LIC_OK;
}

enum scheme { SCHEME_NONE, SCHEME_OTHER, SCHEME_V2, SCHEME_V4 };

static enum lic_rc find_authorization(const struct lic_head *head, lic_str *out_value,
                                      enum scheme *out_scheme, struct lic_err *err)
{
    *out_scheme = SCHEME_NONE;
    for (uint32_t i = 0; i < head->headers_n; i++) {
        if (!sigv4_same_name(head->headers[i].name, LIC_STR("authorization"))) {
            continue;
        }
        ENSURE(*out_scheme == SCHEME_NONE, err, LIC_E_INVALID,
               "InvalidSignatureException: the Authorization header came twice");
        *out_value = str_trim(head->headers[i].value);
        *out_scheme = str_starts(*out_value, LIC_STR("AWS4-"))  ? SCHEME_V4
                      : str_starts(*out_value, LIC_STR("AWS ")) ? SCHEME_V2
                                                                : SCHEME_OTHER;
    }
    return LIC_OK;
}

/* Fills the parts from the one place where they stand. */
static enum lic_rc read_parts(const struct lic_head *head, struct arena *arena, struct parts *parts,
                              bool *out_query, struct lic_err *err)
{
    lic_str path, query, authorization = LIC_STR("");
    enum scheme scheme;
    uint32_t in_query_n = 0;
    TRY(find_authorization(head, &authorization, &scheme, err));
    TRY(sigv4_target_split(head->target, &path, &query, err));
    TRY(read_query(query, arena, parts, &in_query_n, err));
    ENSURE(scheme != SCHEME_V2, err, LIC_E_INVALID,
           "InvalidSignatureException: signature version 2 is not accepted");
    ENSURE(scheme == SCHEME_V4 || in_query_n > 0, err, LIC_E_MISSING,
           "the request has no AWS signature");
    ENSURE(scheme == SCHEME_NONE || in_query_n == 0, err, LIC_E_INVALID,
           "InvalidSignatureException: there is a signature in the query string beside an "
           "Authorization header");
    *out_query = in_query_n > 0;
    if (*out_query) {
        return read_content_header(head, parts, err);
    }
    *parts = (struct parts){ 0 };
    TRY(read_authorization(authorization, parts, err));
    return read_header_parts(head, parts, err);
}

/* ---- what the parts say ---- */

static bool is_word(lic_str s, size_t bytes_max)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == '.';
        if (!good) {
            return false;
        }
    }
    return s.n > 0 && s.n <= bytes_max;
}

static bool is_lower_hex(lic_str s, size_t bytes)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] >= 'a' && s.at[i] <= 'f'))) {
            return false;
        }
    }
    return s.n == bytes;
}

/* KEYID/yyyymmdd/region/service/aws4_request */
static enum lic_rc read_credential(lic_str credential, struct sigv4_claim *out, struct lic_err *err)
{
    lic_str rest = credential;
    out->key_id = str_split(&rest, '/');
    out->date = str_split(&rest, '/');
    out->region = str_split(&rest, '/');
    out->service = str_split(&rest, '/');
    ENSURE(str_eq(rest, LIC_STR("aws4_request")), err, LIC_E_INVALID,
           "IncompleteSignature: the credential is not of five parts ending in aws4_request");
    ENSURE(is_word(out->key_id, KEY_ID_BYTES_MAX), err, LIC_E_INVALID,
           "IncompleteSignature: the credential begins with no access key id");
    ENSURE(is_word(out->region, NAME_BYTES_MAX) && is_word(out->service, NAME_BYTES_MAX), err,
           LIC_E_INVALID, "IncompleteSignature: the credential names no region or no service");
    return LIC_OK;
}

/* "20150830T123600Z" as RFC 3339 for the clock. */
static bool parse_amz_date(lic_str text, int64_t *out_ns)
{
    if (text.n != AMZ_DATE_BYTES || text.at[8] != 'T' || text.at[15] != 'Z') {
        return false;
    }
    const char *t = text.at;
    const char rfc[20] = { t[0], t[1], t[2],  t[3], '-',   t[4],  t[5], '-',   t[6],  t[7],
                           'T',  t[9], t[10], ':',  t[11], t[12], ':',  t[13], t[14], 'Z' };
    return clock_parse(str_make(rfc, sizeof(rfc)), out_ns) && *out_ns >= 0 &&
           *out_ns <= TIME_NS_MAX;
}

static enum lic_rc read_date(lic_str text, struct sigv4_claim *out, struct lic_err *err)
{
    ENSURE(parse_amz_date(text, &out->time_ns), err, LIC_E_INVALID,
           "IncompleteSignature: x-amz-date must be like 20150830T123600Z");
    ENSURE(str_eq(out->date, str_head(text, 8)), err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the credential's date " LIC_FMT " is not that of x-amz-date",
           LIC_ARG(str_head(out->date, 16)));
    out->amz_date = text;
    return LIC_OK;
}

/* The S3 family signs presigned requests without their bodies when nothing else is said. */
static bool is_s3(lic_str service)
{
    return str_eq(service, LIC_STR("s3")) || str_starts(service, LIC_STR("s3-")) ||
           str_eq(service, LIC_STR("s3express"));
}

/*
 * How long a presigned request is good; a signed one is for as long as clocks may differ. S3 wants
 * it said. Elsewhere some signers leave it out, and then it is the five minutes that AWS documents.
 */
static enum lic_rc read_expires(const struct parts *parts, struct sigv4_claim *out,
                                struct lic_err *err)
{
    uint64_t seconds = EXPIRES_S_UNSAID;
    if (!out->query) {
        return LIC_OK;
    }
    bool unsaid = !parts->given[PART_EXPIRES] && !is_s3(out->service);
    ENSURE(unsaid || (str_u64(parts->text[PART_EXPIRES], &seconds) && seconds > 0 &&
                      seconds <= EXPIRES_S_MAX),
           err, LIC_E_INVALID,
           "AuthorizationQueryParametersError: X-Amz-Expires must be from 1 to %u", EXPIRES_S_MAX);
    out->expires_s = (uint32_t)seconds;
    return LIC_OK;
}

static enum lic_rc read_payload(const struct parts *parts, struct sigv4_claim *out,
                                struct lic_err *err)
{
    static const struct {
        lic_str text;
        enum sigv4_payload payload;
    } words[] = {
        { { "UNSIGNED-PAYLOAD", 16 }, SIGV4_UNSIGNED },
        { { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", 34 }, SIGV4_STREAMING },
        { { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", 42 }, SIGV4_STREAMING_TRAILER },
        { { "STREAMING-UNSIGNED-PAYLOAD-TRAILER", 34 }, SIGV4_STREAMING_UNSIGNED_TRAILER },
    };
    lic_str text = parts->text[PART_CONTENT];
    out->content_sha256 = text;
    out->payload = SIGV4_HASHED;
    if (!parts->given[PART_CONTENT]) {
        out->payload = out->query && is_s3(out->service) ? SIGV4_UNSIGNED : SIGV4_HASHED;
        return LIC_OK;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq(text, words[i].text)) {
            out->payload = words[i].payload;
            return LIC_OK;
        }
    }
    ENSURE(is_lower_hex(text, 64), err, LIC_E_INVALID,
           "InvalidSignatureException: x-amz-content-sha256 is " LIC_FMT
           ", neither a SHA-256 in lower-case hexadecimal nor a way of signing known here",
           LIC_ARG(str_head(text, 80)));
    return LIC_OK;
}

static enum lic_rc read_signature(const struct parts *parts, struct sigv4_claim *out,
                                  struct lic_err *err)
{
    static const enum part needed[] = { PART_CREDENTIAL, PART_SIGNED_HEADERS, PART_SIGNATURE,
                                        PART_DATE };
    const lic_str *names = out->query ? query_names : authorization_names;
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        lic_str name = names[needed[i]].n > 0 ? names[needed[i]] : header_names[needed[i]];
        ENSURE(parts->given[needed[i]], err, LIC_E_INVALID,
               "IncompleteSignature: the request has no " LIC_FMT, LIC_ARG(name));
    }
    ENSURE(!out->query || str_eq(parts->text[PART_ALGORITHM], ALGORITHM), err, LIC_E_INVALID,
           "InvalidSignatureException: X-Amz-Algorithm is " LIC_FMT ", not AWS4-HMAC-SHA256",
           LIC_ARG(str_head(parts->text[PART_ALGORITHM], 40)));
    out->signature = parts->text[PART_SIGNATURE];
    ENSURE(is_lower_hex(out->signature, SIGNATURE_BYTES), err, LIC_E_INVALID,
           "IncompleteSignature: the signature is not 64 lower-case hexadecimal digits");
    return LIC_OK;
}

/* ---- which headers are signed ---- */

static bool is_header_name(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                    c == '.' || c == '!' || c == '$' || c == '&' || c == '*' || c == '+' ||
                    c == '^' || c == '|' || c == '~' || c == '\'' || c == '`' || c == '#' ||
                    c == '%';
        if (!good) {
            return false;
        }
    }
    return s.n > 0;
}

static uint32_t count_headers(const struct lic_head *head, lic_str name)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < head->headers_n; i++) {
        n += sigv4_same_name(head->headers[i].name, name) ? 1 : 0;
    }
    return n;
}

/* "a;b;c": names in lower case, in order, none twice, each of them sent. */
static enum lic_rc check_signed_list(const struct lic_head *head, lic_str list, struct lic_err *err)
{
    lic_str before = LIC_STR("");
    uint32_t n = 0;
    while (list.n > 0) {
        lic_str name = str_split(&list, ';');
        ENSURE(is_header_name(name) && ++n <= SIGV4_HEADERS_MAX, err, LIC_E_INVALID,
               "InvalidSignatureException: the list of signed headers has an entry that is no "
               "lower-case header name, or too many of them");
        ENSURE(str_cmp(before, name) < 0, err, LIC_E_INVALID,
               "InvalidSignatureException: the signed headers " LIC_FMT " and " LIC_FMT
               " are not in order",
               LIC_ARG(str_head(before, 80)), LIC_ARG(str_head(name, 80)));
        ENSURE(count_headers(head, name) > 0, err, LIC_E_INVALID,
               "SignatureDoesNotMatch: the header " LIC_FMT " is signed, but was not sent",
               LIC_ARG(str_head(name, 80)));
        before = name;
    }
    return LIC_OK;
}

static bool is_listed(lic_str list, lic_str name)
{
    while (list.n > 0) {
        if (sigv4_same_name(str_split(&list, ';'), name)) {
            return true;
        }
    }
    return false;
}

static bool starts_nocase(lic_str s, lic_str prefix)
{
    return sigv4_same_name(str_head(s, prefix.n), prefix);
}

/* Headers by which somebody on the way could change what the request means. Those of Anthropic go
 * on to the model and turn features on. */
static bool decides(lic_str name)
{
    return starts_nocase(name, LIC_STR("x-amz-")) || starts_nocase(name, LIC_STR("x-lictor-")) ||
           starts_nocase(name, LIC_STR("anthropic-")) || sigv4_same_name(name, LIC_STR("host"));
}

static bool comes_once(lic_str name)
{
    return decides(name) || sigv4_same_name(name, LIC_STR("content-type")) ||
           sigv4_same_name(name, LIC_STR("content-length")) ||
           sigv4_same_name(name, LIC_STR("date"));
}

/* The security token is left to sigv4_check: some clients add it when all is signed. */
static enum lic_rc check_headers(const struct lic_head *head, lic_str list, struct lic_err *err)
{
    ENSURE(is_listed(list, LIC_STR("host")), err, LIC_E_INVALID,
           "InvalidSignatureException: the host header is not signed");
    TRY(check_signed_list(head, list, err));
    for (uint32_t i = 0; i < head->headers_n; i++) {
        lic_str name = head->headers[i].name;
        if (!comes_once(name)) {
            continue;
        }
        ENSURE(count_headers(head, name) == 1, err, LIC_E_INVALID,
               "InvalidSignatureException: the header " LIC_FMT " came more than once",
               LIC_ARG(str_head(name, 80)));
        ENSURE(!decides(name) || is_listed(list, name) ||
                   sigv4_same_name(name, header_names[PART_TOKEN]),
               err, LIC_E_INVALID,
               "SignatureDoesNotMatch: there is a header that is not signed: " LIC_FMT,
               LIC_ARG(str_head(name, 80)));
    }
    return LIC_OK;
}

static enum lic_rc check_sizes(const struct lic_head *head, struct lic_err *err)
{
    ENSURE(head->headers_n <= SIGV4_HEADERS_MAX, err, LIC_E_INVALID,
           "InvalidSignatureException: the request has %u headers, more than %u", head->headers_n,
           SIGV4_HEADERS_MAX);
    for (uint32_t i = 0; i < head->headers_n; i++) {
        size_t n = head->headers[i].value.n;
        ENSURE(n <= SIGV4_HEADER_BYTES_MAX && head->headers[i].name.n <= 256, err, LIC_E_INVALID,
               "InvalidSignatureException: header %u has %zu bytes, more than %u", i, n,
               SIGV4_HEADER_BYTES_MAX);
    }
    return LIC_OK;
}

enum lic_rc sigv4_read(const struct lic_head *head, struct arena *arena, struct sigv4_claim *out,
                       struct lic_err *err)
{
    struct parts parts = { 0 };
    struct sigv4_claim claim = { 0 };
    TRY(check_sizes(head, err));
    TRY(read_parts(head, arena, &parts, &claim.query, err));
    TRY(read_signature(&parts, &claim, err));
    TRY(read_credential(parts.text[PART_CREDENTIAL], &claim, err));
    TRY(read_date(parts.text[PART_DATE], &claim, err));
    TRY(read_expires(&parts, &claim, err));
    TRY(read_payload(&parts, &claim, err));
    claim.security_token = parts.text[PART_TOKEN];
    claim.signed_headers = parts.text[PART_SIGNED_HEADERS];
    TRY(check_headers(head, claim.signed_headers, err));
    *out = claim;
    return LIC_OK;
}
