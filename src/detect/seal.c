/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AES-SIV and HMAC by OpenSSL. Its SIV wants every header as one update, the SIV set before a text
 * is opened, and all of the text at once.
 */
#include "detect/seal.h"

#include "base/err.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/banned.h"

static void free_cipher(EVP_CIPHER **cipher)
{
    EVP_CIPHER_free(*cipher);
}

static void free_context(EVP_CIPHER_CTX **context)
{
    EVP_CIPHER_CTX_free(*context);
}

static const char *cipher_name(size_t key_bytes)
{
    switch (key_bytes) {
    case 32:
        return "AES-128-SIV";
    case 48:
        return "AES-192-SIV";
    case 64:
        return "AES-256-SIV";
    default:
        return NULL;
    }
}

/* Key and direction; for opening also the SIV that must come out. */
static bool begin(EVP_CIPHER_CTX *context, const EVP_CIPHER *cipher, const struct seal *seal,
                  const uint8_t *siv)
{
    uint8_t copy[SEAL_SIV_BYTES];
    if (EVP_CipherInit_ex2(context, cipher, (const uint8_t *)seal->key.at, NULL, siv == NULL,
                           NULL) != 1) {
        return false;
    }
    if (!siv) {
        return true;
    }
    for (size_t i = 0; i < sizeof(copy); i++) {
        copy[i] = siv[i];
    }
    return EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)sizeof(copy), copy) == 1;
}

static bool add_headers(EVP_CIPHER_CTX *context, const struct seal *seal)
{
    static const uint8_t nothing[1] = { 0 };
    for (uint32_t i = 0; i < seal->headers_n; i++) {
        int written = 0;
        lic_str header = seal->headers[i];
        const uint8_t *at = header.n > 0 ? (const uint8_t *)header.at : nothing;
        if (header.n > INT_MAX ||
            EVP_CipherUpdate(context, NULL, &written, at, (int)header.n) != 1) {
            return false;
        }
    }
    return true;
}

static bool run(EVP_CIPHER_CTX *context, lic_str in, uint8_t *out)
{
    int written = 0;
    return in.n <= INT_MAX &&
           EVP_CipherUpdate(context, out, &written, (const uint8_t *)in.at, (int)in.n) == 1;
}

/* ---- the SIV of an empty text ---- */

/*
 * OpenSSL passes over an update without input: it would neither make the SIV of an empty text nor
 * check one. So that is worked out here (RFC 5297, 2.4), from the MAC that SIV is made of.
 */
static bool cmac(const struct seal *seal, lic_str message, uint8_t out[SEAL_SIV_BYTES])
{
    static const char *const names[] = { "AES-128-CBC", "AES-192-CBC", "AES-256-CBC" };
    static const uint8_t nothing[1] = { 0 };
    size_t half = seal->key.n / 2, written = 0;
    const uint8_t *at = message.n > 0 ? (const uint8_t *)message.at : nothing;
    return EVP_Q_mac(NULL, "CMAC", NULL, names[half / 8 - 2], NULL, seal->key.at, half, at,
                     message.n, out, SEAL_SIV_BYTES, &written) != NULL &&
           written == SEAL_SIV_BYTES;
}

static void double_block(uint8_t block[SEAL_SIV_BYTES])
{
    uint8_t carry = (uint8_t)(block[0] >> 7);
    for (size_t i = 0; i + 1 < SEAL_SIV_BYTES; i++) {
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    }
    block[SEAL_SIV_BYTES - 1] = (uint8_t)(block[SEAL_SIV_BYTES - 1] << 1 ^ carry * 0x87);
}

static bool empty_siv(const struct seal *seal, uint8_t out[SEAL_SIV_BYTES])
{
    uint8_t sum[SEAL_SIV_BYTES] = { 0 }, one[SEAL_SIV_BYTES];
    bool made = cmac(seal, (lic_str){ (const char *)sum, sizeof(sum) }, one);
    memcpy(sum, one, sizeof(sum));
    for (uint32_t i = 0; made && i < seal->headers_n; i++) {
        made = cmac(seal, seal->headers[i], one);
        double_block(sum);
        for (size_t k = 0; k < sizeof(sum); k++) {
            sum[k] ^= one[k];
        }
    }
    double_block(sum);
    sum[0] ^= 0x80; /* the empty text, padded */
    return made && cmac(seal, (lic_str){ (const char *)sum, sizeof(sum) }, out);
}

static enum lic_rc transform_nothing(const struct seal *seal, const uint8_t *siv, uint8_t *out_siv,
                                     struct lic_err *err)
{
    uint8_t made[SEAL_SIV_BYTES];
    ENSURE(empty_siv(seal, made), err, LIC_E_NOMEM, "no memory for a SIV");
    if (!siv) {
        memcpy(out_siv, made, sizeof(made));
        return LIC_OK;
    }
    ENSURE(CRYPTO_memcmp(made, siv, sizeof(made)) == 0, err, LIC_E_INVALID,
           "what was sealed does not open");
    return LIC_OK;
}

/* NULL siv: seal. A cipher is looked up each time: tokens are few, and nothing is global. */
static enum lic_rc transform(const struct seal *seal, const uint8_t *siv, lic_str in, uint8_t *out,
                             uint8_t *out_siv, struct lic_err *err)
{
    const char *name = cipher_name(seal->key.n);
    ENSURE(name, err, LIC_E_INVALID, "a key of AES-SIV has 32, 48 or 64 bytes, not %zu",
           seal->key.n);
    if (in.n == 0) {
        return transform_nothing(seal, siv, out_siv, err);
    }
    CLEANUP(free_cipher) EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
    CLEANUP(free_context) EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    ENSURE(cipher && context, err, LIC_E_NOMEM, "no memory for %s, or OpenSSL has it not", name);
    ENSURE(begin(context, cipher, seal, siv) && add_headers(context, seal), err, LIC_E_NOMEM,
           "%s could not be set up", name);
    ENSURE(run(context, in, out), err, siv ? LIC_E_INVALID : LIC_E_NOMEM,
           "what was sealed does not open");
    ENSURE(siv || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, (int)SEAL_SIV_BYTES,
                                      out_siv) == 1,
           err, LIC_E_NOMEM, "%s gave no SIV", name);
    return LIC_OK;
}

enum lic_rc seal_make(const struct seal *seal, lic_str plain, uint8_t *out, struct lic_err *err)
{
    return transform(seal, NULL, plain, out + SEAL_SIV_BYTES, out, err);
}

enum lic_rc seal_open(const struct seal *seal, lic_str sealed, uint8_t *out, struct lic_err *err)
{
    ENSURE(sealed.n >= SEAL_SIV_BYTES, err, LIC_E_INVALID, "%zu bytes are less than a SIV",
           sealed.n);
    lic_str body = { sealed.at + SEAL_SIV_BYTES, sealed.n - SEAL_SIV_BYTES };
    enum lic_rc rc = transform(seal, (const uint8_t *)sealed.at, body, out, NULL, err);
    if (rc != LIC_OK) {
        seal_wipe(out, body.n);
    }
    return rc;
}

enum lic_rc seal_mac(lic_str key, lic_str message, uint8_t out[SEAL_MAC_BYTES], struct lic_err *err)
{
    unsigned int written = 0;
    ENSURE(key.n <= INT_MAX && HMAC(EVP_sha256(), key.at, (int)key.n, (const uint8_t *)message.at,
                                    message.n, out, &written) != NULL,
           err, LIC_E_NOMEM, "no memory for an HMAC");
    return LIC_OK;
}

void seal_wipe(void *at, size_t n)
{
    OPENSSL_cleanse(at, n);
}
