/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers, dates and addresses cut into pieces. Numbers are doubles and dates are nanoseconds, as
 * policy compares them; an address is a number of 32 or 128 bits and a block an interval of them.
 */
#include "advise/typed.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/sort.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <float.h>
#include <math.h>

#include "base/banned.h"

#define TEXT_BYTES 64u
#define NS_A_SECOND INT64_C(1000000000)
#define NS_A_MS INT64_C(1000000)
#define MISTYPED "neither-number-nor-date-nor-address"

bool typed_family_of(enum cond_kind kind, enum typed_family *out)
{
    switch (kind) {
    case COND_NUMBER:
        *out = TYPED_NUMBER;
        return true;
    case COND_DATE:
        *out = TYPED_DATE;
        return true;
    case COND_ADDRESS:
        *out = TYPED_ADDRESS;
        return true;
    case COND_TEXT:
    case COND_NOCASE:
    case COND_LIKE:
    case COND_FLAG:
    case COND_BINARY:
    case COND_ARN:
    case COND_ABSENCE:
        break;
    }
    return false;
}

static enum lic_rc add_point(struct arena *arena, struct typed_points *points, lic_str text,
                             struct lic_err *err)
{
    lic_str copy = str_copy(arena, text);
    ENSURE(copy.at && ARENA_PUSH(arena, points, copy), err, LIC_E_NOMEM,
           "no memory for the values of a condition key");
    return LIC_OK;
}

/* All values of all conditions, one after the other. */
static enum lic_rc gather(struct arena *arena, const struct cond *const *conds, uint32_t n,
                          struct cond_value **out, uint32_t *out_n, struct lic_err *err)
{
    uint32_t total = 0;
    for (uint32_t i = 0; i < n; i++) {
        total += conds[i]->values_n;
    }
    struct cond_value *values = ARENA_ARRAY(arena, struct cond_value, total + 1);
    ENSURE(values, err, LIC_E_NOMEM, "no memory for the values of a condition key");
    total = 0;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < conds[i]->values_n; k++) {
            values[total] = conds[i]->values[k];
            total += conds[i]->values[k].unreadable ? 0 : 1;
        }
    }
    *out = values;
    *out_n = total;
    return LIC_OK;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static int compare_numbers(const void *a, const void *b)
{
    double left = ((const struct cond_value *)a)->number;
    double right = ((const struct cond_value *)b)->number;
    return (left > right) - (left < right);
}

static enum lic_rc add_number(struct arena *arena, struct typed_points *points, double number,
                              struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, TEXT_BYTES);
    if (number >= -DBL_MAX && number <= DBL_MAX) {
        buf_addf(&text, "%.17g", number);
        TRY(buf_check(&text, "a number", err));
        return add_point(arena, points, buf_str(&text), err);
    }
    return LIC_OK;
}

/* A number above `low` and below `high`, as short as it gets; false: there is none. */
static bool between_numbers(double low, double high, double *out)
{
    double candidates[3] = { low + 1, low + (high - low) / 2, nextafter(low, INFINITY) };
    for (size_t i = 0; i < 3; i++) {
        if (candidates[i] > low && candidates[i] < high) {
            *out = candidates[i];
            return true;
        }
    }
    return false;
}

static enum lic_rc split_numbers(struct arena *arena, struct cond_value *values, uint32_t n,
                                 struct typed_points *out, struct lic_err *err)
{
    double number = 0;
    sort_array(values, n, sizeof(*values), compare_numbers);
    if (n > 0) {
        double first = values[0].number;
        number = first - 1 < first ? first - 1 : nextafter(first, -INFINITY);
    }
    TRY(add_number(arena, out, number, err));
    for (uint32_t i = 0; i < n; i++) {
        double next = i + 1 < n ? values[i + 1].number : INFINITY;
        TRY(add_number(arena, out, values[i].number, err));
        if (between_numbers(values[i].number, next, &number)) {
            TRY(add_number(arena, out, number, err));
        }
    }
    return LIC_OK;
}

/* ---- dates -------------------------------------------------------------------------------- */

static int compare_times(const void *a, const void *b)
{
    int64_t left = ((const struct cond_value *)a)->time_ns;
    int64_t right = ((const struct cond_value *)b)->time_ns;
    return (left > right) - (left < right);
}

/*
 * Whole seconds as seconds since 1970, which reaches back before it and to the end of time;
 * anything finer as a date with nine digits of fraction.
 */
static enum lic_rc add_time(struct arena *arena, struct typed_points *points, int64_t ns,
                            struct lic_err *err)
{
    struct buf text;
    char date[CLOCK_TEXT_BYTES];
    points->partial = points->partial || (ns < 0 && ns % NS_A_SECOND != 0);
    buf_init(&text, arena, TEXT_BYTES);
    if (ns < 0 || ns == INT64_MAX) {
        buf_add_i64(&text, ns / NS_A_SECOND + (ns == INT64_MAX ? 1 : 0));
    } else {
        clock_format(ns, date);
        buf_add(&text, str_make(date, CLOCK_TEXT_BYTES - 1));
        if (ns % NS_A_MS != 0) {
            buf_addf(&text, "%06u", (unsigned)(ns % NS_A_MS));
        }
        buf_add_char(&text, 'Z');
    }
    TRY(buf_check(&text, "a date", err));
    return add_point(arena, points, buf_str(&text), err);
}

