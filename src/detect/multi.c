/* SPDX-License-Identifier: Apache-2.0 */
/* Vectorscan behind multi.h. */
#include "detect/multi.h"

#include "base/arena.h"
#include "base/err.h"

#include <hs.h>

#include "base/banned.h"

/* Offsets inside the library are of this width. */
#define TEXT_BYTES_MAX ((size_t)UINT32_MAX - 1)

/* Both types are the library's own under our name: nothing of ours has to be allocated. */
static hs_database_t *database_of(const struct multi *multi)
{
    return (hs_database_t *)(uintptr_t)multi;
}

static hs_scratch_t *scratch_of(struct multi_scratch *scratch)
{
    return (hs_scratch_t *)scratch;
}

static enum lic_rc say_compile_error(hs_compile_error_t *error, uint32_t n, uint32_t *out_bad,
                                     struct lic_err *err)
{
    *out_bad = error && error->expression >= 0 ? (uint32_t)error->expression : n;
    err_set(err, LIC_E_INVALID, "the patterns cannot be compiled: %s",
            error ? error->message : "no reason given");
    hs_free_compile_error(error);
    return LIC_E_INVALID;
}

/* What the library wants to be told, one array a property. */
struct columns {
    const char **texts;
    unsigned int *flags, *ids;
    size_t *lengths;
};

static enum lic_rc compile(const struct columns *c, uint32_t n, bool literals, struct multi **out,
                           uint32_t *out_bad, struct lic_err *err)
{
    hs_database_t *database = NULL;
    hs_compile_error_t *error = NULL;
    hs_error_t rc = literals ? hs_compile_lit_multi(c->texts, c->flags, c->ids, c->lengths, n,
                                                    HS_MODE_BLOCK, NULL, &database, &error)
                             : hs_compile_multi(c->texts, c->flags, c->ids, n, HS_MODE_BLOCK, NULL,
                                                &database, &error);
    if (rc != HS_SUCCESS) {
        return say_compile_error(error, n, out_bad, err);
    }
    *out = (struct multi *)database;
    return LIC_OK;
}

enum lic_rc multi_new(struct arena *scratch, const struct multi_item *items, uint32_t n,
                      bool literals, struct multi **out, uint32_t *out_bad, struct lic_err *err)
{
    struct columns c = {
        .texts = ARENA_ARRAY(scratch, const char *, n),
        .flags = ARENA_ARRAY(scratch, unsigned int, n),
        .ids = ARENA_ARRAY(scratch, unsigned int, n),
        .lengths = ARENA_ARRAY(scratch, size_t, n),
    };
    *out_bad = n;
    ENSURE(c.texts && c.flags && c.ids && c.lengths, err, LIC_E_NOMEM,
           "no memory to compile %u patterns", n);
    for (uint32_t i = 0; i < n; i++) {
        c.texts[i] = items[i].text;
        c.lengths[i] = items[i].bytes;
        c.ids[i] = items[i].id;
        c.flags[i] = literals ? HS_FLAG_CASELESS : 0;
    }
    return compile(&c, n, literals, out, out_bad, err);
}

void multi_free(struct multi *multi)
{
    hs_free_database(database_of(multi));
}

enum lic_rc multi_prepare(const struct multi *multi, struct multi_scratch **scratch,
                          struct lic_err *err)
{
    hs_scratch_t *grown = scratch_of(*scratch);
    hs_error_t rc = hs_alloc_scratch(database_of(multi), &grown);
    ENSURE(rc == HS_SUCCESS, err, LIC_E_NOMEM, "no memory for scanning (%d)", (int)rc);
    *scratch = (struct multi_scratch *)grown;
    return LIC_OK;
}

void multi_scratch_free(struct multi_scratch *scratch)
{
    hs_free_scratch(scratch_of(scratch));
}

struct listener {
    bool (*each)(void *arg, uint32_t id, size_t end);
    void *arg;
};

static int on_match(unsigned int id, unsigned long long from, unsigned long long to,
                    unsigned int flags, void *arg)
{
    struct listener *listener = arg;
    (void)from;
    (void)flags;
    return listener->each(listener->arg, id, (size_t)to) ? 0 : 1;
}

enum lic_rc multi_scan(const struct multi *multi, struct multi_scratch *scratch, lic_str text,
                       bool (*each)(void *arg, uint32_t id, size_t end), void *arg,
                       struct lic_err *err)
{
    struct listener listener = { each, arg };
    ENSURE(text.n <= TEXT_BYTES_MAX, err, LIC_E_LIMIT, "a text of %zu bytes is too long to scan",
           text.n);
    if (text.n == 0) {
        return LIC_OK;
    }
    hs_error_t rc = hs_scan(database_of(multi), text.at, (unsigned int)text.n, 0,
                            scratch_of(scratch), on_match, &listener);
    ENSURE(rc == HS_SUCCESS || rc == HS_SCAN_TERMINATED, err, LIC_E_INVALID,
           "the scanner refused a text of %zu bytes (%d)", text.n, (int)rc);
    return LIC_OK;
}
