/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted sums: numbers that authorities and documents show as examples hold; changed ones do not.
 */
#include "detect/checksum.h"

#include "test.h"

#include <stdio.h>

static const struct {
    const char *name, *number;
} known[] = {
    { "br-cpf", "529.982.247-25" },
    { "br-cnpj", "11.222.333/0001-81" },
    { "ar-cuit", "20-05536168-2" },
    { "cl-rut", "76.086.428-5" },
    { "co-nit", "213.123.432-1" },
    { "pe-ruc", "20512333797" },
    { "uy-ci", "1.234.567-2" },
    { "do-cedula", "00113918205" },
    { "us-npi", "1234567893" },
    { "us-dea", "AB1234563" },
    { "us-aba", "021000021" },
    { "at-svnr", "1237 010180" },
    { "bg-egn", "7523169263" },
    { "ch-ahv", "756.9217.0769.85" },
    { "cz-rc", "710319/2745" },
    { "de-id-card", "T220001293" },
    { "ee-ik", "36805280109" },
    { "fr-siren", "552 008 443" },
    { "fr-siret", "732 829 320 00074" },
    { "gr-afm", "094259216" },
    { "gr-amka", "01013099997" },
    { "hu-taj", "123456788" },
    { "hu-tax-id", "8071592153" },
    { "is-kt", "120174-3399" },
    { "it-piva", "00743110157" },
    { "lv-pk", "161175-19997" },
    { "nl-bsn", "111222333" },
    { "no-fnr", "151086 95088" },
    { "pl-pesel", "44051401359" },
    { "pl-nip", "123-456-32-18" },
    { "pl-regon", "123456785" },
    { "pt-nif", "501 964 843" },
    { "ro-cnp", "1630615123457" },
    { "rs-jmbg", "0101006500006" },
    { "ru-inn", "7707083893" },
    { "ru-inn-person", "500100732259" },
    { "tr-tckn", "17291716060" },
    { "ua-rnokpp", "1759013776" },
    { "uk-nhs", "943 476 5870" },
    { "uk-utr", "1955839661" },
    { "au-abn", "83 914 571 673" },
    { "au-tfn", "123 456 782" },
    { "cn-id", "11010519491231002X" },
    { "hk-id", "G123456(A)" },
    { "il-id", "3933742-3" },
    { "ir-id", "0499370899" },
    { "jp-my-number", "6214 9832 0257" },
    { "nz-ird", "49-091-850" },
    { "sa-id", "1012345672" },
    { "th-id", "3-1006-00445-63-5" },
    { "za-id", "8001015009087" },
    { "imei", "490154203237518" },
    { "ae-eid", "784-1980-1234567-8" },
};

/* A number that holds does not with any one of its digits changed. */
static uint32_t changed_that_hold(const struct checksum *checksum, const char *number)
{
    char copy[64];
    uint32_t hold = 0;
    size_t n = strlen(number);
    memcpy(copy, number, n);
    for (size_t i = 0; i < n; i++) {
        if (number[i] >= '0' && number[i] <= '9') {
            copy[i] = number[i] == '9' ? '0' : (char)(number[i] + 1);
            hold += checksum_holds(checksum, str_make(copy, n));
            copy[i] = number[i];
        }
    }
    return hold;
}

CASE(checksum_known_numbers_hold_and_changed_ones_do_not)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const struct checksum *checksum = checksum_find(str_z(known[i].name));
        EXPECT(checksum != NULL);
        bool holds = checksum_holds(checksum, str_z(known[i].number));
        uint32_t others = changed_that_hold(checksum, known[i].number);
        if (!holds || others > 1) {
            fprintf(stderr, "%s %s: %u\n", known[i].name, known[i].number, others);
        }
        /* Where a rest of 10 counts as 0 one changed digit may hold too. */
        EXPECT(holds && others <= 1);
    }
}

CASE(checksum_other_lengths_and_one_digit_repeated_do_not_hold)
{
    for (uint32_t i = 0; checksum_at(i); i++) {
        const struct checksum *checksum = checksum_at(i);
        EXPECT(checksum_name(checksum)[0] != '\0' && checksum_doc(checksum)[0] != '\0');
        EXPECT(checksum_find(str_z(checksum_name(checksum))) == checksum);
        EXPECT(!checksum_holds(checksum, LIC_STR("")));
        EXPECT(!checksum_holds(checksum, LIC_STR("12")));
        EXPECT(!checksum_holds(checksum, LIC_STR("000000000")));
        EXPECT(!checksum_holds(checksum, LIC_STR("00000000000")));
        EXPECT(!checksum_holds(checksum, LIC_STR("123456789012345678901234567890123456789012345678"
                                                 "9012345678901234567890123456789012345678901234"
                                                 "56789012345678901234567890")));
    }
    EXPECT(checksum_find(LIC_STR("nothing")) == NULL);
}

CASE(checksum_dates_in_numbers_are_dates)
{
    const struct checksum *denmark = checksum_find(LIC_STR("dk-cpr"));
    EXPECT(checksum_holds(denmark, LIC_STR("211062-5629")));
    EXPECT(!checksum_holds(denmark, LIC_STR("211362-5629")));
    EXPECT(!checksum_holds(denmark, LIC_STR("321062-5629")));
}
