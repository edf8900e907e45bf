/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entries, written and read back, and the table that hosts keep them in: sets of eight slots of
 * which the one used longest ago goes first.
 *
 *     entry    injection f32 | jailbreak f32 | cut u8 | n u8 | n times: kind u8, start u32,
 *              end u32, score f32
 *     kind     the number of one that an earlier finding brought, or the next number and then:
 *              category u8, severity u8, rule: n u8 and bytes, type: likewise
 *
 * What is read back is checked as if anybody had written it: places lie within the text.
 */
#include "engine/verdicts.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include <lictor/lictor.h>

#include "base/banned.h"

#define MAGIC 0x6c69637476726463u
#define SLOTS 8u
#define FINDING_BYTES 13u /* of a kind that was before */
#define KINDS_MAX (LIC_VERDICT_BYTES / FINDING_BYTES + 1)

/* ---- ids ---- */

static void add_field(struct buf *buf, lic_str s)
{
    uint64_t n = s.n;
    buf_add(buf, str_make((const char *)&n, sizeof(n)));
    buf_add(buf, s);
}

bool verdicts_id(const struct verdicts_key *key, struct arena *arena,
                 uint8_t out[LIC_VERDICT_ID_BYTES])
{
    const struct scan_subject *subject = key->subject;
    char where[2] = { (char)key->output, (char)subject->channel };
    uint8_t digest[HASH_BYTES];
    struct buf buf;
    if (subject->text.n < VERDICTS_TEXT_MIN || subject->text.n > VERDICTS_TEXT_MAX) {
        return false;
    }
    buf_init(&buf, arena, (size_t)2 * VERDICTS_TEXT_MAX);
    buf_add(&buf, str_make((const char *)key->secret, VERDICTS_SECRET_BYTES));
    buf_add(&buf, str_make(where, sizeof(where)));
    add_field(&buf, subject->tool);
    for (uint32_t i = 0; subject->agent_tools && i < subject->agent_tools->n; i++) {
        add_field(&buf, subject->agent_tools->at[i]);
    }
    add_field(&buf, subject->text);
    if (buf.failed != LIC_OK) {
        return false;
    }
    hash_sha256(buf_str(&buf), digest);
    memcpy(out, digest, LIC_VERDICT_ID_BYTES);
    return true;
}

/* ---- entries ---- */

struct entry {
    char *at;
    size_t n;
    bool failed; /* too long to write, or too short to read */
};

static void put_bytes(struct entry *entry, const void *at, size_t n)
{
    if (entry->failed || n > LIC_VERDICT_BYTES - entry->n) {
        entry->failed = true;
        return;
    }
    memcpy(entry->at + entry->n, at, n);
    entry->n += n;
}

static void put_name(struct entry *entry, lic_str name)
{
    uint8_t n = (uint8_t)name.n;
    entry->failed |= name.n > UINT8_MAX;
    put_bytes(entry, &n, 1);
    put_bytes(entry, name.at, name.n);
}

/* Findings that brought a new kind, in order. */
struct kinds {
    struct finding of[KINDS_MAX];
    uint32_t n;
};

static bool same_kind(const struct finding *a, const struct finding *b)
{
    return a->category == b->category && a->severity == b->severity && str_eq(a->rule, b->rule) &&
           str_eq(a->type, b->type);
}

static void put_kind(struct entry *entry, struct kinds *kinds, const struct finding *finding)
{
    uint8_t about[2] = { (uint8_t)finding->category, (uint8_t)finding->severity };
    uint8_t number = 0;
    while (number < kinds->n && !same_kind(&kinds->of[number], finding)) {
        number++;
    }
    put_bytes(entry, &number, 1);
    if (number < kinds->n) {
        return;
    }
    put_bytes(entry, about, sizeof(about));
    put_name(entry, finding->rule);
    put_name(entry, finding->type);
    kinds->of[kinds->n++] = *finding;
}

