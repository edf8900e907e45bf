/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of what is spelled in another alphabet: base64, base32, hexadecimal, binary, Morse. Each
 * run of the text that decodes to something a model could read becomes a view of its own, all of
 * which stands for all of the run.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

#define BASE32_MIN 16u
#define HEX_MIN 16u
#define BINARY_MIN 32u
#define PROSE_MIN 5u /* bytes; shorter texts say nothing */

/* ---- what counts as readable ---- */

static bool is_prose_char(lic_str s, size_t step)
{
    unsigned char c = (unsigned char)s.at[0];
    if (step > 1) {
        return true;
    }
    char lower = (char)(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || c == ' ' || (c >= '0' && c <= '9') || c == '\n' ||
           c == '.' || c == ',' || c == '\'' || c == '-' || c == ':' || c == '"';
}

bool fold_is_prose(lic_str bytes)
{
    size_t chars = 0, good = 0;
    if (bytes.n < PROSE_MIN || utf8_check(bytes) != bytes.n) {
        return false;
    }
    for (lic_str rest = bytes; rest.n > 0;) {
        size_t step = utf8_step(rest);
        unsigned char c = (unsigned char)rest.at[0];
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f) {
            return false;
        }
        chars++;
        good += is_prose_char(rest, step) ? 1 : 0;
        rest = str_tail(rest, step);
    }
    return good * 5 >= chars * 4;
}

/* UTF-16 of ASCII letters, as some shells want it: every second byte is nothing. */
static lic_str without_zeros(char *bytes, size_t n)
{
    size_t zeros = 0, kept = 0;
    for (size_t i = 1; i < n; i += 2) {
        zeros += bytes[i] == '\0' ? 1 : 0;
    }
    if (n < 2 * PROSE_MIN || zeros < n / 2) {
        return str_make(bytes, n);
    }
    for (size_t i = 0; i < n; i += 2) {
        bytes[kept++] = bytes[i];
    }
    return str_make(bytes, kept);
}

/* Adds what bytes [start, end) of the source spell, if it is readable. */
static enum lic_rc add_decoded(struct fold *fold, const struct fold_source *source,
                               enum fold_kind kind, lic_str decoded, size_t start, size_t end)
{
    struct fold_writer writer;
    struct fold_span span = { (uint32_t)start, (uint32_t)end };
    if (!fold_is_prose(decoded)) {
        return LIC_OK;
    }
    fold_begin_span(fold, source, span, &writer);
    fold_replace(&writer, decoded, start, end);
    return fold_finish(&writer, kind);
}

/* ---- runs of one alphabet ---- */

enum {
    IN_64 = 1, /* letters, digits, + / - _ */
    IN_32 = 2, /* A-Z (any case), 2-7 */
    IN_16 = 4,
    IN_2 = 8,
};

/* clang-format off */
static const uint8_t alphabets[256] = {
    ['A' ... 'F'] = IN_64 | IN_32 | IN_16, ['G' ... 'Z'] = IN_64 | IN_32,
    ['a' ... 'f'] = IN_64 | IN_32 | IN_16, ['g' ... 'z'] = IN_64 | IN_32,
    ['0' ... '1'] = IN_64 | IN_16 | IN_2, ['2' ... '7'] = IN_64 | IN_32 | IN_16,
    ['8' ... '9'] = IN_64 | IN_16,
    ['+'] = IN_64, ['/'] = IN_64, ['-'] = IN_64, ['_'] = IN_64,
};
/* clang-format on */

static unsigned alphabets_of(char c)
{
    return alphabets[(unsigned char)c];
}

/* A run of characters of base64, which all the others are part of. */
struct run {
    size_t start, end;             /* without padding */
    unsigned in;                   /* alphabets that all of its characters belong to */
    bool upper, lower, digit, odd; /* odd: one of + / - _ */
    uint32_t capitals;             /* beyond the first character */
};

static struct run read_run(lic_str text, size_t start)
{
    struct run run = { .start = start, .end = start, .in = IN_64 | IN_32 | IN_16 | IN_2 };
    while (run.end < text.n) {
        char c = text.at[run.end];
        unsigned in = alphabets_of(c);
        if (in == 0) {
            break;
        }
        run.in &= in;
        run.upper |= c >= 'A' && c <= 'Z';
        run.capitals += c >= 'A' && c <= 'Z' && run.end > run.start ? 1 : 0;
        run.lower |= c >= 'a' && c <= 'z';
        run.digit |= c >= '0' && c <= '9';
        run.odd |=
            in == IN_64 && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c <= '9' && c >= '0');
        run.end++;
    }
    return run;
}

