/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever the cut, the events of a stream and all its raw bytes are the same. */
#include "dialect/sse.h"
#include "test.h"

/* Appends what each event says to `said`, and the raw bytes to `raws`. */
static bool read_all(struct arena *arena, lic_str input, size_t step, struct buf *said,
                     struct buf *raws)
{
    struct sse sse;
    sse_init(&sse, arena);
    while (input.n > 0) {
        bool found = true;
        sse_feed(&sse, str_head(input, step));
        input = str_tail(input, step);
        while (found) {
            struct sse_event event;
            if (sse_next(&sse, &event, &found, NULL) != LIC_OK) {
                return false;
            }
            if (found) {
                buf_add(raws, event.raw);
            }
            if (found && event.data.at != NULL) {
                buf_add(said, event.name);
                buf_add_char(said, '\0');
                buf_add(said, event.data);
                buf_add_char(said, '\0');
            }
        }
    }
    buf_add(raws, buf_str(&sse.held));
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    struct buf said[2], raws[2];
    lic_str input = str_make((const char *)data, size);
    size_t step = size > 0 ? (size_t)data[0] % 7 + 1 : 1;
    for (int i = 0; i < 2; i++) {
        buf_init(&said[i], arena, 4 * size + 16);
        buf_init(&raws[i], arena, 4 * size + 16);
        if (!read_all(arena, input, i == 0 ? size : step, &said[i], &raws[i])) {
            return 0;
        }
    }
    CHECK(str_eq(buf_str(&said[0]), buf_str(&said[1])));
    CHECK(str_eq(buf_str(&raws[0]), input));
    CHECK(str_eq(buf_str(&raws[1]), input));
    return 0;
}
