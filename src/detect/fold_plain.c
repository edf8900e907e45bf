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
};

static uint32_t char_at(lic_str text, size_t at)
{
    size_t n = 0;
    return at < text.n ? utf8_get(str_tail(text, at), &n) : 0;
}

static struct stretch read_stretch(lic_str text, size_t start, uint32_t before)
{
    size_t step = 0;
    struct stretch s = { .start = start, .end = start, .before = before };
    s.kind = hidden_kind(utf8_get(str_tail(text, start), &step));
    while (s.end < text.n) {
        uint32_t c = utf8_get(str_tail(text, s.end), &step);
        if (hidden_kind(c) != s.kind) {
            break;
        }
        s.n++;
        s.end += step;
    }
    s.after = char_at(text, s.end);
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

static bool is_right_to_left(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
           (c >= 0xfe70 && c <= 0xfefc);
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

/* Which rule, if any, such a stretch breaks. */
static const struct hidden_rule *rule_of(const struct stretch *s)
{
    switch (s->kind) {
    case HIDDEN_TAG:
        return s->before == 0x1f3f4 ? NULL : &rule_tags; /* flags of regions are made of tags */
    case HIDDEN_SELECTOR:
        return s->n >= 2 ? &rule_selectors : NULL; /* one says which form of a sign is meant */
    case HIDDEN_OVERRIDE:
        return &rule_override;
    case HIDDEN_ZERO_WIDTH:
    case HIDDEN_JOINER:
        return (is_joinless(s->before) && is_joinless(s->after)) || s->n >= 4 ? &rule_zero_width
                                                                              : NULL;
    case HIDDEN_DIRECTION:
        return is_ascii_letter(s->before) && is_ascii_letter(s->after) &&
                       !is_right_to_left(s->before)
                   ? &rule_override
                   : NULL;
    case HIDDEN_NOT:
        break;
    }
    return NULL;
}

/* Only what the text itself hides is told: the place in a view would say little. */
static enum lic_rc tell_hidden(struct fold *fold, const struct fold_source *source,
                               const struct stretch *s)
{
    const struct hidden_rule *rule = rule_of(s);
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

/*
 * What a word is made of. `strange` letters look like none of ours; `alike` ones pass for one.
 */
struct word {
    size_t end;
    bool ours, alike, strange;
};

static void look_at(uint32_t c, struct word *word)
{
    char simple[LOOKALIKE_PARTS_MAX * 4];
    if (is_ascii_letter(c)) {
        word->ours = true;
        return;
    }
    size_t n = lookalike_simple(c, simple);
    bool ascii = n > 0 && (unsigned char)simple[0] < 0x80;
    word->ours |= ascii;
    if (!ascii && lookalike_letter(c) != 0) {
        word->alike = true;
    } else if (!ascii && !lookalike_is_mark(c)) {
        word->strange = true;
    }
}

static struct word read_word(lic_str text, size_t start)
{
    struct word word = { .end = start };
    while (word.end < text.n) {
        size_t step = 0;
        uint32_t c = utf8_get(str_tail(text, word.end), &step);
        bool inside = is_ascii_letter(c) || lookalike_is_mark(c) || lookalike_letter(c) != 0 ||
                      hidden_kind(c) != HIDDEN_NOT || lookalike_is_letter(c);
        if (!inside) {
            break;
        }
        if (hidden_kind(c) == HIDDEN_NOT) {
            look_at(c, &word);
        }
        word.end += step;
    }
    return word;
}

/* Whether look-alikes in this word are to be read as our letters. */
static bool is_disguised(const struct word *word)
{
    return word->alike && !(word->strange && !word->ours);
}

/* ---- writing ---- */

struct plain {
    struct fold *fold;
    const struct fold_source *source;
    struct fold_writer writer;
    uint32_t before; /* the last character that was not hidden */
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
    bool spells = (s->kind == HIDDEN_TAG && s->before != 0x1f3f4) ||
                  (s->kind == HIDDEN_SELECTOR && s->n >= 2);
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

static void write_char(struct plain *p, size_t at, size_t n, uint32_t c, bool disguised)
{
    char simple[LOOKALIKE_PARTS_MAX * 4];
    lic_str as_is = str_slice(p->source->text, at, at + n);
    if (disguised && lookalike_letter(c) != 0) {
        simple[0] = lookalike_letter(c);
        fold_replace(&p->writer, str_make(simple, 1), at, at + n);
        return;
    }
    bool drop = lookalike_is_mark(c) && p->before < 0x80;
    size_t simple_n = drop ? 0 : lookalike_simple(c, simple);
    if (!drop && str_eq(str_make(simple, simple_n), as_is)) {
        fold_keep(&p->writer, p->source->text, at, at + n);
        return;
    }
    fold_replace(&p->writer, str_make(simple, simple_n), at, at + n);
}

/* One word, or one character between words; *at moves behind it. */
static enum lic_rc write_word(struct plain *p, size_t *at)
{
    lic_str text = p->source->text;
    struct word word = read_word(text, *at);
    bool disguised = is_disguised(&word);
    size_t step = 0;
    size_t end = word.end;
    if (end == *at) {
        (void)utf8_get(str_tail(text, *at), &step);
        end = *at + step;
    }
    while (*at < end) {
        uint32_t c = utf8_get(str_tail(text, *at), &step);
        if (hidden_kind(c) != HIDDEN_NOT) {
            TRY(write_hidden(p, at));
            continue;
        }
        write_char(p, *at, step, c, disguised);
        bool mark = lookalike_is_mark(c);
        p->before = mark ? p->before : c;
        *at += step;
    }
    return LIC_OK;
}

static size_t ascii_run(lic_str text, size_t at)
{
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

enum lic_rc fold_make_plain(struct fold *fold, const struct fold_source *source)
{
    struct plain p = { .fold = fold, .source = source };
    lic_str text = source->text;
    if (ascii_run(text, 0) == text.n) {
        return LIC_OK;
    }
    fold_begin(fold, &p.writer);
    for (size_t at = 0; at < text.n;) {
        size_t run = ascii_run(text, at);
        size_t start = run == text.n ? run : word_start(text, at, run);
        if (start > at) {
            fold_keep(&p.writer, text, at, start);
            p.before = (unsigned char)text.at[start - 1];
            at = start;
        }
        if (at < text.n) {
            TRY(write_word(&p, &at));
        }
        if (p.writer.text.failed == LIC_E_LIMIT) {
            break;
        }
    }
    return fold_finish(&p.writer, FOLD_PLAIN, source);
}
