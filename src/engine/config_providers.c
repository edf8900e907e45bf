/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads `providers` of lictor.yaml: where models are served, how the way there is secured, and by
 * which credential. No sentence here repeats an endpoint or a credential: either may hold a secret.
 */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "engine/endpoint.h"

#include "base/banned.h"

struct provider_file {
    const struct yaml_node *kind, *endpoint, *endpoints, *credential, *tls;
    lic_str region;
};

static const struct shape_member PROVIDER[] = {
    { "kind", shape_keep, offsetof(struct provider_file, kind), .required = true },
    { "endpoint", shape_keep, offsetof(struct provider_file, endpoint), .required = false },
    { "endpoints", shape_keep, offsetof(struct provider_file, endpoints), .required = false },
    { "region", config_region, offsetof(struct provider_file, region), .required = false },
    { "credential", shape_keep, offsetof(struct provider_file, credential), .required = false },
    { "tls", shape_keep, offsetof(struct provider_file, tls), .required = false },
};

struct provider_tls_file {
    bool verify, plaintext;
    const struct yaml_node *ca;
};

/* Kinds, and where each is when nothing else is said. */
enum kind { KIND_OPENAI, KIND_ANTHROPIC, KIND_LOOPBACK, KIND_N };
static const char *const KIND_NAMES[] = { "openai", "anthropic", "loopback" };
static const char *const KIND_ENDPOINTS[] = { "https://api.openai.com", "https://api.anthropic.com",
                                              "" };

/* One provider being read. */
struct provider_reading {
    struct config_reading *reading;
    const struct shape *shape;
    const struct yaml_node *node;
    struct provider_file file;
    struct provider_tls_file tls;
    struct config_provider *out;
    struct str_list servers;
};

static enum lic_rc read_verify(const struct shape *shape, const struct yaml_node *node, void *at)
{
    if (node->type == YAML_SCALAR && !node->quoted && str_eq(node->text, LIC_STR("true"))) {
        *(bool *)at = true;
        return LIC_OK;
    }
    if (node->type == YAML_SCALAR && str_eq(node->text, LIC_STR("accept-any-certificate"))) {
        *(bool *)at = false;
        return LIC_OK;
    }
    return shape_mistake(shape, node, LIC_E_INVALID,
                         "\"verify\" must be true; to let anyone on the way read and change this "
                         "traffic, write accept-any-certificate");
}

static const struct shape_member PROVIDER_TLS[] = {
    { "verify", read_verify, offsetof(struct provider_tls_file, verify), .required = false },
    { "ca", shape_keep, offsetof(struct provider_tls_file, ca), .required = false },
    { "plaintext", shape_bool, offsetof(struct provider_tls_file, plaintext), .required = false },
};

/* The first endpoint says host, path and scheme; the others must agree on what nginx shares. */
static enum lic_rc take_endpoint(struct provider_reading *p, const struct yaml_node *node,
                                 const struct endpoint *endpoint)
{
    struct lic_upstream *upstream = &p->out->upstream;
    if (!endpoint->tls && !endpoint->local && !p->tls.plaintext) {
        return shape_mistake(
            p->shape, node, LIC_E_INVALID,
            "an http:// endpoint beyond this machine sends prompts and credential in "
            "the clear: use https://, or say tls: {plaintext: true}");
    }
    if (p->servers.n == 0) {
        upstream->tls = endpoint->tls;
        upstream->host = endpoint->host;
        p->out->base_path = endpoint->path;
    } else if (endpoint->tls != upstream->tls || !str_eq(endpoint->path, p->out->base_path)) {
        return shape_mistake(p->shape, node, LIC_E_INVALID,
                             "endpoints of one provider share their scheme and path");
    }
    for (uint32_t i = 0; i < p->servers.n; i++) {
        if (str_eq(p->servers.at[i], endpoint->server)) {
            return shape_mistake(p->shape, node, LIC_E_DUPLICATE, "this endpoint is listed twice");
        }
    }
    return str_list_add(&p->servers, p->reading->arena, endpoint->server);
}

/* The URL is not repeated in the sentence: someone may have put a password into it. */
static enum lic_rc read_endpoint(struct provider_reading *p, const struct yaml_node *node,
                                 lic_str url)
{
    struct endpoint endpoint;
    struct lic_err err;
    enum lic_rc rc = endpoint_read(p->reading->arena, url, &endpoint, &err);
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc != LIC_OK) {
        return shape_mistake(p->shape, node, rc, "%s", err.text);
    }
    return take_endpoint(p, node, &endpoint);
}

