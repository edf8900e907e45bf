/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detection by itself: one guardrail, one part at a time, the same inspection as an exchange's.
 *
 *     core      guardrail, detectors, models: immutable, shared by scanners of several threads
 *     scanner   a worker's scratch and the memory of one answer
 */
#include "engine/detection.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/sort.h"
#include "base/str.h"
#include "base/utf8.h"
#include "engine/guardrail.h"
#include "engine/inspect.h"
#include "engine/rewriting.h"
#include <lictor/scan.h>

#include "base/banned.h"

#define POOL_BLOCKS 256u /* kept between texts */
#define EXPLAIN_REASONS 12u
#define EXPLAIN_TEXT_BYTES 60u
#define ANSWER_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct scan_core {
    uint32_t refs; /* atomic: threads end in any order */
    const struct lic_host *host;
    struct arena_pool pool;
    struct arena arena;
    struct detection detection;
    struct guardrail guardrail;
};

struct lic_scanner {
    struct scan_core *core;
    struct lic_worker *worker;
    enum event_channel channel;
    struct arena_pool pool;
    struct arena arena; /* of one text */
};

/* ---- everything that is detected ---- */

/* What attacks is told when it is sure enough, anything else always. */
static const struct guardrail_action EVERYTHING[] = {
#define ROWS(out)                                                                                  \
    { .category = FINDING_INJECTION,                                                               \
      .channels = UINT32_MAX,                                                                      \
      .output = (out),                                                                             \
      .minimum = CLASSIFY_THRESHOLD,                                                               \
      .action = ACTION_FLAG },                                                                     \
        { .category = FINDING_JAILBREAK,                                                           \
          .channels = UINT32_MAX,                                                                  \
          .output = (out),                                                                         \
          .minimum = CLASSIFY_THRESHOLD,                                                           \
          .action = ACTION_FLAG },                                                                 \
        { .category = FINDING_INJECTION, .channels = UINT32_MAX, .output = (out) },                \
        { .category = FINDING_JAILBREAK, .channels = UINT32_MAX, .output = (out) },                \
    {                                                                                              \
        .category = -1, .channels = UINT32_MAX, .output = (out), .action = ACTION_FLAG             \
    }
    ROWS(false),
    ROWS(true),
#undef ROWS
};

static enum lic_rc take_everything(struct scan_core *core, struct lic_err *err)
{
    struct guardrail *guardrail = &core->guardrail;
    guardrail->actions = arena_take(&core->arena, sizeof(EVERYTHING));
    ENSURE(guardrail->actions, err, LIC_E_NOMEM, "no memory for rows of actions");
    memcpy(guardrail->actions, EVERYTHING, sizeof(EVERYTHING));
    guardrail->actions_n = sizeof(EVERYTHING) / sizeof(EVERYTHING[0]);
    TRY(detection_rules(&core->arena, &guardrail->input_rules, err));
    return LIC_OK;
}

static enum lic_rc read_guardrail(struct scan_core *core, const struct lic_scan_guardrail *given,
                                  lic_report_fn *report, void *report_arg, struct lic_err *err)
{
    struct mistakes mistakes = { .arena = &core->arena };
    struct rules *shipped = ARENA_NEW(&core->arena, struct rules);
    ENSURE(shipped, err, LIC_E_NOMEM, "no memory for rules");
    TRY(detection_rules(&core->arena, shipped, err));
    struct guardrail_source source = { given->file, given->text, shipped };
    TRY(guardrail_read(&core->arena, &source, &mistakes, &core->guardrail, err));
    if (mistakes.n == 0) {
        return LIC_OK;
    }
    if (report) {
        mistakes_report(&mistakes, report, report_arg);
    }
    *err = mistakes.at[0];
    return err->rc;
}

/* ---- making ---- */

static void core_unref(struct scan_core *core)
{
    if (!core || __atomic_sub_fetch(&core->refs, 1, __ATOMIC_ACQ_REL) > 0) {
        return;
    }
    const struct lic_host *host = core->host;
    detection_release(&core->guardrail);
    detection_fini(&core->detection);
    arena_fini(&core->arena);
    arena_pool_fini(&core->pool);
    host->resize(host->ctx, core, 0);
}

