/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads STS's query API strictly and writes its XML. Names, lengths and character sets are those
 * of the STS API reference, version 2011-06-15.
 */
#include "dialect/sts.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

enum {
    TAGS_MAX = 50,
    POLICY_ARNS_MAX = 10,
    PARAMETERS_MAX = 2 * TAGS_MAX + TAGS_MAX + POLICY_ARNS_MAX + 32,
    TAG_KEY_CHARACTERS_MAX = 128,
    TAG_VALUE_CHARACTERS_MAX = 256,
    DURATION_DIGITS_MAX = 9,
    SHOWN_BYTES = 80 /* of a value that is quoted in a fault */
};

#define NAMESPACE "https://sts.amazonaws.com/doc/2011-06-15/"

static const char *const action_names[STS_ACTIONS_N] = {
    [STS_ASSUME_ROLE] = "AssumeRole",
    [STS_ASSUME_ROLE_WITH_WEB_IDENTITY] = "AssumeRoleWithWebIdentity",
    [STS_GET_CALLER_IDENTITY] = "GetCallerIdentity",
    [STS_GET_SESSION_TOKEN] = "GetSessionToken",
};

/* ---- characters ---- */

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_among(lic_str s, const char *others)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_word(s.at[i]) && (s.at[i] == '\0' || !strchr(others, s.at[i]))) {
            return false;
        }
    }
    return true;
}

bool sts_is_name(lic_str s)
{
    return is_among(s, "+=,.@-");
}

/* Letters, digits and blanks of any script; of ASCII's other characters only _.:/=+-@ . */
static bool is_tag_text(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool plain = c >= 0x80 || is_word((char)c) || (c != '\0' && strchr(" .:/=+-@", c));
        if (!plain) {
            return false;
        }
    }
    return true;
}

/* What an XML document can hold, and a log line: no control characters. */
static bool is_clean(lic_str s, bool line_ends)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        bool blank = c == '\t' || c == '\n' || c == '\r';
        if ((c < 0x20 || c == 0x7f) && !(line_ends && blank)) {
            return false;
        }
    }
    return utf8_check(s) == s.n;
}

/* ---- the form: name=value&name=value, percent-encoded ---- */

struct parameter {
    lic_str name, value;
};

struct form {
    struct parameter *at;
    uint32_t n, cap;
};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* -1: no two hex digits follow. */
static int escaped_byte(lic_str s, size_t at)
{
    int high = at + 1 < s.n ? hex_value(s.at[at + 1]) : -1;
    int low = at + 2 < s.n ? hex_value(s.at[at + 2]) : -1;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static enum lic_rc decode(struct arena *arena, lic_str s, lic_str *out, struct lic_err *err)
{
    char *to = arena_take(arena, s.n + 1);
    ENSURE(to, err, LIC_E_NOMEM, "no memory for a parameter");
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        int c = s.at[i] == '+' ? ' ' : (unsigned char)s.at[i];
        if (c == '%') {
            c = escaped_byte(s, i);
            ENSURE(c >= 0, err, LIC_E_INVALID,
                   "MalformedInput: a %% in a parameter is not followed by two hex digits");
            i += 2;
        }
        to[n++] = (char)c;
    }
    *out = str_make(to, n);
    ENSURE(utf8_check(*out) == n, err, LIC_E_INVALID, "MalformedInput: a parameter is not UTF-8");
    return LIC_OK;
}

/* What carries a presigned signature is not STS's to read. */
static bool is_signature(lic_str name)
{
    return str_eq_nocase(str_head(name, 6), LIC_STR("X-Amz-"));
}

static enum lic_rc form_add(struct form *form, struct arena *arena,
                            const struct parameter *parameter, struct lic_err *err)
{
    ENSURE(form->n < PARAMETERS_MAX, err, LIC_E_INVALID,
           "ValidationError: the request has more than %u parameters", (unsigned)PARAMETERS_MAX);
    for (uint32_t i = 0; i < form->n; i++) {
        ENSURE(!str_eq(form->at[i].name, parameter->name), err, LIC_E_INVALID,
               "ValidationError: the parameter " LIC_FMT " is given twice",
               LIC_ARG(utf8_head(parameter->name, SHOWN_BYTES)));
    }
    ENSURE(ARENA_PUSH(arena, form, *parameter), err, LIC_E_NOMEM, "no memory for a parameter");
    return LIC_OK;
}

