/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lint as a whole: one document goes through all checks; what they say is kept, put in order of
 * place and told with the path, line and column of it. The table of checks is lint.def.
 */
#include "advise/lint.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/utf8.h"
#include "policy/policy.h"

#include "base/banned.h"

#define GUIDE                                                                                      \
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/"                                            \
    "access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-"
#define OWN_PAGE "docs/LINT.md"

struct check {
    const char *code;
    enum lic_lint_type type;
    const char *sentence;
    const char *link;
    bool own;
};

static const struct check checks[] = {
#define AWS(code, type, sentence, page) { #code, LIC_LINT_##type, sentence, GUIDE page, false },
#define OWN(code, type, sentence) { #code, LIC_LINT_##type, sentence, OWN_PAGE, true },
#include "advise/lint.def"
#undef AWS
#undef OWN
};

const char *lic_lint_kind_name(enum lic_lint_kind kind)
{
    static const char *const names[] = { "identity", "resource", "trust", "session",
                                         "boundary", "scp",      "rcp",   "key" };
    return kind < LIC_LINT_KIND_N ? names[kind] : "";
}

const char *lic_lint_type_name(enum lic_lint_type type)
{
    static const char *const names[] = { "SUGGESTION", "WARNING", "SECURITY_WARNING", "ERROR" };
    return type < LIC_LINT_TYPE_N ? names[type] : "";
}

uint32_t lic_lint_checks_n(void)
{
    return LINT_CODE_N;
}

struct lic_lint_check lic_lint_check(uint32_t i)
{
    CHECK(i < LINT_CODE_N);
    const struct check *check = &checks[i];
    return (struct lic_lint_check){ check->code, check->type, check->sentence, check->own };
}

/* ---- saying ---- */

#define WORD_BYTES_MAX 160u /* of a word from the policy in a sentence */
#define SENTENCE_BYTES_MAX 1024u

/* A terminal must not obey a policy: control characters become a question mark. */
static void add_word(struct buf *out, lic_str word)
{
    bool cut = word.n > WORD_BYTES_MAX;
    size_t n = cut ? WORD_BYTES_MAX : word.n;
    while (cut && n > 0 && ((unsigned char)word.at[n] & 0xc0u) == 0x80u) {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)word.at[i];
        bool c1 = c == 0xc2 && i + 1 < n && (unsigned char)word.at[i + 1] < 0xa0;
        buf_add_char(out, c < 0x20 || c == 0x7f || c1 ? '?' : (char)c);
        i += c1;
    }
    if (cut) {
        buf_add(out, LIC_STR("..."));
    }
}

static lic_str say_sentence(struct lint *lint, const char *sentence, struct lint_words words)
{
    struct buf out;
    buf_init(&out, lint->arena, SENTENCE_BYTES_MAX);
    lic_str rest = str_z(sentence);
    while (rest.n > 0) {
        bool word = rest.n > 2 && rest.at[0] == '{' && rest.at[1] >= '1' && rest.at[1] <= '3';
        if (word && rest.at[2] == '}') {
            add_word(&out, words.at[rest.at[1] - '1']);
            rest = str_tail(rest, 3);
        } else {
            buf_add_char(&out, rest.at[0]);
            rest = str_tail(rest, 1);
        }
    }
    if (out.failed != LIC_OK) {
        lint->rc = out.failed;
    }
    return buf_str(&out);
}

#define FINDINGS_MAX 1000u /* of one run; one more says that there are more */

static void say(struct lint *lint, struct lint_finding finding, struct lint_words words)
{
    if (lint->rc != LIC_OK || lint->findings.n > FINDINGS_MAX) {
        return;
    }
    if (lint->findings.n == FINDINGS_MAX) {
        finding = (struct lint_finding){ .code = LINT_TOO_MANY_FINDINGS, .doc = lint->doc };
        finding.start = finding.end = lint->doc->text.n;
        words = LINT_WORDS(lint_number(lint, FINDINGS_MAX));
    }
    finding.order = lint->findings.n;
    finding.details = say_sentence(lint, checks[finding.code].sentence, words);
    if (!ARENA_PUSH(lint->arena, &lint->findings, finding)) {
        lint->rc = LIC_E_NOMEM;
    }
}

