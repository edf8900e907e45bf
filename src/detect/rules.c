/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule files: lines of `key: value`, a `rule:` line begins a rule, what stands before the first one
 * holds for all. docs/DETECTION.md describes the format; row_of is its grammar.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "detect/checksum.h"
#include "detect/detector.h"
#include "detect/nearby.h"
#include "detect/validate.h"

#include "base/banned.h"

#define PATTERN_TEXT_MAX (64u * 1024)

struct rules_reader {
    struct arena *arena;
    lic_str file;
    uint32_t line;
    struct rule defaults;
    struct rule rule;   /* being read; no id: none yet */
    struct buf pattern; /* its alternatives so far */
    uint32_t patterns_n;
    struct rules *out;
    struct rule_examples *examples;
    struct lic_err *err;
};

static enum lic_rc at_line(const struct rules_reader *r, uint32_t column)
{
    return err_at(r->err, r->file, r->line, column);
}

static bool name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

static bool is_name(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!name_byte(s.at[i])) {
            return false;
        }
    }
    return s.n > 0;
}

/* ---- the rows ---- */

static enum lic_rc set_type(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)r;
    rule->type = value;
    return LIC_OK;
}

static enum lic_rc set_description(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)r;
    rule->description = value;
    return LIC_OK;
}

static enum lic_rc set_source(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)r;
    rule->source = value;
    return LIC_OK;
}

static enum lic_rc set_country(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)r;
    rule->country = value;
    return LIC_OK;
}

static enum lic_rc set_category(struct rules_reader *r, struct rule *rule, lic_str value)
{
    ENSURE(finding_category_from(value, &rule->category), r->err, LIC_E_UNKNOWN,
           "no category is named \"" LIC_FMT "\"", LIC_ARG(value));
    return LIC_OK;
}

static enum lic_rc set_severity(struct rules_reader *r, struct rule *rule, lic_str value)
{
    ENSURE(finding_severity_from(value, &rule->severity), r->err, LIC_E_UNKNOWN,
           "no severity is named \"" LIC_FMT "\"", LIC_ARG(value));
    return LIC_OK;
}

static enum lic_rc set_validator(struct rules_reader *r, struct rule *rule, lic_str value)
{
    ENSURE(validate_find(value) || checksum_find(value), r->err, LIC_E_UNKNOWN,
           "no validator is named \"" LIC_FMT "\"", LIC_ARG(value));
    rule->validator = value;
    return LIC_OK;
}

static enum lic_rc read_score(const struct rules_reader *r, lic_str value, float *out)
{
    double score = 0;
    ENSURE(str_double(value, &score) && score > 0 && score <= 1, r->err, LIC_E_INVALID,
           "a score is a number above 0 and at most 1, not \"" LIC_FMT "\"", LIC_ARG(value));
    *out = (float)score;
    return LIC_OK;
}

static enum lic_rc set_score(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return read_score(r, value, &rule->score);
}

/* ---- what stands near ---- */

static enum lic_rc set_keyword_score(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return read_score(r, value, &rule->keyword_score);
}

static enum lic_rc set_minimum(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return read_score(r, value, &rule->minimum);
}

static enum lic_rc read_characters(const struct rules_reader *r, lic_str value, uint32_t *out)
{
    uint64_t n = 0;
    ENSURE(str_u64(value, &n) && n >= 1 && n <= NEARBY_CHARACTERS_MAX, r->err, LIC_E_INVALID,
           "a distance is 1 to %u characters, not \"" LIC_FMT "\"", NEARBY_CHARACTERS_MAX,
           LIC_ARG(value));
    *out = (uint32_t)n;
    return LIC_OK;
}

static enum lic_rc set_within(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return read_characters(r, value, &rule->within);
}

static enum lic_rc set_after(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return read_characters(r, value, &rule->after);
}

/* Phrases parted by commas; several lines add up. A list that is a default is not shared. */
static enum lic_rc add_phrases(const struct rules_reader *r, lic_str value, struct str_list *out)
{
    struct str_list list = { 0 };
    for (uint32_t i = 0; i < out->n; i++) {
        ENSURE(ARENA_PUSH(r->arena, &list, out->at[i]), r->err, LIC_E_NOMEM,
               "no memory for keywords");
    }
    while (value.n > 0) {
        lic_str phrase = str_trim(str_split(&value, ','));
        ENSURE(phrase.n > 0, r->err, LIC_E_SYNTAX, "an empty phrase between two commas");
        ENSURE(ARENA_PUSH(r->arena, &list, phrase), r->err, LIC_E_NOMEM, "no memory for keywords");
    }
    *out = list;
    return LIC_OK;
}

static enum lic_rc set_keywords(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return add_phrases(r, value, &rule->keywords);
}

static enum lic_rc set_ignore(struct rules_reader *r, struct rule *rule, lic_str value)
{
    return add_phrases(r, value, &rule->ignore);
}

