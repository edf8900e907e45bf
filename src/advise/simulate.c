/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests as JSON text, judged one by one. Reading a policy costs a hundred times what judging by
 * it does, so each layer's compiled index is kept under the text it was written as; a file of a
 * million requests over the same policies reads each of them once. When the cache is full it is
 * emptied before the next line: nothing in it outlives the line that asked for it.
 *
 * The context is what the line gives and nothing else: no key is derived from the principal or the
 * resource, so that a case says all it depends on.
 */
#include "advise/simulate.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/str.h"
#include <lictor/simulate.h>

#include "base/banned.h"

#define CACHE_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define ANSWER_BYTES_MAX ((size_t)64 * 1024)
#define EXPLAIN_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define POOL_BLOCKS 64u /* kept between lines */
#define MAP_SEED 0x6c6963746f72u

/*
 * Documents are read as DOC_ANY: whoever asks what if may ask of documents that AWS would no longer
 * take today. Only whether there is a Principal element must be right, since it changes the
 * meaning.
 */
enum principals { PRINCIPALS_NONE, PRINCIPALS_NEEDED, PRINCIPALS_FREE, PRINCIPALS_N };

struct simulate_cache {
    struct arena_pool pool;
    struct arena arena;
    size_t bytes_max;
    struct map indexes[PRINCIPALS_N]; /* JSON text of a layer -> struct policy_index */
};

struct lic_simulator {
    const struct lic_host *host;
    struct simulate_cache *cache;
    struct arena_pool pool;
    struct arena arena; /* of one line */
};

/* One line while it is read. */
struct reading {
    struct simulate_cache *cache;
    struct arena *arena;
    struct json_doc json;
    struct simulate_case *out;
};

/* ---- the cache ---------------------------------------------------------------------------- */

static void empty_cache(struct simulate_cache *cache)
{
    arena_reset(&cache->arena);
    for (size_t i = 0; i < PRINCIPALS_N; i++) {
        map_init(&cache->indexes[i], &cache->arena, MAP_SEED + i);
    }
}

enum lic_rc simulate_cache_new(const struct lic_host *host, size_t bytes_max,
                               struct simulate_cache **out, struct lic_err *err)
{
    struct simulate_cache *cache = host->resize(host->ctx, NULL, sizeof(*cache));
    ENSURE(cache, err, LIC_E_NOMEM, "no memory to keep policies");
    *cache = (struct simulate_cache){ .bytes_max = bytes_max };
    arena_pool_init(&cache->pool, host, POOL_BLOCKS);
    arena_init(&cache->arena, &cache->pool, 0);
    empty_cache(cache);
    *out = cache;
    return LIC_OK;
}

void simulate_cache_free(struct simulate_cache *cache)
{
    if (!cache) {
        return;
    }
    const struct lic_host *host = cache->pool.host;
    arena_fini(&cache->arena);
    arena_pool_fini(&cache->pool);
    host->resize(host->ctx, cache, 0);
}

/* ---- layers ------------------------------------------------------------------------------- */

/* "identityPolicies[2]": names a document in errors and explanations. */
static lic_str name_document(struct arena *arena, lic_str member, uint32_t i, bool listed)
{
    struct buf name;
    buf_init(&name, arena, LIMIT_NAME_BYTES);
    buf_add(&name, member);
    if (listed) {
        buf_addf(&name, "[%u]", i);
    }
    return buf_str(&name);
}

static enum lic_rc check_principals(const struct policy_doc *doc, enum principals principals,
                                    struct lic_err *err)
{
    for (uint32_t i = 0; i < doc->n; i++) {
        const struct doc_statement *statement = &doc->statements[i];
        bool given = statement->principals.given;
        bool right = principals == PRINCIPALS_FREE || given == (principals == PRINCIPALS_NEEDED);
        if (!right) {
            (void)err_set(err, LIC_E_INVALID, "a statement here %s",
                          given ? "cannot have a Principal or NotPrincipal"
                                : "needs a Principal or NotPrincipal");
            return err_at(err, doc->file, statement->place.line, statement->place.column);
        }
    }
    return LIC_OK;
}

