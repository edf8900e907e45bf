/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources: ARNs part by part, whether such a resource exists in its service, and whether the
 * actions of the statement act on it.
 */
#include "advise/lint.h"

#include "base/banned.h"

#define ARN_BYTES_MAX 512u

/* "arn:${Partition}:s3:::${Name}/${Key}" as a pattern: what is variable becomes an asterisk. */
static lic_str pattern_of(lic_str arn, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < arn.n && n < ARN_BYTES_MAX; i++) {
        if (arn.at[i] == '$' && i + 1 < arn.n && arn.at[i + 1] == '{') {
            i += str_find_char(str_tail(arn, i), '}');
            out[n++] = '*';
        } else {
            out[n++] = arn.at[i];
        }
    }
    return str_make(out, n);
}

static bool part_meets(lic_str pattern, lic_str part)
{
    char flat[ARN_BYTES_MAX];
    return lint_patterns_meet(pattern_of(pattern, flat), part);
}

/* Policy variables stand for anything, so they are taken as an asterisk, too. */
static bool resource_meets(const struct lint_arn *type, const struct lint_arn *arn)
{
    char flat[ARN_BYTES_MAX];
    if (arn->resource.n > ARN_BYTES_MAX) {
        return true;
    }
    bool plain = type->service.at[0] != '$' && !lint_has_wildcard(arn->service);
    if (plain && !str_eq(type->service, arn->service)) {
        return false;
    }
    return (plain || part_meets(type->service, arn->service)) &&
           part_meets(type->resource, pattern_of(arn->resource, flat));
}

/* ---- which kinds of resource an ARN may be ---- */

struct fit {
    uint32_t n;                      /* kinds of resource it may be */
    uint32_t no_region, need_region; /* of those: how many have none, and cannot do without */
    uint32_t no_account, need_account;
};

/* AWS Backup's recovery points are in ARNs of every service, and would make any service exist. */
static void add_fit(struct fit *fit, uint32_t resource, const struct lint_arn *arn)
{
    struct lint_arn type;
    if (!lint_arn_split(catalogue_resource_arn(resource), &type) || type.service.at[0] == '$' ||
        !resource_meets(&type, arn)) {
        return;
    }
    fit->n++;
    fit->no_region += type.region.n == 0;
    fit->need_region += type.region.n > 0;
    fit->no_account += type.account.n == 0;
    fit->need_account += type.account.n > 0;
}

static void add_service(struct fit *fit, uint32_t service, const struct lint_arn *arn)
{
    struct catalogue_range all = catalogue_service_resources(service);
    for (uint32_t i = 0; i < all.n; i++) {
        add_fit(fit, all.first + i, arn);
    }
}

/* The service of an ARN is mostly, not always, that of the actions. */
static struct fit find_fit(const struct lint_arn *arn)
{
    struct fit fit = { 0 };
    uint32_t service = catalogue_service(arn->service);
    if (service != CATALOGUE_NONE) {
        add_service(&fit, service, arn);
    }
    for (uint32_t i = 0; fit.n == 0 && i < catalogue_services_n(); i++) {
        add_service(&fit, i, arn);
    }
    return fit;
}

static bool service_exists(lic_str service)
{
    struct lint_arn any = { { "", 0 }, service, { "", 0 }, { "", 0 }, { "*", 1 } };
    return catalogue_service(service) != CATALOGUE_NONE || find_fit(&any).n > 0;
}

/* ---- the parts of an ARN ---- */

static bool has_upper(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] >= 'A' && s.at[i] <= 'Z') {
            return true;
        }
    }
    return false;
}

static bool is_open(lic_str part)
{
    return lint_has_wildcard(part) || str_find(part, LIC_STR("${")) < part.n;
}

static void check_partition(struct lint *lint, uint32_t node, const struct lint_arn *arn)
{
    static const char *const known[] = { "aws",       "aws-cn",    "aws-us-gov",
                                         "aws-iso",   "aws-iso-b", "aws-iso-e",
                                         "aws-iso-f", "aws-eusc",  "lictor" };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (str_eq(arn->partition, str_z(known[i]))) {
            return;
        }
    }
    if (!is_open(arn->partition)) {
        lic_str names = LIC_STR("aws, aws-cn, aws-us-gov, aws-iso..., aws-eusc, lictor");
        lint_say(lint, LINT_INVALID_PARTITION, node, LINT_WORDS(arn->partition, names));
    }
}

