/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures detection on labelled texts: how well attacks and secrets are told from the rest by one
 * number a text, and how well personal data is found span by span.
 */
#include <lictor/scan.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"
#include "detect/classify.h"

#include <math.h>

#include "base/banned.h"

#define REPORT_BYTES_MAX ((size_t)1024 * 1024)
#define WILSON_Z 1.959964 /* 95 % */
#define MAP_SEED 0x6576616c75u

/* One text's score and what it is. */
struct row {
    double score;
    bool positive;
};

/* What happened to the spans of one type. */
struct tally {
    lic_str type;
    uint64_t gold, found;
    uint64_t exact;                         /* found at exactly a labelled place */
    uint64_t gold_overlaps, found_overlaps; /* that meet one of the other side */
};

struct tallies {
    struct tally **at;
    uint32_t n, cap;
};

struct lic_eval {
    struct lic_scanner *scanner;
    const struct lic_host *host;
    enum lic_eval_task task;
    struct arena_pool pool;
    struct arena arena; /* of the figures */
    struct arena line;  /* of one line */
    struct {
        struct row *at;
        uint32_t n, cap;
    } rows;
    struct map by_type;
    struct tallies tallies;
    struct tally all; /* of the labelled types */
    struct tally any; /* whatever the type */
    uint64_t texts, bytes;
    int64_t scan_ns;
};

enum lic_rc lic_eval_new(struct lic_scanner *scanner, enum lic_eval_task task,
                         struct lic_eval **out, struct lic_err *err)
{
    const struct lic_host *host = lic_scanner_host(scanner);
    struct lic_eval *eval = host->resize(host->ctx, NULL, sizeof(*eval));
    ENSURE(eval, err, LIC_E_NOMEM, "no memory to measure with");
    *eval = (struct lic_eval){ .scanner = scanner, .host = host, .task = task };
    arena_pool_init(&eval->pool, host, /* free_max= */ 64);
    arena_init(&eval->arena, &eval->pool, /* bytes_max= */ 0);
    arena_init(&eval->line, &eval->pool, /* bytes_max= */ 0);
    map_init(&eval->by_type, &eval->arena, MAP_SEED);
    *out = eval;
    return LIC_OK;
}

void lic_eval_free(struct lic_eval *eval)
{
    if (!eval) {
        return;
    }
    const struct lic_host *host = eval->host;
    arena_fini(&eval->line);
    arena_fini(&eval->arena);
    arena_pool_fini(&eval->pool);
    host->resize(host->ctx, eval, 0);
}

/* ---- types ---- */

/* Names that data sets made with Presidio use, and ours. */
static const char *const TYPES[][2] = {
    { "PERSON", "NAME" },
    { "EMAIL_ADDRESS", "EMAIL" },
    { "PHONE_NUMBER", "PHONE" },
    { "CREDIT_CARD", "CREDIT_DEBIT_CARD_NUMBER" },
    { "CREDIT_CARD_NUMBER", "CREDIT_DEBIT_CARD_NUMBER" },
    { "IBAN_CODE", "INTERNATIONAL_BANK_ACCOUNT_NUMBER" },
    { "IBAN", "INTERNATIONAL_BANK_ACCOUNT_NUMBER" },
    { "US_SSN", "US_SOCIAL_SECURITY_NUMBER" },
    { "SSN", "US_SOCIAL_SECURITY_NUMBER" },
    { "US_ITIN", "US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER" },
    { "US_DRIVER_LICENSE", "DRIVER_ID" },
    { "US_PASSPORT", "US_PASSPORT_NUMBER" },
    { "US_BANK_NUMBER", "US_BANK_ACCOUNT_NUMBER" },
    { "DOMAIN_NAME", "URL" },
    { "GPE", "LOCATION" },
    { "ORG", "ORGANIZATION" },
    { "STREET_ADDRESS", "ADDRESS" },
    { "MEDICAL_LICENSE", "US_DEA" },
    { "UK_NHS", "UK_NATIONAL_HEALTH_SERVICE_NUMBER" },
    { "UK_NINO", "UK_NATIONAL_INSURANCE_NUMBER" },
};

