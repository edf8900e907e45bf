/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources to patterns. Each resource is cut into literal text and ids; those with the same
 * literal text around ids of the same kinds are one group. An id that takes enough values becomes
 * '*', one that takes few divides the group:
 *
 *     tenant-1/a1 tenant-1/a2 tenant-1/a3 tenant-2/b9
 *       └ 2 values: divide ─► tenant-1/{a1,a2,a3} ─► tenant-1/a*     tenant-2/b9 ─► itself
 *
 * What is still too long a list is cut at its paths.
 */
#include "advise/tighten_resource.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/sort.h"
#include "base/str.h"
#include "policy/match.h"

#include "base/banned.h"

#define ID_MARK '\x03' /* in a shape; below what tighten_resource_take lets pass */
#define IDS_MAX 8u
#define HEX_MIN 8u
#define RANDOM_MIN 16u
#define NAME_LETTERS_MIN 3u
#define SUFFIX_MAX 8u
#define UUID_BYTES 36u

enum id_kind { ID_NONE, ID_UUID, ID_NUMBER, ID_DATE, ID_HEX, ID_RANDOM };

static const char *const id_words[] = {
    [ID_NONE] = "names", [ID_UUID] = "UUIDs",       [ID_NUMBER] = "numbers",
    [ID_DATE] = "dates", [ID_HEX] = "hexadecimals", [ID_RANDOM] = "random names",
};

struct id {
    uint32_t start, n;
    enum id_kind kind;
};

/* A resource cut up. */
struct pieces {
    lic_str text;
    struct id ids[IDS_MAX];
    uint32_t ids_n;
};

struct group {
    struct pieces **at;
    uint32_t n, cap;
};

struct merging {
    const struct tighten_resource_options *options;
    struct arena *arena, *scratch;
    struct tighten_patterns *out;
    struct lic_err *err;
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory to merge resources");
}

/* ---- letters ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static size_t digits_at(lic_str s, size_t from)
{
    size_t n = 0;
    while (from + n < s.n && is_digit(s.at[from + n])) {
        n++;
    }
    return n;
}

static size_t word_at(lic_str s, size_t from)
{
    size_t n = 0;
    while (from + n < s.n && (is_digit(s.at[from + n]) || is_letter(s.at[from + n]))) {
        n++;
    }
    return n;
}

/* ---- ids ---- */

static bool is_uuid(lic_str s, size_t from)
{
    if (s.n - from < UUID_BYTES || word_at(s, from + UUID_BYTES) > 0) {
        return false;
    }
    for (size_t i = 0; i < UUID_BYTES; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.at[from + i] != '-' : !is_hex(s.at[from + i])) {
            return false;
        }
    }
    return true;
}

static bool is_number_in(lic_str s, uint64_t least, uint64_t most)
{
    uint64_t n = 0;
    return str_u64(s, &n) && n >= least && n <= most;
}

/* One more part of a date: a separator and two digits. */
static bool has_date_part(lic_str s, size_t at, uint64_t least, uint64_t most)
{
    return at + 3 <= s.n && strchr("/-_.", s.at[at]) && s.at[at] != '\0' &&
           digits_at(s, at + 1) == 2 && is_number_in(str_slice(s, at + 1, at + 3), least, most);
}

/* 2026/11/22, 2026-11, 2026/11/22/10, also as year=2026/... without the words: bytes, or 0. */
static size_t date_at(lic_str s, size_t from)
{
    if (digits_at(s, from) != 4 || !is_number_in(str_slice(s, from, from + 4), 1970, 2099) ||
        !has_date_part(s, from + 4, 1, 12)) {
        return 0;
    }
    size_t end = from + 7;
    if (has_date_part(s, end, 1, 31)) {
        end += 3;
        end += has_date_part(s, end, 0, 23) ? 3 : 0;
    }
    return word_at(s, end) == 0 ? end - from : 0;
}

/* 20261122, 20261122T101500Z, 202611221015 */
static bool is_stamp(lic_str word)
{
    size_t digits = digits_at(word, 0);
    if (digits < 8 || !is_number_in(str_head(word, 4), 1970, 2099) ||
        !is_number_in(str_slice(word, 4, 6), 1, 12) ||
        !is_number_in(str_slice(word, 6, 8), 1, 31)) {
        return false;
    }
    size_t rest = digits < word.n && word.at[digits] == 'T' ? digits + 1 : digits;
    size_t end = rest + digits_at(word, rest);
    end += end < word.n && word.at[end] == 'Z' ? 1 : 0;
    return end == word.n && word.n <= sizeof("20261122T101500123Z") - 1;
}

