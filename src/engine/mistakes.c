/* SPDX-License-Identifier: Apache-2.0 */
/* Collects the mistakes of a directory and tells them in the order a person repairs them. */
#include "engine/mistakes.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

static enum lic_rc note(struct mistakes *mistakes, const struct lic_err *err)
{
    if (mistakes->n == MISTAKES_MAX) {
        mistakes->dropped++;
        return LIC_OK;
    }
    return ARENA_PUSH(mistakes->arena, mistakes, *err) ? LIC_OK : LIC_E_NOMEM;
}

enum lic_rc mistakes_add(struct mistakes *mistakes, struct mistake_place place, enum lic_rc rc,
                         const char *format, ...)
{
    struct lic_err err;
    char text[sizeof(err.text)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    (void)err_set(&err, rc, "%s", text);
    (void)err_at(&err, place.file, place.line, place.column);
    return note(mistakes, &err);
}

enum lic_rc mistakes_add_err(struct mistakes *mistakes, const struct lic_err *err)
{
    return err->rc == LIC_E_NOMEM ? LIC_E_NOMEM : note(mistakes, err);
}

/* ---- telling ---- */

static bool comes_before(const struct lic_err *a, const struct lic_err *b)
{
    int by_file = str_cmp(str_z(a->file), str_z(b->file));
    if (by_file != 0) {
        return by_file < 0;
    }
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Insertion keeps mistakes at one place in the order they were found; there are few. */
static void sort(struct lic_err *at, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++) {
        for (uint32_t j = i; j > 0 && comes_before(&at[j], &at[j - 1]); j--) {
            struct lic_err swapped = at[j];
            at[j] = at[j - 1];
            at[j - 1] = swapped;
        }
    }
}

void mistakes_report(struct mistakes *mistakes, lic_report_fn *report, void *report_arg)
{
    sort(mistakes->at, mistakes->n);
    if (!report) {
        return;
    }
    for (uint32_t i = 0; i < mistakes->n; i++) {
        report(report_arg, &mistakes->at[i]);
    }
    if (mistakes->dropped > 0) {
        struct lic_err more;
        (void)err_set(&more, LIC_E_LIMIT, "and %u more mistakes", mistakes->dropped);
        report(report_arg, &more);
    }
}

/* Long enough for every name that is allowed to be one in practice, short enough for a line. */
enum { SHOWN_BYTES = 80 };

lic_str mistakes_shown(lic_str s)
{
    size_t n = s.n <= SHOWN_BYTES ? s.n : SHOWN_BYTES;
    while (n > 0 && n < s.n && ((unsigned char)s.at[n] & 0xc0) == 0x80) {
        n--;
    }
    return str_head(s, n);
}
