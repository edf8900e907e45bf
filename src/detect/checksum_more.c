/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that are more than one weighted sum, by country; last, those of no country. */
#include "detect/checksum_more.h"

#include "base/hash.h"
#include "base/str.h"

#include "base/banned.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool digits_only(const char *value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_digit(value[i])) {
            return false;
        }
    }
    return true;
}

static uint32_t digit(char c)
{
    return (uint32_t)(c - '0');
}

/* A digit, or a letter as 10 to 35. */
static uint32_t value_36(char c)
{
    return is_digit(c) ? digit(c) : (uint32_t)(c - 'A') + 10;
}

static uint64_t number_of(const char *value, size_t n)
{
    uint64_t number = 0;
    for (size_t i = 0; i < n; i++) {
        number = number * 10 + digit(value[i]);
    }
    return number;
}

bool checksum_luhn(const char *value, size_t n, uint32_t plus)
{
    uint32_t sum = plus;
    if (!digits_only(value, n)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t one = digit(value[n - 1 - i]);
        one = i % 2 == 1 ? one * 2 : one;
        sum += one > 9 ? one - 9 : one;
    }
    return sum % 10 == 0;
}

/* ---- Americas ---- */

/* The first two digits are a province, 1 to 24, or 30 for those abroad. */
bool checksum_ecuador(const char *value, size_t n)
{
    uint64_t province = number_of(value, 2);
    return digits_only(value, n) && (province == 30 || (province >= 1 && province <= 24)) &&
           value[2] < '7' && checksum_luhn(value, n, 0);
}

/* The alphabet has an N with tilde after N, so letters from O on count one more. */
bool checksum_curp(const char *value, size_t n)
{
    uint32_t sum = 0;
    uint64_t month = number_of(value + 6, 2), day = number_of(value + 8, 2);
    if (!digits_only(value + 4, 6) || month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        uint32_t one = value_36(value[i]);
        sum += (one >= 24 ? one + 1 : one) * (uint32_t)(18 - i);
    }
    return is_digit(value[n - 1]) && (10 - sum % 10) % 10 == digit(value[n - 1]);
}

/* 0 and 8 begin no number of a person. */
bool checksum_sin(const char *value, size_t n)
{
    return value[0] != '0' && value[0] != '8' && checksum_luhn(value, n, 0);
}

/* A Federal Reserve district: 01 to 12, 21 to 32 for thrifts, 61 to 72 electronic, 80 cheques. */
bool checksum_aba(const char *value, size_t n)
{
    uint64_t district = number_of(value, 2);
    return digits_only(value, n) &&
           ((district >= 1 && district <= 12) || (district >= 21 && district <= 32) ||
            (district >= 61 && district <= 72) || district == 80);
}

bool checksum_itin(const char *value, size_t n)
{
    uint64_t group = number_of(value + 3, 2);
    return digits_only(value, n) && value[0] == '9' && group >= 50 && group != 66 && group != 67 &&
           group != 68 && group != 69 && group != 89 && group != 93;
}

bool checksum_ein(const char *value, size_t n)
{
    static const uint8_t never[] = {
        0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97
    };
    uint64_t prefix = number_of(value, 2);
    for (size_t i = 0; i < sizeof(never); i++) {
        if (prefix == never[i]) {
            return false;
        }
    }
    return digits_only(value, n);
}

/* I, O and Q are not used; letters count as 1 to 9 by a table, the ninth place is the rest. */
bool checksum_vin(const char *value, size_t n)
{
    static const char counts[27] = "12345678.12345.7.923456789";
    static const uint8_t weights[17] = { 8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2 };
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        char c = is_digit(value[i]) ? value[i] : counts[value[i] - 'A'];
        if (c == '.') {
            return false;
        }
        sum += digit(c) * weights[i];
    }
    return "0123456789X"[sum % 11] == value[8];
}

/* ---- Europe ---- */