struct letters {
    uint32_t digits, hexes, uppers, lowers;
};

static struct letters count_letters(lic_str word)
{
    struct letters n = { 0 };
    for (size_t i = 0; i < word.n; i++) {
        char c = word.at[i];
        n.digits += is_digit(c);
        n.hexes += is_hex(c);
        n.uppers += c >= 'A' && c <= 'Z';
        n.lowers += c >= 'a' && c <= 'z';
    }
    return n;
}

/* What a whole word of letters and digits is. "v2" and "order17" are names that end in numbers:
 * *out_from says where the id in them begins. */
static enum id_kind kind_of(lic_str word, size_t *out_from)
{
    struct letters n = count_letters(word);
    *out_from = 0;
    if (n.digits == word.n) {
        return is_stamp(word) ? ID_DATE : ID_NUMBER;
    }
    if (is_stamp(word)) {
        return ID_DATE;
    }
    bool one_case = n.uppers == 0 || n.lowers == 0;
    if (n.hexes == word.n && word.n >= HEX_MIN && n.digits > 0 && one_case) {
        return ID_HEX;
    }
    if (word.n >= RANDOM_MIN && n.digits >= 3) {
        return ID_RANDOM;
    }
    size_t tail = word.n;
    while (tail > 0 && is_digit(word.at[tail - 1])) {
        tail--;
    }
    *out_from = tail;
    return tail < word.n && n.digits == word.n - tail ? ID_NUMBER : ID_NONE;
}

/* How many bytes from `at` belong together; *out is an id in them when its kind is not ID_NONE. */
static size_t read_piece(lic_str s, size_t at, struct id *out)
{
    size_t date = date_at(s, at);
    size_t word = word_at(s, at);
    *out = (struct id){ .start = (uint32_t)at };
    if (is_uuid(s, at)) {
        out->kind = ID_UUID;
        out->n = UUID_BYTES;
        return UUID_BYTES;
    }
    if (date > 0) {
        out->kind = ID_DATE;
        out->n = (uint32_t)date;
        return date;
    }
    if (word == 0) {
        return 1;
    }
    size_t from = 0;
    out->kind = kind_of(str_slice(s, at, at + word), &from);
    out->start = (uint32_t)(at + from);
    out->n = (uint32_t)(word - from);
    return word;
}

/* ---- what is never merged ---- */

static size_t after_colons(lic_str arn, uint32_t n)
{
    size_t at = 0;
    for (uint32_t i = 0; i < n && at < arn.n; i++) {
        at += str_find_char(str_tail(arn, at), ':') + 1;
    }
    return at < arn.n ? at : arn.n;
}

static bool is_s3(lic_str arn)
{
    lic_str rest = arn;
    (void)str_split(&rest, ':');
    (void)str_split(&rest, ':');
    return str_eq(str_split(&rest, ':'), LIC_STR("s3"));
}

/* Models and tools are chosen by name; a number in it is a version that somebody decided for. */
static bool is_named_by_hand(lic_str arn)
{
    lic_str rest = str_tail(arn, after_colons(arn, 5));
    return str_starts(arn, LIC_STR("arn:lictor:")) ||
           str_starts(rest, LIC_STR("foundation-model/")) ||
           str_starts(rest, LIC_STR("inference-profile/")) ||
           str_starts(rest, LIC_STR("custom-model/"));
}

/* Bytes up to and including what says of which kind or in which bucket a resource is. */
static size_t fixed_bytes(lic_str arn)
{
    size_t at = after_colons(arn, 5);
    if (!str_starts(arn, LIC_STR("arn:")) || is_named_by_hand(arn)) {
        return arn.n;
    }
    lic_str rest = str_tail(arn, at);
    size_t slash = str_find_char(rest, '/');
    size_t colon = str_find_char(rest, ':');
    if (is_s3(arn)) {
        return slash < rest.n ? at + slash + 1 : arn.n;
    }
    size_t first = slash < colon ? slash : colon;
    return first < rest.n ? at + first + 1 : at;
}

/* The first name after the type must keep enough letters, or the pattern would be all of a type. */
static bool keeps_its_name(lic_str pattern)
{
    if (is_s3(pattern)) {
        return true;
    }
    uint32_t letters = 0;
    for (size_t i = fixed_bytes(pattern); i < pattern.n; i++) {
        char c = pattern.at[i];
        if (c == '/' || c == ':') {
            break;
        }
        letters += is_letter(c);
    }
    return letters >= NAME_LETTERS_MIN;
}

/* ---- groups ---- */

