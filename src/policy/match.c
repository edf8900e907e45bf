/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wildcards over texts, ARNs and resources. Every matcher keeps only the last asterisk to come
 * back to: an earlier one never needs to take more, because the later one can. So the time is at
 * most pattern times text, and no hostile name can make it exponential.
 */
#include "policy/match.h"

#include "base/str.h"
#include "policy/policy.h"

#include "base/banned.h"

#define PARTS_BEFORE_LAST 5u /* arn, partition, service, region, account; then the resource */

/* Which bytes of a pattern are wildcards, and whether case counts. */
struct wildcards {
    char any, one;
    bool nocase;
};

static const struct wildcards as_written = { '*', '?', false };
static const struct wildcards as_written_nocase = { '*', '?', true };
static const struct wildcards as_compiled = { MATCH_ANY, MATCH_ONE, false };

/* The colon-separated parts of a text still to come; `at` is NULL after the last one. */
struct parts {
    lic_str rest;
    uint32_t taken_n;
};

static bool glob(lic_str pattern, lic_str text, struct wildcards wild);
static bool arn_matches(lic_str pattern, lic_str arn, struct wildcards wild);

bool match_wildcard(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_written);
}

bool match_wildcard_nocase(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_written_nocase);
}

bool match_arn(lic_str pattern, lic_str arn)
{
    return arn_matches(pattern, arn, as_written);
}

bool match_glob(lic_str pattern, lic_str text)
{
    return glob(pattern, text, as_compiled);
}

bool match_glob_arn(lic_str pattern, lic_str arn)
{
    return arn_matches(pattern, arn, as_compiled);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_char(char a, char b, bool nocase)
{
    return a == b || (nocase && lower(a) == lower(b));
}

/* Past the character at `i`: its first byte and the UTF-8 continuation bytes after it. */
static size_t next_char(lic_str text, size_t i)
{
    i++;
    while (i < text.n && ((unsigned char)text.at[i] & 0xC0u) == 0x80u) {
        i++;
    }
    return i;
}

static size_t skip_any(lic_str pattern, size_t i, char any)
{
    while (i < pattern.n && pattern.at[i] == any) {
        i++;
    }
    return i;
}

static bool glob(lic_str pattern, lic_str text, struct wildcards wild)
{
    size_t p = 0;
    size_t t = 0;
    size_t after_any = SIZE_MAX; /* in the pattern, behind the last asterisk seen */
    size_t resume = 0;           /* in the text, where that asterisk ends for now */
    while (t < text.n) {
        if (p < pattern.n && pattern.at[p] == wild.any) {
            p = skip_any(pattern, p, wild.any);
            after_any = p;
            resume = t;
        } else if (p < pattern.n && pattern.at[p] == wild.one) {
            p++;
            t = next_char(text, t);
        } else if (p < pattern.n && same_char(pattern.at[p], text.at[t], wild.nocase)) {
            p++;
            t++;
        } else if (after_any == pattern.n) {
            return true;
        } else if (after_any == SIZE_MAX) {
            return false;
        } else {
            resume = next_char(text, resume);
            t = resume;
            p = after_any;
        }
    }
    return skip_any(pattern, p, wild.any) == pattern.n;
}

static struct parts parts_of(lic_str text)
{
    return (struct parts){ text.at ? text : LIC_STR(""), 0 };
}

static bool parts_left(const struct parts *parts)
{
    return parts->rest.at != NULL;
}

/* The next part; the sixth is everything that is left. */
static lic_str parts_take(struct parts *parts)
{
    lic_str all = parts->rest;
    size_t n = parts->taken_n < PARTS_BEFORE_LAST ? str_find_char(all, ':') : all.n;
    parts->rest = n < all.n ? str_tail(all, n + 1) : (lic_str){ NULL, 0 };
    parts->taken_n++;
    return str_head(all, n);
}

/* Passes over the parts before the first wildcard that are the same on both sides: most of them. */
static void skip_same_parts(struct parts *want, struct parts *have, struct wildcards wild)
{
    size_t both = want->rest.n < have->rest.n ? want->rest.n : have->rest.n;
    size_t past = 0;
    for (size_t i = 0; i < both && want->taken_n < PARTS_BEFORE_LAST; i++) {
        char c = want->rest.at[i];
        if (c != have->rest.at[i] || c == wild.any || c == wild.one) {
            break;
        }
        past = c == ':' ? i + 1 : past;
        want->taken_n += c == ':' ? 1 : 0;
    }
    have->taken_n = want->taken_n;
    want->rest = str_tail(want->rest, past);
    have->rest = str_tail(have->rest, past);
}

static bool arn_matches(lic_str pattern, lic_str arn, struct wildcards wild)
{
    struct parts want = parts_of(pattern);
    struct parts have = parts_of(arn);
    skip_same_parts(&want, &have, wild);
    while (parts_left(&want) && parts_left(&have)) {
        if (!glob(parts_take(&want), parts_take(&have), wild)) {
            return false;
        }
    }
    return want.taken_n == PARTS_BEFORE_LAST + 1 && !parts_left(&want) && !parts_left(&have);
}

static bool ends_in_any(lic_str part)
{
    return part.n > 0 && part.at[part.n - 1] == MATCH_ANY;
}

/* One step of both: false when these parts do not match or one side has none left. */
static bool parts_match(struct parts *want, struct parts *have, bool *out_open)
{
    if (!parts_left(want) || !parts_left(have)) {
        return false;
    }
    lic_str pattern = parts_take(want);
    /* Behind an open asterisk the pattern's own count decides which part is the last. */
    have->taken_n = want->taken_n - 1;
    *out_open = ends_in_any(pattern) && want->taken_n <= PARTS_BEFORE_LAST;
    return glob(pattern, parts_take(have), as_compiled);
}

bool match_glob_resource(lic_str pattern, lic_str resource)
{
    struct parts want = parts_of(pattern);
    struct parts have = parts_of(resource);
    skip_same_parts(&want, &have, as_compiled);
    struct parts want_again = { { NULL, 0 }, 0 }; /* behind the last open asterisk */
    struct parts have_again = { { NULL, 0 }, 0 };
    bool seen_open = false;
    for (;;) {
        bool open = false;
        bool matched = parts_match(&want, &have, &open);
        if (matched && open) {
            seen_open = true;
            want_again = want;
            have_again = have;
        }
        if (matched && !parts_left(&want) && (open || !parts_left(&have))) {
            return true;
        }
        if (matched) {
            continue;
        }
        if (!seen_open || !parts_left(&have_again)) {
            return false;
        }
        have_again.taken_n = 0; /* only colons count while the asterisk takes one part more */
        (void)parts_take(&have_again);
        want = want_again;
        have = have_again;
    }
}
