/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plain view: every character as the one it passes for, hidden ones gone, and hidden text that
 * carries a message (tag characters, bytes in variation selectors) spelled out where it stands.
 *
 * A word of another script is left as it is; only a word that mixes letters of ours with others, or
 * that is made of look-alikes alone, was meant to be read as ours.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/fold_parts.h"
#include "detect/lookalike.h"

#include "base/banned.h"

/* ---- hidden characters ---- */

enum hidden {
    HIDDEN_NOT,
    HIDDEN_ZERO_WIDTH, /* takes no room: between letters it parts a word for a machine only */
    HIDDEN_JOINER,     /* U+200C, U+200D: scripts and emoji need them */
    HIDDEN_DIRECTION,  /* marks and isolates that texts of two directions need */
    HIDDEN_OVERRIDE,   /* turns the order of what is shown */
    HIDDEN_TAG,
    HIDDEN_SELECTOR,
};

static enum hidden hidden_low(uint32_t c)
{
    switch (c) {
    case 0x00ad:
    case 0x034f:
    case 0x115f:
    case 0x1160:
    case 0x17b4:
    case 0x17b5:
    case 0x180e:
    case 0x200b:
    case 0x2060:
    case 0x2061:
    case 0x2062:
    case 0x2063:
    case 0x2064:
    case 0x3164:
    case 0xfeff:
    case 0xffa0:
        return HIDDEN_ZERO_WIDTH;
    case 0x200c:
    case 0x200d:
        return HIDDEN_JOINER;
    case 0x061c:
    case 0x200e:
    case 0x200f:
    case 0x202a:
    case 0x202b:
    case 0x202c:
    case 0x2066:
    case 0x2067:
    case 0x2068:
    case 0x2069:
        return HIDDEN_DIRECTION;
    case 0x202d:
    case 0x202e:
        return HIDDEN_OVERRIDE;
    default:
        return HIDDEN_NOT;
    }
}

static enum hidden hidden_kind(uint32_t c)
{
    if (c >= 0xe0000 && c <= 0xe007f) {
        return HIDDEN_TAG;
    }
    if ((c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef)) {
        return HIDDEN_SELECTOR;
    }
    return hidden_low(c);
}

/* The byte a selector stands for in the common scheme: 16 short ones, then 240 long ones. */
static unsigned char selector_byte(uint32_t c)
{
    return (unsigned char)(c <= 0xfe0f ? c - 0xfe00 : c - 0xe0100 + 16);
}

/* A stretch of hidden characters of one kind, [start, end) of the source. */
struct stretch {
    enum hidden kind;
    size_t start, end;
    uint32_t n;
    uint32_t before; /* the character before it; 0: none */
    uint32_t after;
    uint32_t first;
};

static inline uint32_t char_at(lic_str text, size_t at, size_t *step)
{
    *step = 1;
    if (at >= text.n) {
        return 0;
    }
    unsigned char c = (unsigned char)text.at[at];
    return c < 0x80 ? c : utf8_get(str_make(text.at + at, text.n - at), step);
}

/* Both take no room; whoever writes bits with them takes one for 0 and the other for 1. */
static bool is_same_kind(enum hidden a, enum hidden b)
{
    return a == b || ((a == HIDDEN_ZERO_WIDTH || a == HIDDEN_JOINER) &&
                      (b == HIDDEN_ZERO_WIDTH || b == HIDDEN_JOINER));
}

static struct stretch read_stretch(lic_str text, size_t start, uint32_t before)
{
    size_t step = 0;
    struct stretch s = { .start = start, .end = start, .before = before };
    s.first = char_at(text, start, &step);
    s.kind = hidden_kind(s.first);
    while (s.end < text.n && is_same_kind(s.kind, hidden_kind(char_at(text, s.end, &step)))) {
        s.n++;
        s.end += step;
    }
    s.after = char_at(text, s.end, &step);
    return s;
}

static bool is_ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Latin, Greek and Cyrillic never need a joiner or a hidden blank inside a word. */
static bool is_joinless(uint32_t c)
{
    return is_ascii_letter(c) || (c >= 0xc0 && c <= 0x52f) || (c >= 0x1e00 && c <= 0x1fff);
}

struct hidden_rule {
    const char *rule, *type;
    enum finding_severity severity;
    float score;
};

static const struct hidden_rule rule_tags = { "hidden.tags", "HIDDEN_TAGS", SEVERITY_CRITICAL, 1 };
static const struct hidden_rule rule_selectors = { "hidden.selectors", "HIDDEN_SELECTORS",
                                                   SEVERITY_CRITICAL, 1 };