static lic_str our_type(lic_str type)
{
    for (size_t i = 0; i < sizeof(TYPES) / sizeof(TYPES[0]); i++) {
        if (str_eq(type, str_z(TYPES[i][0]))) {
            return str_z(TYPES[i][1]);
        }
    }
    return type;
}

static enum lic_rc tally_of(struct lic_eval *eval, lic_str type, struct tally **out,
                            struct lic_err *err)
{
    *out = map_get(&eval->by_type, type);
    if (*out) {
        return LIC_OK;
    }
    struct tally *tally = ARENA_NEW(&eval->arena, struct tally);
    ENSURE(tally, err, LIC_E_NOMEM, "no memory for a type");
    tally->type = str_copy(&eval->arena, type);
    bool good = tally->type.at && map_add(&eval->by_type, tally->type, tally) == LIC_OK &&
                ARENA_PUSH(&eval->arena, &eval->tallies, tally);
    ENSURE(good, err, LIC_E_NOMEM, "no memory for a type");
    *out = tally;
    return LIC_OK;
}

/* ---- one line ---- */

struct span {
    lic_str type;
    uint64_t start, end;
};

struct spans {
    struct span *at;
    uint32_t n, cap;
};

static enum lic_rc read_text(struct lic_eval *eval, const struct json_doc *doc, uint32_t of,
                             const char *name, lic_str *out, struct lic_err *err)
{
    uint32_t node = json_get(doc, of, str_z(name));
    ENSURE(json_is(doc, node, JSON_STRING), err, LIC_E_MISSING, "\"%s\" is not a string here",
           name);
    return json_text(doc, node, &eval->line, out, err);
}

static enum lic_rc read_span(struct lic_eval *eval, const struct json_doc *doc, uint32_t node,
                             struct spans *out, struct lic_err *err)
{
    struct span span;
    TRY(read_text(eval, doc, node, "type", &span.type, err));
    bool good = json_u64(doc, json_get(doc, node, LIC_STR("start")), &span.start) &&
                json_u64(doc, json_get(doc, node, LIC_STR("end")), &span.end) &&
                span.start < span.end;
    ENSURE(good, err, LIC_E_INVALID, "a span wants \"start\" and \"end\", and some text between");
    span.type = our_type(span.type);
    ENSURE(ARENA_PUSH(&eval->line, out, span), err, LIC_E_NOMEM, "no memory for a span");
    return LIC_OK;
}

static enum lic_rc read_spans(struct lic_eval *eval, const struct json_doc *doc, struct spans *out,
                              struct lic_err *err)
{
    uint32_t list = json_get(doc, 0, LIC_STR("spans"));
    ENSURE(json_is(doc, list, JSON_ARRAY), err, LIC_E_MISSING, "\"spans\" is not a list here");
    for (uint32_t i = json_first(doc, list); i != JSON_NONE; i = json_next(doc, list, i)) {
        TRY(read_span(eval, doc, i, out, err));
    }
    return LIC_OK;
}

static bool is_personal(const struct lic_scan_finding *finding)
{
    return str_eq(finding->category, LIC_STR("pii")) || str_eq(finding->category, LIC_STR("phi")) ||
           str_eq(finding->category, LIC_STR("financial"));
}

static bool meet(const struct span *a, const struct span *b)
{
    return a->start < b->end && b->start < a->end;
}

/* Counts one side's spans that meet the other's, by type and whatever the type. */
static enum lic_rc count_side(struct lic_eval *eval, const struct spans *own,
                              const struct spans *other, bool gold, struct lic_err *err)
{
    for (uint32_t i = 0; i < own->n; i++) {
        const struct span *span = &own->at[i];
        struct tally *tally;
        bool same = false, exact = false, any = false;
        TRY(tally_of(eval, span->type, &tally, err));
        for (uint32_t j = 0; j < other->n; j++) {
            const struct span *met = &other->at[j];
            bool of_type = str_eq(met->type, span->type);
            any |= meet(met, span);
            same |= of_type && meet(met, span);
            exact |= of_type && met->start == span->start && met->end == span->end;
        }
        tally->gold += gold;
        tally->found += !gold;
        tally->exact += gold && exact;
        tally->gold_overlaps += gold && same;
        tally->found_overlaps += !gold && same;
        eval->any.gold += gold;
        eval->any.found += !gold;
        eval->any.gold_overlaps += gold && any;
        eval->any.found_overlaps += !gold && any;
    }
    return LIC_OK;
}

