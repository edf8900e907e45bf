/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers: they hold what was added, stop at their maximum, and stay failed. */
#include "base/buf.h"

#include "test.h"

CASE(base_buf_holds_what_was_added)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, 1000);
    EXPECT_STR(buf_str(&buf), "");
    buf_add(&buf, LIC_STR("a"));
    buf_add(&buf, str_make(NULL, 0));
    buf_add_char(&buf, ' ');
    buf_add_u64(&buf, 0);
    buf_add_char(&buf, ' ');
    buf_add_u64(&buf, UINT64_MAX);
    buf_add_char(&buf, ' ');
    buf_add_i64(&buf, INT64_MIN);
    buf_addf(&buf, " %s=%d", "x", -1);
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    EXPECT_STR(buf_str(&buf), "a 0 18446744073709551615 -9223372036854775808 x=-1");
    buf_clear(&buf);
    EXPECT_STR(buf_str(&buf), "");
}

CASE(base_buf_stops_at_its_maximum_and_stays_failed)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, 5);
    buf_add(&buf, LIC_STR("12345"));
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    buf_add_char(&buf, '6');
    buf_add(&buf, LIC_STR(""));
    EXPECT_RC(buf_check(&buf, "a test", &err), LIC_E_LIMIT);
    EXPECT_STR(str_z(err.text), "a test is longer than 5 bytes");
    EXPECT_STR(buf_str(&buf), "12345");
    buf_clear(&buf);
    buf_addf(&buf, "%s", "12345");
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    EXPECT_STR(buf_str(&buf), "12345");
    buf_addf(&buf, "%s", "1");
    EXPECT(buf.failed == LIC_E_LIMIT);
    EXPECT(buf_room(&buf, 0) == NULL);
}

CASE(base_buf_grows_far)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct buf buf;
    buf_init(&buf, arena, SIZE_MAX);
    for (uint32_t i = 0; i < 100000; i++) {
        buf_addf(&buf, "%u,", i % 10);
    }
    EXPECT_OK(buf_check(&buf, "a test", &err), &err);
    EXPECT_U64(buf.n, 200000);
    EXPECT_STR(str_tail(buf_str(&buf), buf.n - 4), "8,9,");
    EXPECT(buf_room(&buf, SIZE_MAX / 2) == NULL);
    EXPECT(buf.failed == LIC_E_LIMIT);
}

CASE(base_buf_room_is_written_by_the_caller)
{
    TEST_ARENA(arena);
    struct buf buf;
    buf_init(&buf, arena, 100);
    char *room = buf_room(&buf, 10);
    EXPECT(room != NULL);
    memcpy(room, "abc", 3);
    buf_wrote(&buf, 3);
    EXPECT_STR(buf_str(&buf), "abc");
}
