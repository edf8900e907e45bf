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
#include "engine/shape.h"

#include "base/banned.h"

enum { MESSAGE_CHARACTERS_MAX = 500, WORDS_MAX = 10000, WORD_CHARACTERS_MAX = 100 };
enum { CATEGORY_ANY = -1 };

/* An action that a file does not mention. */
enum { UNSAID = -1 };

#define CHANNEL_BIT(channel) (1u << (channel))
static const uint32_t CHANNELS_ALL = CHANNEL_BIT(CHANNEL_N) - 1;
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
    bool ignore_unsupported;
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
    return rule_with(b->shipped, id, type) || rule_with(&b->own, id, type);
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

static enum lic_rc read_word_list(struct building *b, const struct yaml_node *node)
{
    struct typed_file file = { .directed = DIRECTED_UNSAID };
    TRY(shape_mapping(b->shape, node, SHAPE("a managed word list", WORD_LIST), &file));
    return file.type.n > 0 ? unsupported(b, node, file.type) : LIC_OK;
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

/* Attacks arrive; they are not looked for in answers, and Bedrock wants the strength there NONE. */
static enum lic_rc add_prompt_attack(struct building *b, const struct yaml_node *node,
                                     const struct filter_file *file)
{
    static const enum finding_category CATEGORIES[] = { FINDING_INJECTION, FINDING_JAILBREAK };
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

struct lictor_file {
    const struct yaml_node *actions;
    bool ignore_unsupported;
};

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

static enum lic_rc read_sections(struct building *b, const struct file *file)
{
    struct lictor_file lictor = { 0 };
    if (file->lictor) {
        TRY(shape_mapping(b->shape, file->lictor, SHAPE("the lictor block", LICTOR), &lictor));
    }
    b->ignore_unsupported = lictor.ignore_unsupported;
    TRY(read_section(b, file->sensitive, read_sensitive));
    TRY(read_section(b, file->words, read_words));
    TRY(read_section(b, file->content, read_content));
    TRY(read_section(b, file->topics, read_undetectable));
    TRY(read_section(b, file->grounding, read_undetectable));
    TRY(read_section(b, file->reasoning, read_undetectable));
    return read_list(b, lictor.actions, read_own_row);
}

static enum lic_rc join_rows(struct building *b, struct guardrail *out)
{
    const struct rows *parts[] = { &b->by_lictor, &b->by_rule, &b->by_type, &b->by_category };
    struct rows all = { 0 };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        for (uint32_t j = 0; j < parts[i]->n; j++) {
            TRY(add_row(b, &all, parts[i]->at[j]));
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
    enum lic_rc rc = yaml_json_read(arena, source->file, source->text, &root, err);
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
