/* SPDX-License-Identifier: Apache-2.0 */
/* STS's query API: whatever is read can be written again, and faults and answers are clean XML. */
#include "base/limits.h"
#include "base/utf8.h"
#include "dialect/sts.h"
#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* No control character, no broken character, nothing but our own markup. */
static void check_xml(const struct buf *out)
{
    lic_str text = buf_str(out);
    CHECK(out->failed != LIC_OK || utf8_check(text) == text.n);
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        CHECK(c >= 0x20 || c == '\n' || c == '\t');
    }
}

static void check_fault(struct arena *arena, const struct lic_err *err)
{
    struct buf out;
    lic_str code, message;
    uint32_t status = sts_fault(str_z(err->text), &code, &message);
    CHECK(status >= 400 && status < 500 && code.n > 0);
    buf_init(&out, arena, LIMIT_JSON_BYTES);
    sts_write_error(status, code, message, LIC_STR("r"), &out);
    check_xml(&out);
}

static void check_request(struct arena *arena, const struct sts_request *request)
{
    struct buf out;
    struct sts_answer answer = { .action = request->action,
                                 .arn = request->role_arn,
                                 .user_id = request->session_name,
                                 .source_identity = request->source_identity,
                                 .subject = request->web_identity_token,
                                 .packed = true };
    CHECK(!request->session_name.at || sts_is_name(request->session_name));
    CHECK(request->tags.n <= 50 && request->policy_arns.n <= 10);
    CHECK(request->duration_s == 0 || request->duration_s >= 900);
    buf_init(&out, arena, LIMIT_JSON_BYTES);
    sts_write(&answer, &out);
    check_xml(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0) {
        return 0;
    }
    /* The first byte says which allocation fails, if any. */
    test_world_begin(data[0] & 0x80 ? (data[0] & 0x7f) + 1u : 0);
    {
        TEST_ARENA(arena);
        struct sts_request request;
        struct lic_err err;
        lic_str form = str_make((const char *)data + 1, n - 1);
        (void)sts_is_unsigned(form);
        enum lic_rc rc = sts_read(arena, form, &request, &err);
        if (rc == LIC_OK) {
            check_request(arena, &request);
        } else if (rc == LIC_E_INVALID) {
            check_fault(arena, &err);
        }
    }
    test_world_end();
    return 0;
}