static enum lic_rc take_spans(struct lic_eval *eval, const struct json_doc *doc,
                              const struct lic_scan_result *result, struct lic_err *err)
{
    struct spans gold = { 0 }, found = { 0 };
    TRY(read_spans(eval, doc, &gold, err));
    for (uint32_t i = 0; i < result->findings_n; i++) {
        const struct lic_scan_finding *finding = &result->findings[i];
        struct span span = { finding->type, finding->start, finding->end };
        if (is_personal(finding)) {
            ENSURE(ARENA_PUSH(&eval->line, &found, span), err, LIC_E_NOMEM, "no memory for a span");
        }
    }
    TRY(count_side(eval, &gold, &found, /* gold= */ true, err));
    return count_side(eval, &found, &gold, /* gold= */ false, err);
}

/* The highest score of what was found of a category. */
static double highest(const struct lic_scan_result *result, lic_str category)
{
    double most = 0;
    for (uint32_t i = 0; i < result->findings_n; i++) {
        if (str_eq(result->findings[i].category, category) && result->findings[i].score > most) {
            most = result->findings[i].score;
        }
    }
    return most;
}

static enum lic_rc take_label(struct lic_eval *eval, const struct json_doc *doc,
                              const struct lic_scan_result *result, struct lic_err *err)
{
    uint64_t label = 2;
    uint32_t node = json_get(doc, 0, LIC_STR("label"));
    if (node != JSON_NONE && json_type(doc, node) == JSON_TRUE) {
        label = 1;
    } else if (node != JSON_NONE && json_type(doc, node) == JSON_FALSE) {
        label = 0;
    } else if (node != JSON_NONE) {
        (void)json_u64(doc, node, &label);
    }
    ENSURE(label <= 1, err, LIC_E_MISSING, "\"label\" is neither 0 nor 1 here");
    struct row row = { .positive = label == 1 };
    row.score = eval->task == LIC_EVAL_SECRETS ? highest(result, LIC_STR("credentials"))
                                               : result->injection;
    ENSURE(ARENA_PUSH(&eval->arena, &eval->rows, row), err, LIC_E_NOMEM, "no memory for a row");
    return LIC_OK;
}

static enum lic_rc choose_channel(struct lic_eval *eval, const struct json_doc *doc, lic_str *out,
                                  struct lic_err *err)
{
    uint32_t node = json_get(doc, 0, LIC_STR("channel"));
    *out = (lic_str){ 0 };
    if (node == JSON_NONE || json_type(doc, node) == JSON_NULL) {
        return LIC_OK;
    }
    return read_text(eval, doc, 0, "channel", out, err);
}

enum lic_rc lic_eval_line(struct lic_eval *eval, lic_str line, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_PLAIN };
    struct json_doc doc;
    struct lic_scan_result result;
    lic_str text, channel;
    arena_reset(&eval->line);
    TRY(json_read(&eval->line, line, &limits, &doc, err));
    ENSURE(json_type(&doc, 0) == JSON_OBJECT, err, LIC_E_INVALID, "the line is not a JSON object");
    TRY(read_text(eval, &doc, 0, "text", &text, err));
    TRY(choose_channel(eval, &doc, &channel, err));
    int64_t begun = eval->host->mono_ns(eval->host->ctx);
    TRY(lic_scanner_text_of(eval->scanner, channel, text, &result, err));
    eval->scan_ns += eval->host->mono_ns(eval->host->ctx) - begun;
    eval->texts++;
    eval->bytes += text.n;
    return eval->task == LIC_EVAL_PII ? take_spans(eval, &doc, &result, err)
                                      : take_label(eval, &doc, &result, err);
}