static const struct hidden_rule rule_zero_width = { "hidden.zero-width", "HIDDEN_ZERO_WIDTH",
                                                    SEVERITY_MEDIUM, 0.7f };
static const struct hidden_rule rule_override = { "hidden.direction", "HIDDEN_DIRECTION",
                                                  SEVERITY_HIGH, 0.8f };

#define FLAG_TAGS_MAX 7u  /* a region's flag: its code and the end */
#define SELECTORS_MIN 3u  /* editors write a selector twice, not more */
#define ZERO_WIDTH_MIN 4u /* in a row, wherever they stand */
#define SOFT_HYPHEN 0x00adu
#define FLAG 0x1f3f4u
#define TEXT_SELECTOR 0xfe0eu /* these two say how a digit or a sign is drawn */
#define EMOJI_SELECTOR 0xfe0fu

/* A typesetter's hyphens have letters on both sides; a disguise has one after each letter. */
static bool parts_letters(lic_str text, const struct stretch *s)
{
    size_t step = 0, next = 0;
    (void)char_at(text, s->end, &step);
    return s->n > 1 || char_at(text, s->end + step, &next) == s->first;
}

static bool breaks_word(lic_str text, const struct stretch *s)
{
    bool inside = is_joinless(s->before) && is_joinless(s->after);
    return (inside && (s->first != SOFT_HYPHEN || parts_letters(text, s))) ||
           s->n >= ZERO_WIDTH_MIN;
}

/* One selector says which form of a sign is meant; many, or any at a letter, carry something. */
static bool carries_bytes(const struct stretch *s)
{
    bool at_letter =
        is_ascii_letter(s->before) && s->first != TEXT_SELECTOR && s->first != EMOJI_SELECTOR;
    return s->n >= SELECTORS_MIN || at_letter;
}

static bool is_flag(const struct stretch *s)
{
    return s->before == FLAG && s->n <= FLAG_TAGS_MAX;
}

/* Which rule, if any, such a stretch breaks. */
static const struct hidden_rule *rule_of(lic_str text, const struct stretch *s)
{
    switch (s->kind) {
    case HIDDEN_TAG:
        return is_flag(s) ? NULL : &rule_tags;
    case HIDDEN_SELECTOR:
        return carries_bytes(s) ? &rule_selectors : NULL;
    case HIDDEN_OVERRIDE:
        return &rule_override;
    case HIDDEN_ZERO_WIDTH:
    case HIDDEN_JOINER:
        return breaks_word(text, s) ? &rule_zero_width : NULL;
    case HIDDEN_DIRECTION:
        return is_ascii_letter(s->before) && is_ascii_letter(s->after) ? &rule_override : NULL;
    case HIDDEN_NOT:
        break;
    }
    return NULL;
}

/* Only what the text itself hides is told: the place in a view would say little. */
static enum lic_rc tell_hidden(struct fold *fold, const struct fold_source *source,
                               const struct stretch *s)
{
    const struct hidden_rule *rule = rule_of(source->text, s);
    if (!rule || source->depth > 0) {
        return LIC_OK;
    }
    struct finding finding = {
        .rule = str_z(rule->rule),
        .type = str_z(rule->type),
        .category = FINDING_HIDDEN_TEXT,
        .severity = rule->severity,
        .start = (uint32_t)s->start,
        .end = (uint32_t)s->end,
        .score = rule->score,
    };
    ENSURE(ARENA_PUSH(fold->arena, fold->hidden, finding), fold->err, LIC_E_NOMEM,
           "no memory for a finding");
    return LIC_OK;
}

/* ---- words ---- */

/* What a character is here, from the table for most texts. */
static inline uint8_t char_kind(const struct fold_words *words, uint32_t c)
{
    if (c < FOLD_CHARS_N) {
        return words->chars[c];
    }
    bool east_asian = (c >= 0x4e00 && c <= 0x9fff) || (c >= 0xac00 && c <= 0xd7a3);
    return east_asian ? FOLD_CHAR_LETTER : fold_char_kind(c);
}

/* Blanks, dots and signs that good typography has and that hide nothing. */
static bool is_ordinary(uint32_t c)
{
    return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x2026 || c == 0x202f || c == 0x205f ||
           c == 0x2122 || c == 0x3000 || (c >= 0xa8 && c <= 0xbe) || c == 0xff01 || c == 0xff08 ||
           c == 0xff09 || c == 0xff0c || c == 0xff1a || c == 0xff1b || c == 0xff1f;
}