static int value64(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '+' || c == '-' ? 62 : 63;
}

static int value32(char c)
{
    return c >= '2' && c <= '7' ? c - '2' + 26 : (c | 0x20) - 'a';
}

static int value16(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

static int value2(char c)
{
    return c - '0';
}

/* Digits of `bits` bits each to bytes, ignoring line breaks; bits left over are dropped. */
static lic_str decode_bits(lic_str digits, unsigned bits, int (*value)(char), char *out)
{
    uint32_t gathered = 0;
    unsigned have = 0;
    size_t n = 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.at[i] == '\n' || digits.at[i] == '\r') {
            continue;
        }
        gathered = (gathered << bits | (uint32_t)value(digits.at[i])) & 0xffffu;
        have += bits;
        if (have >= 8) {
            have -= 8;
            out[n++] = (char)(gathered >> have & 0xffu);
        }
    }
    return without_zeros(out, n);
}

static enum lic_rc decode_run(struct fold *fold, const struct fold_source *source,
                              enum fold_kind kind, size_t start, size_t end, unsigned bits,
                              int (*value)(char))
{
    lic_str digits = str_slice(source->text, start, end);
    char *room = arena_take(fold->arena, digits.n);
    ENSURE(room, fold->err, LIC_E_NOMEM, "no memory for a folded text");
    return add_decoded(fold, source, kind, decode_bits(digits, bits, value, room), start, end);
}

/*
 * Base64 wrapped at a fixed width goes on behind the line break: the lines but the last are long.
 */
static size_t wrapped_end(lic_str text, const struct run *run)
{
    size_t end = run->end;
    size_t width = run->end - run->start;
    while (width >= 60 && width % 4 == 0) {
        size_t next = end + (str_starts(str_tail(text, end), LIC_STR("\r\n")) ? 2 : 1);
        if (end >= text.n || (text.at[end] != '\n' && text.at[end] != '\r')) {
            break;
        }
        struct run more = read_run(text, next);
        if (more.end == next) {
            break;
        }
        width = more.end - next;
        end = more.end;
    }
    return end;
}

/* A path or a name with hyphens is in the alphabet too: its long pieces are tried by themselves. */
static enum lic_rc decode_pieces(struct fold *fold, const struct fold_source *source,
                                 const struct run *run)
{
    size_t start = run->start;
    for (size_t at = run->start; at <= run->end; at++) {
        bool parts = at == run->end || strchr("/-_+", source->text.at[at]) != NULL;
        if (parts && at - start >= FOLD_RUN_MIN && at - start < run->end - run->start) {
            TRY(decode_run(fold, source, FOLD_BASE64, start, at, 6, value64));
        }
        start = parts ? at + 1 : start;
    }
    return LIC_OK;
}

static enum lic_rc decode_base64(struct fold *fold, const struct fold_source *source,
                                 const struct run *run, size_t end)
{
    uint32_t before = fold->views->n;
    TRY(decode_run(fold, source, FOLD_BASE64, run->start, end, 6, value64));
    if (fold->views->n == before && run->odd) {
        return decode_pieces(fold, source, run);
    }
    return LIC_OK;
}

/* An English word is in the alphabet of base64, but has no capitals inside and no digits. */
static bool may_be_base64(const struct run *run)
{
    return run->end - run->start >= FOLD_RUN_MIN && run->upper && run->lower &&
           (run->digit || run->capitals > 1);
}

static enum lic_rc decode_one(struct fold *fold, const struct fold_source *source, struct run *run)
{
    size_t n = run->end - run->start;
    if ((run->in & IN_2) != 0 && n >= BINARY_MIN) {
        return decode_run(fold, source, FOLD_BINARY, run->start, run->end, 1, value2);
    }
    if ((run->in & IN_16) != 0 && n >= HEX_MIN && n % 2 == 0) {
        TRY(decode_run(fold, source, FOLD_HEX, run->start, run->end, 4, value16));
    }
    if ((run->in & IN_32) != 0 && n >= BASE32_MIN && !(run->upper && run->lower)) {
        TRY(decode_run(fold, source, FOLD_BASE32, run->start, run->end, 5, value32));
    }
    if (may_be_base64(run)) {
        size_t end = wrapped_end(source->text, run);
        TRY(decode_base64(fold, source, run, end));
        run->end = end;
    }
    return LIC_OK;
}

/* ---- groups: hexadecimal and binary letters parted by blanks ---- */

static bool is_group_gap(char c)
{
    return c == ' ' || c == ':' || c == ',' || c == '-' || c == '\n' || c == '\t';
}