static void cut_up(lic_str text, struct pieces *out)
{
    out->text = text;
    out->ids_n = 0;
    for (size_t at = fixed_bytes(text); at < text.n && out->ids_n < IDS_MAX;) {
        struct id id;
        at += read_piece(text, at, &id);
        if (id.kind != ID_NONE) {
            out->ids[out->ids_n++] = id;
        }
    }
}

/* The text with each id replaced by a mark and its kind. */
static enum lic_rc shape_of(const struct merging *m, const struct pieces *pieces, lic_str *out)
{
    struct buf shape;
    size_t at = 0;
    buf_init(&shape, m->scratch, LIMIT_JSON_BYTES);
    for (uint32_t i = 0; i < pieces->ids_n; i++) {
        const struct id *id = &pieces->ids[i];
        buf_add(&shape, str_slice(pieces->text, at, id->start));
        buf_add_char(&shape, ID_MARK);
        buf_add_char(&shape, (char)('0' + (int)id->kind));
        at = id->start + id->n;
    }
    buf_add(&shape, str_tail(pieces->text, at));
    TRY(buf_check(&shape, "the shape of a resource", m->err));
    *out = buf_str(&shape);
    return LIC_OK;
}

struct groups {
    struct map by_key;
    struct {
        struct group **at;
        uint32_t n, cap;
    } all; /* in order of their first member */
};

static enum lic_rc add_to_group(const struct merging *m, struct groups *groups, lic_str key,
                                struct pieces *pieces)
{
    struct group *group = map_get(&groups->by_key, key);
    if (!group) {
        group = ARENA_NEW(m->scratch, struct group);
        if (!group || map_add(&groups->by_key, key, group) != LIC_OK ||
            !ARENA_PUSH(m->scratch, &groups->all, group)) {
            return no_memory(m->err);
        }
    }
    return ARENA_PUSH(m->scratch, group, pieces) ? LIC_OK : no_memory(m->err);
}

static lic_str id_text(const struct pieces *pieces, uint32_t i)
{
    return str_slice(pieces->text, pieces->ids[i].start,
                     (size_t)pieces->ids[i].start + pieces->ids[i].n);
}

static enum lic_rc divide(const struct merging *m, const struct group *group, uint32_t id,
                          struct groups *out)
{
    *out = (struct groups){ 0 };
    map_init(&out->by_key, m->scratch, /* seed= */ 0);
    for (uint32_t i = 0; i < group->n; i++) {
        TRY(add_to_group(m, out, id_text(group->at[i], id), group->at[i]));
    }
    return LIC_OK;
}

static enum lic_rc emit(const struct merging *m, lic_str text, lic_str example, const char *why,
                        uint32_t n)
{
    lic_str kept = str_copy(m->arena, text);
    struct tighten_pattern pattern = { kept, example, why, n };
    return kept.at && ARENA_PUSH(m->arena, m->out, pattern) ? LIC_OK : no_memory(m->err);
}

static enum lic_rc emit_each(const struct merging *m, const struct group *group)
{
    for (uint32_t i = 0; i < group->n; i++) {
        lic_str text = group->at[i]->text;
        TRY(emit(m, text, text, /* why= */ NULL, 1));
    }
    return LIC_OK;
}

/* The group as one pattern: '*' for the ids in the set `stars`. */
static enum lic_rc emit_pattern(const struct merging *m, const struct group *group, uint32_t stars)
{
    const struct pieces *first = group->at[0];
    struct buf text;
    size_t at = 0;
    const char *why = NULL;
    buf_init(&text, m->scratch, LIMIT_JSON_BYTES);
    for (uint32_t i = 0; i < first->ids_n; i++) {
        const struct id *id = &first->ids[i];
        if (!(stars & 1u << i)) {
            continue;
        }
        why = why && why != id_words[id->kind] ? "ids" : id_words[id->kind];
        buf_add(&text, str_slice(first->text, at, id->start));
        buf_add_char(&text, MATCH_ANY);
        at = id->start + id->n;
    }
    buf_add(&text, str_tail(first->text, at));
    TRY(buf_check(&text, "a pattern", m->err));
    return keeps_its_name(buf_str(&text)) ? emit(m, buf_str(&text), first->text, why, group->n)
                                          : emit_each(m, group);
}

static enum lic_rc merge_group(const struct merging *m, const struct group *group)
{
    if (group->n < m->options->examples_min) {
        return emit_each(m, group);
    }
    uint32_t stars = 0;
    struct groups parts;
    for (uint32_t id = 0; id < group->at[0]->ids_n; id++) {
        TRY(divide(m, group, id, &parts));
        if (parts.all.n >= m->options->examples_min) {
            stars |= 1u << id;
        } else if (parts.all.n > 1) {
            for (uint32_t i = 0; i < parts.all.n; i++) {
                TRY(merge_group(m, parts.all.at[i]));
            }
            return LIC_OK;
        }
    }
    return stars ? emit_pattern(m, group, stars) : emit_each(m, group);
}

