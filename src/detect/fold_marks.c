/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view of a text whose characters are written by numbers or names: HTML entities and tags,
 * percent and backslash escapes. All are resolved at once, since one text may mix them; it is the
 * whole text, byte for byte elsewhere, and its kind says which of them there were most of.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool is_scalar(uint32_t c)
{
    return c > 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
}

/* The number of 1 to `max` digits at `at`; *end behind it. False: none. */
static bool read_number(lic_str text, size_t at, uint32_t base, size_t max, uint32_t *out,
                        size_t *end)
{
    uint32_t value = 0;
    size_t n = 0;
    while (at + n < text.n && n < max) {
        int digit = hex_digit(text.at[at + n]);
        if (digit < 0 || (uint32_t)digit >= base) {
            break;
        }
        value = value * base + (uint32_t)digit;
        n++;
    }
    *out = value;
    *end = at + n;
    return n > 0;
}

/* What one mark (an escape, an entity ...) at `at` stands for: its end and its UTF-8. */
struct mark {
    size_t end;
    char bytes[4];
    size_t n; /* 0: it stands for nothing and is left out */
};

static bool put_scalar(struct mark *mark, uint32_t c, size_t end)
{
    if (!is_scalar(c)) {
        return false;
    }
    mark->n = utf8_put(mark->bytes, c);
    mark->end = end;
    return true;
}

/* ---- entities and tags ---- */

static const struct entity {
    const char *name;
    uint32_t c;
} entities[] = {
    { "amp", '&' },    { "lt", '<' },     { "gt", '>' },       { "quot", '"' },
    { "apos", '\'' },  { "nbsp", ' ' },   { "ensp", ' ' },     { "emsp", ' ' },
    { "thinsp", ' ' }, { "Tab", '\t' },   { "NewLine", '\n' }, { "excl", '!' },
    { "num", '#' },    { "percnt", '%' }, { "lpar", '(' },     { "rpar", ')' },
    { "comma", ',' },  { "period", '.' }, { "sol", '/' },      { "colon", ':' },
    { "semi", ';' },   { "equals", '=' }, { "quest", '?' },    { "commat", '@' },
    { "lsqb", '[' },   { "lbrack", '[' }, { "rsqb", ']' },     { "rbrack", ']' },
    { "lcub", '{' },   { "lbrace", '{' }, { "rcub", '}' },     { "rbrace", '}' },
    { "vert", '|' },   { "lowbar", '_' }, { "hyphen", '-' },   { "dash", '-' },
    { "ndash", '-' },  { "mdash", '-' },  { "lsquo", '\'' },   { "rsquo", '\'' },
    { "ldquo", '"' },  { "rdquo", '"' },  { "bull", '*' },     { "hellip", '.' },
    { "bsol", '\\' },  { "dollar", '$' }, { "plus", '+' },     { "grave", '`' },
    { "ast", '*' },    { "copy", 0xa9 },  { "shy", 0xad },     { "zwnj", 0x200c },
    { "zwj", 0x200d },
};

#define ENTITY_BYTES_MAX 8u /* of a name in the table, and its semicolon */

static bool read_entity(lic_str text, size_t at, struct mark *mark)
{
    uint32_t c = 0;
    size_t end = 0;
    lic_str rest = str_tail(text, at + 1);
    if (rest.n > 2 && rest.at[0] == '#') {
        bool hex = (rest.at[1] | 0x20) == 'x';
        if (!read_number(text, at + (hex ? 3 : 2), hex ? 16 : 10, 8, &c, &end)) {
            return false;
        }
        return put_scalar(mark, c, end < text.n && text.at[end] == ';' ? end + 1 : end);
    }
    lic_str name = str_head(rest, str_find_char(str_head(rest, ENTITY_BYTES_MAX), ';'));
    if (name.n < 2 || name.n == ENTITY_BYTES_MAX || name.n == rest.n) {
        return false;
    }
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (str_eq(name, str_z(entities[i].name))) {
            return put_scalar(mark, entities[i].c, at + 1 + name.n + 1);
        }
    }
    return false;
}

