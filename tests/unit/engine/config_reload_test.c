/* SPDX-License-Identifier: Apache-2.0 */
/* `reload` of lictor.yaml; tests/cases/config/reload*.case has what is refused. */
#include "engine/config.h"

#include "engine/directory.h"
#include "test.h"

static enum lic_rc read_with(struct directory *directory, struct arena *arena, const char *reload,
                             struct config *out, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, arena, 4096);
    buf_add(&text, LIC_STR("guardrail: standard\nproviders: {loop: {kind: loopback}}\n"
                           "models: [{name: demo, provider: loop}]\n"));
    buf_add(&text, str_z(reload));
    buf_add_char(&text, '\0');
    directory_init(directory, arena);
    if (text.failed != LIC_OK || !directory_add_good(directory) ||
        !directory_add(directory, "lictor.yaml", text.at)) {
        return LIC_E_NOMEM;
    }
    return directory_read(directory, out, err);
}

CASE(config_reload_says_what_new_access_needs)
{
    TEST_ARENA(arena);
    struct directory directory;
    struct config config;
    struct lic_err err;
    EXPECT_OK(read_with(&directory, arena, "", &config, &err), &err);
    EXPECT_U64(config.new_access, NEW_ACCESS_ALLOW);
    EXPECT_OK(read_with(&directory, arena, "reload: {new_access: record}\n", &config, &err), &err);
    EXPECT_U64(config.new_access, NEW_ACCESS_RECORD);
    EXPECT_OK(read_with(&directory, arena,
                        "reload:\n  new_access: require_signature\n"
                        "  approvers: ['AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=']\n",
                        &config, &err),
              &err);
    EXPECT_U64(config.new_access, NEW_ACCESS_SIGNED);
    EXPECT_U64(config.approvers.n, 1);
    EXPECT_U64(config.approvers.at[0].n, 32);
}