/* ---- figures ---- */

static double share(uint64_t part, uint64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

/* "0.950 (0.912-0.973, 190 of 200)": a rate with the interval Wilson gives at 95 %. */
static void write_rate(struct buf *buf, const char *name, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        buf_addf(buf, "  %-30s none to count\n", name);
        return;
    }
    double n = (double)whole, p = share(part, whole), z2 = WILSON_Z * WILSON_Z;
    double middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = WILSON_Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    double low = middle - half > 0 ? middle - half : 0;
    double high = middle + half < 1 ? middle + half : 1;
    buf_addf(buf, "  %-30s %.4f  (%.4f-%.4f, %llu of %llu)\n", name, p, low, high,
             (unsigned long long)part, (unsigned long long)whole);
}

static int compare_rows(const void *a, const void *b)
{
    const struct row *left = a, *right = b;
    if (left->score != right->score) {
        return left->score > right->score ? -1 : 1;
    }
    return right->positive - left->positive;
}

/* Rows from the highest score down; those of equal score count as one step. */
struct curve {
    double auc;
    double tpr_at_1, tpr_at_5; /* the highest rate of true alarms with so few false ones */
    uint64_t positives, negatives;
};

static struct curve make_curve(const struct row *rows, uint32_t n)
{
    struct curve curve = { 0 };
    for (uint32_t i = 0; i < n; i++) {
        curve.positives += rows[i].positive;
        curve.negatives += !rows[i].positive;
    }
    uint64_t true_alarms = 0, false_alarms = 0;
    double area = 0;
    for (uint32_t i = 0, next; i < n; i = next) {
        uint64_t hits = 0, misses = 0;
        for (next = i; next < n && !(rows[next].score < rows[i].score); next++) {
            hits += rows[next].positive;
            misses += !rows[next].positive;
        }
        area += (double)misses * ((double)true_alarms + (double)hits / 2);
        true_alarms += hits;
        false_alarms += misses;
        double fpr = share(false_alarms, curve.negatives);
        double tpr = share(true_alarms, curve.positives);
        curve.tpr_at_1 = fpr <= 0.01 ? tpr : curve.tpr_at_1;
        curve.tpr_at_5 = fpr <= 0.05 ? tpr : curve.tpr_at_5;
    }
    if (curve.positives > 0 && curve.negatives > 0) {
        curve.auc = area / ((double)curve.positives * (double)curve.negatives);
    }
    return curve;
}

static void write_curve(struct lic_eval *eval, struct buf *buf)
{
    bool secrets = eval->task == LIC_EVAL_SECRETS;
    double threshold = secrets ? 0 : (double)CLASSIFY_THRESHOLD;
    uint64_t hits = 0, misses = 0;
    sort_array(eval->rows.at, eval->rows.n, sizeof(*eval->rows.at), compare_rows);
    struct curve curve = make_curve(eval->rows.at, eval->rows.n);
    for (uint32_t i = 0; i < eval->rows.n; i++) {
        double score = eval->rows.at[i].score;
        bool alarm = secrets ? score > threshold : score >= threshold;
        hits += alarm && eval->rows.at[i].positive;
        misses += alarm && !eval->rows.at[i].positive;
    }
    if (curve.positives > 0 && curve.negatives > 0) {
        buf_addf(buf, "  %-30s %.4f\n", "AUC", curve.auc);
        buf_addf(buf, "  %-30s %.4f\n", "true alarms at 1 % false", curve.tpr_at_1);
        buf_addf(buf, "  %-30s %.4f\n", "true alarms at 5 % false", curve.tpr_at_5);
    }
    write_rate(buf, secrets ? "secrets found" : "attacks found at 0.5", hits, curve.positives);
    write_rate(buf, "false alarms", misses, curve.negatives);
    write_rate(buf, "precision", hits, hits + misses);
}