#define TAG_BYTES_MAX 512u

static bool is_letter(char c)
{
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'z';
}

/* Tags that stand inside words and sentences; any other parts what is before it from what is after.
 */
static bool is_inline(lic_str name)
{
    static const char *const names[] = { "a",   "b",      "i",    "u",   "s",   "em",   "tt",
                                         "q",   "strong", "span", "sub", "sup", "font", "mark",
                                         "wbr", "small",  "big",  "ins", "del", "abbr", "code" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_eq_nocase(name, str_z(names[i]))) {
            return true;
        }
    }
    return false;
}

static lic_str tag_name(lic_str tag)
{
    size_t n = 0;
    tag = str_tail(tag, tag.at[1] == '/' ? 2 : 1);
    while (n < tag.n && is_letter(tag.at[n])) {
        n++;
    }
    return str_head(tag, n);
}

/*
 * The marks of a comment go and its text stays, since a model reads it. A tag goes, unless its
 * attributes are written with entities or escapes: then they are what is to be read.
 */
static bool read_tag(lic_str text, size_t at, struct mark *mark)
{
    lic_str rest = str_head(str_tail(text, at), TAG_BYTES_MAX);
    mark->n = 0;
    if (str_starts(rest, LIC_STR("<!--"))) {
        mark->end = at + 4;
        return true;
    }
    if (rest.n < 3 || !(is_letter(rest.at[1]) || (rest.at[1] == '/' && is_letter(rest.at[2])))) {
        return false;
    }
    size_t close = str_find_char(rest, '>');
    lic_str tag = str_head(rest, close);
    if (close == rest.n || str_find_char(str_tail(tag, 1), '<') != close - 1 ||
        str_find_char(tag, '&') != close || str_find_char(tag, '%') != close) {
        return false;
    }
    mark->end = at + close + 1;
    mark->n = is_inline(tag_name(tag)) ? 0 : 1;
    mark->bytes[0] = '\n';
    return true;
}

static bool read_html(lic_str text, size_t at, struct mark *mark)
{
    if (text.at[at] == '&') {
        return read_entity(text, at, mark);
    }
    if (text.at[at] == '-') {
        mark->n = 0;
        mark->end = at + 3;
        return str_starts(str_tail(text, at), LIC_STR("-->"));
    }
    return text.at[at] == '<' && read_tag(text, at, mark);
}

/* ---- percent ---- */

/* One whole character: as many escapes as its UTF-8 has bytes. */
static bool read_percent(lic_str text, size_t at, struct mark *mark)
{
    char bytes[4];
    size_t n = 0;
    while (n < 4 && at + 3 * n + 2 < text.n && text.at[at + 3 * n] == '%') {
        int high = hex_digit(text.at[at + 3 * n + 1]);
        int low = hex_digit(text.at[at + 3 * n + 2]);
        if (high < 0 || low < 0) {
            break;
        }
        bytes[n++] = (char)(high * 16 + low);
    }
    size_t step = n > 0 ? utf8_step(str_make(bytes, n)) : 0;
    if (step == 0 || bytes[0] == '\0') {
        return false;
    }
    memcpy(mark->bytes, bytes, step);
    mark->n = step;
    mark->end = at + 3 * step;
    return true;
}

/* ---- backslashes ---- */

static bool read_surrogates(lic_str text, size_t at, uint32_t high, struct mark *mark)
{
    uint32_t low = 0;
    size_t end = 0;
    bool pair = str_starts(str_tail(text, at), LIC_STR("\\u")) &&
                read_number(text, at + 2, 16, 4, &low, &end) && low >= 0xdc00 && low <= 0xdfff;
    return pair && put_scalar(mark, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00), end);
}

