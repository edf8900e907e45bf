/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Turns a guardrail file into rows of actions and the rules they need.
 *
 * Rows are looked at from the top, so they stand from the particular to the general:
 *
 *     rows of the `lictor` block, as written
 *     a word or expression by its rule     (word.3, regex.ticket)
 *     sensitive information by its type    (EMAIL)
 *     a filter or the words by category    (injection, word)
 */
#include "engine/guardrail.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/nearby.h"
#include "engine/detection.h"
#include "engine/rewriting.h"
#include "engine/shape.h"
#include "engine/shipped.h"

#include "base/banned.h"

enum { MESSAGE_CHARACTERS_MAX = 500, WORDS_MAX = 10000, WORD_CHARACTERS_MAX = 100 };
enum { CATEGORY_ANY = -1 };

/* An action that a file does not mention. */
enum { UNSAID = -1 };

#define CHANNEL_BIT(channel) (1u << (channel))
static const uint32_t CHANNELS_ALL = CHANNEL_BIT(CHANNEL_N) - 1;
/* What is said, by either side; instructions name the topics that they forbid. */
static const uint32_t CHANNELS_TALK = (CHANNEL_BIT(CHANNEL_N) - 1) & ~CHANNEL_BIT(CHANNEL_SYSTEM);
/* Where data comes from that somebody else wrote: what a prompt attack arrives in. */
static const uint32_t CHANNELS_UNTRUSTED =
    CHANNEL_BIT(CHANNEL_USER) | CHANNEL_BIT(CHANNEL_TOOL_RESULT) | CHANNEL_BIT(CHANNEL_DOCUMENT);

struct rows {
    struct guardrail_action *at;
    uint32_t n, cap;
};

/* A guardrail being read. `file` is its root as written. */
struct building {
    struct arena *arena;
    const struct shape *shape;
    const struct rules *shipped;
    struct lic_err *err;
    struct rules own; /* words and expressions of this file */
    uint32_t words_n;
    struct rows by_lictor, by_rule, by_type, by_category;
    struct {
        struct topic_source *at;
        uint32_t n, cap;
    } topics;
    struct {
        const struct yaml_node **at;
        uint32_t n, cap;
    } topic_nodes; /* beside `topics` */
    const struct topics *compiled_topics;
    uint32_t topic_channels[2];
    struct {
        struct guardrail_length *at;
        uint32_t n, cap;
    } lengths;
    bool ignore_unsupported;
    struct class_rows classes;
    struct redact_ways rewrite;
    float injection_threshold, jailbreak_threshold; /* of the lictor block; 0: not said */
    float attack_threshold;                         /* of PROMPT_ATTACK's strength; 0: no filter */
};

/* ---- shared members: an action for each direction ---- */

struct directed {
    int action, input_action, output_action; /* enum finding_action or UNSAID */
    bool input_enabled, output_enabled;
};

static const struct directed DIRECTED_UNSAID = { UNSAID, UNSAID, UNSAID, true, true };

static enum lic_rc read_action(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { "BLOCK", "ANONYMIZE", "NONE" };
    static const enum finding_action ACTIONS[] = { ACTION_REJECT, ACTION_REWRITE, ACTION_FLAG };
    uint32_t i = 0;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 3 }, &i));
    *(int *)at = (int)ACTIONS[i];
    return LIC_OK;
}

/* Words and filters cannot be masked. */
static enum lic_rc read_block_or_none(const struct shape *shape, const struct yaml_node *node,
                                      void *at)
{
    static const char *const NAMES[] = { "BLOCK", "NONE" };
    uint32_t i = 0;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 2 }, &i));
    *(int *)at = i == 0 ? (int)ACTION_REJECT : (int)ACTION_FLAG;
    return LIC_OK;
}

/* The direction's own action, else the one for both, else what Bedrock takes for granted. */
static enum finding_action action_of(const struct directed *directed, bool output)
{
    int own = output ? directed->output_action : directed->input_action;
    if (!(output ? directed->output_enabled : directed->input_enabled)) {
        return ACTION_NONE;
    }
    if (own != UNSAID) {
        return (enum finding_action)own;
    }
    return directed->action != UNSAID ? (enum finding_action)directed->action : ACTION_REJECT;
}

static enum lic_rc add_row(struct building *b, struct rows *rows, struct guardrail_action row)
{
    ENSURE(ARENA_PUSH(b->arena, rows, row), b->err, LIC_E_NOMEM, "no memory for a row of actions");
    return LIC_OK;
}

static enum lic_rc add_both(struct building *b, struct rows *rows, struct guardrail_action row,
                            const struct directed *directed)
{
    for (int output = 0; output < 2; output++) {
        row.output = output == 1;
        row.action = action_of(directed, row.output);
        TRY(add_row(b, rows, row));
    }
    return LIC_OK;
}

/* ---- what this build knows ---- */

static const struct rule *rule_with(const struct rules *rules, lic_str id, lic_str type)
{
    for (uint32_t i = 0; i < rules->n; i++) {
        if ((id.n > 0 && str_eq(rules->at[i].id, id)) ||
            (type.n > 0 && str_eq(rules->at[i].type, type))) {
            return &rules->at[i];
        }
    }
    return NULL;
}

static bool is_known(const struct building *b, lic_str id, lic_str type)
{
    return rule_with(b->shipped, id, type) || rule_with(&b->own, id, type) ||
           detection_has_rule(id) || detection_has_type(type);
}

static enum lic_rc unsupported(const struct building *b, const struct yaml_node *node, lic_str what)
{
    if (b->ignore_unsupported) {
        return LIC_OK;
    }
    return shape_mistake(b->shape, node, LIC_E_UNKNOWN,
                         "nothing in this build detects \"" LIC_FMT
                         "\": remove it, or accept the gap "
                         "with \"lictor\": {\"unsupported\": \"ignore\"}",
                         LIC_ARG(mistakes_shown(what)));
}

/* Calls `read` for each object of a list. */
typedef enum lic_rc read_entry(struct building *b, const struct yaml_node *node);