static enum lic_rc core_fill(struct scan_core *core, const struct lic_scan_guardrail *guardrail,
                             lic_report_fn *report, void *report_arg, struct lic_err *err)
{
    if (guardrail && guardrail->text.at) {
        TRY(read_guardrail(core, guardrail, report, report_arg, err));
    } else {
        TRY(take_everything(core, err));
    }
    TRY(detection_init(&core->detection, core->host, &core->arena, err));
    enum lic_rc rc = detection_compile(&core->detection, core->host, &core->guardrail, err);
    if (rc != LIC_OK && rc != LIC_E_NOMEM && report) {
        report(report_arg, err);
    }
    return rc;
}

static enum lic_rc core_new(const struct lic_host *host, struct scan_core **out,
                            struct lic_err *err)
{
    struct scan_core *core = host->resize(host->ctx, NULL, sizeof(*core));
    ENSURE(core, err, LIC_E_NOMEM, "no memory for a scanner");
    memset(core, 0, sizeof(*core));
    core->refs = 1;
    core->host = host;
    arena_pool_init(&core->pool, host, /* free_max= */ 0);
    arena_init(&core->arena, &core->pool, /* bytes_max= */ 0);
    *out = core;
    return LIC_OK;
}

static enum lic_rc prepare(struct lic_scanner *scanner, struct lic_err *err)
{
    const struct guardrail *guardrail = &scanner->core->guardrail;
    TRY(lic_worker_new(scanner->core->host, &scanner->worker, err));
    for (int output = 0; output < 2; output++) {
        const struct detector *detector = guardrail->scan[output].parts.detector;
        TRY(detector ? detector_scratch_prepare(scanner->worker->detect, detector, err) : LIC_OK);
    }
    return LIC_OK;
}

/* Takes over a reference to the core, whatever comes of it. */
static enum lic_rc scanner_of(struct scan_core *core, struct lic_scanner **out, struct lic_err *err)
{
    const struct lic_host *host = core->host;
    struct lic_scanner *scanner = host->resize(host->ctx, NULL, sizeof(*scanner));
    if (!scanner) {
        core_unref(core);
        return err_set(err, LIC_E_NOMEM, "no memory for a scanner");
    }
    *scanner = (struct lic_scanner){ .core = core, .channel = CHANNEL_USER };
    arena_pool_init(&scanner->pool, host, POOL_BLOCKS);
    arena_init(&scanner->arena, &scanner->pool, /* bytes_max= */ 0);
    enum lic_rc rc = prepare(scanner, err);
    if (rc != LIC_OK) {
        lic_scanner_free(scanner);
        return rc;
    }
    *out = scanner;
    return LIC_OK;
}

enum lic_rc lic_scanner_new(const struct lic_host *host, const struct lic_scan_guardrail *guardrail,
                            lic_report_fn *report, void *report_arg, struct lic_scanner **out,
                            struct lic_err *err)
{
    struct scan_core *core = NULL;
    TRY(core_new(host, &core, err));
    enum lic_rc rc = core_fill(core, guardrail, report, report_arg, err);
    if (rc != LIC_OK) {
        core_unref(core);
        return rc;
    }
    return scanner_of(core, out, err);
}

enum lic_rc lic_scanner_share(struct lic_scanner *scanner, struct lic_scanner **out,
                              struct lic_err *err)
{
    __atomic_add_fetch(&scanner->core->refs, 1, __ATOMIC_RELAXED);
    TRY(scanner_of(scanner->core, out, err));
    (*out)->channel = scanner->channel;
    return LIC_OK;
}

void lic_scanner_free(struct lic_scanner *scanner)
{
    if (!scanner) {
        return;
    }
    struct scan_core *core = scanner->core;
    lic_worker_free(scanner->worker);
    arena_fini(&scanner->arena);
    arena_pool_fini(&scanner->pool);
    core->host->resize(core->host->ctx, scanner, 0);
    core_unref(core);
}

const struct guardrail *rewriting_guardrail(const struct lic_scanner *scanner)
{
    return &scanner->core->guardrail;
}

bool lic_scanner_channel(struct lic_scanner *scanner, lic_str channel)
{
    return event_channel_from(channel, &scanner->channel);
}

const struct lic_host *lic_scanner_host(const struct lic_scanner *scanner)
{
    return scanner->core->host;
}

/* ---- one text ---- */

/* A text, what was found in it, and where that stands in code points. */
struct scanned {
    struct event_part part;
    struct event event;
    struct findings found;
    struct scan_scores scores;
};

