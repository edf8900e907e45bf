/* SPDX-License-Identifier: Apache-2.0 */
/* Looks up the files that were embedded at build time. */
#include "engine/shipped.h"

#include "base/hash.h"
#include "base/str.h"
#include <lictor/shipped.h>

#include "base/banned.h"

const struct shipped_file *shipped_at(uint32_t i)
{
    return i < shipped_table_n ? &shipped_table[i] : NULL;
}

const struct shipped_file *shipped_find(lic_str path)
{
    for (uint32_t i = 0; i < shipped_table_n; i++) {
        if (str_eq(str_z(shipped_table[i].path), path)) {
            return &shipped_table[i];
        }
    }
    return NULL;
}

bool lic_shipped_at(uint32_t i, lic_str *out_path, lic_str *out_bytes)
{
    const struct shipped_file *file = shipped_at(i);
    if (file == NULL) {
        return false;
    }
    *out_path = str_z(file->path);
    *out_bytes = str_make(file->at, file->n);
    return true;
}

void lic_key_digest(lic_str key, char out[64])
{
    uint8_t digest[HASH_BYTES];
    hash_sha256(key, digest);
    hash_hex(digest, sizeof digest, out);
}