static enum lic_rc read_list(struct building *b, const struct yaml_node *node, read_entry *read)
{
    if (!node) {
        return LIC_OK;
    }
    bool right;
    TRY(shape_expect(b->shape, node, YAML_SEQUENCE, "a list", &right));
    for (const struct yaml_node *item = right ? node->first : NULL; item; item = item->next) {
        TRY(read(b, item));
    }
    return LIC_OK;
}

/* ---- sensitive information ---- */

struct pii_file {
    const struct yaml_node *type;
    struct directed directed;
};

#define DIRECTED_MEMBERS(file, read)                                                               \
    { "inputAction", read, offsetof(file, directed.input_action), .required = false },             \
        { "outputAction", read, offsetof(file, directed.output_action), .required = false },       \
        { "inputEnabled", shape_bool, offsetof(file, directed.input_enabled), .required = false }, \
    {                                                                                              \
        "outputEnabled", shape_bool, offsetof(file, directed.output_enabled), .required = false    \
    }

static const struct shape_member PII[] = {
    { "type", shape_keep, offsetof(struct pii_file, type), .required = true },
    { "action", read_action, offsetof(struct pii_file, directed.action), .required = true },
    DIRECTED_MEMBERS(struct pii_file, read_action),
};

static enum lic_rc read_pii(struct building *b, const struct yaml_node *node)
{
    struct pii_file file = { .directed = DIRECTED_UNSAID };
    lic_str type = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("an entity", PII), &file));
    if (!file.type) {
        return LIC_OK;
    }
    TRY(shape_text(b->shape, file.type, &type));
    if (type.n > 0 && !is_known(b, (lic_str){ 0 }, type)) {
        return unsupported(b, file.type, type);
    }
    struct guardrail_action row = { .type = type,
                                    .category = CATEGORY_ANY,
                                    .channels = CHANNELS_ALL };
    return add_both(b, &b->by_type, row, &file.directed);
}

struct regex_file {
    const struct yaml_node *name;
    lic_str pattern, description;
    struct directed directed;
};

static const struct shape_member REGEX[] = {
    { "name", shape_keep, offsetof(struct regex_file, name), .required = true },
    { "pattern", shape_text, offsetof(struct regex_file, pattern), .required = true },
    { "description", shape_text, offsetof(struct regex_file, description), .required = false },
    { "action", read_action, offsetof(struct regex_file, directed.action), .required = true },
    DIRECTED_MEMBERS(struct regex_file, read_action),
};

static enum lic_rc add_rule(struct building *b, const struct rule *rule)
{
    ENSURE(ARENA_PUSH(b->arena, &b->own, *rule), b->err, LIC_E_NOMEM, "no memory for a rule");
    return LIC_OK;
}

static enum lic_rc rule_id(struct building *b, const char *family, lic_str name, lic_str *out)
{
    struct buf id;
    buf_init(&id, b->arena, LIMIT_CONFIG_FILE_BYTES);
    buf_add(&id, str_z(family));
    buf_add(&id, name);
    TRY(buf_check(&id, "the id of a rule", b->err));
    *out = buf_str(&id);
    return LIC_OK;
}

static enum lic_rc add_regex(struct building *b, const struct yaml_node *node, lic_str name,
                             const struct regex_file *file)
{
    struct rule rule = {
        .type = name,
        .category = FINDING_CUSTOM,
        .severity = SEVERITY_HIGH,
        .pattern = file->pattern,
        .validator = LIC_STR(""),
        .description = file->description,
        .score = 1,
        .file = b->shape->file,
        .line = node->line,
    };
    TRY(rule_id(b, "regex.", name, &rule.id));
    if (rule_with(&b->own, rule.id, (lic_str){ 0 })) {
        return shape_mistake(b->shape, file->name, LIC_E_DUPLICATE,
                             "two expressions are called \"" LIC_FMT "\"",
                             LIC_ARG(mistakes_shown(name)));
    }
    TRY(add_rule(b, &rule));
    struct guardrail_action row = { .rule = rule.id,
                                    .category = CATEGORY_ANY,
                                    .channels = CHANNELS_ALL };
    return add_both(b, &b->by_rule, row, &file->directed);
}

static enum lic_rc read_regex(struct building *b, const struct yaml_node *node)
{
    struct regex_file file = { .directed = DIRECTED_UNSAID };
    lic_str name = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("an expression", REGEX), &file));
    if (file.name) {
        TRY(shape_name(b->shape, file.name, &name));
    }
    return name.n > 0 && file.pattern.n > 0 ? add_regex(b, node, name, &file) : LIC_OK;
}

/* ---- identifiers of our own block: a pattern with what stands near it ---- */

struct identifier_file {
    struct regex_file regex;
    struct str_list keywords, ignored;
    uint32_t distance, severity;
    lic_str class;
};

static enum lic_rc read_severity(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { "low", "medium", "high", "critical" }; /* as declared */
    return shape_choice(shape, node, (struct shape_choice){ NAMES, 4 }, at);
}

static const struct shape_member IDENTIFIER[] = {
    { "name", shape_keep, offsetof(struct identifier_file, regex.name), .required = true },
    { "regex", shape_text, offsetof(struct identifier_file, regex.pattern), .required = true },
    { "description", shape_text, offsetof(struct identifier_file, regex.description),
      .required = false },
    { "action", read_action, offsetof(struct identifier_file, regex.directed.action),
      .required = true },
    { "keywords", shape_texts, offsetof(struct identifier_file, keywords), .required = false },
    { "ignoreWords", shape_texts, offsetof(struct identifier_file, ignored), .required = false },
    { "maximumMatchDistance", shape_u32, offsetof(struct identifier_file, distance),
      .required = false },
    { "severity", read_severity, offsetof(struct identifier_file, severity), .required = false },
    { "class", shape_text, offsetof(struct identifier_file, class), .required = false },
    { "inputAction", read_action, offsetof(struct identifier_file, regex.directed.input_action),
      .required = false },
    { "outputAction", read_action, offsetof(struct identifier_file, regex.directed.output_action),
      .required = false },
};

