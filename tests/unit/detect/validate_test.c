/* SPDX-License-Identifier: Apache-2.0 */
/* Each validator with what it takes and what it refuses. */
#include "detect/validate.h"

#include "test.h"

#include <stdio.h>

CASE(validate_takes_and_refuses)
{
    static const struct {
        const char *name, *match;
        bool valid;
    } checks[] = {
        { "luhn", "4111 1111 1111 1111", true },
        { "luhn", "378282246310005", true },
        { "luhn", "6304000000000000", true },
        { "luhn", "4111 1111 1111 1112", false },
        { "luhn", "0000000000000", false },
        { "luhn", "18", false },
        { "luhn", "41111111111111111111111111111111111111", false },
        { "card", "4111 1111 1111 1111", true },
        { "card", "378282246310005", true },
        { "card", "456712345678901234", false },
        { "phone", "+1-743-438-6774x62406", true },
        { "ssn", "536-22-1234", true },
        { "ssn", "SSN 899 99 9999", true },
        { "ssn", "000-22-1234", false },
        { "ssn", "666-22-1234", false },
        { "ssn", "900-22-1234", false },
        { "ssn", "999-22-1234", false },
        { "ssn", "536-00-1234", false },
        { "ssn", "536-22-0000", false },
        { "ssn", "219-09-9999", false },
        { "ssn", "536-22-12345", false },
        { "ssn", "", false },
        { "mod97", "DE89370400440532013000", true },
        { "mod97", "gb82 west 1234 5698 7654 32", true },
        { "mod97", "MT84 MALT 0110 0001 2345 MTLC AST0 01S", true },
        { "mod97", "NO9386011117947", true },
        { "mod97", "DE88370400440532013000", false },
        { "mod97", "DE8937040044053201300", false },
        { "mod97", "ZZ89370400440532013000", false },
        { "mod97", "DE", false },
        { "phone", "+1 415-555-0132", true },
        { "phone", "+1234567", false },
        { "phone", "+1234567890123456", false },
        { "phone", "(000) 000-0000", false },
        { "aws-secret", "x = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true },
        { "aws-secret", "da39a3ee5e6b4b0d3255bfef95601890afd80709", false },
        { "aws-secret", "short", false },
        { "jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.sig", true },
        { "jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", true },
        { "jwt", "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.abc", false },
        { "jwt", "eyJhbGciOiJI.x.y", false },
        { "jwt", "e!", false },
    };
    TEST_ARENA(arena);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        lic_str match = str_z(checks[i].match);
        size_t start = 0, end = match.n;
        const struct validator *validator = validate_find(str_z(checks[i].name));
        EXPECT(validator != NULL);
        bool valid = validator->check(match, arena, &start, &end);
        if (valid != checks[i].valid && !test_rerun()) {
            fprintf(stderr, "%s of %s\n", checks[i].name, checks[i].match);
        }
        EXPECT(valid == checks[i].valid);
    }
}

CASE(validate_narrows_to_what_is_to_be_hidden)
{
    TEST_ARENA(arena);
    lic_str secret = LIC_STR("key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    lic_str ssn = LIC_STR("ssn: 536221234");
    size_t start = 0, end = secret.n;
    EXPECT(validate_find(LIC_STR("aws-secret"))->check(secret, arena, &start, &end));
    EXPECT_U64(start, 4);
    EXPECT_U64(end, secret.n);
    start = 0;
    end = ssn.n;
    EXPECT(validate_find(LIC_STR("ssn"))->check(ssn, arena, &start, &end));
    EXPECT_U64(start, 5);
}

CASE(validate_names_are_known_and_documented)
{
    EXPECT(validate_find(LIC_STR("nothing")) == NULL);
    for (uint32_t i = 0; validate_at(i); i++) {
        EXPECT(validate_find(str_z(validate_at(i)->name)) == validate_at(i));
        EXPECT(validate_at(i)->doc[0] != '\0');
    }
}