static enum lic_rc merge_ids(const struct merging *m, const lic_str *resources, uint32_t n)
{
    struct groups groups = { 0 };
    map_init(&groups.by_key, m->scratch, /* seed= */ 0);
    struct pieces *pieces = ARENA_ARRAY(m->scratch, struct pieces, n);
    ENSURE(pieces, m->err, LIC_E_NOMEM, "no memory to merge %u resources", n);
    for (uint32_t i = 0; i < n; i++) {
        lic_str shape;
        cut_up(resources[i], &pieces[i]);
        TRY(shape_of(m, &pieces[i], &shape));
        TRY(add_to_group(m, &groups, shape, &pieces[i]));
    }
    for (uint32_t i = 0; i < groups.all.n; i++) {
        TRY(merge_group(m, groups.all.at[i]));
    }
    return LIC_OK;
}

/* ---- paths ---- */

/* Bytes up to and including the last slash, or 0 when nothing of it may be merged. What is already
 * a path and an asterisk is a name in the path above. */
static size_t path_bytes(lic_str text)
{
    size_t fixed = fixed_bytes(text);
    bool is_path = text.n > 2 && text.at[text.n - 1] == MATCH_ANY && text.at[text.n - 2] == '/';
    size_t at = is_path ? text.n - 2 : text.n;
    if (at < fixed) {
        return 0;
    }
    while (at > fixed && text.at[at - 1] != '/') {
        at--;
    }
    bool bucket = at == fixed && is_s3(text) && fixed < text.n;
    return at > fixed || bucket ? at : 0;
}

/* ".json" when the name has such an end. */
static lic_str suffix_of(lic_str text)
{
    size_t n = 1;
    while (n < text.n && n <= SUFFIX_MAX && word_at(text, text.n - n) == n) {
        n++;
    }
    bool fits = n > 1 && n < text.n && n <= SUFFIX_MAX && text.at[text.n - n] == '.';
    return fits ? str_tail(text, text.n - n) : (lic_str){ 0 };
}

struct folder {
    lic_str path, suffix;
    lic_str example;
    uint32_t names_n, resources_n;
    bool mixed; /* the names do not end alike */
};

static enum lic_rc count_folder(const struct merging *m, struct map *folders,
                                const struct tighten_pattern *pattern)
{
    size_t n = path_bytes(pattern->text);
    if (n == 0) {
        return LIC_OK;
    }
    lic_str path = str_head(pattern->text, n);
    lic_str suffix = suffix_of(pattern->text);
    struct folder *folder = map_get(folders, path);
    if (!folder) {
        folder = ARENA_NEW(m->scratch, struct folder);
        if (!folder || map_add(folders, path, folder) != LIC_OK) {
            return no_memory(m->err);
        }
        *folder = (struct folder){ .path = path, .suffix = suffix, .example = pattern->example };
    }
    folder->names_n++;
    folder->resources_n += pattern->resources_n;
    folder->mixed = folder->mixed || !str_eq(folder->suffix, suffix);
    return LIC_OK;
}

static struct folder *full_folder(const struct merging *m, const struct map *folders, lic_str text)
{
    size_t n = path_bytes(text);
    struct folder *folder = n > 0 ? map_get(folders, str_head(text, n)) : NULL;
    return folder && folder->names_n > m->options->names_max ? folder : NULL;
}

static enum lic_rc emit_folder(const struct merging *m, struct folder *folder)
{
    struct buf text;
    buf_init(&text, m->scratch, LIMIT_JSON_BYTES);
    buf_add(&text, folder->path);
    buf_add_char(&text, MATCH_ANY);
    buf_add(&text, folder->mixed ? (lic_str){ 0 } : folder->suffix);
    TRY(buf_check(&text, "a pattern", m->err));
    uint32_t n = folder->resources_n;
    folder->resources_n = 0; /* written */
    return emit(m, buf_str(&text), folder->example, id_words[ID_NONE], n);
}

