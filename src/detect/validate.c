/* SPDX-License-Identifier: Apache-2.0 */
/* The validators, one function and one row of the table each. */
#include "detect/validate.h"

#include "base/arena.h"
#include "base/json_read.h"
#include "base/str.h"
#include "detect/validate_named.h"
#include "detect/validate_secrets.h"

#include "base/banned.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits of a match, without what groups them; out_max + 1 when there are more. */
static size_t take_digits(lic_str match, uint8_t *out, size_t out_max)
{
    size_t n = 0;
    for (size_t i = 0; i < match.n; i++) {
        if (!is_digit(match.at[i])) {
            continue;
        }
        if (n == out_max) {
            return out_max + 1;
        }
        out[n++] = (uint8_t)(match.at[i] - '0');
    }
    return n;
}

static bool all_same(const uint8_t *digits, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (digits[i] != digits[0]) {
            return false;
        }
    }
    return true;
}

/* ISO/IEC 7812: from the right, every second digit doubled; the sum of all digits ends in 0. */
static bool luhn_holds(const uint8_t *digits, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t digit = digits[n - 1 - i];
        if (i % 2 == 1) {
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }
        sum += digit;
    }
    return sum % 10 == 0;
}

static bool check_luhn(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    uint8_t digits[19];
    size_t n = take_digits(match, digits, sizeof(digits));
    (void)scratch;
    (void)start;
    (void)end;
    return n >= 12 && n <= sizeof(digits) && !all_same(digits, n) && luhn_holds(digits, n);
}

/* Lengths that the networks give out, by what the number begins with. */
static bool is_card_length(const uint8_t *d, size_t n)
{
    uint32_t two = d[0] * 10u + d[1];
    if (d[0] == 4) {
        return n == 13 || n == 16 || n == 19;
    }
    if (two == 34 || two == 37) {
        return n == 15;
    }
    if (d[0] == 3) {
        return n >= 14 && (two == 30 || two == 36 || two == 38 || two == 39 || two == 35);
    }
    if (two >= 51 && two <= 55) {
        return n == 16;
    }
    return d[0] == 2 ? n == 16 && two >= 22 && two <= 27 : n >= 12;
}

static bool check_card(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    uint8_t digits[19];
    size_t n = take_digits(match, digits, sizeof(digits));
    return check_luhn(match, scratch, start, end) && is_card_length(digits, n);
}

/*
 * The Social Security Administration never gives area 000, 666 or 900 and above, group 00 or
 * serial 0000; two numbers were printed in advertisements and withdrawn.
 */
static bool check_ssn(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    uint8_t d[9];
    (void)scratch;
    (void)end;
    if (take_digits(match, d, sizeof(d)) != sizeof(d)) {
        return false;
    }
    while (!is_digit(match.at[*start])) {
        ++*start; /* past the words that told what it is */
    }
    uint32_t area = d[0] * 100u + d[1] * 10u + d[2];
    uint32_t group = d[3] * 10u + d[4];
    uint32_t serial = d[5] * 1000u + d[6] * 100u + d[7] * 10u + d[8];
    bool printed = (area == 78 && group == 5 && serial == 1120) ||
                   (area == 219 && group == 9 && serial == 9999);
    return area != 0 && area != 666 && area < 900 && group != 0 && serial != 0 && !printed;
}

/* Letters, digits and lengths that ISO 13616 registers for a country. */
static const struct {
    char country[3];
    uint8_t length;
} ibans[] = {
    { "AD", 24 }, { "AE", 23 }, { "AL", 28 }, { "AT", 20 }, { "AZ", 28 }, { "BA", 20 },
    { "BE", 16 }, { "BG", 22 }, { "BH", 22 }, { "BI", 27 }, { "BR", 29 }, { "BY", 28 },
    { "CH", 21 }, { "CR", 22 }, { "CY", 28 }, { "CZ", 24 }, { "DE", 22 }, { "DJ", 27 },
    { "DK", 18 }, { "DO", 28 }, { "EE", 20 }, { "EG", 29 }, { "ES", 24 }, { "FI", 18 },
    { "FK", 18 }, { "FO", 18 }, { "FR", 27 }, { "GB", 22 }, { "GE", 22 }, { "GI", 23 },
    { "GL", 18 }, { "GR", 27 }, { "GT", 28 }, { "HR", 21 }, { "HU", 28 }, { "IE", 22 },
    { "IL", 23 }, { "IQ", 23 }, { "IS", 26 }, { "IT", 27 }, { "JO", 30 }, { "KW", 30 },
    { "KZ", 20 }, { "LB", 28 }, { "LC", 32 }, { "LI", 21 }, { "LT", 20 }, { "LU", 20 },
    { "LV", 21 }, { "LY", 25 }, { "MC", 27 }, { "MD", 24 }, { "ME", 22 }, { "MK", 19 },
    { "MN", 20 }, { "MR", 27 }, { "MT", 31 }, { "MU", 30 }, { "NI", 28 }, { "NL", 18 },
    { "NO", 15 }, { "OM", 23 }, { "PK", 24 }, { "PL", 28 }, { "PS", 29 }, { "PT", 25 },
    { "QA", 29 }, { "RO", 24 }, { "RS", 22 }, { "RU", 33 }, { "SA", 24 }, { "SC", 31 },
    { "SD", 18 }, { "SE", 24 }, { "SI", 19 }, { "SK", 24 }, { "SM", 27 }, { "SO", 23 },
    { "ST", 25 }, { "SV", 28 }, { "TL", 23 }, { "TN", 24 }, { "TR", 26 }, { "UA", 29 },
    { "VA", 22 }, { "VG", 24 }, { "XK", 20 }, { "YE", 30 },
};

