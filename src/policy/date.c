/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates as AWS reads them, which is more than RFC 3339: parts may be left out from the right and
 * hours have one digit or two. What was written is put into RFC 3339's one form, and base/clock.c
 * does the calendar.
 */
#include "policy/date.h"

#include "base/clock.h"
#include "base/str.h"

#include <stdio.h>

#include "base/banned.h"

#define YEAR_DIGITS 4u /* a bare number this long is a year, any other counts seconds */
#define YEAR_DIGITS_MAX 9u
#define FRACTION_DIGITS_MAX 9u
#define YEAR_MAX 9999u

struct written {
    bool before_zero; /* "-0044" */
    uint32_t year, month, day, hour, minute, second;
    lic_str fraction; /* with its point, or empty */
    bool behind;      /* zone "-05:00" */
    uint32_t zone_hour, zone_minute;
};

static bool take_char(lic_str *s, char c)
{
    bool there = s->n > 0 && s->at[0] == c;
    *s = str_tail(*s, there ? 1 : 0);
    return there;
}

static size_t digits_n(lic_str s)
{
    size_t n = 0;
    while (n < s.n && s.at[n] >= '0' && s.at[n] <= '9') {
        n++;
    }
    return n;
}

/* A number of `min` to `max` digits. */
static bool take_number(lic_str *s, size_t min, size_t max, uint32_t *out)
{
    uint64_t n = 0;
    size_t digits = digits_n(*s);
    if (digits < min || digits > max || !str_u64(str_head(*s, digits), &n)) {
        return false;
    }
    *out = (uint32_t)n;
    *s = str_tail(*s, digits);
    return true;
}

/* Sets *out only when the separator is there; false: it is, and no number follows. */
static bool take_part(lic_str *s, char separator, uint32_t *out)
{
    return !take_char(s, separator) || take_number(s, 1, 2, out);
}

static bool take_fraction(lic_str *s, struct written *w)
{
    lic_str all = *s;
    if (!take_char(s, '.')) {
        return true;
    }
    size_t digits = digits_n(*s);
    w->fraction = str_head(all, digits + 1);
    *s = str_tail(*s, digits);
    return digits > 0 && digits <= FRACTION_DIGITS_MAX;
}

/* "", "Z", "+01", "+01:00" or "+0100". */
static bool take_zone(lic_str *s, struct written *w)
{
    if (s->n == 0 || take_char(s, 'Z') || take_char(s, 'z')) {
        return true;
    }
    w->behind = s->at[0] == '-';
    if (!take_char(s, w->behind ? '-' : '+') || s->n < 2) {
        return false;
    }
    lic_str hour = str_head(*s, 2);
    *s = str_tail(*s, 2);
    (void)take_char(s, ':');
    bool minutes = s->n == 0 || take_number(s, 2, 2, &w->zone_minute);
    return take_number(&hour, 2, 2, &w->zone_hour) && minutes;
}

static bool take_time(lic_str *s, struct written *w)
{
    if (digits_n(*s) == 0) {
        return true; /* "2026-01-31T": the day begins */
    }
    return take_number(s, 1, 2, &w->hour) && take_part(s, ':', &w->minute) &&
           take_part(s, ':', &w->second) && take_fraction(s, w);
}

static bool take_all(lic_str s, struct written *w)
{
    w->before_zero = take_char(&s, '-');
    bool date = take_number(&s, 1, YEAR_DIGITS_MAX, &w->year) && take_part(&s, '-', &w->month) &&
                take_part(&s, '-', &w->day);
    if (!date || s.n == 0) {
        return date;
    }
    bool time = take_char(&s, 'T') || take_char(&s, 't');
    return time && take_time(&s, w) && take_zone(&s, w) && s.n == 0;
}

static bool convert(const struct written *w, int64_t *out_ns)
{
    char text[64];
    bool far = w->before_zero || w->year == 0 || w->year > YEAR_MAX;
    /* The form is checked with any year, so that no month is 13. 2000 has every day. */
    int n = snprintf(text, sizeof(text), "%04u-%02u-%02uT%02u:%02u:%02u" LIC_FMT "%c%02u:%02u",
                     far ? 2000u : w->year, w->month, w->day, w->hour, w->minute, w->second,
                     LIC_ARG(w->fraction), w->behind ? '-' : '+', w->zone_hour, w->zone_minute);
    int64_t ns;
    if (n < 0 || (size_t)n >= sizeof(text) || !clock_parse(str_make(text, (size_t)n), &ns)) {
        return false;
    }
    bool first = w->before_zero || w->year == 0;
    *out_ns = !far ? ns : first ? INT64_MIN + 1 : INT64_MAX;
    return true;
}

/* Seconds since 1970, far ones cut by clock_parse as dates are. */
static bool is_seconds(lic_str text)
{
    lic_str s = text;
    bool sign = take_char(&s, '-');
    return s.n > 0 && digits_n(s) == s.n && (sign || s.n != YEAR_DIGITS);
}

bool date_parse(lic_str text, int64_t *out_ns)
{
    struct written w = { .month = 1, .day = 1, .fraction = LIC_STR("") };
    if (is_seconds(text)) {
        return clock_parse(text, out_ns);
    }
    return take_all(text, &w) && convert(&w, out_ns);
}