static double f1(double precision, double recall)
{
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

static void write_tally(struct buf *buf, lic_str name, const struct tally *tally, bool exact)
{
    double precision = share(tally->exact, tally->found), recall = share(tally->exact, tally->gold);
    double loose_precision = share(tally->found_overlaps, tally->found);
    double loose_recall = share(tally->gold_overlaps, tally->gold);
    buf_addf(buf, "  %-40.*s %6llu %6llu", LIC_ARG(name), (unsigned long long)tally->gold,
             (unsigned long long)tally->found);
    if (exact) {
        buf_addf(buf, "  %.3f %.3f %.3f", precision, recall, f1(precision, recall));
    } else {
        buf_addf(buf, "  %17s", "");
    }
    buf_addf(buf, "  %.3f %.3f %.3f\n", loose_precision, loose_recall,
             f1(loose_precision, loose_recall));
}

static int compare_tallies(const void *a, const void *b)
{
    const struct tally *const *left = a, *const *right = b;
    if ((*left)->gold != (*right)->gold) {
        return (*left)->gold > (*right)->gold ? -1 : 1;
    }
    return str_cmp((*left)->type, (*right)->type);
}

static void add_tally(struct tally *to, const struct tally *one)
{
    to->gold += one->gold;
    to->found += one->found;
    to->exact += one->exact;
    to->gold_overlaps += one->gold_overlaps;
    to->found_overlaps += one->found_overlaps;
}

/* Types that nobody labelled here are told apart: whether those are false alarms is not known. */
static void write_tallies(struct lic_eval *eval, struct buf *buf)
{
    sort_array(eval->tallies.at, eval->tallies.n, sizeof(*eval->tallies.at), compare_tallies);
    buf_addf(buf, "  %-40s %6s %6s  %-17s  %-17s\n  %-40s %6s %6s  %5s %5s %5s  %5s %5s %5s\n", "",
             "", "", "exact place", "overlapping", "type", "gold", "found", "P", "R", "F1", "P",
             "R", "F1");
    eval->all = (struct tally){ 0 };
    for (uint32_t i = 0; i < eval->tallies.n; i++) {
        const struct tally *tally = eval->tallies.at[i];
        if (tally->gold > 0) {
            write_tally(buf, tally->type, tally, /* exact= */ true);
            add_tally(&eval->all, tally);
        }
    }
    write_tally(buf, LIC_STR("all labelled types"), &eval->all, /* exact= */ true);
    write_tally(buf, LIC_STR("whatever the type"), &eval->any, /* exact= */ false);
    write_rate(buf, "found at its exact place", eval->all.exact, eval->all.gold);
    write_rate(buf, "found right of what was found", eval->all.exact, eval->all.found);
    for (uint32_t i = 0; i < eval->tallies.n; i++) {
        const struct tally *tally = eval->tallies.at[i];
        if (tally->gold == 0) {
            buf_addf(buf, "  not labelled here: " LIC_FMT " %llu\n", LIC_ARG(tally->type),
                     (unsigned long long)tally->found);
        }
    }
}

enum lic_rc lic_eval_report(struct lic_eval *eval, lic_str *out, struct lic_err *err)
{
    static const char *const names[] = { "injection", "pii", "secrets" };
    struct buf buf;
    double seconds = (double)eval->scan_ns / 1e9;
    buf_init(&buf, &eval->arena, REPORT_BYTES_MAX);
    buf_addf(&buf, "%s: %llu texts, %llu bytes\n", names[eval->task],
             (unsigned long long)eval->texts, (unsigned long long)eval->bytes);
    if (eval->task == LIC_EVAL_PII) {
        write_tallies(eval, &buf);
    } else {
        write_curve(eval, &buf);
    }
    if (seconds > 0) {
        buf_addf(&buf, "  %-30s %.1f MB/s, %.0f texts/s\n", "scanned at",
                 (double)eval->bytes / seconds / 1e6, (double)eval->texts / seconds);
    }
    TRY(buf_check(&buf, "the figures", err));
    *out = buf_str(&buf);
    return LIC_OK;
}
