/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the table of services, actions, resource types and condition keys. tools/catalogue.py
 * writes it, little-endian:
 *
 *     head        magic (8 bytes), then for each part below: how many, and where it begins
 *     services    7 words each: prefix, first action, n, first resource, n, keys (list), flags
 *     actions     3 words each: name and level (top 3 bits), resources, keys (lists)
 *     resources   3 words each: name, ARN pattern, keys (list)
 *     keys        2 words each: name, type and flags (second byte)
 *     lists       2 bytes an item: how many, then the items
 *     texts       length in 2 bytes, then the bytes
 *
 * A resource in an action's list counts from its service's first; its top bit says "required".
 */
#include "advise/catalogue.h"

#include "advise/catalogue_data.h"
#include "base/check.h"
#include "base/str.h"
#include "policy/policy.h"

#include "base/banned.h"

#define WORD 4u
#define MAGIC_BYTES 8u
#define SERVICE_WORDS 7u
#define ACTION_WORDS 3u
#define RESOURCE_WORDS 3u
#define KEY_WORDS 2u
#define LEVEL_SHIFT 29u
#define RESOURCE_REQUIRED 0x8000u
#define NAME_BYTES 96u /* longer names have no nearest one */

enum table_part { PART_SERVICES, PART_ACTIONS, PART_RESOURCES, PART_KEYS, PART_LISTS, PART_TEXTS };

