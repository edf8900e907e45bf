/* SPDX-License-Identifier: Apache-2.0 */
/* Reads `reload` of lictor.yaml: what a reload that gives somebody new access needs. */
#include "engine/config_reading.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "policy/base64.h"

#include "base/banned.h"

enum { PUBLIC_KEY_BYTES = 32 };

struct reload_file {
    enum config_new_access new_access;
    const struct yaml_node *approvers;
};

static enum lic_rc read_new_access(const struct shape *shape, const struct yaml_node *node,
                                   void *at)
{
    static const char *const NAMES[] = {
        [NEW_ACCESS_ALLOW] = "allow",
        [NEW_ACCESS_RECORD] = "record",
        [NEW_ACCESS_SIGNED] = "require_signature",
    };
    uint32_t i = *(enum config_new_access *)at;
    TRY(shape_choice(shape, node, (struct shape_choice){ NAMES, 3 }, &i));
    *(enum config_new_access *)at = (enum config_new_access)i;
    return LIC_OK;
}

static const struct shape_member RELOAD[] = {
    { "new_access", read_new_access, offsetof(struct reload_file, new_access), .required = true },
    { "approvers", shape_keep, offsetof(struct reload_file, approvers), .required = false },
};

static enum lic_rc add_approver(struct config_reading *reading, const struct shape *shape,
                                const struct yaml_node *node)
{
    uint8_t bytes[64];
    size_t n = 0;
    bool read = node->text.n <= sizeof bytes && base64_read(BASE64_PLAIN, node->text, bytes, &n);
    if (!read || n != PUBLIC_KEY_BYTES) {
        return shape_mistake(shape, node, LIC_E_INVALID,
                             "an approver is an Ed25519 public key: 32 bytes in base64, as "
                             "openssl pkey -pubout -outform DER | tail -c 32 | base64 prints it");
    }
    lic_str key = str_copy(reading->arena, str_make((const char *)bytes, n));
    ENSURE(key.at, reading->err, LIC_E_NOMEM, "no memory for a key");
    return str_list_add(&reading->config->approvers, reading->arena, key);
}

enum lic_rc config_reload_read(struct config_reading *reading, const struct shape *shape,
                               const struct yaml_node *node)
{
    struct reload_file file = { .new_access = NEW_ACCESS_ALLOW };
    struct str_list keys = { 0 };
    TRY(shape_mapping(shape, node, SHAPE("reload", RELOAD), &file));
    reading->config->new_access = file.new_access;
    if (file.approvers) {
        TRY(shape_texts(shape, file.approvers, &keys));
        for (const struct yaml_node *item = file.approvers->first; item; item = item->next) {
            TRY(item->type == YAML_SCALAR ? add_approver(reading, shape, item) : LIC_OK);
        }
    }
    if (file.new_access == NEW_ACCESS_SIGNED && (!file.approvers || file.approvers->n == 0)) {
        return shape_mistake(shape, node, LIC_E_MISSING,
                             "without approvers nobody could sign, and no reload could give new "
                             "access: list their public keys");
    }
    return LIC_OK;
}
