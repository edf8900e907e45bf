/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signed requests, changed in every place: none of the changed ones may be accepted, but for those
 * whose meaning is the same, and these are listed here:
 *
 *     - headers in another order, names in another case
 *     - blanks around a header's value, or more of them where there was one
 *     - headers that are not signed (User-Agent) with another value, or not there
 *     - query parameters in another order; their escapes with hexadecimal digits in lower case,
 *       or where none was needed; '+' for "%20"; empty parameters ("&&", "a" for "a=")
 *     - blanks after the commas of an Authorization header
 */
#include "base/buf.h"
#include "policy/signing.h"

#include <stdio.h>

#define EXPECTED_MUTANTS 2000u
#define TEXT_MAX 4096u

/* What is counted over all requests. */
struct tally {
    uint32_t refused_n, neutral_n;
};

/* One good request and what belongs to it. */
struct subject {
    const char *name;
    struct signing_request request;
    struct signing_how how;
    struct sigv4_rules rules;
    struct tally *tally;
};

/* As the gateway does it: the secret is that of the claimed key id, and there is one key. */
static enum lic_rc judge(const struct subject *subject, const struct signing_request *request,
                         struct lic_err *err)
{
    TEST_ARENA(arena);
    struct lic_head head = signing_head(request);
    struct sigv4_claim claim;
    TRY(sigv4_read(&head, arena, &claim, err));
    ENSURE(str_eq(claim.key_id, subject->how.key_id), err, LIC_E_INVALID,
           "InvalidClientTokenId: nobody has this key");
    return sigv4_check(&head, &claim, &subject->rules, subject->how.secret,
                       signing_body_hash(arena, request->body), arena, err);
}

static void expect_refused(const struct subject *subject, const struct signing_request *request,
                           const char *what, size_t at)
{
    struct lic_err err = { 0 };
    enum lic_rc rc = judge(subject, request, &err);
    if (rc == LIC_OK) {
        printf("  accepted: %s, %s at %zu: " LIC_FMT "\n", subject->name, what, at,
               LIC_ARG(request->target));
    }
    EXPECT(rc == LIC_E_INVALID || rc == LIC_E_MISSING);
    EXPECT(err.text[0] != '\0');
    subject->tally->refused_n++;
}

static void expect_accepted(const struct subject *subject, const struct signing_request *request)
{
    struct lic_err err;
    EXPECT_OK(judge(subject, request, &err), &err);
    subject->tally->neutral_n++;
}

/* ---- single bytes ---- */

enum change { FLIP_LOW, FLIP_CASE, REMOVE, DOUBLE, INSERT, CHANGES_N };

/* `text` with one byte changed, in `out`. */
static lic_str changed(lic_str text, size_t at, enum change change, char out[TEXT_MAX])
{
    size_t n = at;
    char c = text.at[at];
    memcpy(out, text.at, at);
    if (change == INSERT) {
        out[n++] = 'x';
    }
    if (change == DOUBLE) {
        out[n++] = c;
    }
    if (change != REMOVE) {
        out[n++] = (char)(change == FLIP_LOW ? c ^ 1 : change == FLIP_CASE ? c ^ 0x20 : c);
    }
    memcpy(out + n, text.at + at + 1, text.n - at - 1);
    return str_make(out, n + text.n - at - 1);
}

/* The text with the hexadecimal digits of its escapes in upper case, and no empty parameters,
 * nor '=' without a value. */
static lic_str spelled(lic_str text, char out[TEXT_MAX])
{
    size_t n = 0;
    bool in_query = false;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.at[i];
        bool escape = i >= 1 && text.at[i - 1] == '%';
        bool second = i >= 2 && text.at[i - 2] == '%';
        if (in_query && (escape || second) && c >= 'a' && c <= 'f') {
            c = (char)(c - 0x20);
        }
        bool ends = i + 1 == text.n || text.at[i + 1] == '&';
        bool names = in_query && n > 0 && out[n - 1] != '=' && out[n - 1] != '&';
        if ((in_query && c == '&' && (out[n - 1] == '&' || out[n - 1] == '?')) ||
            (names && c == '=' && ends)) {
            continue;
        }
        in_query = in_query || c == '?';
        out[n++] = c;
    }
    return str_make(out, n);
}