/* The digits of a group at `at`, with "0x" before them left out; 0: none of this length. */
static size_t group_at(lic_str text, size_t at, size_t digits, unsigned alphabet, size_t *digits_at)
{
    if (digits == 2 && str_starts(str_tail(text, at), LIC_STR("0x"))) {
        at += 2;
    }
    *digits_at = at;
    for (size_t i = 0; i < digits; i++) {
        if (at + i >= text.n || (alphabets_of(text.at[at + i]) & alphabet) == 0) {
            return 0;
        }
    }
    bool ends = at + digits == text.n || alphabets_of(text.at[at + digits]) == 0 ||
                text.at[at + digits] == '-';
    return ends ? at + digits : 0;
}

struct groups {
    enum fold_kind kind;
    size_t digits;
    unsigned alphabet, bits;
    int (*value)(char);
};

static const struct groups hex_groups = { FOLD_HEX, 2, IN_16, 4, value16 };
static const struct groups binary_groups = { FOLD_BINARY, 8, IN_2, 1, value2 };

/* Groups from `start` on; *end behind the last. What they spell is appended to `out`. */
static uint32_t read_groups(lic_str text, size_t start, const struct groups *groups,
                            struct buf *out, size_t *end)
{
    uint32_t n = 0;
    size_t digits_at = 0;
    for (size_t at = start; at < text.n; n++) {
        size_t next = group_at(text, at, groups->digits, groups->alphabet, &digits_at);
        if (next == 0) {
            break;
        }
        char byte = 0;
        (void)decode_bits(str_slice(text, digits_at, next), groups->bits, groups->value, &byte);
        buf_add_char(out, byte);
        *end = next;
        at = next + (next < text.n && is_group_gap(text.at[next]) ? 1 : 0);
        at += at < text.n && text.at[at] == ' ' ? 1 : 0;
    }
    return n;
}

/* *at moves behind the groups that were read, readable or not. */
static enum lic_rc try_groups(struct fold *fold, const struct fold_source *source,
                              const struct groups *groups, size_t *at)
{
    size_t end = *at, digits_at = 0;
    struct buf spelled;
    if (group_at(source->text, *at, groups->digits, groups->alphabet, &digits_at) == 0) {
        return LIC_OK;
    }
    buf_init(&spelled, fold->arena, source->text.n);
    uint32_t n = read_groups(source->text, *at, groups, &spelled, &end);
    TRY(buf_check(&spelled, "a folded text", fold->err));
    if (n < FOLD_GROUPS_MIN) {
        return LIC_OK;
    }
    TRY(add_decoded(fold, source, groups->kind, buf_str(&spelled), *at, end));
    *at = end;
    return LIC_OK;
}

/* ---- decimal: 105 103 110 ---- */

static size_t number_at(lic_str text, size_t at, unsigned *value)
{
    size_t end = at;
    *value = 0;
    while (end < text.n && end - at < 4 && (alphabets_of(text.at[end]) & IN_16) != 0 &&
           text.at[end] <= '9') {
        *value = *value * 10 + (unsigned)(text.at[end] - '0');
        end++;
    }
    bool printable = (*value >= ' ' && *value < 0x7f) || *value == '\n';
    return printable && end - at <= 3 ? end : at;
}

static enum lic_rc try_decimal(struct fold *fold, const struct fold_source *source, size_t *at)
{
    lic_str text = source->text;
    struct buf spelled;
    size_t end = *at;
    buf_init(&spelled, fold->arena, text.n);
    for (size_t next = *at; next < text.n;) {
        unsigned value = 0;
        size_t stop = number_at(text, next, &value);
        if (stop == next) {
            break;
        }
        buf_add_char(&spelled, (char)value);
        end = next = stop;
        while (next < text.n && next - end < 2 && is_group_gap(text.at[next])) {
            next++;
        }
        if (next == end) {
            break;
        }
    }
    TRY(buf_check(&spelled, "a folded text", fold->err));
    if (spelled.n >= FOLD_GROUPS_MIN) {
        TRY(add_decoded(fold, source, FOLD_DECIMAL, buf_str(&spelled), *at, end));
        *at = end;
    }
    return LIC_OK;
}

/* ---- Morse ---- */

