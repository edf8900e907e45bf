/* SPDX-License-Identifier: Apache-2.0 */
/* Folding: asks every maker about the text and about each view, and keeps the way back. */
#include "detect/fold.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/utf8.h"
#include "detect/fold_parts.h"

#include "base/banned.h"

static const char *const kind_names[FOLD_KIND_N] = {
    [FOLD_PLAIN] = "plain",       [FOLD_ENTITIES] = "entities", [FOLD_PERCENT] = "percent",
    [FOLD_ESCAPES] = "escapes",   [FOLD_SPACED] = "spaced",     [FOLD_LEET] = "leet",
    [FOLD_REVERSED] = "reversed", [FOLD_ROT13] = "rot13",       [FOLD_MORSE] = "morse",
    [FOLD_BASE64] = "base64",     [FOLD_BASE32] = "base32",     [FOLD_HEX] = "hex",
    [FOLD_BINARY] = "binary",     [FOLD_DECIMAL] = "decimal",
};

const char *fold_kind_name(enum fold_kind kind)
{
    return kind_names[kind];
}

/* ---- a view under construction ---- */

void fold_begin_span(struct fold *fold, const struct fold_source *source, struct fold_span span,
                     struct fold_writer *writer)
{
    *writer = (struct fold_writer){
        .fold = fold, .source = source, .begin = span.start, .end = span.end, .done = span.start
    };
    buf_init(&writer->text, fold->arena, fold->left);
}

void fold_begin(struct fold *fold, const struct fold_source *source, struct fold_writer *writer)
{
    struct fold_span all = { 0, (uint32_t)source->text.n };
    fold_begin_span(fold, source, all, writer);
}

static void add_run(struct fold_writer *writer, struct fold_run run, lic_str bytes)
{
    run.view_start = (uint32_t)writer->text.n;
    if (!ARENA_PUSH(writer->fold->arena, &writer->runs, run)) {
        writer->text.failed = LIC_E_NOMEM;
    }
    buf_add(&writer->text, bytes);
}

static size_t char_start(lic_str text, size_t at)
{
    while (at > 0 && at < text.n && ((unsigned char)text.at[at] & 0xc0) == 0x80) {
        at--;
    }
    return at;
}

static void keep(struct fold_writer *writer, size_t start, size_t end)
{
    if (start < end) {
        struct fold_run run = { 0, (uint32_t)start, (uint32_t)end, .exact = true };
        add_run(writer, run, str_make(writer->source->text.at + start, end - start));
    }
}

/* What lies between the places that were replaced, or both ends of it. Places may overlap. */
static void keep_until(struct fold_writer *writer, size_t end, bool last)
{
    lic_str text = writer->source->text;
    size_t start = writer->done;
    size_t after = start > writer->begin ? FOLD_AROUND : 0, before = last ? 0 : FOLD_AROUND;
    if (end <= start || end - start <= 2 * FOLD_AROUND) {
        keep(writer, start, end);
        return;
    }
    size_t left = char_start(text, start + after), right = char_start(text, end - before);
    keep(writer, start, left);
    if (left > writer->begin && right < writer->end) {
        struct fold_run gap = { 0, (uint32_t)left, (uint32_t)right, .exact = false };
        add_run(writer, gap, LIC_STR("\n"));
    }
    keep(writer, right, end);
}

/* A disguise that stood so in the view before was seen through there. */
static void note_change(struct fold_writer *writer, size_t start, size_t end)
{
    writer->changed =
        writer->changed || !fold_is_as_before(writer->fold, writer->source, start, end);
}

void fold_replace(struct fold_writer *writer, lic_str bytes, size_t start, size_t end)
{
    note_change(writer, start, end);
    keep_until(writer, start, /* last= */ false);
    writer->done = end;
    if (bytes.n > 0) {
        add_run(writer, (struct fold_run){ 0, (uint32_t)start, (uint32_t)end, .exact = false },
                bytes);
    }
}

static void replace_each(struct fold_writer *writer, lic_str bytes, size_t start, bool backward)
{
    size_t end = start + bytes.n;
    struct fold_run run = { 0, (uint32_t)start, (uint32_t)end, .exact = true, backward };
    note_change(writer, start, end);
    keep_until(writer, start, /* last= */ false);
    writer->done = end;
    if (bytes.n > 0) {
        add_run(writer, run, bytes);
    }
}

void fold_replace_each(struct fold_writer *writer, lic_str bytes, size_t start)
{
    replace_each(writer, bytes, start, /* backward= */ false);
}

void fold_replace_backwards(struct fold_writer *writer, lic_str bytes, size_t start)
{
    replace_each(writer, bytes, start, /* backward= */ true);
}

enum lic_rc fold_finish(struct fold_writer *writer, enum fold_kind kind)
{
    struct fold *fold = writer->fold;
    if (!writer->changed) {
        return LIC_OK;
    }
    keep_until(writer, writer->end, /* last= */ true);
    if (writer->text.failed == LIC_E_LIMIT) {
        fold->views->cut = true;
        return LIC_OK;
    }
    TRY(buf_check(&writer->text, "a folded text", fold->err));
    if (writer->text.n == 0) {
        return LIC_OK;
    }
    struct fold_view view = {
        .kind = kind,
        .depth = (uint8_t)(writer->source->depth + 1),
        .source = writer->source->view,
        .text = buf_str(&writer->text),
        .runs = writer->runs.at,
        .runs_n = writer->runs.n,
    };
    fold->left -= writer->text.n;
    ENSURE(ARENA_PUSH(fold->arena, fold->views, view), fold->err, LIC_E_NOMEM,
           "no memory for a folded text");
    return LIC_OK;
}