/* The rule that was just added becomes one that looks at what stands near. */
static enum lic_rc add_nearness(struct building *b, const struct identifier_file *file)
{
    struct rule *rule = &b->own.at[b->own.n - 1];
    struct class_row row = { .type = rule->type,
                             .category = CATEGORY_ANY,
                             .name = file->class,
                             .sensitivity = SENSITIVITY_CONFIDENTIAL };
    rule->keywords = file->keywords;
    rule->ignore = file->ignored;
    rule->needs_keyword = file->keywords.n > 0;
    rule->within = file->distance;
    rule->severity = (enum finding_severity)file->severity;
    ENSURE(file->class.n == 0 || ARENA_PUSH(b->arena, &b->classes, row), b->err, LIC_E_NOMEM,
           "no memory for a class");
    return LIC_OK;
}

static enum lic_rc read_identifier(struct building *b, const struct yaml_node *node)
{
    struct identifier_file file = { .regex = { .directed = DIRECTED_UNSAID },
                                    .distance = RULE_WITHIN,
                                    .severity = SEVERITY_HIGH };
    lic_str name = { 0 };
    uint32_t before = b->own.n;
    TRY(shape_mapping(b->shape, node, SHAPE("an identifier", IDENTIFIER), &file));
    if (file.distance < 1 || file.distance > NEARBY_CHARACTERS_MAX) {
        return shape_mistake(b->shape, node, LIC_E_LIMIT,
                             "\"maximumMatchDistance\" is 1 to %u characters",
                             NEARBY_CHARACTERS_MAX);
    }
    if (file.regex.name) {
        TRY(shape_name(b->shape, file.regex.name, &name));
    }
    if (name.n > 0 && file.regex.pattern.n > 0) {
        TRY(add_regex(b, node, name, &file.regex));
    }
    return b->own.n > before ? add_nearness(b, &file) : LIC_OK;
}

/* ---- what is never reported ---- */

struct allow_file {
    struct str_list texts, expressions;
};

static const struct shape_member ALLOW[] = {
    { "texts", shape_texts, offsetof(struct allow_file, texts), .required = false },
    { "regexes", shape_texts, offsetof(struct allow_file, expressions), .required = false },
};

static enum lic_rc add_allowed(struct building *b, const struct yaml_node *node,
                               const struct str_list *texts, bool literal)
{
    for (uint32_t i = 0; i < texts->n; i++) {
        struct rule_allowed row = {
            .text = texts->at[i], .literal = literal, .file = b->shape->file, .line = node->line
        };
        ENSURE(ARENA_PUSH(b->arena, &b->own.allowed, row), b->err, LIC_E_NOMEM,
               "no memory for what is allowed");
    }
    return LIC_OK;
}

static enum lic_rc read_allow(struct building *b, const struct yaml_node *node)
{
    struct allow_file file = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("allow", ALLOW), &file));
    TRY(add_allowed(b, node, &file.texts, /* literal= */ true));
    return add_allowed(b, node, &file.expressions, /* literal= */ false);
}

struct sensitive_file {
    const struct yaml_node *entities, *regexes;
};

static const struct shape_member SENSITIVE[] = {
    { "piiEntitiesConfig", shape_keep, offsetof(struct sensitive_file, entities),
      .required = false },
    { "regexesConfig", shape_keep, offsetof(struct sensitive_file, regexes), .required = false },
};

static enum lic_rc read_sensitive(struct building *b, const struct yaml_node *node)
{
    struct sensitive_file file = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("sensitiveInformationPolicyConfig", SENSITIVE), &file));
    TRY(read_list(b, file.regexes, read_regex));
    return read_list(b, file.entities, read_pii);
}

/* ---- words ---- */

struct word_file {
    const struct yaml_node *text;
    struct directed directed;
};

static const struct shape_member WORD[] = {
    { "text", shape_keep, offsetof(struct word_file, text), .required = true },
    DIRECTED_MEMBERS(struct word_file, read_block_or_none),
};