/* Valid UTF-8 of the same length: a byte that is none of it becomes '?'. */
static enum lic_rc make_valid(struct arena *arena, lic_str text, lic_str *out, struct lic_err *err)
{
    size_t good = utf8_check(text);
    *out = text;
    if (good == text.n) {
        return LIC_OK;
    }
    char *copy = arena_take(arena, text.n);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for a text of %zu bytes", text.n);
    memcpy(copy, text.at, text.n);
    for (size_t at = good; at < text.n; at += utf8_check(str_tail(text, at))) {
        copy[at++] = '?';
    }
    *out = str_make(copy, text.n);
    return LIC_OK;
}

static struct inspect inspect_with(struct lic_scanner *scanner, enum event_channel channel)
{
    return (struct inspect){ .worker = scanner->worker,
                             .arena = &scanner->arena,
                             .guardrail = &scanner->core->guardrail,
                             .output = channel == CHANNEL_ASSISTANT };
}

static enum lic_rc scan_text(struct lic_scanner *scanner, lic_str text, enum event_channel channel,
                             lic_str tool, struct scanned *out, struct lic_err *err)
{
    *out = (struct scanned){ .part = { .channel = channel, .name = tool } };
    TRY(make_valid(&scanner->arena, text, &out->part.text, err));
    struct inspect inspect = inspect_with(scanner, channel);
    inspect.scores = &out->scores;
    event_init(&out->event);
    TRY(inspect_part(&inspect, &out->part, 0, &out->found, err));
    findings_settle(&out->found);
    TRY(inspect_classify(&inspect, &out->event, &out->found, err));
    arena_reset(&scanner->worker->scratch);
    return LIC_OK;
}

/* A place in bytes that wants to be known in code points. */
struct place {
    size_t byte;
    size_t *points;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *left = a, *right = b;
    return (left->byte > right->byte) - (left->byte < right->byte);
}

/* All places in one pass over the text. */
static void count_points(lic_str text, struct place *places, size_t n)
{
    size_t at = 0, points = 0;
    sort_array(places, n, sizeof(*places), compare_places);
    for (size_t i = 0; i < n; i++) {
        points += utf8_count(str_slice(text, at, places[i].byte));
        at = places[i].byte;
        *places[i].points = points;
    }
}

/* "hidden-text" is how it is written here. */
static lic_str category_name(enum finding_category category)
{
    return category == FINDING_HIDDEN_TEXT ? LIC_STR("hidden-text")
                                           : str_z(finding_category_name(category));
}

static enum lic_rc show_findings(struct arena *arena, const struct scanned *scanned,
                                 struct lic_scan_finding **out, struct lic_err *err)
{
    uint32_t n = scanned->found.n;
    struct lic_scan_finding *shown = ARENA_ARRAY(arena, struct lic_scan_finding, n);
    struct place *places = ARENA_ARRAY(arena, struct place, (size_t)2 * n);
    ENSURE(shown && places, err, LIC_E_NOMEM, "no memory for %u findings", n);
    for (uint32_t i = 0; i < n; i++) {
        const struct finding *finding = &scanned->found.at[i];
        shown[i] = (struct lic_scan_finding){ .type = finding->type,
                                              .category = category_name(finding->category),
                                              .rule = finding->rule,
                                              .start_byte = finding->start,
                                              .end_byte = finding->end,
                                              .score = finding_score(finding) };
        places[2 * i] = (struct place){ finding->start, &shown[i].start };
        places[2 * i + 1] = (struct place){ finding->end, &shown[i].end };
    }
    count_points(scanned->part.text, places, (size_t)2 * n);
    *out = shown;
    return LIC_OK;
}

static double rounded(float score)
{
    struct finding one = { .score = score };
    return finding_score(&one);
}

static enum lic_rc make_result(struct lic_scanner *scanner, const struct scanned *scanned,
                               struct lic_scan_result *out, struct lic_err *err)
{
    struct lic_scan_finding *findings = NULL;
    TRY(show_findings(&scanner->arena, scanned, &findings, err));
    *out = (struct lic_scan_result){
        .injection = rounded(scanned->scores.injection),
        .jailbreak = rounded(scanned->scores.jailbreak),
        .classes = scanned->event.data_class.at,
        .classes_n = scanned->event.data_class.n,
        .sensitivity = scanned->event.sensitivity,
        .findings = findings,
        .findings_n = scanned->found.n,
    };
    return LIC_OK;
}