/* A text's quotes belong to its place. */
void lint_say(struct lint *lint, enum lint_code code, uint32_t node, struct lint_words words)
{
    if (lint->rc != LIC_OK) {
        return;
    }
    const struct json_node *at = &lint->doc->json.nodes[node];
    size_t quote = at->type == JSON_STRING ? 1 : 0;
    struct lint_finding finding = { .code = code, .doc = lint->doc, .node = node };
    finding.start = at->start - quote;
    finding.end = (size_t)at->start + at->len + quote;
    say(lint, finding, words);
}

void lint_say_key(struct lint *lint, enum lint_code code, uint32_t node, struct lint_words words)
{
    if (lint->rc != LIC_OK) {
        return;
    }
    const struct json_node *at = &lint->doc->json.nodes[node];
    struct lint_finding finding = { .code = code, .doc = lint->doc, .node = node, .key = true };
    finding.start = at->key_start - 1u;
    finding.end = (size_t)at->key_start + at->key_len + 1;
    say(lint, finding, words);
}

void lint_say_at(struct lint *lint, enum lint_code code, size_t offset, struct lint_words words)
{
    struct lint_finding finding = { .code = code, .doc = lint->doc };
    finding.start = finding.end = offset < lint->doc->text.n ? offset : lint->doc->text.n;
    say(lint, finding, words);
}

void lint_say_doc(struct lint *lint, enum lint_code code, struct lint_words words)
{
    struct lint_finding finding = { .code = code, .doc = lint->doc };
    finding.start = SIZE_MAX;
    say(lint, finding, words);
}

lic_str lint_join(struct lint *lint, lic_str a, lic_str b, lic_str c)
{
    struct buf out;
    buf_init(&out, lint->arena, a.n + b.n + c.n + 1);
    buf_add(&out, a);
    buf_add(&out, b);
    buf_add(&out, c);
    if (out.failed != LIC_OK) {
        lint->rc = out.failed;
        return LIC_STR("");
    }
    return buf_str(&out);
}

lic_str lint_number(struct lint *lint, uint64_t n)
{
    struct buf out;
    buf_init(&out, lint->arena, 32);
    buf_add_u64(&out, n);
    lint->rc = out.failed != LIC_OK ? out.failed : lint->rc;
    return buf_str(&out);
}

lic_str lint_did_you_mean(struct lint *lint, lic_str prefix, lic_str name)
{
    if (name.n == 0) {
        return LIC_STR("");
    }
    lic_str whole = lint_join(lint, prefix, name, LIC_STR("?"));
    return lint_join(lint, LIC_STR("; did you mean "), whole, LIC_STR(""));
}

/* ---- small questions ---- */

bool lint_has_wildcard(lic_str s)
{
    return str_find_char(s, '*') < s.n || str_find_char(s, '?') < s.n;
}

bool lint_pattern_covers(lic_str a, lic_str b, bool nocase)
{
    if (str_eq(a, LIC_STR("*"))) {
        return true;
    }
    /* b's asterisk may stand for several characters: no question mark of a can take it. */
    if (str_find_char(a, '?') < a.n && lint_has_wildcard(b)) {
        return str_eq(a, b);
    }
    return nocase ? match_wildcard_nocase(a, b) : match_wildcard(a, b);
}

/* Two patterns meet when, step by step, there is a pair of places that both can end in. Each row
 * keeps which places of b can be reached after i bytes of a. */
#define MEET_BYTES 512u

static void meet_close(lic_str b, bool *row)
{
    for (size_t j = 0; j < b.n; j++) {
        row[j + 1] = row[j + 1] || (row[j] && b.at[j] == '*');
    }
}

static void meet_step(char c, lic_str b, const bool *row, bool *next)
{
    for (size_t j = 0; j <= b.n; j++) {
        bool star_of_b = j < b.n && b.at[j] == '*';
        next[j] = c == '*' ? row[j] : (row[j] && star_of_b);
        if (j == 0) {
            continue;
        }
        char d = b.at[j - 1];
        bool same = c == d || c == '?' || d == '?' || d == '*';
        bool moved = c == '*' ? next[j - 1] : row[j - 1] && same;
        next[j] = next[j] || moved;
    }
    meet_close(b, next);
}

static bool is_wild(char c)
{
    return c == '*' || c == '?';
}

