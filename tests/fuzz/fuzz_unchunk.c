/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies in chunks. The first byte picks the kind, the second how many bytes are announced; an
 * unsigned body that is accepted has as many as announced, and none comes out of a signed one.
 */
#include "policy/sigv4.h"

#include "test.h"

#include <stdio.h>

static const enum sigv4_payload kinds[] = { SIGV4_STREAMING, SIGV4_STREAMING_TRAILER,
                                            SIGV4_STREAMING_UNSIGNED_TRAILER,
                                            SIGV4_STREAMING_UNSIGNED_TRAILER };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const lic_str names[] = { { "x-amz-checksum-crc32", 20 },
                                     { "x-amz-checksum-crc32c", 21 },
                                     { "x-amz-checksum-sha1,x-amz-checksum-sha256", 41 },
                                     { "", 0 } };
    if (size < 2) {
        return 0;
    }
    TEST_ARENA(arena);
    char digits[8];
    int digits_n = snprintf(digits, sizeof(digits), "%u", data[1]);
    const struct lic_header headers[] = {
        { LIC_STR("x-amz-decoded-content-length"), str_make(digits, (size_t)digits_n) },
        { LIC_STR("x-amz-trailer"), names[data[0] / 4 % 4] },
    };
    struct lic_head head = { .headers = headers, .headers_n = 2 };
    struct sigv4_claim claim = { .date = LIC_STR("20130524"),
                                 .region = LIC_STR("us-east-1"),
                                 .service = LIC_STR("s3"),
                                 .amz_date = LIC_STR("20130524T000000Z"),
                                 .signature = LIC_STR("4f232c4386841ef735655705268965c4"
                                                      "4a0e4690baa4adea153f7db9fa80a0a9"),
                                 .payload = kinds[data[0] % 4] };
    struct lic_err err;
    lic_str out, body = str_make((const char *)data + 2, size - 2);
    enum lic_rc rc = sigv4_unchunk(&head, &claim, LIC_STR("secret"), body, arena, &out, &err);
    CHECK(rc == LIC_OK || rc == LIC_E_INVALID);
    if (rc == LIC_OK) {
        CHECK(claim.payload == SIGV4_STREAMING_UNSIGNED_TRAILER && out.n == data[1]);
    }
    return 0;
}
