/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text and back. */
#include "base/clock.h"

#include "test.h"

#include <time.h>

#define NS 1000000000

static lic_str text_of(int64_t ns, char out[CLOCK_TEXT_BYTES])
{
    clock_format(ns, out);
    return str_make(out, CLOCK_TEXT_BYTES);
}

CASE(base_clock_formats_utc_with_milliseconds)
{
    char text[CLOCK_TEXT_BYTES];
    EXPECT_STR(text_of(0, text), "1970-01-01T00:00:00.000Z");
    EXPECT_STR(text_of(-5, text), "1970-01-01T00:00:00.000Z");
    EXPECT_STR(text_of(1795384463123999999, text), "2026-11-22T21:54:23.123Z");
    EXPECT_STR(text_of((int64_t)951782400 * NS, text), "2000-02-29T00:00:00.000Z");
    EXPECT_STR(text_of((int64_t)951868800 * NS - 1, text), "2000-02-29T23:59:59.999Z");
    EXPECT_STR(text_of(INT64_MAX, text), "2262-04-11T23:47:16.854Z");
}

CASE(base_clock_agrees_with_the_c_library_on_many_days)
{
    for (int64_t day = 0; day < 106000; day += 7) {
        char text[CLOCK_TEXT_BYTES], expected[64];
        time_t seconds = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
        EXPECT_STR(text_of((int64_t)seconds * NS, text), expected);
        int64_t back = 0;
        EXPECT(clock_parse(str_make(text, sizeof(text)), &back));
        EXPECT_U64(back, (int64_t)seconds * NS);
    }
}

static void expect_time(const char *text, int64_t expected)
{
    int64_t ns = -1;
    EXPECT(clock_parse(str_z(text), &ns));
    EXPECT_U64(ns, expected);
}

CASE(base_clock_parses_every_form)
{
    expect_time("2026-11-22", (int64_t)1795305600 * NS);
    expect_time("2026-11-22T10:00Z", (int64_t)1795341600 * NS);
    expect_time("2026-11-22T10:00:01Z", (int64_t)1795341601 * NS);
    expect_time("2026-11-22t10:00:01z", (int64_t)1795341601 * NS);
    expect_time("2026-11-22T10:00:01.5Z", (int64_t)1795341601 * NS + NS / 2);
    expect_time("2026-11-22T10:00:01.1234567891Z", (int64_t)1795341601 * NS + 123456789);
    expect_time("2026-11-22T12:00:01+02:00", (int64_t)1795341601 * NS);
    expect_time("2026-11-22T04:30:01-05:30", (int64_t)1795341601 * NS);
    expect_time("2016-12-31T23:59:60Z", (int64_t)1483228800 * NS);
    expect_time("1969-12-31T23:59:59Z", -(int64_t)NS);
    expect_time("1795341601", (int64_t)1795341601 * NS);
    expect_time("-1", -(int64_t)NS);
}

CASE(base_clock_days_beyond_the_range_are_the_last_moments)
{
    expect_time("9999-12-31T23:59:59Z", INT64_MAX);
    expect_time("0001-01-01", INT64_MIN + 1);
    expect_time("99999999999999", INT64_MAX);
}

CASE(base_clock_refuses_what_is_no_time)
{
    static const char *const texts[] = {
        "",
        "now",
        "2026-13-01",
        "2026-00-01",
        "2026-02-29",
        "2026-11-31",
        "2026-11-22T",
        "2026-11",
        "2026-11-22T10Z",
        "2026-11-22T10:00",
        "2026-11-22T24:00Z",
        "2026-11-22T10:60Z",
        "2026-11-22T10:00:61Z",
        "2026-11-22T10:00:00.Z",
        "2026-11-22T10:00Zx",
        "2026-11-22 10:00Z",
        "2026-11-22T10:00+2:00",
        "2026-11-22T10:00+24:00",
        "0000-01-01",
        "+2026-11-22",
        "1e9",
        "99999999999999999999",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int64_t ns = 42;
        EXPECT(!clock_parse(str_z(texts[i]), &ns));
        EXPECT_U64(ns, 42);
    }
    EXPECT(!clock_parse(str_make(NULL, 0), &(int64_t){ 0 }));
}
