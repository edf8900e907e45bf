/* SPDX-License-Identifier: Apache-2.0 */
/* Which path is whose. */
#include "dialect/dialect.h"

#include "dialect/sts.h"

#include "test.h"

CASE(dialect_find_wants_the_path_exactly)
{
    EXPECT(dialect_find(LIC_STR("/v1/chat/completions")) == &dialect_openai_chat);
    EXPECT(dialect_find(LIC_STR("/v1/responses")) == &dialect_openai_responses);
    EXPECT(dialect_find(LIC_STR("/v1/messages")) == &dialect_anthropic);
    EXPECT(dialect_find(LIC_STR("/v1/chat/completions/")) == NULL);
    EXPECT(dialect_find(LIC_STR("/V1/messages")) == NULL);
    EXPECT(dialect_find(LIC_STR("")) == NULL);
}

CASE(dialect_guess_is_the_form_the_caller_expects)
{
    EXPECT(dialect_guess(LIC_STR("/v1/models"), true) == &dialect_anthropic);
    EXPECT(dialect_guess(LIC_STR("/v1/models"), false) == &dialect_openai_chat);
    EXPECT(dialect_guess(LIC_STR("/v1/messages/count_tokens"), false) == &dialect_anthropic);
    EXPECT(dialect_guess(LIC_STR("/v1/messagesx"), false) == &dialect_openai_chat);
    EXPECT(dialect_guess(LIC_STR("/v1/responses/resp_1"), true) == &dialect_openai_responses);
    EXPECT(dialect_guess(LIC_STR("/"), true) == &dialect_sts);
    EXPECT(dialect_find(LIC_STR("/")) == NULL); /* STS has no requests of this kind */
}

CASE(dialect_tables_are_complete)
{
    const struct dialect *all[] = { &dialect_openai_chat, &dialect_openai_responses,
                                    &dialect_anthropic };
    for (size_t i = 0; i < 3; i++) {
        const struct dialect *d = all[i];
        EXPECT(d->name != NULL && d->provider != NULL && d->path != NULL);
        EXPECT(d->read_request != NULL && d->instruct != NULL && d->read_answer != NULL);
        EXPECT(d->stream_new != NULL && d->read_sse != NULL && d->write_delta != NULL);
        EXPECT(d->write_stop != NULL && d->write_stream_error != NULL);
        EXPECT(d->write_intervention != NULL && d->write_error != NULL && d->write_models != NULL);
    }
}
