/* SPDX-License-Identifier: Apache-2.0 */
/* A client's side of Signature Version 4, for tests. */
#include "policy/signing.h"

#include "base/buf.h"
#include "base/hash.h"

#define TEXT_BYTES_MAX 65536u
#define SIGNED_NS 1440938160000000000 /* 2015-08-30T12:36:00Z */

struct lic_head signing_head(const struct signing_request *request)
{
    return (struct lic_head){ .method = request->method,
                              .target = request->target,
                              .headers = request->headers,
                              .headers_n = request->headers_n,
                              .source_ip = LIC_STR("192.0.2.1"),
                              .secure = true };
}

void signing_add(struct signing_request *request, lic_str name, lic_str value)
{
    CHECK(request->headers_n < SIGNING_HEADERS_MAX);
    request->headers[request->headers_n++] = (struct lic_header){ name, value };
}

/* The value of a header may go on in lines that begin with a blank. */
static lic_str take_value(lic_str *rest)
{
    const char *begin = rest->at;
    size_t n = str_split(rest, '\n').n;
    while (rest->n > 0 && (rest->at[0] == ' ' || rest->at[0] == '\t')) {
        n += 1 + str_split(rest, '\n').n;
    }
    return str_make(begin, n);
}

void signing_parse(lic_str text, struct signing_request *out)
{
    *out = (struct signing_request){ .method = LIC_STR("") };
    lic_str rest = text;
    lic_str line = str_split(&rest, '\n');
    out->method = str_split(&line, ' ');
    EXPECT(str_ends(line, LIC_STR(" HTTP/1.1")));
    out->target = str_head(line, line.n - 9);
    while (rest.n > 0 && rest.at[0] != '\n') {
        size_t colon = str_find_char(rest, ':');
        EXPECT(colon < rest.n);
        lic_str name = str_head(rest, colon);
        rest = str_tail(rest, colon + 1);
        signing_add(out, name, take_value(&rest));
    }
    out->body = str_tail(rest, 1);
}

lic_str signing_body_hash(struct arena *arena, lic_str body)
{
    char hex[64];
    sigv4_hash_hex(body, hex);
    return str_copy(arena, str_make(hex, sizeof(hex)));
}

struct signing_how signing_usual(void)
{
    return (struct signing_how){ .key_id = LIC_STR("AKIDEXAMPLE"),
                                 .secret = SIGNING_SECRET,
                                 .region = LIC_STR("us-east-1"),
                                 .service = LIC_STR("service"),
                                 .amz_date = LIC_STR("20150830T123600Z"),
                                 .signed_headers = LIC_STR("host;x-amz-date"),
                                 .normalize_path = true };
}

struct sigv4_rules signing_rules(void)
{
    return (struct sigv4_rules){ .now_ns = SIGNED_NS,
                                 .skew_ns = INT64_C(900) * 1000000000,
                                 .normalize_path = true };
}

static lic_str escaped_headers(struct arena *arena, lic_str list)
{
    struct buf text;
    buf_init(&text, arena, TEXT_BYTES_MAX);
    for (size_t i = 0; i < list.n; i++) {
        if (list.at[i] == ';') {
            buf_add(&text, LIC_STR("%3B"));
        } else {
            buf_add_char(&text, list.at[i]);
        }
    }
    return buf_str(&text);
}

static void sign_query(struct signing_request *request, const struct signing_how *how,
                       struct arena *arena)
{
    struct buf text;
    buf_init(&text, arena, TEXT_BYTES_MAX);
    buf_add(&text, request->target);
    buf_add_char(&text, str_find_char(request->target, '?') == request->target.n ? '?' : '&');
    buf_addf(&text,
             "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" LIC_FMT "%%2F" LIC_FMT
             "%%2F" LIC_FMT "%%2F" LIC_FMT "%%2Faws4_request&X-Amz-Date=" LIC_FMT
             "&X-Amz-Expires=%u&X-Amz-SignedHeaders=" LIC_FMT,
             LIC_ARG(how->key_id), LIC_ARG(str_head(how->amz_date, 8)), LIC_ARG(how->region),
             LIC_ARG(how->service), LIC_ARG(how->amz_date), how->expires_s,
             LIC_ARG(escaped_headers(arena, how->signed_headers)));
    request->target = buf_str(&text);
}

static lic_str signature_of(const struct signing_request *request, const struct signing_how *how,
                            struct arena *arena)
{
    struct sigv4_claim claim = { .date = str_head(how->amz_date, 8),
                                 .region = how->region,
                                 .service = how->service,
                                 .amz_date = how->amz_date,
                                 .signed_headers = how->signed_headers,
                                 .query = how->query,
                                 .content_sha256 = how->content,
                                 .payload = how->content.n > 0 && how->content.n != 64
                                                ? SIGV4_UNSIGNED
                                                : SIGV4_HASHED };
    struct lic_head head = signing_head(request);
    struct lic_err err;
    struct hmac_key key;
    lic_str canonical, to_sign;
    uint8_t digest[HMAC_BYTES];
    char hex[64];
    if (sigv4_canonical(&head, &claim, how->normalize_path, signing_body_hash(arena, request->body),
                        arena, &canonical, &err) != LIC_OK ||
        sigv4_string_to_sign(&claim, canonical, arena, &to_sign, &err) != LIC_OK) {
        return LIC_STR("");
    }
    sigv4_derive(how->secret, claim.date, how->region, how->service, &key);
    hmac_of(&key, to_sign, digest);
    hash_hex(digest, sizeof(digest), hex);
    return str_copy(arena, str_make(hex, sizeof(hex)));
}

static void add_authorization(struct signing_request *request, const struct signing_how *how,
                              lic_str signature, struct arena *arena)
{
    struct buf text;
    buf_init(&text, arena, TEXT_BYTES_MAX);
    buf_addf(&text,
             "AWS4-HMAC-SHA256 Credential=" LIC_FMT "/" LIC_FMT "/" LIC_FMT "/" LIC_FMT
             "/aws4_request, SignedHeaders=" LIC_FMT ", Signature=" LIC_FMT,
             LIC_ARG(how->key_id), LIC_ARG(str_head(how->amz_date, 8)), LIC_ARG(how->region),
             LIC_ARG(how->service), LIC_ARG(how->signed_headers), LIC_ARG(signature));
    signing_add(request, LIC_STR("Authorization"), buf_str(&text));
}

void signing_sign(struct signing_request *request, const struct signing_how *how,
                  struct arena *arena)
{
    if (!how->query) {
        signing_add(request, LIC_STR("X-Amz-Date"), how->amz_date);
        if (how->content.n > 0) {
            signing_add(request, LIC_STR("X-Amz-Content-Sha256"), how->content);
        }
        add_authorization(request, how, signature_of(request, how, arena), arena);
        return;
    }
    struct buf text;
    sign_query(request, how, arena);
    lic_str signature = signature_of(request, how, arena);
    buf_init(&text, arena, TEXT_BYTES_MAX);
    buf_addf(&text, LIC_FMT "&X-Amz-Signature=" LIC_FMT, LIC_ARG(request->target),
             LIC_ARG(signature));
    request->target = buf_str(&text);
}

enum lic_rc signing_check(const struct signing_request *request, const struct sigv4_rules *rules,
                          lic_str secret, struct arena *arena, struct lic_err *err)
{
    struct lic_head head = signing_head(request);
    struct sigv4_claim claim;
    TRY(sigv4_read(&head, arena, &claim, err));
    return sigv4_check(&head, &claim, rules, secret, signing_body_hash(arena, request->body), arena,
                       err);
}
