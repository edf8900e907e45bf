/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads events of CloudTrail as uses. An event tells of an API call in the service's words;
 * iam_cloudtrail.def says where IAM's differ. A call that was refused is no use; one that failed
 * otherwise is, because it had got past its authorisation and will be made again.
 */
#include "advise/history.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include <stdio.h>

#include "base/banned.h"

#define NS_A_SECOND 1000000000
#define NUMBER_BYTES 32

#define VIEW(literal)                                                                              \
    {                                                                                              \
        (literal), sizeof(literal) - 1                                                             \
    }

struct service_row {
    lic_str source, prefix;
};
struct action_row {
    lic_str prefix, event, action;
};
struct resource_row {
    lic_str prefix, actions, parameter, value, arn;
};

static const struct service_row services[] = {
#define SERVICE(source, prefix) { VIEW(source), VIEW(prefix) },
#include "advise/iam_cloudtrail.def"
};
static const struct action_row actions[] = {
#define ACTION(prefix, event, action) { VIEW(prefix), VIEW(event), VIEW(action) },
#include "advise/iam_cloudtrail.def"
};
static const struct resource_row resources[] = {
#define RESOURCE(prefix, actions, parameter, value, arn)                                           \
    { VIEW(prefix), VIEW(actions), VIEW(parameter), VIEW(value), VIEW(arn) },
#include "advise/iam_cloudtrail.def"
};
#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/* One event while it is read. */
struct trail {
    struct arena *arena;
    const struct json_doc *doc;
    struct lic_err *err;
    uint32_t identity, parameters; /* nodes, or JSON_NONE */
    lic_str prefix, partition, region, account;
    struct history_use use;
    history_take_fn *take;
    void *arg;
};

/* ---- members ---- */

static enum lic_rc read_member(struct trail *t, uint32_t object, const char *name, lic_str *out)
{
    uint32_t node = json_get(t->doc, object, str_z(name));
    return json_is(t->doc, node, JSON_STRING) ? json_text(t->doc, node, t->arena, out, t->err)
                                              : LIC_OK;
}

static uint32_t object_in(const struct trail *t, uint32_t object, const char *name)
{
    uint32_t node = json_get(t->doc, object, str_z(name));
    return json_is(t->doc, node, JSON_OBJECT) ? node : JSON_NONE;
}

/* json_get of JSON_NONE would look into the root. */
static enum lic_rc read_below(struct trail *t, uint32_t object, const char *name, lic_str *out)
{
    return object == JSON_NONE ? LIC_OK : read_member(t, object, name, out);
}

static enum lic_rc require(struct trail *t, const char *name, lic_str *out)
{
    TRY(read_member(t, 0, name, out));
    ENSURE(out->n > 0, t->err, LIC_E_MISSING, "an event without \"%s\" is not one of CloudTrail's",
           name);
    return LIC_OK;
}

static enum lic_rc add(struct trail *t, const char *key, lic_str value)
{
    return history_add_key(&t->use, t->arena, str_z(key), value, t->err);
}

/* ---- who ---- */

/* The role of a session, what it was signed in with, and when. */
static enum lic_rc read_session(struct trail *t)
{
    uint32_t session = object_in(t, t->identity, "sessionContext");
    if (session == JSON_NONE) {
        return LIC_OK;
    }
    uint32_t issuer = object_in(t, session, "sessionIssuer");
    uint32_t attributes = object_in(t, session, "attributes");
    lic_str type = { 0 }, mfa = { 0 }, created = { 0 }, source = { 0 };
    TRY(read_below(t, issuer, "type", &type));
    if (str_eq(type, LIC_STR("Role"))) {
        TRY(read_below(t, issuer, "arn", &t->use.role));
    }
    TRY(read_below(t, attributes, "mfaAuthenticated", &mfa));
    TRY(read_below(t, attributes, "creationDate", &created));
    TRY(read_member(t, session, "sourceIdentity", &source));
    TRY(add(t, "aws:MultiFactorAuthPresent", mfa));
    TRY(add(t, "aws:TokenIssueTime", created));
    return add(t, "aws:SourceIdentity", source);
}

