/* SPDX-License-Identifier: Apache-2.0 */
/* Points of axes put together into one request, as policy_eval takes it and as JSON. */
#include "advise/witness.h"

#include "advise/callers.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_write.h"
#include "base/str.h"

#include "base/banned.h"

#define ACCOUNT_DIGITS 12u
#define ARN_BYTES_MAX 4096u
#define USUAL_ACCOUNT "123456789012"

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory for a request");
}

const struct witness_key *witness_find(const struct witness *witness, lic_str lower)
{
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        if (str_eq(witness->keys.at[i].key, lower)) {
            return &witness->keys.at[i];
        }
    }
    return NULL;
}

static bool same_values(const struct witness_key *key, const lic_str *values, uint32_t n)
{
    bool same = key->n == n;
    for (uint32_t i = 0; same && i < n; i++) {
        same = str_eq(key->values[i], values[i]);
    }
    return same;
}

static enum lic_rc add_key(struct witness *witness, struct arena *arena, lic_str key,
                           const struct axis_point *point, struct lic_err *err)
{
    const struct witness_key *known = witness_find(witness, key);
    if (known) {
        witness->contradicts = witness->contradicts || !same_values(known, point->values, point->n);
        return LIC_OK;
    }
    struct witness_key new = { key, point->values, point->n, point->list };
    return ARENA_PUSH(arena, &witness->keys, new) ? LIC_OK : no_memory(err);
}

static enum lic_rc take_point(struct witness *witness, struct arena *arena, const struct axis *axis,
                              const struct axis_point *point, struct lic_err *err)
{
    switch (axis->kind) {
    case AXIS_ACTION:
        witness->action = point->values[0];
        return LIC_OK;
    case AXIS_RESOURCE:
        witness->resource = point->values[0];
        return LIC_OK;
    case AXIS_PRINCIPAL:
        witness->principal = *point->principal;
        return LIC_OK;
    case AXIS_TEXT_KEY:
    case AXIS_TYPED_KEY:
        return add_key(witness, arena, axis->key.lower, point, err);
    }
    UNREACHABLE("every kind of axis is read");
}

/* Bound keys that no statement tests are still part of the request: variables read them. */
static enum lic_rc take_bindings(struct witness *witness, struct arena *arena,
                                 const struct axis_bindings *bindings, struct lic_err *err)
{
    for (uint32_t i = 0; i < bindings->n; i++) {
        const struct axis_binding *binding = &bindings->at[i];
        struct axis_point point = { .values = &binding->value, .n = binding->absent ? 0 : 1 };
        if (!witness_find(witness, binding->key.lower)) {
            TRY(add_key(witness, arena, binding->key.lower, &point, err));
        }
    }
    return LIC_OK;
}

static lic_str value_of(const struct witness *witness, lic_str lower, lic_str otherwise)
{
    const struct witness_key *key = witness_find(witness, lower);
    return key && key->n == 1 && key->values[0].n > 0 ? key->values[0] : otherwise;
}

/* Whoever fits the keys: the principal ARN if there is one, else a user or session of the account.
 */
static enum lic_rc make_up_principal(struct witness *witness, struct arena *arena,
                                     struct lic_err *err)
{
    lic_str arn = value_of(witness, LIC_STR("aws:principalarn"), LIC_STR(""));
    if (arn.n > 0 && request_principal_read(arn, &witness->principal, NULL) == LIC_OK) {
        return LIC_OK;
    }
    const struct witness_key *name = witness_find(witness, LIC_STR("aws:username"));
    lic_str account = value_of(witness, LIC_STR("aws:principalaccount"), LIC_STR(USUAL_ACCOUNT));
    struct buf text;
    buf_init(&text, arena, ARN_BYTES_MAX);
    buf_add(&text, name && name->n == 0 ? LIC_STR("arn:aws:sts::") : LIC_STR("arn:aws:iam::"));
    buf_add(&text, account.n == ACCOUNT_DIGITS ? account : LIC_STR(USUAL_ACCOUNT));
    if (name && name->n == 0) {
        buf_add(&text, LIC_STR(":assumed-role/something/session"));
    } else {
        buf_add(&text, LIC_STR(":user/"));
        buf_add(&text, value_of(witness, LIC_STR("aws:username"), LIC_STR("someone")));
    }
    TRY(buf_check(&text, "a principal's ARN", err));
    lic_str copy = str_copy(arena, buf_str(&text));
    ENSURE(copy.at, err, LIC_E_NOMEM, "no memory for a request");
    return request_principal_read(copy, &witness->principal, err);
}

enum lic_rc witness_make(const struct space *space, const uint32_t *points,
                         const struct witness_rest *rest, struct witness *out, struct lic_err *err)
{
    struct arena *arena = space->arena;
    struct witness witness = { .resource_account = rest->resource_account };
    bool known = rest->principal != NULL || space_axis(space, AXIS_PRINCIPAL) != NULL;
    witness.action = LIC_STR("x:x");
    witness.resource = LIC_STR("*");
    for (uint32_t i = 0; i < space->axes.n; i++) {
        const struct axis *axis = &space->axes.at[i];
        TRY(take_point(&witness, arena, axis, &axis->points.at[points[i]], err));
    }
    TRY(take_bindings(&witness, arena, rest->bindings, err));
    if (rest->principal) {
        witness.principal = *rest->principal;
    } else if (!known) {
        TRY(make_up_principal(&witness, arena, err));
    }
    *out = witness;
    return LIC_OK;
}