static enum lic_rc form_read(struct arena *arena, lic_str text, struct form *out,
                             struct lic_err *err)
{
    struct form form = { 0 };
    while (text.n > 0) {
        lic_str value = str_split(&text, '&');
        if (value.n == 0) {
            continue;
        }
        struct parameter parameter;
        TRY(decode(arena, str_split(&value, '='), &parameter.name, err));
        TRY(decode(arena, value, &parameter.value, err));
        if (!is_signature(parameter.name)) {
            TRY(form_add(&form, arena, &parameter, err));
        }
    }
    *out = form;
    return LIC_OK;
}

bool sts_is_unsigned(lic_str form)
{
    while (form.n > 0) {
        lic_str parameter = str_split(&form, '&');
        if (str_eq(parameter, LIC_STR("Action=AssumeRoleWithWebIdentity"))) {
            return true;
        }
    }
    return false;
}

/* ---- single parameters ---- */

enum { ASSUME = 1u << STS_ASSUME_ROLE, WEB = 1u << STS_ASSUME_ROLE_WITH_WEB_IDENTITY };
enum { TOKEN = 1u << STS_GET_SESSION_TOKEN };

/* Which characters a value may have, in AWS's notation for the fault. */
enum charset { CHARSET_ANY, CHARSET_NAME, CHARSET_EXTERNAL, CHARSET_TEXT };
static const char *const charset_patterns[] = {
    [CHARSET_ANY] = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uFFFD]+",
    [CHARSET_NAME] = "[\\w+=,.@-]*",
    [CHARSET_EXTERNAL] = "[\\w+=,.@:\\/-]*",
    [CHARSET_TEXT] = "[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+",
};

struct text_rule {
    const char *name;  /* as sent; its first letter is lower case in faults */
    size_t offset;     /* in struct sts_request */
    unsigned actions;  /* that take it */
    unsigned required; /* by these */
    size_t min, max;   /* characters */
    enum charset charset;
};

#define FIELD_AT(field) offsetof(struct sts_request, field)
static const struct text_rule text_rules[] = {
    { "RoleArn", FIELD_AT(role_arn), ASSUME | WEB, ASSUME | WEB, 20, 2048, CHARSET_ANY },
    { "RoleSessionName", FIELD_AT(session_name), ASSUME | WEB, ASSUME | WEB,
      STS_SESSION_NAME_BYTES_MIN, STS_SESSION_NAME_BYTES_MAX, CHARSET_NAME },
    { "ExternalId", FIELD_AT(external_id), ASSUME, 0, 2, 1224, CHARSET_EXTERNAL },
    { "SourceIdentity", FIELD_AT(source_identity), ASSUME, 0, 2, 64, CHARSET_NAME },
    { "Policy", FIELD_AT(policy), ASSUME | WEB, 0, 1, 2048, CHARSET_TEXT },
    { "WebIdentityToken", FIELD_AT(web_identity_token), WEB, WEB, 4, 20000, CHARSET_ANY },
};
enum { TEXT_RULES_N = sizeof(text_rules) / sizeof(text_rules[0]) };

static lic_str *text_field(struct sts_request *request, const struct text_rule *rule)
{
    return (lic_str *)(void *)((char *)request + rule->offset);
}

/* "RoleArn" as faults write it: "roleArn". */
struct shown_name {
    char text[32];
};
static struct shown_name shown(const char *name)
{
    struct shown_name out = { { 0 } };
    size_t n = strlen(name);
    memcpy(out.text, name, n < sizeof(out.text) ? n : sizeof(out.text) - 1);
    out.text[0] = (char)(out.text[0] | 0x20);
    return out;
}

#define VALIDATION                                                                                 \
    "ValidationError: 1 validation error detected: Value '" LIC_FMT "' at '%s' "                   \
    "failed to satisfy constraint: Member must "

static bool has_charset(lic_str value, enum charset charset)
{
    switch (charset) {
    case CHARSET_NAME:
        return sts_is_name(value);
    case CHARSET_EXTERNAL:
        return is_among(value, "+=,.@:/-");
    case CHARSET_ANY:
    case CHARSET_TEXT:
        break;
    }
    return is_clean(value, /* line_ends= */ true);
}

