/* SPDX-License-Identifier: Apache-2.0 */
/* Counts of a text, and what they say about where it came from. */
#include "detect/entropy.h"

#include "base/str.h"

#include <math.h>

#include "base/banned.h"

#define RANDOM_MIN 16u
/* In drawn letters of two kinds a fifth of all neighbours differ in kind, in names a tenth. */
#define CHANGES_MIN 0.2

enum kind { KIND_SMALL, KIND_CAPITAL, KIND_DIGIT, KIND_SYMBOL, KIND_OTHER };

static enum kind kind_of(char c)
{
    static const lic_str joins = { "_-./+=", 6 };
    if (c >= 'a' && c <= 'z') {
        return KIND_SMALL;
    }
    if (c >= 'A' && c <= 'Z') {
        return KIND_CAPITAL;
    }
    if (c >= '0' && c <= '9') {
        return KIND_DIGIT;
    }
    return str_find_char(joins, c) < joins.n ? KIND_OTHER : KIND_SYMBOL;
}

static double shannon(const uint32_t counts[256], size_t n)
{
    double bits = 0;
    for (size_t i = 0; i < 256; i++) {
        if (counts[i] > 0) {
            double share = counts[i] / (double)n;
            bits -= share * log2(share);
        }
    }
    return bits;
}

static bool is_hex_of(const uint32_t counts[256], size_t n)
{
    size_t digits = 0, small = 0, capital = 0;
    for (size_t i = 0; i < 10; i++) {
        digits += counts['0' + i];
    }
    for (size_t i = 0; i < 6; i++) {
        small += counts['a' + i];
        capital += counts['A' + i];
    }
    return digits + small == n || digits + capital == n;
}

static void count_kind(struct entropy_shape *shape, enum kind kind)
{
    switch (kind) {
    case KIND_SMALL:
        shape->small++;
        break;
    case KIND_CAPITAL:
        shape->capital++;
        break;
    case KIND_DIGIT:
        shape->digits++;
        break;
    case KIND_SYMBOL:
        shape->symbols++;
        break;
    case KIND_OTHER:
        shape->others++;
        break;
    }
}

void entropy_measure(lic_str text, struct entropy_shape *out)
{
    struct entropy_shape shape = { .n = text.n };
    uint32_t counts[256] = { 0 };
    size_t run = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        bool same = i > 0 && c == text.at[i - 1];
        run = same ? run + 1 : 1;
        shape.run = run > shape.run ? run : shape.run;
        shape.distinct += counts[(unsigned char)c]++ == 0 ? 1 : 0;
        count_kind(&shape, kind_of(c));
        if (i > 0) {
            shape.changes += kind_of(c) != kind_of(text.at[i - 1]) ? 1 : 0;
            shape.rising += c == text.at[i - 1] + 1 ? 1 : 0;
        }
    }
    shape.hex = text.n > 0 && is_hex_of(counts, text.n);
    shape.bits = text.n > 0 ? shannon(counts, text.n) : 0;
    *out = shape;
}

/* A drawn text of n letters has about this much; a quarter less is still likely. */
static double bits_wanted(const struct entropy_shape *shape)
{
    double letters = shape->hex ? 16 : 36;
    letters = shape->small > 0 && shape->capital > 0 ? 60 : letters;
    double most = log2(letters);
    double have = log2((double)shape->n);
    return 0.75 * (have < most ? have : most);
}

/* Digits at the end number what was named: PreTrainedTokenizerFast10. */
static lic_str without_number(lic_str text)
{
    while (text.n > RANDOM_MIN && text.at[text.n - 1] >= '0' && text.at[text.n - 1] <= '9') {
        text.n--;
    }
    return text;
}

bool entropy_is_random(lic_str text)
{
    struct entropy_shape shape;
    entropy_measure(without_number(text), &shape);
    int kinds = (shape.small > 0) + (shape.capital > 0) + (shape.digits > 0);
    if (shape.n < RANDOM_MIN || kinds < 2 || shape.bits < bits_wanted(&shape)) {
        return false;
    }
    if (shape.others * 6 > shape.n || shape.symbols > 0) {
        return false; /* a path, a list of words, a version */
    }
    /* Without digits it must have capitals as often as small letters: getUserName has few. */
    bool even = shape.capital * 4 >= shape.n && shape.small * 4 >= shape.n;
    double share = (double)shape.changes / (double)(shape.n - 1);
    return share >= CHANGES_MIN && (shape.digits >= 2 || (even && share >= 0.3));
}

/* ---- placeholders ---- */

static bool has_nocase(lic_str text, lic_str word)
{
    for (size_t i = 0; i + word.n <= text.n; i++) {
        if (str_eq_nocase(str_slice(text, i, i + word.n), word)) {
            return true;
        }
    }
    return false;
}

/* Five letters at least: shorter ones come about by chance. */
static const char *const placeholder_words[] = {
    "example",  "placeholder", "changeme",  "change-me", "change_me", "your-",       "your_",
    "yourkey",  "yourtoken",   "xxxxx",     "dummy",     "redacted",  "insert",      "foobar",
    "password", "passwd",      "my-secret", "my_secret", "mysecret",  "deadbeef",    "testtest",
    "12345678", "abcdefgh",    "00000000",  "s3cr3t",    "undefined", "process.env", "os.environ",
    "getenv",   "hunter2",     "letmein",
};

static bool says_so(lic_str text)
{
    for (size_t i = 0; i < sizeof(placeholder_words) / sizeof(placeholder_words[0]); i++) {
        if (has_nocase(text, str_z(placeholder_words[i]))) {
            return true;
        }
    }
    return false;
}

/* ${VAR}, $(cmd), {{name}}, %s, <token>, [token], ****, ... */
static bool is_reference(lic_str text)
{
    static const char *const begins[] = { "${", "$(", "{{",  "<",   "[",
                                          "%(", "#{", "***", "...", "\xE2\x80\xA2" };
    for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
        if (str_find(text, str_z(begins[i])) < text.n) {
            return true;
        }
    }
    return text.n > 1 && (text.at[0] == '$' || text.at[0] == '%');
}

bool entropy_is_placeholder(lic_str text)
{
    struct entropy_shape shape;
    entropy_measure(text, &shape);
    bool few = shape.n >= 12 && shape.distinct < 6;
    bool repeats = shape.run * 3 > shape.n || (shape.distinct < 12 && shape.distinct * 8 < shape.n);
    bool counts_up = shape.n > 3 && shape.rising * 2 > shape.n;
    return text.n == 0 || repeats || counts_up || few || is_reference(text) || says_so(text);
}
