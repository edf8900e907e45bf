/* SPDX-License-Identifier: Apache-2.0 */
/* Redaction by itself: the scanner's findings as stretches to be rewritten, and tokens back. */
#include <lictor/redact.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"
#include "detect/redact.h"
#include "detect/seal.h"
#include "engine/rewriting.h"

#include "base/banned.h"

#define POOL_BLOCKS 64u /* kept between texts */
#define OUT_BYTES_MAX ((size_t)512 * 1024 * 1024)

struct lic_redactor {
    const struct lic_host *host;
    struct lic_scanner *scanner;
    struct arena_pool pool;
    struct arena arena; /* of one text */
    struct arena kept;
    struct token_keys keys;
    struct token_key *key_bytes;
    struct redact_ways ways;
};

/* ---- making ---- */

static enum lic_rc read_key(struct lic_redactor *redactor, lic_str line, struct lic_err *err)
{
    struct token_key key;
    TRY(token_key_read(line, &key, err));
    for (uint32_t i = 0; i < redactor->keys.n; i++) {
        ENSURE(redactor->key_bytes[i].number != key.number, err, LIC_E_DUPLICATE,
               "two keys have the number %u", key.number);
    }
    redactor->key_bytes[redactor->keys.n++] = key;
    seal_wipe(&key, sizeof(key));
    return LIC_OK;
}

static enum lic_rc read_keys(struct lic_redactor *redactor, lic_str text, struct lic_err *err)
{
    redactor->key_bytes = ARENA_ARRAY(&redactor->kept, struct token_key, TOKEN_NUMBERS);
    ENSURE(redactor->key_bytes, err, LIC_E_NOMEM, "no memory for keys");
    redactor->keys.at = redactor->key_bytes;
    for (uint32_t line = 1; text.n > 0; line++) {
        lic_str key = str_trim(str_split(&text, '\n'));
        if (key.n == 0 || key.at[0] == '#') {
            continue;
        }
        ENSURE(redactor->keys.n < TOKEN_NUMBERS, err, LIC_E_LIMIT, "more than %u keys",
               TOKEN_NUMBERS);
        enum lic_rc rc = read_key(redactor, key, err);
        if (rc != LIC_OK) {
            err->line = line;
            return rc;
        }
    }
    return LIC_OK;
}

static enum lic_rc read_ways(struct lic_redactor *redactor, lic_str way, struct lic_err *err)
{
    struct redact_ways ways = { .otherwise = REDACT_MASK };
    const struct guardrail *guardrail =
        redactor->scanner ? rewriting_guardrail(redactor->scanner) : NULL;
    if (way.n > 0) {
        ENSURE(redact_way_from(way, &ways.otherwise), err, LIC_E_UNKNOWN,
               "\"" LIC_FMT "\" is not a way to redact: mask, partial, hash, token or remove",
               LIC_ARG(str_head(way, 40)));
    } else if (guardrail) {
        ways = guardrail->rewrite;
    }
    ENSURE(!rewriting_is_keyed(&ways) || redactor->keys.n > 0, err, LIC_E_MISSING,
           "hashes and tokens are made with a key, and none was given");
    ways.keys = &redactor->keys;
    redactor->ways = ways;
    return LIC_OK;
}

static enum lic_rc fill(struct lic_redactor *redactor, const struct lic_redact_options *options,
                        struct lic_err *err)
{
    redactor->keys.tenant = str_copy(&redactor->kept, options->tenant);
    ENSURE(redactor->keys.tenant.at, err, LIC_E_NOMEM, "no memory for a tenant");
    TRY(read_keys(redactor, options->keys, err));
    return read_ways(redactor, options->way, err);
}

enum lic_rc lic_redactor_new(const struct lic_host *host, struct lic_scanner *scanner,
                             const struct lic_redact_options *options, struct lic_redactor **out,
                             struct lic_err *err)
{
    struct lic_redactor *redactor = host->resize(host->ctx, NULL, sizeof(*redactor));
    ENSURE(redactor, err, LIC_E_NOMEM, "no memory for a redactor");
    *redactor = (struct lic_redactor){ .host = host, .scanner = scanner };
    arena_pool_init(&redactor->pool, host, POOL_BLOCKS);
    arena_init(&redactor->arena, &redactor->pool, /* bytes_max= */ 0);
    arena_init(&redactor->kept, &redactor->pool, /* bytes_max= */ 0);
    enum lic_rc rc = fill(redactor, options, err);
    if (rc != LIC_OK) {
        lic_redactor_free(redactor);
        return rc;
    }
    *out = redactor;
    return LIC_OK;
}

void lic_redactor_free(struct lic_redactor *redactor)
{
    if (!redactor) {
        return;
    }
    const struct lic_host *host = redactor->host;
    if (redactor->key_bytes) {
        seal_wipe(redactor->key_bytes, sizeof(struct token_key) * TOKEN_NUMBERS);
    }
    arena_fini(&redactor->arena);
    arena_fini(&redactor->kept);
    arena_pool_fini(&redactor->pool);
    host->resize(host->ctx, redactor, 0);
}

/* ---- redacting ---- */

static enum lic_rc take_findings(struct lic_redactor *redactor,
                                 const struct lic_scan_result *result, struct findings *out,
                                 struct lic_err *err)
{
    for (uint32_t i = 0; i < result->findings_n; i++) {
        const struct lic_scan_finding *found = &result->findings[i];
        struct finding finding = { .rule = found->rule,
                                   .type = found->type,
                                   .action = ACTION_REWRITE,
                                   .start = (uint32_t)found->start_byte,
                                   .end = (uint32_t)found->end_byte };
        bool known = finding_category_from(found->category, &finding.category);
        if (!known || !rewriting_redacts(finding.category)) {
            continue;
        }
        ENSURE(ARENA_PUSH(&redactor->arena, out, finding), err, LIC_E_NOMEM,
               "no memory for a finding");
    }
    return LIC_OK;
}

enum lic_rc lic_redactor_text(struct lic_redactor *redactor, lic_str text, lic_str *out,
                              uint32_t *out_n, struct lic_err *err)
{
    struct lic_scan_result result = { 0 };
    struct findings found = { 0 };
    struct buf redacted;
    arena_reset(&redactor->arena);
    TRY(lic_scanner_text(redactor->scanner, text, &result, err));
    TRY(take_findings(redactor, &result, &found, err));
    redact_skip_tokens(text, &redactor->keys, &redactor->arena, &found, 0);
    findings_settle(&found);
    buf_init(&redacted, &redactor->arena, OUT_BYTES_MAX);
    redact_text_as(text, found.at, found.n, &redactor->ways, &redacted);
    TRY(buf_check(&redacted, "a redacted text", err));
    *out = buf_str(&redacted);
    *out_n = found.n;
    return LIC_OK;
}

enum lic_rc lic_redactor_reverse(struct lic_redactor *redactor, lic_str text, lic_str *out,
                                 uint32_t *out_n, struct lic_err *err)
{
    struct redact_reveal reveal = { .keys = &redactor->keys };
    struct buf original;
    uint32_t n = 0;
    arena_reset(&redactor->arena);
    ENSURE(redactor->keys.n > 0, err, LIC_E_MISSING, "tokens come back with their key only");
    buf_init(&original, &redactor->arena, OUT_BYTES_MAX);
    redact_reverse(&reveal, text, &redactor->arena, &original, &n);
    TRY(buf_check(&original, "the original text", err));
    *out = buf_str(&original);
    *out_n = n;
    return LIC_OK;
}