static enum lic_rc check_text(const struct text_rule *rule, lic_str value, struct lic_err *err)
{
    struct shown_name name = shown(rule->name);
    size_t n = utf8_count(value);
    /* Tokens and policies are not quoted: they may be secrets, or as long as they like. */
    lic_str quoted = rule->max > 2048 || rule->charset == CHARSET_TEXT
                         ? LIC_STR("...")
                         : utf8_head(value, SHOWN_BYTES);
    ENSURE(n >= rule->min, err, LIC_E_INVALID,
           VALIDATION "have length greater than or equal to %zu", LIC_ARG(quoted), name.text,
           rule->min);
    ENSURE(n <= rule->max, err, LIC_E_INVALID, VALIDATION "have length less than or equal to %zu",
           LIC_ARG(quoted), name.text, rule->max);
    ENSURE(has_charset(value, rule->charset), err, LIC_E_INVALID,
           VALIDATION "satisfy regular expression pattern: %s", LIC_ARG(quoted), name.text,
           charset_patterns[rule->charset]);
    return LIC_OK;
}

/* ---- numbered parameters: Tags.member.1.Key ---- */

/* What was collected under numbers; at == NULL where nothing was given. */
struct numbered {
    struct sts_tag tags[TAGS_MAX];
    lic_str transitive_keys[TAGS_MAX];
    lic_str policy_arns[POLICY_ARNS_MAX];
    uint32_t tags_n, transitive_keys_n, policy_arns_n; /* highest number */
};

/* "PREFIX.member.N" or "PREFIX.member.N.LEAF" into N from 1 and LEAF. */
static bool split_number(lic_str name, lic_str prefix, uint64_t *out_number, lic_str *out_leaf)
{
    if (!str_starts(name, prefix)) {
        return false;
    }
    lic_str leaf = str_tail(name, prefix.n);
    lic_str digits = str_split(&leaf, '.');
    *out_leaf = leaf;
    return digits.n <= 4 && str_u64(digits, out_number) && digits.at[0] != '0';
}

/* A number that fits its list; *n becomes the highest so far. */
static enum lic_rc check_number(uint64_t number, uint32_t max, uint32_t *n, lic_str name,
                                struct lic_err *err)
{
    ENSURE(number <= max, err, LIC_E_INVALID,
           "ValidationError: " LIC_FMT " is beyond the %u that may be given",
           LIC_ARG(utf8_head(name, SHOWN_BYTES)), max);
    *n = (uint32_t)number > *n ? (uint32_t)number : *n;
    return LIC_OK;
}

static enum lic_rc put_text(lic_str *list, uint32_t max, uint32_t *n, uint64_t number,
                            const struct parameter *parameter, struct lic_err *err)
{
    TRY(check_number(number, max, n, parameter->name, err));
    list[number - 1] = parameter->value;
    return LIC_OK;
}

static enum lic_rc put_tag(struct numbered *numbered, uint64_t number, bool is_key,
                           const struct parameter *parameter, struct lic_err *err)
{
    TRY(check_number(number, TAGS_MAX, &numbered->tags_n, parameter->name, err));
    struct sts_tag *tag = &numbered->tags[number - 1];
    *(is_key ? &tag->key : &tag->value) = parameter->value;
    return LIC_OK;
}

/* *taken: the parameter is one of the lists'. */
static enum lic_rc read_numbered(struct numbered *numbered, const struct parameter *parameter,
                                 bool *taken, struct lic_err *err)
{
    uint64_t number;
    lic_str leaf, name = parameter->name;
    *taken = true;
    if (split_number(name, LIC_STR("Tags.member."), &number, &leaf)) {
        bool is_key = str_eq(leaf, LIC_STR("Key"));
        *taken = is_key || str_eq(leaf, LIC_STR("Value"));
        return *taken ? put_tag(numbered, number, is_key, parameter, err) : LIC_OK;
    }
    if (split_number(name, LIC_STR("TransitiveTagKeys.member."), &number, &leaf) && leaf.n == 0) {
        return put_text(numbered->transitive_keys, TAGS_MAX, &numbered->transitive_keys_n, number,
                        parameter, err);
    }
    if (split_number(name, LIC_STR("PolicyArns.member."), &number, &leaf) &&
        str_eq(leaf, LIC_STR("arn"))) {
        return put_text(numbered->policy_arns, POLICY_ARNS_MAX, &numbered->policy_arns_n, number,
                        parameter, err);
    }
    *taken = false;
    return LIC_OK;
}