static enum lic_rc set_needs(struct rules_reader *r, struct rule *rule, lic_str value)
{
    bool keyword = str_eq(value, LIC_STR("keyword")), alone = str_eq(value, LIC_STR("edges"));
    ENSURE(keyword || alone, r->err, LIC_E_UNKNOWN,
           "a rule needs \"keyword\" or \"edges\", not \"" LIC_FMT "\"", LIC_ARG(value));
    rule->needs_keyword |= keyword;
    rule->alone |= alone;
    return LIC_OK;
}

/* Blanks become \_ ; an escape is taken over as it is. */
static void add_words(struct buf *out, lic_str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (value.at[i] == '\\' && i + 1 < value.n) {
            buf_add(out, str_slice(value, i, i + 2));
            i++;
        } else if (value.at[i] == ' ') {
            buf_add(out, LIC_STR("\\_"));
        } else {
            buf_add_char(out, value.at[i]);
        }
    }
}

static void begin_alternative(struct rules_reader *r)
{
    if (r->patterns_n++ > 0) {
        buf_add_char(&r->pattern, '|');
    }
}

static enum lic_rc set_pattern(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)rule;
    begin_alternative(r);
    buf_add(&r->pattern, LIC_STR("(?:"));
    buf_add(&r->pattern, value);
    buf_add_char(&r->pattern, ')');
    return buf_check(&r->pattern, "a rule's pattern", r->err);
}

static enum lic_rc set_words(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)rule;
    begin_alternative(r);
    buf_add(&r->pattern, LIC_STR("(?i:\\b(?:"));
    add_words(&r->pattern, value);
    buf_add(&r->pattern, LIC_STR(")\\b)"));
    return buf_check(&r->pattern, "a rule's pattern", r->err);
}

static enum lic_rc set_phrase(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)rule;
    begin_alternative(r);
    buf_add(&r->pattern, LIC_STR("(?i:"));
    add_words(&r->pattern, value);
    buf_add_char(&r->pattern, ')');
    return buf_check(&r->pattern, "a rule's pattern", r->err);
}

/* ---- examples ---- */

/* Resolves \n, \t, \\ and \|, which stands for nothing, and takes note of « and ». */
static enum lic_rc add_example_text(struct rules_reader *r, struct rule_example *example,
                                    lic_str value)
{
    static const lic_str open = { "\xC2\xAB", 2 }, close = { "\xC2\xBB", 2 };
    struct buf text;
    buf_init(&text, r->arena, PATTERN_TEXT_MAX);
    while (value.n > 0) {
        lic_str pair = str_head(value, 2);
        char c = value.at[0];
        bool escape = c == '\\' && value.n > 1 && strchr("nt\\|", value.at[1]);
        bool mark = str_eq(pair, open) || str_eq(pair, close);
        if (str_eq(pair, open)) {
            example->start = text.n;
            example->marked = true;
        } else if (str_eq(pair, close)) {
            example->end = text.n;
        } else if (!escape) {
            buf_add_char(&text, c);
        } else if (value.at[1] != '|') {
            buf_add_char(&text, value.at[1] == 'n' ? '\n' : (value.at[1] == 't' ? '\t' : '\\'));
        }
        value = str_tail(value, escape || mark ? 2 : 1);
    }
    example->text = buf_str(&text);
    return buf_check(&text, "an example", r->err);
}

static enum lic_rc add_example(struct rules_reader *r, lic_str value, bool match)
{
    struct rule_example example = { .rule = r->rule.id, .match = match, .line = r->line };
    if (!r->examples) {
        return LIC_OK;
    }
    TRY(add_example_text(r, &example, value));
    ENSURE(!example.marked || (match && example.start < example.end), r->err, LIC_E_INVALID,
           "a mark that does not go from \xC2\xAB to \xC2\xBB, or in a miss");
    ENSURE(ARENA_PUSH(r->arena, r->examples, example), r->err, LIC_E_NOMEM,
           "no memory for examples");
    return LIC_OK;
}

static enum lic_rc add_match_example(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)rule;
    return add_example(r, value, /* match= */ true);
}

static enum lic_rc add_miss_example(struct rules_reader *r, struct rule *rule, lic_str value)
{
    (void)rule;
    return add_example(r, value, /* match= */ false);
}

/* ---- lines ---- */

struct row {
    const char *key;
    bool in_rule; /* makes sense only within a rule */
    enum lic_rc (*set)(struct rules_reader *r, struct rule *rule, lic_str value);
};

static const struct row rows[] = {
    { "type", false, set_type },          { "category", false, set_category },
    { "severity", false, set_severity },  { "score", false, set_score },
    { "validator", true, set_validator }, { "description", true, set_description },
    { "pattern", true, set_pattern },     { "words", true, set_words },
    { "phrase", true, set_phrase },       { "match", true, add_match_example },
    { "miss", true, add_miss_example },   { "keywords", false, set_keywords },
    { "ignore", false, set_ignore },      { "within", false, set_within },
    { "after", false, set_after },        { "needs", false, set_needs },
    { "minimum", false, set_minimum },    { "keyword_score", false, set_keyword_score },
    { "source", false, set_source },      { "country", false, set_country },
};