static enum lic_rc look_at(struct lic_scanner *scanner, lic_str text, enum event_channel channel,
                           lic_str tool, struct lic_scan_result *out, struct lic_err *err)
{
    struct scanned scanned;
    TRY(scan_text(scanner, text, channel, tool, &scanned, err));
    return make_result(scanner, &scanned, out, err);
}

enum lic_rc lic_scanner_text(struct lic_scanner *scanner, lic_str text, struct lic_scan_result *out,
                             struct lic_err *err)
{
    arena_reset(&scanner->arena);
    return look_at(scanner, text, scanner->channel, LIC_STR(""), out, err);
}

/* An empty name changes nothing. */
static enum lic_rc read_channel(lic_str name, enum event_channel *channel, struct lic_err *err)
{
    ENSURE(!name.at || event_channel_from(name, channel), err, LIC_E_UNKNOWN,
           "\"" LIC_FMT "\" is not a channel: system, user, assistant, tool_call, tool_result or "
           "document",
           LIC_ARG(mistakes_shown(name)));
    return LIC_OK;
}

enum lic_rc lic_scanner_text_of(struct lic_scanner *scanner, lic_str channel, lic_str text,
                                struct lic_scan_result *out, struct lic_err *err)
{
    enum event_channel chosen = scanner->channel;
    TRY(read_channel(channel, &chosen, err));
    arena_reset(&scanner->arena);
    return look_at(scanner, text, chosen, LIC_STR(""), out, err);
}

/* ---- as lines ---- */

static void write_findings(struct json_out *out, const struct lic_scan_result *result)
{
    json_out_raw_name(out, JSON_NAME("findings"));
    json_out_array(out);
    for (uint32_t i = 0; i < result->findings_n; i++) {
        const struct lic_scan_finding *finding = &result->findings[i];
        json_out_object(out);
        json_out_raw_name(out, JSON_NAME("type"));
        json_out_str(out, finding->type);
        json_out_raw_name(out, JSON_NAME("category"));
        json_out_str(out, finding->category);
        json_out_raw_name(out, JSON_NAME("start"));
        json_out_u64(out, finding->start);
        json_out_raw_name(out, JSON_NAME("end"));
        json_out_u64(out, finding->end);
        json_out_raw_name(out, JSON_NAME("score"));
        json_out_double(out, finding->score);
        json_out_raw_name(out, JSON_NAME("rule"));
        json_out_str(out, finding->rule);
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

/* `id` is a value in JSON. */
static void write_result(struct json_out *out, lic_str id, const struct lic_scan_result *result)
{
    json_out_object(out);
    json_out_raw_name(out, JSON_NAME("id"));
    json_out_raw(out, id);
    json_out_raw_name(out, JSON_NAME("injection"));
    json_out_double(out, result->injection);
    json_out_raw_name(out, JSON_NAME("jailbreak"));
    json_out_double(out, result->jailbreak);
    json_out_raw_name(out, JSON_NAME("classes"));
    json_out_array(out);
    for (uint32_t i = 0; i < result->classes_n; i++) {
        json_out_str(out, result->classes[i]);
    }
    json_out_array_end(out);
    json_out_raw_name(out, JSON_NAME("sensitivity"));
    json_out_str(out, result->sensitivity);
    write_findings(out, result);
    json_out_object_end(out);
}

static void write_error(struct json_out *out, lic_str id, const char *why)
{
    json_out_object(out);
    json_out_raw_name(out, JSON_NAME("id"));
    json_out_raw(out, id);
    json_out_raw_name(out, JSON_NAME("error"));
    json_out_str(out, str_z(why));
    json_out_object_end(out);
}

/* What a line asks. */
struct asked {
    lic_str id; /* as it stands in the line */
    lic_str text, tool;
    enum event_channel channel;
};

static enum lic_rc read_member(struct arena *arena, const struct json_doc *doc, const char *name,
                               lic_str *out, struct lic_err *err)
{
    uint32_t node = json_get(doc, 0, str_z(name));
    if (node == JSON_NONE || json_type(doc, node) == JSON_NULL) {
        return LIC_OK;
    }
    ENSURE(json_is(doc, node, JSON_STRING), err, LIC_E_INVALID, "\"%s\" is not a string", name);
    return json_text(doc, node, arena, out, err);
}

/* The value as it stands in the document. */
static lic_str whole_value(const struct json_doc *doc, uint32_t node)
{
    lic_str raw = json_raw(doc, node);
    bool quoted = json_type(doc, node) == JSON_STRING;
    return quoted ? str_make(raw.at - 1, raw.n + 2) : raw;
}

static enum lic_rc read_asked(struct arena *arena, lic_str line, struct asked *out,
                              struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_PLAIN };
    struct json_doc doc;
    lic_str channel = { 0 };
    TRY(json_read(arena, line, &limits, &doc, err));
    ENSURE(json_type(&doc, 0) == JSON_OBJECT, err, LIC_E_INVALID, "the line is not a JSON object");
    uint32_t id = json_get(&doc, 0, LIC_STR("id"));
    if (id != JSON_NONE) {
        out->id = whole_value(&doc, id);
    }
    TRY(read_member(arena, &doc, "text", &out->text, err));
    ENSURE(out->text.at, err, LIC_E_MISSING, "\"text\" is missing");
    TRY(read_member(arena, &doc, "tool", &out->tool, err));
    TRY(read_member(arena, &doc, "channel", &channel, err));
    TRY(read_channel(channel, &out->channel, err));
    return LIC_OK;
}

static enum lic_rc end_line(struct buf *buf, lic_str *out, struct lic_err *err)
{
    buf_add_char(buf, '\n');
    TRY(buf_check(buf, "an answer", err));
    *out = buf_str(buf);
    return LIC_OK;
}

enum lic_rc lic_scanner_line(struct lic_scanner *scanner, lic_str line, lic_str *out,
                             struct lic_err *err)
{
    struct buf buf;
    struct json_out json;
    struct lic_scan_result result;
    struct asked asked = { .id = LIC_STR("null"), .channel = scanner->channel };
    arena_reset(&scanner->arena);
    buf_init(&buf, &scanner->arena, ANSWER_BYTES_MAX);
    json_out_init(&json, &buf);
    enum lic_rc rc = read_asked(&scanner->arena, line, &asked, err);
    if (rc == LIC_OK) {
        rc = look_at(scanner, asked.text, asked.channel, asked.tool, &result, err);
    }
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc == LIC_OK) {
        write_result(&json, asked.id, &result);
    } else {
        write_error(&json, asked.id, err->text);
    }
    return end_line(&buf, out, err);
}

