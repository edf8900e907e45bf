/* SPDX-License-Identifier: Apache-2.0 */
/* Text as a view: cutting, comparing, finding, and reading numbers without locale or terminator. */
#include "base/str.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>

#include "base/banned.h"

lic_str str_head(lic_str s, size_t n)
{
    return str_make(s.at, n < s.n ? n : s.n);
}

lic_str str_tail(lic_str s, size_t from)
{
    size_t skipped = from < s.n ? from : s.n;
    return str_make(s.at ? s.at + skipped : NULL, s.n - skipped);
}

lic_str str_slice(lic_str s, size_t from, size_t to)
{
    return str_tail(str_head(s, to), from);
}

static bool is_letter(unsigned c)
{
    return (c | 0x20) - 'a' <= 'z' - 'a';
}

bool str_eq_nocase(lic_str a, lic_str b)
{
    if (a.n != b.n) {
        return false;
    }
    for (size_t i = 0; i < a.n; i++) {
        unsigned differing = (unsigned char)a.at[i] ^ (unsigned char)b.at[i];
        if (differing != 0 && (differing != 0x20 || !is_letter((unsigned char)a.at[i]))) {
            return false;
        }
    }
    return true;
}

int str_cmp(lic_str a, lic_str b)
{
    size_t both = a.n < b.n ? a.n : b.n;
    int order = both > 0 ? memcmp(a.at, b.at, both) : 0;
    if (order != 0) {
        return order;
    }
    return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(lic_str s, lic_str prefix)
{
    return s.n >= prefix.n && str_eq(str_head(s, prefix.n), prefix);
}

bool str_ends(lic_str s, lic_str suffix)
{
    return s.n >= suffix.n && str_eq(str_tail(s, s.n - suffix.n), suffix);
}

size_t str_find_char(lic_str s, char c)
{
    const char *found = s.n > 0 ? memchr(s.at, c, s.n) : NULL;
    return found ? (size_t)(found - s.at) : s.n;
}

size_t str_find(lic_str s, lic_str needle)
{
    if (needle.n == 0) {
        return 0;
    }
    const char *found = s.n >= needle.n ? memmem(s.at, s.n, needle.at, needle.n) : NULL;
    return found ? (size_t)(found - s.at) : s.n;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

lic_str str_trim(lic_str s)
{
    while (s.n > 0 && is_blank(s.at[0])) {
        s = str_tail(s, 1);
    }
    while (s.n > 0 && is_blank(s.at[s.n - 1])) {
        s.n--;
    }
    return s;
}

lic_str str_split(lic_str *rest, char sep)
{
    size_t n = str_find_char(*rest, sep);
    lic_str taken = str_head(*rest, n);
    *rest = str_tail(*rest, n + 1);
    return taken;
}

lic_str str_copy(struct arena *arena, lic_str s)
{
    char *at = arena_take(arena, s.n);
    if (!at) {
        return str_make(NULL, 0);
    }
    if (s.n > 0) {
        memcpy(at, s.at, s.n);
    }
    return str_make(at, s.n);
}

const char *str_copy_z(struct arena *arena, lic_str s)
{
    char *at = s.n < SIZE_MAX ? arena_take(arena, s.n + 1) : NULL;
    if (!at) {
        return NULL;
    }
    if (s.n > 0) {
        memcpy(at, s.at, s.n);
    }
    at[s.n] = '\0';
    return at;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool str_u64(lic_str s, uint64_t *out)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (!is_digit(s.at[i]) || __builtin_mul_overflow(n, 10u, &n) ||
            __builtin_add_overflow(n, (uint64_t)(s.at[i] - '0'), &n)) {
            return false;
        }
    }
    if (s.n == 0) {
        return false;
    }
    *out = n;
    return true;
}

bool str_i64(lic_str s, int64_t *out)
{
    bool negative = str_starts(s, LIC_STR("-"));
    uint64_t size = 0;
    if (!str_u64(str_tail(s, negative ? 1 : 0), &size) ||
        size > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *out = negative ? (int64_t)(0 - size) : (int64_t)size;
    return true;
}

/*
 * A decimal number taken apart: value = 0.DIGITS * 10^point, without leading zeros. 800 digits
 * decide every double; of what follows only matters whether it is zero, so a cut number ends in 1.
 */
#define DECIMAL_DIGITS 800u
#define DECIMAL_POINT_MAX 100000
struct decimal {
    char digits[DECIMAL_DIGITS + 1];
    uint32_t n;
    int64_t point;
    bool negative, cut;
};

static void add_digit(struct decimal *d, char digit)
{
    if (d->n < DECIMAL_DIGITS) {
        d->digits[d->n++] = digit;
        return;
    }
    d->cut = d->cut || digit != '0';
}

/* Takes digits off *s; says how many there were. */
static size_t take_digits(lic_str *s, struct decimal *d, bool after_point)
{
    size_t n = 0;
    while (n < s->n && is_digit(s->at[n])) {
        bool leading_zero = d->n == 0 && s->at[n] == '0';
        if (!leading_zero) {
            add_digit(d, s->at[n]);
        }
        if (!after_point && !leading_zero) {
            d->point++;
        }
        if (after_point && leading_zero) {
            d->point--;
        }
        n++;
    }
    *s = str_tail(*s, n);
    return n;
}

static bool take_char(lic_str *s, char c)
{
    bool there = s->n > 0 && s->at[0] == c;
    *s = str_tail(*s, there ? 1 : 0);
    return there;
}

static bool take_exponent(lic_str *s, struct decimal *d)
{
    if (!take_char(s, 'e') && !take_char(s, 'E')) {
        return true;
    }
    bool negative = take_char(s, '-');
    if (!negative) {
        (void)take_char(s, '+');
    }
    int64_t exponent = 0;
    size_t n = 0;
    for (; n < s->n && is_digit(s->at[n]); n++) {
        exponent = exponent < INT64_MAX / 100 ? exponent * 10 + (s->at[n] - '0') : exponent;
    }
    *s = str_tail(*s, n);
    d->point += negative ? -exponent : exponent;
    return n > 0;
}

/* The number grammar of RFC 8259. */
static bool read_decimal(lic_str s, struct decimal *d)
{
    d->n = 0;
    d->point = 0;
    d->cut = false;
    d->negative = take_char(&s, '-');
    bool zero = s.n > 0 && s.at[0] == '0';
    size_t whole = take_digits(&s, d, /* after_point= */ false);
    if (whole == 0 || (zero && whole > 1)) {
        return false;
    }
    if (take_char(&s, '.') && take_digits(&s, d, /* after_point= */ true) == 0) {
        return false;
    }
    return take_exponent(&s, d) && s.n == 0;
}

/*
 * Up to 15 digits and a power of ten up to 22 are exact as doubles, so one operation on them is
 * rounded correctly (Clinger, 1990): nearly every number that a request holds.
 */
static bool round_short(const struct decimal *d, double *out)
{
    static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
    int64_t exponent = d->point - (int64_t)d->n;
    if (d->n > 15 || exponent < -22 || exponent > 22) {
        return false;
    }
    uint64_t whole = 0;
    for (uint32_t i = 0; i < d->n; i++) {
        whole = 10 * whole + (uint64_t)(d->digits[i] - '0');
    }
    *out = exponent < 0 ? (double)whole / powers[-exponent] : (double)whole * powers[exponent];
    return true;
}

/*
 * strtod(3) rounds correctly, and a number written without a decimal point reads the same in every
 * locale, so the digits are given to it as a whole number with an exponent.
 */
static double round_decimal(struct decimal *d)
{
    if (d->n == 0 || d->point < -DECIMAL_POINT_MAX) {
        return 0.0;
    }
    if (d->point > DECIMAL_POINT_MAX) {
        return HUGE_VAL;
    }
    if (d->cut) {
        d->digits[DECIMAL_DIGITS - 1] = '1';
    }
    char text[DECIMAL_DIGITS + 16];
    memcpy(text, d->digits, d->n);
    int64_t exponent = d->point - (int64_t)d->n;
    uint64_t size = (uint64_t)(exponent < 0 ? -exponent : exponent);
    char *at = text + d->n;
    *at++ = 'e';
    *at++ = exponent < 0 ? '-' : '+';
    for (uint64_t unit = 1000000; unit > 0; unit /= 10) {
        *at++ = (char)('0' + size / unit % 10);
    }
    *at = '\0';
    return strtod(text, NULL);
}

bool str_double(lic_str s, double *out)
{
    struct decimal d;
    if (!read_decimal(s, &d)) {
        return false;
    }
    double size;
    if (!round_short(&d, &size)) {
        size = round_decimal(&d);
    }
    if (!isfinite(size)) {
        return false;
    }
    *out = d.negative ? -size : size;
    return true;
}

bool str_eq_secret(lic_str a, lic_str b)
{
    if (a.n != b.n) {
        return false;
    }
    volatile unsigned char differing = 0;
    for (size_t i = 0; i < a.n; i++) {
        differing = (unsigned char)(differing | ((unsigned char)a.at[i] ^ (unsigned char)b.at[i]));
    }
    return differing == 0;
}
