/* SPDX-License-Identifier: Apache-2.0 */
/*
 * New access told piece by piece. Each Allow of the new documents is taken apart into one statement
 * for each pair of an action and a resource it lists; each of those is proven by itself, and the
 * pairs that give new access are told together again, by statement and resource:
 *
 *     Action [Get, Put]  Resource [logs, tmp]    Get/logs new, Put/logs new, Get/tmp old ...
 *                                                "Get, Put on logs when ..."
 */
#include "advise/diff.h"

#include "advise/prove.h"
#include "advise/words.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

#define PIECES_MAX 600u /* statements after taking apart; more are left whole */
#define WORDS_BYTES_MAX 16384u

/* A statement of the question and the one it was taken from. */
struct piece {
    const struct policy_doc *doc;
    const struct doc_statement *from;
};

struct differ {
    struct arena *arena;
    struct prove_question whole;    /* the documents as they are */
    struct prove_question apart;    /* the new ones taken apart */
    const struct policy_doc **docs; /* of `apart` */
    struct {
        struct doc_statement *at;
        uint32_t n, cap;
    } statements; /* of the document being taken apart */
    struct {
        struct piece *at;
        uint32_t n, cap;
    } pieces; /* the Allows of all documents, in order */
    struct {
        struct advise_example *at;
        uint32_t n, cap;
    } examples;
};

static enum lic_rc no_memory(struct lic_err *err)
{
    return err_set(err, LIC_E_NOMEM, "no memory to compare policies");
}

/* ---- taking apart ------------------------------------------------------------------------- */

static uint32_t pairs_n(const struct doc_statement *statement)
{
    bool whole = statement->deny || statement->actions.excluded || statement->resources.excluded ||
                 !statement->resources.given;
    return whole ? 1 : statement->actions.n * statement->resources.n;
}

static enum lic_rc add_piece(struct differ *d, const struct policy_doc *doc,
                             const struct doc_statement *from, const struct doc_statement *piece,
                             struct lic_err *err)
{
    struct piece known = { doc, from };
    ENSURE(ARENA_PUSH(d->arena, &d->statements, *piece), err, LIC_E_NOMEM,
           "no memory to compare policies");
    if (from->deny) {
        return LIC_OK;
    }
    return ARENA_PUSH(d->arena, &d->pieces, known) ? LIC_OK : no_memory(err);
}

static enum lic_rc take_apart(struct differ *d, const struct policy_doc *doc,
                              const struct doc_statement *statement, bool apart,
                              struct lic_err *err)
{
    if (!apart || pairs_n(statement) <= 1) {
        return add_piece(d, doc, statement, statement, err);
    }
    for (uint32_t r = 0; r < statement->resources.n; r++) {
        for (uint32_t a = 0; a < statement->actions.n; a++) {
            struct doc_statement piece = *statement;
            piece.actions.at = &statement->actions.at[a];
            piece.actions.n = 1;
            piece.resources.at = &statement->resources.at[r];
            piece.resources.n = 1;
            TRY(add_piece(d, doc, statement, &piece, err));
        }
    }
    return LIC_OK;
}

static enum lic_rc take_doc_apart(struct differ *d, uint32_t i, bool apart, struct lic_err *err)
{
    const struct policy_doc *doc = d->whole.new_docs[i];
    struct policy_doc *copy = ARENA_NEW(d->arena, struct policy_doc);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory to compare policies");
    d->statements.at = NULL;
    d->statements.n = 0;
    d->statements.cap = 0;
    for (uint32_t k = 0; k < doc->n; k++) {
        TRY(take_apart(d, doc, &doc->statements[k], apart, err));
    }
    *copy = *doc;
    copy->statements = d->statements.at;
    copy->n = d->statements.n;
    d->docs[i] = copy;
    return LIC_OK;
}

static enum lic_rc take_all_apart(struct differ *d, struct lic_err *err)
{
    uint64_t pieces = 0;
    for (uint32_t i = 0; i < d->whole.new_n; i++) {
        for (uint32_t k = 0; k < d->whole.new_docs[i]->n; k++) {
            pieces += pairs_n(&d->whole.new_docs[i]->statements[k]);
        }
    }
    d->docs = ARENA_ARRAY(d->arena, const struct policy_doc *, (size_t)d->whole.new_n + 1);
    ENSURE(d->docs, err, LIC_E_NOMEM, "no memory to compare policies");
    for (uint32_t i = 0; i < d->whole.new_n; i++) {
        TRY(take_doc_apart(d, i, pieces <= PIECES_MAX, err));
    }
    d->apart = d->whole;
    d->apart.new_docs = d->docs;
    return LIC_OK;
}

/* ---- telling ------------------------------------------------------------------------------ */

/* Pieces of one statement with the same resources are told together. */
static bool told_together(const struct differ *d, const struct prove_answers *answers, uint32_t i,
                          uint32_t k)
{
    return d->pieces.at[i].from == d->pieces.at[k].from &&
           answers->at[i].statement->resources.at == answers->at[k].statement->resources.at &&
           answers->at[i].old_statement == answers->at[k].old_statement;
}