static enum lic_rc add_word(struct building *b, const struct yaml_node *node, lic_str text,
                            const struct directed *directed)
{
    struct rule rule = {
        .type = LIC_STR("WORD"),
        .category = FINDING_WORD,
        .severity = SEVERITY_HIGH,
        .pattern = text,
        .validator = LIC_STR(""),
        .description = LIC_STR("a banned phrase"),
        .literal = true,
        .score = 1,
        .file = b->shape->file,
        .line = node->line,
    };
    struct buf number;
    buf_init(&number, b->arena, 32);
    buf_add_u64(&number, ++b->words_n);
    TRY(buf_check(&number, "the number of a word", b->err));
    TRY(rule_id(b, "word.", buf_str(&number), &rule.id));
    TRY(add_rule(b, &rule));
    /* Most words are simply blocked, which one row says for all; only the others get their own. */
    for (int output = 0; output < 2; output++) {
        struct guardrail_action row = {
            .rule = rule.id,
            .category = CATEGORY_ANY,
            .channels = CHANNELS_ALL,
            .output = output == 1,
            .action = action_of(directed, output == 1),
        };
        if (row.action != ACTION_REJECT) {
            TRY(add_row(b, &b->by_rule, row));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_word(struct building *b, const struct yaml_node *node)
{
    struct word_file file = { .directed = DIRECTED_UNSAID };
    lic_str text = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("a word", WORD), &file));
    if (!file.text) {
        return LIC_OK;
    }
    TRY(shape_text(b->shape, file.text, &text));
    if (str_trim(text).n == 0 || utf8_count(text) > WORD_CHARACTERS_MAX) {
        return text.n == 0 ? LIC_OK
                           : shape_mistake(b->shape, file.text, LIC_E_LIMIT,
                                           "a word or phrase has 1 to %d characters besides blanks",
                                           WORD_CHARACTERS_MAX);
    }
    return add_word(b, node, str_trim(text), &file.directed);
}

struct typed_file {
    lic_str type;
    struct directed directed; /* read, so that its values are checked; nothing can act on it */
};

static const struct shape_member WORD_LIST[] = {
    { "type", shape_text, offsetof(struct typed_file, type), .required = true },
    DIRECTED_MEMBERS(struct typed_file, read_block_or_none),
};

/* One phrase of our own list: a line of data/patterns/profanity.words. */
static enum lic_rc add_managed_word(struct building *b, lic_str file, uint32_t line, lic_str text)
{
    struct rule rule = {
        .type = LIC_STR("PROFANITY"),
        .category = FINDING_WORD,
        .severity = SEVERITY_MEDIUM,
        .pattern = text,
        .validator = LIC_STR(""),
        .description = LIC_STR("a word of the managed list"),
        .literal = true,
        .score = 1,
        .file = file,
        .line = line,
    };
    struct buf number;
    buf_init(&number, b->arena, 32);
    buf_add_u64(&number, line);
    TRY(buf_check(&number, "the number of a word", b->err));
    TRY(rule_id(b, "profanity.", buf_str(&number), &rule.id));
    return add_rule(b, &rule);
}

static enum lic_rc add_profanity(struct building *b)
{
    const struct shipped_file *file = shipped_find(LIC_STR("patterns/profanity.words"));
    ENSURE(file, b->err, LIC_E_MISSING, "this build has no patterns/profanity.words");
    lic_str rest = str_make(file->at, file->n);
    for (uint32_t line = 1; rest.n > 0; line++) {
        lic_str text = str_trim(str_split(&rest, '\n'));
        if (text.n > 0 && text.at[0] != '#') {
            TRY(add_managed_word(b, str_z(file->path), line, text));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_word_list(struct building *b, const struct yaml_node *node)
{
    struct typed_file file = { .directed = DIRECTED_UNSAID };
    TRY(shape_mapping(b->shape, node, SHAPE("a managed word list", WORD_LIST), &file));
    if (!str_eq(file.type, LIC_STR("PROFANITY"))) {
        return file.type.n > 0 ? unsupported(b, node, file.type) : LIC_OK;
    }
    if (rule_with(&b->own, (lic_str){ 0 }, file.type)) {
        return shape_mistake(b->shape, node, LIC_E_DUPLICATE, "PROFANITY stands here twice");
    }
    TRY(add_profanity(b));
    struct guardrail_action row = { .type = LIC_STR("PROFANITY"),
                                    .category = CATEGORY_ANY,
                                    .channels = CHANNELS_ALL };
    return add_both(b, &b->by_type, row, &file.directed);
}

struct words_file {
    const struct yaml_node *words, *lists;
};

static const struct shape_member WORDS[] = {
    { "wordsConfig", shape_keep, offsetof(struct words_file, words), .required = false },
    { "managedWordListsConfig", shape_keep, offsetof(struct words_file, lists), .required = false },
};

static enum lic_rc read_words(struct building *b, const struct yaml_node *node)
{
    struct words_file file = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("wordPolicyConfig", WORDS), &file));
    if (file.words && file.words->n > WORDS_MAX) {
        return shape_mistake(b->shape, file.words, LIC_E_LIMIT, "%u words: %d are the most",
                             file.words->n, WORDS_MAX);
    }
    TRY(read_list(b, file.words, read_word));
    TRY(read_list(b, file.lists, read_word_list));
    struct guardrail_action row = { .category = FINDING_WORD, .channels = CHANNELS_ALL };
    return add_both(b, &b->by_category, row, &DIRECTED_UNSAID);
}

/* ---- content filters ---- */

enum strength { STRENGTH_NONE, STRENGTH_LOW, STRENGTH_MEDIUM, STRENGTH_HIGH, STRENGTH_N };

struct filter_file {
    const struct yaml_node *type, *output_strength_node;
    enum strength input_strength, output_strength;
    struct str_list input_modalities, output_modalities;
    struct directed directed;
};

static enum lic_rc read_strength(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { "NONE", "LOW", "MEDIUM", "HIGH" };
    uint32_t i = STRENGTH_HIGH;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, STRENGTH_N }, &i));
    *(enum strength *)at = (enum strength)i;
    return LIC_OK;
}

static const struct shape_member FILTER[] = {
    { "type", shape_keep, offsetof(struct filter_file, type), .required = true },
    { "inputStrength", read_strength, offsetof(struct filter_file, input_strength),
      .required = true },
    { "outputStrength", read_strength, offsetof(struct filter_file, output_strength),
      .required = true },
    { "inputModalities", shape_texts, offsetof(struct filter_file, input_modalities),
      .required = false },
    { "outputModalities", shape_texts, offsetof(struct filter_file, output_modalities),
      .required = false },
    DIRECTED_MEMBERS(struct filter_file, read_block_or_none),
};

static enum lic_rc check_modalities(struct building *b, const struct yaml_node *node,
                                    const struct str_list *modalities)
{
    for (uint32_t i = 0; i < modalities->n; i++) {
        if (!str_eq(modalities->at[i], LIC_STR("TEXT"))) {
            TRY(unsupported(b, node, modalities->at[i]));
        }
    }
    return LIC_OK;
}

/* How sure a finding must be for each strength: the stronger the filter, the less. */
static const float STRENGTH_THRESHOLDS[STRENGTH_N] = { 1, 0.9f, 0.7f, CLASSIFY_THRESHOLD };

/* Attacks arrive; they are not looked for in answers, and Bedrock wants the strength there NONE. */
static enum lic_rc add_prompt_attack(struct building *b, const struct yaml_node *node,
                                     const struct filter_file *file)
{
    static const enum finding_category CATEGORIES[] = { FINDING_INJECTION, FINDING_JAILBREAK };
    b->attack_threshold = STRENGTH_THRESHOLDS[file->input_strength];
    if (file->output_strength != STRENGTH_NONE) {
        return shape_mistake(b->shape, node, LIC_E_INVALID,
                             "PROMPT_ATTACK is about requests: its outputStrength must be NONE");
    }
    for (size_t i = 0; file->input_strength != STRENGTH_NONE && i < 2; i++) {
        struct guardrail_action row = {
            .category = CATEGORIES[i],
            .channels = CHANNELS_UNTRUSTED,
            .action = action_of(&file->directed, /* output= */ false),
        };
        TRY(add_row(b, &b->by_category, row));
    }
    return LIC_OK;
}

