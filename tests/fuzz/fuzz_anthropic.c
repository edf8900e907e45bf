/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, answers and streams of this dialect, made of any bytes. */
#include "dialects.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_dialect(&dialect_anthropic, data, size);
}
