/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as they are read, and every claim that is refused before a key is even looked for. */
#include "policy/signing.h"

#define SIGNATURE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SCOPE "AKIDEXAMPLE/20150830/us-east-1/sts/aws4_request"
#define AUTHORIZATION                                                                              \
    "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE                                            \
    ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n"
#define DATE "X-Amz-Date: 20150830T123600Z\n"
#define PRESIGNED                                                                                  \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Feu-west-1%2Fs3"           \
    "%2Faws4_request&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-"                  \
    "Signature=" SIGNATURE

static enum lic_rc read(const char *text, struct arena *arena, struct sigv4_claim *out,
                        struct lic_err *err)
{
    struct signing_request request;
    signing_parse(str_z(text), &request);
    struct lic_head head = signing_head(&request);
    return sigv4_read(&head, arena, out, err);
}

CASE(policy_sigv4_read_takes_a_header_apart)
{
    TEST_ARENA(arena);
    struct sigv4_claim claim;
    struct lic_err err;
    EXPECT_OK(read("POST / HTTP/1.1\nHost:h\n" DATE AUTHORIZATION "\n", arena, &claim, &err), &err);
    EXPECT_STR(claim.key_id, "AKIDEXAMPLE");
    EXPECT_STR(claim.date, "20150830");
    EXPECT_STR(claim.region, "us-east-1");
    EXPECT_STR(claim.service, "sts");
    EXPECT_STR(claim.signed_headers, "host;x-amz-date");
    EXPECT_STR(claim.signature, SIGNATURE);
    EXPECT_STR(claim.amz_date, "20150830T123600Z");
    EXPECT_U64(claim.time_ns, 1440938160000000000);
    EXPECT(!claim.query && claim.payload == SIGV4_HASHED && claim.expires_s == 0);
}

CASE(policy_sigv4_read_takes_a_query_apart)
{
    TEST_ARENA(arena);
    struct sigv4_claim claim;
    struct lic_err err;
    EXPECT_OK(read("GET /?" PRESIGNED
                   "&X-Amz-Expires=604800&X-Amz-Security-Token=a%2Fb HTTP/1.1\nHost:h\n\n",
                   arena, &claim, &err),
              &err);
    EXPECT_STR(claim.key_id, "AKID");
    EXPECT_STR(claim.region, "eu-west-1");
    EXPECT_STR(claim.security_token, "a/b");
    EXPECT(claim.query && claim.payload == SIGV4_UNSIGNED);
    EXPECT_U64(claim.expires_s, 604800);
}