static enum lic_rc read_identity(struct trail *t)
{
    lic_str type = { 0 }, user_id = { 0 }, user_name = { 0 }, invoked_by = { 0 };
    TRY(read_member(t, t->identity, "type", &type));
    TRY(read_member(t, t->identity, "arn", &t->use.principal));
    TRY(read_member(t, t->identity, "accountId", &t->account));
    TRY(read_member(t, t->identity, "principalId", &user_id));
    TRY(read_member(t, t->identity, "userName", &user_name));
    TRY(read_member(t, t->identity, "invokedBy", &invoked_by));
    TRY(read_session(t));
    /* For a session AWS puts the role's ARN into this key. */
    TRY(add(t, "aws:PrincipalArn", t->use.role.n > 0 ? t->use.role : t->use.principal));
    TRY(add(t, "aws:PrincipalAccount", t->account));
    TRY(add(t, "aws:userid", user_id));
    if (str_eq(type, LIC_STR("IAMUser"))) {
        TRY(add(t, "aws:username", user_name));
    }
    if (str_ends(invoked_by, LIC_STR(".amazonaws.com"))) {
        TRY(add(t, "aws:ViaAWSService", LIC_STR("true")));
    }
    return LIC_OK;
}

/* ---- the circumstances ---- */

static lic_str partition_of(lic_str region)
{
    if (str_starts(region, LIC_STR("cn-"))) {
        return LIC_STR("aws-cn");
    }
    return str_starts(region, LIC_STR("us-gov-")) ? LIC_STR("aws-us-gov") : LIC_STR("aws");
}

/* Addresses only: a service that calls for somebody gives its name instead. */
static bool is_address(lic_str s)
{
    if (s.n == 0 || (str_find_char(s, '.') == s.n && str_find_char(s, ':') == s.n)) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!hex && c != '.' && c != ':') {
            return false;
        }
    }
    return true;
}

static enum lic_rc read_time(struct trail *t)
{
    lic_str time = { 0 };
    char *text = arena_take(t->arena, NUMBER_BYTES);
    TRY(require(t, "eventTime", &time));
    ENSURE(clock_parse(time, &t->use.time_ns), t->err, LIC_E_INVALID,
           "\"eventTime\" is no time: \"" LIC_FMT "\"", LIC_ARG(str_head(time, 64)));
    ENSURE(text, t->err, LIC_E_NOMEM, "no memory for an event's time");
    int n = snprintf(text, NUMBER_BYTES, "%lld", (long long)(t->use.time_ns / NS_A_SECOND));
    TRY(add(t, "aws:EpochTime", str_make(text, (size_t)n)));
    return add(t, "aws:CurrentTime", time);
}

static enum lic_rc read_circumstances(struct trail *t)
{
    lic_str address = { 0 }, agent = { 0 }, endpoint = { 0 }, tls = { 0 };
    TRY(read_time(t));
    TRY(read_member(t, 0, "awsRegion", &t->region));
    TRY(read_member(t, 0, "sourceIPAddress", &address));
    TRY(read_member(t, 0, "userAgent", &agent));
    TRY(read_member(t, 0, "vpcEndpointId", &endpoint));
    TRY(read_below(t, object_in(t, 0, "tlsDetails"), "tlsVersion", &tls));
    if (t->account.n == 0) {
        TRY(read_member(t, 0, "recipientAccountId", &t->account));
    }
    t->partition = partition_of(t->region);
    TRY(add(t, "aws:RequestedRegion", t->region));
    TRY(add(t, "aws:SourceIp", is_address(address) ? address : (lic_str){ 0 }));
    TRY(add(t, "aws:UserAgent", agent));
    TRY(add(t, "aws:SourceVpce", endpoint));
    return add(t, "aws:SecureTransport", tls.n > 0 ? LIC_STR("true") : (lic_str){ 0 });
}

/* "AccessDenied", "AccessDeniedException", "Client.UnauthorizedOperation", "KMS.AccessDenied" ...
 */
