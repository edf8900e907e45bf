/* SPDX-License-Identifier: Apache-2.0 */
/* Which dialect a path belongs to. */
#include "dialect/dialect.h"

#include "base/str.h"
#include "dialect/sts.h"

#include "base/banned.h"

static const struct dialect *const dialects[] = {
    &dialect_openai_chat,
    &dialect_openai_responses,
    &dialect_anthropic,
};
#define DIALECTS_N (sizeof(dialects) / sizeof(dialects[0]))

const struct dialect *dialect_find(lic_str path)
{
    for (size_t i = 0; i < DIALECTS_N; i++) {
        if (str_eq(path, str_z(dialects[i]->path))) {
            return dialects[i];
        }
    }
    return NULL;
}

const struct dialect *dialect_guess(lic_str path, bool anthropic_version)
{
    if (str_eq(path, str_z(dialect_sts.path))) {
        return &dialect_sts;
    }
    /* Below a dialect's path (".../count_tokens") its own form of error is expected. */
    for (size_t i = 0; i < DIALECTS_N; i++) {
        lic_str own = str_z(dialects[i]->path);
        bool below = str_starts(path, own) && (path.n == own.n || path.at[own.n] == '/');
        if (below) {
            return dialects[i];
        }
    }
    return anthropic_version ? &dialect_anthropic : &dialect_openai_chat;
}