static enum lic_rc read_filter(struct building *b, const struct yaml_node *node)
{
    struct filter_file file = { .directed = DIRECTED_UNSAID };
    lic_str type = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("a filter", FILTER), &file));
    TRY(check_modalities(b, node, &file.input_modalities));
    TRY(check_modalities(b, node, &file.output_modalities));
    if (file.type) {
        TRY(shape_text(b->shape, file.type, &type));
    }
    if (str_eq(type, LIC_STR("PROMPT_ATTACK"))) {
        return add_prompt_attack(b, node, &file);
    }
    bool off = file.input_strength == STRENGTH_NONE && file.output_strength == STRENGTH_NONE;
    return type.n == 0 || off ? LIC_OK : unsupported(b, file.type, type);
}

struct content_file {
    const struct yaml_node *filters;
};

static const struct shape_member CONTENT[] = {
    { "filtersConfig", shape_keep, offsetof(struct content_file, filters), .required = true },
    { "tierConfig", shape_skip, 0, .required = false },
};

static enum lic_rc read_content(struct building *b, const struct yaml_node *node)
{
    struct content_file file = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("contentPolicyConfig", CONTENT), &file));
    return read_list(b, file.filters, read_filter);
}

/* ---- denied topics ---- */

enum { TOPIC_DEFINITION_MAX = 1000, TOPIC_EXAMPLES_MAX = 100 }; /* characters; examples */

struct topic_file {
    const struct yaml_node *name;
    lic_str definition, type;
    struct str_list examples;
    struct directed directed;
};

/* Bedrock asks for names of letters, digits and some signs, blanks among them. */
static enum lic_rc read_topic_type(const struct shape *shape, const struct yaml_node *node,
                                   void *at)
{
    static const char *const NAMES[] = { "DENY" };
    uint32_t i = 0;
    (void)at;
    return shape_choice(shape, node, (struct shape_choice){ NAMES, 1 }, &i);
}

static const struct shape_member TOPIC[] = {
    { "name", shape_keep, offsetof(struct topic_file, name), .required = true },
    { "definition", shape_text, offsetof(struct topic_file, definition), .required = true },
    { "examples", shape_texts, offsetof(struct topic_file, examples), .required = false },
    { "type", read_topic_type, offsetof(struct topic_file, type), .required = true },
    DIRECTED_MEMBERS(struct topic_file, read_block_or_none),
};