/* Takes what both begin with, and what both end with, as far as it is literal. False: they differ
 * there, which is nearly always the answer and found without the table. */
static bool meet_trim(lic_str *a, lic_str *b)
{
    while (a->n > 0 && b->n > 0 && !is_wild(a->at[0]) && !is_wild(b->at[0])) {
        if (a->at[0] != b->at[0]) {
            return false;
        }
        *a = str_tail(*a, 1);
        *b = str_tail(*b, 1);
    }
    while (a->n > 0 && b->n > 0 && !is_wild(a->at[a->n - 1]) && !is_wild(b->at[b->n - 1])) {
        if (a->at[--a->n] != b->at[--b->n]) {
            return false;
        }
    }
    return true;
}

bool lint_patterns_meet(lic_str a, lic_str b)
{
    if (!meet_trim(&a, &b)) {
        return false;
    }
    if (str_eq(a, LIC_STR("*")) || str_eq(b, LIC_STR("*"))) {
        return true;
    }
    bool rows[2][MEET_BYTES + 1];
    if (a.n > MEET_BYTES || b.n > MEET_BYTES) {
        return true; /* not worth knowing: nothing is said then */
    }
    memset(rows[0], 0, b.n + 1);
    rows[0][0] = true;
    meet_close(b, rows[0]);
    for (size_t i = 0; i < a.n; i++) {
        meet_step(a.at[i], b, rows[i % 2], rows[(i + 1) % 2]);
    }
    return rows[a.n % 2][b.n];
}

bool lint_starts_nocase(lic_str s, lic_str prefix)
{
    return s.n >= prefix.n && str_eq_nocase(str_head(s, prefix.n), prefix);
}

const struct lint_condition *lint_condition_on(const struct lint_statement *statement, lic_str key)
{
    bool family = key.n > 0 && key.at[key.n - 1] == '/';
    for (uint32_t i = 0; i < statement->conditions.n; i++) {
        const struct lint_condition *condition = &statement->conditions.at[i];
        if (family ? lint_starts_nocase(condition->key, key) : str_eq_nocase(condition->key, key)) {
            return condition;
        }
    }
    return NULL;
}

bool lint_is_identity(enum lic_lint_kind kind)
{
    return kind == LIC_LINT_IDENTITY || kind == LIC_LINT_SESSION || kind == LIC_LINT_BOUNDARY;
}

bool lint_is_account(lic_str s)
{
    uint64_t n = 0;
    return s.n == 12 && str_u64(s, &n);
}

bool lint_is_region(lic_str s)
{
    static const char *const areas[] = { "af", "ap", "ca", "cn", "eu", "eusc",
                                         "il", "me", "mx", "sa", "us" };
    lic_str rest = s;
    lic_str area = str_split(&rest, '-');
    bool known = false;
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        known = known || str_eq(area, str_z(areas[i]));
    }
    lic_str last = rest;
    uint32_t words = 0;
    while (str_find_char(last, '-') < last.n) {
        lic_str word = str_split(&last, '-');
        words += word.n >= 2;
        for (size_t i = 0; i < word.n; i++) {
            known = known && word.at[i] >= 'a' && word.at[i] <= 'z';
        }
    }
    return known && words >= 1 && words <= 2 && last.n == 1 && last.at[0] >= '1' &&
           last.at[0] <= '9';
}

/* The next part; the colon of a policy variable is inside the part, not its end. */
static lic_str arn_part(lic_str *rest, bool *ended)
{
    size_t n = 0;
    while (n < rest->n && rest->at[n] != ':') {
        bool variable = rest->at[n] == '$' && n + 1 < rest->n && rest->at[n + 1] == '{';
        n += variable ? str_find_char(str_tail(*rest, n), '}') : 1;
    }
    lic_str part = str_head(*rest, n);
    *ended = *ended || n >= rest->n;
    *rest = str_tail(*rest, n + 1);
    return part;
}

bool lint_arn_split(lic_str text, struct lint_arn *out)
{
    lic_str rest = text;
    bool ended = false;
    (void)arn_part(&rest, &ended);
    out->partition = arn_part(&rest, &ended);
    out->service = arn_part(&rest, &ended);
    out->region = arn_part(&rest, &ended);
    out->account = arn_part(&rest, &ended);
    out->resource = rest;
    return !ended;
}