static bool check_arn_service(struct lint *lint, const struct lint_text *resource,
                              const struct lint_arn *arn)
{
    if (is_open(arn->service)) {
        lint_say(lint, LINT_WILDCARD_IN_SERVICE_NAME, resource->node, LINT_WORDS(resource->text));
        return false;
    }
    if (has_upper(arn->service)) {
        lint_say(lint, LINT_INVALID_ARN_SERVICE_CASE, resource->node, LINT_WORDS(arn->service));
        return false;
    }
    if (!service_exists(arn->service)) {
        lic_str near = catalogue_nearest_service(arn->service);
        lint_say(lint, LINT_INVALID_SERVICE, resource->node,
                 LINT_WORDS(arn->service, lint_did_you_mean(lint, LIC_STR(""), near)));
        return false;
    }
    return true;
}

static void check_region(struct lint *lint, uint32_t node, const struct lint_arn *arn,
                         const struct fit *fit)
{
    lic_str region = arn->region;
    bool open = is_open(region);
    if (region.n == 0 && fit->need_region == fit->n) {
        lint_say(lint, LINT_MISSING_ARN_REGION, node, LINT_WORDS(arn->service));
    } else if (region.n > 0 && !open && fit->no_region == fit->n) {
        lint_say(lint, LINT_ARN_REGION_NOT_ALLOWED, node, LINT_WORDS(arn->service, region));
    } else if (region.n > 0 && !open && !lint_is_region(region) &&
               !str_eq(region, LIC_STR("aws-global"))) {
        lint_say(lint, LINT_INVALID_ARN_REGION, node, LINT_WORDS(region));
    }
}

/* Ours carry a provider or a server where AWS's carry an account. */
static void check_account(struct lint *lint, uint32_t node, const struct lint_arn *arn,
                          const struct fit *fit)
{
    lic_str account = arn->account;
    bool open = is_open(account), ours = str_eq(arn->partition, LIC_STR("lictor"));
    /* Parameters and documents that AWS publishes belong to no account. */
    bool published = str_eq(arn->service, LIC_STR("ssm"));
    if (account.n == 0 && fit->need_account == fit->n && !published) {
        lint_say(lint, LINT_MISSING_ARN_ACCOUNT, node, LINT_WORDS(arn->service));
    } else if (account.n > 0 && !open && fit->no_account == fit->n) {
        lint_say(lint, LINT_ARN_ACCOUNT_NOT_ALLOWED, node, LINT_WORDS(arn->service, account));
    } else if (account.n > 0 && !open && !ours && !lint_is_account(account) &&
               !str_eq(account, LIC_STR("aws")) && !str_eq(account, LIC_STR("cloudfront"))) {
        lint_say(lint, LINT_INVALID_ARN_ACCOUNT, node, LINT_WORDS(account));
    }
}

static void check_arn(struct lint *lint, const struct lint_text *resource)
{
    struct lint_arn arn;
    uint32_t node = resource->node;
    if (!str_starts(resource->text, LIC_STR("arn:"))) {
        lint_say(lint, LINT_INVALID_ARN_PREFIX, node, LINT_WORDS(resource->text));
        return;
    }
    if (!lint_arn_split(resource->text, &arn)) {
        bool runs_on = resource->text.at[resource->text.n - 1] == '*';
        if (!runs_on) {
            lint_say(lint, LINT_MISSING_ARN_FIELD, node, LINT_WORDS(resource->text));
        }
        return;
    }
    check_partition(lint, node, &arn);
    if (!check_arn_service(lint, resource, &arn)) {
        return;
    }
    struct fit fit = find_fit(&arn);
    if (fit.n == 0) {
        lint_say(lint, LINT_INVALID_ARN_RESOURCE, node, LINT_WORDS(arn.service, arn.resource));
        return;
    }
    check_region(lint, node, &arn, &fit);
    check_account(lint, node, &arn, &fit);
}

/* ---- resources and what they are attached to ---- */

