/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests: principals taken apart, and the table of condition keys. Looking a key up compares its
 * prepared hash first, so a statement that asks for an absent key costs one probe.
 *
 * The hash has no secret. Keys a caller chooses (names of arguments) can be made to collide, but an
 * event holds at most LIMIT_CONTEXT_KEYS of them, so the worst is that many probes for each.
 */
#include "policy/request.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define HASH_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */
#define HASH_PRIME UINT64_C(0x100000001b3)
#define CONTEXT_KEYS_MAX (1u << 20)
#define ARN_COLONS 5u
#define ACCOUNT_DIGITS 12u

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

uint64_t request_key_hash(lic_str key)
{
    uint64_t hash = HASH_START;
    for (size_t i = 0; i < key.n; i++) {
        hash = (hash ^ (unsigned char)lower(key.at[i])) * HASH_PRIME;
    }
    hash ^= hash >> 32; /* the low bits choose the slot */
    return hash == 0 ? 1 : hash;
}

struct request_key request_key_make(lic_str lower_key)
{
    return (struct request_key){
        .lower = lower_key,
        .hash = request_key_hash(lower_key),
        .field = event_condition_field(lower_key),
    };
}

/* ---- principals --------------------------------------------------------------------------- */

struct arn {
    lic_str partition, service, account, resource;
};

static bool is_account(lic_str s)
{
    size_t digits_n = 0;
    while (digits_n < s.n && s.at[digits_n] >= '0' && s.at[digits_n] <= '9') {
        digits_n++;
    }
    return digits_n == s.n && s.n == ACCOUNT_DIGITS;
}

/* False when it has fewer than six parts or does not begin with "arn". */
static bool split_arn(lic_str text, struct arn *out)
{
    lic_str rest = text;
    lic_str parts[ARN_COLONS];
    for (uint32_t i = 0; i < ARN_COLONS; i++) {
        size_t colon = str_find_char(rest, ':');
        if (colon == rest.n) {
            return false;
        }
        parts[i] = str_split(&rest, ':');
    }
    *out = (struct arn){
        .partition = parts[1], .service = parts[2], .account = parts[4], .resource = rest
    };
    return str_eq(parts[0], LIC_STR("arn"));
}

/* What follows the last slash: the name behind a path. */
static lic_str last_name(lic_str path)
{
    size_t from = path.n;
    while (from > 0 && path.at[from - 1] != '/') {
        from--;
    }
    return str_tail(path, from);
}

static bool is_service_linked(lic_str role_arn)
{
    struct arn arn;
    return split_arn(role_arn, &arn) && str_starts(arn.resource, LIC_STR("role/aws-service-role/"));
}

/* Of arn:aws:iam::ACCOUNT:... */
static void read_iam(lic_str resource, struct request_principal *out)
{
    lic_str rest = resource;
    lic_str type = str_split(&rest, '/');
    if (str_eq(resource, LIC_STR("root"))) {
        out->kind = REQUEST_ROOT;
    } else if (rest.n == 0) {
        out->kind = REQUEST_OTHER;
    } else if (str_eq(type, LIC_STR("user"))) {
        out->kind = REQUEST_USER;
        out->user_name = last_name(rest);
    } else if (str_eq(type, LIC_STR("role"))) {
        out->kind = REQUEST_ROLE;
        out->role_arn = out->arn;
        out->role_name = last_name(rest);
        out->service_linked = is_service_linked(out->arn);
    } else if (str_eq(type, LIC_STR("oidc-provider"))) {
        out->kind = REQUEST_OIDC;
    } else if (str_eq(type, LIC_STR("saml-provider"))) {
        out->kind = REQUEST_SAML;
    }
}

/* Of arn:aws:sts::ACCOUNT:... */
static void read_sts(lic_str resource, struct request_principal *out)
{
    lic_str rest = resource;
    lic_str type = str_split(&rest, '/');
    if (str_eq(type, LIC_STR("federated-user")) && rest.n > 0) {
        out->kind = REQUEST_FEDERATED;
        out->user_name = rest;
    } else if (str_eq(type, LIC_STR("assumed-role"))) {
        lic_str role = str_split(&rest, '/');
        if (role.n > 0 && rest.n > 0) {
            out->kind = REQUEST_ROLE_SESSION;
            out->role_name = role;
            out->session_name = rest;
        }
    }
}

/* Providers of web identities that have no ARN of their own. */
static bool is_web_identity(lic_str name)
{
    return str_eq(name, LIC_STR("accounts.google.com")) ||
           str_eq(name, LIC_STR("cognito-identity.amazonaws.com")) ||
           str_eq(name, LIC_STR("graph.facebook.com")) || str_eq(name, LIC_STR("www.amazon.com"));
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
}

static bool is_host_name(lic_str name)
{
    size_t n = 0;
    while (n < name.n && is_host_char(name.at[n])) {
        n++;
    }
    return n == name.n && str_find_char(name, '.') < name.n;
}

/* What is no ARN: nobody, an account's number, a provider or a service. */
static enum lic_rc read_name(lic_str name, struct request_principal *out, struct lic_err *err)
{
    if (name.n == 0 || str_eq(name, LIC_STR("*"))) {
        out->kind = REQUEST_ANONYMOUS;
        return LIC_OK;
    }
    if (is_account(name)) {
        out->kind = REQUEST_ROOT;
        out->account = name;
        return LIC_OK;
    }
    ENSURE(is_host_name(name), err, LIC_E_SYNTAX,
           "\"" LIC_FMT "\" is not a principal: an ARN of six parts, an account's 12 digits, a "
           "service like lambda.amazonaws.com or \"*\" is one",
           LIC_ARG(str_head(name, LIMIT_NAME_BYTES)));
    out->kind = is_web_identity(name) ? REQUEST_OIDC : REQUEST_SERVICE;
    return LIC_OK;
}