/* ---- one document ---- */

static enum doc_kind doc_kind_of(enum lic_lint_kind kind)
{
    static const enum doc_kind kinds[] = { DOC_MANAGED, DOC_RESOURCE, DOC_TRUST, DOC_SESSION,
                                           DOC_MANAGED, DOC_SCP,      DOC_RCP,   DOC_KEY };
    return kinds[kind];
}

static bool has_errors(const struct lint *lint, uint32_t from)
{
    for (uint32_t i = from; i < lint->findings.n; i++) {
        if (checks[lint->findings.at[i].code].type == LIC_LINT_ERROR) {
            return true;
        }
    }
    return false;
}

/* Only a warning, since AWS raises some of its limits on request. */
static bool has_size_finding(const struct lint *lint, uint32_t from)
{
    for (uint32_t i = from; i < lint->findings.n; i++) {
        if (str_starts(str_z(checks[lint->findings.at[i].code].code), LIC_STR("POLICY_SIZE_"))) {
            return true;
        }
    }
    return false;
}

/* What no check named, but the gateway would not read, must not look good. */
static void check_gateway(struct lint *lint, uint32_t findings_before)
{
    const struct policy_doc *unused = NULL;
    struct lic_err err = { 0 };
    struct lint_doc *doc = lint->doc;
    if (lint->rc != LIC_OK || has_errors(lint, findings_before)) {
        return;
    }
    enum lic_rc rc =
        policy_doc_read(lint->arena, doc->file, doc->text, doc_kind_of(doc->kind), &unused, &err);
    if (rc == LIC_E_NOMEM) {
        lint->rc = rc;
    } else if (rc != LIC_OK && !(rc == LIC_E_LIMIT && has_size_finding(lint, findings_before))) {
        lint_say_at(lint, LINT_DOCUMENT_REFUSED, err.offset, LINT_WORDS(str_z(err.text)));
    }
}

void lint_document(struct lint *lint, struct lint_doc *doc)
{
    uint32_t before = lint->findings.n;
    lint->doc = doc;
    if (!lint_read(lint)) {
        return;
    }
    lint_policy(lint);
    for (uint32_t i = 0; i < doc->statements.n && lint->rc == LIC_OK; i++) {
        const struct lint_statement *statement = &doc->statements.at[i];
        lint_actions(lint, statement);
        lint_resources(lint, statement);
        lint_principals(lint, statement);
        lint_conditions(lint, statement);
        lint_statement(lint, statement);
    }
    check_gateway(lint, before);
}

/* ---- telling ---- */

static int compare_findings(const void *left, const void *right)
{
    const struct lint_finding *a = left, *b = right;
    int order = str_cmp(a->doc->file, b->doc->file);
    if (order != 0) {
        return order;
    }
    if (a->start != b->start) {
        return a->start < b->start ? -1 : 1;
    }
    return a->order < b->order ? -1 : 1;
}

/* Offsets come in order, so that a text is walked once. */
struct walk {
    lic_str text;
    struct lic_lint_position at;
};

static struct lic_lint_position walk_to(struct walk *walk, size_t offset)
{
    if (walk->at.line == 0 || offset < walk->at.offset) {
        walk->at = (struct lic_lint_position){ 1, 0, 0 };
    }
    while (walk->at.offset < offset && walk->at.offset < walk->text.n) {
        bool line = walk->text.at[walk->at.offset] == '\n';
        walk->at.line += line;
        walk->at.column = line ? 0 : walk->at.column + 1;
        walk->at.offset++;
    }
    return walk->at;
}

#define PATH_STEPS_MAX (LIMIT_JSON_DEPTH + 1)

/* The way down to a node: at each container the child that holds it. */
static uint32_t find_path(struct lint *lint, const struct lint_finding *finding,
                          struct lic_lint_step *out)
{
    const struct json_doc *json = &finding->doc->json;
    uint32_t parent = 0, n = 0;
    while (parent != finding->node && n < PATH_STEPS_MAX && lint->rc == LIC_OK) {
        uint32_t child = json_first(json, parent), index = 0;
        while (json->nodes[child].end <= finding->node) {
            child = json_next(json, parent, child);
            index++;
        }
        struct lic_lint_step *step = &out[n++];
        *step = (struct lic_lint_step){ LIC_LINT_INDEX, { "", 0 }, index };
        if (json_type(json, parent) == JSON_OBJECT) {
            step->kind = LIC_LINT_VALUE;
            step->index = 0;
            lint->rc = json_key_text(json, child, lint->arena, &step->name, NULL);
        }
        parent = child;
    }
    if (finding->key && n > 0) {
        out[n - 1].kind = LIC_LINT_KEY_NAME;
    }
    return n;
}

