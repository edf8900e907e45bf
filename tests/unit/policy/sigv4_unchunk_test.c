/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies in chunks: the examples of AWS's documentation with its signatures, and damaged ones. */
#include "policy/sigv4.h"

#include "base/buf.h"
#include "base/hash.h"
#include "policy/signing.h"
#include "test.h"

#define BODY_BYTES (80u * 1024)
#define SECRET LIC_STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")

/* S3 API Reference: "Transferring payload in multiple chunks" and "... trailing headers". */
static struct sigv4_claim example_claim(enum sigv4_payload payload, const char *seed)
{
    return (struct sigv4_claim){ .key_id = LIC_STR("AKIAIOSFODNN7EXAMPLE"),
                                 .date = LIC_STR("20130524"),
                                 .region = LIC_STR("us-east-1"),
                                 .service = LIC_STR("s3"),
                                 .amz_date = LIC_STR("20130524T000000Z"),
                                 .signature = str_z(seed),
                                 .payload = payload };
}

static const struct lic_header trailer_headers[] = {
    { { "x-amz-decoded-content-length", 28 }, { "66560", 5 } },
    { { "x-amz-trailer", 13 }, { "x-amz-checksum-crc32c", 21 } },
};

static struct lic_head example_head(uint32_t headers_n)
{
    return (struct lic_head){ .method = LIC_STR("PUT"),
                              .target = LIC_STR("/examplebucket/chunkObject.txt"),
                              .headers = trailer_headers,
                              .headers_n = headers_n };
}

/* "SIZE;chunk-signature=…", its letters "a", and the end. */
static void add_chunk(struct buf *out, size_t n, const char *signature)
{
    buf_addf(out, signature ? "%zx;chunk-signature=%s\r\n" : "%zx\r\n", n, signature);
    char *at = buf_room(out, n);
    if (at) {
        memset(at, 'a', n);
        buf_wrote(out, n);
    }
    buf_add(out, LIC_STR("\r\n"));
}

