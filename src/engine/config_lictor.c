/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads lictor.yaml: where to listen, what is promised of the ledger, which providers, models and
 * tools there are. The tables below are the file's grammar; docs/CONFIG.md explains them.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/endpoint.h"
#include "engine/rewriting.h"

#include "base/banned.h"

static const lic_str FILE_NAME = { "lictor.yaml", sizeof("lictor.yaml") - 1 };

/* Beyond an hour between two bytes, a peer is gone. */
enum { TIMEOUT_MS_MAX = 3600 * 1000 };
enum { GROUP_MS_MAX = 60 * 1000 };
enum { WORKERS_MAX = 1024 };
enum { ACCOUNT_DIGITS = 12 };
/* As AWS; beyond an hour a clock is not off but wrong. */
enum { SKEW_MS_DEFAULT = 15 * 60 * 1000, SKEW_MS_MAX = 3600 * 1000 };
/* 2.7 million signatures, seen in the half hour in which each could be used again. */
enum { REPLAY_BYTES = 64 << 20 };
/* Room for 32,768 texts. */
enum { VERDICT_BYTES = 16 << 20 };

/* lictor.yaml as written, before its parts are checked against each other. */
struct file {
    const struct yaml_node *listen, *admin, *tls, *ledger, *limits, *guardrail, *identity;
    const struct yaml_node *providers, *models, *tools;
    const struct yaml_node *region, *account, *workers, *reload, *tokens;
    lic_str state;
    enum config_choice unknown_members, uninspected;
};

/* ---- small readers ---- */

static enum lic_rc read_account(const struct shape *shape, const struct yaml_node *node, void *at)
{
    lic_str text = { 0 };
    uint64_t number;
    TRY(shape_text(shape, node, &text));
    if (text.n > 0 && (text.n != ACCOUNT_DIGITS || !str_u64(text, &number))) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not an account: %d digits",
                             LIC_ARG(mistakes_shown(text)), ACCOUNT_DIGITS);
    }
    *(lic_str *)at = text;
    return LIC_OK;
}

static enum lic_rc read_unknown_members(const struct shape *shape, const struct yaml_node *node,
                                        void *at)
{
    static const char *const NAMES[] = { [CHOICE_REFUSE] = "refuse", [CHOICE_PASS] = "inspect" };
    uint32_t i = *(enum config_choice *)at;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 2 }, &i));
    *(enum config_choice *)at = (enum config_choice)i;
    return LIC_OK;
}

static enum lic_rc read_sync(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = {
        [LIC_SYNC_EACH] = "each",
        [LIC_SYNC_GROUP] = "group",
        [LIC_SYNC_NONE] = "none",
    };
    uint32_t i = *(enum lic_sync *)at;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 3 }, &i));
    *(enum lic_sync *)at = (enum lic_sync)i;
    return LIC_OK;
}

static enum lic_rc read_content(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const NAMES[] = {
        [RECORD_CONTENT_MASKED] = "masked",
        [RECORD_CONTENT_NONE] = "none",
        [RECORD_CONTENT_FULL] = "full",
    };
    uint32_t i = *(enum record_content *)at;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 3 }, &i));
    *(enum record_content *)at = (enum record_content)i;
    return LIC_OK;
}

static enum lic_rc check_range(const struct shape *shape, const struct yaml_node *node, uint64_t n,
                               uint64_t min, uint64_t max)
{
    if (n >= min && n <= max) {
        return LIC_OK;
    }
    return shape_mistake(shape, node, LIC_E_LIMIT,
                         "\"" LIC_FMT "\" is %llu: at least %llu and at most %llu",
                         LIC_ARG(mistakes_shown(node->key)), (unsigned long long)n,
                         (unsigned long long)min, (unsigned long long)max);
}

static enum lic_rc read_body_bytes(const struct shape *shape, const struct yaml_node *node,
                                   void *at)
{
    TRY(shape_bytes(shape, node, at));
    return check_range(shape, node, *(uint64_t *)at, 1024, LIMIT_JSON_BYTES);
}