static uint32_t read_word(size_t at)
{
    const unsigned char *b = (const unsigned char *)catalogue_data + at;
    CHECK(at + WORD <= catalogue_data_n);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint32_t read_half(size_t at)
{
    const unsigned char *b = (const unsigned char *)catalogue_data + at;
    CHECK(at + 2 <= catalogue_data_n);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static uint32_t part_n(enum table_part part)
{
    return read_word(MAGIC_BYTES + (size_t)part * 2 * WORD);
}

static size_t part_at(enum table_part part)
{
    return read_word(MAGIC_BYTES + ((size_t)part * 2 + 1) * WORD);
}

static uint32_t row_word(enum table_part part, uint32_t words, uint32_t row, uint32_t word)
{
    CHECK(row < part_n(part));
    return read_word(part_at(part) + ((size_t)row * words + word) * WORD);
}

static uint32_t service_word(uint32_t service, uint32_t word)
{
    return row_word(PART_SERVICES, SERVICE_WORDS, service, word);
}

static uint32_t action_word(uint32_t action, uint32_t word)
{
    return row_word(PART_ACTIONS, ACTION_WORDS, action, word);
}

static lic_str text_at(uint32_t offset)
{
    size_t at = part_at(PART_TEXTS) + offset;
    size_t n = read_half(at);
    CHECK(at + 2 + n <= catalogue_data_n);
    return str_make(catalogue_data + at + 2, n);
}

static struct catalogue_list list_at(uint32_t at)
{
    return (struct catalogue_list){ at + 1, read_half(part_at(PART_LISTS) + (size_t)at * 2) };
}

uint32_t catalogue_at(struct catalogue_list list, uint32_t i)
{
    CHECK(i < list.n);
    return read_half(part_at(PART_LISTS) + ((size_t)list.at + i) * 2);
}

bool catalogue_has(struct catalogue_list list, uint32_t element)
{
    for (uint32_t i = 0; i < list.n; i++) {
        if (catalogue_at(list, i) == element) {
            return true;
        }
    }
    return false;
}

/* ---- names in order, without case ---- */

static int compare_byte(char a, char b)
{
    int x = a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : (unsigned char)a;
    int y = b >= 'A' && b <= 'Z' ? b + ('a' - 'A') : (unsigned char)b;
    return x - y;
}

static int compare_names(lic_str a, lic_str b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        int order = compare_byte(a.at[i], b.at[i]);
        if (order != 0) {
            return order;
        }
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

typedef lic_str name_fn(uint32_t row);

/* The first row from `first` on that does not stand before `name`. */
static uint32_t lower_bound(struct catalogue_range range, lic_str name, name_fn *name_of)
{
    uint32_t low = range.first, high = range.first + range.n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (compare_names(name_of(middle), name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static uint32_t find(struct catalogue_range range, lic_str name, name_fn *name_of)
{
    uint32_t at = lower_bound(range, name, name_of);
    bool found = at < range.first + range.n && compare_names(name_of(at), name) == 0;
    return found ? at : CATALOGUE_NONE;
}

static bool starts_nocase(lic_str s, lic_str prefix)
{
    return s.n >= prefix.n && compare_names(str_head(s, prefix.n), prefix) == 0;
}

/* ---- services ---- */

uint32_t catalogue_services_n(void)
{
    return part_n(PART_SERVICES);
}

lic_str catalogue_service_prefix(uint32_t service)
{
    return text_at(service_word(service, 0));
}

uint32_t catalogue_service(lic_str prefix)
{
    struct catalogue_range all = { 0, catalogue_services_n() };
    return find(all, prefix, catalogue_service_prefix);
}

struct catalogue_range catalogue_service_actions(uint32_t service)
{
    return (struct catalogue_range){ service_word(service, 1), service_word(service, 2) };
}

struct catalogue_range catalogue_service_resources(uint32_t service)
{
    return (struct catalogue_range){ service_word(service, 3), service_word(service, 4) };
}

struct catalogue_list catalogue_service_keys(uint32_t service)
{
    return list_at(service_word(service, 5));
}

bool catalogue_service_takes_rcp(uint32_t service)
{
    return (service_word(service, 6) & 1u) != 0;
}

/* ---- actions ---- */

uint32_t catalogue_actions_n(void)
{
    return part_n(PART_ACTIONS);
}

lic_str catalogue_action_name(uint32_t action)
{
    return text_at(action_word(action, 0) & ((1u << LEVEL_SHIFT) - 1));
}

/* A service whose first action is called "*" takes any name (catalogue_own.def). */
static uint32_t any_name(struct catalogue_range actions)
{
    bool any = actions.n > 0 && str_eq(catalogue_action_name(actions.first), LIC_STR("*"));
    return any ? actions.first : CATALOGUE_NONE;
}

uint32_t catalogue_action_in(uint32_t service, lic_str name)
{
    struct catalogue_range actions = catalogue_service_actions(service);
    uint32_t action = find(actions, name, catalogue_action_name);
    return action != CATALOGUE_NONE ? action : any_name(actions);
}

uint32_t catalogue_action(lic_str name)
{
    lic_str rest = name;
    lic_str prefix = str_split(&rest, ':');
    uint32_t service = prefix.n < name.n ? catalogue_service(prefix) : CATALOGUE_NONE;
    return service != CATALOGUE_NONE ? catalogue_action_in(service, rest) : CATALOGUE_NONE;
}

uint32_t catalogue_action_service(uint32_t action)
{
    uint32_t low = 0, high = catalogue_services_n();
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (service_word(middle, 1) <= action) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

enum catalogue_level catalogue_action_level(uint32_t action)
{
    return (enum catalogue_level)(action_word(action, 0) >> LEVEL_SHIFT);
}

struct catalogue_list catalogue_action_keys(uint32_t action)
{
    return list_at(action_word(action, 2));
}

uint32_t catalogue_action_resources_n(uint32_t action)
{
    return list_at(action_word(action, 1)).n;
}

uint32_t catalogue_action_resource(uint32_t action, uint32_t i, bool *out_required)
{
    uint32_t item = catalogue_at(list_at(action_word(action, 1)), i);
    *out_required = (item & RESOURCE_REQUIRED) != 0;
    uint32_t service = catalogue_action_service(action);
    return catalogue_service_resources(service).first + (item & (RESOURCE_REQUIRED - 1));
}

/* ---- patterns ---- */

static bool is_wildcard(char c)
{
    return c == '*' || c == '?';
}

static size_t literal_n(lic_str pattern)
{
    size_t n = 0;
    while (n < pattern.n && !is_wildcard(pattern.at[n])) {
        n++;
    }
    return n;
}

/* A pattern whose service is plain is matched against the name alone, others against both. */
static bool covers_whole(lic_str pattern, uint32_t action)
{
    char whole[2 * NAME_BYTES + 1];
    lic_str prefix = catalogue_service_prefix(catalogue_action_service(action));
    lic_str name = catalogue_action_name(action);
    if (prefix.n + 1 + name.n > sizeof whole) {
        return false;
    }
    memcpy(whole, prefix.at, prefix.n);
    whole[prefix.n] = ':';
    memcpy(whole + prefix.n + 1, name.at, name.n);
    return match_wildcard_nocase(pattern, str_make(whole, prefix.n + 1 + name.n));
}

bool catalogue_covers(lic_str pattern, uint32_t action)
{
    size_t colon = str_find_char(pattern, ':');
    if (colon == pattern.n || literal_n(pattern) < colon) {
        return covers_whole(pattern, action);
    }
    lic_str prefix = catalogue_service_prefix(catalogue_action_service(action));
    return compare_names(prefix, str_head(pattern, colon)) == 0 &&
           match_wildcard_nocase(str_tail(pattern, colon + 1), catalogue_action_name(action));
}

struct catalogue_walk catalogue_walk(lic_str pattern)
{
    struct catalogue_walk walk = { pattern, 0, catalogue_actions_n() };
    size_t colon = str_find_char(pattern, ':');
    size_t literal = literal_n(pattern);
    if (colon == pattern.n || literal < colon) {
        return walk;
    }
    uint32_t service = catalogue_service(str_head(pattern, colon));
    struct catalogue_range range = { 0, 0 };
    if (service != CATALOGUE_NONE) {
        range = catalogue_service_actions(service);
    }
    walk.at = lower_bound(range, str_slice(pattern, colon + 1, literal), catalogue_action_name);
    walk.end = range.first + range.n;
    return walk;
}

uint32_t catalogue_next(struct catalogue_walk *walk)
{
    size_t colon = str_find_char(walk->pattern, ':');
    size_t literal = literal_n(walk->pattern);
    bool ordered = colon < walk->pattern.n && literal > colon;
    lic_str start = ordered ? str_slice(walk->pattern, colon + 1, literal) : LIC_STR("");
    while (walk->at < walk->end) {
        uint32_t action = walk->at++;
        if (ordered && !starts_nocase(catalogue_action_name(action), start)) {
            walk->at = walk->end;
            return CATALOGUE_NONE;
        }
        if (catalogue_covers(walk->pattern, action)) {
            return action;
        }
    }
    return CATALOGUE_NONE;
}

/* ---- resources ---- */

static uint32_t resource_word(uint32_t resource, uint32_t word)
{
    return row_word(PART_RESOURCES, RESOURCE_WORDS, resource, word);
}

lic_str catalogue_resource_name(uint32_t resource)
{
    return text_at(resource_word(resource, 0));
}

lic_str catalogue_resource_arn(uint32_t resource)
{
    return text_at(resource_word(resource, 1));
}

struct catalogue_list catalogue_resource_keys(uint32_t resource)
{
    return list_at(resource_word(resource, 2));
}

/* ---- keys ---- */

uint32_t catalogue_keys_n(void)
{
    return part_n(PART_KEYS);
}

static uint32_t key_word(uint32_t key, uint32_t word)
{
    return row_word(PART_KEYS, KEY_WORDS, key, word);
}

lic_str catalogue_key_name(uint32_t key)
{
    return text_at(key_word(key, 0));
}

/* "aws:ResourceTag/${TagKey}": the variable stands for one or more characters. */
static bool fits_key(lic_str pattern, lic_str name)
{
    size_t from = str_find(pattern, LIC_STR("${"));
    size_t to = str_find_char(pattern, '}');
    if (from >= pattern.n || to >= pattern.n || to < from) {
        return false;
    }
    lic_str head = str_head(pattern, from), tail = str_tail(pattern, to + 1);
    if (name.n < head.n + tail.n + 1 || !starts_nocase(name, head)) {
        return false;
    }
    bool more = str_find(tail, LIC_STR("${")) < tail.n;
    return more || compare_names(str_tail(name, name.n - tail.n), tail) == 0;
}

/* Rows whose names begin with what stands before the colon, and the colon. */
static struct catalogue_range keys_like(lic_str name)
{
    struct catalogue_range all = { 0, catalogue_keys_n() };
    lic_str start = str_head(name, str_find_char(name, ':') + 1);
    uint32_t from = lower_bound(all, start, catalogue_key_name), to = from;
    while (to < all.n && starts_nocase(catalogue_key_name(to), start)) {
        to++;
    }
    return (struct catalogue_range){ from, to - from };
}

uint32_t catalogue_key(lic_str name)
{
    struct catalogue_range like = keys_like(name);
    uint32_t exact = find(like, name, catalogue_key_name);
    if (exact != CATALOGUE_NONE) {
        return exact;
    }
    for (uint32_t i = like.first; i < like.first + like.n; i++) {
        if (fits_key(catalogue_key_name(i), name)) {
            return i;
        }
    }
    return CATALOGUE_NONE;
}

enum catalogue_type catalogue_key_type(uint32_t key)
{
    return (enum catalogue_type)(key_word(key, 1) & 0xffu);
}

bool catalogue_key_is_global(uint32_t key)
{
    return (key_word(key, 1) >> 8 & 1u) != 0;
}

bool catalogue_type_is_many(enum catalogue_type type)
{
    return type == CATALOGUE_STRINGS || type == CATALOGUE_ARNS || type == CATALOGUE_BOOLS;
}

/* ---- the nearest name ---- */

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Letters to add, drop or change to make b of a, without case; both are short. */
static uint32_t distance(lic_str a, lic_str b)
{
    uint32_t row[NAME_BYTES + 1];
    for (uint32_t j = 0; j <= b.n; j++) {
        row[j] = j;
    }
    for (uint32_t i = 1; i <= a.n; i++) {
        uint32_t corner = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b.n; j++) {
            uint32_t change = corner + (compare_byte(a.at[i - 1], b.at[j - 1]) != 0);
            corner = row[j];
            row[j] = least(change, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b.n];
}

static lic_str nearest(struct catalogue_range range, lic_str name, name_fn *name_of)
{
    lic_str best = { "", 0 };
    uint32_t best_distance = (uint32_t)(name.n / 3) + 1;
    if (name.n == 0 || name.n > NAME_BYTES) {
        return best;
    }
    for (uint32_t i = range.first; i < range.first + range.n; i++) {
        lic_str other = name_of(i);
        size_t gap = other.n > name.n ? other.n - name.n : name.n - other.n;
        if (other.n > NAME_BYTES || gap >= best_distance) {
            continue;
        }
        uint32_t d = distance(name, other);
        if (d < best_distance) {
            best = other;
            best_distance = d;
        }
    }
    return best;
}

lic_str catalogue_nearest_service(lic_str prefix)
{
    struct catalogue_range all = { 0, catalogue_services_n() };
    return nearest(all, prefix, catalogue_service_prefix);
}

lic_str catalogue_nearest_action(uint32_t service, lic_str name)
{
    return nearest(catalogue_service_actions(service), name, catalogue_action_name);
}

lic_str catalogue_nearest_key(lic_str name)
{
    return nearest(keys_like(name), name, catalogue_key_name);
}