/* Those born from 2000 on have a 2 put before the number that is divided. */
bool checksum_belgium(const char *value, size_t n)
{
    uint64_t number = number_of(value, 9), check = number_of(value + 9, 2);
    return digits_only(value, n) &&
           (97 - number % 97 == check || 97 - (2000000000u + number) % 97 == check);
}

bool checksum_11_10(const char *value, size_t n)
{
    uint32_t product = 10;
    if (!digits_only(value, n)) {
        return false;
    }
    for (size_t i = 0; i + 1 < n; i++) {
        uint32_t sum = (digit(value[i]) + product) % 10;
        product = (sum == 0 ? 10 : sum) * 2 % 11;
    }
    return (11 - product) % 10 == digit(value[n - 1]);
}

/* Of the first ten digits exactly one stands two or three times. */
bool checksum_german_tax(const char *value, size_t n)
{
    uint32_t counts[10] = { 0 }, repeated = 0;
    if (!checksum_11_10(value, n) || value[0] == '0') {
        return false;
    }
    for (size_t i = 0; i < 10; i++) {
        counts[digit(value[i])]++;
    }
    for (size_t i = 0; i < 10; i++) {
        if (counts[i] > 3) {
            return false;
        }
        repeated += counts[i] > 1;
    }
    return repeated == 1;
}

/* The letter counts as two digits, A as 01; the sum is of the digits of the products. */
bool checksum_german_pension(const char *value, size_t n)
{
    static const uint8_t factors[12] = { 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1 };
    char wide[13];
    uint32_t letter = (uint32_t)(value[8] - 'A') + 1, sum = 0;
    if (is_digit(value[8]) || !digits_only(value, 8) || !digits_only(value + 9, n - 9)) {
        return false;
    }
    memcpy(wide, value, 8);
    wide[8] = (char)('0' + letter / 10);
    wide[9] = (char)('0' + letter % 10);
    memcpy(wide + 10, value + 9, 2);
    for (size_t i = 0; i < 12; i++) {
        uint32_t product = digit(wide[i]) * factors[i];
        sum += product / 10 + product % 10;
    }
    return sum % 10 == digit(value[n - 1]);
}

static bool dni_letter(uint64_t number, char letter)
{
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == letter;
}

bool checksum_dni(const char *value, size_t n)
{
    return digits_only(value, n - 1) && dni_letter(number_of(value, n - 1), value[n - 1]);
}

/* X, Y and Z stand for 0, 1 and 2. */
bool checksum_nie(const char *value, size_t n)
{
    if (value[0] < 'X' || value[0] > 'Z' || !digits_only(value + 1, n - 2)) {
        return false;
    }
    uint64_t first = (uint64_t)(value[0] - 'X');
    return dni_letter(first * 10000000 + number_of(value + 1, n - 2), value[n - 1]);
}

/* The control is a digit or the letter that stands for it. */
bool checksum_cif(const char *value, size_t n)
{
    uint32_t sum = 0;
    if (!digits_only(value + 1, 7) || is_digit(value[0])) {
        return false;
    }
    for (size_t i = 1; i < 8; i++) {
        uint32_t one = digit(value[i]) * (i % 2 == 1 ? 2 : 1);
        sum += one / 10 + one % 10;
    }
    uint32_t control = (10 - sum % 10) % 10;
    return value[n - 1] == "JABCDEFGHI"[control] || value[n - 1] == (char)('0' + control);
}

bool checksum_hetu(const char *value, size_t n)
{
    if (!digits_only(value, 9)) {
        return false;
    }
    uint64_t rest = number_of(value, 9) % 31;
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[rest] == value[n - 1];
}