enum lic_rc lic_scanner_refuse(struct lic_scanner *scanner, const char *why, lic_str *out,
                               struct lic_err *err)
{
    struct buf buf;
    struct json_out json;
    arena_reset(&scanner->arena);
    buf_init(&buf, &scanner->arena, ANSWER_BYTES_MAX);
    json_out_init(&json, &buf);
    write_error(&json, LIC_STR("null"), why);
    return end_line(&buf, out, err);
}

static enum lic_rc quote(struct arena *arena, lic_str id, lic_str *out, struct lic_err *err)
{
    struct buf buf;
    struct json_out json;
    buf_init(&buf, arena, ANSWER_BYTES_MAX);
    json_out_init(&json, &buf);
    json_out_str(&json, id);
    TRY(buf_check(&buf, "an id", err));
    *out = buf_str(&buf);
    return LIC_OK;
}

enum lic_rc lic_scanner_answer(struct lic_scanner *scanner, lic_str id, lic_str text, lic_str *out,
                               struct lic_err *err)
{
    struct buf buf;
    struct json_out json;
    lic_str quoted;
    struct lic_scan_result result;
    TRY(lic_scanner_text(scanner, text, &result, err));
    TRY(quote(&scanner->arena, id, &quoted, err));
    buf_init(&buf, &scanner->arena, ANSWER_BYTES_MAX);
    json_out_init(&json, &buf);
    write_result(&json, quoted, &result);
    return end_line(&buf, out, err);
}

/* ---- for a person ---- */

/* A text on one line, cut when it is long. */
static void write_excerpt(struct buf *buf, lic_str text)
{
    lic_str head = utf8_head(text, EXPLAIN_TEXT_BYTES);
    buf_add_char(buf, '"');
    json_escape(buf, head);
    buf_add(buf, head.n < text.n ? LIC_STR("...\"") : LIC_STR("\""));
}