static bool has_topic(const struct building *b, lic_str name)
{
    for (uint32_t i = 0; i < b->topics.n; i++) {
        if (str_eq(b->topics.at[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Where something is done about a topic, so that the others are not looked at. */
static void note_topic_channels(struct building *b, const struct directed *directed)
{
    for (int output = 0; output < 2; output++) {
        if (action_of(directed, output == 1) != ACTION_NONE) {
            b->topic_channels[output] |= output == 1 ? CHANNELS_ALL : CHANNELS_TALK;
        }
    }
}

static enum lic_rc add_topic(struct building *b, const struct yaml_node *node, lic_str name,
                             const struct topic_file *file)
{
    struct topic_source source = { .name = name,
                                   .definition = file->definition,
                                   .examples = file->examples.at,
                                   .examples_n = file->examples.n };
    if (has_topic(b, name) || b->topics.n == TOPICS_MAX ||
        utf8_count(file->definition) > TOPIC_DEFINITION_MAX ||
        file->examples.n > TOPIC_EXAMPLES_MAX) {
        return shape_mistake(b->shape, node, LIC_E_LIMIT,
                             "there are at most %u topics, each once, with a definition of at most "
                             "%d characters and at most %d examples",
                             TOPICS_MAX, TOPIC_DEFINITION_MAX, TOPIC_EXAMPLES_MAX);
    }
    TRY(rule_id(b, "topic.", name, &source.rule));
    ENSURE(ARENA_PUSH(b->arena, &b->topics, source), b->err, LIC_E_NOMEM, "no memory for a topic");
    ENSURE(ARENA_PUSH(b->arena, &b->topic_nodes, node), b->err, LIC_E_NOMEM,
           "no memory for a topic");
    note_topic_channels(b, &file->directed);
    struct guardrail_action row = { .rule = source.rule, .category = CATEGORY_ANY };
    for (int output = 0; output < 2; output++) {
        row.output = output == 1;
        row.channels = row.output ? CHANNELS_ALL : CHANNELS_TALK;
        row.action = action_of(&file->directed, row.output);
        TRY(add_row(b, &b->by_rule, row));
    }
    return LIC_OK;
}

static enum lic_rc read_topic(struct building *b, const struct yaml_node *node)
{
    struct topic_file file = { .directed = DIRECTED_UNSAID };
    lic_str name = { 0 };
    TRY(shape_mapping(b->shape, node, SHAPE("a topic", TOPIC), &file));
    if (file.name) {
        TRY(shape_text(b->shape, file.name, &name));
    }
    return name.n > 0 && file.definition.n > 0 ? add_topic(b, node, name, &file) : LIC_OK;
}

struct topics_file {
    const struct yaml_node *topics;
};

static const struct shape_member TOPICS[] = {
    { "topicsConfig", shape_keep, offsetof(struct topics_file, topics), .required = true },
    { "tierConfig", shape_skip, 0, .required = false },
};

static enum lic_rc read_topics(struct building *b, const struct yaml_node *node)
{
    struct topics_file file = { 0 };
    uint32_t bad = 0;
    TRY(shape_mapping(b->shape, node, SHAPE("topicPolicyConfig", TOPICS), &file));
    TRY(read_list(b, file.topics, read_topic));
    if (b->topics.n == 0) {
        return LIC_OK;
    }
    enum lic_rc rc =
        topics_new(b->arena, b->topics.at, b->topics.n, &b->compiled_topics, &bad, b->err);
    if (rc == LIC_E_INVALID) {
        return shape_mistake(b->shape, b->topic_nodes.at[bad], rc, "%s", b->err->text);
    }
    return rc;
}

/* ---- the lictor block ---- */

struct action_file {
    const struct yaml_node *rule, *type;
    int category;
    uint32_t channels;
    uint32_t direction;
    int action;
};

enum direction { DIRECTION_INPUT, DIRECTION_OUTPUT, DIRECTION_BOTH, DIRECTION_N };

static enum lic_rc read_direction(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = { "input", "output", "both" };
    return shape_choice(shape, node, (struct shape_choice){ NAMES, DIRECTION_N }, at);
}

static enum lic_rc read_own_action(const struct shape *shape, const struct yaml_node *node,
                                   void *at)
{
    static const char *const NAMES[] = { "none", "flag", "rewrite",
                                         "reject" }; /* ORDER FINDING_ACTION */
    uint32_t i = ACTION_REJECT;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 4 }, &i));
    *(int *)at = (int)i;
    return LIC_OK;
}

static enum lic_rc read_category(const struct shape *shape, const struct yaml_node *node, void *at)
{
    const char *names[FINDING_CATEGORY_N];
    for (int i = 0; i < FINDING_CATEGORY_N; i++) {
        names[i] = finding_category_name((enum finding_category)i);
    }
    uint32_t found = UINT32_MAX;
    TRY(shape_choice(shape, node, (struct shape_choice){ names, FINDING_CATEGORY_N }, &found));
    *(int *)at = found == UINT32_MAX ? CATEGORY_ANY : (int)found;
    return LIC_OK;
}

static enum lic_rc read_channels(const struct shape *shape, const struct yaml_node *node, void *at)
{
    struct str_list names = { 0 };
    uint32_t channels = 0;
    TRY(shape_texts(shape, node, &names));
    for (uint32_t i = 0; i < names.n; i++) {
        enum event_channel channel;
        if (!event_channel_from(names.at[i], &channel)) {
            TRY(shape_mistake(shape, node, LIC_E_UNKNOWN,
                              "\"" LIC_FMT
                              "\" is not a channel: system, user, assistant, tool_call, "
                              "tool_result or document",
                              LIC_ARG(mistakes_shown(names.at[i]))));
            continue;
        }
        channels |= CHANNEL_BIT(channel);
    }
    *(uint32_t *)at = channels;
    return LIC_OK;
}

static const struct shape_member ACTION[] = {
    { "rule", shape_keep, offsetof(struct action_file, rule), .required = false },
    { "type", shape_keep, offsetof(struct action_file, type), .required = false },
    { "category", read_category, offsetof(struct action_file, category), .required = false },
    { "channels", read_channels, offsetof(struct action_file, channels), .required = false },
    { "direction", read_direction, offsetof(struct action_file, direction), .required = false },
    { "action", read_own_action, offsetof(struct action_file, action), .required = true },
};

/* A name that an action is about: known here, or a gap. */
static enum lic_rc read_subject(struct building *b, const struct yaml_node *node, bool is_rule,
                                lic_str *out, bool *out_known)
{
    if (!node) {
        return LIC_OK;
    }
    lic_str name = { 0 };
    TRY(shape_text(b->shape, node, &name));
    *out = name;
    if (is_known(b, is_rule ? name : (lic_str){ 0 }, is_rule ? (lic_str){ 0 } : name)) {
        return LIC_OK;
    }
    *out_known = false;
    return name.n > 0 ? unsupported(b, node, name) : LIC_OK;
}

static enum lic_rc read_own_row(struct building *b, const struct yaml_node *node)
{
    struct action_file file = { .category = CATEGORY_ANY,
                                .channels = CHANNELS_ALL,
                                .direction = DIRECTION_BOTH,
                                .action = ACTION_REJECT };
    struct guardrail_action row = { 0 };
    bool known = true;
    TRY(shape_mapping(b->shape, node, SHAPE("an action", ACTION), &file));
    if (!yaml_get(node, LIC_STR("rule")) && !yaml_get(node, LIC_STR("type")) &&
        !yaml_get(node, LIC_STR("category"))) {
        return shape_mistake(b->shape, node, LIC_E_MISSING,
                             "an action says what it is about: \"rule\", \"type\" or \"category\"");
    }
    TRY(read_subject(b, file.rule, /* is_rule= */ true, &row.rule, &known));
    TRY(read_subject(b, file.type, /* is_rule= */ false, &row.type, &known));
    if (!known) {
        return LIC_OK;
    }
    row.category = file.category;
    row.channels = file.channels;
    row.action = (enum finding_action)file.action;
    for (int output = 0; output < 2; output++) {
        row.output = output == 1;
        bool meant =
            file.direction == DIRECTION_BOTH || (file.direction == DIRECTION_OUTPUT) == row.output;
        TRY(meant ? add_row(b, &b->by_lictor, row) : LIC_OK);
    }
    return LIC_OK;
}

struct length_file {
    uint32_t characters, channels, direction;
    int action;
};

static const struct shape_member LENGTH[] = {
    { "characters", shape_u32, offsetof(struct length_file, characters), .required = true },
    { "channels", read_channels, offsetof(struct length_file, channels), .required = false },
    { "direction", read_direction, offsetof(struct length_file, direction), .required = false },
    { "action", read_own_action, offsetof(struct length_file, action), .required = true },
};

static enum lic_rc read_length(struct building *b, const struct yaml_node *node)
{
    struct length_file file = { .channels = CHANNELS_ALL,
                                .direction = DIRECTION_BOTH,
                                .action = ACTION_REJECT };
    TRY(shape_mapping(b->shape, node, SHAPE("a length", LENGTH), &file));
    for (int output = 0; output < 2; output++) {
        struct guardrail_length row = { file.channels, output == 1, file.characters,
                                        (enum finding_action)file.action };
        bool meant =
            file.direction == DIRECTION_BOTH || (file.direction == DIRECTION_OUTPUT) == row.output;
        ENSURE(!meant || ARENA_PUSH(b->arena, &b->lengths, row), b->err, LIC_E_NOMEM,
               "no memory for a length");
    }
    return LIC_OK;
}

struct lictor_file {
    const struct yaml_node *rewrite, *actions, *thresholds, *classification, *lengths;
    const struct yaml_node *identifiers, *allow;
    bool ignore_unsupported;
};

struct thresholds_file {
    float injection, jailbreak;
};

static enum lic_rc read_threshold(const struct shape *shape, const struct yaml_node *node, void *at)
{
    double value = 0;
    if (node->type != YAML_SCALAR || !str_double(node->text, &value) || value <= 0 || value > 1) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "a threshold is a number above 0 and at most 1");
    }
    *(float *)at = (float)value;
    return LIC_OK;
}