static enum lic_rc read_document(struct reading *reading, lic_str name, uint32_t node,
                                 enum principals principals, const struct policy_doc **out,
                                 struct lic_err *err)
{
    ENSURE(json_is(&reading->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           LIC_FMT " is not a policy document: it must be an object", LIC_ARG(name));
    TRY(policy_doc_read(&reading->cache->arena, name, json_raw(&reading->json, node), DOC_ANY, out,
                        err));
    return check_principals(*out, principals, err);
}

struct documents {
    const struct policy_doc **at;
    uint32_t n, cap;
};

static enum lic_rc read_documents(struct reading *reading, lic_str member, uint32_t node,
                                  enum principals principals, struct documents *out,
                                  struct lic_err *err)
{
    struct arena *arena = &reading->cache->arena;
    bool listed = json_is(&reading->json, node, JSON_ARRAY);
    uint32_t one = listed ? json_first(&reading->json, node) : node;
    while (one != JSON_NONE) {
        const struct policy_doc *doc = NULL;
        lic_str name = name_document(arena, member, out->n, listed);
        TRY(read_document(reading, name, one, principals, &doc, err));
        ENSURE(ARENA_PUSH(arena, out, doc), err, LIC_E_NOMEM, "no memory for policies");
        one = listed ? json_next(&reading->json, node, one) : JSON_NONE;
    }
    return LIC_OK;
}

/* Compiles a layer from one document or a list of them, or finds it compiled. */
static enum lic_rc read_layer(struct reading *reading, lic_str member, uint32_t node,
                              enum principals principals, const struct policy_index **out,
                              struct lic_err *err)
{
    struct simulate_cache *cache = reading->cache;
    lic_str raw = json_raw(&reading->json, node);
    struct policy_index *known = map_get(&cache->indexes[principals], raw);
    if (known) {
        *out = known;
        return LIC_OK;
    }
    struct documents documents = { NULL, 0, 0 };
    const struct policy_index *index = NULL;
    TRY(read_documents(reading, member, node, principals, &documents, err));
    TRY(policy_index_new(&cache->arena, documents.at, documents.n, &index, err));
    lic_str key = str_copy(&cache->arena, raw);
    ENSURE(key.at, err, LIC_E_NOMEM, "no memory to keep a policy of %zu bytes", raw.n);
    ENSURE(map_add(&cache->indexes[principals], key, (void *)(uintptr_t)index) == LIC_OK, err,
           LIC_E_NOMEM, "no memory to keep a policy of %zu bytes", raw.n);
    *out = index;
    return LIC_OK;
}

/* ---- members ------------------------------------------------------------------------------ */

static enum lic_rc read_text(struct reading *reading, uint32_t node, const char *what, lic_str *out,
                             struct lic_err *err)
{
    ENSURE(json_is(&reading->json, node, JSON_STRING), err, LIC_E_INVALID,
           "\"%s\" must be a string", what);
    return json_text(&reading->json, node, reading->arena, out, err);
}

static enum lic_rc read_id(struct reading *reading, uint32_t node, struct lic_err *err)
{
    enum json_type type = json_type(&reading->json, node);
    ENSURE(type == JSON_STRING || type == JSON_NUMBER || type == JSON_NULL, err, LIC_E_INVALID,
           "\"id\" must be a string or a number");
    lic_str raw = json_raw(&reading->json, node);
    bool quoted = type == JSON_STRING;
    reading->out->id = quoted ? str_make(raw.at - 1, raw.n + 2) : raw;
    return LIC_OK;
}

static enum lic_rc read_principal(struct reading *reading, uint32_t node, struct lic_err *err)
{
    lic_str text = { NULL, 0 };
    TRY(read_text(reading, node, "principal", &text, err));
    return request_principal_read(text, &reading->out->request.principal, err);
}

static enum lic_rc read_action(struct reading *reading, uint32_t node, struct lic_err *err)
{
    lic_str text = { NULL, 0 };
    TRY(read_text(reading, node, "action", &text, err));
    size_t colon = str_find_char(text, ':');
    ENSURE(colon > 0 && colon + 1 < text.n, err, LIC_E_INVALID,
           "the action \"" LIC_FMT "\" is not of the form service:Operation",
           LIC_ARG(str_head(text, LIMIT_NAME_BYTES)));
    reading->out->request.action = text;
    return LIC_OK;
}

static bool is_account(lic_str text)
{
    uint64_t number = 0;
    return text.n == 12 && str_u64(text, &number);
}

/* The account an ARN names in its fifth part, if it does. */
static lic_str account_of(lic_str arn)
{
    lic_str rest = arn;
    lic_str account = { NULL, 0 };
    for (uint32_t i = 0; i < 5; i++) {
        account = str_split(&rest, ':');
    }
    return is_account(account) ? account : LIC_STR("");
}

static enum lic_rc read_resource_members(struct reading *reading, uint32_t node,
                                         struct lic_err *err)
{
    struct policy_request *request = &reading->out->request;
    uint32_t one = json_first(&reading->json, node);
    for (; one != JSON_NONE; one = json_next(&reading->json, node, one)) {
        if (json_key_is(&reading->json, one, LIC_STR("resource"))) {
            TRY(read_text(reading, one, "resource", &request->resource, err));
        } else if (json_key_is(&reading->json, one, LIC_STR("accountId"))) {
            TRY(read_text(reading, one, "accountId", &request->resource_account, err));
        } else {
            lic_str key = json_key_raw(&reading->json, one);
            return err_set(err, LIC_E_UNKNOWN, "a resource has no member \"" LIC_FMT "\"",
                           LIC_ARG(key));
        }
    }
    return LIC_OK;
}

static enum lic_rc read_resource(struct reading *reading, uint32_t node, struct lic_err *err)
{
    struct policy_request *request = &reading->out->request;
    if (json_is(&reading->json, node, JSON_OBJECT)) {
        TRY(read_resource_members(reading, node, err));
    } else {
        TRY(read_text(reading, node, "resource", &request->resource, err));
    }
    ENSURE(request->resource.n > 0, err, LIC_E_MISSING,
           "\"resource\" must be an ARN or \"*\", not empty");
    if (request->resource_account.n == 0) {
        request->resource_account = account_of(request->resource);
    }
    ENSURE(request->resource_account.n == 0 || is_account(request->resource_account), err,
           LIC_E_INVALID, "the account \"" LIC_FMT "\" is not 12 digits",
           LIC_ARG(str_head(request->resource_account, LIMIT_NAME_BYTES)));
    return LIC_OK;
}

/* Numbers and booleans stand for their JSON text. */
static enum lic_rc read_value(struct reading *reading, uint32_t node, lic_str *out,
                              struct lic_err *err)
{
    enum json_type type = json_type(&reading->json, node);
    if (type == JSON_STRING) {
        return json_text(&reading->json, node, reading->arena, out, err);
    }
    ENSURE(type == JSON_NUMBER || type == JSON_TRUE || type == JSON_FALSE, err, LIC_E_INVALID,
           "a value of \"context\" must be a string or a list of strings");
    *out = json_raw(&reading->json, node);
    return LIC_OK;
}

static enum lic_rc read_key(struct reading *reading, struct request_context *context, uint32_t node,
                            struct lic_err *err)
{
    bool list = json_is(&reading->json, node, JSON_ARRAY);
    uint32_t n = list ? reading->json.nodes[node].n : 1;
    lic_str *values = ARENA_ARRAY(reading->arena, lic_str, n);
    lic_str key = { NULL, 0 };
    ENSURE(values, err, LIC_E_NOMEM, "no memory for %u values of a condition key", n);
    TRY(json_key_text(&reading->json, node, reading->arena, &key, err));
    uint32_t one = list ? json_first(&reading->json, node) : node;
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_value(reading, one, &values[i], err));
        one = list ? json_next(&reading->json, node, one) : one;
    }
    return request_context_add(context, key, values, n, list, err);
}

