/* SPDX-License-Identifier: Apache-2.0 */
/* References to secrets; tests/cases/config/provider_credentials.case has those that are refused.
 */
#include "engine/config_reading.h"

#include "engine/directory.h"
#include "test.h"

static enum lic_rc follow(struct arena *arena, const char *reference, lic_str *out,
                          uint32_t *out_mistakes_n, struct lic_err *err)
{
    struct directory directory;
    struct yaml_node *root;
    directory_init(&directory, arena);
    struct config_reading reading = {
        .arena = arena, .host = &directory.host, .mistakes = { .arena = arena }, .err = err
    };
    config_dir_init(&reading.dir, arena, &directory.host, "/conf");
    if (!directory_add(&directory, "secret", " s3cret\n") ||
        !directory_add_case(&directory, LIC_STR("== env\nNAME=value\n"))) {
        return LIC_E_NOMEM;
    }
    TRY(yaml_read(arena, LIC_STR("a.yaml"), str_z(reference), &root, err));
    struct shape shape = config_shape(&reading, LIC_STR("a.yaml"));
    TRY(config_secret(&reading, &shape, root, out));
    *out_mistakes_n = reading.mistakes.n;
    return LIC_OK;
}

CASE(config_secrets_are_what_a_reference_leads_to)
{
    TEST_ARENA(arena);
    struct lic_err err;
    lic_str secret = LIC_STR("untouched");
    uint32_t mistakes_n;
    EXPECT_OK(follow(arena, "env:NAME", &secret, &mistakes_n, &err), &err);
    EXPECT_STR(secret, "value");
    EXPECT_OK(follow(arena, "file:secret", &secret, &mistakes_n, &err), &err);
    EXPECT_STR(secret, "s3cret");
    EXPECT_U64(mistakes_n, 0);
    EXPECT_OK(follow(arena, "s3cret", &secret, &mistakes_n, &err), &err);
    EXPECT_STR(secret, "s3cret");
    EXPECT_U64(mistakes_n, 1);
}