static bool same_target(lic_str a, lic_str b)
{
    char left[TEXT_MAX], right[TEXT_MAX];
    return str_eq(spelled(a, left), spelled(b, right));
}

static void mutate_target(const struct subject *subject)
{
    char text[TEXT_MAX];
    struct signing_request request = subject->request;
    for (size_t i = 0; i < subject->request.target.n && !test_left(); i++) {
        for (int change = 0; change < CHANGES_N && !test_left(); change++) {
            lic_str target = changed(subject->request.target, i, (enum change)change, text);
            bool slash = change == DOUBLE && subject->request.target.at[i] == '/';
            if (same_target(target, subject->request.target) || slash) {
                continue;
            }
            request.target = target;
            expect_refused(subject, &request, "byte of the target", i);
        }
    }
}

static void mutate_body(const struct subject *subject)
{
    char text[TEXT_MAX];
    struct signing_request request = subject->request;
    for (size_t i = 0; i < subject->request.body.n && !test_left(); i++) {
        for (int change = 0; change < CHANGES_N && !test_left(); change++) {
            request.body = changed(subject->request.body, i, (enum change)change, text);
            expect_refused(subject, &request, "byte of the body", i);
        }
    }
}

/* The blank after a comma, or one more, says nothing; nor does one around a value. */
static bool is_blank_change(lic_str value, size_t at, enum change change)
{
    bool blank = value.at[at] == ' ';
    bool at_edge = at == 0 || value.at[at - 1] == ',';
    return blank && (change == DOUBLE || (change == REMOVE && at_edge));
}

static void mutate_value(const struct subject *subject, uint32_t header)
{
    char text[TEXT_MAX];
    struct signing_request request = subject->request;
    lic_str value = subject->request.headers[header].value;
    for (size_t i = 0; i < value.n && !test_left(); i++) {
        for (int change = 0; change < CHANGES_N && !test_left(); change++) {
            if (is_blank_change(value, i, (enum change)change)) {
                continue;
            }
            request.headers[header].value = changed(value, i, (enum change)change, text);
            expect_refused(subject, &request, "byte of a header", i);
        }
    }
}

/* ---- whole headers ---- */

static void remove_and_repeat(const struct subject *subject, uint32_t header)
{
    struct signing_request request = subject->request;
    request.headers[header] = request.headers[--request.headers_n];
    expect_refused(subject, &request, "a header left out", header);
    request = subject->request;
    struct lic_header same = request.headers[header];
    signing_add(&request, same.name, same.value);
    expect_refused(subject, &request, "a header repeated", header);
    request = subject->request;
    signing_add(&request, same.name, LIC_STR("other"));
    expect_refused(subject, &request, "a header added to", header);
    request = subject->request;
    request.headers[header].name = LIC_STR("x-another");
    expect_refused(subject, &request, "a header renamed", header);
    request.headers[header] = (struct lic_header){ same.name, LIC_STR("") };
    expect_refused(subject, &request, "a header emptied", header);
    request.headers[header] = (struct lic_header){ same.name, LIC_STR("a\r\nhost: b") };
    expect_refused(subject, &request, "a header with a line of its own", header);
}

static void mutate_headers(const struct subject *subject)
{
    for (uint32_t i = 0; i < subject->request.headers_n && !test_left(); i++) {
        if (str_eq(subject->request.headers[i].name, LIC_STR("User-Agent"))) {
            continue;
        }
        mutate_value(subject, i);
        remove_and_repeat(subject, i);
    }
}

