/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text and back, in the proleptic Gregorian calendar, without the C library's clock. */
#include "base/clock.h"

#include "base/str.h"

#include "base/banned.h"

#define NS_A_SECOND 1000000000
#define SECONDS_A_DAY 86400
#define DAYS_A_CYCLE 146097     /* 400 years */
#define DAYS_BEFORE_1970 719468 /* from 0000-03-01, where a cycle begins */

struct civil {
    int64_t year;
    uint32_t month, day;
};

/* Years are counted from 1 March, so that the leap day is the last of its year. */
static int64_t days_from_civil(struct civil date)
{
    int64_t year = date.month <= 2 ? date.year - 1 : date.year;
    int64_t cycle = year / 400;
    int64_t year_of_cycle = year - cycle * 400;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
    int64_t day_of_cycle =
        year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    return cycle * DAYS_A_CYCLE + day_of_cycle - DAYS_BEFORE_1970;
}

static struct civil civil_from_days(int64_t days)
{
    int64_t since = days + DAYS_BEFORE_1970;
    int64_t cycle = since / DAYS_A_CYCLE;
    int64_t day_of_cycle = since - cycle * DAYS_A_CYCLE;
    int64_t year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
                             day_of_cycle / (DAYS_A_CYCLE - 1)) /
                            365;
    int64_t day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    int64_t year = cycle * 400 + year_of_cycle + (month >= 10 ? 1 : 0);
    return (struct civil){
        .year = year,
        .month = (uint32_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint32_t)(day_of_year - (153 * month + 2) / 5 + 1),
    };
}

static char *put_digits(char *at, uint64_t n, unsigned width)
{
    for (unsigned i = width; i > 0; i--) {
        at[i - 1] = (char)('0' + n % 10);
        n /= 10;
    }
    return at + width;
}

void clock_format(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
    uint64_t ms = (uint64_t)(ns > 0 ? ns : 0) / 1000000;
    uint64_t seconds = ms / 1000;
    uint64_t of_day = seconds % SECONDS_A_DAY;
    struct civil date = civil_from_days((int64_t)(seconds / SECONDS_A_DAY));
    char *at = put_digits(out, (uint64_t)date.year, 4);
    *at++ = '-';
    at = put_digits(at, date.month, 2);
    *at++ = '-';
    at = put_digits(at, date.day, 2);
    *at++ = 'T';
    at = put_digits(at, of_day / 3600, 2);
    *at++ = ':';
    at = put_digits(at, of_day / 60 % 60, 2);
    *at++ = ':';
    at = put_digits(at, of_day % 60, 2);
    *at++ = '.';
    at = put_digits(at, ms % 1000, 3);
    *at = 'Z';
}

/* Exactly `width` digits off *s. */
static bool take_number(lic_str *s, size_t width, uint32_t *out)
{
    uint64_t n = 0;
    if (s->n < width || !str_u64(str_head(*s, width), &n)) {
        return false;
    }
    *out = (uint32_t)n;
    *s = str_tail(*s, width);
    return true;
}

static bool take_char(lic_str *s, char c)
{
    bool there = s->n > 0 && s->at[0] == c;
    *s = str_tail(*s, there ? 1 : 0);
    return there;
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

static bool take_date(lic_str *s, int64_t *out_days)
{
    uint32_t year, month, day;
    if (!take_number(s, 4, &year) || !take_char(s, '-') || !take_number(s, 2, &month) ||
        !take_char(s, '-') || !take_number(s, 2, &day)) {
        return false;
    }
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
        return false;
    }
    *out_days = days_from_civil((struct civil){ .year = year, .month = month, .day = day });
    return true;
}

/* ".123" as nanoseconds; digits beyond the ninth are cut. */
static bool take_fraction(lic_str *s, int64_t *out_ns)
{
    *out_ns = 0;
    if (!take_char(s, '.')) {
        return true;
    }
    int64_t unit = NS_A_SECOND / 10;
    size_t n = 0;
    for (; n < s->n && s->at[n] >= '0' && s->at[n] <= '9'; n++) {
        *out_ns += (s->at[n] - '0') * unit;
        unit /= 10;
    }
    *s = str_tail(*s, n);
    return n > 0;
}

/* "hh:mm" with ":ss" and a fraction if given; second 60 is a leap second and counts as the next. */
static bool take_time(lic_str *s, int64_t *out_seconds, int64_t *out_ns)
{
    uint32_t hour, minute, second = 0;
    if (!take_number(s, 2, &hour) || !take_char(s, ':') || !take_number(s, 2, &minute)) {
        return false;
    }
    if (take_char(s, ':') && !take_number(s, 2, &second)) {
        return false;
    }
    *out_seconds = (int64_t)hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second <= 60 && take_fraction(s, out_ns);
}

/* "Z", "+hh:mm" or "-hh:mm": the seconds that local time is ahead of UTC. */
static bool take_zone(lic_str *s, int64_t *out_seconds)
{
    *out_seconds = 0;
    if (take_char(s, 'Z') || take_char(s, 'z')) {
        return true;
    }
    bool ahead = take_char(s, '+');
    uint32_t hour, minute;
    if ((!ahead && !take_char(s, '-')) || !take_number(s, 2, &hour) || !take_char(s, ':') ||
        !take_number(s, 2, &minute) || hour > 23 || minute > 59) {
        return false;
    }
    int64_t size = (int64_t)hour * 3600 + minute * 60;
    *out_seconds = ahead ? size : -size;
    return true;
}

/* A policy may name a day far away: beyond what 64 bits of nanoseconds hold it is the last moment.
 */
static int64_t clamped_ns(int64_t seconds, int64_t ns)
{
    int64_t whole;
    if (__builtin_mul_overflow(seconds, (int64_t)NS_A_SECOND, &whole) ||
        __builtin_add_overflow(whole, ns, &whole)) {
        return seconds < 0 ? INT64_MIN + 1 : INT64_MAX;
    }
    return whole;
}

static bool parse_epoch(lic_str s, int64_t *out_ns)
{
    int64_t seconds;
    if (!str_i64(s, &seconds)) {
        return false;
    }
    *out_ns = clamped_ns(seconds, 0);
    return true;
}

bool clock_parse(lic_str s, int64_t *out_ns)
{
    int64_t days, seconds = 0, ns = 0, ahead = 0;
    if (parse_epoch(s, out_ns)) {
        return true;
    }
    if (!take_date(&s, &days)) {
        return false;
    }
    if (s.n > 0) {
        if ((!take_char(&s, 'T') && !take_char(&s, 't')) || !take_time(&s, &seconds, &ns) ||
            !take_zone(&s, &ahead) || s.n > 0) {
            return false;
        }
    }
    *out_ns = clamped_ns(days * SECONDS_A_DAY + seconds - ahead, ns);
    return true;
}
