/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what a configuration grants, compares two such lists, and decides about a reload. */
#include "engine/reload.h"

#include "advise/diff.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_read.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "engine/approval.h"
#include "engine/engine.h"
#include "engine/short_form.h"
#include "policy/base64.h"

#include "base/banned.h"

/* Beyond that many a person reads no further; the rest is counted. */
enum { GAINS_MAX = 100, REASON_BYTES_MAX = 4096 };

static const char EVERYTHING[] =
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
    "\"Resource\":\"*\"}]}";

/* One subject of the configuration at hand. */
struct subject {
    lic_str name;
    const struct policy_doc *const *docs;
    uint32_t n;
    bool limit;         /* absent means everything, not nothing */
    lic_str traits;     /* what policies ask of it: tags; of a provider, who may come by it */
    int64_t revoked_ns; /* sessions issued before are refused; 0: none */
};

struct subjects {
    struct subject *at;
    uint32_t n, cap;
};

/* ---- subjects ---- */

struct listing {
    struct arena *arena;
    struct subjects subjects;
    struct lic_err *err;
};

static enum lic_rc add(struct listing *l, const char *what, lic_str of,
                       const struct subject *subject)
{
    struct buf name;
    struct subject named = *subject;
    buf_init(&name, l->arena, LIMIT_TARGET_BYTES);
    buf_add(&name, str_z(what));
    buf_add(&name, of);
    TRY(buf_check(&name, "the name of a policy's subject", l->err));
    named.name = buf_str(&name);
    ENSURE(ARENA_PUSH(l->arena, &l->subjects, named), l->err, LIC_E_NOMEM,
           "no memory to compare policies");
    return LIC_OK;
}

static enum lic_rc add_one(struct listing *l, const char *what, lic_str of,
                           const struct policy_doc *const *doc, bool limit)
{
    struct subject subject = { .docs = doc, .n = 1, .limit = limit };
    return *doc ? add(l, what, of, &subject) : LIC_OK;
}

static void write_values(struct buf *out, lic_str name, const struct str_list *values)
{
    buf_add(out, name);
    for (uint32_t i = 0; i < values->n; i++) {
        buf_add_char(out, i == 0 ? '=' : ',');
        buf_add(out, values->at[i]);
    }
    buf_add_char(out, '\n');
}

/* Policies are compared for any tags, so that which ones somebody has is compared by itself. */
static enum lic_rc describe_tags(struct listing *l, const struct event_extra *tags, uint32_t n,
                                 lic_str *out)
{
    struct buf text;
    buf_init(&text, l->arena, LIMIT_JSON_BYTES);
    for (uint32_t i = 0; i < n; i++) {
        write_values(&text, tags[i].key, &tags[i].values);
    }
    TRY(buf_check(&text, "the tags of a policy's subject", l->err));
    *out = buf_str(&text);
    return LIC_OK;
}

/* `who` is judged by what is attached to `identity`: itself, or the role it acts through. */
static enum lic_rc add_identity(struct listing *l, lic_str who, const struct identity *identity,
                                const struct event_extra *tags, uint32_t tags_n)
{
    struct subject subject = { .docs = identity->docs,
                               .n = identity->docs_n,
                               .revoked_ns = identity->revoked_before_ns };
    TRY(describe_tags(l, tags, tags_n, &subject.traits));
    TRY(add(l, "policies of ", who, &subject));
    return add_one(l, "boundary of ", who, &identity->boundary_doc, /* limit= */ true);
}

static enum lic_rc add_levels(struct listing *l, const struct config *config)
{
    for (uint32_t i = 0; i < config->levels_n; i++) {
        const struct config_level *level = &config->levels[i];
        struct subject scps = { .docs = level->scps, .n = level->scps_n, .limit = true };
        struct subject rcps = { .docs = level->rcps, .n = level->rcps_n, .limit = true };
        TRY(add(l, "service control policies at ", level->id, &scps));
        TRY(add(l, "resource control policies at ", level->id, &rcps));
    }
    return LIC_OK;
}

/* Whose tokens are believed, and what they are good for. */
static enum lic_rc add_provider(struct listing *l, const struct identity_provider *provider)
{
    struct buf text;
    struct subject subject = { .n = 0 };
    buf_init(&text, l->arena, LIMIT_JSON_BYTES);
    write_values(&text, LIC_STR("audiences"), &provider->audiences);
    buf_add(&text, LIC_STR("keys="));
    buf_add(&text, provider->jwks_url.n > 0 ? provider->jwks_url : provider->jwks_path);
    buf_add(&text, LIC_STR("\nbearer_role="));
    buf_add(&text, provider->bearer_role_arn);
    TRY(buf_check(&text, "what a provider is good for", l->err));
    subject.traits = buf_str(&text);
    return add(l, "tokens of ", provider->issuer, &subject);
}