/* ---- all of them ---- */

static bool made_by(const struct fold *fold, const struct fold_source *source, enum fold_kind kind)
{
    return source->view != FOLD_OF_TEXT && fold->views->at[source->view].kind == kind;
}

static bool has_shape(const struct fold *fold, const struct fold_source *source)
{
    return made_by(fold, source, FOLD_SPACED) || made_by(fold, source, FOLD_LEET) ||
           made_by(fold, source, FOLD_REVERSED) || made_by(fold, source, FOLD_ROT13);
}

static enum lic_rc make_views(struct fold *fold, const struct fold_source *source)
{
    struct fold_signs signs;
    fold_look(fold, source->text, &signs);
    ENSURE(!signs.failed, fold->err, LIC_E_NOMEM, "no memory for the signs of a disguise");
    TRY(fold_make_decoded(fold, source, &signs));
    if (signs.high && !made_by(fold, source, FOLD_PLAIN)) {
        TRY(fold_make_plain(fold, source));
    }
    if (signs.html || signs.percent || signs.backslash || signs.code_points) {
        TRY(fold_make_marks(fold, source));
    }
    return has_shape(fold, source) ? LIC_OK : fold_make_shapes(fold, source, &signs);
}

enum lic_rc fold_text(const struct fold_words *words, lic_str text, struct arena *arena,
                      struct fold_views *out, struct findings *hidden, struct lic_err *err)
{
    struct fold fold = {
        .words = words,
        .arena = arena,
        .views = out,
        .hidden = hidden,
        .left = text.n * FOLD_BUDGET + FOLD_BUDGET_FREE,
        .err = err,
    };
    ENSURE(text.n < UINT32_MAX / (2 * FOLD_BUDGET), err, LIC_E_LIMIT,
           "a text of %zu bytes is too long to fold", text.n);
    struct fold_source whole = { .text = text, .view = FOLD_OF_TEXT };
    TRY(make_views(&fold, &whole));
    for (uint32_t i = 0; i < out->n; i++) {
        struct fold_source view = { out->at[i].text, i, out->at[i].depth };
        if (view.depth < FOLD_DEPTH_MAX) {
            TRY(make_views(&fold, &view));
        }
    }
    return LIC_OK;
}

/* ---- the way back ---- */

/* The last run that begins at or before `at`. */
static const struct fold_run *run_of(const struct fold_view *view, size_t at)
{
    uint32_t low = 0, high = view->runs_n;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (view->runs[middle].view_start <= at) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return &view->runs[low];
}

/* Where bytes [start, end) of a view, as far as they are of this run, come from. */
static void run_back(const struct fold_run *run, size_t view_end, size_t start, size_t end,
                     size_t *low, size_t *high)
{
    size_t from = start > run->view_start ? start - run->view_start : 0;
    size_t to = (end < view_end ? end : view_end) - run->view_start;
    size_t run_low = run->start, run_high = run->end;
    if (run->exact) {
        run_low = run->backward ? run->end - to : run->start + from;
        run_high = run->backward ? run->end - from : run->start + to;
    }
    *low = run_low < *low ? run_low : *low;
    *high = run_high > *high ? run_high : *high;
}

/* One step: from a view to its source. Runs need not be in the source's order (reversed text). */
static void step_back(const struct fold_view *view, size_t *start, size_t *end)
{
    const struct fold_run *first = run_of(view, *start);
    const struct fold_run *last = run_of(view, *end - 1);
    const struct fold_run *stop = view->runs + view->runs_n;
    size_t low = SIZE_MAX, high = 0;
    for (const struct fold_run *run = first; run <= last; run++) {
        size_t view_end = run + 1 < stop ? run[1].view_start : view->text.n;
        run_back(run, view_end, *start, *end, &low, &high);
    }
    *start = low;
    *end = high;
}

static bool is_marks(const struct fold *fold, const struct fold_source *source)
{
    return made_by(fold, source, FOLD_ENTITIES) || made_by(fold, source, FOLD_PERCENT) ||
           made_by(fold, source, FOLD_ESCAPES);
}

/*
 * What the maker would do here it has done in the view before, of the same bytes. Marks in a plain
 * view of the text are the exception: both together may say what neither does.
 */
bool fold_is_as_before(const struct fold *fold, const struct fold_source *source, size_t start,
                       size_t end)
{
    if (!is_marks(fold, source) && !made_by(fold, source, FOLD_PLAIN)) {
        return false;
    }
    const struct fold_run *run = run_of(&fold->views->at[source->view], start);
    return run->exact && !run->backward && run->start + (end - run->view_start) <= run->end;
}

static bool continues(lic_str text, size_t at)
{
    return at < text.n && ((unsigned char)text.at[at] & 0xc0) == 0x80;
}

void fold_origin(const struct fold_views *views, uint32_t view, lic_str text, size_t start,
                 size_t end, size_t *out_start, size_t *out_end)
{
    while (view != FOLD_OF_TEXT) {
        step_back(&views->at[view], &start, &end);
        view = views->at[view].source;
    }
    while (start > 0 && continues(text, start)) {
        start--;
    }
    while (continues(text, end)) {
        end++;
    }
    *out_start = start;
    *out_end = end;
}