static bool is_refusal(lic_str code)
{
    return str_find(code, LIC_STR("AccessDenied")) < code.n ||
           str_find(code, LIC_STR("Unauthorized")) < code.n ||
           str_find(code, LIC_STR("NotAuthorized")) < code.n ||
           str_eq(code, LIC_STR("AuthFailure")) || str_eq(code, LIC_STR("AuthorizationError")) ||
           str_eq(code, LIC_STR("InvalidClientTokenId"));
}

static enum lic_rc read_result(struct trail *t)
{
    lic_str code = { 0 }, message = { 0 };
    TRY(read_member(t, 0, "errorCode", &code));
    TRY(read_member(t, 0, "errorMessage", &message));
    t->use.allowed = !is_refusal(code);
    t->use.executed = t->use.allowed;
    t->use.denied_by_statement =
        !t->use.allowed && str_find(message, LIC_STR("explicit deny")) < message.n;
    return LIC_OK;
}

/* ---- resources ---- */

static void add_other(struct trail *t, struct buf *arn, lic_str name)
{
    uint32_t node = JSON_NONE;
    if (t->parameters != JSON_NONE) {
        node = json_get(t->doc, t->parameters, name);
    }
    lic_str value = LIC_STR("*");
    struct lic_err ignored;
    if (json_is(t->doc, node, JSON_STRING) &&
        json_text(t->doc, node, t->arena, &value, &ignored) != LIC_OK) {
        value = LIC_STR("*");
    }
    buf_add(arn, value);
}

static lic_str after_last_slash(lic_str s)
{
    size_t from = s.n;
    while (from > 0 && s.at[from - 1] != '/') {
        from--;
    }
    return str_tail(s, from);
}

static void add_named(struct trail *t, struct buf *arn, lic_str name, lic_str value)
{
    if (name.n == 0) {
        buf_add(arn, value);
    } else if (str_eq(name, LIC_STR("p"))) {
        buf_add(arn, t->partition);
    } else if (str_eq(name, LIC_STR("r"))) {
        buf_add(arn, t->region);
    } else if (str_eq(name, LIC_STR("a"))) {
        buf_add(arn, t->account);
    } else if (str_eq(name, LIC_STR("last"))) {
        buf_add(arn, after_last_slash(value));
    } else if (str_eq(name, LIC_STR("path"))) {
        buf_add(arn, str_starts(value, LIC_STR("/")) ? str_tail(value, 1) : value);
    } else {
        add_other(t, arn, name);
    }
}

static enum lic_rc fill(struct trail *t, lic_str form, lic_str value, lic_str *out)
{
    if (str_starts(value, LIC_STR("arn:"))) {
        *out = value;
        return LIC_OK;
    }
    struct buf arn;
    buf_init(&arn, t->arena, LIMIT_JSON_BYTES);
    while (form.n > 0) {
        buf_add(&arn, str_split(&form, '{'));
        if (form.n > 0) {
            add_named(t, &arn, str_split(&form, '}'), value);
        }
    }
    TRY(buf_check(&arn, "the ARN of a resource", t->err));
    *out = buf_str(&arn);
    return LIC_OK;
}

static bool has_wildcard(lic_str s)
{
    return str_find_char(s, '*') < s.n || str_find_char(s, '?') < s.n;
}

static enum lic_rc take_resource(struct trail *t, lic_str resource, bool wild)
{
    struct history_use use = t->use;
    use.keys.cap = use.keys.n;
    use.resource_named = !str_eq(resource, LIC_STR("*"));
    use.resource = resource;
    use.resource_wild = wild;
    return t->take(t->arg, &use, t->err);
}

static enum lic_rc take_value(struct trail *t, const struct resource_row *row, uint32_t node)
{
    lic_str value, resource;
    TRY(json_text(t->doc, node, t->arena, &value, t->err));
    TRY(fill(t, row->arn, value, &resource));
    /* A name with an asterisk of its own must not become a wildcard. */
    return take_resource(t, resource, has_wildcard(row->arn) && !has_wildcard(value));
}

