/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes one ledger record: the fields of fields.def in order, then texts, tool calls, findings.
 * Numbers, names and ids are always written; of content only what record_content allows.
 */
#include "ledger/record.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json_write.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"

#include "base/banned.h"

enum which { NONE, BOTH, OUTCOME };

/* ---- fields ---- */

/* Names come as they stand in the record, in quotes and with their colon. */

static void write_TEXT(struct json_out *out, lic_str name, lic_str value)
{
    if (value.at) {
        json_out_raw_name(out, name);
        json_out_str(out, value);
    }
}

static void write_LIST(struct json_out *out, lic_str name, struct str_list list)
{
    if (list.n == 0) {
        return;
    }
    json_out_raw_name(out, name);
    json_out_array(out);
    for (uint32_t i = 0; i < list.n; i++) {
        json_out_str(out, list.at[i]);
    }
    json_out_array_end(out);
}

static void write_INT(struct json_out *out, lic_str name, int64_t value)
{
    if (value != EVENT_INT_NONE) {
        json_out_raw_name(out, name);
        json_out_i64(out, value);
    }
}

static void write_REAL(struct json_out *out, lic_str name, double value)
{
    if (value >= 0) {
        json_out_raw_name(out, name);
        json_out_double(out, value);
    }
}

static void write_TIME(struct json_out *out, lic_str name, int64_t ns)
{
    if (ns != EVENT_INT_NONE) {
        char text[CLOCK_TEXT_BYTES];
        clock_format(ns, text);
        json_out_raw_name(out, name);
        json_out_str(out, str_make(text, sizeof(text)));
    }
}

static void write_FLAG(struct json_out *out, lic_str name, int8_t value)
{
    if (value != EVENT_FLAG_NONE) {
        json_out_raw_name(out, name);
        json_out_bool(out, value != 0);
    }
}

static void write_fields(struct json_out *out, const struct event *event, bool outcome)
{
#define FIELD(name, type, condition, record, which, doc)                                           \
    if (which == BOTH || (which == OUTCOME && outcome)) {                                          \
        write_##type(out, JSON_NAME(record), event->name);                                         \
    }
#include "event/fields.def"
#undef FIELD
}

/* ---- content ---- */

static void write_digest(struct json_out *out, lic_str text)
{
    uint8_t digest[HASH_BYTES];
    char hex[2 * HASH_BYTES];
    hash_sha256(text, digest);
    hash_hex(digest, sizeof(digest), hex);
    json_out_raw_name(out, JSON_NAME("sha256"));
    json_out_str(out, str_make(hex, sizeof(hex)));
}

static void write_text(struct json_out *out, const struct record *record,
                       const struct event_part *part)
{
    bool masked = part->shown.at != NULL && record->content != RECORD_CONTENT_FULL;
    lic_str text = masked ? part->shown : part->text;
    json_out_raw_name(out, JSON_NAME("bytes"));
    json_out_u64(out, part->text.n);
    if (record->content == RECORD_CONTENT_NONE) {
        write_digest(out, part->text);
        return;
    }
    json_out_raw_name(out, JSON_NAME("text"));
    if (text.n > LIMIT_RECORD_TEXT_BYTES) {
        json_out_str(out, utf8_head(text, LIMIT_RECORD_TEXT_BYTES));
        json_out_raw_name(out, JSON_NAME("cut"));
        json_out_bool(out, true);
        write_digest(out, text);
    } else if (!masked && part->raw.at && !part->object) {
        json_out_raw_str(out, part->raw);
    } else {
        json_out_str(out, text);
    }
    if (masked) {
        json_out_raw_name(out, JSON_NAME("masked"));
        json_out_bool(out, true);
    }
}

static void write_part(struct json_out *out, const struct record *record,
                       const struct event_part *part)
{
    json_out_object(out);
    json_out_raw_name(out, JSON_NAME("channel"));
    json_out_str(out, str_z(event_channel_name(part->channel)));
    if (part->choice > 0) {
        json_out_raw_name(out, JSON_NAME("choice"));
        json_out_u64(out, part->choice);
    }
    if (part->name.n > 0) {
        json_out_raw_name(out, JSON_NAME("name"));
        json_out_str(out, part->name);
    }
    if (part->id.n > 0) {
        json_out_raw_name(out, JSON_NAME("id"));
        json_out_str(out, part->id);
    }
    if (part->kind == PART_OPAQUE) {
        json_out_raw_name(out, JSON_NAME("uninspected"));
        json_out_bool(out, true);
    } else {
        write_text(out, record, part);
    }
    json_out_object_end(out);
}

