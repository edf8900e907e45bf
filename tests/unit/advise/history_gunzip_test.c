/* SPDX-License-Identifier: Apache-2.0 */
/* gzip undone piece by piece; plain texts pass; damaged and cut ones do not. */
#include "advise/history_gunzip.h"

#include "base/buf.h"
#include "base/hash.h"
#include "test.h"

/* "hello, hello, hello\n" by gzip, twice one after the other is two members. */
#define PACKED_BYTES 30u
static const char packed_hex[] = "1f8b0800000000000203cb48cdc9c9d751c840a2b8"
                                 "00e7426e5214000000";

static enum lic_rc take(void *arg, lic_str bytes, struct lic_err *err)
{
    (void)err;
    buf_add(arg, bytes);
    return LIC_OK;
}

static void free_gunzip(struct history_gunzip **at)
{
    history_gunzip_free(*at);
}

static enum lic_rc undo(struct arena *arena, lic_str bytes, size_t at, lic_str *out,
                        struct lic_err *err)
{
    CLEANUP(free_gunzip) struct history_gunzip *gunzip = NULL;
    struct buf text;
    buf_init(&text, arena, 4096);
    TRY(history_gunzip_new(test_host(), take, &text, &gunzip, err));
    TRY(history_gunzip_feed(gunzip, str_head(bytes, at), err));
    TRY(history_gunzip_feed(gunzip, str_tail(bytes, at), err));
    TRY(history_gunzip_end(gunzip, err));
    *out = buf_str(&text);
    return LIC_OK;
}

static bool unhex(const char *hex, uint8_t *out, size_t n)
{
    return hash_unhex(str_z(hex), out, n);
}

CASE(history_gunzip_passes_plain_texts)
{
    static const char *const texts[] = { "", "x", "{}", "\x1f", "\x1fx" };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        lic_str got = { 0 };
        struct lic_err err;
        EXPECT_OK(undo(arena, str_z(texts[i]), 0, &got, &err), &err);
        EXPECT_STR(got, texts[i]);
    }
}

CASE(history_gunzip_undoes_members_at_every_split)
{
    uint8_t packed[2 * PACKED_BYTES];
    TEST_ARENA(arena);
    EXPECT(unhex(packed_hex, packed, PACKED_BYTES));
    memcpy(packed + PACKED_BYTES, packed, PACKED_BYTES);
    for (size_t at = 0; at <= sizeof packed; at++) {
        lic_str got = { 0 };
        struct lic_err err;
        EXPECT_OK(undo(arena, str_make((char *)packed, sizeof packed), at, &got, &err), &err);
        EXPECT_STR(got, "hello, hello, hello\nhello, hello, hello\n");
    }
}

CASE(history_gunzip_refuses_what_is_cut_or_damaged)
{
    uint8_t packed[PACKED_BYTES];
    TEST_ARENA(arena);
    EXPECT(unhex(packed_hex, packed, PACKED_BYTES));
    for (size_t n = 2; n < PACKED_BYTES; n++) {
        lic_str got;
        struct lic_err err;
        EXPECT(undo(arena, str_make((char *)packed, n), 1, &got, &err) != LIC_OK);
    }
    for (size_t i = 10; i < PACKED_BYTES; i++) {
        lic_str got;
        struct lic_err err;
        packed[i] ^= 0x55;
        EXPECT(undo(arena, str_make((char *)packed, PACKED_BYTES), 0, &got, &err) != LIC_OK);
        packed[i] ^= 0x55;
    }
}