enum lic_rc witness_agrees(const struct witness *witness, struct arena *arena, bool *out,
                           struct lic_err *err)
{
    bool agrees = true;
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        const struct witness_key *key = &witness->keys.at[i];
        struct callers_key follows;
        bool decided = false;
        TRY(callers_key(&witness->principal, key->key, arena, &decided, &follows, err));
        if (decided) {
            agrees = agrees && same_values(key, &follows.value, follows.absent ? 0 : 1);
        }
    }
    *out = agrees;
    return LIC_OK;
}

enum lic_rc witness_request(const struct witness *witness, bool strict, struct arena *arena,
                            struct policy_request *out, struct lic_err *err)
{
    struct request_context context;
    TRY(request_context_init(&context, arena, witness->keys.n, err));
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        const struct witness_key *key = &witness->keys.at[i];
        if (key->n > 0) {
            TRY(request_context_add(&context, key->key, key->values, key->n, key->list, err));
        }
    }
    *out = (struct policy_request){ .principal = witness->principal,
                                    .action = witness->action,
                                    .resource = witness->resource,
                                    .resource_account = witness->resource_account,
                                    .table = context.slots,
                                    .mask = context.mask,
                                    .strict = strict };
    return LIC_OK;
}

/* ---- as JSON ------------------------------------------------------------------------------ */

static void put_key(struct json_out *json, const struct witness_key *key)
{
    json_out_name(json, key->key);
    if (key->n == 1 && !key->list) {
        json_out_str(json, key->values[0]);
        return;
    }
    json_out_array(json);
    for (uint32_t i = 0; i < key->n; i++) {
        json_out_str(json, key->values[i]);
    }
    json_out_array_end(json);
}

static void put_context(struct json_out *json, const struct witness *witness)
{
    json_out_raw_name(json, JSON_NAME("context"));
    json_out_object(json);
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        if (witness->keys.at[i].n > 0) {
            put_key(json, &witness->keys.at[i]);
        }
    }
    json_out_object_end(json);
}

/* The document on one line: blanks outside of strings are left out. */
static enum lic_rc put_document(struct json_out *json, const struct policy_doc *doc,
                                struct arena *arena, struct lic_err *err)
{
    struct buf text;
    bool inside = false;
    buf_init(&text, arena, doc->text.n + 1);
    for (size_t i = 0; i < doc->text.n; i++) {
        char c = doc->text.at[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank || inside) {
            buf_add_char(&text, c);
        }
        if (c == '\\' && inside && i + 1 < doc->text.n) {
            buf_add_char(&text, doc->text.at[++i]);
        }
        inside = c == '"' ? !inside : inside;
    }
    TRY(buf_check(&text, "a policy document", err));
    json_out_raw(json, buf_str(&text));
    return LIC_OK;
}

static enum lic_rc put_documents(struct json_out *json, const struct witness_layers *layers,
                                 struct arena *arena, struct lic_err *err)
{
    for (uint32_t i = 0; i < layers->docs_n; i++) {
        TRY(put_document(json, layers->docs[i], arena, err));
    }
    return LIC_OK;
}

/* For a resource's policy the caller's own policies allow everything; a federated session, too. */
static enum lic_rc put_layers(struct json_out *json, const struct witness *witness,
                              const struct witness_layers *layers, struct arena *arena,
                              struct lic_err *err)
{
    json_out_raw_name(json, JSON_NAME("identityPolicies"));
    json_out_array(json);
    if (!layers->resource) {
        TRY(put_documents(json, layers, arena, err));
        json_out_array_end(json);
        return LIC_OK;
    }
    json_out_raw(json, LIC_STR(WITNESS_ALLOW_ALL));
    json_out_array_end(json);
    if (layers->docs_n > 0) {
        json_out_raw_name(json, JSON_NAME("resourcePolicy"));
        TRY(put_document(json, layers->docs[0], arena, err));
    }
    if (witness->principal.kind == REQUEST_FEDERATED) {
        json_out_raw_name(json, JSON_NAME("sessionPolicy"));
        json_out_raw(json, LIC_STR(WITNESS_ALLOW_ALL));
    }
    return LIC_OK;
}

enum lic_rc witness_json(const struct witness *witness, const struct witness_layers *layers,
                         struct arena *arena, struct buf *out, struct lic_err *err)
{
    struct json_out json;
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_raw_name(&json, JSON_NAME("id"));
    json_out_str(&json, LIC_STR("counterexample"));
    json_out_raw_name(&json, JSON_NAME("principal"));
    json_out_str(&json, witness->principal.arn);
    json_out_raw_name(&json, JSON_NAME("action"));
    json_out_str(&json, witness->action);
    json_out_raw_name(&json, JSON_NAME("resource"));
    json_out_object(&json);
    json_out_raw_name(&json, JSON_NAME("resource"));
    json_out_str(&json, witness->resource);
    json_out_raw_name(&json, JSON_NAME("accountId"));
    json_out_str(&json, witness->resource_account.n > 0 ? witness->resource_account
                                                        : witness->principal.account);
    json_out_object_end(&json);
    put_context(&json, witness);
    TRY(put_layers(&json, witness, layers, arena, err));
    json_out_object_end(&json);
    return LIC_OK;
}
