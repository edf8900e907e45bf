/* SPDX-License-Identifier: Apache-2.0 */
/* Entries: written and read back; what is long goes by its hash; nothing else is an entry. */
#include "ledger/tlog.h"

#include "test.h"

CASE(ledger_tlog_entry_says_where_its_record_stands)
{
    TEST_ARENA(arena);
    struct buf out;
    struct lic_entry entry;
    struct lic_err err;
    buf_init(&out, arena, 4096);
    tlog_entry_write(LIC_STR("A.jsonl"), 17, LIC_STR("{\"a\":1}"), &out);
    EXPECT(out.failed == LIC_OK);
    EXPECT_STR(buf_str(&out), "{\"file\":\"A.jsonl\",\"at\":17,\"bytes\":7}\n{\"a\":1}");
    EXPECT_OK(lic_entry_read(buf_str(&out), &entry, &err), &err);
    EXPECT_STR(entry.file, "A.jsonl");
    EXPECT_STR(entry.record, "{\"a\":1}");
    EXPECT(entry.at == 17 && lic_entry_holds(&entry, entry.record));
    EXPECT(!lic_entry_holds(&entry, LIC_STR("{\"a\":2}")));
}

CASE(ledger_tlog_entry_goes_by_its_hash_when_it_is_long)
{
    TEST_ARENA(arena);
    struct buf out;
    struct lic_entry entry;
    struct lic_err err;
    char *text = arena_take_zeroed(arena, 70000);
    EXPECT(text != NULL);
    buf_init(&out, arena, 200000);
    for (size_t n = 65480; n < 65510; n++) {
        buf_clear(&out);
        tlog_entry_write(LIC_STR("A.jsonl"), 0, str_make(text, n), &out);
        EXPECT(out.failed == LIC_OK && out.n <= TILES_ENTRY_BYTES_MAX);
        EXPECT_OK(lic_entry_read(buf_str(&out), &entry, &err), &err);
        EXPECT((entry.sha256.at != NULL) == (out.n < 200));
        EXPECT(lic_entry_holds(&entry, str_make(text, n)));
        EXPECT(!lic_entry_holds(&entry, str_make(text, n + 1)));
    }
}

CASE(ledger_tlog_entry_refuses_what_is_none)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{\"file\":\"A\",\"at\":0,\"bytes\":1}\n",
        "{\"file\":\"A\",\"at\":0,\"bytes\":1}\nab",
        "{\"file\":\"../A\",\"at\":0,\"bytes\":1}\na",
        "{\"file\":\"\",\"at\":0,\"bytes\":1}\na",
        "{\"file\":\"A\",\"at\":,\"bytes\":1}\na",
        "{\"file\":\"A\",\"at\":00,\"bytes\":1}\na",
        "{\"file\":\"A\",\"at\":0,\"bytes\":1,\"sha256\":\"00\"}\n",
        "{\"file\":\"A",
        "{\"file\":\"A\",\"at\":99999999999999999999,\"bytes\":1}\na",
    };
    struct lic_entry entry;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT_RC(lic_entry_read(str_z(bad[i]), &entry, &err), LIC_E_SYNTAX);
    }
    EXPECT(!lic_entry_name_is_good(LIC_STR(".hidden")) && !lic_entry_name_is_good(LIC_STR("a/b")));
}