/* A parameter may be a list: then each of its values is a resource. */
static enum lic_rc take_values(struct trail *t, const struct resource_row *row, uint32_t node)
{
    if (json_is(t->doc, node, JSON_STRING)) {
        return take_value(t, row, node);
    }
    for (uint32_t i = json_first(t->doc, node); i != JSON_NONE; i = json_next(t->doc, node, i)) {
        if (json_is(t->doc, i, JSON_STRING)) {
            TRY(take_value(t, row, i));
        }
    }
    return LIC_OK;
}

static bool value_fits(const struct trail *t, const struct resource_row *row, uint32_t node)
{
    if (json_is(t->doc, node, JSON_ARRAY)) {
        return t->doc->nodes[node].n > 0;
    }
    return json_is(t->doc, node, JSON_STRING) && t->doc->nodes[node].len > 0 &&
           match_wildcard(row->value, json_raw(t->doc, node));
}

static const struct resource_row *row_of_parameters(const struct trail *t, uint32_t *out_node)
{
    lic_str action = str_tail(t->use.action, t->prefix.n + 1);
    for (size_t i = 0; i < ROWS(resources) && t->parameters != JSON_NONE; i++) {
        const struct resource_row *row = &resources[i];
        if (!str_eq(row->prefix, t->prefix) || !match_wildcard(row->actions, action)) {
            continue;
        }
        *out_node = json_get(t->doc, t->parameters, row->parameter);
        if (*out_node != JSON_NONE && value_fits(t, row, *out_node)) {
            return row;
        }
    }
    return NULL;
}

/* Of the service that the action belongs to: an event also names what it touched elsewhere. */
static bool is_of_service(const struct trail *t, lic_str arn)
{
    lic_str rest = arn;
    (void)str_split(&rest, ':');
    (void)str_split(&rest, ':');
    return str_starts(arn, LIC_STR("arn:")) && str_eq(str_split(&rest, ':'), t->prefix);
}

/* The resources that the event names itself; an assumed role is iam's and not sts's. */
static enum lic_rc take_listed(struct trail *t, bool *out_any)
{
    uint32_t list = json_get(t->doc, 0, LIC_STR("resources"));
    bool sts = str_eq(t->prefix, LIC_STR("sts"));
    if (!json_is(t->doc, list, JSON_ARRAY)) {
        return LIC_OK;
    }
    for (uint32_t i = json_first(t->doc, list); i != JSON_NONE; i = json_next(t->doc, list, i)) {
        lic_str arn = { 0 };
        if (json_is(t->doc, i, JSON_OBJECT)) {
            TRY(read_member(t, i, "ARN", &arn));
        }
        if (is_of_service(t, arn) || (sts && str_starts(arn, LIC_STR("arn:")))) {
            *out_any = true;
            TRY(take_resource(t, arn, /* wild= */ false));
        }
    }
    return LIC_OK;
}

/* Any parameter that is an ARN of this service, when the table knows nothing better. */
static enum lic_rc take_any_arn(struct trail *t)
{
    for (uint32_t i = t->parameters == JSON_NONE ? JSON_NONE : json_first(t->doc, t->parameters);
         i != JSON_NONE; i = json_next(t->doc, t->parameters, i)) {
        if (json_is(t->doc, i, JSON_STRING) && is_of_service(t, json_raw(t->doc, i))) {
            lic_str arn;
            TRY(json_text(t->doc, i, t->arena, &arn, t->err));
            return take_resource(t, arn, /* wild= */ false);
        }
    }
    return take_resource(t, LIC_STR("*"), /* wild= */ false);
}

/* S3 lists bucket and object together, and which of them is meant depends on the action. */
static enum lic_rc take_resources(struct trail *t)
{
    uint32_t node = JSON_NONE;
    bool listed = false;
    if (!str_eq(t->prefix, LIC_STR("s3"))) {
        TRY(take_listed(t, &listed));
    }
    if (listed) {
        return LIC_OK;
    }
    const struct resource_row *row = row_of_parameters(t, &node);
    return row ? take_values(t, row, node) : take_any_arn(t);
}

/* ---- actions ---- */

