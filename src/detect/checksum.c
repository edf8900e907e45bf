/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of check digits, and what reads them. */
#include "detect/checksum.h"

#include "base/str.h"
#include "detect/checksum_more.h"

#include "base/banned.h"

#define WEIGHTS_MAX 17u
#define STEPS_MAX 2u
#define WHOLE 0xFFu /* the weights cover the check digit too: the rest must be 0 */

/* What is summed, and where the check character stands. */
struct step {
    int16_t weights[WEIGHTS_MAX], again[WEIGHTS_MAX]; /* `again`: when the rest is 10 */
    uint8_t n, modulus, at;
    bool negate; /* the rest of minus the sum */
    int16_t plus;
    const char *table; /* check characters by rest; '!': never given out */
};

enum date_form { DATE_NONE, DATE_YMD, DATE_DMY, DATE_YYYYMD, DATE_DM };

struct checksum {
    const char *name, *doc;
    uint8_t length;     /* letters and digits; 0: `more` is given the match as it stands */
    uint8_t length_min; /* shorter ones are filled up with zeros; 0: none are */
    struct step steps[STEPS_MAX];
    enum date_form date;
    uint8_t date_at;
    bool (*more)(const char *value, size_t n); /* what no row can say; NULL: nothing */
};

#define DIGITS "0123456789"

static bool luhn(const char *value, size_t n)
{
    return checksum_luhn(value, n, 0);
}

static bool luhn_npi(const char *value, size_t n)
{
    /* The prefix 80840 stands before every number and adds 24. */
    return checksum_luhn(value, n, 24);
}

static const struct checksum checksums[] = {
#define ROW(name_, doc_, length_, ...)                                                             \
    { .name = (name_), .doc = (doc_), .length = (length_), __VA_ARGS__ },
#define STEP(at_, modulus_, n_, ...)                                                               \
    {                                                                                              \
        .at = (at_), .modulus = (modulus_), .n = (n_), __VA_ARGS__                                 \
    }
#define W(...) .weights = { __VA_ARGS__ }
#include "detect/checksum.def"
#undef W
#undef STEP
#undef ROW
};

#define CHECKSUMS_N ((uint32_t)(sizeof(checksums) / sizeof(checksums[0])))

const struct checksum *checksum_at(uint32_t i)
{
    return i < CHECKSUMS_N ? &checksums[i] : NULL;
}

const struct checksum *checksum_find(lic_str name)
{
    for (uint32_t i = 0; i < CHECKSUMS_N; i++) {
        if (str_eq(name, str_z(checksums[i].name))) {
            return &checksums[i];
        }
    }
    return NULL;
}

const char *checksum_name(const struct checksum *checksum)
{
    return checksum->name;
}

const char *checksum_doc(const struct checksum *checksum)
{
    return checksum->doc;
}

/* ---- sums ---- */

static int32_t value_of(char c)
{
    return c <= '9' ? c - '0' : c - 'A' + 10;
}

static uint32_t rest_of(const struct step *step, const int16_t *weights, const char *value)
{
    int32_t sum = step->plus, modulus = step->modulus;
    for (uint32_t i = 0; i < step->n; i++) {
        sum += weights[i] * value_of(value[i]);
    }
    int32_t rest = (step->negate ? -sum : sum) % modulus;
    return (uint32_t)(rest < 0 ? rest + modulus : rest);
}

static bool step_holds(const struct step *step, const char *value, size_t n)
{
    if (step->modulus == 0) {
        return true;
    }
    uint32_t rest = rest_of(step, step->weights, value);
    if (rest == 10 && step->again[0] != 0) {
        rest = rest_of(step, step->again, value);
    }
    if (step->at == WHOLE) {
        return rest == 0;
    }
    return step->at < n && rest < strlen(step->table) && step->table[rest] == value[step->at];
}

/* ---- dates ---- */

static uint32_t two(const char *at)
{
    return (uint32_t)(value_of(at[0]) * 10 + value_of(at[1]));
}

/* Countries add to the month what tells century or sex, and to the day what tells other kinds. */
static bool month_holds(uint32_t month)
{
    static const uint8_t shifts[] = { 0, 20, 40, 50, 60, 70, 80 };
    for (size_t i = 0; i < sizeof(shifts); i++) {
        if (month > shifts[i] && month <= shifts[i] + 12u) {
            return true;
        }
    }
    return false;
}

static bool day_holds(uint32_t day)
{
    return (day >= 1 && day <= 31) || (day >= 41 && day <= 71) || (day >= 61 && day <= 91);
}

static bool date_holds(enum date_form form, const char *at)
{
    switch (form) {
    case DATE_NONE:
        return true;
    case DATE_YMD:
        return month_holds(two(at + 2)) && day_holds(two(at + 4));
    case DATE_DMY:
    case DATE_DM:
        return month_holds(two(at + 2)) && day_holds(two(at));
    case DATE_YYYYMD:
        return (two(at) == 19 || two(at) == 20) && month_holds(two(at + 4)) &&
               day_holds(two(at + 6));
    }
    return false;
}

/* ---- values ---- */

#define VALUE_MAX 96u

/* Letters in capitals and digits; VALUE_MAX + 1 when there are more. */
static size_t compact(lic_str match, char out[VALUE_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < match.n; i++) {
        char c = match.at[i];
        bool small = c >= 'a' && c <= 'z';
        if (!small && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) {
            continue;
        }
        if (n == VALUE_MAX) {
            return VALUE_MAX + 1;
        }
        out[n++] = small ? (char)(c - 32) : c;
    }
    return n;
}

/* Puts zeros before it until it is `length` long. */
static size_t fill_up(char value[VALUE_MAX], size_t n, size_t length)
{
    size_t missing = length > n ? length - n : 0;
    memmove(value + missing, value, n);
    memset(value, '0', missing);
    return n + missing;
}

static bool all_same(const char *value, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (value[i] != value[0]) {
            return false;
        }
    }
    return true;
}

bool checksum_holds(const struct checksum *checksum, lic_str match)
{
    char value[VALUE_MAX];
    size_t n = compact(match, value);
    if (match.n == 0) {
        return false;
    }
    if (checksum->length == 0) {
        return checksum->more(match.at, match.n);
    }
    size_t least = checksum->length_min != 0 ? checksum->length_min : checksum->length;
    if (n < least || n > checksum->length) {
        return false;
    }
    n = fill_up(value, n, checksum->length);
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        if (!step_holds(&checksum->steps[i], value, n)) {
            return false;
        }
    }
    return !all_same(value, n) && date_holds(checksum->date, value + checksum->date_at) &&
           (!checksum->more || checksum->more(value, n));
}
