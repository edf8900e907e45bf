/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole exchange out of any bytes:
 *
 *     byte 0     bits 0-1 dialect, 2 stream, 3 the answer carries a planted address, 4 ledger fails
 *     byte 1     which allocation fails (0: none)
 *     byte 2     bytes a chunk (0: whole)
 *     byte 3     length of the request body in units of 4 (0: a plain one)
 *     the rest   the body, then the answer, or where the planted address is cut
 *
 * sim.c checks what must hold: no forward without an intent, one outcome an intent, nothing after
 * the end, and the planted address never leaves.
 */
#include "sim/sim.c"

static const char *const targets[] = { "/v1/chat/completions", "/v1/responses", "/v1/messages",
                                       "/v1/chat/completions" };
static const char *const bodies[] = {
    "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
    "{\"model\":\"demo\",\"input\":\"hi\"}",
    "{\"model\":\"demo\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
    "{\"model\":\"demo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}",
};

/* The planted text as events, cut where the input says. */
static void plant(lic_str cuts, struct sim_text *out)
{
    static const char before[] =
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
        "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"";
    lic_str text = LIC_STR("mail bob@example.com now, bob@example.com. Bye.");
    for (size_t i = 0; text.n > 0; i++) {
        size_t n = i < cuts.n ? (unsigned char)cuts.at[i] % 8 : text.n;
        sim_text_add(out, LIC_STR(before));
        sim_text_add(out, str_head(text, n));
        sim_text_add(out, LIC_STR("\"},\"finish_reason\":null}]}\n\n"));
        text = str_tail(text, n);
    }
    sim_text_add(out, LIC_STR("data: [DONE]\n\n"));
}

static void ask(struct sim *sim, unsigned mode, lic_str body)
{
    struct sim_text text = { 0 };
    bool stream = (mode & 4) != 0 || (mode & 8) != 0;
    unsigned dialect = mode & 8 ? 0 : mode & 3;
    sim_text_add(&text, body.n > 0 ? body : str_z(bodies[dialect]));
    if (body.n == 0 && stream) {
        text.n--; /* the brace */
        sim_text_add(&text, LIC_STR(",\"stream\":true}"));
    }
    struct sim_request request = { .target = targets[dialect], .body = str_make(text.at, text.n) };
    sim_request(sim, &request);
    sim_text_fini(&text);
}

static void exchange(const uint8_t *data, lic_str rest)
{
    SIM(sim, "standard");
    struct sim_text answer = { 0 };
    lic_str body = str_head(rest, (size_t)data[3] * 4);
    rest = str_tail(rest, body.n);
    if (data[0] & 8) {
        sim_secret(sim, "bob@example.com");
        plant(rest, &answer);
        body.n = 0;
    } else {
        sim_text_add(&answer, rest);
    }
    test_world()->append_rc = data[0] & 16 ? LIC_E_IO : LIC_OK;
    ask(sim, data[0], body);
    bool stream = sim->forwarded && sim->step.streaming;
    sim_answer(sim, 200, stream ? "text/event-stream" : "application/json",
               str_make(answer.at, answer.n), data[2]);
    sim_text_fini(&answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4) {
        return 0;
    }
    CHECK(sim_engine("standard"));
    test_world_begin(data[1]);
    exchange(data, str_make((const char *)data + 4, size - 4));
    CHECK(test_world()->outstanding == 0);
    test_world_end();
    return 0;
}