static enum lic_rc read_context(struct reading *reading, uint32_t node, struct lic_err *err)
{
    struct request_context context;
    ENSURE(json_is(&reading->json, node, JSON_OBJECT), err, LIC_E_INVALID,
           "\"context\" must be an object of condition keys");
    TRY(request_context_init(&context, reading->arena, reading->json.nodes[node].n, err));
    uint32_t one = json_first(&reading->json, node);
    for (; one != JSON_NONE; one = json_next(&reading->json, node, one)) {
        TRY(read_key(reading, &context, one, err));
    }
    reading->out->request.table = context.slots;
    reading->out->request.mask = context.mask;
    return LIC_OK;
}

/* ---- members: policies -------------------------------------------------------------------- */

static enum lic_rc read_identity(struct reading *reading, uint32_t node, struct lic_err *err)
{
    ENSURE(json_is(&reading->json, node, JSON_ARRAY), err, LIC_E_INVALID,
           "\"identityPolicies\" must be a list of policy documents");
    return read_layer(reading, LIC_STR("identityPolicies"), node, PRINCIPALS_NONE,
                      &reading->out->stack.identity, err);
}

/* An empty list is no boundary: there is no way to attach an empty one. */
static enum lic_rc read_boundaries(struct reading *reading, uint32_t node, struct lic_err *err)
{
    ENSURE(json_is(&reading->json, node, JSON_ARRAY), err, LIC_E_INVALID,
           "\"permissionBoundaries\" must be a list of policy documents");
    if (reading->json.nodes[node].n == 0) {
        return LIC_OK;
    }
    return read_layer(reading, LIC_STR("permissionBoundaries"), node, PRINCIPALS_NONE,
                      &reading->out->stack.boundary, err);
}

