/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets are references, env:NAME or file:PATH. No sentence here repeats what they hold. */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include "base/banned.h"

/* One reference being followed. */
struct reference {
    struct config_reading *reading;
    const struct shape *shape;
    const struct yaml_node *node;
    lic_str text; /* "env:NAME" */
};

/* What can go into a header: visible ASCII. Never says what it found instead. */
static bool is_secret(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.at[i] < 0x21 || s.at[i] > 0x7e) {
            return false;
        }
    }
    return s.n > 0;
}

static bool is_variable(lic_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!letter && !(i > 0 && c >= '0' && c <= '9')) {
            return false;
        }
    }
    return s.n > 0;
}

static enum lic_rc take(const struct reference *r, lic_str secret, lic_str *out)
{
    if (!is_secret(secret)) {
        return shape_mistake(r->shape, r->node, LIC_E_INVALID,
                             "what " LIC_FMT " holds is empty or has blanks, control characters or "
                             "letters beyond ASCII, so it cannot be a credential",
                             LIC_ARG(mistakes_shown(r->text)));
    }
    *out = secret;
    return LIC_OK;
}

static enum lic_rc read_env(const struct reference *r, lic_str name, lic_str *out)
{
    const struct lic_host *host = r->reading->host;
    if (!is_variable(name)) {
        return shape_mistake(r->shape, r->node, LIC_E_INVALID,
                             "after env: comes the name of an environment variable");
    }
    const char *name_z = str_copy_z(r->reading->arena, name);
    ENSURE(name_z, r->reading->err, LIC_E_NOMEM, "no memory for a name");
    lic_str value = host->env(host->ctx, name_z);
    if (!value.at) {
        return shape_mistake(r->shape, r->node, LIC_E_MISSING,
                             "the environment variable " LIC_FMT " is not set",
                             LIC_ARG(mistakes_shown(name)));
    }
    lic_str copy = str_copy(r->reading->arena, str_trim(value));
    ENSURE(copy.at, r->reading->err, LIC_E_NOMEM, "no memory for a credential");
    return take(r, copy, out);
}

static enum lic_rc read_file(const struct reference *r, lic_str name, lic_str *out)
{
    lic_str secret = { 0 };
    struct lic_err err;
    enum lic_rc rc = config_dir_secret(&r->reading->dir, name, &secret, &err);
    if (rc == LIC_E_NOMEM) {
        *r->reading->err = err;
        return rc;
    }
    if (rc != LIC_OK) {
        return shape_mistake(r->shape, r->node, rc, LIC_FMT ": %s",
                             LIC_ARG(mistakes_shown(r->text)), err.text);
    }
    return take(r, secret, out);
}

enum lic_rc config_secret(struct config_reading *reading, const struct shape *shape,
                          const struct yaml_node *node, lic_str *out)
{
    struct reference r = { reading, shape, node, { 0 } };
    TRY(shape_text(shape, node, &r.text));
    if (str_starts(r.text, LIC_STR("env:"))) {
        return read_env(&r, str_tail(r.text, 4), out);
    }
    if (str_starts(r.text, LIC_STR("file:")) && r.text.n > 5) {
        return read_file(&r, str_tail(r.text, 5), out);
    }
    return r.text.n == 0 ? LIC_OK
                         : shape_mistake(shape, node, LIC_E_INVALID,
                                         "a credential is a reference, env:NAME or file:PATH; a "
                                         "secret itself has no place in this file");
}
