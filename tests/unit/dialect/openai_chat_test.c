/* SPDX-License-Identifier: Apache-2.0 */
/* Chat Completions: the case files, and what the dialect says for itself. */
#include "cases.h"
#include "dialect/openai_chat.h"
#include "test.h"

CASE(openai_chat_reads_its_case_files_as_written)
{
    cases_run(&dialect_openai_chat, "openai_chat");
}

CASE(openai_chat_error_has_the_type_of_its_status)
{
    TEST_ARENA(arena);
    struct buf out;
    buf_init(&out, arena, 1000);
    openai_chat_write_error(403, LIC_STR("access_denied"), LIC_STR("No \"x\"."), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "{\"error\":{\"message\":\"No \\\"x\\\".\",\"type\":\"permission_error\","
               "\"param\":null,\"code\":\"access_denied\"}}");
    buf_clear(&out);
    openai_chat_write_error(503, LIC_STR("x"), LIC_STR("m"), &out);
    EXPECT(str_find(buf_str(&out), LIC_STR("\"server_error\"")) < out.n);
}

CASE(openai_chat_lists_models_or_one)
{
    TEST_ARENA(arena);
    struct buf out;
    lic_str names[] = { LIC_STR("a"), LIC_STR("b") };
    lic_str owners[] = { LIC_STR("o"), LIC_STR("p") };
    buf_init(&out, arena, 1000);
    openai_chat_write_models(names, owners, 2, /* one= */ false, &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out),
               "{\"object\":\"list\",\"data\":["
               "{\"id\":\"a\",\"object\":\"model\",\"created\":0,\"owned_by\":\"o\"},"
               "{\"id\":\"b\",\"object\":\"model\",\"created\":0,\"owned_by\":\"p\"}]}");
    buf_clear(&out);
    openai_chat_write_models(names, owners, 1, /* one= */ true, &out);
    EXPECT_STR(buf_str(&out),
               "{\"id\":\"a\",\"object\":\"model\",\"created\":0,\"owned_by\":\"o\"}");
}
