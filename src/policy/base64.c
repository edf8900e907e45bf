/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64, four characters for three bytes; what is left at the end is checked to the last bit. */
#include "policy/base64.h"

#include "base/str.h"

#include "base/banned.h"

static const char plain_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

size_t base64_text_bytes(enum base64_form form, size_t n)
{
    size_t rest = n % 3;
    size_t tail = rest == 0 ? 0 : rest + 1;
    return n / 3 * 4 + (form == BASE64_PLAIN && rest > 0 ? 4 : tail);
}

size_t base64_bytes_max(size_t n)
{
    return n / 4 * 3 + (n % 4 > 0 ? n % 4 - 1 : 0);
}

/* Up to three bytes as 24 bits, the first on top. */
static uint32_t gather(const uint8_t *at, size_t n)
{
    uint32_t bits = (uint32_t)at[0] << 16;
    bits |= n > 1 ? (uint32_t)at[1] << 8 : 0;
    return bits | (n > 2 ? at[2] : 0);
}

void base64_write(enum base64_form form, lic_str bytes, char *out)
{
    const char *digits = form == BASE64_PLAIN ? plain_digits : url_digits;
    const uint8_t *at = (const uint8_t *)bytes.at;
    for (size_t i = 0; i < bytes.n; i += 3) {
        size_t n = bytes.n - i < 3 ? bytes.n - i : 3;
        uint32_t bits = gather(at + i, n);
        for (size_t k = 0; k <= n; k++) {
            *out++ = digits[bits >> (18 - 6 * k) & 63];
        }
        for (size_t k = n; form == BASE64_PLAIN && k < 3; k++) {
            *out++ = '=';
        }
    }
}

/* 0 to 63, or 64 when c is no digit of this form. */
static uint32_t value_of(enum base64_form form, char c)
{
    if (c >= 'A' && c <= 'Z') {
        return (uint32_t)(c - 'A');
    }
    if (c >= 'a' && c <= 'z') {
        return (uint32_t)(c - 'a') + 26;
    }
    if (c >= '0' && c <= '9') {
        return (uint32_t)(c - '0') + 52;
    }
    if (c == (form == BASE64_PLAIN ? '+' : '-')) {
        return 62;
    }
    return c == (form == BASE64_PLAIN ? '/' : '_') ? 63 : 64;
}

/* Takes the padding off, which must make the text a multiple of four. */
static bool unpad(lic_str *text)
{
    if (text->n % 4 != 0) {
        return false;
    }
    for (int i = 0; i < 2 && str_ends(*text, LIC_STR("=")); i++) {
        text->n--;
    }
    return true;
}

/* `n` digits (2 to 4) into n - 1 bytes; the bits beyond must be zero. */
static bool read_group(enum base64_form form, const char *at, size_t n, uint8_t *out)
{
    uint32_t bits = 0;
    for (size_t k = 0; k < n; k++) {
        uint32_t value = value_of(form, at[k]);
        if (value > 63) {
            return false;
        }
        bits |= value << (18 - 6 * k);
    }
    for (size_t k = 0; k + 1 < n; k++) {
        out[k] = (uint8_t)(bits >> (16 - 8 * k));
    }
    return (bits & ((1u << (24 - 8 * (n - 1))) - 1)) == 0;
}

bool base64_read(enum base64_form form, lic_str text, uint8_t *out, size_t *out_n)
{
    if ((form == BASE64_PLAIN && !unpad(&text)) || text.n % 4 == 1) {
        return false;
    }
    size_t written = 0;
    for (size_t i = 0; i < text.n; i += 4) {
        size_t n = text.n - i < 4 ? text.n - i : 4;
        if (!read_group(form, text.at + i, n, out + written)) {
            return false;
        }
        written += n - 1;
    }
    *out_n = written;
    return true;
}