static enum lic_rc list_subjects(struct listing *l, const struct config *config)
{
    for (uint32_t i = 0; i < config->roles_n; i++) {
        const struct identity *role = &config->roles[i];
        TRY(add_identity(l, role->arn, role, role->tags, role->tags_n));
        TRY(add_one(l, "trust policy of ", role->arn, &role->trust_doc, /* limit= */ false));
    }
    for (uint32_t i = 0; i < config->principals_n; i++) {
        const struct principal *user = &config->principals[i];
        TRY(add_identity(l, config->users[i].arn, user->identity, user->extras, user->extras_n));
    }
    for (uint32_t i = 0; i < config->oidc_n; i++) {
        TRY(add_provider(l, &config->oidc[i]));
    }
    TRY(add_levels(l, config));
    for (uint32_t i = 0; i < config->resources_n; i++) {
        const struct config_resource *resource = &config->resources[i];
        TRY(add_one(l, "resource policy ", resource->name, &resource->doc, /* limit= */ false));
    }
    return LIC_OK;
}

/* ---- writing ---- */

static void write_doc(struct json_out *out, const struct policy_doc *doc)
{
    json_out_object(out);
    json_out_name(out, LIC_STR("kind"));
    json_out_u64(out, (uint64_t)doc->kind);
    json_out_name(out, LIC_STR("file"));
    json_out_str(out, doc->file);
    json_out_name(out, LIC_STR("text"));
    json_out_str(out, doc->text);
    json_out_object_end(out);
}

static void write_subject(struct json_out *out, const struct subject *subject)
{
    json_out_object(out);
    json_out_name(out, LIC_STR("name"));
    json_out_str(out, subject->name);
    json_out_name(out, LIC_STR("limit"));
    json_out_bool(out, subject->limit);
    json_out_name(out, LIC_STR("traits"));
    json_out_str(out, subject->traits);
    json_out_name(out, LIC_STR("revoked_ns"));
    json_out_u64(out, (uint64_t)(subject->revoked_ns > 0 ? subject->revoked_ns : 0));
    json_out_name(out, LIC_STR("docs"));
    json_out_array(out);
    for (uint32_t i = 0; i < subject->n; i++) {
        write_doc(out, subject->docs[i]);
    }
    json_out_array_end(out);
    json_out_object_end(out);
}

static enum lic_rc write_rule(struct json_out *out, const struct config *config,
                              struct arena *arena, struct lic_err *err)
{
    json_out_name(out, LIC_STR("new_access"));
    json_out_u64(out, (uint64_t)config->new_access);
    json_out_name(out, LIC_STR("approvers"));
    json_out_array(out);
    for (uint32_t i = 0; i < config->approvers.n; i++) {
        size_t n = base64_text_bytes(BASE64_PLAIN, config->approvers.at[i].n);
        char *text = arena_take(arena, n);
        ENSURE(text, err, LIC_E_NOMEM, "no memory for a key");
        base64_write(BASE64_PLAIN, config->approvers.at[i], text);
        json_out_str(out, str_make(text, n));
    }
    json_out_array_end(out);
    return LIC_OK;
}

enum lic_rc reload_write(const struct config *config, struct arena *arena, struct buf *out,
                         struct lic_err *err)
{
    struct listing l = { .arena = arena, .err = err };
    struct json_out json;
    TRY(list_subjects(&l, config));
    json_out_init(&json, out);
    json_out_object(&json);
    json_out_name(&json, LIC_STR("version"));
    json_out_str(&json, config->version);
    TRY(write_rule(&json, config, arena, err));
    json_out_name(&json, LIC_STR("subjects"));
    json_out_array(&json);
    for (uint32_t i = 0; i < l.subjects.n; i++) {
        write_subject(&json, &l.subjects.at[i]);
    }
    json_out_array_end(&json);
    json_out_object_end(&json);
    buf_add_char(out, '\n');
    return buf_check(out, "the list of what the configuration grants", err);
}

/* ---- reading ---- */

/* The list of before, as read. */
struct approved {
    struct arena *arena;
    struct json_doc json;
    struct map by_name; /* -> struct subject */
    struct subjects subjects;
    struct reload_rule rule;
    struct lic_err *err;
};

