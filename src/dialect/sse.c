/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Splits a stream of server-sent events into events, wherever the chunks are cut.
 *
 *     chunk ──► whole event in it, nothing held ──► raw and data are views into the chunk
 *       └─────► else its bytes go to `held` until the blank line comes ──► views into `held`
 *
 * Invariants: all raws, one after another, are exactly the bytes fed; `held` never has a whole
 * event between two calls. When a chunk ends between the CR and the LF of a blank line, the
 * event is given at once and the LF comes alone, as an event without data.
 */
#include "dialect/sse.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

#define BYTE_ORDER_MARK LIC_STR("\xEF\xBB\xBF")

void sse_init(struct sse *sse, struct arena *arena)
{
    *sse = (struct sse){ .arena = arena };
    /* Twice the limit: lines of data are joined behind the event that has them. */
    buf_init(&sse->held, arena, (size_t)2 * LIMIT_SSE_EVENT_BYTES);
}

void sse_feed(struct sse *sse, lic_str chunk)
{
    sse->chunk = chunk;
}

bool sse_unfinished(const struct sse *sse)
{
    return sse->held.n > 0;
}

/* ---- lines ---- */

/* A text line by line. `lf` is where the next LF is (or the end), kept so that a text whose lines
 * end in CR is not searched to its end for each of them. */
struct lines {
    lic_str text;
    size_t at, lf;
};

static struct lines lines_of(lic_str text)
{
    return (struct lines){ text, 0, str_find_char(text, '\n') };
}

/* The next line, without its end. False when the text ends before the line does. */
static bool next_line(struct lines *lines, lic_str *out)
{
    size_t at = lines->at;
    if (lines->lf < at) {
        lines->lf = at + str_find_char(str_tail(lines->text, at), '\n');
    }
    *out = str_slice(lines->text, at, lines->lf);
    *out = str_head(*out, str_find_char(*out, '\r'));
    size_t end = at + out->n;
    if (end == lines->text.n) {
        lines->at = end;
        return false;
    }
    bool crlf = lines->text.at[end] == '\r' && lines->lf == end + 1 && end + 1 < lines->text.n;
    lines->at = end + (crlf ? 2 : 1);
    return true;
}

/* Bytes of `text` up to and with the blank line that ends an event, or 0. `last` is the byte
 * before the text: a line begins here when it is CR or LF. */
static size_t event_length(lic_str text, char last)
{
    struct lines lines = lines_of(text);
    lic_str line;
    if (last == '\r' && text.n > 0 && text.at[0] == '\n') {
        lines.at = 1;
    }
    bool begins = last == '\n' || last == '\r';
    while (next_line(&lines, &line)) {
        if (begins && line.n == 0) {
            return lines.at;
        }
        begins = true;
    }
    return 0;
}

/* ---- what an event says ---- */

/* Whether the line is the field `name`; its value is then in *out. */
static bool is_field(lic_str line, lic_str name, lic_str *out)
{
    if (!str_starts(line, name) || (line.n > name.n && line.at[name.n] != ':')) {
        return false;
    }
    lic_str value = str_tail(line, name.n + 1);
    *out = value.n > 0 && value.at[0] == ' ' ? str_tail(value, 1) : value;
    return true;
}

/* Fills name and the last data line; returns how many data lines there are. */
static uint32_t read_fields(lic_str text, struct sse_event *out)
{
    uint32_t data_n = 0;
    struct lines lines = lines_of(text);
    lic_str line;
    while (next_line(&lines, &line)) {
        if (is_field(line, LIC_STR("data"), &out->data)) {
            data_n++;
        } else {
            (void)is_field(line, LIC_STR("event"), &out->name);
        }
    }
    return data_n;
}

/* Joins the data lines by LF into `room`, which has space for all of `text`. */
static lic_str join_data(lic_str text, char *room)
{
    size_t n = 0;
    struct lines lines = lines_of(text);
    lic_str line, value;
    while (next_line(&lines, &line)) {
        if (is_field(line, LIC_STR("data"), &value)) {
            if (value.n > 0) {
                memcpy(room + n, value.at, value.n);
            }
            n += value.n;
            room[n++] = '\n';
        }
    }
    return str_make(room, n - 1);
}

