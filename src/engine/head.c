/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the head of a request: one plain path, single headers, no query that could carry a key. */
#include "engine/head.h"

#include "base/arena.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

/* ---- headers ---- */

enum known {
    KNOWN_AUTHORIZATION,
    KNOWN_API_KEY,
    KNOWN_CONTENT_TYPE,
    KNOWN_CONTENT_LENGTH,
    KNOWN_CONTENT_ENCODING,
    KNOWN_TRANSFER_ENCODING,
    KNOWN_HOST,
    KNOWN_TRACEPARENT,
    KNOWN_SESSION,
    KNOWN_USER_AGENT,
    KNOWN_ANTHROPIC_VERSION,
    KNOWN_ANTHROPIC_BETA,
    KNOWN_N
};

/* Each may stand once only: two parsers would disagree on which counts. */
static const lic_str known_names[KNOWN_N] = {
    [KNOWN_AUTHORIZATION] = { "authorization", 13 },
    [KNOWN_API_KEY] = { "x-api-key", 9 },
    [KNOWN_CONTENT_TYPE] = { "content-type", 12 },
    [KNOWN_CONTENT_LENGTH] = { "content-length", 14 },
    [KNOWN_CONTENT_ENCODING] = { "content-encoding", 16 },
    [KNOWN_TRANSFER_ENCODING] = { "transfer-encoding", 17 },
    [KNOWN_HOST] = { "host", 4 },
    [KNOWN_TRACEPARENT] = { "traceparent", 11 },
    [KNOWN_SESSION] = { "x-lictor-session", 16 },
    [KNOWN_USER_AGENT] = { "user-agent", 10 },
    [KNOWN_ANTHROPIC_VERSION] = { "anthropic-version", 17 },
    [KNOWN_ANTHROPIC_BETA] = { "anthropic-beta", 14 },
};

static enum known known_header(lic_str name)
{
    for (int i = 0; i < KNOWN_N; i++) {
        if (name.n == known_names[i].n && str_eq_nocase(name, known_names[i])) {
            return (enum known)i;
        }
    }
    return KNOWN_N;
}