/* Corsica's departments 2A and 2B count as 19 and 18. */
bool checksum_nir(const char *value, size_t n)
{
    char number[15];
    memcpy(number, value, n);
    if (value[5] == '2' && (value[6] == 'A' || value[6] == 'B')) {
        number[5] = '1';
        number[6] = value[6] == 'A' ? '9' : '8';
    }
    if (!digits_only(number, n) || number[0] == '0' || number[0] == '9') {
        return false;
    }
    uint64_t month = number_of(number + 3, 2);
    return ((month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50) &&
           97 - number_of(number, 13) % 97 == number_of(number + 13, 2);
}

/* Seven digits, a check letter and, for some, another letter that counts nine times. */
bool checksum_ppsn(const char *value, size_t n)
{
    uint32_t sum = 0;
    /* A number without the second letter came filled up with a zero before it. */
    bool filled = value[0] == '0' && !is_digit(value[8]) && is_digit(value[7]);
    const char *at = filled ? value + 1 : value;
    if (!digits_only(at, 7) || is_digit(at[7]) || (!filled && is_digit(at[8]))) {
        return false;
    }
    for (size_t i = 0; i < 7; i++) {
        sum += digit(at[i]) * (uint32_t)(8 - i);
    }
    if (!filled && at[8] != 'W') {
        sum += 9 * (uint32_t)(at[8] - 'A' + 1);
    }
    return n == 9 && "WABCDEFGHIJKLMNOPQRSTUV"[sum % 23] == at[7];
}

/* Letters and digits in odd places count by a table of their own. */
bool checksum_codice_fiscale(const char *value, size_t n)
{
    static const uint8_t odd[26] = { 1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                     20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        uint32_t one = is_digit(value[i]) ? digit(value[i]) : (uint32_t)(value[i] - 'A');
        sum += i % 2 == 0 ? odd[one] : one;
    }
    return value[n - 1] == (char)('A' + sum % 26);
}

bool checksum_snils(const char *value, size_t n)
{
    uint32_t sum = 0;
    if (!digits_only(value, n)) {
        return false;
    }
    for (size_t i = 0; i < 9; i++) {
        sum += digit(value[i]) * (uint32_t)(9 - i);
    }
    sum %= 101;
    return (sum == 100 ? 0 : sum) == number_of(value + 9, 2);
}

/* Of twelve digits the century does not count; shorter ones came filled up with zeros. */
bool checksum_sweden(const char *value, size_t n)
{
    uint64_t century = number_of(value, 2);
    uint64_t month = number_of(value + 4, 2), day = number_of(value + 6, 2);
    bool dated = month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day >= 61 && day <= 91));
    return digits_only(value, n) && dated && (century == 0 || century == 19 || century == 20) &&
           checksum_luhn(value + 2, n - 2, 0);
}

/* ---- Asia, Oceania ---- */

/* The eleventh digit is the person on the card; the ninth is the check. */
bool checksum_medicare(const char *value, size_t n)
{
    static const uint8_t weights[8] = { 1, 3, 7, 9, 1, 3, 7, 9 };
    const char *at = value[0] == '0' ? value + 1 : value;
    uint32_t sum = 0;
    for (size_t i = 0; i < 8; i++) {
        sum += digit(at[i]) * weights[i];
    }
    return digits_only(value, n) && at[0] >= '2' && at[0] <= '6' && sum % 10 == digit(at[8]);
}