static void add_headers(const struct subject *subject)
{
    static const lic_str names[] = { { "x-amz-target", 12 },         { "X-Amz-Meta-A", 12 },
                                     { "x-lictor-session", 16 },     { "Host", 4 },
                                     { "x-amz-security-token", 20 }, { "Authorization", 13 },
                                     { "X-AMZ-DATE", 10 },           { "x-amz-content-sha256", 20 },
                                     { "Anthropic-Beta", 14 } };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !test_left(); i++) {
        struct signing_request request = subject->request;
        signing_add(&request, names[i], LIC_STR("20150830T123600Z"));
        expect_refused(subject, &request, "a header put in", i);
    }
}

static void mutate_method(const struct subject *subject)
{
    static const lic_str methods[] = { { "PUT", 3 },   { "DELETE", 6 }, { "post", 4 }, { "", 0 },
                                       { "GET\n", 4 }, { "POS", 3 },    { "HEAD", 4 } };
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]) && !test_left(); i++) {
        struct signing_request request = subject->request;
        if (str_eq(request.method, methods[i])) {
            continue;
        }
        request.method = methods[i];
        expect_refused(subject, &request, "another method", i);
    }
}

/* ---- the other side's rules ---- */

static void mutate_rules(const struct subject *subject)
{
    static const lic_str other_services[] = { { "logs", 4 }, { "lambda", 6 } };
    const int64_t second = 1000000000;
    const int64_t lives = subject->how.query ? subject->how.expires_s : 900;
    const int64_t off[] = { lives + 1, lives + 60, 86400, 7 * 86400, -901, -3600, -86400 };
    for (size_t i = 0; i < sizeof(off) / sizeof(off[0]) && !test_left(); i++) {
        struct subject later = *subject;
        later.rules.now_ns += off[i] * second;
        expect_refused(&later, &subject->request, "another time", i);
    }
    struct subject elsewhere = *subject;
    elsewhere.rules.region = LIC_STR("eu-west-1");
    expect_refused(&elsewhere, &subject->request, "another region", 0);
    elsewhere = *subject;
    elsewhere.rules.services = other_services;
    elsewhere.rules.services_n = 2;
    expect_refused(&elsewhere, &subject->request, "another service", 0);
    elsewhere = *subject;
    elsewhere.how.secret = LIC_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEy");
    expect_refused(&elsewhere, &subject->request, "another secret", 0);
    elsewhere.how.secret = LIC_STR("");
    expect_refused(&elsewhere, &subject->request, "no secret", 0);
}

/* ---- changes that say nothing ---- */

static void keep_meaning(const struct subject *subject)
{
    struct signing_request request = subject->request;
    uint32_t n = request.headers_n;
    for (uint32_t i = 0; i < n; i++) {
        request.headers[i] = subject->request.headers[n - 1 - i];
    }
    expect_accepted(subject, &request);
    for (uint32_t i = 0; i < n && !test_left(); i++) {
        char name[64], value[TEXT_MAX];
        struct lic_header *header = &request.headers[i];
        for (size_t k = 0; k < header->name.n; k++) {
            bool letter = (header->name.at[k] | 0x20) >= 'a' && (header->name.at[k] | 0x20) <= 'z';
            name[k] = (char)(letter ? header->name.at[k] ^ 0x20 : header->name.at[k]);
        }
        int value_n = snprintf(value, sizeof(value), " \t" LIC_FMT "  ", LIC_ARG(header->value));
        header->name.at = name;
        header->value = str_make(value, (size_t)value_n);
        expect_accepted(subject, &request);
        *header = subject->request.headers[n - 1 - i];
    }
    request = subject->request;
    signing_add(&request, LIC_STR("User-Agent"), LIC_STR("another"));
    expect_accepted(subject, &request);
}

/* ---- the requests ---- */