static void put_finding(struct entry *entry, struct kinds *kinds, const struct finding *finding)
{
    put_kind(entry, kinds, finding);
    put_bytes(entry, &finding->start, sizeof(finding->start));
    put_bytes(entry, &finding->end, sizeof(finding->end));
    put_bytes(entry, &finding->score, sizeof(finding->score));
}

void verdicts_put(const struct lic_host *host, const uint8_t id[LIC_VERDICT_ID_BYTES],
                  const struct finding *found, uint32_t n, const struct scan_scores *scores)
{
    char bytes[LIC_VERDICT_BYTES];
    struct entry entry = { .at = bytes };
    struct kinds kinds = { .n = 0 };
    uint8_t counts[2] = { scores->cut, (uint8_t)n };
    if (n > LIC_VERDICT_BYTES / FINDING_BYTES) {
        return;
    }
    put_bytes(&entry, &scores->injection, sizeof(scores->injection));
    put_bytes(&entry, &scores->jailbreak, sizeof(scores->jailbreak));
    put_bytes(&entry, counts, sizeof(counts));
    for (uint32_t i = 0; i < n; i++) {
        put_finding(&entry, &kinds, &found[i]);
    }
    if (!entry.failed) {
        host->verdict_put(host->ctx, id, str_make(entry.at, entry.n));
    }
}

static void take_bytes(struct entry *entry, void *out, size_t n)
{
    if (entry->failed || n > entry->n) {
        entry->failed = true;
        memset(out, 0, n);
        return;
    }
    memcpy(out, entry->at, n);
    entry->at += n;
    entry->n -= n;
}

static lic_str take_name(struct entry *entry, struct arena *arena)
{
    uint8_t n = 0;
    take_bytes(entry, &n, 1);
    char *name = arena_take(arena, n);
    if (!name) {
        entry->failed = true;
        return (lic_str){ 0 };
    }
    take_bytes(entry, name, n);
    return str_make(name, n);
}

/* A finding of the next kind there is, without its place. */
static void take_kind(struct entry *entry, struct kinds *kinds, struct arena *arena)
{
    uint8_t about[2];
    take_bytes(entry, about, sizeof(about));
    struct finding *kind = &kinds->of[kinds->n];
    *kind = (struct finding){ .category = (enum finding_category)about[0],
                              .severity = (enum finding_severity)about[1],
                              .action = ACTION_NONE };
    kind->rule = take_name(entry, arena);
    kind->type = take_name(entry, arena);
    entry->failed |= about[0] >= FINDING_CATEGORY_N || about[1] > SEVERITY_CRITICAL;
    kinds->n++;
}

static struct finding take_finding(struct entry *entry, struct kinds *kinds, size_t text_bytes,
                                   struct arena *arena)
{
    uint8_t number = 0;
    take_bytes(entry, &number, 1);
    entry->failed |= number > kinds->n || number >= KINDS_MAX;
    if (entry->failed) {
        return (struct finding){ .action = ACTION_NONE };
    }
    if (number == kinds->n) {
        take_kind(entry, kinds, arena);
    }
    struct finding finding = kinds->of[number];
    take_bytes(entry, &finding.start, sizeof(finding.start));
    take_bytes(entry, &finding.end, sizeof(finding.end));
    take_bytes(entry, &finding.score, sizeof(finding.score));
    entry->failed |= finding.start > finding.end || finding.end > text_bytes;
    return finding;
}

