/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of AWS's policy documents beyond their grammar. AWS looks for one kind of mistake in
 * the whole document before it looks for the next, and says the first it finds; the table `rules`
 * keeps that order, so that a document with several mistakes is answered as AWS answers it.
 */
#include "policy/doc_check.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include "base/utf8.h"
#include "policy/date.h"

#include "base/banned.h"

#define LEGACY "The policy failed legacy parsing"
#define ACCOUNT_DIGITS 12u
#define UNIQUE_ID_BYTES_MIN 16u

enum presence { FREE, NEEDED, FORBIDDEN };

/* What AWS demands of a kind. */
struct kind_rules {
    const char *name;
    uint32_t limit;
    bool spaces_count;
    bool strict; /* Version, Sid and ARN rules of IAM's and Organizations' own policies */
    enum presence principal, resource;
};

static const struct kind_rules kinds[DOC_KIND_N] = {
    [DOC_MANAGED] = { "managed policy", 6144, false, true, FORBIDDEN, NEEDED },
    [DOC_INLINE_USER] = { "inline policy of a user", 2048, false, true, FORBIDDEN, NEEDED },
    [DOC_INLINE_ROLE] = { "inline policy of a role", 10240, false, true, FORBIDDEN, NEEDED },
    [DOC_INLINE_GROUP] = { "inline policy of a group", 5120, false, true, FORBIDDEN, NEEDED },
    [DOC_SESSION] = { "session policy", 2048, true, true, FORBIDDEN, NEEDED },
    [DOC_RESOURCE] = { "resource policy", 20480, false, false, NEEDED, FREE },
    [DOC_TRUST] = { "trust policy", 8192, false, false, NEEDED, FORBIDDEN },
    [DOC_KEY] = { "key policy", 32768, false, false, NEEDED, FREE },
    [DOC_SCP] = { "service control policy", 5120, true, true, FORBIDDEN, NEEDED },
    [DOC_RCP] = { "resource control policy", 5120, true, true, NEEDED, NEEDED },
    [DOC_ANY] = { "policy", 0, false, false, FREE, FREE },
};

/* One check on its way through a document. */
struct check {
    struct arena *arena;
    const struct policy_doc *doc;
    const struct kind_rules *kind;
    struct doc_place *place; /* of what is looked at */
};

typedef enum lic_rc statement_fn(const struct check *check, const struct doc_statement *statement,
                                 struct lic_err *err);
typedef enum lic_rc resource_fn(const struct check *check, lic_str resource, struct lic_err *err);

/* ---- size and characters ------------------------------------------------------------------ */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

uint32_t doc_limit(enum doc_kind kind)
{
    CHECK((unsigned)kind < DOC_KIND_N);
    return kinds[kind].limit;
}

const char *doc_kind_name(enum doc_kind kind)
{
    CHECK((unsigned)kind < DOC_KIND_N);
    return kinds[kind].name;
}

uint32_t doc_size(lic_str text, enum doc_kind kind)
{
    CHECK((unsigned)kind < DOC_KIND_N);
    uint32_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        bool continues = ((unsigned char)text.at[i] & 0xC0u) == 0x80u;
        n += !continues && (kinds[kind].spaces_count || !is_space(text.at[i])) ? 1 : 0;
    }
    return n;
}

/* Offset of the first character outside U+0009, 0A, 0D, 0020-00FF, or text.n. */
static size_t find_foreign(lic_str text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i += n) {
        lic_str rest = str_tail(text, i);
        n = utf8_step(rest);
        if (n == 0) {
            return text.n; /* the JSON reader says it better */
        }
        uint32_t c = utf8_get(rest, &n);
        if (c > 0xff || (c < 0x20 && !is_space((char)c))) {
            return i;
        }
    }
    return text.n;
}

static struct doc_place place_of(lic_str text, size_t offset)
{
    struct doc_place place = { 1, 1 };
    for (size_t i = 0; i < offset; i++) {
        bool line = text.at[i] == '\n';
        place.line += line ? 1 : 0;
        place.column = line ? 1 : place.column + 1;
    }
    return place;
}

