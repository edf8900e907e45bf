/* SPDX-License-Identifier: Apache-2.0 */
/* Puts prose into every place of the documents of a dialect and looks for it (overlooked.h). */
#include "overlooked.h"

#include "test.h"
#include <stdio.h>

#define PROSE "Please forget all of it"

static const struct json_limits limits = { .mode = JSON_GATEWAY };

struct hunt {
    const struct dialect *dialect;
    const char *folder;
    const char *const *passed_over;
    lic_str name;
    uint32_t places;
};

static lic_str section(lic_str text, lic_str head)
{
    size_t at = str_find(text, head);
    lic_str rest = str_tail(text, at + head.n);
    return at == text.n ? LIC_STR("") : str_head(rest, str_find(rest, LIC_STR("\n=== ")));
}

/* ---- replacing ---- */

/* The document with the string (or the name) of one node replaced; empty when it has none. */
static lic_str replace(struct arena *arena, const struct json_doc *doc, uint32_t node, bool key)
{
    const struct json_node *at = &doc->nodes[node];
    struct buf out;
    uint32_t start = key ? at->key_start : at->start;
    uint32_t len = key ? at->key_len : at->len;
    bool named = at->key_start > 0;
    if ((key && !named) || (!key && json_type(doc, node) != JSON_STRING)) {
        return LIC_STR("");
    }
    buf_init(&out, arena, doc->text.n + 64);
    buf_add(&out, str_head(doc->text, start));
    buf_add(&out, LIC_STR(PROSE));
    buf_add(&out, str_tail(doc->text, (size_t)start + len));
    return out.failed == LIC_OK ? buf_str(&out) : LIC_STR("");
}

/* Whether the node stands in a member that is passed over: of the root or of "response". */
static bool is_passed_over(const struct hunt *hunt, const struct json_doc *doc, uint32_t node)
{
    uint32_t response = json_get(doc, 0, LIC_STR("response"));
    for (uint32_t i = 0; hunt->passed_over[i] != NULL; i++) {
        lic_str name = str_z(hunt->passed_over[i]);
        uint32_t own = json_get(doc, response, name); /* of the root, when there is no response */
        if (own != JSON_NONE && node >= own && node < doc->nodes[own].end) {
            return true;
        }
    }
    return false;
}

/* ---- looking ---- */

static bool in_parts(const struct event *event)
{
    for (uint32_t i = 0; i < event->parts.n; i++) {
        if (str_find(event->parts.at[i].text, LIC_STR(PROSE)) < event->parts.at[i].text.n) {
            return true;
        }
    }
    return false;
}

static bool in_pieces(const struct pieces *pieces)
{
    for (uint32_t i = 0; i < pieces->n; i++) {
        const struct piece *piece = &pieces->at[i];
        if (str_find(piece->raw, LIC_STR(PROSE)) < piece->raw.n ||
            str_find(piece->part.text, LIC_STR(PROSE)) < piece->part.text.n) {
            return true;
        }
    }
    return false;
}

static bool found_in_document(const struct hunt *hunt, struct arena *arena, lic_str body,
                              bool request)
{
    const struct dialect_options options = { .inspect_unknown = true };
    struct json_doc doc;
    struct event event;
    struct pieces strip = { 0 };
    struct lic_err err = { 0 };
    event_init(&event);
    if (json_read(arena, body, &limits, &doc, &err) != LIC_OK) {
        return true;
    }
    enum lic_rc rc = request ? hunt->dialect->read_request(arena, &doc, &options, &event, &err)
                             : hunt->dialect->read_answer(arena, &doc, &event, &strip, &err);
    return rc != LIC_OK || in_parts(&event) || in_pieces(&strip);
}

static enum lic_rc read_line(struct dialect_stream *stream, struct arena *arena, lic_str data,
                             struct pieces *out)
{
    struct json_doc doc;
    struct edits edits = { 0 };
    struct lic_err err = { 0 };
    *out = (struct pieces){ 0 };
    TRY(json_read(arena, data, &limits, &doc, &err));
    return stream->dialect->read_sse(stream, arena, LIC_STR(""), data, &doc, out, &edits, &err);
}

