/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a value, as a text with tokens and as a stream of pieces. */
#include "detect/redact.h"
#include "test.h"

static struct token_key key = { .number = 5, .bytes = { 1 } };

/* Pieces through token_live give what the whole text gives. */
static void check_pieces(struct arena *arena, const struct redact_reveal *reveal, lic_str text,
                         lic_str wanted, size_t step)
{
    struct buf kept, out;
    buf_init(&kept, arena, 1u << 20);
    buf_init(&out, arena, 1u << 20);
    for (size_t at = 0; at < text.n || at == 0; at += step) {
        uint32_t n;
        struct buf joined;
        bool last = at + step >= text.n;
        buf_init(&joined, arena, 1u << 20);
        buf_add(&joined, buf_str(&kept));
        buf_add(&joined, str_slice(text, at, at + step));
        lic_str now = buf_str(&joined);
        size_t live = last ? now.n : token_live(now, 0);
        CHECK(live <= now.n && now.n - live <= TOKEN_MAX + 3);
        redact_reverse_head(reveal, now, live, arena, &out, &n);
        buf_clear(&kept);
        buf_add(&kept, str_tail(now, live));
    }
    CHECK(out.failed == LIC_OK && str_eq(buf_str(&out), wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEST_ARENA(arena);
    lic_str input = str_make((const char *)data, size);
    struct token_keys keys = { &key, 1, LIC_STR("tenant") };
    struct redact_reveal reveal = { .keys = &keys };
    struct buf text, whole;
    struct lic_err err;
    uint32_t n = 0;
    size_t step = size > 0 ? data[0] % 70 + 1u : 1;
    if (size > 2000) {
        return 0;
    }
    buf_init(&text, arena, 1u << 20);
    buf_init(&whole, arena, 1u << 20);
    size_t cut = size > 1 ? data[1] % size : 0;
    lic_str value = str_head(str_tail(input, cut), TOKEN_VALUE_MAX);
    buf_add(&text, str_head(input, cut));
    size_t at = text.n;
    CHECK(token_make(&keys, LIC_STR("EMAIL"), value, &text, &err) == LIC_OK);
    lic_str type, back, token = str_tail(buf_str(&text), at);
    CHECK(token_open(&keys, token, arena, &type, &back, &err) == LIC_OK);
    CHECK(str_eq(back, value) && str_eq(type, LIC_STR("EMAIL")));
    buf_add(&text, str_tail(input, cut));
    redact_reverse(&reveal, buf_str(&text), arena, &whole, &n);
    CHECK(whole.failed == LIC_OK);
    check_pieces(arena, &reveal, buf_str(&text), buf_str(&whole), step);
    return 0;
}
