/* SPDX-License-Identifier: Apache-2.0 */
/* Masks: only what is to be rewritten, and nothing of it left where two overlap. */
#include "detect/redact.h"

#include "test.h"

static struct finding found(uint32_t start, uint32_t end, enum finding_action action)
{
    return (
        struct finding){ .type = LIC_STR("EMAIL"), .start = start, .end = end, .action = action };
}

static lic_str redacted(struct arena *arena, const char *text, const struct finding *at, uint32_t n)
{
    struct buf out;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    redact_text(str_z(text), at, n, &out);
    return buf_check(&out, "out", &err) == LIC_OK ? buf_str(&out) : LIC_STR("failed");
}

CASE(redact_masks_what_is_to_be_rewritten)
{
    TEST_ARENA(arena);
    struct finding at[] = { found(0, 2, ACTION_REWRITE), found(4, 5, ACTION_FLAG),
                            found(6, 8, ACTION_REWRITE) };
    EXPECT_STR(redacted(arena, "01234567", at, 3), "{EMAIL}2345{EMAIL}");
    EXPECT_STR(redacted(arena, "01234567", at, 0), "01234567");
    EXPECT_STR(redacted(arena, "", at, 0), "");
}

CASE(redact_leaves_no_byte_of_overlapping_findings)
{
    TEST_ARENA(arena);
    struct finding at[] = { found(1, 5, ACTION_REWRITE), found(2, 3, ACTION_REWRITE),
                            found(4, 7, ACTION_REWRITE) };
    EXPECT_STR(redacted(arena, "01234567", at, 3), "0{EMAIL}{EMAIL}7");
}
