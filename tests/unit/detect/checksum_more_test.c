/* SPDX-License-Identifier: Apache-2.0 */
/* Checks with a function of their own: known numbers hold, and not with letters for digits. */
#include "detect/checksum_more.h"

#include "detect/checksum.h"
#include "test.h"

#include <stdio.h>

static bool holds(const char *name, const char *number)
{
    return checksum_holds(checksum_find(str_z(name)), str_z(number));
}

CASE(checksum_more_known_numbers_hold)
{
    static const struct {
        const char *name, *number;
    } known[] = {
        { "ec-cedula", "171430710-3" },
        { "mx-curp", "HEGG560427MVZRRL04" },
        { "ca-sin", "123 456 782" },
        { "us-itin", "912-90-3457" },
        { "vin", "1M8GDM9AXKP042788" },
        { "be-nn", "85.07.30-033.28" },
        { "de-tax-id", "36 574 261 809" },
        { "de-rvnr", "65170839J003" },
        { "es-dni", "54362315K" },
        { "es-nie", "X-2482300-W" },
        { "es-cif", "J99216582" },
        { "fi-hetu", "131052-308T" },
        { "fr-nir", "2 95 10 99 126 111 93" },
        { "hr-oib", "33392005961" },
        { "ie-ppsn", "6433435F" },
        { "it-cf", "RCCMNL83S18D969H" },
        { "ru-snils", "112-233-445 95" },
        { "se-pnr", "880320-0016" },
        { "au-medicare", "2123 45670 1" },
        { "in-aadhaar", "2341 2341 2346" },
        { "in-gstin", "27AAPFU0939F1ZV" },
        { "sg-nric", "S1234567D" },
        { "tw-id", "A123456789" },
        { "isin", "US0378331005" },
        { "lei", "213800KUD8LAJWSQ9D15" },
        { "base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa" },
        { "bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4" },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        bool good = holds(known[i].name, known[i].number);
        if (!good) {
            fprintf(stderr, "%s %s\n", known[i].name, known[i].number);
        }
        EXPECT(good);
    }
}

CASE(checksum_more_any_letters_and_digits_are_safe)
{
    char text[40];
    for (uint32_t i = 0; i < 20000; i++) {
        size_t n = test_random_below(sizeof(text));
        for (size_t k = 0; k < n; k++) {
            text[k] = (char)(test_random_below(4) ? '0' + test_random_below(10)
                                                  : 'A' + test_random_below(26));
        }
        const struct checksum *checksum = checksum_at(i % 90);
        if (checksum) {
            (void)checksum_holds(checksum, str_make(text, n));
        }
    }
}

CASE(checksum_more_dates_and_addresses)
{
    EXPECT(holds("date", "2/7/1961"));
    EXPECT(holds("date", "1985-03-12"));
    EXPECT(holds("date", "12. M\xC3\xA4rz 1985"));
    EXPECT(!holds("date", "45/23/1940"));
    EXPECT(!holds("date", "1985-13-12"));
    EXPECT(holds("ipv4", "86.231.85.193"));
    EXPECT(!holds("ipv4", "1.2.3.4"));
    EXPECT(!holds("ipv4", "300.1.1.1"));
    EXPECT(!holds("ipv4", "10.02.3.40"));
    EXPECT(holds("ipv6", "2001:db8::8a2e:370:7334"));
    EXPECT(holds("ipv6", "d80:e4b5:79da:6cf6:71f3:51f7:9161:c319"));
    EXPECT(!holds("ipv6", "10:20:30"));
    EXPECT(!holds("ipv6", "a::b"));
    EXPECT(!holds("base58check", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
    EXPECT(!holds("bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
}