CASE(policy_sigv4_read_knows_the_kinds_of_payload)
{
    static const struct {
        const char *text;
        enum sigv4_payload payload;
    } cases[] = {
        { "UNSIGNED-PAYLOAD", SIGV4_UNSIGNED },
        { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", SIGV4_STREAMING },
        { "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", SIGV4_STREAMING_TRAILER },
        { "STREAMING-UNSIGNED-PAYLOAD-TRAILER", SIGV4_STREAMING_UNSIGNED_TRAILER },
        { SIGNATURE, SIGV4_HASHED },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TEST_ARENA(arena);
        struct sigv4_claim claim;
        struct lic_err err;
        struct signing_request request;
        signing_parse(
            LIC_STR(
                "PUT / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
                ",SignedHeaders=host;x-amz-content-sha256;x-amz-date,Signature=" SIGNATURE "\n\n"),
            &request);
        signing_add(&request, LIC_STR("x-amz-content-sha256"), str_z(cases[i].text));
        struct lic_head head = signing_head(&request);
        EXPECT_OK(sigv4_read(&head, arena, &claim, &err), &err);
        EXPECT_U64(claim.payload, cases[i].payload);
    }
}

CASE(policy_sigv4_read_leaves_other_callers_alone)
{
    static const char *const cases[] = {
        "GET / HTTP/1.1\nHost:h\n\n",
        "GET / HTTP/1.1\nHost:h\nAuthorization: Bearer abc\n\n",
        "GET /?a=b HTTP/1.1\nHost:h\nAuthorization: Basic AWS4\n\n",
        "GET /?x-amz-meta=b HTTP/1.1\nHost:h\nx-api-key: k\n\n",
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        TEST_ARENA(arena);
        struct sigv4_claim claim;
        struct lic_err err;
        EXPECT_RC(read(cases[i], arena, &claim, &err), LIC_E_MISSING);
    }
}

/* What each is refused for; `text` is a whole request. */
static const struct {
    const char *text, *wrong;
} refused[] = {
    { "GET /?" PRESIGNED "&X-Amz-Expires=9 HTTP/1.1\nHost:h\n" DATE AUTHORIZATION "\n",
      "beside an Authorization" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9 HTTP/1.1\nHost:h\nAuthorization: Bearer x\n\n",
      "beside an Authorization" },
    { "GET /?X-Amz-Security-Token=a HTTP/1.1\nHost:h\n" DATE AUTHORIZATION "\n",
      "beside an Authorization" },
    { "GET / HTTP/1.1\nHost:h\n" DATE AUTHORIZATION AUTHORIZATION "\n", "came twice" },
    { "GET / HTTP/1.1\nHost:h\n" DATE DATE AUTHORIZATION "\n", "given twice" },
    { "GET / HTTP/1.1\nHost:h\nHost:i\n" DATE AUTHORIZATION "\n", "more than once" },
    { "GET / HTTP/1.1\nHost:h\nContent-Type:a\nContent-Type:a\n" DATE AUTHORIZATION "\n",
      "more than once" },
    { "GET / HTTP/1.1\nHost:h\nX-Amz-Target:a\n" DATE AUTHORIZATION "\n", "not signed" },
    { "GET / HTTP/1.1\nHost:h\nX-Lictor-Session:a\n" DATE AUTHORIZATION "\n", "not signed" },
    { "GET / HTTP/1.1\nHost:h\n" AUTHORIZATION "\n", "no x-amz-date" },
    { "GET / HTTP/1.1\n" DATE AUTHORIZATION "\n", "was not sent" },
    { "GET / HTTP/1.1\nHost:h\nAuthorization: AWS AKID:abc=\n\n", "version 2" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-ECDSA-P256-SHA256 Credential=" SCOPE
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "algorithm" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA1 Credential=" SCOPE
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "algorithm" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256\n\n", "Credential" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE ", Extra=1\n\n",
      "has a part Extra" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", Credential=" SCOPE ", SignedHeaders=host, Signature=" SIGNATURE "\n\n",
      "given twice" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=x-amz-date;host, Signature=" SIGNATURE "\n\n",
      "not in order" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=host;host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "not in order" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=Host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "no lower-case header name" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=host;;x-amz-date, Signature=" SIGNATURE "\n\n",
      "no lower-case header name" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=x-amz-date, Signature=" SIGNATURE "\n\n",
      "host header is not signed" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=accept;host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "was not sent" },
    { "GET / HTTP/1.1\nHost:h\n" DATE "Authorization: AWS4-HMAC-SHA256 Credential=" SCOPE
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "0\n\n",
      "64 lower-case" },
    { "GET / HTTP/1.1\nHost:h\n" DATE
      "Authorization: AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/aws4_request"
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "five parts" },
    { "GET / HTTP/1.1\nHost:h\n" DATE
      "Authorization: AWS4-HMAC-SHA256 Credential=A/20150830/us-east-1/sts/aws4_request/x"
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "five parts" },
    { "GET / HTTP/1.1\nHost:h\n" DATE
      "Authorization: AWS4-HMAC-SHA256 Credential=/20150830/us-east-1/sts/aws4_request"
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "no access key id" },
    { "GET / HTTP/1.1\nHost:h\n" DATE
      "Authorization: AWS4-HMAC-SHA256 Credential=A/20150830//sts/aws4_request"
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "no region" },
    { "GET / HTTP/1.1\nHost:h\n" DATE
      "Authorization: AWS4-HMAC-SHA256 Credential=A/20150831/us-east-1/sts/aws4_request"
      ", SignedHeaders=host;x-amz-date, Signature=" SIGNATURE "\n\n",
      "date" },
    { "GET / HTTP/1.1\nHost:h\nX-Amz-Date: 2015-08-30T12:36:00Z\n" AUTHORIZATION "\n",
      "x-amz-date must be" },
    { "GET / HTTP/1.1\nHost:h\nX-Amz-Date: 20151330T123600Z\n" AUTHORIZATION "\n",
      "x-amz-date must be" },
    { "GET / HTTP/1.1\nHost:h\nX-Amz-Date: 99990830T123600Z\n" AUTHORIZATION "\n",
      "x-amz-date must be" },
    { "GET /?" PRESIGNED " HTTP/1.1\nHost:h\n\n", "X-Amz-Expires" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=0 HTTP/1.1\nHost:h\n\n", "X-Amz-Expires" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=604801 HTTP/1.1\nHost:h\n\n", "X-Amz-Expires" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=-1 HTTP/1.1\nHost:h\n\n", "X-Amz-Expires" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=1e3 HTTP/1.1\nHost:h\n\n", "X-Amz-Expires" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9&X-Amz-Expires=9 HTTP/1.1\nHost:h\n\n", "given twice" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9&X-Amz-Date=20150830T123600Z HTTP/1.1\nHost:h\n\n",
      "given twice" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9&X%2dAmz-Signature=" SIGNATURE " HTTP/1.1\nHost:h\n\n",
      "given twice" },
    { "GET /?" PRESIGNED "&x-amz-expires=9 HTTP/1.1\nHost:h\n\n", "must be spelled" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9 HTTP/1.1\nHost:h\n" DATE "\n", "stands beside" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9 HTTP/1.1\nHost:h\nx-amz-acl: public\n\n", "not signed" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9&X-Amz-Content-Sha256=abc HTTP/1.1\nHost:h\n\n",
      "neither a SHA-256" },
    { "GET /?X-Amz-Signature=" SIGNATURE " HTTP/1.1\nHost:h\n\n", "no X-Amz-Credential" },
    { "GET /?" PRESIGNED "&X-Amz-Expires=9&a=%zz HTTP/1.1\nHost:h\n\n", "two hexadecimal" },
    { "GET http://h/ HTTP/1.1\nHost:h\n" DATE AUTHORIZATION "\n", "begin with a slash" },
};

CASE(policy_sigv4_read_refuses_what_is_not_clear)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        TEST_ARENA(arena);
        struct sigv4_claim claim;
        struct lic_err err = { 0 };
        EXPECT_RC(read(refused[i].text, arena, &claim, &err), LIC_E_INVALID);
        lic_str text = str_z(err.text);
        if (str_find(text, str_z(refused[i].wrong)) == text.n) {
            EXPECT_STR(text, refused[i].wrong);
        }
    }
}

CASE(policy_sigv4_read_refuses_absurd_sizes)
{
    TEST_ARENA(arena);
    struct sigv4_claim claim;
    struct lic_err err;
    struct signing_request request;
    signing_parse(LIC_STR("GET / HTTP/1.1\nHost:h\n" DATE AUTHORIZATION "\n"), &request);
    char *value = arena_take_zeroed(arena, SIGV4_HEADER_BYTES_MAX + 1);
    EXPECT(value != NULL);
    signing_add(&request, LIC_STR("a"), str_make(value, SIGV4_HEADER_BYTES_MAX + 1));
    struct lic_head head = signing_head(&request);
    EXPECT_RC(sigv4_read(&head, arena, &claim, &err), LIC_E_INVALID);
    head.headers_n = SIGV4_HEADERS_MAX + 1;
    EXPECT_RC(sigv4_read(&head, arena, &claim, &err), LIC_E_INVALID);
}