enum lic_rc doc_check_text(const struct policy_doc *doc, struct doc_place *out_place,
                           struct lic_err *err)
{
    const struct kind_rules *kind = &kinds[doc->kind];
    lic_str text = doc->text;
    *out_place = (struct doc_place){ 1, 1 };
    ENSURE(text.n <= LIMIT_POLICY_BYTES, err, LIC_E_LIMIT,
           "a policy of %zu bytes is longer than %u bytes", text.n, LIMIT_POLICY_BYTES);
    if (kind->limit == 0) {
        return LIC_OK;
    }
    uint32_t size = doc_size(text, doc->kind);
    ENSURE(size <= kind->limit, err, LIC_E_LIMIT,
           "a %s of %u characters is longer than AWS's limit of %u%s", kind->name, size,
           kind->limit, kind->spaces_count ? "" : ", white space not counted");
    size_t foreign = find_foreign(text);
    *out_place = place_of(text, foreign);
    ENSURE(
        foreign == text.n, err, LIC_E_INVALID,
        "The specified value for policyDocument is invalid. It must contain only printable ASCII "
        "characters and U+00A0 to U+00FF; write others as \\uXXXX");
    return LIC_OK;
}

/* ---- walking ------------------------------------------------------------------------------ */

static enum lic_rc each_statement(const struct check *check, statement_fn *look,
                                  struct lic_err *err)
{
    for (uint32_t i = 0; i < check->doc->n; i++) {
        *check->place = check->doc->statements[i].place;
        TRY(look(check, &check->doc->statements[i], err));
    }
    return LIC_OK;
}

static enum lic_rc each_resource(const struct check *check, const struct doc_statement *statement,
                                 resource_fn *look, struct lic_err *err)
{
    for (uint32_t i = 0; i < statement->resources.n; i++) {
        *check->place = statement->resources.at[i].place;
        TRY(look(check, statement->resources.at[i].text, err));
    }
    return LIC_OK;
}

/* ---- version ------------------------------------------------------------------------------ */

static enum lic_rc check_version(const struct check *check, struct lic_err *err)
{
    *check->place = check->doc->start;
    ENSURE(!check->kind->strict || check->doc->variables, err, LIC_E_INVALID,
           "Policy document must be version 2012-10-17 or greater.");
    return LIC_OK;
}

/* ---- what AWS calls legacy parsing -------------------------------------------------------- */

static enum lic_rc check_dates(const struct check *check, const struct doc_condition *condition,
                               struct lic_err *err)
{
    for (uint32_t i = 0; i < condition->cond.values_n; i++) {
        const struct doc_value *value = &condition->values[i];
        int64_t unused;
        *check->place = value->place;
        ENSURE(date_parse(value->text, &unused), err, LIC_E_INVALID,
               LEGACY ": \"" LIC_FMT "\" is not a date like 2026-01-31T12:00:00Z",
               LIC_ARG(utf8_head(value->text, LIMIT_NAME_BYTES)));
    }
    return LIC_OK;
}