static const struct row *row_of(lic_str key)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (str_eq(key, str_z(rows[i].key))) {
            return &rows[i];
        }
    }
    return NULL;
}

static enum lic_rc check_id(const struct rules_reader *r, lic_str id)
{
    for (uint32_t i = 0; i < r->out->n; i++) {
        ENSURE(!str_eq(r->out->at[i].id, id), r->err, LIC_E_DUPLICATE,
               "rule " LIC_FMT " stands here and in " LIC_FMT " line %u", LIC_ARG(id),
               LIC_ARG(r->out->at[i].file), r->out->at[i].line);
    }
    return LIC_OK;
}

/* Puts the rule that ends here into the result. */
static enum lic_rc end_rule(struct rules_reader *r)
{
    if (r->rule.id.n == 0) {
        return LIC_OK;
    }
    r->rule.pattern = buf_str(&r->pattern);
    ENSURE(r->patterns_n > 0, r->err, LIC_E_MISSING, "rule " LIC_FMT " has no pattern",
           LIC_ARG(r->rule.id));
    ENSURE(r->rule.type.n > 0, r->err, LIC_E_MISSING, "rule " LIC_FMT " has no type",
           LIC_ARG(r->rule.id));
    ENSURE(r->rule.category != FINDING_CATEGORY_N, r->err, LIC_E_MISSING,
           "rule " LIC_FMT " has no category", LIC_ARG(r->rule.id));
    ENSURE(!r->rule.needs_keyword || r->rule.keywords.n > 0, r->err, LIC_E_MISSING,
           "rule " LIC_FMT " needs a keyword and has none", LIC_ARG(r->rule.id));
    ENSURE(ARENA_PUSH(r->arena, r->out, r->rule), r->err, LIC_E_NOMEM, "no memory for %u rules",
           r->out->n);
    return LIC_OK;
}

static enum lic_rc begin_rule(struct rules_reader *r, lic_str id)
{
    TRY(end_rule(r));
    ENSURE(is_name(id), r->err, LIC_E_SYNTAX,
           "\"" LIC_FMT "\" is no id: small letters, digits, '.', '-' and '_'", LIC_ARG(id));
    TRY(check_id(r, id));
    r->rule = r->defaults;
    r->rule.id = id;
    r->rule.file = r->file;
    r->rule.line = r->line;
    r->patterns_n = 0;
    buf_init(&r->pattern, r->arena, PATTERN_TEXT_MAX);
    return LIC_OK;
}

static enum lic_rc read_line(struct rules_reader *r, lic_str line)
{
    lic_str rest = line;
    lic_str key = str_trim(str_split(&rest, ':'));
    lic_str value = str_trim(rest);
    if (str_trim(line).n == 0 || str_trim(line).at[0] == '#') {
        return LIC_OK;
    }
    ENSURE(value.n > 0, r->err, LIC_E_SYNTAX, "a line is `key: value`, not \"" LIC_FMT "\"",
           LIC_ARG(str_head(line, 60)));
    if (str_eq(key, LIC_STR("rule"))) {
        return begin_rule(r, value);
    }
    const struct row *row = row_of(key);
    bool in_rule = r->rule.id.n > 0;
    ENSURE(row, r->err, LIC_E_UNKNOWN, "nothing is named \"" LIC_FMT "\" in a rule", LIC_ARG(key));
    ENSURE(in_rule || !row->in_rule, r->err, LIC_E_SYNTAX, "\"%s\" before the first rule",
           row->key);
    return row->set(r, in_rule ? &r->rule : &r->defaults, value);
}

static enum lic_rc read_lines(struct rules_reader *r, lic_str text)
{
    while (text.n > 0) {
        r->line++;
        if (read_line(r, str_split(&text, '\n')) != LIC_OK) {
            return at_line(r, 1);
        }
    }
    return end_rule(r) == LIC_OK ? LIC_OK : at_line(r, 1);
}

static enum lic_rc read_file(struct arena *arena, lic_str file, lic_str text, struct rules *out,
                             struct rule_examples *examples, struct lic_err *err)
{
    struct lic_err own;
    struct rules_reader r = {
        .arena = arena, .file = file, .out = out, .examples = examples, .err = err ? err : &own
    };
    r.defaults.category = FINDING_CATEGORY_N;
    r.defaults.severity = SEVERITY_MEDIUM;
    r.defaults.score = 1;
    r.defaults.within = RULE_WITHIN;
    return read_lines(&r, text);
}

enum lic_rc rules_read(struct arena *arena, lic_str file, lic_str text, struct rules *out,
                       struct lic_err *err)
{
    struct rules rules = *out;
    TRY(read_file(arena, file, text, &rules, NULL, err));
    *out = rules;
    return LIC_OK;
}

enum lic_rc rules_examples(struct arena *arena, lic_str file, lic_str text,
                           struct rule_examples *out, struct lic_err *err)
{
    struct rules ignored = { 0 };
    struct rule_examples examples = *out;
    TRY(read_file(arena, file, text, &ignored, &examples, err));
    *out = examples;
    return LIC_OK;
}
