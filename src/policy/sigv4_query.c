/* SPDX-License-Identifier: Apache-2.0 */
/* Paths and query strings in the one spelling that a signature covers. */
#include "policy/sigv4_query.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/sort.h"
#include "base/str.h"
#include "policy/sigv4.h"

#include "base/banned.h"

enum lic_rc sigv4_target_split(lic_str target, lic_str *out_path, lic_str *out_query,
                               struct lic_err *err)
{
    ENSURE(target.n <= SIGV4_TARGET_BYTES_MAX, err, LIC_E_INVALID,
           "InvalidSignatureException: the request target has %zu bytes, more than %u", target.n,
           SIGV4_TARGET_BYTES_MAX);
    ENSURE(str_starts(target, LIC_STR("/")), err, LIC_E_INVALID,
           "InvalidSignatureException: the request target does not begin with a slash");
    for (size_t i = 0; i < target.n; i++) {
        unsigned char c = (unsigned char)target.at[i];
        ENSURE(c >= 0x20 && c != 0x7f && c != '#', err, LIC_E_INVALID,
               "InvalidSignatureException: byte %zu of the request target is a control character "
               "or the start of a fragment",
               i);
    }
    size_t mark = str_find_char(target, '?');
    *out_path = str_head(target, mark);
    *out_query = str_tail(target, mark < target.n ? mark + 1 : target.n);
    return LIC_OK;
}

static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static void put_escape(char **at, char c)
{
    static const char digits[16] = "0123456789ABCDEF";
    *(*at)++ = '%';
    *(*at)++ = digits[(unsigned char)c >> 4];
    *(*at)++ = digits[(unsigned char)c & 0xf];
}

/* Whether an escape stands at this place, and of which byte. */
static bool read_escape(lic_str s, size_t i, char *out)
{
    uint8_t byte;
    if (s.n - i < 3 || !hash_unhex(str_slice(s, i + 1, i + 3), &byte, 1)) {
        return false;
    }
    *out = (char)byte;
    return true;
}

static bool is_canonical(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (!is_unreserved(s.at[i])) {
            return false;
        }
    }
    return true;
}

/* Decodes and encodes; most texts need neither. */
static enum lic_rc canonical_text(lic_str raw, struct arena *arena, lic_str *out,
                                  struct lic_err *err)
{
    if (is_canonical(raw)) {
        *out = raw;
        return LIC_OK;
    }
    char *begin = arena_take(arena, 3 * raw.n);
    ENSURE(begin, err, LIC_E_NOMEM, "no memory for a query parameter");
    char *at = begin;
    for (size_t i = 0; i < raw.n; i++) {
        char c = raw.at[i];
        if (c == '%') {
            ENSURE(read_escape(raw, i, &c), err, LIC_E_INVALID,
                   "InvalidSignatureException: the query string has a %% without two hexadecimal "
                   "digits");
            i += 2;
        } else if (c == '+') {
            c = ' '; /* as who reads the parameters will take it */
        }
        if (is_unreserved(c)) {
            *at++ = c;
        } else {
            put_escape(&at, c);
        }
    }
    *out = str_make(begin, (size_t)(at - begin));
    return LIC_OK;
}

enum lic_rc sigv4_query_read(lic_str query, struct arena *arena, struct sigv4_params *out,
                             struct lic_err *err)
{
    struct sigv4_params params = { 0 };
    while (query.n > 0) {
        struct sigv4_param param;
        lic_str value = str_split(&query, '&');
        if (value.n == 0) {
            continue;
        }
        lic_str name = str_split(&value, '=');
        TRY(canonical_text(name, arena, &param.name, err));
        TRY(canonical_text(value, arena, &param.value, err));
        ENSURE(ARENA_PUSH(arena, &params, param), err, LIC_E_NOMEM,
               "no memory for query parameters");
    }
    *out = params;
    return LIC_OK;
}

static int compare_params(const void *a, const void *b)
{
    const struct sigv4_param *left = a, *right = b;
    int names = str_cmp(left->name, right->name);
    return names != 0 ? names : str_cmp(left->value, right->value);
}

void sigv4_query_sort(struct sigv4_params *params)
{
    sort_array(params->at, params->n, sizeof(params->at[0]), compare_params);
}

enum lic_rc sigv4_query_decode(lic_str value, struct arena *arena, lic_str *out,
                               struct lic_err *err)
{
    if (str_find_char(value, '%') == value.n) {
        *out = value;
        return LIC_OK;
    }
    char *begin = arena_take(arena, value.n);
    ENSURE(begin, err, LIC_E_NOMEM, "no memory for a query parameter");
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++) {
        char c = value.at[i];
        if (c == '%' && read_escape(value, i, &c)) {
            i += 2;
        }
        begin[n++] = c;
    }
    *out = str_make(begin, n);
    return LIC_OK;
}

/* `kept` is left as it is besides what is unreserved. */
static void encode_path(lic_str path, char kept, struct buf *out)
{
    char *begin = buf_room(out, 3 * path.n);
    if (!begin) {
        return;
    }
    char *at = begin;
    for (size_t i = 0; i < path.n; i++) {
        char c = path.at[i];
        if (is_unreserved(c) || c == '/' || c == kept) {
            *at++ = c;
        } else {
            put_escape(&at, c);
        }
    }
    buf_wrote(out, (size_t)(at - begin));
}

/* Takes the last segment off what was written since `from`. */
static void drop_segment(struct buf *out, size_t from)
{
    while (out->n > from && out->at[out->n - 1] != '/') {
        out->n--;
    }
    out->n -= out->n > from ? 1 : 0;
}

/* Segments that mean something, each behind its slash; a slash at the end stays. */
static void write_normalized(lic_str path, struct buf *out)
{
    size_t from = out->n;
    bool slash = str_ends(path, LIC_STR("/"));
    while (path.n > 0) {
        lic_str segment = str_split(&path, '/');
        if (str_eq(segment, LIC_STR(".."))) {
            drop_segment(out, from);
        } else if (segment.n > 0 && !str_eq(segment, LIC_STR("."))) {
            buf_add_char(out, '/');
            encode_path(segment, '/', out);
        }
    }
    if (slash || out->n == from) {
        buf_add_char(out, '/');
    }
}

void sigv4_path_write(lic_str path, bool normalize, struct buf *out)
{
    if (normalize) {
        write_normalized(path, out);
        return;
    }
    encode_path(path, '%', out);
}