static enum lic_rc member_text(const struct approved *a, uint32_t object, const char *name,
                               lic_str *out)
{
    uint32_t node = json_get(&a->json, object, str_z(name));
    ENSURE(json_is(&a->json, node, JSON_STRING), a->err, LIC_E_SYNTAX,
           "the list of what was in force has no text \"%s\"", name);
    return json_text(&a->json, node, a->arena, out, a->err);
}

static enum lic_rc member_number(const struct approved *a, uint32_t object, const char *name,
                                 uint64_t end, uint64_t *out)
{
    uint32_t node = json_get(&a->json, object, str_z(name));
    bool good = json_is(&a->json, node, JSON_NUMBER) && str_u64(json_raw(&a->json, node), out) &&
                *out < end;
    ENSURE(good, a->err, LIC_E_SYNTAX, "the list of what was in force has no good \"%s\"", name);
    return LIC_OK;
}

static enum lic_rc read_doc(const struct approved *a, uint32_t node, const struct policy_doc **out)
{
    lic_str file, text;
    uint64_t kind;
    struct mistakes mistakes = { .arena = a->arena };
    const struct policy_doc *doc;
    TRY(member_number(a, node, "kind", DOC_KIND_N, &kind));
    TRY(member_text(a, node, "file", &file));
    TRY(member_text(a, node, "text", &text));
    TRY(policy_doc_read(a->arena, file, text, (enum doc_kind)kind, &doc, a->err));
    TRY(short_form_expand(a->arena, doc, &mistakes, out, a->err));
    ENSURE(*out, a->err, LIC_E_SYNTAX, "the list of what was in force has a broken policy");
    return LIC_OK;
}

static enum lic_rc read_docs(const struct approved *a, uint32_t array, struct subject *out)
{
    uint32_t n = a->json.nodes[array].n;
    const struct policy_doc **docs = ARENA_ARRAY(a->arena, const struct policy_doc *, n);
    ENSURE(docs, a->err, LIC_E_NOMEM, "no memory to compare policies");
    out->docs = docs;
    for (uint32_t node = json_first(&a->json, array); node != JSON_NONE;
         node = json_next(&a->json, array, node)) {
        TRY(read_doc(a, node, &docs[out->n]));
        out->n++;
    }
    return LIC_OK;
}

static enum lic_rc read_subject(struct approved *a, uint32_t node)
{
    struct subject *subject = ARENA_NEW(a->arena, struct subject);
    uint64_t revoked_ns = 0;
    ENSURE(subject, a->err, LIC_E_NOMEM, "no memory to compare policies");
    uint32_t docs = json_get(&a->json, node, LIC_STR("docs"));
    ENSURE(json_is(&a->json, docs, JSON_ARRAY), a->err, LIC_E_SYNTAX,
           "the list of what was in force has a subject without policies");
    TRY(member_text(a, node, "name", &subject->name));
    subject->limit = json_is(&a->json, json_get(&a->json, node, LIC_STR("limit")), JSON_TRUE);
    TRY(member_text(a, node, "traits", &subject->traits));
    TRY(member_number(a, node, "revoked_ns", INT64_MAX, &revoked_ns));
    subject->revoked_ns = (int64_t)revoked_ns;
    TRY(read_docs(a, docs, subject));
    enum lic_rc rc = map_add(&a->by_name, subject->name, subject);
    ENSURE(rc == LIC_OK, a->err, rc, "the list of what was in force names \"" LIC_FMT "\" twice",
           LIC_ARG(subject->name));
    ENSURE(ARENA_PUSH(a->arena, &a->subjects, *subject), a->err, LIC_E_NOMEM,
           "no memory to compare policies");
    return LIC_OK;
}

static enum lic_rc read_approver(struct approved *a, uint32_t node)
{
    lic_str text;
    size_t n = 0;
    ENSURE(json_is(&a->json, node, JSON_STRING), a->err, LIC_E_SYNTAX,
           "the list of what was in force has an approver that is no key");
    TRY(json_text(&a->json, node, a->arena, &text, a->err));
    uint8_t *key = arena_take(a->arena, base64_bytes_max(text.n) + 1);
    ENSURE(key, a->err, LIC_E_NOMEM, "no memory for a key");
    ENSURE(base64_read(BASE64_PLAIN, text, key, &n), a->err, LIC_E_SYNTAX,
           "the list of what was in force has an approver that is no key");
    ENSURE(str_list_add(&a->rule.approvers, a->arena, str_make((const char *)key, n)) == LIC_OK,
           a->err, LIC_E_NOMEM, "no memory for a key");
    return LIC_OK;
}