bool checksum_verhoeff(const char *value, size_t n)
{
    static const uint8_t product[10][10] = {
        { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 },
        { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
        { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
        { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 },
        { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 }, { 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
    };
    static const uint8_t turn[10] = { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 };
    uint32_t check = 0;
    if (!digits_only(value, n) || value[0] < '2') {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t one = digit(value[n - 1 - i]);
        for (size_t k = 0; k < i % 8; k++) {
            one = turn[one];
        }
        check = product[check][one];
    }
    return check == 0;
}

/* Base 36: every second character doubled, quotient and rest by 36 added. */
bool checksum_gstin(const char *value, size_t n)
{
    uint32_t sum = 0;
    for (size_t i = 0; i + 1 < n; i++) {
        uint32_t one = value_36(value[i]) * (i % 2 == 1 ? 2 : 1);
        sum += one / 36 + one % 36;
    }
    return (36 - sum % 36) % 36 == value_36(value[n - 1]);
}

bool checksum_nric(const char *value, size_t n)
{
    static const uint8_t weights[7] = { 2, 7, 6, 5, 4, 3, 2 };
    uint32_t sum = value[0] == 'T' || value[0] == 'G' ? 4 : (value[0] == 'M' ? 3 : 0);
    if (!digits_only(value + 1, 7)) {
        return false;
    }
    for (size_t i = 0; i < 7; i++) {
        sum += digit(value[i + 1]) * weights[i];
    }
    const char *letters = value[0] == 'S' || value[0] == 'T' ? "JZIHGFEDCBA" : "XWUTRQPNMLK";
    return value[0] == 'M' ? "KLJNPQRTUWX"[10 - sum % 11] == value[n - 1]
                           : letters[sum % 11] == value[n - 1];
}

/* The first letter is a place, numbered by a table of its own. */
bool checksum_taiwan(const char *value, size_t n)
{
    static const uint8_t places[26] = { 10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                                        22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33 };
    if (is_digit(value[0]) || !digits_only(value + 1, n - 1)) {
        return false;
    }
    uint32_t place = places[value[0] - 'A'], sum = place / 10 + place % 10 * 9;
    for (size_t i = 1; i + 1 < n; i++) {
        sum += digit(value[i]) * (uint32_t)(9 - i);
    }
    return (sum + digit(value[n - 1])) % 10 == 0;
}

/* ---- of no country ---- */

/* Letters as two digits, then as ISO/IEC 7812. */
bool checksum_isin(const char *value, size_t n)
{
    char wide[24];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t one = value_36(value[i]);
        if (one > 9) {
            wide[m++] = (char)('0' + one / 10);
        }
        wide[m++] = (char)('0' + one % 10);
    }
    return checksum_luhn(wide, m, 0);
}

bool checksum_97_10(const char *value, size_t n)
{
    uint32_t rest = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t one = value_36(value[i]);
        rest = (rest * (one > 9 ? 100 : 10) + one) % 97;
    }
    return rest == 1;
}

#define BASE58_BYTES 25u /* version, hash, four bytes of checksum */

static bool decode_base58(const char *value, size_t n, uint8_t out[BASE58_BYTES])
{
    static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    memset(out, 0, BASE58_BYTES);
    for (size_t i = 0; i < n; i++) {
        size_t one = str_find_char(LIC_STR(alphabet), value[i]);
        uint32_t carry = (uint32_t)one;
        if (one == sizeof(alphabet) - 1) {
            return false;
        }
        for (size_t k = BASE58_BYTES; k > 0; k--) {
            carry += 58u * out[k - 1];
            out[k - 1] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry != 0) {
            return false;
        }
    }
    return true;
}

bool checksum_base58(const char *value, size_t n)
{
    uint8_t bytes[BASE58_BYTES], once[HASH_BYTES], twice[HASH_BYTES];
    if (n > 35 || !decode_base58(value, n, bytes)) {
        return false;
    }
    hash_sha256(str_make((const char *)bytes, BASE58_BYTES - 4), once);
    hash_sha256(str_make((const char *)once, HASH_BYTES), twice);
    return memcmp(bytes + BASE58_BYTES - 4, twice, 4) == 0;
}

static uint32_t bech32_step(uint32_t sum, uint32_t value)
{
    static const uint32_t generator[5] = { 0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD,
                                           0x2A1462B3 };
    uint32_t top = sum >> 25;
    sum = (sum & 0x1FFFFFF) << 5 ^ value;
    for (uint32_t i = 0; i < 5; i++) {
        sum ^= top >> i & 1 ? generator[i] : 0;
    }
    return sum;
}

/* BIP 173 and BIP 350: what stands before the 1 counts twice, by its high and its low bits. */
bool checksum_bech32(const char *value, size_t n)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    uint32_t sum = 1;
    size_t part = str_find_char(str_make(value, n), '1');
    for (size_t i = 0; i < part; i++) {
        sum = bech32_step(sum, ((uint8_t)value[i] | 0x20u) >> 5);
    }
    sum = bech32_step(sum, 0);
    for (size_t i = 0; i < part; i++) {
        sum = bech32_step(sum, ((uint8_t)value[i] | 0x20u) & 31);
    }
    for (size_t i = part + 1; i < n; i++) {
        char c = value[i] >= 'A' && value[i] <= 'Z' ? (char)(value[i] + 32) : value[i];
        size_t one = str_find_char(LIC_STR(alphabet), c);
        if (one == sizeof(alphabet) - 1) {
            return false;
        }
        sum = bech32_step(sum, (uint32_t)one);
    }
    return sum == 1 || sum == 0x2BC830A3;
}