static enum lic_rc check_legacy(const struct check *check, const struct doc_statement *statement,
                                struct lic_err *err)
{
    *check->place = statement->effect_place;
    bool exact =
        str_eq(statement->effect, LIC_STR("Allow")) || str_eq(statement->effect, LIC_STR("Deny"));
    ENSURE(exact, err, LIC_E_INVALID,
           LEGACY ": Effect is written Allow or Deny, not \"" LIC_FMT "\"",
           LIC_ARG(statement->effect));
    for (uint32_t i = 0; i < statement->conditions.n && check->doc->kind != DOC_ANY; i++) {
        const struct doc_condition *condition = &statement->conditions.at[i];
        if (cond_operator_kind(condition->cond.op) == COND_DATE) {
            TRY(check_dates(check, condition, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc check_legacy_statements(const struct check *check, struct lic_err *err)
{
    return each_statement(check, check_legacy, err);
}

/* ---- resources ---------------------------------------------------------------------------- */

static bool is_vendor_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

static bool is_vendor(lic_str vendor)
{
    size_t n = 0;
    while (n < vendor.n && is_vendor_char(vendor.at[n])) {
        n++;
    }
    return n > 0 && n == vendor.n;
}

/* With wildcards, as simulation takes it. */
static bool is_vendor_pattern(lic_str vendor)
{
    size_t n = 0;
    while (n < vendor.n &&
           (is_vendor_char(vendor.at[n]) || vendor.at[n] == '*' || vendor.at[n] == '?')) {
        n++;
    }
    return n > 0 && n == vendor.n;
}

static bool is_one_of(lic_str text, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(text, str_z(names[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_partition(lic_str s)
{
    static const char *const names[] = { "aws",       "aws-cn",    "aws-us-gov", "aws-iso",
                                         "aws-iso-b", "aws-iso-e", "aws-iso-f",  "aws-eusc",
                                         "lictor",    "*" };
    return is_one_of(s, names, sizeof(names) / sizeof(names[0]));
}

/* AWS shows the ARN it made of the text: what is missing filled with asterisks. */
static enum lic_rc fail_partition(lic_str partition, lic_str rest, struct lic_err *err)
{
    lic_str part[3];
    for (size_t i = 0; i < 3; i++) {
        bool first_empty = i == 0 && rest.n == 0;
        bool gone = !rest.at || first_empty;
        lic_str all = rest;
        part[i] = gone ? LIC_STR("*") : str_split(&rest, ':');
        rest = gone || part[i].n == all.n ? (lic_str){ NULL, 0 } : rest;
    }
    lic_str last = rest.at ? rest : LIC_STR("*");
    return err_set(err, LIC_E_INVALID,
                   "Partition \"" LIC_FMT "\" is not valid for resource \"arn:" LIC_FMT ":" LIC_FMT
                   ":" LIC_FMT ":" LIC_FMT ":" LIC_FMT "\".",
                   LIC_ARG(partition), LIC_ARG(partition), LIC_ARG(part[0]), LIC_ARG(part[1]),
                   LIC_ARG(part[2]), LIC_ARG(last));
}

static enum lic_rc check_iam_path(lic_str path, struct lic_err *err)
{
    static const char *const starts[] = {
        "user/",          "federated-user/",   "role/",          "group/",
        "policy/",        "instance-profile/", "mfa/",           "server-certificate/",
        "sms-mfa/",       "saml-provider/",    "oidc-provider/", "report/",
        "access-report/",
    };
    bool known = str_eq(path, LIC_STR("*"));
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]) && !known; i++) {
        known = str_starts(path, str_z(starts[i]));
    }
    ENSURE(known, err, LIC_E_INVALID,
           "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, "
           "group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, "
           "saml-provider/, oidc-provider/, report/, access-report/.");
    return LIC_OK;
}

/* S3 and IAM have no regions; S3 has them where an account owns the name (access points). */
static enum lic_rc check_region(lic_str resource, lic_str vendor, lic_str region, lic_str account,
                                struct lic_err *err)
{
    ENSURE(!str_eq(vendor, LIC_STR("iam")) || region.n == 0, err, LIC_E_INVALID,
           "IAM resource " LIC_FMT " cannot contain region information.", LIC_ARG(resource));
    ENSURE(!str_eq(vendor, LIC_STR("s3")) || region.n == 0 || account.n > 0, err, LIC_E_INVALID,
           "Resource " LIC_FMT " can not contain region information.", LIC_ARG(resource));
    return LIC_OK;
}

static enum lic_rc check_vendor(lic_str resource, lic_str rest, struct lic_err *err)
{
    lic_str vendor = str_split(&rest, ':');
    bool has_more = rest.n > 0;
    ENSURE(vendor.n == 0 || is_vendor(vendor), err, LIC_E_INVALID,
           "Resource vendor must be fully qualified and cannot contain regexes.");
    lic_str region = str_split(&rest, ':');
    lic_str account = str_split(&rest, ':');
    TRY(check_region(resource, vendor, region, account, err));
    return has_more && str_eq(vendor, LIC_STR("iam")) ? check_iam_path(rest, err) : LIC_OK;
}

static enum lic_rc check_resource(const struct check *check, lic_str resource, struct lic_err *err)
{
    lic_str rest = resource;
    if (str_eq(resource, LIC_STR("*"))) {
        return LIC_OK;
    }
    lic_str first = str_split(&rest, ':');
    bool is_arn = first.n < resource.n;
    if (check->doc->kind == DOC_ANY) {
        is_arn = is_arn || str_starts(resource, LIC_STR("${"));
    }
    ENSURE(is_arn, err, LIC_E_INVALID, "Resource " LIC_FMT " must be in ARN format or \"*\".",
           LIC_ARG(resource));
    if (check->doc->kind == DOC_ANY) {
        return LIC_OK;
    }
    lic_str partition = str_split(&rest, ':');
    if (!is_partition(partition)) {
        return fail_partition(partition, rest, err);
    }
    ENSURE(str_eq(first, LIC_STR("arn")), err, LIC_E_INVALID,
           "Resource " LIC_FMT " must be in ARN format or \"*\".", LIC_ARG(resource));
    ENSURE(first.n + 1 + partition.n < resource.n, err, LIC_E_INVALID,
           "Resource vendor must be fully qualified and cannot contain regexes.");
    return check_vendor(resource, rest, err);
}

static enum lic_rc check_resources_of(const struct check *check,
                                      const struct doc_statement *statement, struct lic_err *err)
{
    return each_resource(check, statement, check_resource, err);
}

static enum lic_rc check_resources(const struct check *check, struct lic_err *err)
{
    return each_statement(check, check_resources_of, err);
}

/* A name cut short in the middle, or of no service. */
static enum lic_rc check_arn(const struct check *check, lic_str resource, struct lic_err *err)
{
    (void)check;
    uint32_t colons_n = 0;
    for (size_t i = 0; i < resource.n; i++) {
        colons_n += resource.at[i] == ':' ? 1 : 0;
    }
    lic_str rest = resource;
    (void)str_split(&rest, ':');
    (void)str_split(&rest, ':');
    bool whole = colons_n >= 5 || str_find(resource, LIC_STR("::")) == resource.n;
    bool has_vendor = colons_n < 2 || str_split(&rest, ':').n > 0;
    ENSURE((whole && has_vendor) || str_eq(resource, LIC_STR("*")), err, LIC_E_INVALID,
           LEGACY ": \"" LIC_FMT "\" is not an ARN of six parts with colons between them",
           LIC_ARG(utf8_head(resource, LIMIT_NAME_BYTES)));
    return LIC_OK;
}

static enum lic_rc check_arns_of(const struct check *check, const struct doc_statement *statement,
                                 struct lic_err *err)
{
    return each_resource(check, statement, check_arn, err);
}

/* AWS fails here only when it has nothing to say about the resources' form, which it says later. */
static enum lic_rc check_arns(const struct check *check, struct lic_err *err)
{
    struct lic_err unsaid;
    if (check->doc->kind == DOC_ANY || check_resources(check, &unsaid) != LIC_OK) {
        return LIC_OK;
    }
    return each_statement(check, check_arns_of, err);
}

/* ---- statement ids ------------------------------------------------------------------------ */

static enum lic_rc check_sids(const struct check *check, struct lic_err *err)
{
    struct map seen;
    map_init(&seen, check->arena, 0);
    for (uint32_t i = 0; i < check->doc->n; i++) {
        struct doc_statement *statement = &check->doc->statements[i];
        if (statement->sid.n == 0) {
            continue;
        }
        *check->place = statement->sid_place;
        enum lic_rc rc = map_add(&seen, statement->sid, statement);
        ENSURE(rc != LIC_E_DUPLICATE, err, rc,
               "Statement IDs (SID) in a single policy must be unique. \"" LIC_FMT
               "\" was there before",
               LIC_ARG(utf8_head(statement->sid, LIMIT_NAME_BYTES)));
        ENSURE(rc == LIC_OK, err, rc, "no memory for a policy");
    }
    return LIC_OK;
}

/* ---- actions ------------------------------------------------------------------------------ */

static enum lic_rc has_actions(const struct check *check, const struct doc_statement *statement,
                               struct lic_err *err)
{
    (void)check;
    ENSURE(statement->actions.n > 0, err, LIC_E_MISSING, "Policy statement must contain actions.");
    return LIC_OK;
}

static enum lic_rc check_actions_exist(const struct check *check, struct lic_err *err)
{
    return each_statement(check, has_actions, err);
}

/* "service:Operation" or "*" alone; the service without wildcards. */
static enum lic_rc check_action(const struct check *check, lic_str action, struct lic_err *err)
{
    lic_str operation = action;
    if (str_eq(action, LIC_STR("*"))) {
        return LIC_OK;
    }
    lic_str vendor = str_split(&operation, ':');
    ENSURE(vendor.n < action.n, err, LIC_E_INVALID,
           "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.: \"" LIC_FMT
           "\" is not",
           LIC_ARG(utf8_head(action, LIMIT_NAME_BYTES)));
    bool any = check->doc->kind == DOC_ANY;
    ENSURE(any ? is_vendor_pattern(vendor) : is_vendor(vendor), err, LIC_E_INVALID,
           "Vendor " LIC_FMT " is not valid", LIC_ARG(utf8_head(vendor, LIMIT_NAME_BYTES)));
    ENSURE(str_find_char(operation, ':') == operation.n, err, LIC_E_INVALID,
           "Actions/Condition can contain only one colon. \"" LIC_FMT "\" has more",
           LIC_ARG(utf8_head(action, LIMIT_NAME_BYTES)));
    if (any) {
        return LIC_OK;
    }
    ENSURE(operation.n > 0, err, LIC_E_INVALID, "the action \"" LIC_FMT "\" names no operation",
           LIC_ARG(action));
    ENSURE(str_find(action, LIC_STR("${")) == action.n, err, LIC_E_INVALID,
           "policy variables are not allowed in actions");
    bool assumes = check->doc->kind != DOC_TRUST || str_eq_nocase(vendor, LIC_STR("sts"));
    ENSURE(assumes, err, LIC_E_INVALID,
           "AssumeRole policy may only specify STS AssumeRole actions.");
    return LIC_OK;
}

static enum lic_rc check_actions_of(const struct check *check,
                                    const struct doc_statement *statement, struct lic_err *err)
{
    for (uint32_t i = 0; i < statement->actions.n; i++) {
        *check->place = statement->actions.at[i].place;
        TRY(check_action(check, statement->actions.at[i].text, err));
    }
    return LIC_OK;
}

static enum lic_rc check_actions(const struct check *check, struct lic_err *err)
{
    return each_statement(check, check_actions_of, err);
}

/* In a document of any kind, only one that says whose it is may do without. */
static enum lic_rc has_resources(const struct check *check, const struct doc_statement *statement,
                                 struct lic_err *err)
{
    bool any = check->doc->kind == DOC_ANY && statement->principals.given;
    bool needed = check->kind->resource == NEEDED || check->doc->kind == DOC_ANY;
    ENSURE(statement->resources.n > 0 || any || (!needed && !statement->resources.given), err,
           LIC_E_MISSING, "Policy statement must contain resources.");
    return LIC_OK;
}

static enum lic_rc check_resources_exist(const struct check *check, struct lic_err *err)
{
    return each_statement(check, has_resources, err);
}

/* ---- principals --------------------------------------------------------------------------- */

static enum lic_rc check_elements_of(const struct check *check,
                                     const struct doc_statement *statement, struct lic_err *err)
{
    const struct doc_principals *principals = &statement->principals;
    if (principals->given) {
        *check->place = principals->place;
    }
    ENSURE(check->kind->principal != FORBIDDEN || !principals->given, err, LIC_E_INVALID,
           "Policy document should not specify a principal.");
    ENSURE(check->kind->principal != NEEDED || principals->n > 0, err, LIC_E_MISSING,
           "Missing required field Principal");
    bool no_exclusion = check->doc->kind == DOC_TRUST || check->doc->kind == DOC_RCP;
    ENSURE(!no_exclusion || !principals->excluded, err, LIC_E_INVALID,
           "Has prohibited field NotPrincipal");
    if (statement->resources.n > 0) {
        *check->place = statement->resources.at[0].place;
    }
    ENSURE(check->kind->resource != FORBIDDEN || !statement->resources.given, err, LIC_E_INVALID,
           "Has prohibited field Resource");
    return LIC_OK;
}

static enum lic_rc check_elements(const struct check *check, struct lic_err *err)
{
    return each_statement(check, check_elements_of, err);
}

static bool is_account(lic_str s)
{
    size_t n = 0;
    while (n < s.n && s.at[n] >= '0' && s.at[n] <= '9') {
        n++;
    }
    return n == s.n && s.n == ACCOUNT_DIGITS;
}

static bool has_wildcard(lic_str s)
{
    return str_find_char(s, '*') < s.n || str_find_char(s, '?') < s.n;
}

static bool is_alphanumeric(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9')) {
            return false;
        }
    }
    return true;
}

/* What a deleted user or role turns into: AIDA..., AROA... */
static bool is_unique_id(lic_str s)
{
    bool known = str_starts(s, LIC_STR("AIDA")) || str_starts(s, LIC_STR("AROA"));
    return known && s.n >= UNIQUE_ID_BYTES_MIN && is_alphanumeric(s);
}

static bool is_identity_arn(lic_str arn)
{
    lic_str rest = arn;
    bool is_arn = str_eq(str_split(&rest, ':'), LIC_STR("arn"));
    bool partition = is_partition(str_split(&rest, ':'));
    lic_str vendor = str_split(&rest, ':');
    lic_str region = str_split(&rest, ':');
    lic_str account = str_split(&rest, ':');
    bool of_iam = str_eq(vendor, LIC_STR("iam")) || str_eq(vendor, LIC_STR("sts"));
    return is_arn && partition && of_iam && region.n == 0 && account.n > 0 && rest.n > 0;
}

static bool is_principal(const struct doc_principal *principal)
{
    lic_str text = principal->text;
    switch (principal->kind) {
    case DOC_PRINCIPAL_ANYONE:
        return true;
    case DOC_PRINCIPAL_AWS:
        return !has_wildcard(text) &&
               (is_account(text) || is_unique_id(text) || is_identity_arn(text));
    case DOC_PRINCIPAL_SERVICE:
        return is_vendor(text) && str_find_char(text, '.') < text.n;
    case DOC_PRINCIPAL_FEDERATED:
    case DOC_PRINCIPAL_CANONICAL:
        return text.n > 0 && !has_wildcard(text);
    }
    UNREACHABLE("every kind of principal is checked");
}

static const char *principal_word(enum doc_principal_kind kind)
{
    switch (kind) {
    case DOC_PRINCIPAL_ANYONE:
    case DOC_PRINCIPAL_AWS:
        return "AWS";
    case DOC_PRINCIPAL_FEDERATED:
        return "Federated";
    case DOC_PRINCIPAL_SERVICE:
        return "Service";
    case DOC_PRINCIPAL_CANONICAL:
        return "CanonicalUser";
    }
    UNREACHABLE("every kind of principal has a word");
}

static enum lic_rc check_principals_of(const struct check *check,
                                       const struct doc_statement *statement, struct lic_err *err)
{
    const struct doc_principals *principals = &statement->principals;
    for (uint32_t i = 0; i < principals->n; i++) {
        const struct doc_principal *principal = &principals->at[i];
        *check->place = principal->place;
        bool anyone_only = check->doc->kind == DOC_RCP;
        ENSURE(is_principal(principal) && (!anyone_only || principal->kind == DOC_PRINCIPAL_ANYONE),
               err, LIC_E_INVALID, "Invalid principal in policy: \"%s\":\"" LIC_FMT "\"",
               principal_word(principal->kind),
               LIC_ARG(utf8_head(principal->text, LIMIT_NAME_BYTES)));
    }
    return LIC_OK;
}

static enum lic_rc check_principals(const struct check *check, struct lic_err *err)
{
    return check->doc->kind == DOC_ANY ? LIC_OK : each_statement(check, check_principals_of, err);
}

/* ---- resource control policies ------------------------------------------------------------ */

static bool is_only(const struct doc_patterns *patterns, const char *text)
{
    return patterns->n == 1 && !patterns->excluded && str_eq(patterns->at[0].text, str_z(text));
}

/* AWS's own RCPFullAWSAccess is the only one that may allow. */
static enum lic_rc check_rcp_of(const struct check *check, const struct doc_statement *statement,
                                struct lic_err *err)
{
    bool full = is_only(&statement->actions, "*") && is_only(&statement->resources, "*") &&
                statement->conditions.n == 0;
    *check->place = statement->effect_place;
    ENSURE(statement->deny || full, err, LIC_E_INVALID,
           "a resource control policy can only deny, or allow everything to everybody");
    ENSURE(!statement->deny || !statement->actions.excluded, err, LIC_E_INVALID,
           "Has prohibited field NotAction");
    return LIC_OK;
}

static enum lic_rc check_rcp(const struct check *check, struct lic_err *err)
{
    return check->doc->kind == DOC_RCP ? each_statement(check, check_rcp_of, err) : LIC_OK;
}

/* ---- all of them -------------------------------------------------------------------------- */

typedef enum lic_rc rule_fn(const struct check *check, struct lic_err *err);

/* In AWS's order. */
static rule_fn *const rules[] = {
    check_version,
    check_elements,
    check_legacy_statements,
    check_arns,
    check_sids,
    check_actions_exist,
    check_resources,
    check_actions,
    check_principals,
    check_resources_exist,
    check_rcp,
};

enum lic_rc doc_check(struct arena *arena, const struct policy_doc *doc,
                      struct doc_place *out_place, struct lic_err *err)
{
    struct check check = { arena, doc, &kinds[doc->kind], out_place };
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        TRY(rules[i](&check, err));
    }
    return LIC_OK;
}