static enum lic_rc read_rule(struct approved *a)
{
    uint64_t new_access;
    TRY(member_number(a, 0, "new_access", NEW_ACCESS_SIGNED + 1, &new_access));
    a->rule.new_access = (enum config_new_access)new_access;
    uint32_t approvers = json_get(&a->json, 0, LIC_STR("approvers"));
    ENSURE(json_is(&a->json, approvers, JSON_ARRAY), a->err, LIC_E_SYNTAX,
           "the list of what was in force has no \"approvers\"");
    for (uint32_t node = json_first(&a->json, approvers); node != JSON_NONE;
         node = json_next(&a->json, approvers, node)) {
        TRY(read_approver(a, node));
    }
    return LIC_OK;
}

static enum lic_rc read_approved(struct approved *a, lic_str text)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    TRY(json_read(a->arena, text, &limits, &a->json, a->err));
    uint32_t subjects = json_get(&a->json, 0, LIC_STR("subjects"));
    ENSURE(json_is(&a->json, subjects, JSON_ARRAY), a->err, LIC_E_SYNTAX,
           "the list of what was in force has no \"subjects\"");
    TRY(read_rule(a));
    for (uint32_t node = json_first(&a->json, subjects); node != JSON_NONE;
         node = json_next(&a->json, subjects, node)) {
        TRY(read_subject(a, node));
    }
    return LIC_OK;
}

/* ---- comparing ---- */

static bool same_docs(const struct subject *a, const struct subject *b)
{
    bool same = a->n == b->n;
    for (uint32_t i = 0; same && i < a->n; i++) {
        same = a->docs[i]->kind == b->docs[i]->kind && str_eq(a->docs[i]->text, b->docs[i]->text);
    }
    return same;
}

struct comparison {
    struct arena *arena;
    struct reload_gains *out;
    struct lic_err *err;
};

static enum lic_rc note(struct comparison *c, lic_str subject, lic_str words,
                        const struct advise_example *example)
{
    struct reload_gain gain = { .subject = subject, .words = words };
    if (example && example->doc && example->statement) {
        gain.file = example->doc->file;
        gain.line = example->statement->place.line;
    }
    ENSURE(c->out->n == GAINS_MAX || ARENA_PUSH(c->arena, c->out, gain), c->err, LIC_E_NOMEM,
           "no memory to compare policies");
    return LIC_OK;
}

/* What no policy shows. Other tags may be what a policy asks for, or no longer what it denies. */
static enum lic_rc compare_traits(struct comparison *c, const struct subject *before,
                                  const struct subject *now)
{
    if (!str_eq(before->traits, now->traits)) {
        TRY(note(c, now->name,
                 LIC_STR("its tags, or the tokens that are believed, are others than before"),
                 NULL));
    }
    if (now->revoked_ns < before->revoked_ns) {
        TRY(note(c, now->name, LIC_STR("sessions that were revoked count again"), NULL));
    }
    return LIC_OK;
}

static enum lic_rc compare(struct comparison *c, const struct subject *before,
                           const struct subject *now)
{
    struct advise_gain gain;
    TRY(compare_traits(c, before, now));
    if (same_docs(before, now)) {
        return LIC_OK;
    }
    TRY(advise_diff_new_access(before->docs, before->n, now->docs, now->n, c->arena, &gain,
                               c->err));
    if (gain.verdict == ADVISE_GAIN_UNKNOWN) {
        return note(c, now->name, gain.reason, NULL);
    }
    for (uint32_t i = 0; gain.verdict == ADVISE_GAIN_FOUND && i < gain.examples_n; i++) {
        TRY(note(c, now->name, gain.examples[i].words, &gain.examples[i]));
    }
    return LIC_OK;
}

/* What a limit that is not there comes to, and a grant that is not there. */
struct absent {
    struct subject everything, nothing;
    const struct policy_doc *doc;
};

static enum lic_rc make_absent(struct comparison *c, struct absent *out)
{
    TRY(policy_doc_read(c->arena, LIC_STR("everything"), str_z(EVERYTHING), DOC_SCP, &out->doc,
                        c->err));
    out->everything = (struct subject){ .docs = &out->doc, .n = 1 };
    out->nothing = (struct subject){ .n = 0 };
    return LIC_OK;
}

