/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that stand beside their name. A match begins with the name; what is reported is the value,
 * if it can be one: not a type in a program, a variable or a row of stars.
 */
#include "detect/validate_named.h"

#include "base/str.h"

#include "base/banned.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_glue(char c)
{
    return c == ' ' || c == '\t' || c == ':' || c == '=' || c == '>' || c == '"' || c == '\'' ||
           c == '`';
}

/* Where the value begins: after the first ':' or '=', or else after the last blank or letter beyond
 * ASCII; `match.n` when nothing parts it from the name. *named: a sign stood between. */
static size_t value_start(lic_str match, bool *named)
{
    size_t at = 0, wide = 0;
    *named = false;
    for (size_t i = 0; i < match.n; i++) {
        wide = (match.at[i] & 0x80) != 0 && !*named ? i + 1 : wide;
        if (!*named && (match.at[i] == ':' || match.at[i] == '=')) {
            *named = true;
            at = i;
        }
    }
    if (!*named) {
        for (size_t i = match.n; i > 0 && at == 0; i--) {
            at = match.at[i - 1] == ' ' || match.at[i - 1] == '\t' ? i : 0;
        }
        at = at > wide ? at : wide;
        if (at == 0) {
            return match.n;
        }
    }
    while (at < match.n && is_glue(match.at[at])) {
        at++;
    }
    return at;
}

static bool is_placeholder(lic_str value)
{
    static const char *const words[] = { "string",   "null",  "none",      "true",    "false",
                                         "text",     "input", "undefined", "varchar", "required",
                                         "optional", "field", "password",  "username" };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (str_eq_nocase(value, str_z(words[i]))) {
            return true;
        }
    }
    for (size_t i = 1; i < value.n; i++) {
        if (value.at[i] != value.at[0]) {
            return false;
        }
    }
    return true;
}

static lic_str trim_end(lic_str value)
{
    while (value.n > 0 && memchr(".,:;)]}\\", value.at[value.n - 1], 8)) {
        value.n--;
    }
    return value;
}

/* Something that a person would type: a digit or a sign in it, and no part of a program. */
static bool check_password(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    bool named = false, strong = false;
    size_t at = value_start(match, &named);
    lic_str value = trim_end(str_tail(match, at));
    (void)scratch;
    for (size_t i = 0; i < value.n; i++) {
        strong = strong || is_digit(value.at[i]) || memchr("!@#^&*+?~%$", value.at[i], 11);
        if (value.at[i] == '(' || value.at[i] == '{' || value.at[i] == '[') {
            return false;
        }
    }
    if (value.n < 4 || !strong || is_placeholder(value) || value.at[0] == '$') {
        return false;
    }
    *start = at;
    *end = at + value.n;
    return true;
}

static bool check_username(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    bool named = false, telling = false;
    size_t at = value_start(match, &named);
    lic_str value = trim_end(str_tail(match, at));
    (void)scratch;
    if (value.n > 0 && value.at[0] == '@') {
        at++;
        value = str_tail(value, 1);
    }
    for (size_t i = 0; i < value.n; i++) {
        telling = telling || is_digit(value.at[i]) || value.at[i] == '_' || value.at[i] == '.';
    }
    if (value.n < 3 || (!named && !telling) || is_placeholder(value)) {
        return false;
    }
    *start = at;
    *end = at + value.n;
    return true;
}

/* The number that a match ends with, which alone is reported. */
static bool check_last_number(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t at = match.n;
    (void)scratch;
    while (at > 0 && is_digit(match.at[at - 1])) {
        at--;
    }
    *start = at;
    *end = match.n;
    return at < match.n;
}

static bool check_age(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    uint64_t years = 0;
    return check_last_number(match, scratch, start, end) &&
           str_u64(str_slice(match, *start, *end), &years) && years >= 1 && years <= 120;
}

/* Three groups as a date has them: 2023-11-22, 22.11.2023, 22-11-23. */
static bool is_date(lic_str match)
{
    size_t lengths[4] = { 0 }, groups = 0;
    for (size_t i = 0; i < match.n; i++) {
        bool begins = i == 0 || !is_digit(match.at[i - 1]);
        if (is_digit(match.at[i]) && begins && ++groups > 3) {
            return false;
        }
        lengths[groups] += is_digit(match.at[i]);
    }
    bool parted = match.n > 2 && !is_digit(match.at[lengths[1]]) && match.at[lengths[1]] != ' ';
    return groups == 3 && parted && lengths[2] <= 2 &&
           ((lengths[1] == 4 && lengths[3] <= 2) || (lengths[1] <= 2 && lengths[3] == 4));
}

/* Six digits are a number in small countries: "33 93 31". */
static bool is_short_number(lic_str match)
{
    return match.n == 8 && match.at[2] == match.at[5] && (match.at[2] == ' ' || match.at[2] == '-');
}

static bool check_phone_near(lic_str match, struct arena *scratch, size_t *start, size_t *end)
{
    size_t digits = 0;
    bool same = true;
    char first = 0;
    (void)scratch;
    (void)start;
    (void)end;
    for (size_t i = 0; i < match.n && match.at[i] != 'x'; i++) {
        if (is_digit(match.at[i])) {
            first = first ? first : match.at[i];
            same = same && match.at[i] == first;
            digits++;
        }
    }
    return (digits >= 7 || is_short_number(match)) && digits <= 15 && !same && !is_date(match);
}

const struct validator named_validators[] = {
    { "password", "what follows a name, if it has a digit or sign and is no part of a program",
      check_password },
    { "username", "what follows a name, if something parts it from that", check_username },
    { "last-number", "only the number at the end is reported", check_last_number },
    { "age", "the same, 1 to 120", check_age },
    { "phone-near", "7 to 15 digits, not all the same, not a date", check_phone_near },
    { NULL, NULL, NULL },
};