static void write_parts(struct json_out *out, const struct record *record, lic_str name,
                        const struct event *event)
{
    json_out_raw_name(out, name);
    json_out_array(out);
    for (uint32_t i = 0; i < event->parts.n; i++) {
        write_part(out, record, &event->parts.at[i]);
    }
    json_out_array_end(out);
}

static void write_calls(struct json_out *out, const struct event *event)
{
    if (event->calls.n == 0) {
        return;
    }
    json_out_raw_name(out, JSON_NAME("tool_calls"));
    json_out_array(out);
    for (uint32_t i = 0; i < event->calls.n; i++) {
        const struct event_call *call = &event->calls.at[i];
        json_out_object(out);
        json_out_raw_name(out, JSON_NAME("name"));
        json_out_str(out, call->name);
        write_TEXT(out, JSON_NAME("id"), call->id);
        json_out_raw_name(out, JSON_NAME("part"));
        json_out_u64(out, call->part);
        write_TEXT(out, JSON_NAME("decision"), call->decision);
        json_out_object_end(out);
    }
    json_out_array_end(out);
}

static void write_finding(struct json_out *out, const struct finding *finding)
{
    json_out_object(out);
    json_out_raw_name(out, JSON_NAME("rule"));
    json_out_str(out, finding->rule);
    json_out_raw_name(out, JSON_NAME("type"));
    json_out_str(out, finding->type);
    json_out_raw_name(out, JSON_NAME("category"));
    json_out_str(out, str_z(finding_category_name(finding->category)));
    json_out_raw_name(out, JSON_NAME("severity"));
    json_out_str(out, str_z(finding_severity_name(finding->severity)));
    json_out_raw_name(out, JSON_NAME("action"));
    json_out_str(out, str_z(finding_action_name(finding->action)));
    json_out_raw_name(out, JSON_NAME("part"));
    json_out_u64(out, finding->part);
    json_out_raw_name(out, JSON_NAME("start"));
    json_out_u64(out, finding->start);
    json_out_raw_name(out, JSON_NAME("end"));
    json_out_u64(out, finding->end);
    json_out_raw_name(out, JSON_NAME("score"));
    json_out_double(out, finding_score(finding));
    json_out_object_end(out);
}

static void write_findings(struct json_out *out, const struct findings *findings)
{
    json_out_raw_name(out, JSON_NAME("findings"));
    json_out_array(out);
    for (uint32_t i = 0; i < findings->n; i++) {
        write_finding(out, &findings->at[i]);
    }
    json_out_array_end(out);
}

static void write_line(struct json_out *out, const struct record *record, bool with_content)
{
    json_out_object(out);
    json_out_raw_name(out, JSON_NAME("v"));
    json_out_u64(out, 1);
    write_fields(out, record->request, record->outcome);
    if (with_content && !record->outcome) {
        write_parts(out, record, JSON_NAME("input"), record->request);
        write_calls(out, record->request);
    }
    if (with_content && record->answer) {
        write_parts(out, record, JSON_NAME("output"), record->answer);
        write_calls(out, record->answer);
    }
    if (with_content) {
        write_findings(out, record->findings);
    } else {
        json_out_raw_name(out, JSON_NAME("content_left_out"));
        json_out_bool(out, true);
    }
    json_out_object_end(out);
    buf_add_char(out->buf, '\n');
}

enum lic_rc record_write(const struct record *record, struct arena *scratch, struct buf *out,
                         struct lic_err *err)
{
    size_t before = out->n;
    struct json_out json;
    json_out_init(&json, out);
    write_line(&json, record, /* with_content= */ true);
    if (out->failed == LIC_E_LIMIT) {
        /* Too much content for one record: who, what and why must still be written. */
        struct buf again;
        buf_init(&again, scratch, LIMIT_RECORD_BYTES);
        json_out_init(&json, &again);
        write_line(&json, record, /* with_content= */ false);
        TRY(buf_check(&again, "a ledger record", err));
        out->n = before;
        out->failed = LIC_OK;
        buf_add(out, buf_str(&again));
    }
    return buf_check(out, "a ledger record", err);
}