static void check_attached(struct lint *lint, const struct lint_text *resource)
{
    struct lint_arn arn;
    lic_str service = lint_attached_service(lint->doc);
    if (service.n == 0 || !lint_arn_split(resource->text, &arn) || is_open(arn.service)) {
        return;
    }
    if (!str_eq_nocase(arn.service, service)) {
        lic_str type = lint->doc->resource_type.n > 0 ? lint->doc->resource_type : service;
        lint_say(lint, LINT_UNSUPPORTED_RESOURCE_ARN_IN_POLICY, resource->node,
                 LINT_WORDS(resource->text, type));
    }
}

/* ---- resources said twice ---- */

#define PAIRS_MAX 250000u

static bool is_said_before(const struct lint_texts *resources, uint32_t i, uint32_t *out)
{
    lic_str text = resources->at[i].text;
    for (uint32_t j = 0; j < resources->n; j++) {
        lic_str other = resources->at[j].text;
        bool same = str_eq(other, text);
        if (j != i && (same ? j < i : lint_pattern_covers(other, text, false))) {
            *out = j;
            return true;
        }
    }
    return false;
}

static void check_redundant(struct lint *lint, const struct lint_texts *resources)
{
    if ((uint64_t)resources->n * resources->n > PAIRS_MAX) {
        return;
    }
    for (uint32_t i = 0; i < resources->n; i++) {
        uint32_t j = 0;
        if (is_said_before(resources, i, &j)) {
            lint_say(lint, LINT_REDUNDANT_RESOURCE, resources->at[i].node,
                     LINT_WORDS(resources->at[i].text, resources->at[j].text));
        }
    }
}

/* ---- actions and resources ---- */

static bool is_everything(lic_str resource)
{
    struct lint_arn arn;
    return str_eq(resource, LIC_STR("*")) || !lint_arn_split(resource, &arn) ||
           is_open(arn.service);
}

static bool acts_on(uint32_t action, lic_str resource)
{
    struct lint_arn arn, type;
    if (is_everything(resource) || !lint_arn_split(resource, &arn)) {
        return true;
    }
    for (uint32_t i = 0; i < catalogue_action_resources_n(action); i++) {
        bool required = false;
        uint32_t kind = catalogue_action_resource(action, i, &required);
        if (lint_arn_split(catalogue_resource_arn(kind), &type) && resource_meets(&type, &arn)) {
            return true;
        }
    }
    return false;
}

static void check_acts(struct lint *lint, const struct lint_text *name,
                       const struct lint_texts *resources)
{
    uint32_t action = catalogue_action(name->text);
    if (lint_has_wildcard(name->text) || action == CATALOGUE_NONE || resources->n == 0) {
        return;
    }
    bool takes_any = catalogue_action_resources_n(action) == 0 &&
                     str_eq(catalogue_action_name(action), LIC_STR("*"));
    for (uint32_t i = 0; i < resources->n; i++) {
        if (takes_any || acts_on(action, resources->at[i].text)) {
            return;
        }
    }
    bool none = catalogue_action_resources_n(action) == 0;
    lint_say(lint, LINT_RESOURCE_MISMATCH, name->node,
             LINT_WORDS(name->text, none ? LIC_STR(": it only takes \"*\"") : LIC_STR("")));
}

#define ACTS_MAX 100000u /* actions times resources; beyond, nobody wrote that by hand */

static void check_mismatch(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_texts *actions = &statement->actions, *resources = &statement->resources;
    if (actions->excluded || resources->excluded ||
        (uint64_t)actions->n * resources->n > ACTS_MAX) {
        return;
    }
    for (uint32_t i = 0; i < actions->n; i++) {
        check_acts(lint, &actions->at[i], resources);
    }
}

void lint_resources(struct lint *lint, const struct lint_statement *statement)
{
    const struct lint_texts *resources = &statement->resources;
    if (lint->doc->kind == LIC_LINT_TRUST) {
        return;
    }
    for (uint32_t i = 0; i < resources->n; i++) {
        const struct lint_text *resource = &resources->at[i];
        lint_variables(lint, resource->text, resource->node, LINT_VARIABLE_OK, LIC_STR(""));
        if (!str_eq(resource->text, LIC_STR("*"))) {
            check_arn(lint, resource);
            check_attached(lint, resource);
        }
    }
    check_redundant(lint, resources);
    check_mismatch(lint, statement);
}