static enum lic_rc read_session(struct reading *reading, uint32_t node, struct lic_err *err)
{
    return read_layer(reading, LIC_STR("sessionPolicy"), node, PRINCIPALS_NONE,
                      &reading->out->stack.session, err);
}

static enum lic_rc read_resource_policy(struct reading *reading, uint32_t node, struct lic_err *err)
{
    return read_layer(reading, LIC_STR("resourcePolicy"), node, PRINCIPALS_NEEDED,
                      &reading->out->stack.resource, err);
}

static enum lic_rc read_level(struct reading *reading, lic_str member, enum principals principals,
                              uint32_t node, struct policy_level *out, struct lic_err *err)
{
    const struct json_doc *json = &reading->json;
    uint32_t id = json_get(json, node, LIC_STR("orgIdentifier"));
    uint32_t policies = json_get(json, node, LIC_STR("policies"));
    ENSURE(json_is(json, node, JSON_OBJECT) && json_is(json, id, JSON_STRING) &&
               json_is(json, policies, JSON_ARRAY) && json->nodes[node].n == 2,
           err, LIC_E_INVALID,
           "each of \"" LIC_FMT
           "\" must have \"orgIdentifier\", a string, and \"policies\", a list",
           LIC_ARG(member));
    TRY(json_text(json, id, reading->arena, &out->id, err));
    return read_layer(reading, member, policies, principals, &out->index, err);
}

static enum lic_rc read_levels(struct reading *reading, lic_str member, enum principals principals,
                               uint32_t node, const struct policy_level **out, uint32_t *out_n,
                               struct lic_err *err)
{
    ENSURE(json_is(&reading->json, node, JSON_ARRAY), err, LIC_E_INVALID,
           "\"" LIC_FMT "\" must be a list, from the root of the organisation to the account",
           LIC_ARG(member));
    uint32_t n = reading->json.nodes[node].n;
    struct policy_level *levels = ARENA_ARRAY(reading->arena, struct policy_level, n);
    ENSURE(levels, err, LIC_E_NOMEM, "no memory for %u levels of an organisation", n);
    uint32_t one = json_first(&reading->json, node);
    for (uint32_t i = 0; i < n; i++) {
        TRY(read_level(reading, member, principals, one, &levels[i], err));
        one = json_next(&reading->json, node, one);
    }
    *out = levels;
    *out_n = n;
    return LIC_OK;
}

static enum lic_rc read_scps(struct reading *reading, uint32_t node, struct lic_err *err)
{
    struct policy_stack *stack = &reading->out->stack;
    return read_levels(reading, LIC_STR("serviceControlPolicies"), PRINCIPALS_NONE, node,
                       &stack->scp, &stack->scp_n, err);
}

static enum lic_rc read_rcps(struct reading *reading, uint32_t node, struct lic_err *err)
{
    struct policy_stack *stack = &reading->out->stack;
    return read_levels(reading, LIC_STR("resourceControlPolicies"), PRINCIPALS_FREE, node,
                       &stack->rcp, &stack->rcp_n, err);
}

/* ---- a line ------------------------------------------------------------------------------- */

typedef enum lic_rc read_member_fn(struct reading *reading, uint32_t node, struct lic_err *err);