/* One level: names of which there are too many under one path become that path. */
static enum lic_rc cut_paths(const struct merging *m, bool *out_changed)
{
    struct tighten_patterns before = *m->out;
    struct map folders;
    map_init(&folders, m->scratch, /* seed= */ 0);
    for (uint32_t i = 0; i < before.n; i++) {
        TRY(count_folder(m, &folders, &before.at[i]));
    }
    *m->out = (struct tighten_patterns){ 0 };
    *out_changed = false;
    for (uint32_t i = 0; i < before.n; i++) {
        struct folder *folder = full_folder(m, &folders, before.at[i].text);
        if (!folder) {
            struct tighten_pattern *kept = &before.at[i];
            TRY(emit(m, kept->text, kept->example, kept->why, kept->resources_n));
            continue;
        }
        *out_changed = true;
        if (folder->resources_n > 0) {
            TRY(emit_folder(m, folder));
        }
    }
    return LIC_OK;
}

/* Folders of folders: the names are then paths that already end in '*'. */
static enum lic_rc shorten(const struct merging *m)
{
    bool changed = true;
    while (changed && m->out->n > m->options->names_max) {
        TRY(cut_paths(m, &changed));
    }
    return LIC_OK;
}

/* ---- result ---- */

bool tighten_resource_covers(lic_str outer, lic_str inner)
{
    bool wide = inner.n > 0 && memchr(inner.at, MATCH_ANY, inner.n) != NULL;
    bool counts = outer.n > 0 && memchr(outer.at, MATCH_ONE, outer.n) != NULL;
    /* A '?' of the outer would match the byte that stands for any number of them. */
    return !(wide && counts) && match_glob_resource(outer, inner);
}

static int by_text(const void *a, const void *b)
{
    const struct tighten_pattern *x = a;
    const struct tighten_pattern *y = b;
    return str_cmp(x->text, y->text);
}

static bool is_covered(const struct tighten_patterns *patterns, uint32_t i)
{
    for (uint32_t j = 0; j < patterns->n; j++) {
        const struct tighten_pattern *other = &patterns->at[j];
        if (j != i && other->why && tighten_resource_covers(other->text, patterns->at[i].text) &&
            (j < i || !tighten_resource_covers(patterns->at[i].text, other->text))) {
            return true;
        }
    }
    return false;
}

/* Quadratic, but only over lists that a person could read. */
static void drop_covered(struct tighten_patterns *patterns, uint32_t names_max)
{
    if (patterns->n > names_max * 16) {
        return;
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < patterns->n; i++) {
        if (!is_covered(patterns, i)) {
            patterns->at[kept++] = patterns->at[i];
        }
    }
    patterns->n = kept;
}

enum lic_rc tighten_resource_merge(const lic_str *resources, uint32_t n,
                                   const struct tighten_resource_options *options,
                                   struct arena *arena, struct arena *scratch,
                                   struct tighten_patterns *out, struct lic_err *err)
{
    struct merging m = { options, arena, scratch, out, err };
    *out = (struct tighten_patterns){ 0 };
    TRY(merge_ids(&m, resources, n));
    TRY(shorten(&m));
    sort_array(out->at, out->n, sizeof(out->at[0]), by_text);
    drop_covered(out, options->names_max);
    return LIC_OK;
}

/* ---- text ---- */

/* Bytes of the character at `i`; 0 when it may stand in a policy as it is (U+0020 to U+00FF). */
static size_t unwritable_at(lic_str s, size_t i)
{
    unsigned char c = (unsigned char)s.at[i];
    if (c < 0x20 || c == 0x7f) {
        return 1;
    }
    if (c < 0xc4) {
        return 0;
    }
    size_t n = 1;
    while (i + n < s.n && ((unsigned char)s.at[i + n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

enum lic_rc tighten_resource_take(struct arena *arena, lic_str resource, bool wild, lic_str *out,
                                  struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, LIMIT_JSON_BYTES);
    for (size_t i = 0; i < resource.n;) {
        size_t skip = unwritable_at(resource, i);
        char c = resource.at[i];
        if (skip > 0) {
            c = MATCH_ONE;
        } else if (wild && c == '*') {
            c = MATCH_ANY;
        } else if (wild && c == '?') {
            c = MATCH_ONE;
        }
        buf_add_char(&text, c);
        i += skip > 0 ? skip : 1;
    }
    TRY(buf_check(&text, "the name of a resource", err));
    *out = buf_str(&text);
    return LIC_OK;
}

void tighten_resource_write(struct buf *out, lic_str pattern)
{
    for (size_t i = 0; i < pattern.n; i++) {
        char c = pattern.at[i];
        bool variable = c == '$' && i + 1 < pattern.n && pattern.at[i + 1] == '{';
        if (c == MATCH_ANY) {
            buf_add_char(out, '*');
        } else if (c == MATCH_ONE) {
            buf_add_char(out, '?');
        } else if (c == '*' || c == '?' || variable) {
            buf_addf(out, "${%c}", c);
        } else {
            buf_add_char(out, c);
        }
    }
}
