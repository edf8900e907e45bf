/* SPDX-License-Identifier: Apache-2.0 */
/* Any body for the loopback provider: it always answers, and every chunk it names is there. */
#include "engine/loopback.h"

#include "test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = { "/v1/chat/completions", "/v1/responses", "/v1/messages" };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        CLEANUP(lic_loopback_release) struct lic_loopback answer = { 0 };
        struct lic_err err;
        CHECK(lic_loopback_answer(test_host(), str_z(paths[i]), str_make((const char *)data, size),
                                  &answer, &err) == LIC_OK);
        CHECK(answer.status == 200 || answer.status == 400);
        CHECK(answer.chunks_n > 0);
        size_t bytes = 0;
        for (uint32_t j = 0; j < answer.chunks_n; j++) {
            bytes += answer.chunks[j].bytes.n;
        }
        CHECK(bytes > 0);
    }
    return 0;
}