static void mutate(struct subject *subject, struct arena *arena)
{
    signing_sign(&subject->request, &subject->how, arena);
    if (subject->request.target.at == NULL || test_left()) {
        return;
    }
    expect_accepted(subject, &subject->request);
    mutate_target(subject);
    mutate_body(subject);
    mutate_headers(subject);
    add_headers(subject);
    mutate_method(subject);
    mutate_rules(subject);
    keep_meaning(subject);
    if (test_left()) {
        printf("  in %s\n", subject->name);
    }
}

static struct subject subject_of(const char *name, const char *text, struct tally *tally)
{
    struct subject subject = { .name = name, .tally = tally };
    subject.how = signing_usual();
    subject.rules = signing_rules();
    signing_parse(str_z(text), &subject.request);
    return subject;
}

CASE(policy_sigv4_mutants_of_a_signed_request_are_refused)
{
    TEST_ARENA(arena);
    struct tally tally = { 0 };
    if (test_rerun()) {
        return;
    }
    struct subject subject = subject_of("a model is called",
                                        "POST /model/anthropic.claude-v2%3A1/invoke HTTP/1.1\n"
                                        "Host: bedrock-runtime.us-east-1.amazonaws.com\n"
                                        "Content-Type: application/json\n"
                                        "User-Agent: test\n"
                                        "\n"
                                        "{\"max_tokens\":10}",
                                        &tally);
    subject.how.signed_headers = LIC_STR("content-type;host;x-amz-date");
    subject.how.service = LIC_STR("bedrock");
    mutate(&subject, arena);
    subject = subject_of("a list is asked for",
                         "GET /a/b?max=10&prefix=%2Fx%20y&empty=&q=a%2Bb HTTP/1.1\n"
                         "Host: example.amazonaws.com\n"
                         "X-Amz-Target: Lists.All\n"
                         "X-Lictor-Session: conversation 1\n"
                         "\n",
                         &tally);
    subject.how.signed_headers =
        LIC_STR("host;x-amz-content-sha256;x-amz-date;x-amz-target;x-lictor-session");
    subject.how.content =
        LIC_STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    mutate(&subject, arena);
    EXPECT(tally.refused_n + tally.neutral_n >= EXPECTED_MUTANTS);
    EXPECT(tally.refused_n >= EXPECTED_MUTANTS);
}

CASE(policy_sigv4_mutants_of_a_presigned_request_are_refused)
{
    TEST_ARENA(arena);
    struct tally tally = { 0 };
    if (test_rerun()) {
        return;
    }
    struct subject subject =
        subject_of("a caller is asked for",
                   "POST /?Action=GetCallerIdentity&Version=2011-06-15 HTTP/1.1\n"
                   "Host: sts.us-east-1.amazonaws.com\n"
                   "\n"
                   "body",
                   &tally);
    subject.how.signed_headers = LIC_STR("host");
    subject.how.service = LIC_STR("sts");
    subject.how.query = true;
    subject.how.expires_s = 120;
    mutate(&subject, arena);
    EXPECT(tally.refused_n >= 1000);
}

CASE(policy_sigv4_mutants_of_an_s3_request_are_refused)
{
    TEST_ARENA(arena);
    struct tally tally = { 0 };
    if (test_rerun()) {
        return;
    }
    struct subject subject = subject_of("an object is written",
                                        "PUT /bucket/a%20b/c%2Fd/./e HTTP/1.1\n"
                                        "Host: s3.amazonaws.com\n"
                                        "\n",
                                        &tally);
    subject.how.signed_headers = LIC_STR("host;x-amz-content-sha256;x-amz-date");
    subject.how.service = LIC_STR("s3");
    subject.how.content = LIC_STR("UNSIGNED-PAYLOAD");
    subject.how.normalize_path = false;
    subject.rules.normalize_path = false;
    subject.rules.allow_unsigned = true;
    mutate(&subject, arena);
    EXPECT(tally.refused_n >= 1000);
}