static enum lic_rc read_timeout(const struct shape *shape, const struct yaml_node *node, void *at)
{
    TRY(shape_ms(shape, node, at));
    return check_range(shape, node, *(uint32_t *)at, 1, TIMEOUT_MS_MAX);
}

static enum lic_rc read_group_ms(const struct shape *shape, const struct yaml_node *node, void *at)
{
    TRY(shape_ms(shape, node, at));
    return check_range(shape, node, *(uint32_t *)at, 1, GROUP_MS_MAX);
}

/* bool: true for the second word. */
static enum lic_rc read_words(const struct shape *shape, const struct yaml_node *node,
                              const char *const words[2], bool *at)
{
    uint32_t i = *at ? 1 : 0;
    TRY(shape_choice(shape, node, (struct shape_choice){ words, 2 }, &i));
    *at = i == 1;
    return LIC_OK;
}

static enum lic_rc read_replay(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const WORDS[2] = { "allow", "refuse" };
    return read_words(shape, node, WORDS, at);
}

static enum lic_rc read_unsigned(const struct shape *shape, const struct yaml_node *node, void *at)
{
    static const char *const WORDS[2] = { "refuse", "allow" };
    return read_words(shape, node, WORDS, at);
}

static enum lic_rc read_skew(const struct shape *shape, const struct yaml_node *node, void *at)
{
    uint32_t ms = 0;
    TRY(shape_ms(shape, node, &ms));
    TRY(check_range(shape, node, ms, 1000, SKEW_MS_MAX));
    *(int64_t *)at = (int64_t)ms * 1000000;
    return LIC_OK;
}

static enum lic_rc read_workers(const struct shape *shape, const struct yaml_node *node, void *at)
{
    TRY(shape_u32(shape, node, at));
    return check_range(shape, node, *(uint32_t *)at, 0, WORKERS_MAX);
}

/* ---- listeners ---- */

struct tls_file {
    const struct yaml_node *certificate, *key;
    bool plaintext;
};

static const struct shape_member TLS[] = {
    { "certificate", shape_keep, offsetof(struct tls_file, certificate), .required = false },
    { "key", shape_keep, offsetof(struct tls_file, key), .required = false },
    { "plaintext", shape_bool, offsetof(struct tls_file, plaintext), .required = false },
};

/* *out_safe: nobody has to be told that this listener is in the clear. */
static enum lic_rc read_tls(struct config_reading *reading, const struct shape *shape,
                            const struct yaml_node *node, bool *out_safe)
{
    struct lic_settings *settings = &reading->config->settings;
    struct tls_file tls = { 0 };
    TRY(shape_mapping(shape, node, SHAPE("tls", TLS), &tls));
    *out_safe = tls.plaintext || tls.certificate || tls.key;
    if (!tls.certificate != !tls.key) {
        return shape_mistake(shape, node, LIC_E_MISSING,
                             "a certificate and its key come together: only one of them is given");
    }
    if (!tls.certificate) {
        return LIC_OK;
    }
    TRY(config_file_path(reading, shape, tls.certificate, &settings->tls_certificate));
    return config_file_path(reading, shape, tls.key, &settings->tls_key);
}

static enum lic_rc read_listen(const struct shape *shape, const struct yaml_node *node,
                               lic_str *out, bool *out_local)
{
    struct listen_address address;
    struct lic_err err;
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (text.n == 0) {
        return LIC_OK;
    }
    if (endpoint_listen(text, &address, &err) != LIC_OK) {
        return shape_mistake(shape, node, err.rc, "\"" LIC_FMT "\" is %s",
                             LIC_ARG(mistakes_shown(text)), err.text);
    }
    *out = text;
    *out_local = address.local;
    return LIC_OK;
}