#define IBAN_MAX 34u

static size_t iban_length(const char *compact)
{
    for (size_t i = 0; i < sizeof(ibans) / sizeof(ibans[0]); i++) {
        if (memcmp(ibans[i].country, compact, 2) == 0) {
            return ibans[i].length;
        }
    }
    return 0;
}

/* The account number in capitals, without blanks and dashes; IBAN_MAX + 1 when it is longer. */
static size_t compact_iban(lic_str match, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < match.n; i++) {
        char c = match.at[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!letter && !is_digit(c)) {
            continue;
        }
        if (n == IBAN_MAX) {
            return IBAN_MAX + 1;
        }
        out[n++] = letter ? (char)(c & ~0x20) : c;
    }
    return n;
}

/* ISO 7064 MOD 97-10: country and check digits moved to the end, letters as 10 to 35, rest 1. */
static bool check_mod97(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    char iban[IBAN_MAX];
    uint32_t rest = 0;
    size_t n = compact_iban(match, iban);
    (void)scratch;
    (void)start;
    (void)end;
    if (n < 5 || n > IBAN_MAX || iban_length(iban) != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = iban[(i + 4) % n];
        uint32_t value = is_digit(c) ? (uint32_t)(c - '0') : (uint32_t)(c - 'A') + 10;
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == 1;
}

/* E.164 has at most 15 digits; fewer than 8 with a country code are nobody's number. An extension
 * does not count. */
static bool check_phone(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    uint8_t digits[15];
    size_t extension = 0;
    while (extension < match.n && (match.at[extension] | 0x20) != 'x' &&
           (match.at[extension] | 0x20) != 'e') {
        extension++;
    }
    size_t n = take_digits(str_head(match, extension), digits, sizeof(digits));
    (void)scratch;
    (void)start;
    (void)end;
    return n >= 8 && n <= sizeof(digits) && !all_same(digits, n);
}

/*
 * The key is the last 40 characters; what stands before only told that it is one. A key that was
 * drawn at random has both cases and digits, which a hash in hex or a path has not.
 */
static bool check_aws_secret(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    bool upper = false, lower = false, digit = false;
    (void)scratch;
    if (match.n < 40) {
        return false;
    }
    for (size_t i = match.n - 40; i < match.n; i++) {
        char c = match.at[i];
        upper = upper || (c >= 'A' && c <= 'Z');
        lower = lower || (c >= 'a' && c <= 'z');
        digit = digit || is_digit(c);
    }
    *start = match.n - 40;
    *end = match.n;
    return upper && lower && digit;
}

static int32_t base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (is_digit(c)) {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : (c == '_' ? 63 : -1);
}

/* Decodes base64url without padding; 0 when it is not that. `out` has room for text.n bytes. */
static size_t decode_base64url(lic_str text, char *out)
{
    uint32_t bits = 0, held = 0;
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        int32_t value = base64url_value(text.at[i]);
        if (value < 0) {
            return 0;
        }
        bits = ((bits << 6) | (uint32_t)value) & 0xFFFFFF;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[n++] = (char)((bits >> held) & 0xFF);
        }
    }
    return n;
}

/* RFC 7515: the first part is the header, a JSON object that names its algorithm. */
static bool check_jwt(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    lic_str head = str_head(match, str_find_char(match, '.'));
    struct json_limits limits = { .mode = JSON_PLAIN, .depth_max = 8, .nodes_max = 256 };
    struct json_doc doc;
    struct lic_err err;
    (void)start;
    (void)end;
    char *decoded = arena_take(scratch, head.n + 1);
    if (!decoded) {
        return true;
    }
    size_t n = decode_base64url(head, decoded);
    enum lic_rc rc = json_read(scratch, str_make(decoded, n), &limits, &doc, &err);
    if (rc == LIC_E_NOMEM) {
        return true;
    }
    return rc == LIC_OK && json_get(&doc, 0, LIC_STR("alg")) != JSON_NONE;
}

static const struct validator validators[] = {
    { "luhn", "12 to 19 digits, not all the same, whose check digit holds (ISO/IEC 7812)",
      check_luhn },
    { "card", "the same, of a length that a card beginning so has", check_card },
    { "ssn", "nine digits in ranges that were ever given out", check_ssn },
    { "mod97", "an IBAN of its country's length whose check digits hold (ISO 13616)", check_mod97 },
    { "phone", "8 to 15 digits, not all the same (E.164)", check_phone },
    { "aws-secret", "the last 40 characters have both cases and digits; only they are reported",
      check_aws_secret },
    { "jwt", "the first part decodes to a JSON object with \"alg\" (RFC 7515)", check_jwt },
};

/* Tables of other files, which end with a row without a name. */
static const struct validator *const more_validators[] = { secret_validators, named_validators };

const struct validator *validate_at(uint32_t i)
{
    uint32_t n = (uint32_t)(sizeof(validators) / sizeof(validators[0]));
    if (i < n) {
        return &validators[i];
    }
    i -= n;
    for (size_t t = 0; t < sizeof(more_validators) / sizeof(more_validators[0]); t++) {
        for (const struct validator *row = more_validators[t]; row->name; row++) {
            if (i-- == 0) {
                return row;
            }
        }
    }
    return NULL;
}

const struct validator *validate_find(lic_str name)
{
    for (uint32_t i = 0; validate_at(i); i++) {
        if (str_eq(name, str_z(validate_at(i)->name))) {
            return validate_at(i);
        }
    }
    return NULL;
}