static enum lic_rc check_tag(const struct sts_tag *tag, struct lic_err *err)
{
    ENSURE(tag->key.at && tag->value.at, err, LIC_E_INVALID,
           "ValidationError: a member of Tags lacks its number, Key or Value");
    ENSURE(tag->key.n > 0 && utf8_count(tag->key) <= TAG_KEY_CHARACTERS_MAX, err, LIC_E_INVALID,
           VALIDATION "have length between 1 and %u", LIC_ARG(utf8_head(tag->key, SHOWN_BYTES)),
           "tags.member.key", (unsigned)TAG_KEY_CHARACTERS_MAX);
    ENSURE(utf8_count(tag->value) <= TAG_VALUE_CHARACTERS_MAX, err, LIC_E_INVALID,
           VALIDATION "have length less than or equal to %u",
           LIC_ARG(utf8_head(tag->value, SHOWN_BYTES)), "tags.member.value",
           (unsigned)TAG_VALUE_CHARACTERS_MAX);
    ENSURE(is_tag_text(tag->key) && is_tag_text(tag->value), err, LIC_E_INVALID,
           "ValidationError: the tag " LIC_FMT " has characters outside letters, digits, blanks "
           "and _.:/=+-@",
           LIC_ARG(utf8_head(tag->key, SHOWN_BYTES)));
    ENSURE(!str_eq_nocase(str_head(tag->key, 4), LIC_STR("aws:")), err, LIC_E_INVALID,
           "ValidationError: the tag " LIC_FMT " begins with aws:, which is reserved",
           LIC_ARG(utf8_head(tag->key, SHOWN_BYTES)));
    return LIC_OK;
}

static bool has_key(const struct sts_tag *tags, uint32_t n, lic_str key)
{
    for (uint32_t i = 0; i < n; i++) {
        if (str_eq_nocase(tags[i].key, key)) {
            return true;
        }
    }
    return false;
}

static enum lic_rc take_tags(struct arena *arena, const struct numbered *numbered,
                             struct sts_tags *out, struct lic_err *err)
{
    uint32_t n = numbered->tags_n;
    struct sts_tag *tags = ARENA_ARRAY(arena, struct sts_tag, n);
    ENSURE(tags, err, LIC_E_NOMEM, "no memory for tags");
    for (uint32_t i = 0; i < n; i++) {
        TRY(check_tag(&numbered->tags[i], err));
        ENSURE(!has_key(tags, i, numbered->tags[i].key), err, LIC_E_INVALID,
               "InvalidParameterValue: the tag " LIC_FMT " is given twice; keys have no case",
               LIC_ARG(utf8_head(numbered->tags[i].key, SHOWN_BYTES)));
        tags[i] = numbered->tags[i];
    }
    *out = (struct sts_tags){ tags, n };
    return LIC_OK;
}

static enum lic_rc take_list(struct arena *arena, const lic_str *from, uint32_t n, const char *what,
                             struct str_list *out, struct lic_err *err)
{
    for (uint32_t i = 0; i < n; i++) {
        ENSURE(from[i].at && from[i].n > 0, err, LIC_E_INVALID,
               "ValidationError: member %u of %s is missing or empty", i + 1, what);
        ENSURE(is_clean(from[i], /* line_ends= */ false), err, LIC_E_INVALID,
               "ValidationError: member %u of %s has control characters", i + 1, what);
        enum lic_rc rc = str_list_add(out, arena, from[i]);
        ENSURE(rc == LIC_OK, err, rc, "no memory for %s", what);
    }
    return LIC_OK;
}