static enum lic_rc read_listeners(struct config_reading *reading, const struct shape *shape,
                                  const struct file *file)
{
    struct lic_settings *settings = &reading->config->settings;
    bool local = true, admin_local = true, safe = false;
    if (file->tls) {
        TRY(read_tls(reading, shape, file->tls, &safe));
    }
    if (file->listen) {
        TRY(read_listen(shape, file->listen, &settings->listen, &local));
    }
    if (file->admin) {
        TRY(read_listen(shape, file->admin, &settings->admin_listen, &admin_local));
    }
    if (file->admin && str_eq(settings->listen, settings->admin_listen)) {
        TRY(shape_mistake(shape, file->admin, LIC_E_DUPLICATE,
                          "\"admin\" must be another address than \"listen\""));
    }
    if (!local && !safe) {
        return shape_mistake(shape, file->listen, LIC_E_INVALID,
                             "keys and prompts would cross the network in the clear: give tls a "
                             "certificate and key, or say tls: {plaintext: true}");
    }
    return LIC_OK;
}

/* ---- models ---- */

struct model_file {
    lic_str name, upstream_name, region;
    const struct yaml_node *provider, *policy;
};

/*
 * What may stand in a model's name: what can be an ARN's last part and a JSON string without
 * escapes. '*' only at the end, where it means every name that begins so.
 */
static bool is_model_name(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool star = c == '*' && i + 1 < s.n;
        if (c <= 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '?' || star) {
            return false;
        }
    }
    return s.n > 0 && s.n <= LIMIT_NAME_BYTES;
}

static enum lic_rc read_model_name(const struct shape *shape, const struct yaml_node *node,
                                   void *at)
{
    lic_str text = { 0 };
    TRY(shape_text(shape, node, &text));
    if (text.n > 0 && !is_model_name(text)) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"" LIC_FMT
                             "\" is not a model's name: visible ASCII without '\"', '\\' and "
                             "'?', at most %u, '*' only at the end",
                             LIC_ARG(mistakes_shown(text)), LIMIT_NAME_BYTES);
    }
    *(lic_str *)at = text;
    return LIC_OK;
}

static const struct shape_member MODEL[] = {
    { "name", read_model_name, offsetof(struct model_file, name), .required = true },
    { "provider", shape_keep, offsetof(struct model_file, provider), .required = true },
    { "upstream_name", read_model_name, offsetof(struct model_file, upstream_name),
      .required = false },
    { "region", config_region, offsetof(struct model_file, region), .required = false },
    { "policy", shape_keep, offsetof(struct model_file, policy), .required = false },
};

static enum lic_rc take_provider(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node, struct config_model *out)
{
    const struct config *config = reading->config;
    struct str_list names = { 0 };
    lic_str name = { 0 };
    TRY(shape_text(shape, node, &name));
    for (uint32_t i = 0; i < config->providers_n; i++) {
        const struct config_provider *provider = &config->providers[i];
        if (str_eq(provider->upstream.name, name)) {
            out->provider = i;
            out->owned_by = provider->upstream.name;
            out->region = out->region.n > 0 ? out->region : provider->region;
            return LIC_OK;
        }
        TRY(str_list_add(&names, reading->arena, provider->upstream.name));
    }
    return name.n > 0 ? config_dangling(shape, node, "provider", &names) : LIC_OK;
}

static enum lic_rc check_model(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node, const struct model_file *file)
{
    for (uint32_t i = 0; file->name.n > 0 && i < reading->config->models_n; i++) {
        if (str_eq(reading->config->models[i].name, file->name)) {
            TRY(shape_mistake(shape, node, LIC_E_DUPLICATE,
                              "the model \"" LIC_FMT "\" is listed twice",
                              LIC_ARG(mistakes_shown(file->name))));
        }
    }
    if (file->upstream_name.n > 0 &&
        (str_ends(file->name, LIC_STR("*")) || str_ends(file->upstream_name, LIC_STR("*")))) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "\"upstream_name\" is one name for one model: neither may end in '*'");
    }
    return LIC_OK;
}

static enum lic_rc read_model(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node)
{
    struct config *config = reading->config;
    struct model_file file = { 0 };
    TRY(shape_mapping(shape, node, SHAPE("a model", MODEL), &file));
    TRY(check_model(reading, shape, node, &file));
    /* Kept even after a mistake, so that whoever names this model is not told it does not exist. */
    reading->model_policies[config->models_n] = file.policy;
    struct config_model *model = &config->models[config->models_n++];
    *model = (struct config_model){ .name = file.name,
                                    .upstream_name = file.upstream_name,
                                    .region = file.region };
    return file.provider ? take_provider(reading, shape, file.provider, model) : LIC_OK;
}

