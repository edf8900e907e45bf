/* SPDX-License-Identifier: Apache-2.0 */
/* Notes: the vector of the specification, several signatures, known and unknown, bad and good. */
#include "ledger/note.h"

#include "ledger/store.h"
#include "test.h"

#define DASH "\xe2\x80\x94 "
#define VKEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define TEXT "This is an example message.\n"
#define SIGNATURE                                                                                  \
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72Iney"     \
    "aQM=\n"
#define OTHER DASH "other.example ABCDEFGHIJKL\n"

static enum lic_rc verify(const char *vkey, const char *text, struct lic_err *err)
{
    struct note_key key;
    struct note note;
    TRY(note_key_read(str_z(vkey), &key, err));
    TRY(note_read(str_z(text), &note, err));
    return note_verify(&note, &key, 1, NULL, err);
}

CASE(ledger_note_vector_of_the_specification)
{
    struct lic_err err;
    EXPECT_OK(verify(VKEY, TEXT "\n" DASH "example.com/foo " SIGNATURE, &err), &err);
    EXPECT_OK(verify(VKEY, TEXT "\n" OTHER DASH "example.com/foo " SIGNATURE OTHER, &err), &err);
    EXPECT_RC(verify(VKEY, TEXT "\n" OTHER, &err), LIC_E_INVALID);
    EXPECT_RC(verify(VKEY, "X" TEXT "\n" DASH "example.com/foo " SIGNATURE, &err), LIC_E_INVALID);
    EXPECT_RC(verify(VKEY, TEXT "\n" DASH "example.com/fox " SIGNATURE, &err), LIC_E_INVALID);
}

/* A known key with a bad signature spoils the note even beside a good one of its own. */
CASE(ledger_note_known_but_bad_is_refused)
{
    struct lic_err err;
    EXPECT_RC(verify(VKEY,
                     TEXT "\n" DASH "example.com/foo " SIGNATURE DASH
                          "example.com/foo Uw2QOkn8srV1yJGh\n",
                     &err),
              LIC_E_INVALID);
}

CASE(ledger_note_refuses_what_is_no_note)
{
    static const char *const bad[] = {
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT "\n",
        TEXT DASH "example.com/foo " SIGNATURE,
        TEXT "\n" DASH "example.com/foo Uw2QOkn8srV1yJGh",
        TEXT "\n- example.com/foo " SIGNATURE,
        TEXT "\n" DASH " " SIGNATURE,
        TEXT "\n" DASH "a+b " SIGNATURE,
        TEXT "\n" DASH "example.com/foo AAAA\n",
        TEXT "\n" DASH "example.com/foo AAAAAA==A\n",
        "a\tb\n\n" DASH "example.com/foo " SIGNATURE,
        "\xff\n\n" DASH "example.com/foo " SIGNATURE,
    };
    struct note note;
    struct lic_err err;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        EXPECT(note_read(str_z(bad[i]), &note, &err) != LIC_OK);
    }
}

CASE(ledger_note_keys_are_read_strictly)
{
    struct note_key key;
    struct lic_err err;
    EXPECT_OK(note_key_read(LIC_STR(VKEY), &key, &err), &err);
    EXPECT_RC(note_key_read(LIC_STR("example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcr"
                                    "nKv3U2k"),
                            &key, &err),
              LIC_E_INVALID);
    EXPECT_RC(note_key_read(LIC_STR("example.com/foo+530d903a+AukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcr"
                                    "nKv3U2k"),
                            &key, &err),
              LIC_E_UNKNOWN);
    EXPECT_RC(note_key_read(LIC_STR("+530d903a+AekyeRrm"), &key, &err), LIC_E_SYNTAX);
    EXPECT_RC(note_key_read(LIC_STR("a b+530d903a+AekyeRrm"), &key, &err), LIC_E_SYNTAX);
    EXPECT_RC(note_key_read(LIC_STR("a"), &key, &err), LIC_E_SYNTAX);
    EXPECT(!note_name_is_good(LIC_STR("a\xe2\x80\x83"
                                      "b")) &&
           note_name_is_good(LIC_STR("\xc3\xa4")));
}

CASE(ledger_note_signs_what_it_verifies)
{
    TEST_ARENA(arena);
    struct note_signer signer;
    struct note_key keys[2];
    struct note note;
    struct buf out, text;
    struct lic_err err;
    uint32_t seen = 0;
    buf_init(&out, arena, 4096);
    buf_init(&text, arena, 4096);
    EXPECT_OK(note_signer_read(store_key(), &signer, &err), &err);
    EXPECT_OK(note_key_read(LIC_STR(VKEY), &keys[0], &err), &err);
    keys[1] = signer.key;
    EXPECT_OK(note_sign(&signer, LIC_STR("a\n\nb\n"), &out, &err), &err);
    EXPECT_OK(note_read(buf_str(&out), &note, &err), &err);
    EXPECT_STR(note.text, "a\n\nb\n");
    EXPECT_OK(note_verify(&note, keys, 2, &seen, &err), &err);
    EXPECT_U64(seen, 2);
    note_signer_write(&signer, &text);
    EXPECT(text.failed == LIC_OK);
    EXPECT_LIC_STR(buf_str(&text), store_key());
    buf_clear(&text);
    note_key_write(&signer.key, &text);
    EXPECT_LIC_STR(buf_str(&text), store_vkey());
}