bool verdicts_get(const struct lic_host *host, const uint8_t id[LIC_VERDICT_ID_BYTES],
                  size_t text_bytes, struct arena *arena, struct findings *out,
                  struct scan_scores *scores)
{
    char bytes[LIC_VERDICT_BYTES];
    struct entry entry = { .at = bytes };
    struct scan_scores told = { 0 };
    struct kinds kinds = { .n = 0 };
    uint8_t counts[2];
    uint32_t first = out->n;
    if (!host->verdict_get(host->ctx, id, bytes, &entry.n)) {
        return false;
    }
    take_bytes(&entry, &told.injection, sizeof(told.injection));
    take_bytes(&entry, &told.jailbreak, sizeof(told.jailbreak));
    take_bytes(&entry, counts, sizeof(counts));
    told.cut = counts[0] != 0;
    for (uint32_t i = 0; i < counts[1] && !entry.failed; i++) {
        struct finding finding = take_finding(&entry, &kinds, text_bytes, arena);
        entry.failed |= !ARENA_PUSH(arena, out, finding);
    }
    if (entry.failed || entry.n > 0) {
        out->n = first;
        return false;
    }
    *scores = told;
    return true;
}

/* ---- what hosts keep them in ---- */

struct slot {
    uint8_t id[LIC_VERDICT_ID_BYTES];
    uint64_t turn; /* of the last use; 0: free */
    uint32_t n;
    char bytes[LIC_VERDICT_BYTES];
};

struct table {
    uint64_t magic, turn, sets_n;
    struct slot slots[]; /* SLOTS a set */
};

static uint64_t sets_in(size_t bytes)
{
    return (bytes - sizeof(struct table)) / (sizeof(struct slot) * SLOTS);
}

enum lic_rc lic_verdicts_init(void *memory, size_t bytes, struct lic_err *err)
{
    struct table *table = memory;
    CHECK((uintptr_t)memory % _Alignof(struct table) == 0);
    ENSURE(bytes >= VERDICTS_BYTES_MIN, err, LIC_E_LIMIT,
           "a table of verdicts needs at least %u bytes, not %zu", VERDICTS_BYTES_MIN, bytes);
    memset(memory, 0, bytes);
    table->sets_n = sets_in(bytes);
    table->magic = MAGIC;
    return LIC_OK;
}

/* The eight slots where an id may lie; NULL when there is no table here. */
static struct slot *set_of(void *memory, size_t bytes, const uint8_t id[LIC_VERDICT_ID_BYTES])
{
    struct table *table = memory;
    uint64_t bits;
    if (bytes < VERDICTS_BYTES_MIN || table->magic != MAGIC || table->sets_n != sets_in(bytes)) {
        return NULL;
    }
    memcpy(&bits, id, sizeof(bits));
    return &table->slots[bits % table->sets_n * SLOTS];
}

bool lic_verdicts_get(void *memory, size_t bytes, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out,
                      size_t *out_n)
{
    struct slot *set = set_of(memory, bytes, id);
    for (uint32_t i = 0; set && i < SLOTS; i++) {
        struct slot *slot = &set[i];
        if (slot->turn > 0 && memcmp(slot->id, id, LIC_VERDICT_ID_BYTES) == 0 &&
            slot->n <= LIC_VERDICT_BYTES) {
            slot->turn = ++((struct table *)memory)->turn;
            memcpy(out, slot->bytes, slot->n);
            *out_n = slot->n;
            return true;
        }
    }
    return false;
}

void lic_verdicts_put(void *memory, size_t bytes, const uint8_t id[LIC_VERDICT_ID_BYTES],
                      lic_str entry)
{
    struct slot *set = set_of(memory, bytes, id);
    if (!set || entry.n > LIC_VERDICT_BYTES) {
        return;
    }
    struct slot *oldest = &set[0];
    for (uint32_t i = 0; i < SLOTS; i++) {
        if (set[i].turn > 0 && memcmp(set[i].id, id, LIC_VERDICT_ID_BYTES) == 0) {
            oldest = &set[i];
            break;
        }
        oldest = set[i].turn < oldest->turn ? &set[i] : oldest;
    }
    oldest->turn = ++((struct table *)memory)->turn;
    oldest->n = (uint32_t)entry.n;
    memcpy(oldest->id, id, LIC_VERDICT_ID_BYTES);
    memcpy(oldest->bytes, entry.at, entry.n);
}