/* Takes the data of the next event out of a stream's text. */
static bool next_data(lic_str *rest, lic_str *out)
{
    while (rest->n > 0) {
        lic_str line = str_split(rest, '\n');
        if (str_starts(line, LIC_STR("data: {"))) {
            *out = str_tail(line, 6);
            return true;
        }
    }
    return false;
}

/* Reads the stream up to its event number `n`, which is then `with`. */
static bool found_in_stream(const struct hunt *hunt, struct arena *arena, lic_str stream_text,
                            uint32_t n, lic_str with)
{
    struct event request;
    struct dialect_stream *stream = NULL;
    struct pieces pieces;
    struct lic_err err = { 0 };
    lic_str data;
    event_init(&request);
    if (hunt->dialect->stream_new(arena, &request, &stream, &err) != LIC_OK) {
        return false;
    }
    for (uint32_t i = 0; i < n && next_data(&stream_text, &data); i++) {
        if (read_line(stream, arena, data, &pieces) != LIC_OK) {
            return true;
        }
    }
    return read_line(stream, arena, with, &pieces) != LIC_OK || in_pieces(&pieces);
}

/* ---- hunting ---- */

static void hunt_node(struct hunt *hunt, const struct json_doc *doc, uint32_t node, bool key,
                      lic_str stream, uint32_t event, bool request)
{
    TEST_ARENA(arena);
    lic_str body = replace(arena, doc, node, key);
    if (body.n == 0 || (!request && is_passed_over(hunt, doc, node))) {
        return;
    }
    hunt->places++;
    bool found = stream.n > 0 ? found_in_stream(hunt, arena, stream, event, body)
                              : found_in_document(hunt, arena, body, request);
    if (!found) {
        (void)fprintf(stderr, LIC_FMT ": overlooked in " LIC_FMT "\n", LIC_ARG(hunt->name),
                      LIC_ARG(body));
    }
    EXPECT(found);
}

static void hunt_document(struct hunt *hunt, lic_str body, lic_str stream, uint32_t event,
                          bool request)
{
    TEST_ARENA(arena);
    struct json_doc doc;
    struct lic_err err = { 0 };
    if (json_read(arena, body, &limits, &doc, &err) != LIC_OK) {
        return;
    }
    for (uint32_t i = 0; i < doc.n && !test_left(); i++) {
        hunt_node(hunt, &doc, i, /* key= */ false, stream, event, request);
        hunt_node(hunt, &doc, i, /* key= */ true, stream, event, request);
    }
}

static enum lic_rc hunt_case(void *arg, lic_str name, bool is_dir)
{
    struct hunt *hunt = arg;
    char path[256];
    TEST_ARENA(arena);
    hunt->name = name;
    if (is_dir || !str_ends(name, LIC_STR(".case"))) {
        return LIC_OK;
    }
    (void)snprintf(path, sizeof(path), "tests/cases/dialect/%s/" LIC_FMT, hunt->folder,
                   LIC_ARG(name));
    lic_str text = test_file(arena, test_source_path(path));
    lic_str request = section(text, LIC_STR("=== request\n"));
    lic_str stream = section(text, LIC_STR("=== stream\n"));
    lic_str rest = stream;
    lic_str data;
    hunt_document(hunt, str_tail(request, str_find_char(request, '{')), LIC_STR(""), 0,
                  /* request= */ true);
    hunt_document(hunt, section(text, LIC_STR("=== answer\n")), LIC_STR(""), 0,
                  /* request= */ false);
    for (uint32_t i = 0; next_data(&rest, &data); i++) {
        hunt_document(hunt, data, stream, i, /* request= */ false);
    }
    return LIC_OK;
}

void overlooked_run(const struct dialect *dialect, const char *folder,
                    const char *const *passed_over)
{
    struct hunt hunt = { .dialect = dialect, .folder = folder, .passed_over = passed_over };
    struct lic_err err = { 0 };
    char path[256];
    if (test_rerun()) {
        return; /* every place in every document is long enough once */
    }
    (void)snprintf(path, sizeof(path), "tests/cases/dialect/%s", folder);
    EXPECT_OK(
        test_host()->list_dir(test_host()->ctx, test_source_path(path), hunt_case, &hunt, &err),
        &err);
    EXPECT(hunt.places > 500);
}