static bool between_times(int64_t low, int64_t high, int64_t *out)
{
    int64_t steps[2] = { NS_A_SECOND, 1 };
    for (size_t i = 0; i < 2; i++) {
        if (low <= INT64_MAX - steps[i] && low + steps[i] < high) {
            *out = low + steps[i];
            return true;
        }
    }
    return false;
}

static enum lic_rc split_times(struct arena *arena, struct cond_value *values, uint32_t n,
                               struct typed_points *out, struct lic_err *err)
{
    sort_array(values, n, sizeof(*values), compare_times);
    int64_t ns = n > 0 ? values[0].time_ns : 0;
    if (ns > INT64_MIN + 2 * NS_A_SECOND) {
        TRY(add_time(arena, out, ns > 0 ? ns - 1 : ns - NS_A_SECOND, err));
    }
    for (uint32_t i = 0; i < n; i++) {
        int64_t next = i + 1 < n ? values[i + 1].time_ns : INT64_MAX;
        TRY(add_time(arena, out, values[i].time_ns, err));
        if (between_times(values[i].time_ns, next, &ns)) {
            TRY(add_time(arena, out, ns, err));
        }
    }
    return add_time(arena, out, INT64_MAX, err);
}

/* ---- addresses ---------------------------------------------------------------------------- */

static enum lic_rc add_address(struct arena *arena, struct typed_points *points,
                               const uint8_t *bytes, bool six, struct lic_err *err)
{
    char text[INET6_ADDRSTRLEN];
    const char *written = inet_ntop(six ? AF_INET6 : AF_INET, bytes, text, sizeof(text));
    CHECK(written != NULL); /* the room is enough for every address */
    return add_point(arena, points, str_z(written), err);
}

/* The first address behind the block; false when the block reaches the end. */
static bool address_behind(const struct cond_block *block, uint8_t out[16])
{
    memcpy(out, block->bytes, 16);
    for (uint32_t bit = 0; bit < block->bytes_n * 8u; bit++) {
        if (bit >= block->bits_n) {
            out[bit / 8] = (uint8_t)(out[bit / 8] | (0x80u >> (bit % 8)));
        }
    }
    for (uint32_t i = block->bytes_n; i > 0; i--) {
        out[i - 1]++;
        if (out[i - 1] != 0) {
            return true;
        }
    }
    return false;
}

/* The first address of the block: a policy may write 10.1.2.3/8. */
static void address_first(const struct cond_block *block, uint8_t out[16])
{
    memcpy(out, block->bytes, 16);
    for (uint32_t bit = block->bits_n; bit < block->bytes_n * 8u; bit++) {
        out[bit / 8] = (uint8_t)(out[bit / 8] & ~(0x80u >> (bit % 8)));
    }
}

/*
 * Every interval begins at an end of the domain, of a block or behind one. IPv4 addresses written
 * as IPv6 (::ffff:0:0/96) count as IPv4, so behind them a new interval of IPv6 begins.
 */
static enum lic_rc split_addresses(struct arena *arena, const struct cond_value *values, uint32_t n,
                                   struct typed_points *out, struct lic_err *err)
{
    static const uint8_t zero[16] = { 0 };
    static const uint8_t behind_mapped[16] = { [9] = 1 };
    static const uint8_t usual[16] = { 198, 51, 100, 7 };
    uint8_t address[16];
    TRY(add_address(arena, out, usual, /* six= */ false, err));
    TRY(add_address(arena, out, zero, /* six= */ false, err));
    TRY(add_address(arena, out, zero, /* six= */ true, err));
    TRY(add_address(arena, out, behind_mapped, /* six= */ true, err));
    for (uint32_t i = 0; i < n; i++) {
        const struct cond_block *block = &values[i].block;
        address_first(block, address);
        TRY(add_address(arena, out, address, block->bytes_n == 16, err));
        if (address_behind(block, address)) {
            TRY(add_address(arena, out, address, block->bytes_n == 16, err));
        }
    }
    return LIC_OK;
}

enum lic_rc typed_split(struct arena *arena, enum typed_family family,
                        const struct cond *const *conds, uint32_t n, struct typed_points *out,
                        struct lic_err *err)
{
    struct typed_points points = { .n = 0 };
    struct cond_value *values = NULL;
    uint32_t values_n = 0;
    TRY(gather(arena, conds, n, &values, &values_n, err));
    switch (family) {
    case TYPED_NUMBER:
        TRY(split_numbers(arena, values, values_n, &points, err));
        break;
    case TYPED_DATE:
        TRY(split_times(arena, values, values_n, &points, err));
        break;
    case TYPED_ADDRESS:
        TRY(split_addresses(arena, values, values_n, &points, err));
        break;
    }
    TRY(add_point(arena, &points, LIC_STR(MISTYPED), err));
    *out = points;
    return LIC_OK;
}