enum lic_rc request_principal_read(lic_str arn, struct request_principal *out, struct lic_err *err)
{
    struct arn parts;
    struct request_principal principal = { .kind = REQUEST_OTHER, .arn = arn };
    if (!split_arn(arn, &parts)) {
        TRY(read_name(arn, &principal, err));
        *out = principal;
        return LIC_OK;
    }
    ENSURE(parts.resource.n > 0, err, LIC_E_SYNTAX,
           "the principal \"" LIC_FMT "\" ends before it names anybody", LIC_ARG(arn));
    principal.partition = parts.partition;
    principal.account = parts.account;
    if (str_eq(parts.service, LIC_STR("iam"))) {
        read_iam(parts.resource, &principal);
    } else if (str_eq(parts.service, LIC_STR("sts"))) {
        read_sts(parts.resource, &principal);
    }
    *out = principal;
    return LIC_OK;
}

/* ---- the context -------------------------------------------------------------------------- */

enum lic_rc request_context_init(struct request_context *context, struct arena *arena,
                                 uint32_t keys_max, struct lic_err *err)
{
    uint32_t slots_n = 4;
    ENSURE(keys_max <= CONTEXT_KEYS_MAX, err, LIC_E_LIMIT,
           "%u condition keys in one request are more than %u", keys_max, CONTEXT_KEYS_MAX);
    while (slots_n < keys_max * 2) {
        slots_n *= 2;
    }
    struct request_entry *slots = ARENA_ARRAY(arena, struct request_entry, slots_n);
    ENSURE(slots, err, LIC_E_NOMEM, "no memory for %u condition keys", keys_max);
    *context = (struct request_context){ .slots = slots, .mask = slots_n - 1 };
    return LIC_OK;
}

/* The slot of this key, or the free one it would take. One slot is always free. */
static uint32_t find_slot(const struct request_entry *slots, uint32_t mask, uint64_t hash,
                          lic_str key)
{
    uint32_t i = (uint32_t)hash & mask;
    while (slots[i].hash != 0 && (slots[i].hash != hash || !str_eq_nocase(slots[i].key, key))) {
        i = (i + 1) & mask;
    }
    return i;
}

enum lic_rc request_context_add(struct request_context *context, lic_str key, const lic_str *values,
                                uint32_t n, bool list, struct lic_err *err)
{
    ENSURE(context->n < context->mask, err, LIC_E_LIMIT,
           "a request has more than the %u condition keys there is room for", context->n);
    uint64_t hash = request_key_hash(key);
    struct request_entry *entry =
        &context->slots[find_slot(context->slots, context->mask, hash, key)];
    ENSURE(entry->hash == 0, err, LIC_E_DUPLICATE,
           "the condition key \"" LIC_FMT "\" is given twice", LIC_ARG(key));
    *entry = (struct request_entry){ hash, key, values, n, list };
    context->n++;
    return LIC_OK;
}

static enum lic_rc add_extras(const struct event *event, struct arena *arena,
                              struct policy_request *out, struct lic_err *err)
{
    struct request_context context;
    TRY(request_context_init(&context, arena, event->extras.n, err));
    for (uint32_t i = 0; i < event->extras.n; i++) {
        const struct event_extra *extra = &event->extras.at[i];
        TRY(request_context_add(&context, extra->key, extra->values.at, extra->values.n,
                                /* list= */ extra->values.n != 1, err));
    }
    out->table = context.slots;
    out->mask = context.mask;
    return LIC_OK;
}

/* The account a resource's ARN names, when it is one: a model's fifth part is its provider. */
static lic_str account_of(lic_str resource)
{
    struct arn arn;
    return split_arn(resource, &arn) && is_account(arn.account) ? arn.account : LIC_STR("");
}

enum lic_rc request_from_event(const struct event *event, struct arena *arena,
                               struct policy_request *out, struct lic_err *err)
{
    struct policy_request request = {
        .action = event->action,
        .resource = event->resource,
        .resource_account = account_of(event->resource),
        .event = event,
        .strict = true,
    };
    TRY(request_principal_read(event->principal, &request.principal, err));
    if (request.principal.kind == REQUEST_ROLE_SESSION && event->role.n > 0) {
        request.principal.role_arn = event->role;
        request.principal.service_linked = is_service_linked(event->role);
    }
    if (event->extras.n > 0) {
        TRY(add_extras(event, arena, &request, err));
    }
    *out = request;
    return LIC_OK;
}

static void look_in_table(const struct policy_request *request, const struct request_key *key,
                          struct request_found *out)
{
    const struct request_entry *entry =
        &request->table[find_slot(request->table, request->mask, key->hash, key->lower)];
    if (entry->hash != 0) {
        *out = (struct request_found){ entry->at, entry->n, /* present= */ true, entry->list };
    }
}

enum lic_rc request_find(const struct policy_request *request, const struct request_key *key,
                         struct arena *arena, struct request_found *out, struct lic_err *err)
{
    struct request_found found = { .present = false };
    if (request->event && key->field >= 0) {
        TRY(event_field_values(request->event, key->field, arena, &found.at, &found.n, err));
        found.present = found.n > 0;
        found.list = found.n > 1;
    }
    if (!found.present && request->table) {
        look_in_table(request, key, &found);
    }
    *out = found;
    return LIC_OK;
}

enum lic_rc request_values(const struct policy_request *request, const struct request_key *key,
                           struct arena *arena, const lic_str **out, uint32_t *out_n,
                           bool *out_present, struct lic_err *err)
{
    struct request_found found;
    TRY(request_find(request, key, arena, &found, err));
    *out = found.at;
    *out_n = found.n;
    *out_present = found.present;
    return LIC_OK;
}