static const struct shape_member THRESHOLDS[] = {
    { "injection", read_threshold, offsetof(struct thresholds_file, injection), .required = false },
    { "jailbreak", read_threshold, offsetof(struct thresholds_file, jailbreak), .required = false },
};

static enum lic_rc read_thresholds(struct building *b, const struct yaml_node *node)
{
    struct thresholds_file file = { 0 };
    if (node) {
        TRY(shape_mapping(b->shape, node, SHAPE("thresholds", THRESHOLDS), &file));
    }
    b->injection_threshold = file.injection;
    b->jailbreak_threshold = file.jailbreak;
    return LIC_OK;
}

static enum lic_rc read_unsupported(const struct shape *shape, const struct yaml_node *node,
                                    void *at)
{
    static const char *const NAMES[] = { "refuse", "ignore" };
    uint32_t i = 0;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 2 }, &i));
    *(bool *)at = i == 1;
    return LIC_OK;
}

static const struct shape_member LICTOR[] = {
    { "actions", shape_keep, offsetof(struct lictor_file, actions), .required = false },
    { "thresholds", shape_keep, offsetof(struct lictor_file, thresholds), .required = false },
    { "identifiers", shape_keep, offsetof(struct lictor_file, identifiers), .required = false },
    { "allow", shape_keep, offsetof(struct lictor_file, allow), .required = false },
    { "rewrite", shape_keep, offsetof(struct lictor_file, rewrite), .required = false },
    { "lengths", shape_keep, offsetof(struct lictor_file, lengths), .required = false },
    { "classification", shape_keep, offsetof(struct lictor_file, classification),
      .required = false },
    { "unsupported", read_unsupported, offsetof(struct lictor_file, ignore_unsupported),
      .required = false },
};

/* ---- the file ---- */

struct file {
    const struct yaml_node *sensitive, *words, *content, *topics, *grounding, *reasoning, *lictor;
    lic_str name, input_message, output_message;
};

static enum lic_rc read_message(const struct shape *shape, const struct yaml_node *node, void *at)
{
    TRY(shape_text(shape, node, at));
    if (utf8_count(*(lic_str *)at) > MESSAGE_CHARACTERS_MAX) {
        return shape_mistake(shape, node, LIC_E_LIMIT,
                             "\"" LIC_FMT "\" has more than %d characters",
                             LIC_ARG(mistakes_shown(node->key)), MESSAGE_CHARACTERS_MAX);
    }
    return LIC_OK;
}

static const struct shape_member TOP[] = {
    { "name", shape_name, offsetof(struct file, name), .required = true },
    { "description", shape_skip, 0, .required = false },
    { "blockedInputMessaging", read_message, offsetof(struct file, input_message),
      .required = true },
    { "blockedOutputsMessaging", read_message, offsetof(struct file, output_message),
      .required = true },
    { "sensitiveInformationPolicyConfig", shape_keep, offsetof(struct file, sensitive),
      .required = false },
    { "wordPolicyConfig", shape_keep, offsetof(struct file, words), .required = false },
    { "contentPolicyConfig", shape_keep, offsetof(struct file, content), .required = false },
    { "topicPolicyConfig", shape_keep, offsetof(struct file, topics), .required = false },
    { "contextualGroundingPolicyConfig", shape_keep, offsetof(struct file, grounding),
      .required = false },
    { "automatedReasoningPolicyConfig", shape_keep, offsetof(struct file, reasoning),
      .required = false },
    /* About where AWS keeps and evaluates a guardrail, which does not happen here. */
    { "crossRegionConfig", shape_skip, 0, .required = false },
    { "kmsKeyId", shape_skip, 0, .required = false },
    { "tags", shape_skip, 0, .required = false },
    { "clientRequestToken", shape_skip, 0, .required = false },
    { "lictor", shape_keep, offsetof(struct file, lictor), .required = false },
};

static enum lic_rc read_section(struct building *b, const struct yaml_node *node, read_entry *read)
{
    return node ? read(b, node) : LIC_OK;
}

static enum lic_rc read_undetectable(struct building *b, const struct yaml_node *node)
{
    return unsupported(b, node, node->key);
}

static bool knows_type(const void *arg, lic_str type)
{
    return is_known(arg, (lic_str){ 0 }, type);
}