/* Entries of a list are compared with each other, so lists have an end. */
enum { ENTRIES_MAX = 10000 };

static enum lic_rc expect_entries(const struct shape *shape, const struct yaml_node *node,
                                  const char *what, bool *out_right)
{
    TRY(shape_expect(shape, node, YAML_SEQUENCE, what, out_right));
    if (node->n <= ENTRIES_MAX) {
        return LIC_OK;
    }
    *out_right = false;
    return shape_mistake(shape, node, LIC_E_LIMIT, "%u entries: %d are the most", node->n,
                         ENTRIES_MAX);
}

static enum lic_rc read_models(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node)
{
    bool right;
    TRY(expect_entries(shape, node, "a list of models", &right));
    if (!right) {
        return LIC_OK;
    }
    reading->config->models = ARENA_ARRAY(reading->arena, struct config_model, node->n);
    reading->model_policies = ARENA_ARRAY(reading->arena, const struct yaml_node *, node->n);
    ENSURE(reading->config->models && reading->model_policies, reading->err, LIC_E_NOMEM,
           "no memory for %u models", node->n);
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        TRY(read_model(reading, shape, item));
    }
    return LIC_OK;
}

/* ---- tools ---- */

struct tool_file {
    lic_str name, resource;
    const struct yaml_node *kind, *resource_node, *policy;
};

static const struct shape_member TOOL[] = {
    { "name", shape_name, offsetof(struct tool_file, name), .required = true },
    { "kind", shape_keep, offsetof(struct tool_file, kind), .required = true },
    { "resource", shape_keep, offsetof(struct tool_file, resource_node), .required = true },
    { "policy", shape_keep, offsetof(struct tool_file, policy), .required = false },
};

enum tool_kind { TOOL_MCP, TOOL_LAMBDA, TOOL_KIND_N };
static const char *const TOOL_KIND_NAMES[] = { "mcp", "lambda" };
static const char *const TOOL_ACTIONS[] = { "mcp:CallTool", "lambda:InvokeFunction" };
static const char *const TOOL_FORMS[] = {
    "arn:lictor:mcp:REGION:SERVER:tool/NAME",
    "arn:aws:lambda:REGION:ACCOUNT:function:NAME",
};

/* arn:PARTITION:SERVICE:REGION:OWNER:RESOURCE, all there, without wildcards. */
static bool is_tool_arn(lic_str arn, enum tool_kind kind)
{
    for (size_t i = 0; i < arn.n; i++) {
        if (arn.at[i] <= 0x20 || arn.at[i] > 0x7e || arn.at[i] == '*' || arn.at[i] == '?') {
            return false;
        }
    }
    lic_str part[5];
    lic_str rest = arn;
    for (size_t i = 0; i < 5; i++) {
        part[i] = str_split(&rest, ':');
    }
    uint64_t account;
    if (!str_eq(part[0], LIC_STR("arn")) || !config_is_region(part[3]) ||
        arn.n > LIMIT_TARGET_BYTES) {
        return false;
    }
    if (kind == TOOL_MCP) {
        return str_eq(part[1], LIC_STR("lictor")) && str_eq(part[2], LIC_STR("mcp")) &&
               shape_is_name(part[4]) && str_starts(rest, LIC_STR("tool/")) && rest.n > 5;
    }
    return str_starts(part[1], LIC_STR("aws")) && str_eq(part[2], LIC_STR("lambda")) &&
           part[4].n == ACCOUNT_DIGITS && str_u64(part[4], &account) &&
           str_starts(rest, LIC_STR("function:")) && rest.n > 9;
}

static enum lic_rc read_tool_resource(const struct shape *shape, struct tool_file *file,
                                      enum tool_kind kind)
{
    lic_str arn = { 0 };
    TRY(shape_text(shape, file->resource_node, &arn));
    if (arn.n > 0 && !is_tool_arn(arn, kind)) {
        return shape_mistake(shape, file->resource_node, LIC_E_INVALID,
                             "\"" LIC_FMT "\" is not the ARN of such a tool: %s",
                             LIC_ARG(mistakes_shown(arn)), TOOL_FORMS[kind]);
    }
    file->resource = arn;
    return LIC_OK;
}