static lic_str signed_body(struct arena *arena)
{
    struct buf out;
    buf_init(&out, arena, BODY_BYTES);
    add_chunk(&out, 65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    add_chunk(&out, 1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497");
    add_chunk(&out, 0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9");
    return buf_str(&out);
}

static lic_str trailed_body(struct arena *arena)
{
    struct buf out;
    buf_init(&out, arena, BODY_BYTES);
    add_chunk(&out, 65536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
    add_chunk(&out, 1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7");
    buf_add(&out, LIC_STR("0;chunk-signature="
                          "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                          "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                          "x-amz-trailer-signature:"
                          "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
                          "\r\n"));
    return buf_str(&out);
}

static lic_str unsigned_body(struct arena *arena)
{
    struct buf out;
    buf_init(&out, arena, BODY_BYTES);
    add_chunk(&out, 65536, NULL);
    add_chunk(&out, 1024, NULL);
    buf_add(&out, LIC_STR("0\r\nx-amz-checksum-crc32c:sOO8/Q==\r\n\r\n"));
    return buf_str(&out);
}

#define SEED "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
#define TRAILER_SEED "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"

static bool is_all_a(lic_str body)
{
    for (size_t i = 0; i < body.n; i++) {
        if (body.at[i] != 'a') {
            return false;
        }
    }
    return body.n == 66560;
}

CASE(policy_sigv4_unchunk_takes_the_examples_of_aws)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str body;
    struct lic_head head = example_head(1);
    struct sigv4_claim claim = example_claim(SIGV4_STREAMING, SEED);
    EXPECT_OK(sigv4_unchunk(&head, &claim, SECRET, signed_body(arena), arena, &body, &err), &err);
    EXPECT(is_all_a(body));
    head = example_head(2);
    claim = example_claim(SIGV4_STREAMING_TRAILER, TRAILER_SEED);
    EXPECT_OK(sigv4_unchunk(&head, &claim, SECRET, trailed_body(arena), arena, &body, &err), &err);
    EXPECT(is_all_a(body));
    claim = example_claim(SIGV4_STREAMING_UNSIGNED_TRAILER, SEED);
    EXPECT_OK(sigv4_unchunk(&head, &claim, LIC_STR(""), unsigned_body(arena), arena, &body, &err),
              &err);
    EXPECT(is_all_a(body));
}

/* ---- damage ---- */

/* Places that matter: the lines and a byte of each chunk's data. */
static bool is_place(lic_str body, size_t i)
{
    return body.at[i] != 'a' || i % 16384 == 9000;
}

static void expect_damage_refused(const struct lic_head *head, const struct sigv4_claim *claim,
                                  lic_str secret, lic_str body, struct arena *arena)
{
    static const char changes[] = { 1, 0x20, (char)0x80 };
    char *copy = (char *)(uintptr_t)str_copy(arena, body).at;
    uint32_t refused_n = 0;
    lic_str out;
    EXPECT(copy != NULL);
    for (size_t i = 0; i < body.n; i++) {
        for (size_t k = 0; k < sizeof(changes) && is_place(body, i); k++) {
            TEST_ARENA(scratch);
            struct lic_err err;
            copy[i] = (char)(body.at[i] ^ changes[k]);
            EXPECT_RC(
                sigv4_unchunk(head, claim, secret, str_make(copy, body.n), scratch, &out, &err),
                LIC_E_INVALID);
            copy[i] = body.at[i];
            refused_n++;
        }
    }
    EXPECT(refused_n > 100);
}

static void expect_cuts_refused(const struct lic_head *head, const struct sigv4_claim *claim,
                                lic_str secret, lic_str body)
{
    lic_str out;
    for (size_t n = 0; n < body.n; n += n < 200 || n > 65600 ? 1 : 4096) {
        TEST_ARENA(arena);
        struct lic_err err;
        EXPECT_RC(sigv4_unchunk(head, claim, secret, str_head(body, n), arena, &out, &err),
                  LIC_E_INVALID);
    }
}

CASE(policy_sigv4_unchunk_refuses_damage)
{
    TEST_ARENA(arena);
    if (test_rerun()) {
        return;
    }
    struct lic_head head = example_head(2);
    struct sigv4_claim claim = example_claim(SIGV4_STREAMING_TRAILER, TRAILER_SEED);
    expect_damage_refused(&head, &claim, SECRET, trailed_body(arena), arena);
    expect_cuts_refused(&head, &claim, SECRET, trailed_body(arena));
    claim = example_claim(SIGV4_STREAMING, SEED);
    expect_cuts_refused(&head, &claim, SECRET, signed_body(arena));
}

static enum lic_rc unchunk(enum sigv4_payload payload, const struct lic_header *headers,
                           uint32_t headers_n, const char *body, struct lic_err *err)
{
    TEST_ARENA(arena);
    struct lic_head head = { .headers = headers, .headers_n = headers_n };
    struct sigv4_claim claim = example_claim(payload, SEED);
    lic_str out;
    return sigv4_unchunk(&head, &claim, SECRET, str_z(body), arena, &out, err);
}

CASE(policy_sigv4_unchunk_names_what_is_wrong)
{
    static const struct {
        const char *length, *trailer, *body, *wrong;
    } cases[] = {
        { "5", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
          NULL },
        { "5", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\n\r\n\r\n",
          NULL },
        { "5", "x-amz-checksum-sha1",
          "5\r\nhello\r\n0\r\nx-amz-checksum-sha1:qvTGHdzF6KLavt4PO0gs2a6pQ00=\r\n\r\n", NULL },
        { "0", "x-amz-checksum-crc32", "0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", NULL },
        { "5", "x-amz-checksum-crc64nvme",
          "5\r\nhello\r\n0\r\nx-amz-checksum-crc64nvme:NhCmhg==\r\n\r\n", "crc64nvme" },
        { "5", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhQ==\r\n\r\n",
          "BadDigest" },
        { "5", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\n\r\n", "came 0 times" },
        { "5", "", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "announces 0" },
        { "5", "x-amz-checksum-crc32",
          "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\nx-amz-checksum-crc32:NhCmhg=="
          "\r\n\r\n",
          "came 2 times" },
        { "5", "x-amz-checksum-crc32",
          "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\nx-amz-trailer-signature:ab\r\n\r\n",
          "should be none" },
        { "4", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
          "decoded-content-length" },
        { "6", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
          "decoded-content-length is 6" },
        { "99", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\n\r\n", "more than the" },
        { "-1", "x-amz-checksum-crc32", "5\r\nhello\r\n0\r\n\r\n", "no number" },
        { "5", "x-amz-checksum-crc32",
          "2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n", "InvalidChunkSize" },
        { "5", "x-amz-checksum-crc32", "ffffffff\r\nhello\r\n0\r\n\r\n", "beyond the end" },
        { "5", "x-amz-checksum-crc32", "fffffffff\r\nhello\r\n0\r\n\r\n", "no length" },
        { "5", "x-amz-checksum-crc32", "+5\r\nhello\r\n0\r\n\r\n", "no length" },
        { "5", "x-amz-checksum-crc32", "\r\nhello\r\n0\r\n\r\n", "no length" },
        { "5", "x-amz-checksum-crc32", "5;a=b\r\nhello\r\n0\r\n\r\n", "no length" },
        { "5", "x-amz-checksum-crc32",
          "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\nGET / HTTP/1.1\r\n\r\n",
          "follow the end" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lic_err err = { 0 };
        const struct lic_header headers[] = {
            { LIC_STR("X-Amz-Decoded-Content-Length"), str_z(cases[i].length) },
            { LIC_STR("X-Amz-Trailer"), str_z(cases[i].trailer) },
        };
        enum lic_rc rc = unchunk(SIGV4_STREAMING_UNSIGNED_TRAILER, headers, 2, cases[i].body, &err);
        EXPECT_RC(rc, cases[i].wrong ? LIC_E_INVALID : LIC_OK);
        EXPECT(!cases[i].wrong ||
               str_find(str_z(err.text), str_z(cases[i].wrong)) < str_z(err.text).n);
    }
    struct lic_err err;
    EXPECT_RC(unchunk(SIGV4_HASHED, NULL, 0, "", &err), LIC_E_INVALID);
}