/* Limits of before that are gone. Grants that are gone are no gain. */
static enum lic_rc compare_gone(struct comparison *c, const struct approved *a,
                                const struct subjects *now, struct absent *absent)
{
    for (uint32_t i = 0; i < a->subjects.n; i++) {
        const struct subject *before = &a->subjects.at[i];
        bool gone = before->limit;
        for (uint32_t j = 0; gone && j < now->n; j++) {
            gone = !str_eq(now->at[j].name, before->name);
        }
        if (gone) {
            absent->everything.name = before->name;
            TRY(compare(c, before, &absent->everything));
        }
    }
    return LIC_OK;
}

static bool has_approver(const struct str_list *approvers, lic_str key)
{
    for (uint32_t i = 0; i < approvers->n; i++) {
        if (str_eq(approvers->at[i], key)) {
            return true;
        }
    }
    return false;
}

/* Whether who may approve, or that somebody must, is less strict than before. */
static bool lifts_rule(const struct reload_rule *before, const struct config *config)
{
    if (before->new_access != NEW_ACCESS_SIGNED) {
        return config->new_access < before->new_access;
    }
    bool lifts = config->new_access != NEW_ACCESS_SIGNED;
    for (uint32_t i = 0; !lifts && i < config->approvers.n; i++) {
        lifts = !has_approver(&before->approvers, config->approvers.at[i]);
    }
    return lifts;
}

static enum lic_rc compare_rule(struct comparison *c, const struct reload_rule *before,
                                const struct config *config, struct reload_rule *out)
{
    bool before_counts = before->new_access >= config->new_access;
    *out = before_counts ? *before : (struct reload_rule){ config->new_access, config->approvers };
    if (!lifts_rule(before, config)) {
        return LIC_OK;
    }
    return note(c, LIC_STR("reload"),
                LIC_STR("what new access needs is less, or other people may approve it"), NULL);
}

enum lic_rc reload_compare(const struct config *config, lic_str approved, struct arena *arena,
                           struct reload_gains *out, struct reload_rule *out_rule,
                           struct lic_err *err)
{
    struct approved before = { .arena = arena, .err = err };
    struct listing now = { .arena = arena, .err = err };
    struct comparison c = { arena, out, err };
    struct absent absent;
    map_init(&before.by_name, arena, config->identities.by_digest.seed);
    TRY(read_approved(&before, approved));
    TRY(list_subjects(&now, config));
    TRY(make_absent(&c, &absent));
    TRY(compare_rule(&c, &before.rule, config, out_rule));
    for (uint32_t i = 0; i < now.subjects.n; i++) {
        const struct subject *subject = &now.subjects.at[i];
        const struct subject *old = map_get(&before.by_name, subject->name);
        const struct subject *none = subject->limit ? &absent.everything : &absent.nothing;
        TRY(compare(&c, old ? old : none, subject));
    }
    return compare_gone(&c, &before, &now.subjects, &absent);
}

/* ---- deciding ---- */

/* What an approver signs: this very directory, every file of it that is read. */
static lic_str text_to_sign(const struct config *config, struct arena *arena)
{
    struct buf text;
    buf_init(&text, arena, LIMIT_TARGET_BYTES);
    buf_add(&text, LIC_STR("lictor reload "));
    buf_add(&text, config->digest);
    buf_add_char(&text, '\n');
    return buf_str(&text);
}

static void write_reason(const struct reload_gains *gains, struct buf *out)
{
    for (uint32_t i = 0; i < gains->n && out->n < REASON_BYTES_MAX; i++) {
        buf_add(out, i == 0 ? LIC_STR("new access: ") : LIC_STR("; "));
        buf_add(out, gains->at[i].subject);
        buf_add(out, LIC_STR(": "));
        buf_add(out, gains->at[i].words);
    }
    if (gains->n == GAINS_MAX) {
        buf_add(out, LIC_STR("; and more"));
    }
}

static enum lic_rc draw_id(const struct lic_host *host, struct arena *arena, lic_str *out,
                           struct lic_err *err)
{
    uint8_t random[16];
    char *hex = arena_take(arena, 2 * sizeof random);
    ENSURE(hex, err, LIC_E_NOMEM, "no memory for a record");
    ENSURE(host->random(host->ctx, random, sizeof random) == LIC_OK, err, LIC_E_IO,
           "the host has no random bytes");
    hash_hex(random, sizeof random, hex);
    *out = str_make(hex, 2 * sizeof random);
    return LIC_OK;
}