static bool read_unicode(lic_str text, size_t at, struct mark *mark)
{
    uint32_t c = 0;
    size_t end = 0;
    if (at < text.n && text.at[at] == '{') {
        return read_number(text, at + 1, 16, 6, &c, &end) && end < text.n && text.at[end] == '}' &&
               put_scalar(mark, c, end + 1);
    }
    if (!read_number(text, at, 16, 4, &c, &end) || end != at + 4) {
        return false;
    }
    return c >= 0xd800 && c <= 0xdbff ? read_surrogates(text, end, c, mark)
                                      : put_scalar(mark, c, end);
}

static bool read_backslash(lic_str text, size_t at, struct mark *mark)
{
    uint32_t c = 0;
    size_t end = 0;
    char kind = at + 1 < text.n ? text.at[at + 1] : '\0';
    switch (kind) {
    case 'u':
        return read_unicode(text, at + 2, mark);
    case 'U':
        return read_number(text, at + 2, 16, 8, &c, &end) && end == at + 10 &&
               put_scalar(mark, c, end);
    case 'x':
        return read_number(text, at + 2, 16, 2, &c, &end) && end == at + 4 && c < 0x80 &&
               put_scalar(mark, c, end);
    case 'n':
    case 'r':
    case 't':
        return put_scalar(mark, kind == 't' ? '\t' : '\n', at + 2);
    default:
        return read_number(text, at + 1, 8, 3, &c, &end) && end == at + 4 && c < 0x80 &&
               c >= 0x20 && put_scalar(mark, c, end);
    }
}

/* "\u0069" and "U+0069". */
static bool read_escape(lic_str text, size_t at, struct mark *mark)
{
    uint32_t c = 0;
    size_t end = 0;
    if (text.at[at] == '\\') {
        return read_backslash(text, at, mark);
    }
    if (!str_starts(str_tail(text, at), LIC_STR("U+")) ||
        !read_number(text, at + 2, 16, 6, &c, &end) || end < at + 6 || !put_scalar(mark, c, end)) {
        return false;
    }
    /* Code points in a row are parted by one blank that is not theirs. */
    bool next = str_starts(str_tail(text, end), LIC_STR(" U+"));
    mark->end = next ? end + 1 : end;
    return true;
}

/* ---- all of a text ---- */

typedef bool mark_fn(lic_str text, size_t at, struct mark *mark);

struct way {
    mark_fn *read;
    enum fold_kind kind;
};

/* clang-format off */
static const uint8_t way_of[256] = {
    ['&'] = 1, ['<'] = 1, ['-'] = 1, ['%'] = 2, ['\\'] = 3, ['U'] = 3,
};
/* clang-format on */

static const struct way ways[] = {
    { NULL, FOLD_KIND_N },
    { read_html, FOLD_ENTITIES },
    { read_percent, FOLD_PERCENT },
    { read_escape, FOLD_ESCAPES },
};
#define WAYS_N (sizeof ways / sizeof ways[0])

static size_t next_mark(lic_str text, size_t at)
{
    while (at < text.n && way_of[(unsigned char)text.at[at]] == 0) {
        at++;
    }
    return at;
}

/* Marks and disguised letters together may say what neither does: "ïgn&#111;re". */
static bool is_plain(const struct fold *fold, const struct fold_source *source)
{
    return source->depth == 1 && fold->views->at[source->view].kind == FOLD_PLAIN;
}

enum lic_rc fold_make_marks(struct fold *fold, const struct fold_source *source)
{
    lic_str text = source->text;
    struct fold_writer writer;
    uint32_t read[WAYS_N] = { 0 };
    uint8_t most = 1;
    fold_begin(fold, source, &writer);
    for (size_t at = next_mark(text, 0); at < text.n && writer.text.failed == LIC_OK;) {
        struct mark mark = { 0 };
        uint8_t way = way_of[(unsigned char)text.at[at]];
        if (!ways[way].read(text, at, &mark)) {
            at = next_mark(text, at + 1);
            continue;
        }
        writer.changed = writer.changed || is_plain(fold, source);
        fold_replace(&writer, str_make(mark.bytes, mark.n), at, mark.end);
        most = ++read[way] > read[most] ? way : most;
        at = next_mark(text, mark.end);
    }
    return fold_finish(&writer, ways[most].kind);
}
