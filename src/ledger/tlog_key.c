/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of the log that names OpenSSL: signatures, their keys, and bytes as text. */
#include "ledger/tlog_key.h"

#include "base/err.h"
#include "base/str.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/banned.h"

#define TEXT_STEP_BYTES 48u /* of bytes at a time: 64 characters */

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

enum lic_rc tlog_key_public(const uint8_t seed[TLOG_KEY_BYTES], uint8_t out[TLOG_KEY_BYTES],
                            struct lic_err *err)
{
    size_t n = TLOG_KEY_BYTES;
    CLEANUP(free_key)
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TLOG_KEY_BYTES);
    ENSURE(key && EVP_PKEY_get_raw_public_key(key, out, &n) == 1 && n == TLOG_KEY_BYTES, err,
           LIC_E_INVALID, "OpenSSL makes no Ed25519 key of these bytes");
    return LIC_OK;
}

enum lic_rc tlog_key_sign(const uint8_t seed[TLOG_KEY_BYTES], lic_str message,
                          uint8_t out[TLOG_SIGNATURE_BYTES], struct lic_err *err)
{
    size_t n = TLOG_SIGNATURE_BYTES;
    CLEANUP(free_key)
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, TLOG_KEY_BYTES);
    CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    ENSURE(key && context && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestSign(context, out, &n, (const uint8_t *)message.at, message.n) == 1,
           err, LIC_E_INVALID, "OpenSSL could not sign %zu bytes", message.n);
    return LIC_OK;
}

bool tlog_key_verify(const uint8_t public_key[TLOG_KEY_BYTES], lic_str message, lic_str signature)
{
    CLEANUP(free_key)
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, TLOG_KEY_BYTES);
    CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    return signature.n == TLOG_SIGNATURE_BYTES && key && context &&
           EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
           EVP_DigestVerify(context, (const uint8_t *)signature.at, signature.n,
                            (const uint8_t *)message.at, message.n) == 1;
}

void tlog_key_wipe(void *at, size_t n)
{
    OPENSSL_cleanse(at, n);
}

void tlog_key_base64(struct buf *out, lic_str bytes)
{
    uint8_t text[TEXT_STEP_BYTES / 3 * 4 + 1];
    for (size_t i = 0; i < bytes.n; i += TEXT_STEP_BYTES) {
        lic_str step = str_slice(bytes, i, i + TEXT_STEP_BYTES);
        int n = EVP_EncodeBlock(text, (const uint8_t *)step.at, (int)step.n);
        buf_add(out, str_make((const char *)text, (size_t)n));
    }
}

/* OpenSSL also takes blanks and loose bits; what it would not write itself is not for us. */
static bool is_canonical(lic_str quad, const uint8_t *bytes, size_t n)
{
    uint8_t text[5];
    (void)EVP_EncodeBlock(text, bytes, (int)n);
    return memcmp(text, quad.at, 4) == 0;
}

bool tlog_key_unbase64(lic_str text, uint8_t *out, size_t *out_n)
{
    size_t n = 0;
    if (text.n % 4 != 0) {
        return false;
    }
    for (size_t i = 0; i < text.n; i += 4) {
        lic_str quad = str_slice(text, i, i + 4);
        bool last = i + 4 == text.n;
        size_t pads = quad.at[3] != '=' || !last ? 0 : quad.at[2] == '=' ? 2 : 1;
        uint8_t bytes[3];
        if (EVP_DecodeBlock(bytes, (const uint8_t *)quad.at, 4) != 3 ||
            !is_canonical(quad, bytes, 3 - pads)) {
            return false;
        }
        memcpy(out + n, bytes, 3 - pads);
        n += 3 - pads;
    }
    *out_n = n;
    return true;
}