/* In the order in which they are read, whatever the order in the line. */
static const struct {
    lic_str name;
    read_member_fn *read;
    bool required;
} members[] = {
    { { "id", 2 }, read_id, false },
    { { "principal", 9 }, read_principal, true },
    { { "action", 6 }, read_action, true },
    { { "resource", 8 }, read_resource, true },
    { { "context", 7 }, read_context, false },
    { { "identityPolicies", 16 }, read_identity, false },
    { { "resourcePolicy", 14 }, read_resource_policy, false },
    { { "permissionBoundaries", 20 }, read_boundaries, false },
    { { "sessionPolicy", 13 }, read_session, false },
    { { "serviceControlPolicies", 22 }, read_scps, false },
    { { "resourceControlPolicies", 23 }, read_rcps, false },
};
#define MEMBERS_N (sizeof(members) / sizeof(members[0]))

static size_t find_member(const struct json_doc *json, uint32_t node)
{
    size_t i = 0;
    while (i < MEMBERS_N && !json_key_is(json, node, members[i].name)) {
        i++;
    }
    return i;
}

/* One pass over the object, so that a line of many members costs no more than that. */
static enum lic_rc find_members(const struct json_doc *json, uint32_t out_nodes[MEMBERS_N],
                                struct lic_err *err)
{
    uint32_t one = json_first(json, 0);
    for (; one != JSON_NONE; one = json_next(json, 0, one)) {
        size_t i = find_member(json, one);
        ENSURE(i < MEMBERS_N, err, LIC_E_UNKNOWN, "a request has no member \"" LIC_FMT "\"",
               LIC_ARG(str_head(json_key_raw(json, one), LIMIT_NAME_BYTES)));
        out_nodes[i] = one;
    }
    return LIC_OK;
}

enum lic_rc simulate_read(struct simulate_cache *cache, struct arena *arena, lic_str line,
                          struct simulate_case *out, struct lic_err *err)
{
    uint32_t nodes[MEMBERS_N] = { JSON_NONE };
    struct reading reading = { .cache = cache, .arena = arena, .out = out };
    *out = (struct simulate_case){ .id = { NULL, 0 } };
    if (cache->arena.taken_bytes > cache->bytes_max) {
        empty_cache(cache);
    }
    TRY(json_read(arena, line, NULL, &reading.json, err));
    ENSURE(json_type(&reading.json, 0) == JSON_OBJECT, err, LIC_E_INVALID,
           "a request must be a JSON object");
    TRY(find_members(&reading.json, nodes, err));
    for (size_t i = 0; i < MEMBERS_N; i++) {
        bool there = nodes[i] != JSON_NONE && json_type(&reading.json, nodes[i]) != JSON_NULL;
        ENSURE(there || !members[i].required, err, LIC_E_MISSING, "a request needs \"" LIC_FMT "\"",
               LIC_ARG(members[i].name));
        if (there) {
            TRY(members[i].read(&reading, nodes[i], err));
        }
    }
    out->stack.resource_must_allow =
        policy_resource_must_allow(out->request.action, out->request.resource);
    return LIC_OK;
}

/* ---- the simulator ------------------------------------------------------------------------ */

enum lic_rc lic_simulator_new(const struct lic_host *host, struct lic_simulator **out,
                              struct lic_err *err)
{
    struct simulate_cache *cache = NULL;
    TRY(simulate_cache_new(host, CACHE_BYTES_MAX, &cache, err));
    struct lic_simulator *simulator = host->resize(host->ctx, NULL, sizeof(*simulator));
    if (!simulator) {
        simulate_cache_free(cache);
        return err_set(err, LIC_E_NOMEM, "no memory for a simulator");
    }
    *simulator = (struct lic_simulator){ .host = host, .cache = cache };
    arena_pool_init(&simulator->pool, host, POOL_BLOCKS);
    arena_init(&simulator->arena, &simulator->pool, 0);
    *out = simulator;
    return LIC_OK;
}

void lic_simulator_free(struct lic_simulator *simulator)
{
    if (!simulator) {
        return;
    }
    simulate_cache_free(simulator->cache);
    arena_fini(&simulator->arena);
    arena_pool_fini(&simulator->pool);
    simulator->host->resize(simulator->host->ctx, simulator, 0);
}