static const struct morse {
    char letter;
    const char *code;
} morse_table[] = {
    { 'a', ".-" },     { 'b', "-..." },   { 'c', "-.-." },   { 'd', "-.." },    { 'e', "." },
    { 'f', "..-." },   { 'g', "--." },    { 'h', "...." },   { 'i', ".." },     { 'j', ".---" },
    { 'k', "-.-" },    { 'l', ".-.." },   { 'm', "--" },     { 'n', "-." },     { 'o', "---" },
    { 'p', ".--." },   { 'q', "--.-" },   { 'r', ".-." },    { 's', "..." },    { 't', "-" },
    { 'u', "..-" },    { 'v', "...-" },   { 'w', ".--" },    { 'x', "-..-" },   { 'y', "-.--" },
    { 'z', "--.." },   { '0', "-----" },  { '1', ".----" },  { '2', "..---" },  { '3', "...--" },
    { '4', "....-" },  { '5', "....." },  { '6', "-...." },  { '7', "--..." },  { '8', "---.." },
    { '9', "----." },  { '.', ".-.-.-" }, { ',', "--..--" }, { '?', "..--.." }, { '\'', ".----." },
    { '!', "-.-.--" }, { '/', "-..-." },  { ':', "---..." }, { '=', "-...-" },  { '-', "-....-" },
};

static char morse_letter(lic_str code)
{
    for (size_t i = 0; i < sizeof morse_table / sizeof morse_table[0]; i++) {
        if (str_eq(code, str_z(morse_table[i].code))) {
            return morse_table[i].letter;
        }
    }
    return 0;
}

static size_t code_end(lic_str text, size_t at)
{
    while (at < text.n && (text.at[at] == '.' || text.at[at] == '-')) {
        at++;
    }
    return at;
}

/* Letters are parted by one blank, words by "/", "|" or more blanks. */
static size_t read_gap(lic_str text, size_t at, bool *word)
{
    size_t blanks = 0;
    *word = false;
    while (at < text.n && (text.at[at] == ' ' || text.at[at] == '/' || text.at[at] == '|' ||
                           text.at[at] == '\n')) {
        *word |= text.at[at] != ' ' || ++blanks > 1;
        at++;
        if (text.at[at - 1] == '/') {
            blanks = 0;
        }
    }
    return at;
}

static uint32_t read_morse(lic_str text, size_t at, struct buf *out, size_t *end)
{
    uint32_t letters = 0;
    while (at < text.n) {
        bool word = false;
        size_t stop = code_end(text, at);
        char letter = stop - at <= 6 ? morse_letter(str_slice(text, at, stop)) : 0;
        if (letter == 0) {
            break;
        }
        buf_add_char(out, letter);
        letters++;
        *end = stop;
        at = read_gap(text, stop, &word);
        if (at == stop) {
            break;
        }
        if (word) {
            buf_add_char(out, ' ');
        }
    }
    return letters;
}

static enum lic_rc try_morse(struct fold *fold, const struct fold_source *source, size_t *at)
{
    size_t end = *at;
    struct buf spelled;
    buf_init(&spelled, fold->arena, source->text.n);
    uint32_t letters = read_morse(source->text, *at, &spelled, &end);
    TRY(buf_check(&spelled, "a folded text", fold->err));
    if (letters >= FOLD_GROUPS_MIN) {
        TRY(add_decoded(fold, source, FOLD_MORSE, str_trim(buf_str(&spelled)), *at, end));
        *at = end;
        return LIC_OK;
    }
    *at = code_end(source->text, *at);
    return LIC_OK;
}

/* ---- where fold_look saw a sign ---- */

static enum lic_rc look_at_run(struct fold *fold, const struct fold_source *source, size_t *at)
{
    struct run run = read_run(source->text, *at);
    size_t begun = *at, n = run.end - run.start;
    if (n == 2 || n == 4) {
        uint32_t views = fold->views->n;
        TRY(try_groups(fold, source, &hex_groups, at));
        if (fold->views->n == views && (run.in & IN_16) != 0) {
            *at = begun;
            TRY(try_decimal(fold, source, at));
        }
    } else if (n == 3) {
        TRY(try_decimal(fold, source, at));
    } else if (n == 8 && (run.in & IN_2) != 0) {
        TRY(try_groups(fold, source, &binary_groups, at));
    }
    if (*at > begun) {
        return LIC_OK;
    }
    if (n >= FOLD_RUN_MIN) {
        TRY(decode_one(fold, source, &run));
    }
    *at = run.end;
    return LIC_OK;
}

/* Signs come in the order in which they were complete; what one of them took is not taken again. */
enum lic_rc fold_make_decoded(struct fold *fold, const struct fold_source *source,
                              const struct fold_signs *signs)
{
    size_t done = 0;
    for (uint32_t i = 0; i < signs->encoded.n && !fold->views->cut; i++) {
        size_t at = signs->encoded.at[i];
        char c = source->text.at[at];
        if (at < done) {
            continue;
        }
        if (c == '.' || c == '-') {
            TRY(try_morse(fold, source, &at));
        } else {
            TRY(look_at_run(fold, source, &at));
        }
        done = at;
    }
    return LIC_OK;
}
