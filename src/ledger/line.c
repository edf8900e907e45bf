/* SPDX-License-Identifier: Apache-2.0 */
/* A record as a line a person reads: when, what, who, which model, what was decided and why. */
#include <lictor/read.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

/* Where the line is written; never beyond the end. */
struct line {
    char *at;
    size_t n, max;
};

/* The byte at i belongs to a control character: C0, DEL, or C1, which is C2 80 to C2 9F. */
static bool is_control(lic_str s, size_t i)
{
    unsigned char c = (unsigned char)s.at[i];
    unsigned char before = i > 0 ? (unsigned char)s.at[i - 1] : 0;
    unsigned char after = i + 1 < s.n ? (unsigned char)s.at[i + 1] : 0;
    return c < 0x20 || c == 0x7f || (c == 0xc2 && after >= 0x80 && after <= 0x9f) ||
           (before == 0xc2 && c >= 0x80 && c <= 0x9f);
}

/* Control characters would let a recorded text repaint the reader's terminal. */
static void put(struct line *line, lic_str s)
{
    for (size_t i = 0; i < s.n && line->n + 1 < line->max; i++) {
        line->at[line->n++] = is_control(s, i) ? '.' : s.at[i];
    }
}

static lic_str member(const struct json_doc *doc, const char *name)
{
    uint32_t node = json_get(doc, 0, str_z(name));
    return node == JSON_NONE ? (lic_str){ 0 } : json_raw(doc, node);
}

static void put_member(struct line *line, const char *before, const struct json_doc *doc,
                       const char *name)
{
    lic_str value = member(doc, name);
    if (value.n > 0) {
        put(line, str_z(before));
        put(line, value);
    }
}

static void put_types(struct line *line, const struct json_doc *doc)
{
    uint32_t findings = json_get(doc, 0, LIC_STR("findings"));
    if (findings == JSON_NONE || doc->nodes[findings].n == 0) {
        return;
    }
    const char *before = " found=";
    for (uint32_t i = json_first(doc, findings); i != JSON_NONE; i = json_next(doc, findings, i)) {
        uint32_t type = json_get(doc, i, LIC_STR("type"));
        put(line, str_z(before));
        put(line, type == JSON_NONE ? LIC_STR("?") : json_raw(doc, type));
        before = ",";
    }
}

static void put_record(struct line *line, const struct json_doc *doc)
{
    put_member(line, "", doc, "time");
    put_member(line, " ", doc, "kind");
    put_member(line, " ", doc, "decision");
    put_member(line, "/", doc, "enforced");
    put_member(line, " ", doc, "principal");
    put_member(line, " agent=", doc, "agent");
    put_member(line, " ", doc, "action");
    put_member(line, " model=", doc, "model");
    put_types(line, doc);
    put_member(line, " status=", doc, "status");
    put_member(line, " latency_us=", doc, "latency_us");
    put_member(line, " failure=", doc, "failure");
    put_member(line, " record=", doc, "record");
    put_member(line, " reason: ", doc, "reason");
}

enum lic_rc lic_record_line(const struct lic_host *host, lic_str record, char *out,
                            size_t out_bytes, size_t *out_n, struct lic_err *err)
{
    static const struct json_limits limits = { .mode = JSON_GATEWAY };
    CHECK(out_bytes > 0);
    CLEANUP(arena_pool_fini) struct arena_pool pool;
    arena_pool_init(&pool, host, /* free_max= */ 0);
    CLEANUP(arena_fini) struct arena arena;
    arena_init(&arena, &pool, /* bytes_max= */ 0);
    struct json_doc doc;
    TRY(json_read(&arena, str_trim(record), &limits, &doc, err));
    ENSURE(json_type(&doc, 0) == JSON_OBJECT && json_get(&doc, 0, LIC_STR("kind")) != JSON_NONE,
           err, LIC_E_SYNTAX, "the line is not a ledger record: it has no member \"kind\"");
    struct line line = { out, 0, out_bytes };
    put_record(&line, &doc);
    out[line.n] = '\0';
    *out_n = line.n;
    return LIC_OK;
}