/* Each names one of the tags, and none of them twice. */
static enum lic_rc check_transitive(const struct sts_request *request, struct lic_err *err)
{
    const struct str_list *keys = &request->transitive_keys;
    for (uint32_t i = 0; i < keys->n; i++) {
        ENSURE(has_key(request->tags.at, request->tags.n, keys->at[i]), err, LIC_E_INVALID,
               "InvalidParameterValue: the transitive tag key " LIC_FMT " is not among the tags",
               LIC_ARG(utf8_head(keys->at[i], SHOWN_BYTES)));
        for (uint32_t j = 0; j < i; j++) {
            ENSURE(!str_eq_nocase(keys->at[i], keys->at[j]), err, LIC_E_INVALID,
                   "InvalidParameterValue: the transitive tag key " LIC_FMT " is given twice",
                   LIC_ARG(utf8_head(keys->at[i], SHOWN_BYTES)));
        }
    }
    return LIC_OK;
}

static enum lic_rc take_numbered(struct arena *arena, const struct numbered *numbered,
                                 struct sts_request *out, struct lic_err *err)
{
    TRY(take_tags(arena, numbered, &out->tags, err));
    TRY(take_list(arena, numbered->transitive_keys, numbered->transitive_keys_n,
                  "TransitiveTagKeys", &out->transitive_keys, err));
    TRY(take_list(arena, numbered->policy_arns, numbered->policy_arns_n, "PolicyArns",
                  &out->policy_arns, err));
    return check_transitive(out, err);
}

/* ---- the request ---- */

static const struct parameter *form_find(const struct form *form, lic_str name)
{
    for (uint32_t i = 0; i < form->n; i++) {
        if (str_eq(form->at[i].name, name)) {
            return &form->at[i];
        }
    }
    return NULL;
}

static enum lic_rc read_action(const struct form *form, enum sts_action *out, struct lic_err *err)
{
    const struct parameter *action = form_find(form, LIC_STR("Action"));
    const struct parameter *version = form_find(form, LIC_STR("Version"));
    ENSURE(action, err, LIC_E_INVALID, "MissingAction: the request has no parameter Action");
    for (int i = 0; i < STS_ACTIONS_N; i++) {
        if (str_eq(action->value, str_z(action_names[i]))) {
            *out = (enum sts_action)i;
            ENSURE(version && str_eq(version->value, LIC_STR("2011-06-15")), err, LIC_E_INVALID,
                   "NoSuchVersion: the parameter Version must be 2011-06-15");
            return LIC_OK;
        }
    }
    lic_str name = is_clean(action->value, /* line_ends= */ false)
                       ? utf8_head(action->value, SHOWN_BYTES)
                       : LIC_STR("...");
    return err_set(err, LIC_E_INVALID,
                   "InvalidAction: Could not find operation " LIC_FMT " for version 2011-06-15",
                   LIC_ARG(name));
}

static enum lic_rc read_duration(const struct parameter *parameter, struct sts_request *out,
                                 struct lic_err *err)
{
    uint64_t seconds = 0;
    bool good = parameter->value.n <= DURATION_DIGITS_MAX && str_u64(parameter->value, &seconds);
    uint64_t max = out->action == STS_GET_SESSION_TOKEN ? 129600 : 43200;
    ENSURE(good, err, LIC_E_INVALID,
           "ValidationError: DurationSeconds is not a whole number of seconds");
    ENSURE(seconds >= 900, err, LIC_E_INVALID,
           "ValidationError: 1 validation error detected: Value '%llu' at 'durationSeconds' failed "
           "to satisfy constraint: Member must have value greater than or equal to 900",
           (unsigned long long)seconds);
    ENSURE(seconds <= max, err, LIC_E_INVALID,
           "ValidationError: 1 validation error detected: Value '%llu' at 'durationSeconds' failed "
           "to satisfy constraint: Member must have value less than or equal to %llu",
           (unsigned long long)seconds, (unsigned long long)max);
    out->duration_s = (uint32_t)seconds;
    return LIC_OK;
}

static enum lic_rc read_text(const struct text_rule *rule, const struct parameter *parameter,
                             struct sts_request *out, struct lic_err *err)
{
    TRY(check_text(rule, parameter->value, err));
    *text_field(out, rule) = parameter->value;
    return LIC_OK;
}

static const struct text_rule *find_rule(lic_str name, unsigned action)
{
    for (size_t i = 0; i < TEXT_RULES_N; i++) {
        if ((text_rules[i].actions & action) && str_eq(name, str_z(text_rules[i].name))) {
            return &text_rules[i];
        }
    }
    return NULL;
}

