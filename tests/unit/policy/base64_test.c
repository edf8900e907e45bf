/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64: the examples of RFC 4648, back and forth, and one spelling only. */
#include "policy/base64.h"

#include "test.h"

static lic_str write(enum base64_form form, const char *bytes, char *out)
{
    base64_write(form, str_z(bytes), out);
    return str_make(out, base64_text_bytes(form, str_z(bytes).n));
}

CASE(policy_base64_writes_what_the_rfc_says)
{
    char out[64];
    EXPECT_STR(write(BASE64_PLAIN, "", out), "");
    EXPECT_STR(write(BASE64_PLAIN, "f", out), "Zg==");
    EXPECT_STR(write(BASE64_PLAIN, "fo", out), "Zm8=");
    EXPECT_STR(write(BASE64_PLAIN, "foo", out), "Zm9v");
    EXPECT_STR(write(BASE64_PLAIN, "foobar", out), "Zm9vYmFy");
    EXPECT_STR(write(BASE64_PLAIN, "\xfb\xef\xff", out), "++//");
    EXPECT_STR(write(BASE64_URL, "\xfb\xef\xff", out), "--__");
    EXPECT_STR(write(BASE64_URL, "f", out), "Zg");
    EXPECT_STR(write(BASE64_URL, "fo", out), "Zm8");
}

CASE(policy_base64_reads_one_spelling_only)
{
    static const struct {
        enum base64_form form;
        const char *text;
        bool good;
    } cases[] = {
        { BASE64_PLAIN, "", true },          { BASE64_PLAIN, "Zg==", true },
        { BASE64_PLAIN, "Zg=", false },      { BASE64_PLAIN, "Zg", false },
        { BASE64_PLAIN, "Zh==", false },     { BASE64_PLAIN, "Zm9=", false },
        { BASE64_PLAIN, "Z===", false },     { BASE64_PLAIN, "====", false },
        { BASE64_PLAIN, "Zg==Zg==", false }, { BASE64_PLAIN, "Zm9v\n", false },
        { BASE64_PLAIN, "Zm 9v", false },    { BASE64_PLAIN, "--__", false },
        { BASE64_URL, "++//", false },       { BASE64_URL, "--__", true },
        { BASE64_URL, "Zg", true },          { BASE64_URL, "Zh", false },
        { BASE64_URL, "Zm8", true },         { BASE64_URL, "Zm9", false },
        { BASE64_URL, "Zg==", false },       { BASE64_URL, "Z", false },
        { BASE64_URL, "Zm9vY", false },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t out[64];
        size_t n;
        EXPECT(base64_read(cases[i].form, str_z(cases[i].text), out, &n) == cases[i].good);
    }
}

CASE(policy_base64_reads_what_it_wrote)
{
    for (size_t n = 0; n < 70; n++) {
        uint8_t bytes[70], again[72];
        char text[100];
        size_t again_n;
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)test_random();
        }
        for (int form = BASE64_PLAIN; form <= BASE64_URL; form++) {
            lic_str in = str_make((const char *)bytes, n);
            size_t text_n = base64_text_bytes((enum base64_form)form, n);
            base64_write((enum base64_form)form, in, text);
            EXPECT(base64_bytes_max(text_n) <= sizeof(again));
            EXPECT(base64_read((enum base64_form)form, str_make(text, text_n), again, &again_n));
            EXPECT_LIC_STR(str_make((const char *)again, again_n), in);
        }
    }
}
