/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How far a JSON string is plain: printable ASCII and DEL, no quote, no backslash. Long prompts are
 * one string, so this is the loop in which a gateway spends its reading time: 16 bytes a step
 * where SSE2 is, eight elsewhere. Names are short, so eight bytes are a step of their own.
 */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H

#include <lictor/base.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool json_scan_is_plain(char c)
{
    return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

#ifdef __SSE2__
#define JSON_SCAN_STEP 16u
/* A bit for each byte that is not plain. Signed compare: bytes from 0x80 are below 0x20. */
static inline unsigned json_scan_special(__m128i bytes)
{
    __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
    __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
}

/* How many of 16 bytes are plain. */
static inline uint32_t json_scan_step(const char *at)
{
    unsigned special = json_scan_special(_mm_loadu_si128((const __m128i *)(const void *)at));
    return special == 0 ? JSON_SCAN_STEP : (uint32_t)__builtin_ctz(special);
}

/* How many of 8 bytes are plain; the upper half that is not loaded is zero and so not plain. */
static inline uint32_t json_scan_half(const char *at)
{
    return (uint32_t)__builtin_ctz(
        json_scan_special(_mm_loadl_epi64((const __m128i *)(const void *)at)));
}
#else
#define JSON_SCAN_STEP 8u
/* How many of 8 bytes are plain: all when no difference below has a zero byte, else counted. */
static inline uint32_t json_scan_step(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    uint64_t bytes;
    memcpy(&bytes, at, sizeof(bytes));
    uint64_t quote = bytes ^ ones * '"', slash = bytes ^ ones * '\\', low = bytes - ones * 0x20;
    uint64_t special =
        bytes | (low & ~bytes) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash);
    uint32_t n = 0;
    while (n < JSON_SCAN_STEP && ((special & tops) == 0 || json_scan_is_plain(at[n]))) {
        n++;
    }
    return n;
}
static inline uint32_t json_scan_half(const char *at)
{
    return json_scan_step(at);
}
#endif

/* The first byte in [at, end) that is not plain, or end. */
static inline const char *json_scan_plain(const char *at, const char *end)
{
    while ((size_t)(end - at) >= JSON_SCAN_STEP) {
        uint32_t n = json_scan_step(at);
        at += n;
        if (n < JSON_SCAN_STEP) {
            return at;
        }
    }
    if (end - at >= 8) {
        uint32_t n = json_scan_half(at);
        at += n;
        if (n < 8) {
            return at;
        }
    }
    while (at < end && json_scan_is_plain(*at)) {
        at++;
    }
    return at;
}

#endif
