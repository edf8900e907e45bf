/* SPDX-License-Identifier: Apache-2.0 */
/* Proofs and entries: read or refused; what is read is written the same; no proof holds by luck. */
#include "ledger/proof.h"
#include "test.h"
#include <lictor/ledger.h>

#include <stdint.h>

static void write_again(const struct proof *proof, lic_str text)
{
    TEST_ARENA(arena);
    struct buf out;
    uint8_t *extra = arena_take(arena, proof->extra.n + 1);
    size_t extra_n = 0;
    buf_init(&out, arena, 4u * 1024 * 1024);
    if (!extra || (proof->extra.at && !tlog_key_unbase64(proof->extra, extra, &extra_n))) {
        return;
    }
    proof_write(proof, str_make(proof->extra.at ? (const char *)extra : NULL, extra_n), &out);
    CHECK(out.failed != LIC_OK || str_eq(buf_str(&out), text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct proof proof;
    struct lic_entry entry;
    struct lic_proven proven;
    struct lic_err err = { 0 };
    lic_str text = str_make((const char *)data, n), out = { 0 };
    lic_str vkey = LIC_STR("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k");
    test_world_begin(/* fail_at= */ 0);
    if (proof_read(text, &proof, &err) == LIC_OK) {
        write_again(&proof, text);
    }
    CHECK(lic_proof_check(test_host(), text, vkey, (lic_str){ 0 }, &proven, &out, &err) != LIC_OK);
    if (lic_entry_read(text, &entry, &err) == LIC_OK) {
        CHECK(entry.sha256.at || lic_entry_holds(&entry, entry.record));
    }
    test_world_end();
    return 0;
}