static void write_finding(struct buf *buf, const struct guardrail *guardrail, lic_str text,
                          const struct lic_scan_finding *finding)
{
    const struct detector *detector = guardrail->scan[0].parts.detector;
    const struct rule *rule = detector ? detector_rule(detector, finding->rule) : NULL;
    buf_addf(buf, "  %zu-%zu  %.2f  " LIC_FMT " (" LIC_FMT ")  ", finding->start, finding->end,
             finding->score, LIC_ARG(finding->type), LIC_ARG(finding->category));
    write_excerpt(buf, str_slice(text, finding->start_byte, finding->end_byte));
    buf_addf(buf, "\n      rule " LIC_FMT, LIC_ARG(finding->rule));
    if (rule && rule->description.n > 0) {
        buf_addf(buf, ": " LIC_FMT, LIC_ARG(rule->description));
    }
    buf_add_char(buf, '\n');
}

/* The features of the text and its views that weigh most, as the classifier saw them. */
static enum lic_rc find_reasons(struct lic_scanner *scanner, const struct scanned *scanned,
                                struct classify_reason reasons[EXPLAIN_REASONS], uint32_t *out_n,
                                struct lic_err *err)
{
    const struct scan_core *core = scanner->core;
    struct fold_views views = { 0 };
    struct findings found = { 0 }, hidden = { 0 };
    const struct scanner_parts *parts =
        &core->guardrail.scan[scanned->part.channel == CHANNEL_ASSISTANT].parts;
    *out_n = 0;
    if (!parts->classifier) {
        return LIC_OK;
    }
    TRY(fold_text(parts->fold, scanned->part.text, &scanner->arena, &views, &hidden, err));
    if (parts->detector) {
        TRY(detector_scan(parts->detector, scanner->worker->detect, scanned->part.text, 0,
                          &scanner->arena, &found, err));
    }
    struct classify_subject subject = { .text = scanned->part.text,
                                        .channel = scanned->part.channel,
                                        .tool = scanned->part.name,
                                        .views = &views,
                                        .findings = &found };
    return classify_explain(parts->classifier, &subject, &scanner->arena, reasons, EXPLAIN_REASONS,
                            out_n, err);
}

static void write_reasons(struct buf *buf, lic_str text, const struct classify_reason *reasons,
                          uint32_t n)
{
    if (n > 0) {
        buf_add(buf, LIC_STR("  strongest features of the classifier:\n"));
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct classify_reason *reason = &reasons[i];
        buf_addf(buf, "      %+.2f  " LIC_FMT, (double)reason->weight, LIC_ARG(reason->feature));
        if (reason->end > reason->start) {
            size_t start = utf8_count(str_head(text, reason->start));
            size_t n_points = utf8_count(str_slice(text, reason->start, reason->end));
            buf_addf(buf, "  at %zu-%zu", start, start + n_points);
        }
        buf_add_char(buf, '\n');
    }
}

enum lic_rc lic_scanner_explain(struct lic_scanner *scanner, lic_str id, lic_str text, lic_str *out,
                                struct lic_err *err)
{
    struct scanned scanned;
    struct lic_scan_result result;
    struct classify_reason reasons[EXPLAIN_REASONS];
    uint32_t reasons_n = 0;
    struct buf buf;
    arena_reset(&scanner->arena);
    TRY(scan_text(scanner, text, scanner->channel, LIC_STR(""), &scanned, err));
    TRY(make_result(scanner, &scanned, &result, err));
    TRY(find_reasons(scanner, &scanned, reasons, &reasons_n, err));
    buf_init(&buf, &scanner->arena, ANSWER_BYTES_MAX);
    buf_addf(&buf, LIC_FMT ": injection %.3f, jailbreak %.3f, " LIC_FMT "\n", LIC_ARG(id),
             result.injection, result.jailbreak, LIC_ARG(result.sensitivity));
    for (uint32_t i = 0; i < result.findings_n; i++) {
        write_finding(&buf, &scanner->core->guardrail, scanned.part.text, &result.findings[i]);
    }
    write_reasons(&buf, scanned.part.text, reasons, reasons_n);
    TRY(buf_check(&buf, "an explanation", err));
    *out = buf_str(&buf);
    return LIC_OK;
}