static enum lic_rc refuse_parameter(lic_str name, enum sts_action action, struct lic_err *err)
{
    ENSURE(!str_eq(name, LIC_STR("SerialNumber")) && !str_eq(name, LIC_STR("TokenCode")), err,
           LIC_E_INVALID,
           "AccessDenied: MultiFactorAuthentication failed: this gateway knows no MFA devices, so "
           "SerialNumber and TokenCode cannot be honoured");
    lic_str quoted =
        is_clean(name, /* line_ends= */ false) ? utf8_head(name, SHOWN_BYTES) : LIC_STR("...");
    return err_set(err, LIC_E_INVALID, "ValidationError: %s takes no parameter " LIC_FMT,
                   action_names[action], LIC_ARG(quoted));
}

static enum lic_rc read_parameter(struct sts_request *out, struct numbered *numbered,
                                  const struct parameter *parameter, struct lic_err *err)
{
    unsigned action = 1u << out->action;
    lic_str name = parameter->name;
    if (str_eq(name, LIC_STR("Action")) || str_eq(name, LIC_STR("Version"))) {
        return LIC_OK;
    }
    const struct text_rule *rule = find_rule(name, action);
    if (rule) {
        return read_text(rule, parameter, out, err);
    }
    if (str_eq(name, LIC_STR("DurationSeconds")) && (action & (ASSUME | WEB | TOKEN))) {
        return read_duration(parameter, out, err);
    }
    bool taken = false;
    if (action & (ASSUME | WEB)) {
        TRY(read_numbered(numbered, parameter, &taken, err));
    }
    bool of_action = (action & ASSUME) || str_starts(name, LIC_STR("PolicyArns."));
    return taken && of_action ? LIC_OK : refuse_parameter(name, out->action, err);
}

static enum lic_rc check_required(struct sts_request *request, struct lic_err *err)
{
    for (size_t i = 0; i < TEXT_RULES_N; i++) {
        bool missing = (text_rules[i].required & (1u << request->action)) &&
                       !text_field(request, &text_rules[i])->at;
        struct shown_name name = shown(text_rules[i].name);
        ENSURE(!missing, err, LIC_E_INVALID,
               "ValidationError: 1 validation error detected: Value null at '%s' failed to satisfy "
               "constraint: Member must not be null",
               name.text);
    }
    return LIC_OK;
}

enum lic_rc sts_read(struct arena *arena, lic_str form, struct sts_request *out,
                     struct lic_err *err)
{
    struct form read;
    struct sts_request request = { 0 };
    TRY(form_read(arena, form, &read, err));
    TRY(read_action(&read, &request.action, err));
    struct numbered *numbered = ARENA_NEW(arena, struct numbered);
    ENSURE(numbered, err, LIC_E_NOMEM, "no memory for parameters");
    for (uint32_t i = 0; i < read.n; i++) {
        TRY(read_parameter(&request, numbered, &read.at[i], err));
    }
    TRY(check_required(&request, err));
    TRY(take_numbered(arena, numbered, &request, err));
    *out = request;
    return LIC_OK;
}

const char *sts_action_name(enum sts_action action)
{
    return action_names[action];
}

/* ---- XML ---- */

static lic_str entity(char c)
{
    switch (c) {
    case '&':
        return LIC_STR("&amp;");
    case '<':
        return LIC_STR("&lt;");
    case '>':
        return LIC_STR("&gt;");
    case '"':
        return LIC_STR("&quot;");
    case '\'':
        return LIC_STR("&apos;");
    default:
        return (lic_str){ 0 };
    }
}

/* Text as XML 1.0 can hold it: what it cannot becomes a question mark. */
static void write_text(struct buf *out, lic_str s)
{
    bool utf8 = utf8_check(s) == s.n;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        lic_str written = entity(s.at[i]);
        bool bad = (c < 0x20 && c != '\t' && c != '\n') || c == 0x7f || (c >= 0x80 && !utf8);
        if (written.n > 0) {
            buf_add(out, written);
        } else {
            buf_add_char(out, bad ? '?' : s.at[i]);
        }
    }
}

static void write_element(struct buf *out, const char *name, lic_str text)
{
    if (text.n == 0) {
        return;
    }
    buf_addf(out, "<%s>", name);
    write_text(out, text);
    buf_addf(out, "</%s>", name);
}