/* Printable ASCII: what may be passed on inside a header of ours. */
static bool is_printable(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.at[i] < 0x20 || (unsigned char)s.at[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

static bool read_headers(const struct lic_head *in, lic_str values[KNOWN_N], enum failmode *failure)
{
    uint32_t seen = 0;
    if (in->headers_n > LIMIT_HEADERS) {
        *failure = FAIL_head_too_large;
        return false;
    }
    for (uint32_t i = 0; i < in->headers_n; i++) {
        enum known known = known_header(in->headers[i].name);
        if (known == KNOWN_N) {
            continue;
        }
        if (seen & (1u << known)) {
            *failure = FAIL_duplicate_header;
            return false;
        }
        seen |= 1u << known;
        values[known] = in->headers[i].value;
        if (!values[known].at) {
            values[known].at = "";
        }
    }
    return true;
}

/* ---- target ---- */

static bool is_path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~:/@+", c) != NULL);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* A model's name in a path; escapes only of printable ASCII. */
static bool decode_name(lic_str s, struct arena *arena, lic_str *out)
{
    char *at = arena_take(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; at && i < s.n; i++) {
        int c = (unsigned char)s.at[i];
        if (c == '%') {
            int high = i + 2 < s.n ? hex_value(s.at[i + 1]) : -1;
            int low = i + 2 < s.n ? hex_value(s.at[i + 2]) : -1;
            if (i + 2 >= s.n) {
                return false;
            }
            c = high < 0 || low < 0 ? -1 : high * 16 + low;
            i += 2;
        }
        if (c <= 0x20 || c > 0x7e) {
            return false;
        }
        at[n++] = (char)c;
    }
    *out = str_make(at, n);
    return at != NULL && n > 0;
}

static bool is_plain_path(lic_str path)
{
    if (path.n == 0 || path.at[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < path.n; i++) {
        if (!is_path_char(path.at[i])) {
            return false;
        }
    }
    return str_find(path, LIC_STR("//")) == path.n && str_find(path, LIC_STR("/./")) == path.n &&
           str_find(path, LIC_STR("/../")) == path.n && !str_ends(path, LIC_STR("/..")) &&
           !str_ends(path, LIC_STR("/."));
}

/* What a presigned request carries in its query (IAM User Guide, "Query string parameters"). */
static bool is_signature(lic_str name)
{
    static const char *const names[] = { "X-Amz-Algorithm",     "X-Amz-Credential",
                                         "X-Amz-Date",          "X-Amz-Expires",
                                         "X-Amz-SignedHeaders", "X-Amz-Security-Token",
                                         "X-Amz-Signature",     "X-Amz-Content-Sha256" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (str_eq(name, str_z(names[i]))) {
            return true;
        }
    }
    return false;
}

/* Paging of the list, Anthropic's beta flag and signatures; nothing else, so that no key ends up in
 * a log. A GET of STS has its call there. */
static bool read_query(lic_str query, bool any, struct head *out)
{
    bool lists = str_eq(out->path, LIC_STR("/v1/models"));
    while (query.n > 0 && !any) {
        lic_str value = str_split(&query, '&');
        lic_str name = str_split(&value, '=');
        bool paging =
            lists && (str_eq(name, LIC_STR("limit")) || str_eq(name, LIC_STR("after_id")) ||
                      str_eq(name, LIC_STR("before_id")) || str_eq(name, LIC_STR("after")));
        if (str_eq(name, LIC_STR("beta")) && str_eq(value, LIC_STR("true"))) {
            out->query_beta = true;
        } else if (is_signature(name)) {
            out->presigned = true;
        } else if (!paging || value.n > LIMIT_NAME_BYTES) {
            return false;
        }
    }
    return true;
}

/* A signature with its token, or a call of STS, makes a long query. */
static bool is_too_long(lic_str target, const struct head *head)
{
    size_t max = head->sts || head->presigned ? LIMIT_SIGNED_TARGET_BYTES : LIMIT_TARGET_BYTES;
    return target.n > max || head->path.n > LIMIT_TARGET_BYTES;
}

static bool read_target(const struct lic_head *in, struct arena *arena, struct head *out,
                        enum failmode *failure)
{
    static const lic_str models = { "/v1/models/", 11 };
    out->query = in->target;
    out->path = str_split(&out->query, '?');
    out->sts = str_eq(out->path, LIC_STR("/"));
    bool reads = out->sts && str_eq(in->method, LIC_STR("GET"));
    bool good = read_query(out->query, /* any= */ reads, out);
    *failure = FAIL_target_too_long;
    if (is_too_long(in->target, out)) {
        return false;
    }
    *failure = FAIL_query_refused;
    if (!good) {
        return false;
    }
    if (str_starts(out->path, models)) {
        *failure = FAIL_target_invalid;
        return decode_name(str_tail(out->path, models.n), arena, &out->model);
    }
    *failure = FAIL_target_invalid;
    return is_plain_path(out->path);
}

bool head_read(const struct lic_head *in, struct arena *arena, struct head *out,
               enum failmode *out_failure)
{
    lic_str values[KNOWN_N] = { 0 };
    *out = (struct head){ 0 };
    if (!read_headers(in, values, out_failure)) {
        return false;
    }
    out->content_type = values[KNOWN_CONTENT_TYPE];
    out->content_length = values[KNOWN_CONTENT_LENGTH];
    out->content_encoding = values[KNOWN_CONTENT_ENCODING];
    out->traceparent = values[KNOWN_TRACEPARENT];
    out->session = str_head(values[KNOWN_SESSION], LIMIT_SESSION_BYTES);
    out->user_agent = str_head(values[KNOWN_USER_AGENT], LIMIT_NAME_BYTES);
    out->anthropic_version = values[KNOWN_ANTHROPIC_VERSION];
    out->anthropic_beta = values[KNOWN_ANTHROPIC_BETA];
    *out_failure = FAIL_bad_request;
    if (!is_printable(out->anthropic_version) || !is_printable(out->anthropic_beta)) {
        return false;
    }
    return read_target(in, arena, out, out_failure);
}

static bool is_type(lic_str content_type, lic_str type)
{
    lic_str rest = content_type;
    return str_eq_nocase(str_trim(str_split(&rest, ';')), type);
}

bool head_is_json(lic_str content_type)
{
    return is_type(content_type, LIC_STR("application/json"));
}

bool head_is_form(lic_str content_type)
{
    return is_type(content_type, LIC_STR("application/x-www-form-urlencoded"));
}

static bool is_hex(lic_str s)
{
    bool any = false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
        any |= c != '0';
    }
    return any;
}

bool head_traceparent(lic_str value, lic_str *out_trace, lic_str *out_flags)
{
    /* 00-<32 hex>-<16 hex>-<2 hex>; all-zero ids are invalid (W3C Trace Context, section 3.2). */
    if (value.n != 55 || !str_starts(value, LIC_STR("00-")) || value.at[35] != '-' ||
        value.at[52] != '-') {
        return false;
    }
    lic_str trace = str_slice(value, 3, 35);
    lic_str flags = str_slice(value, 53, 55);
    if (!is_hex(trace) || !is_hex(str_slice(value, 36, 52)) || hex_value(flags.at[0]) < 0 ||
        hex_value(flags.at[1]) < 0) {
        return false;
    }
    *out_trace = trace;
    *out_flags = flags;
    return true;
}