static enum lic_rc read_tool(struct config_reading *reading, const struct shape *shape,
                             const struct yaml_node *node)
{
    struct config *config = reading->config;
    struct tool_file file = { 0 };
    uint32_t kind = TOOL_KIND_N;
    TRY(shape_mapping(shape, node, SHAPE("a tool", TOOL), &file));
    if (file.kind) {
        TRY(shape_choice(shape, file.kind, (struct shape_choice){ TOOL_KIND_NAMES, TOOL_KIND_N },
                         &kind));
    }
    if (kind == TOOL_KIND_N || !file.resource_node) {
        return LIC_OK;
    }
    TRY(read_tool_resource(shape, &file, (enum tool_kind)kind));
    if (config_tool(config, file.name)) {
        return shape_mistake(shape, node, LIC_E_DUPLICATE,
                             "the tool \"" LIC_FMT "\" is listed twice",
                             LIC_ARG(mistakes_shown(file.name)));
    }
    reading->tool_policies[config->tools_n] = file.policy;
    config->tools[config->tools_n++] = (struct config_tool){ .name = file.name,
                                                             .action = str_z(TOOL_ACTIONS[kind]),
                                                             .resource = file.resource };
    return LIC_OK;
}

static enum lic_rc read_tools(struct config_reading *reading, const struct shape *shape,
                              const struct yaml_node *node)
{
    bool right;
    TRY(expect_entries(shape, node, "a list of tools", &right));
    if (!right) {
        return LIC_OK;
    }
    reading->config->tools = ARENA_ARRAY(reading->arena, struct config_tool, node->n);
    reading->tool_policies = ARENA_ARRAY(reading->arena, const struct yaml_node *, node->n);
    ENSURE(reading->config->tools && reading->tool_policies, reading->err, LIC_E_NOMEM,
           "no memory for %u tools", node->n);
    for (const struct yaml_node *item = node->first; item; item = item->next) {
        TRY(read_tool(reading, shape, item));
    }
    return LIC_OK;
}

/* ---- the file ---- */

static const struct shape_member TOP[] = {
    { "listen", shape_keep, offsetof(struct file, listen), .required = false },
    { "admin", shape_keep, offsetof(struct file, admin), .required = false },
    { "tls", shape_keep, offsetof(struct file, tls), .required = false },
    { "tokens", shape_keep, offsetof(struct file, tokens), .required = false },
    { "state", shape_path, offsetof(struct file, state), .required = false },
    { "region", shape_keep, offsetof(struct file, region), .required = false },
    { "account", shape_keep, offsetof(struct file, account), .required = false },
    { "workers", shape_keep, offsetof(struct file, workers), .required = false },
    { "ledger", shape_keep, offsetof(struct file, ledger), .required = false },
    { "identity", shape_keep, offsetof(struct file, identity), .required = false },
    { "limits", shape_keep, offsetof(struct file, limits), .required = false },
    { "unknown_members", read_unknown_members, offsetof(struct file, unknown_members),
      .required = false },
    { "uninspected", config_refuse_or_pass, offsetof(struct file, uninspected), .required = false },
    { "guardrail", shape_keep, offsetof(struct file, guardrail), .required = false },
    { "reload", shape_keep, offsetof(struct file, reload), .required = false },
    { "providers", shape_keep, offsetof(struct file, providers), .required = true },
    { "models", shape_keep, offsetof(struct file, models), .required = true },
    { "tools", shape_keep, offsetof(struct file, tools), .required = false },
};

static const struct shape_member LEDGER[] = {
    { "sync", read_sync, offsetof(struct config, settings.sync), .required = false },
    { "group_ms", read_group_ms, offsetof(struct config, settings.group_ms), .required = false },
    { "content", read_content, offsetof(struct config, content), .required = false },
    { "unwritable", config_refuse_or_pass, offsetof(struct config, ledger_unwritable),
      .required = false },
};