static enum lic_rc read_endpoint_node(struct provider_reading *p, const struct yaml_node *node)
{
    lic_str url = { 0 };
    TRY(shape_text(p->shape, node, &url));
    return url.n > 0 ? read_endpoint(p, node, url) : LIC_OK;
}

static enum lic_rc read_endpoints(struct provider_reading *p, enum kind kind)
{
    const struct yaml_node *one = p->file.endpoint, *many = p->file.endpoints;
    if (one && many) {
        return shape_mistake(p->shape, many, LIC_E_DUPLICATE,
                             "give \"endpoint\" or \"endpoints\", not both");
    }
    if (kind == KIND_LOOPBACK) {
        const struct yaml_node *given = one ? one : many;
        p->out->upstream.host = LIC_STR("localhost");
        return given ? shape_mistake(
                           p->shape, given, LIC_E_INVALID,
                           "the loopback provider is inside the gateway: it has no endpoint")
                     : LIC_OK;
    }
    if (one) {
        return read_endpoint_node(p, one);
    }
    if (!many) {
        return read_endpoint(p, p->node, str_z(KIND_ENDPOINTS[kind]));
    }
    if (many->type != YAML_SEQUENCE || many->n == 0) {
        return shape_mistake(p->shape, many, LIC_E_INVALID,
                             "\"endpoints\" must be a list with a URL in it");
    }
    for (const struct yaml_node *item = many->first; item; item = item->next) {
        TRY(read_endpoint_node(p, item));
    }
    return LIC_OK;
}

static enum lic_rc finish_upstream(struct provider_reading *p, enum kind kind)
{
    struct lic_upstream *upstream = &p->out->upstream;
    upstream->kind = str_z(KIND_NAMES[kind]);
    upstream->tls_verify = p->tls.verify;
    upstream->servers = p->servers.at;
    upstream->servers_n = p->servers.n;
    return p->tls.ca ? config_file_path(p->reading, p->shape, p->tls.ca, &upstream->tls_ca)
                     : LIC_OK;
}

static enum lic_rc read_provider_parts(struct provider_reading *p)
{
    uint32_t kind = KIND_LOOPBACK;
    TRY(shape_mapping(p->shape, p->node, SHAPE("a provider", PROVIDER), &p->file));
    if (!p->file.kind) {
        return LIC_OK;
    }
    uint32_t mistakes = p->reading->mistakes.n;
    TRY(shape_choice(p->shape, p->file.kind, (struct shape_choice){ KIND_NAMES, KIND_N }, &kind));
    if (p->file.tls) {
        TRY(shape_mapping(p->shape, p->file.tls, SHAPE("tls of a provider", PROVIDER_TLS),
                          &p->tls));
    }
    if (p->file.credential) {
        TRY(config_secret(p->reading, p->shape, p->file.credential, &p->out->credential));
    }
    /* After a wrong kind or tls, complaints about the endpoint would only follow from it. */
    if (mistakes == p->reading->mistakes.n) {
        TRY(read_endpoints(p, (enum kind)kind));
    }
    return finish_upstream(p, (enum kind)kind);
}

/* Names of providers become names in nginx.conf, so they are narrower than others. */
static bool is_upstream_name(lic_str s)
{
    return shape_is_name(s) && str_find_char(s, '.') == s.n;
}

static enum lic_rc read_provider(struct config_reading *reading, const struct shape *shape,
                                 const struct yaml_node *node)
{
    struct config_provider *out = &reading->config->providers[reading->config->providers_n++];
    out->upstream.name = node->key;
    struct provider_reading p = {
        .reading = reading, .shape = shape, .node = node, .out = out, .tls = { .verify = true }
    };
    if (!is_upstream_name(node->key)) {
        TRY(shape_mistake(shape, node, LIC_E_INVALID,
                          "\"" LIC_FMT
                          "\" is not a name for a provider: letters, digits, '_' and '-'",
                          LIC_ARG(mistakes_shown(node->key))));
    }
    TRY(read_provider_parts(&p));
    out->region = p.file.region.n > 0 ? p.file.region : reading->config->settings.region;
    return LIC_OK;
}

enum lic_rc config_providers_read(struct config_reading *reading, const struct shape *shape,
                                  const struct yaml_node *node)
{
    bool right;
    TRY(shape_expect(shape, node, YAML_MAPPING, "a mapping of names to providers", &right));
    if (!right) {
        return LIC_OK;
    }
    reading->config->providers = ARENA_ARRAY(reading->arena, struct config_provider, node->n);
    ENSURE(reading->config->providers, reading->err, LIC_E_NOMEM, "no memory for %u providers",
           node->n);
    for (const struct yaml_node *child = node->first; child; child = child->next) {
        TRY(read_provider(reading, shape, child));
    }
    return LIC_OK;
}