uint8_t fold_char_kind(uint32_t c)
{
    char simple[LOOKALIKE_PARTS_MAX * 4], as_is[4];
    if (c < 0x80) {
        return is_ascii_letter(c) ? FOLD_CHAR_OURS | FOLD_CHAR_LETTER : 0;
    }
    if (hidden_kind(c) != HIDDEN_NOT) {
        return FOLD_CHAR_HIDDEN | FOLD_CHAR_LETTER;
    }
    if (is_ordinary(c)) {
        return 0;
    }
    if (lookalike_is_mark(c)) {
        return FOLD_CHAR_MARK | FOLD_CHAR_LETTER;
    }
    size_t n = lookalike_simple(c, simple);
    bool same = str_eq(str_make(simple, n), str_make(as_is, utf8_put(as_is, c)));
    bool ours = n > 0 && (unsigned char)simple[0] < 0x80;
    bool alike = !ours && lookalike_letter(c) != 0;
    bool letter = alike || lookalike_is_letter(c);
    return (uint8_t)((same ? 0 : FOLD_CHAR_OTHER) | (ours ? FOLD_CHAR_OURS : 0) |
                     (alike ? FOLD_CHAR_ALIKE : 0) | (letter ? FOLD_CHAR_LETTER : 0) |
                     (lookalike_is_turned(c) ? FOLD_CHAR_TURNED : 0));
}

/* What a word is made of: the kinds of its characters, those of strange ones apart. */
struct word {
    size_t end;
    uint8_t kinds;
    bool strange; /* a letter that looks like none of ours */
};

static struct word read_word(const struct fold_words *words, lic_str text, size_t start)
{
    struct word word = { .end = start };
    while (word.end < text.n) {
        size_t step = 0;
        uint8_t kind = char_kind(words, char_at(text, word.end, &step));
        if ((kind & FOLD_CHAR_LETTER) == 0) {
            break;
        }
        word.kinds |= kind;
        word.strange |= (kind & ~FOLD_CHAR_OTHER) == FOLD_CHAR_LETTER;
        word.end += step;
    }
    return word;
}

/* Whether look-alikes in this word are to be read as our letters. */
static bool is_disguised(const struct word *word, bool script)
{
    bool ours = (word->kinds & FOLD_CHAR_OURS) != 0;
    return (word->kinds & FOLD_CHAR_ALIKE) != 0 && (ours || (!word->strange && !script));
}

/* ---- writing ---- */

struct plain {
    struct fold *fold;
    const struct fold_source *source;
    struct fold_writer writer;
    uint32_t before; /* the last character that was neither hidden nor a mark */
    bool script;     /* the last word was of another script: one of look-alikes alone is, too */
};

static lic_str tag_text(lic_str text, const struct stretch *s, char *out)
{
    size_t n = 0, step = 0;
    for (size_t at = s->start; at < s->end; at += step) {
        uint32_t c = utf8_get(str_tail(text, at), &step) - 0xe0000;
        if (c >= 0x20 && c < 0x7f) {
            out[n++] = (char)c;
        }
    }
    return str_make(out, n);
}

static lic_str selector_text(lic_str text, const struct stretch *s, char *out)
{
    size_t n = 0, step = 0;
    for (size_t at = s->start; at < s->end; at += step) {
        out[n++] = (char)selector_byte(utf8_get(str_tail(text, at), &step));
    }
    return fold_is_prose(str_make(out, n)) ? str_make(out, n) : str_make(out, 0);
}

static enum lic_rc spell_stretch(struct plain *p, const struct stretch *s, lic_str *out)
{
    bool spells = (s->kind == HIDDEN_TAG && !is_flag(s)) ||
                  (s->kind == HIDDEN_SELECTOR && s->n >= SELECTORS_MIN);
    *out = str_make(NULL, 0);
    if (!spells) {
        return LIC_OK;
    }
    char *room = arena_take(p->fold->arena, s->n);
    ENSURE(room, p->fold->err, LIC_E_NOMEM, "no memory for hidden text");
    *out = s->kind == HIDDEN_TAG ? tag_text(p->source->text, s, room)
                                 : selector_text(p->source->text, s, room);
    return LIC_OK;
}

static enum lic_rc write_hidden(struct plain *p, size_t *at)
{
    struct stretch s = read_stretch(p->source->text, *at, p->before);
    lic_str spelled;
    TRY(tell_hidden(p->fold, p->source, &s));
    TRY(spell_stretch(p, &s, &spelled));
    fold_replace(&p->writer, spelled, s.start, s.end);
    *at = s.end;
    return LIC_OK;
}