static void write_credentials(struct buf *out, const struct sts_answer *answer)
{
    if (answer->access_key.n == 0) {
        return;
    }
    char time[CLOCK_TEXT_BYTES];
    clock_format(answer->expires_ns, time);
    buf_add(out, LIC_STR("<Credentials>"));
    write_element(out, "AccessKeyId", answer->access_key);
    write_element(out, "SecretAccessKey", answer->secret);
    write_element(out, "SessionToken", answer->token);
    /* Whole seconds, as AWS writes them. */
    buf_addf(out, "<Expiration>%.19sZ</Expiration></Credentials>", time);
}

static void write_user(struct buf *out, const struct sts_answer *answer)
{
    if (answer->action == STS_GET_CALLER_IDENTITY) {
        write_element(out, "Arn", answer->arn);
        write_element(out, "UserId", answer->user_id);
        write_element(out, "Account", answer->account);
        return;
    }
    if (answer->arn.n > 0) {
        buf_add(out, LIC_STR("<AssumedRoleUser>"));
        write_element(out, "Arn", answer->arn);
        write_element(out, "AssumedRoleId", answer->user_id);
        buf_add(out, LIC_STR("</AssumedRoleUser>"));
    }
}

void sts_write(const struct sts_answer *answer, struct buf *out)
{
    const char *name = action_names[answer->action];
    buf_addf(out, "<%sResponse xmlns=\"" NAMESPACE "\"><%sResult>", name, name);
    write_element(out, "SubjectFromWebIdentityToken", answer->subject);
    write_element(out, "Audience", answer->audience);
    write_element(out, "Provider", answer->provider);
    write_user(out, answer);
    write_credentials(out, answer);
    if (answer->packed) {
        buf_addf(out, "<PackedPolicySize>%u</PackedPolicySize>", answer->packed_percent);
    }
    write_element(out, "SourceIdentity", answer->source_identity);
    buf_addf(out, "</%sResult><ResponseMetadata>", name);
    write_element(out, "RequestId", answer->request_id);
    buf_addf(out, "</ResponseMetadata></%sResponse>\n", name);
}

/* ---- faults ---- */

static uint32_t status_of(lic_str code)
{
    static const char *const forbidden[] = { "AccessDenied", "IDPRejectedClaim", "ExpiredToken",
                                             "InvalidClientTokenId" };
    for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
        if (str_eq(code, str_z(forbidden[i]))) {
            return 403;
        }
    }
    return 400;
}

uint32_t sts_fault(lic_str sentence, lic_str *out_code, lic_str *out_message)
{
    lic_str message = sentence;
    lic_str code = str_split(&message, ':');
    if (code.n == sentence.n || !is_among(code, "")) {
        *out_code = LIC_STR("ValidationError");
        *out_message = sentence;
        return 400;
    }
    *out_code = code;
    *out_message = str_trim(message);
    return status_of(code);
}

void sts_write_error(uint32_t status, lic_str code, lic_str message, lic_str request_id,
                     struct buf *out)
{
    /* Where the gateway's own words have a sister among AWS's, clients know hers. */
    static const char *const sisters[][2] = {
        { "missing_key", "MissingAuthenticationToken" },
        { "invalid_key", "InvalidClientTokenId" },
        { "access_denied", "AccessDenied" },
        { "unknown_path", "InvalidAction" },
        { "internal_error", "InternalFailure" },
    };
    for (size_t i = 0; i < sizeof(sisters) / sizeof(sisters[0]); i++) {
        code = str_eq(code, str_z(sisters[i][0])) ? str_z(sisters[i][1]) : code;
    }
    buf_addf(out, "<ErrorResponse xmlns=\"" NAMESPACE "\"><Error><Type>%s</Type>",
             status >= 500 ? "Receiver" : "Sender");
    write_element(out, "Code", code);
    write_element(out, "Message", message);
    buf_add(out, LIC_STR("</Error>"));
    write_element(out, "RequestId", request_id);
    buf_add(out, LIC_STR("</ErrorResponse>\n"));
}

static void write_plain_error(uint32_t status, lic_str code, lic_str message, struct buf *out)
{
    sts_write_error(status, code, message, LIC_STR(""), out);
}

const struct dialect dialect_sts = {
    .name = "sts",
    .provider = "sts",
    .path = "/",
    .write_error = write_plain_error,
};