/* The statement of a document inside another file that a finding is about, or its first. */
static struct lic_lint_position place_inside(const struct lint_finding *finding)
{
    const struct lint_doc *doc = finding->doc;
    const struct policy_doc *inside = doc->inside;
    uint32_t i = doc->statements.n;
    while (i > 0 && doc->statements.at[i - 1].node > finding->node) {
        i--;
    }
    i = i > 0 && doc->statements.n == inside->n ? i - 1 : 0;
    if (inside->n == 0) {
        return (struct lic_lint_position){ 0, 0, 0 };
    }
    struct doc_place place = inside->statements[i].place;
    return (struct lic_lint_position){ place.line, place.column > 0 ? place.column - 1 : 0, 0 };
}

static void tell_one(struct lint *lint, const struct lint_finding *finding, struct walk *walk,
                     lic_lint_fn *tell, void *arg)
{
    const struct check *check = &checks[finding->code];
    struct lic_lint_step path[PATH_STEPS_MAX];
    struct lic_lint_finding out = { .type = check->type, .code = check->code };
    out.details = finding->details;
    out.link = check->link;
    out.file = finding->doc->file;
    out.path = path;
    if (finding->doc->inside != NULL) {
        out.path_n = find_path(lint, finding, path);
        out.start = out.end = place_inside(finding);
    } else if (finding->start != SIZE_MAX) {
        out.path_n = find_path(lint, finding, path);
        out.start = walk_to(walk, finding->start);
        out.end = walk_to(&(struct walk){ walk->text, out.start }, finding->end);
    }
    if (lint->rc == LIC_OK) {
        tell(arg, &out);
    }
}

enum lic_rc lint_tell(struct lint *lint, lic_lint_fn *tell, void *arg, struct lic_err *err)
{
    struct walk walk = { 0 };
    sort_array(lint->findings.at, lint->findings.n, sizeof *lint->findings.at, compare_findings);
    for (uint32_t i = 0; i < lint->findings.n && lint->rc == LIC_OK; i++) {
        const struct lint_finding *finding = &lint->findings.at[i];
        if (i == 0 || finding->doc != lint->findings.at[i - 1].doc) {
            walk = (struct walk){ finding->doc->text, { 0, 0, 0 } };
        }
        tell_one(lint, finding, &walk, tell, arg);
    }
    ENSURE(lint->rc == LIC_OK, err, lint->rc, "there is not enough memory to look at the policies");
    return LIC_OK;
}

static enum lic_rc lint_one(struct arena *arena, struct lint_doc *doc, lic_lint_fn *tell, void *arg,
                            struct lic_err *err)
{
    struct lint lint = { .arena = arena };
    lint_document(&lint, doc);
    if (lint.rc == LIC_OK) {
        lint_escalate(&lint, &doc, 1, LIC_STR(""));
    }
    return lint_tell(&lint, tell, arg, err);
}

enum lic_rc lic_lint_document(const struct lic_host *host, lic_str file, lic_str text,
                              enum lic_lint_kind kind, lic_str resource_type, lic_lint_fn *tell,
                              void *arg, struct lic_err *err)
{
    CHECK(kind < LIC_LINT_KIND_N);
    ENSURE(text.n <= LIMIT_CONFIG_FILE_BYTES, err, LIC_E_LIMIT,
           "the policy has %zu bytes; at most %u are read", text.n, LIMIT_CONFIG_FILE_BYTES);
    struct lint_doc doc = { .file = file, .text = text, .kind = kind };
    doc.resource_type = resource_type;
    struct arena_pool pool;
    struct arena arena;
    arena_pool_init(&pool, host, 0);
    arena_init(&arena, &pool, 0);
    enum lic_rc rc = lint_one(&arena, &doc, tell, arg, err);
    arena_fini(&arena);
    arena_pool_fini(&pool);
    return rc;
}