static enum lic_rc write_record(const struct lic_engine *engine, const struct reload_gains *gains,
                                bool refused, struct arena *arena, struct buf *out,
                                struct lic_err *err)
{
    struct event event;
    struct findings findings = { 0 };
    struct record record = { .request = &event, .findings = &findings };
    struct buf reason, statement;
    event_init(&event);
    buf_init(&reason, arena, LIMIT_RECORD_BYTES);
    buf_init(&statement, arena, LIMIT_PATH_BYTES);
    write_reason(gains, &reason);
    buf_addf(&statement, LIC_FMT ":%u", LIC_ARG(gains->at[0].file), gains->at[0].line);
    TRY(draw_id(engine->host, arena, &event.record, err));
    event.time = engine->host->wall_ns(engine->host->ctx);
    event.kind = LIC_STR("reload");
    event.region = engine->config.settings.region;
    event.policy_version = engine->config.version;
    event.decision = refused ? LIC_STR("deny") : LIC_STR("allow");
    event.enforced = refused ? LIC_STR("refused") : LIC_STR("reloaded");
    event.reason = buf_str(&reason);
    event.statement = gains->at[0].file.n > 0 ? buf_str(&statement) : (lic_str){ 0 };
    TRY(buf_check(&reason, "the reason of a record", err));
    TRY(record_write(&record, arena, out, err));
    return buf_check(out, "a record", err);
}

static void tell_gains(const struct reload_gains *gains, lic_report_fn *tell, void *arg)
{
    for (uint32_t i = 0; tell && i < gains->n; i++) {
        const struct reload_gain *gain = &gains->at[i];
        struct lic_err told;
        (void)err_set(&told, LIC_E_INVALID, "new access: " LIC_FMT ": " LIC_FMT,
                      LIC_ARG(gain->subject), LIC_ARG(gain->words));
        (void)err_at(&told, gain->file, gain->line, 0);
        tell(arg, &told);
    }
}

static enum lic_rc give(const struct lic_host *host, const struct buf *buf, lic_str *out,
                        struct lic_err *err)
{
    char *copy = host->resize(host->ctx, NULL, buf->n);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for an answer of %zu bytes", buf->n);
    memcpy(copy, buf->at, buf->n);
    *out = str_make(copy, buf->n);
    return LIC_OK;
}

/* One reload being decided. */
struct decision {
    const struct lic_engine *engine;
    const struct lic_gate *gate;
    struct arena *arena;
    struct reload_gains gains;
    struct reload_rule rule;
};

static enum lic_rc decide(const struct decision *d, lic_str *out_record, struct lic_err *err)
{
    lic_str signature = d->gate->signature;
    lic_str text = text_to_sign(&d->engine->config, d->arena);
    ENSURE(text.n > 0, err, LIC_E_NOMEM, "no memory for a text to sign");
    bool refused = d->rule.new_access == NEW_ACCESS_SIGNED &&
                   !approval_holds(&d->rule.approvers, text, signature);
    struct buf record;
    buf_init(&record, d->arena, LIMIT_RECORD_BYTES);
    TRY(write_record(d->engine, &d->gains, refused, d->arena, &record, err));
    TRY(give(d->engine->host, &record, out_record, err));
    ENSURE(!refused, err, LIC_E_INVALID,
           "this configuration gives new access and reload.sig is %s: an approver signs the line "
           "\"" LIC_FMT "\"",
           signature.n > 0 ? "no approver's signature of it" : "not there",
           LIC_ARG(str_head(text, text.n - 1)));
    return LIC_OK;
}

enum lic_rc lic_engine_gate(const struct lic_engine *engine, const struct lic_gate *gate,
                            lic_report_fn *tell, void *tell_arg, lic_str *out_record,
                            struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, engine->host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct decision d = { .engine = engine, .gate = gate, .arena = &arena };
    *out_record = (lic_str){ 0 };
    if (gate->approved.n == 0) {
        return LIC_OK;
    }
    TRY(reload_compare(&engine->config, gate->approved, &arena, &d.gains, &d.rule, err));
    if (d.gains.n == 0 || d.rule.new_access == NEW_ACCESS_ALLOW) {
        return LIC_OK;
    }
    tell_gains(&d.gains, tell, tell_arg);
    return decide(&d, out_record, err);
}

enum lic_rc lic_engine_access(const struct lic_engine *engine, lic_str *out_json,
                              struct lic_err *err)
{
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, engine->host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct buf buf;
    buf_init(&buf, &arena, LIMIT_JSON_BYTES);
    TRY(reload_write(&engine->config, &arena, &buf, err));
    return give(engine->host, &buf, out_json, err);
}