static const struct shape_member LIMITS[] = {
    { "body_bytes", read_body_bytes, offsetof(struct lic_settings, body_bytes_max),
      .required = false },
    { "answer_bytes", read_body_bytes, offsetof(struct lic_settings, answer_bytes_max),
      .required = false },
    { "client_timeout_ms", read_timeout, offsetof(struct lic_settings, client_timeout_ms),
      .required = false },
    { "connect_timeout_ms", read_timeout, offsetof(struct lic_settings, connect_timeout_ms),
      .required = false },
    { "upstream_timeout_ms", read_timeout, offsetof(struct lic_settings, upstream_timeout_ms),
      .required = false },
};

static const struct shape_member IDENTITY[] = {
    { "skew", read_skew, offsetof(struct config, skew_ns), .required = false },
    { "replay", read_replay, offsetof(struct config, replay_refused), .required = false },
    { "unsigned_payload", read_unsigned, offsetof(struct config, unsigned_payload),
      .required = false },
};

static void set_defaults(struct config *config)
{
    config->skew_ns = (int64_t)SKEW_MS_DEFAULT * 1000000;
    config->account = LIC_STR("000000000000");
    config->settings = (struct lic_settings){
        .listen = LIC_STR("127.0.0.1:8080"),
        .admin_listen = LIC_STR("127.0.0.1:8081"),
        .region = LIC_STR("local"),
        .sync = LIC_SYNC_GROUP,
        .group_ms = 100,
        .body_bytes_max = 32u << 20,
        .answer_bytes_max = 32u << 20,
        .client_timeout_ms = 60 * 1000,
        .connect_timeout_ms = 5 * 1000,
        .upstream_timeout_ms = 300 * 1000,
    };
}

static enum lic_rc read_optional(const struct shape *shape, const struct yaml_node *node,
                                 shape_reader *read, void *at)
{
    return node ? read(shape, node, at) : LIC_OK;
}

/* What the directory says of itself, before what it names. */
static enum lic_rc read_settings(struct config_reading *reading, const struct shape *shape,
                                 const struct file *file)
{
    struct config *config = reading->config;
    struct lic_settings *settings = &config->settings;
    config->unknown_members = file->unknown_members;
    config->uninspected = file->uninspected;
    TRY(read_optional(shape, file->region, config_region, &settings->region));
    TRY(read_optional(shape, file->account, read_account, &config->account));
    TRY(read_optional(shape, file->workers, read_workers, &settings->workers));
    if (file->ledger) {
        TRY(shape_mapping(shape, file->ledger, SHAPE("the ledger", LEDGER), config));
    }
    if (file->identity) {
        TRY(shape_mapping(shape, file->identity, SHAPE("identity", IDENTITY), config));
        settings->replay_bytes = config->replay_refused ? REPLAY_BYTES : 0;
    }
    settings->verdict_bytes = VERDICT_BYTES;
    if (file->limits) {
        TRY(shape_mapping(shape, file->limits, SHAPE("limits", LIMITS), settings));
    }
    TRY(config_path(reading, file->state, &settings->state_dir));
    return read_listeners(reading, shape, file);
}

enum lic_rc config_lictor_read(struct config_reading *reading)
{
    const struct yaml_node *root;
    struct file file = { .state = LIC_STR("state") };
    struct shape shape = config_shape(reading, FILE_NAME);
    set_defaults(reading->config);
    TRY(config_yaml(reading, FILE_NAME, &root));
    if (!root) {
        return LIC_OK;
    }
    TRY(shape_mapping(&shape, root, SHAPE("lictor.yaml", TOP), &file));
    TRY(read_settings(reading, &shape, &file));
    reading->default_guardrail = file.guardrail;
    TRY(file.reload ? config_reload_read(reading, &shape, file.reload) : LIC_OK);
    TRY(file.tokens ? rewriting_read_tokens(reading, &shape, file.tokens) : LIC_OK);
    if (file.providers) {
        TRY(config_providers_read(reading, &shape, file.providers));
    }
    if (file.models) {
        TRY(read_models(reading, &shape, file.models));
    }
    return file.tools ? read_tools(reading, &shape, file.tools) : LIC_OK;
}