/* Layers in the order of their names, which is the order in which answers list them. */
static void write_blocked(struct json_out *json, uint32_t blocked)
{
    static const enum policy_layer by_name[] = { LAYER_IDENTITY, LAYER_BOUNDARY, LAYER_RCP,
                                                 LAYER_RESOURCE, LAYER_SCP,      LAYER_SESSION };
    json_out_array(json);
    for (size_t i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
        if (blocked & 1u << by_name[i]) {
            json_out_str(json, str_z(policy_layer_name(by_name[i])));
        }
    }
    json_out_array_end(json);
}

/* `why` at == NULL: no error. */
static enum lic_rc write_answer(struct arena *arena, lic_str id, const struct policy_answer *answer,
                                lic_str why, lic_str *out, struct lic_err *err)
{
    struct buf buf;
    struct json_out json;
    buf_init(&buf, arena, ANSWER_BYTES_MAX + id.n);
    json_out_init(&json, &buf);
    json_out_object(&json);
    json_out_raw_name(&json, JSON_NAME("id"));
    json_out_raw(&json, id.n > 0 ? id : LIC_STR("null"));
    json_out_raw_name(&json, JSON_NAME("result"));
    json_out_str(&json, str_z(verdict_result_name(answer->result)));
    json_out_raw_name(&json, JSON_NAME("blockedBy"));
    write_blocked(&json, answer->blocked);
    json_out_raw_name(&json, JSON_NAME("error"));
    if (why.at) {
        json_out_str(&json, why);
    } else {
        json_out_null(&json);
    }
    json_out_object_end(&json);
    buf_add_char(&buf, '\n');
    TRY(buf_check(&buf, "an answer", err));
    *out = buf_str(&buf);
    return LIC_OK;
}

/* The failure as one text with its place, as the command line would print it. */
static lic_str sentence(const struct lic_err *err, char *at, size_t bytes)
{
    size_t n = lic_err_format(err, at, bytes);
    return str_make(at, n);
}

enum lic_rc lic_simulator_line(struct lic_simulator *simulator, lic_str line, lic_str *out,
                               struct lic_err *err)
{
    char why[sizeof(struct lic_err)];
    struct lic_err wrong = { .rc = LIC_OK };
    struct simulate_case asked;
    struct policy_answer answer = { .result = VERDICT_IMPLICIT_DENY };
    arena_reset(&simulator->arena);
    enum lic_rc rc = simulate_read(simulator->cache, &simulator->arena, line, &asked, &wrong);
    if (rc == LIC_OK) {
        rc = policy_eval(&asked.stack, &asked.request, &simulator->arena, &answer, &wrong);
    }
    ENSURE(rc != LIC_E_NOMEM, err, LIC_E_NOMEM, "%s", wrong.text);
    lic_str error = rc == LIC_OK ? (lic_str){ NULL, 0 } : sentence(&wrong, why, sizeof(why));
    return write_answer(&simulator->arena, asked.id, &answer, error, out, err);
}

enum lic_rc lic_simulator_refuse(struct lic_simulator *simulator, const char *why, lic_str *out,
                                 struct lic_err *err)
{
    struct policy_answer answer = { .result = VERDICT_IMPLICIT_DENY };
    arena_reset(&simulator->arena);
    return write_answer(&simulator->arena, LIC_STR(""), &answer, str_z(why), out, err);
}

enum lic_rc lic_simulator_explain(struct lic_simulator *simulator, lic_str line, bool *out_allowed,
                                  lic_str *out, struct lic_err *err)
{
    struct simulate_case asked;
    struct policy_answer answer;
    struct buf buf;
    arena_reset(&simulator->arena);
    buf_init(&buf, &simulator->arena, EXPLAIN_BYTES_MAX);
    TRY(simulate_read(simulator->cache, &simulator->arena, line, &asked, err));
    TRY(policy_eval(&asked.stack, &asked.request, &simulator->arena, &answer, err));
    TRY(policy_explain(&asked.stack, &asked.request, &simulator->arena, &buf, err));
    TRY(buf_check(&buf, "an explanation", err));
    *out_allowed = answer.result == VERDICT_ALLOW;
    *out = buf_str(&buf);
    return LIC_OK;
}
