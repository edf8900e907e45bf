/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the signature of an approver; the file of the engine that names OpenSSL. */
#include "engine/approval.h"

#include "base/str.h"
#include "policy/base64.h"

#include <openssl/evp.h>

enum { PUBLIC_KEY_BYTES = 32, SIGNATURE_BYTES = 64, SIGNATURE_TEXT_BYTES = 88 };

static bool verifies(EVP_PKEY *key, EVP_MD_CTX *context, lic_str text, const uint8_t *signature)
{
    return key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
           EVP_DigestVerify(context, signature, SIGNATURE_BYTES, (const uint8_t *)text.at,
                            text.n) == 1;
}

static bool signed_by(lic_str approver, lic_str text, const uint8_t *signature)
{
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                                (const uint8_t *)approver.at, approver.n);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = verifies(key, context, text, signature);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

bool approval_holds(const struct str_list *approvers, lic_str text, lic_str signature)
{
    uint8_t bytes[SIGNATURE_TEXT_BYTES];
    size_t n = 0;
    lic_str trimmed = str_trim(signature);
    if (trimmed.n != SIGNATURE_TEXT_BYTES || !base64_read(BASE64_PLAIN, trimmed, bytes, &n) ||
        n != SIGNATURE_BYTES) {
        return false;
    }
    for (uint32_t i = 0; i < approvers->n; i++) {
        if (approvers->at[i].n == PUBLIC_KEY_BYTES && signed_by(approvers->at[i], text, bytes)) {
            return true;
        }
    }
    return false;
}