/* Upside down, some of our letters stand for others; 0: not this one. */
static char turned_letter(uint32_t c)
{
    switch (c) {
    case 'n':
        return 'u';
    case 'u':
        return 'n';
    case 'p':
        return 'd';
    case 'd':
        return 'p';
    case 'b':
        return 'q';
    case 'q':
        return 'b';
    default:
        return 0;
    }
}

static void write_char(struct plain *p, size_t at, size_t n, uint32_t c, const struct word *word)
{
    char simple[LOOKALIKE_PARTS_MAX * 4];
    uint8_t kind = char_kind(p->fold->words, c);
    bool turned = (word->kinds & FOLD_CHAR_TURNED) != 0 && turned_letter(c) != 0;
    if (turned || ((kind & FOLD_CHAR_ALIKE) != 0 && is_disguised(word, p->script))) {
        simple[0] = turned ? turned_letter(c) : lookalike_letter(c);
        fold_replace(&p->writer, str_make(simple, 1), at, at + n);
    } else if ((kind & FOLD_CHAR_OTHER) != 0) {
        fold_replace(&p->writer, str_make(simple, lookalike_simple(c, simple)), at, at + n);
    } else if ((kind & FOLD_CHAR_MARK) != 0 && p->before < 0x80) {
        fold_replace(&p->writer, str_make(NULL, 0), at, at + n);
    }
    p->before = (kind & FOLD_CHAR_MARK) != 0 ? p->before : c;
}

/* Most words beyond ASCII have nothing to change. */
static bool is_as_it_is(const struct word *word, bool script)
{
    const uint8_t to_do = FOLD_CHAR_HIDDEN | FOLD_CHAR_MARK | FOLD_CHAR_OTHER | FOLD_CHAR_TURNED;
    return (word->kinds & to_do) == 0 && !is_disguised(word, script);
}

static uint32_t last_char(lic_str text, size_t end)
{
    size_t step = 0;
    do {
        end--;
    } while (end > 0 && ((unsigned char)text.at[end] & 0xc0) == 0x80);
    return char_at(text, end, &step);
}

/* One word, or one character between words; *at moves behind it. */
static enum lic_rc write_word(struct plain *p, size_t *at)
{
    lic_str text = p->source->text;
    struct word word = read_word(p->fold->words, text, *at);
    size_t step = 0;
    if (word.end == *at) {
        uint32_t c = char_at(text, *at, &step);
        write_char(p, *at, step, c, &word);
        *at += step;
        return LIC_OK;
    }
    if (is_as_it_is(&word, p->script)) {
        *at = word.end;
        p->before = last_char(text, word.end);
        p->script = p->script || word.strange;
        return LIC_OK;
    }
    while (*at < word.end) {
        uint32_t c = char_at(text, *at, &step);
        if (hidden_kind(c) != HIDDEN_NOT) {
            TRY(write_hidden(p, at));
            continue;
        }
        write_char(p, *at, step, c, &word);
        *at += step;
    }
    p->script = word.strange && (word.kinds & FOLD_CHAR_OURS) == 0;
    return LIC_OK;
}

static size_t ascii_run(lic_str text, size_t at)
{
    for (; at + 8 <= text.n; at += 8) {
        uint64_t eight;
        memcpy(&eight, text.at + at, 8);
        if ((eight & 0x8080808080808080u) != 0) {
            break;
        }
    }
    while (at < text.n && (unsigned char)text.at[at] < 0x80) {
        at++;
    }
    return at;
}

/* Where the word that touches the end of an ASCII run begins. */
static size_t word_start(lic_str text, size_t from, size_t at)
{
    while (at > from && is_ascii_letter((unsigned char)text.at[at - 1])) {
        at--;
    }
    return at;
}

static bool has_letter(lic_str ascii)
{
    for (size_t i = 0; i < ascii.n; i++) {
        if (is_ascii_letter((unsigned char)ascii.at[i])) {
            return true;
        }
    }
    return false;
}

enum lic_rc fold_make_plain(struct fold *fold, const struct fold_source *source)
{
    struct plain p = { .fold = fold, .source = source };
    lic_str text = source->text;
    fold_begin(fold, source, &p.writer);
    for (size_t at = 0; at < text.n && p.writer.text.failed == LIC_OK;) {
        size_t run = ascii_run(text, at);
        size_t start = run == text.n ? run : word_start(text, at, run);
        if (start > at) {
            p.before = (unsigned char)text.at[start - 1];
            p.script = p.script && !has_letter(str_slice(text, at, start));
            at = start;
        }
        if (at < text.n) {
            TRY(write_word(&p, &at));
        }
    }
    return fold_finish(&p.writer, FOLD_PLAIN);
}
