/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds where records begin and end by counting brackets outside of texts; json_read judges each
 * record afterwards, so nothing is accepted here that is refused there.
 *
 *     depth 0 ──{──► an object is held: it may be a record ──}──► take
 *        │             │ "Records" : [ at depth 1: it was the wrapper of a list; let go
 *        └───[──► its elements ──{──► held ──}──► take
 */
#include "advise/history_split.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define CAP_FIRST ((size_t)16 * 1024)

void history_split_init(struct history_split *split, const struct lic_host *host,
                        history_split_fn *take, void *arg)
{
    *split = (struct history_split){ .host = host, .take = take, .arg = arg };
}

void history_split_fini(struct history_split *split)
{
    if (split->at) {
        (void)split->host->resize(split->host->ctx, split->at, 0);
        split->at = NULL;
    }
}

static enum lic_rc hold(struct history_split *split, lic_str bytes, struct lic_err *err)
{
    ENSURE(bytes.n <= LIMIT_HISTORY_RECORD_BYTES - split->n, err, LIC_E_LIMIT,
           "a record of more than %u bytes, at byte %llu of the text", LIMIT_HISTORY_RECORD_BYTES,
           (unsigned long long)split->offset);
    size_t cap = split->cap == 0 ? CAP_FIRST : split->cap;
    while (cap < split->n + bytes.n) {
        cap *= 2;
    }
    if (cap != split->cap) {
        char *grown = split->host->resize(split->host->ctx, split->at, cap);
        ENSURE(grown, err, LIC_E_NOMEM, "no memory for a record of the history");
        split->at = grown;
        split->cap = cap;
    }
    memcpy(split->at + split->n, bytes.at, bytes.n);
    split->n += bytes.n;
    return LIC_OK;
}

static enum lic_rc refuse(const struct history_split *split, char c, struct lic_err *err)
{
    bool visible = c > ' ' && c < 0x7f;
    return err_set(err, LIC_E_SYNTAX, "no record can begin with %s%c%s, at byte %llu of the text",
                   visible ? "\"" : "a byte that is not shown", visible ? c : ' ',
                   visible ? "\"" : "", (unsigned long long)split->offset);
}

/* Notes the texts at depth 1, one of which may be the name of the list. */
static void note(struct history_split *split, char c)
{
    if (split->seen_n < HISTORY_SPLIT_NAME_BYTES) {
        split->seen[split->seen_n] = c;
    }
    if (split->seen_n <= HISTORY_SPLIT_NAME_BYTES) {
        split->seen_n++;
    }
}

/* Within a text: how many bytes belong to it; its end is left to the caller's state. */
static size_t pass_text(struct history_split *split, lic_str bytes)
{
    size_t i = 0;
    while (i < bytes.n && split->in_text) {
        char c = bytes.at[i++];
        if (split->escaped) {
            split->escaped = false;
        } else if (c == '\\') {
            split->escaped = true;
        } else if (c == '"') {
            split->in_text = false;
            split->named = split->depth == 1 && split->list_depth == 0 && split->seen_n == 7 &&
                           memcmp(split->seen, "Records", 7) == 0;
            continue;
        }
        if (split->depth == 1) {
            note(split, c);
        }
    }
    return i;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static enum lic_rc open_bracket(struct history_split *split, char c, struct lic_err *err)
{
    bool wrapped = c == '[' && split->depth == 1 && split->named && split->begun;
    bool bare = c == '[' && split->depth == 0;
    split->depth++;
    ENSURE(split->depth <= LIMIT_JSON_DEPTH, err, LIC_E_LIMIT,
           "more than %u brackets inside each other, at byte %llu of the text", LIMIT_JSON_DEPTH,
           (unsigned long long)split->offset);
    if (wrapped || bare) {
        split->list_depth = split->depth;
        split->begun = false;
        split->n = 0;
        return LIC_OK;
    }
    if (!split->begun && c == '{' && split->depth == split->list_depth + 1) {
        split->begun = true;
        split->n = 0;
        return LIC_OK;
    }
    return split->begun ? LIC_OK : refuse(split, c, err);
}

static enum lic_rc close_bracket(struct history_split *split, char c, struct lic_err *err)
{
    if (split->depth == 0) {
        return refuse(split, c, err);
    }
    split->depth--;
    if (split->begun && split->depth == split->list_depth) {
        split->begun = false;
        return split->take(split->arg, str_make(split->at, split->n), err);
    }
    if (split->list_depth > split->depth) {
        split->list_depth = 0;
    }
    return LIC_OK;
}

/* Outside of the records: what may follow the list inside its wrapper is passed over. */
static enum lic_rc pass_between(const struct history_split *split, char c, struct lic_err *err)
{
    bool fine = is_blank(c) || c == ',' || (split->depth == 1 && split->list_depth == 0);
    return fine ? LIC_OK : refuse(split, c, err);
}

static enum lic_rc take_byte(struct history_split *split, char c, struct lic_err *err)
{
    bool opens = c == '{' || c == '[';
    bool closes = c == '}' || c == ']';
    if (opens) {
        TRY(open_bracket(split, c, err));
    }
    if (split->begun) {
        TRY(hold(split, str_make(&c, 1), err));
    }
    if (c == '"') {
        split->in_text = true;
        split->seen_n = 0;
    }
    if (c != ':' && !is_blank(c)) {
        split->named = false;
    }
    if (closes) {
        return close_bracket(split, c, err);
    }
    return split->begun || opens || c == '"' ? LIC_OK : pass_between(split, c, err);
}

enum lic_rc history_split_feed(struct history_split *split, lic_str bytes, struct lic_err *err)
{
    while (bytes.n > 0) {
        size_t n = split->in_text ? pass_text(split, bytes) : 0;
        if (n > 0 && split->begun) {
            TRY(hold(split, str_head(bytes, n), err));
        }
        if (n == 0) {
            TRY(take_byte(split, bytes.at[0], err));
            n = 1;
        }
        split->offset += n;
        bytes = str_tail(bytes, n);
    }
    return LIC_OK;
}

enum lic_rc history_split_end(struct history_split *split, struct lic_err *err)
{
    bool whole = split->depth == 0 && !split->in_text;
    unsigned long long offset = (unsigned long long)split->offset;
    split->depth = split->list_depth = 0;
    split->in_text = split->escaped = split->begun = split->named = false;
    split->n = 0;
    split->offset = 0;
    ENSURE(whole, err, LIC_E_SYNTAX, "the text ends in the middle of a record, after %llu bytes",
           offset);
    return LIC_OK;
}
