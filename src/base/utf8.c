/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8: is it, where is it not, and code points in and out (Unicode 15, table 3-7). */
#include "base/utf8.h"

#include "base/check.h"
#include "base/str.h"

#include "base/banned.h"

static size_t ascii_run(const char *at, size_t n)
{
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        uint64_t eight;
        memcpy(&eight, at + i, 8);
        if (eight & 0x8080808080808080u) {
            break;
        }
    }
    while (i < n && (unsigned char)at[i] < 0x80) {
        i++;
    }
    return i;
}

static bool is_tail(unsigned char c)
{
    return (c & 0xc0) == 0x80;
}

/*
 * The second byte's range depends on the first, which is what rules out overlong forms (E0, F0),
 * surrogates (ED) and code points above U+10FFFF (F4).
 */
static bool is_second(unsigned char first, unsigned char c)
{
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return c >= low && c <= high;
}

static inline size_t step(const unsigned char *c, size_t n)
{
    if (c[0] < 0x80) {
        return 1;
    }
    if (c[0] < 0xc2 || c[0] > 0xf4 || n < 2 || !is_second(c[0], c[1])) {
        return 0;
    }
    if (c[0] < 0xe0) {
        return 2;
    }
    if (n < 3 || !is_tail(c[2])) {
        return 0;
    }
    if (c[0] < 0xf0) {
        return 3;
    }
    return n >= 4 && is_tail(c[3]) ? 4 : 0;
}

size_t utf8_step(lic_str s)
{
    return step((const unsigned char *)s.at, s.n);
}

size_t utf8_run(lic_str s)
{
    size_t i = 0, n = 1;
    while (n > 0 && i < s.n && (unsigned char)s.at[i] >= 0x80) {
        n = step((const unsigned char *)s.at + i, s.n - i);
        i += n;
    }
    return i;
}

size_t utf8_check(lic_str s)
{
    size_t i = 0;
    while (i < s.n) {
        i += ascii_run(s.at + i, s.n - i);
        size_t n = i < s.n ? utf8_step(str_tail(s, i)) : 0;
        if (n == 0) {
            return i;
        }
        i += n;
    }
    return s.n;
}

lic_str utf8_head(lic_str s, size_t n)
{
    if (n >= s.n) {
        return s;
    }
    size_t cut = n;
    while (cut > 0 && n - cut < 3 && is_tail((unsigned char)s.at[cut])) {
        cut--;
    }
    return str_head(s, cut);
}

size_t utf8_put(char out[4], uint32_t code_point)
{
    uint32_t c = code_point;
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    CHECK(c <= 0x10ffff);
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

uint32_t utf8_get(lic_str s, size_t *out_n)
{
    static const unsigned char first_bits[5] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
    size_t n = utf8_step(s);
    CHECK(n > 0);
    uint32_t c = (unsigned char)s.at[0] & first_bits[n];
    for (size_t i = 1; i < n; i++) {
        c = c << 6 | ((unsigned char)s.at[i] & 0x3f);
    }
    *out_n = n;
    return c;
}

size_t utf8_count(lic_str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        n += is_tail((unsigned char)s.at[i]) ? 0 : 1;
    }
    return n;
}