/* Numbers in a text, at most three; returns how many there are. */
static size_t numbers_in(const char *value, size_t n, uint32_t out[3], size_t lengths[3])
{
    size_t count = 0;
    for (size_t i = 0; i < n;) {
        size_t start = i;
        uint32_t number = 0;
        while (i < n && is_digit(value[i]) && i - start < 9) {
            number = number * 10 + digit(value[i++]);
        }
        if (i > start && count < 3) {
            out[count] = number;
            lengths[count++] = i - start;
        }
        i += i == start;
    }
    return count;
}

static bool is_day(uint32_t day, uint32_t month)
{
    return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

/* Day and month in either order around a year at an end; with a month in words: two numbers. */
bool checksum_date(const char *value, size_t n)
{
    uint32_t numbers[3] = { 0 };
    size_t lengths[3] = { 0 }, count = numbers_in(value, n, numbers, lengths);
    if (count == 2) {
        uint32_t year = numbers[0] > 31 ? numbers[0] : numbers[1];
        uint32_t day = numbers[0] > 31 ? numbers[1] : numbers[0];
        return is_day(day, 1) && (year < 100 || (year >= 1850 && year <= 2100));
    }
    if (count != 3) {
        return count == 1 && (lengths[0] == 4 || lengths[0] == 8);
    }
    if (lengths[0] == 4) {
        return numbers[0] >= 1850 && numbers[0] <= 2100 && is_day(numbers[2], numbers[1]);
    }
    bool year = lengths[2] == 2 || (numbers[2] >= 1850 && numbers[2] <= 2100);
    return year && (is_day(numbers[0], numbers[1]) || is_day(numbers[1], numbers[0]));
}

/* 0.x, 127.0.0.1 and masks are nobody's; a group has no zeros before it. */
bool checksum_ipv4(const char *value, size_t n)
{
    uint32_t group = 0, groups = 0, first = 0;
    bool any = false;
    for (size_t i = 0, length = 0; i <= n; i++) {
        if (i < n && is_digit(value[i])) {
            if (length > 0 && group == 0) {
                return false;
            }
            group = group * 10 + digit(value[i]);
            length++;
            continue;
        }
        if (length == 0 || length > 3 || group > 255) {
            return false;
        }
        first = groups == 0 ? group : first;
        any = any || (groups > 0 && group > 9);
        groups++;
        group = 0;
        length = 0;
    }
    return groups == 4 && first != 0 && (any || first > 9);
}

/* Eight groups of up to four digits, or fewer with one "::". */
bool checksum_ipv6(const char *value, size_t n)
{
    uint32_t groups = 0, gaps = 0, length = 0, digits = 0, most = 0;
    for (size_t i = 0; i <= n; i++) {
        bool colon = i == n || value[i] == ':';
        if (!colon) {
            digits += is_digit(value[i]);
            most = ++length > most ? length : most;
            continue;
        }
        gaps += i + 1 < n && value[i + 1] == ':';
        groups += length > 0;
        length = 0;
    }
    bool ends = value[0] != ':' || (n > 2 && value[1] == ':');
    return most <= 4 && ends &&
           (gaps == 0 ? groups == 8 : gaps == 1 && groups >= 2 && groups <= 7) &&
           (groups == 8 || (most >= 3 && digits > 0));
}
