/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read can be looked at, written, and read again to the same text. The first byte of the
 * input chooses an allocation that fails.
 */
#include "base/json_read.h"
#include "base/json_write.h"
#include "test.h"

/* The document again from its parts alone; all of them are asked for. */
static enum lic_rc write_again(const struct json_doc *doc, uint32_t node, struct arena *arena,
                               struct json_out *out)
{
    lic_str text = json_raw(doc, node);
    enum json_type type = json_type(doc, node);
    if (type == JSON_STRING) {
        TRY(json_text(doc, node, arena, &text, NULL));
        CHECK(json_raw_offset(json_raw(doc, node), text.n) == json_raw(doc, node).n);
        json_out_str(out, text);
        return LIC_OK;
    }
    if (type != JSON_ARRAY && type != JSON_OBJECT) {
        double d;
        (void)json_double(doc, node, &d);
        json_out_raw(out, text);
        return LIC_OK;
    }
    (type == JSON_ARRAY ? json_out_array : json_out_object)(out);
    for (uint32_t i = json_first(doc, node); i != JSON_NONE; i = json_next(doc, node, i)) {
        if (type == JSON_OBJECT) {
            TRY(json_key_text(doc, i, arena, &text, NULL));
            CHECK(doc->nodes[node].n > 64 || json_get(doc, node, text) == i);
            json_out_name(out, text);
        }
        TRY(write_again(doc, i, arena, out));
    }
    (type == JSON_ARRAY ? json_out_array_end : json_out_object_end)(out);
    return LIC_OK;
}

/* Reads `text` and writes it again; false when it was refused or memory failed. */
static bool round_trip(struct arena *arena, lic_str text, struct buf *buf)
{
    struct json_doc doc;
    struct json_out out;
    struct lic_err err = { .rc = LIC_OK };
    enum lic_rc rc = json_read(arena, text, NULL, &doc, &err);
    CHECK(err.rc == rc && err.offset <= text.n);
    buf_init(buf, arena, 8 * text.n + 64);
    json_out_init(&out, buf);
    return rc == LIC_OK && write_again(&doc, 0, arena, &out) == LIC_OK && buf->failed == LIC_OK;
}

static void run(lic_str input)
{
    TEST_ARENA(arena);
    struct buf first, second;
    if (round_trip(arena, input, &first) && round_trip(arena, buf_str(&first), &second)) {
        CHECK(str_eq(buf_str(&first), buf_str(&second)));
    } else {
        CHECK(first.n == 0 || test_rerun());
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool fails = size > 0 && data[0] < 16; /* no document begins with such a byte */
    test_world_begin(fails ? data[0] : 0);
    run(str_tail(str_make((const char *)data, size), fails ? 1 : 0));
    CHECK(test_world()->outstanding == 0);
    test_world_end();
    return 0;
}
