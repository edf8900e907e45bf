/* SPDX-License-Identifier: Apache-2.0 */
/* A text folded, and what must hold of the views of any text. */
#ifndef TESTS_DETECT_FOLDED_H
#define TESTS_DETECT_FOLDED_H

#include "base/check.h"
#include "base/utf8.h"
#include "detect/fold.h"
#include "test.h"

struct folded {
    const struct fold_words *words;
    lic_str text;
    struct fold_views views;
    struct findings hidden;
};

static inline void folded_make(struct arena *arena, lic_str text, struct folded *out)
{
    struct lic_err err = { 0 };
    *out = (struct folded){ .text = text };
    EXPECT_OK(fold_words_new(arena, &out->words, &err), &err);
    EXPECT_OK(fold_text(out->words, text, arena, &out->views, &out->hidden, &err), &err);
}

/* The view of this kind whose text is `text`, or NULL. */
static inline const struct fold_view *folded_find(const struct folded *f, enum fold_kind kind,
                                                  const char *text)
{
    for (uint32_t i = 0; i < f->views.n; i++) {
        if (f->views.at[i].kind == kind && str_eq(f->views.at[i].text, str_z(text))) {
            return &f->views.at[i];
        }
    }
    return NULL;
}

/* The text folds to this, as this. */
static inline bool folds_to(struct arena *arena, const char *text, enum fold_kind kind,
                            const char *view)
{
    struct folded f;
    folded_make(arena, str_z(text), &f);
    return folded_find(&f, kind, view) != NULL;
}

static inline uint32_t views_of(struct arena *arena, const char *text)
{
    struct folded f;
    folded_make(arena, str_z(text), &f);
    return f.views.n;
}

/* What is found in a view from `needle` on stands at `origin` in the text. */
static inline bool comes_from(const struct folded *f, enum fold_kind kind, const char *needle,
                              const char *origin)
{
    for (uint32_t i = 0; i < f->views.n; i++) {
        lic_str view = f->views.at[i].text;
        size_t at = str_find(view, str_z(needle)), start = 0, end = 0;
        if (f->views.at[i].kind != kind || at == view.n) {
            continue;
        }
        fold_origin(&f->views, i, f->text, at, at + strlen(needle), &start, &end);
        return str_eq(str_slice(f->text, start, end), str_z(origin));
    }
    return false;
}

static inline bool is_boundary(lic_str text, size_t at)
{
    return at == text.n || (at < text.n && ((unsigned char)text.at[at] & 0xc0) != 0x80);
}

/* Runs are sorted, within their source, and as long as what they stand for when exact. */
static inline void check_runs(const struct folded *f, uint32_t i)
{
    const struct fold_view *view = &f->views.at[i];
    lic_str source = view->source == FOLD_OF_TEXT ? f->text : f->views.at[view->source].text;
    CHECK(view->runs_n > 0 && view->runs[0].view_start == 0);
    for (uint32_t k = 0; k < view->runs_n; k++) {
        const struct fold_run *run = &view->runs[k];
        size_t end = k + 1 < view->runs_n ? run[1].view_start : view->text.n;
        CHECK(run->view_start < end && run->start <= run->end && run->end <= source.n);
        CHECK(!run->exact || run->end - run->start == end - run->view_start);
    }
}

/* Every range leads to whole characters of the text, never to nothing, and a wider one as far. */
static inline void check_ranges(const struct folded *f, uint32_t i, size_t stride)
{
    lic_str view = f->views.at[i].text;
    for (size_t from = 0; from < view.n; from += stride) {
        size_t low = SIZE_MAX, high = 0;
        for (size_t to = from + 1; to <= view.n && to <= from + 40; to++) {
            size_t start = 0, end = 0;
            fold_origin(&f->views, i, f->text, from, to, &start, &end);
            CHECK(start < end && end <= f->text.n);
            CHECK(is_boundary(f->text, start) && is_boundary(f->text, end));
            CHECK(start <= low && end >= high);
            low = start;
            high = end;
        }
    }
}

static inline void folded_check(const struct folded *f, size_t stride)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < f->views.n; i++) {
        const struct fold_view *view = &f->views.at[i];
        CHECK(view->text.n > 0 && utf8_check(view->text) == view->text.n);
        CHECK(view->source == FOLD_OF_TEXT || view->source < i);
        CHECK(view->depth >= 1 && view->depth <= FOLD_DEPTH_MAX);
        check_runs(f, i);
        check_ranges(f, i, stride);
        bytes += view->text.n;
    }
    CHECK(bytes <= f->text.n * FOLD_BUDGET + FOLD_BUDGET_FREE);
    for (uint32_t i = 0; i < f->hidden.n; i++) {
        const struct finding *finding = &f->hidden.at[i];
        CHECK(finding->start < finding->end && finding->end <= f->text.n);
        CHECK(is_boundary(f->text, finding->start) && is_boundary(f->text, finding->end));
    }
}

#endif