static lic_str prefix_of(lic_str source)
{
    static const lic_str suffix = VIEW(".amazonaws.com");
    lic_str name = str_ends(source, suffix) ? str_head(source, source.n - suffix.n) : source;
    for (size_t i = 0; i < ROWS(services); i++) {
        if (str_eq(services[i].source, name)) {
            return services[i].prefix;
        }
    }
    return name;
}

static size_t digits_before(lic_str s, size_t end)
{
    size_t n = 0;
    while (n < end && s.at[end - n - 1] >= '0' && s.at[end - n - 1] <= '9') {
        n++;
    }
    return n;
}

/* Invoke20150331, GetFunction20150331v2, CreateDistribution2020_05_31: the API's date comes off. */
static lic_str without_version(lic_str event)
{
    size_t end = event.n;
    size_t digits = digits_before(event, end);
    if (digits > 0 && digits < 3 && end > digits && event.at[end - digits - 1] == 'v') {
        end -= digits + 1;
        digits = digits_before(event, end);
    }
    if (digits == 8 && end > 8) {
        return str_head(event, end - 8);
    }
    bool dashed = end > 10 && digits == 2 && event.at[end - 3] == '_' &&
                  digits_before(event, end - 3) == 2 && event.at[end - 6] == '_' &&
                  digits_before(event, end - 6) == 4;
    return dashed ? str_head(event, end - 10) : event;
}

static enum lic_rc take_action(struct trail *t, lic_str name)
{
    struct buf action;
    buf_init(&action, t->arena, LIMIT_TARGET_BYTES);
    buf_add(&action, t->prefix);
    buf_add_char(&action, ':');
    buf_add(&action, name);
    TRY(buf_check(&action, "the name of an action", t->err));
    t->use.action = buf_str(&action);
    return take_resources(t);
}

static bool names_event(const struct action_row *row, const struct trail *t, lic_str event)
{
    if (!str_eq(row->prefix, t->prefix)) {
        return false;
    }
    bool open = str_ends(row->event, LIC_STR("*"));
    return open ? str_starts(event, str_head(row->event, row->event.n - 1))
                : str_eq(event, row->event);
}

static enum lic_rc take_actions(struct trail *t)
{
    lic_str source = { 0 }, event = { 0 };
    TRY(require(t, "eventSource", &source));
    TRY(require(t, "eventName", &event));
    t->prefix = prefix_of(source);
    event = without_version(event);
    ENSURE(event.n > 0 && t->prefix.n > 0, t->err, LIC_E_INVALID,
           "\"eventSource\" and \"eventName\" of an event name no action");
    bool known = false;
    for (size_t i = 0; i < ROWS(actions); i++) {
        if (names_event(&actions[i], t, event)) {
            known = true;
            TRY(take_action(t, actions[i].action));
        }
    }
    return known ? LIC_OK : take_action(t, event);
}

/* ---- events ---- */

/* Sign-ins to the console and what a service does by itself are no API calls of a principal. */
static bool is_call(lic_str type)
{
    return type.n == 0 || str_eq(type, LIC_STR("AwsApiCall"));
}

enum lic_rc history_read_cloudtrail(struct arena *arena, lic_str text, history_take_fn *take,
                                    void *arg, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    struct json_doc doc;
    TRY(json_read(arena, text, &limits, &doc, err));
    struct trail t = { .arena = arena, .doc = &doc, .err = err, .take = take, .arg = arg };
    lic_str type = { 0 };
    ENSURE(json_type(&doc, 0) == JSON_OBJECT, err, LIC_E_SYNTAX, "an event is a JSON object");
    TRY(read_member(&t, 0, "eventType", &type));
    t.identity = object_in(&t, 0, "userIdentity");
    ENSURE(t.identity != JSON_NONE, err, LIC_E_MISSING,
           "an event without \"userIdentity\" is not one of CloudTrail's");
    t.parameters = object_in(&t, 0, "requestParameters");
    t.use.source = HISTORY_CLOUDTRAIL;
    TRY(read_member(&t, 0, "eventID", &t.use.id));
    TRY(read_identity(&t));
    TRY(read_circumstances(&t));
    TRY(read_result(&t));
    return is_call(type) && t.use.principal.n > 0 ? take_actions(&t) : LIC_OK;
}