static lic_str skip_mark(const struct sse *sse, lic_str raw)
{
    bool marked = !sse->begun && str_starts(raw, BYTE_ORDER_MARK);
    return marked ? str_tail(raw, BYTE_ORDER_MARK.n) : raw;
}

/* The event whose bytes are `raw`, which lies in the chunk or is all that `held` has. */
static enum lic_rc read_event(struct sse *sse, lic_str raw, bool in_held, struct sse_event *out,
                              struct lic_err *err)
{
    ENSURE(raw.n <= LIMIT_SSE_EVENT_BYTES, err, LIC_E_LIMIT,
           "a server-sent event of %zu bytes is longer than %u", raw.n, LIMIT_SSE_EVENT_BYTES);
    struct sse_event event = { .raw = raw };
    uint32_t data_n = read_fields(skip_mark(sse, raw), &event);
    if (data_n > 1) {
        char *room = buf_room(&sse->held, raw.n + 1);
        if (room == NULL) {
            return buf_check(&sse->held, "lines of a server-sent event", err);
        }
        /* Making room may have moved what is held. */
        event.raw = in_held ? buf_str(&sse->held) : raw;
        (void)read_fields(skip_mark(sse, event.raw), &event);
        event.data = join_data(skip_mark(sse, event.raw), room);
    }
    sse->begun = true;
    sse->after_cr = raw.at[raw.n - 1] == '\r';
    buf_clear(&sse->held); /* the bytes stay where they are until the next append */
    *out = event;
    return LIC_OK;
}

/* Keeps what is left of the chunk until more comes. */
static enum lic_rc hold_rest(struct sse *sse, struct lic_err *err)
{
    size_t n = sse->held.n + sse->chunk.n;
    ENSURE(n <= LIMIT_SSE_EVENT_BYTES, err, LIC_E_LIMIT,
           "a server-sent event is longer than %u bytes", LIMIT_SSE_EVENT_BYTES);
    buf_add(&sse->held, sse->chunk);
    sse->chunk = LIC_STR("");
    return buf_check(&sse->held, "an unfinished server-sent event", err);
}

/* Moves the first n bytes out of the chunk. */
static lic_str take_chunk(struct sse *sse, size_t n)
{
    lic_str taken = str_head(sse->chunk, n);
    sse->chunk = str_tail(sse->chunk, n);
    return taken;
}

enum lic_rc sse_next(struct sse *sse, struct sse_event *out, bool *out_found, struct lic_err *err)
{
    *out_found = false;
    if (sse->chunk.n == 0) {
        return LIC_OK;
    }
    bool late_lf = sse->after_cr && sse->held.n == 0 && sse->chunk.at[0] == '\n';
    sse->after_cr = false;
    if (late_lf) {
        *out = (struct sse_event){ .raw = take_chunk(sse, 1) };
        *out_found = true;
        return LIC_OK;
    }
    bool in_held = sse->held.n > 0;
    size_t n = event_length(sse->chunk, in_held ? sse->held.at[sse->held.n - 1] : '\n');
    if (n == 0) {
        return hold_rest(sse, err);
    }
    lic_str raw = take_chunk(sse, n);
    if (in_held) {
        ENSURE(raw.n <= LIMIT_SSE_EVENT_BYTES - sse->held.n, err, LIC_E_LIMIT,
               "a server-sent event is longer than %u bytes", LIMIT_SSE_EVENT_BYTES);
        buf_add(&sse->held, raw);
        TRY(buf_check(&sse->held, "a server-sent event", err));
        raw = buf_str(&sse->held);
    }
    TRY(read_event(sse, raw, in_held, out, err));
    *out_found = true;
    return LIC_OK;
}

/* ---- writing ---- */

void sse_write(struct buf *out, lic_str name, lic_str data)
{
    if (name.n > 0) {
        buf_add(out, LIC_STR("event: "));
        buf_add(out, name);
        buf_add_char(out, '\n');
    }
    struct lines lines = lines_of(data);
    lic_str line;
    bool more = true;
    while (more) {
        more = next_line(&lines, &line);
        buf_add(out, LIC_STR("data: "));
        buf_add(out, line);
        buf_add_char(out, '\n');
    }
    buf_add_char(out, '\n');
}