static enum lic_rc read_sections(struct building *b, const struct file *file)
{
    struct lictor_file lictor = { 0 };
    if (file->lictor) {
        TRY(shape_mapping(b->shape, file->lictor, SHAPE("the lictor block", LICTOR), &lictor));
    }
    b->ignore_unsupported = lictor.ignore_unsupported;
    TRY(read_thresholds(b, lictor.thresholds));
    TRY(classes_read(b->shape, lictor.classification, &b->classes, b->err));
    TRY(read_list(b, lictor.identifiers, read_identifier));
    TRY(read_section(b, lictor.allow, read_allow));
    TRY(read_section(b, file->sensitive, read_sensitive));
    TRY(read_section(b, file->words, read_words));
    TRY(read_section(b, file->content, read_content));
    TRY(read_section(b, file->topics, read_topics));
    TRY(read_section(b, file->grounding, read_undetectable));
    TRY(read_section(b, file->reasoning, read_undetectable));
    TRY(read_list(b, lictor.lengths, read_length));
    struct rewriting_known known = { knows_type, b };
    TRY(rewriting_read(b->shape, lictor.rewrite, &known, &b->rewrite, b->err));
    return read_list(b, lictor.actions, read_own_row);
}

static float threshold_of(const struct building *b, enum finding_category category)
{
    float said = category == FINDING_JAILBREAK ? b->jailbreak_threshold : b->injection_threshold;
    if (said > 0) {
        return said;
    }
    return b->attack_threshold > 0 ? b->attack_threshold : CLASSIFY_THRESHOLD;
}

/* A row about attacks as such is about those that are sure enough; one about a rule or a type by
 * its name is about all of them. */
static float minimum_of(const struct building *b, const struct guardrail_action *row)
{
    bool attacks = row->category == FINDING_INJECTION || row->category == FINDING_JAILBREAK;
    bool named = row->rule.n > 0 || row->type.n > 0;
    return attacks && !named ? threshold_of(b, (enum finding_category)row->category) : 0;
}

static enum lic_rc join_rows(struct building *b, struct guardrail *out)
{
    const struct rows *parts[] = { &b->by_lictor, &b->by_rule, &b->by_type, &b->by_category };
    struct rows all = { 0 };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (uint32_t j = 0; j < parts[i]->n; j++) {
            struct guardrail_action row = parts[i]->at[j];
            row.minimum = minimum_of(b, &row);
            TRY(add_row(b, &all, row));
        }
    }
    out->actions = all.at;
    out->actions_n = all.n;
    return LIC_OK;
}

static bool row_is_about(const struct guardrail_action *row, const struct rule *rule,
                         enum event_channel channel, bool output)
{
    return row->output == output && (row->channels & CHANNEL_BIT(channel)) != 0 &&
           (row->category == CATEGORY_ANY || row->category == (int)rule->category) &&
           (row->rule.n == 0 || str_eq(row->rule, rule->id)) &&
           (row->type.n == 0 || str_eq(row->type, rule->type));
}

enum finding_action guardrail_rule_action(const struct guardrail *guardrail,
                                          const struct rule *rule, enum event_channel channel,
                                          bool output)
{
    for (uint32_t i = 0; i < guardrail->actions_n; i++) {
        if (row_is_about(&guardrail->actions[i], rule, channel, output)) {
            return guardrail->actions[i].action;
        }
    }
    return ACTION_NONE;
}

static bool has_action(const struct guardrail *guardrail, const struct rule *rule, bool output)
{
    for (int channel = 0; channel < CHANNEL_N; channel++) {
        if (guardrail_rule_action(guardrail, rule, (enum event_channel)channel, output) !=
            ACTION_NONE) {
            return true;
        }
    }
    return false;
}

/* A rule about which nothing is done in a direction is not scanned for there. */
static enum lic_rc choose_rules(struct building *b, const struct guardrail *guardrail,
                                const struct rules *from, bool output, struct rules *out)
{
    for (uint32_t i = 0; i < from->n; i++) {
        if (has_action(guardrail, &from->at[i], output)) {
            ENSURE(ARENA_PUSH(b->arena, out, from->at[i]), b->err, LIC_E_NOMEM,
                   "no memory for a rule");
        }
    }
    return LIC_OK;
}

static enum lic_rc finish(struct building *b, struct guardrail *out)
{
    TRY(join_rows(b, out));
    out->injection_threshold = threshold_of(b, FINDING_INJECTION);
    out->jailbreak_threshold = threshold_of(b, FINDING_JAILBREAK);
    out->classes = b->classes;
    out->rewrite = b->rewrite;
    out->topics = b->compiled_topics;
    out->topic_channels[0] = b->topic_channels[0];
    out->topic_channels[1] = b->topic_channels[1];
    out->lengths = b->lengths.at;
    out->lengths_n = b->lengths.n;
    out->input_rules.allowed.at = out->output_rules.allowed.at = b->own.allowed.at;
    out->input_rules.allowed.n = out->output_rules.allowed.n = b->own.allowed.n;
    TRY(choose_rules(b, out, b->shipped, /* output= */ false, &out->input_rules));
    TRY(choose_rules(b, out, &b->own, /* output= */ false, &out->input_rules));
    TRY(choose_rules(b, out, b->shipped, /* output= */ true, &out->output_rules));
    return choose_rules(b, out, &b->own, /* output= */ true, &out->output_rules);
}

enum lic_rc guardrail_read(struct arena *arena, const struct guardrail_source *source,
                           struct mistakes *mistakes, struct guardrail *out, struct lic_err *err)
{
    struct yaml_node *root;
    struct file file = { 0 };
    /* Rules and classes are views into the text, which its reader may let go. */
    lic_str text = str_copy(arena, source->text);
    ENSURE(text.at || source->text.n == 0, err, LIC_E_NOMEM, "no memory for a guardrail's text");
    enum lic_rc rc = yaml_json_read(arena, source->file, text, &root, err);
    if (rc != LIC_OK) {
        return mistakes_add_err(mistakes, err);
    }
    struct shape shape = { arena, mistakes, source->file, /* json= */ true };
    struct building b = { .arena = arena, .shape = &shape, .shipped = source->shipped, .err = err };
    struct guardrail guardrail = { .name = out->name };
    TRY(shape_mapping(&shape, root, SHAPE("a guardrail", TOP), &file));
    TRY(read_sections(&b, &file));
    guardrail.input_message = file.input_message;
    guardrail.output_message = file.output_message;
    TRY(finish(&b, &guardrail));
    *out = guardrail;
    return LIC_OK;
}