static void put_actions(const struct differ *d, const struct prove_answers *answers, uint32_t first,
                        struct buf *words)
{
    bool more = false;
    for (uint32_t i = first; i < answers->n; i++) {
        if (answers->at[i].verdict == PROVE_FAIL && told_together(d, answers, first, i)) {
            buf_add(words, more ? LIC_STR(", ") : LIC_STR(""));
            words_patterns(words, &answers->at[i].statement->actions);
            more = true;
        }
    }
}

static enum lic_rc tell_context(struct differ *d, const struct witness *witness, lic_str *out,
                                struct lic_err *err)
{
    struct buf text;
    buf_init(&text, d->arena, WORDS_BYTES_MAX * 4);
    for (uint32_t i = 0; i < witness->keys.n; i++) {
        const struct witness_key *key = &witness->keys.at[i];
        for (uint32_t k = 0; k < key->n; k++) {
            buf_add(&text, text.n > 0 ? LIC_STR(", ") : LIC_STR(""));
            buf_add(&text, key->key);
            buf_add(&text, LIC_STR(" = "));
            buf_add(&text, key->values[k]);
        }
    }
    text.failed = text.failed == LIC_E_LIMIT ? LIC_OK : text.failed;
    TRY(buf_check(&text, "the context of a request", err));
    *out = buf_str(&text);
    return LIC_OK;
}

static enum lic_rc tell(struct differ *d, const struct prove_answers *answers, uint32_t first,
                        struct lic_err *err)
{
    const struct prove_answer *answer = &answers->at[first];
    struct buf words;
    struct advise_example example = { .action = answer->witness.action,
                                      .resource = answer->witness.resource,
                                      .doc = d->pieces.at[first].doc,
                                      .statement = d->pieces.at[first].from };
    buf_init(&words, d->arena, WORDS_BYTES_MAX);
    put_actions(d, answers, first, &words);
    buf_add(&words, LIC_STR(" on "));
    words_patterns(&words, &answer->statement->resources);
    if (answer->statement->conditions.n > 0) {
        buf_add(&words, LIC_STR(" when "));
        words_conditions(&words, answer->statement);
    }
    if (answer->old_statement) {
        buf_add(&words, LIC_STR(", which was denied by "));
        words_place(&words, answer->old_doc, answer->old_statement);
    }
    if (words.failed == LIC_E_LIMIT) {
        words.failed = LIC_OK; /* a sentence of 16 KiB may be cut */
    }
    TRY(buf_check(&words, "a sentence about policies", err));
    example.words = buf_str(&words);
    TRY(tell_context(d, &answer->witness, &example.context, err));
    TRY(prove_json(&d->whole, answer, d->arena, &example.json, err));
    return ARENA_PUSH(d->arena, &d->examples, example) ? LIC_OK : no_memory(err);
}

static bool is_told(const struct differ *d, const struct prove_answers *answers, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++) {
        if (answers->at[k].verdict == PROVE_FAIL && told_together(d, answers, k, i)) {
            return true;
        }
    }
    return false;
}

/* Once there are fails enough for the examples, what else there is no longer matters. */
static enum lic_rc summarize(struct differ *d, const struct prove_answers *answers,
                             struct advise_gain *out, struct lic_err *err)
{
    const char *why = NULL;
    for (uint32_t i = 0; i < answers->n; i++) {
        const struct prove_answer *answer = &answers->at[i];
        why = answer->verdict == PROVE_UNKNOWN ? answer->reason : why;
        bool room = d->examples.n < ADVISE_GAIN_EXAMPLES_MAX;
        if (answer->verdict == PROVE_FAIL && room && !is_told(d, answers, i)) {
            TRY(tell(d, answers, i, err));
        }
    }
    *out = (struct advise_gain){ .verdict = d->examples.n > 0 ? ADVISE_GAIN_FOUND
                                            : why             ? ADVISE_GAIN_UNKNOWN
                                                              : ADVISE_GAIN_NONE,
                                 .reason = why ? str_z(why) : LIC_STR(""),
                                 .examples = d->examples.at,
                                 .examples_n = d->examples.n };
    return LIC_OK;
}

enum lic_rc diff_gain(const struct prove_question *question, struct arena *arena,
                      struct advise_gain *out, struct lic_err *err)
{
    struct differ d = { .arena = arena, .whole = *question };
    struct prove_answers answers;
    if (prove_same_documents(question)) {
        *out = (struct advise_gain){ .verdict = ADVISE_GAIN_NONE };
        return LIC_OK;
    }
    TRY(take_all_apart(&d, err));
    TRY(prove_each(&d.apart, PIECES_MAX, arena, &answers, err));
    return summarize(&d, &answers, out, err);
}

enum lic_rc advise_diff_new_access(const struct policy_doc *const *old_docs, uint32_t old_n,
                                   const struct policy_doc *const *new_docs, uint32_t new_n,
                                   struct arena *arena, struct advise_gain *out,
                                   struct lic_err *err)
{
    bool resource = new_n > 0 && (new_docs[0]->kind == DOC_RESOURCE ||
                                  new_docs[0]->kind == DOC_TRUST || new_docs[0]->kind == DOC_KEY);
    struct prove_question question = { .old_docs = old_docs,
                                       .old_n = old_n,
                                       .new_docs = new_docs,
                                       .new_n = new_n,
                                       .resource = resource,
                                       .strict = true };
    return diff_gain(&question, arena, out, err);
}
