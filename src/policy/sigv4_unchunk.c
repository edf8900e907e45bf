/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The aws-chunked framing, taken off and checked.
 *
 *     10000;chunk-signature=ad80…  CRLF  65,536 bytes  CRLF
 *     400;chunk-signature=0055…    CRLF  1,024 bytes   CRLF
 *     0;chunk-signature=b6c6…      CRLF
 *     x-amz-checksum-crc32c:sOO8/Q==    CRLF      only where the kind of payload ends in TRAILER
 *     x-amz-trailer-signature:d81f…     CRLF      only where it is signed as well
 *     CRLF
 *
 * Each signature covers the one before it, the first the request's own, so that no chunk can be
 * left out, moved or taken from another request. Without signatures (STREAMING-UNSIGNED-…) there
 * are no extensions behind the lengths.
 */
#include "policy/sigv4.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "policy/base64.h"
#include "policy/checksum.h"

#include "base/banned.h"

#define SIZE_DIGITS_MAX 8u
#define CHUNK_BYTES_MIN 8192u /* but for the last, as S3 has it: many small ones cost much */
#define TRAILERS_MAX 8u
#define TRAILER_BYTES_MAX 512u
#define TO_SIGN_BYTES 1024u
#define SIGNATURE_BYTES 64u
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct trailer {
    lic_str name, value;
};

/* One body being read; `rest` is what has not been. */
struct framing {
    const struct sigv4_claim *claim;
    bool is_signed, has_trailer;
    struct hmac_key key;
    lic_str rest;
    lic_str before;  /* the signature that the next one covers */
    struct buf *out; /* the body without framing */
    struct trailer trailers[TRAILERS_MAX];
    uint32_t trailers_n;
    lic_str trailer_signature;
    struct buf text; /* what is being signed; one for all, so that many chunks take no memory */
};

/* ---- what the head announced ---- */

static lic_str header_of(const struct lic_head *head, lic_str name)
{
    for (uint32_t i = 0; i < head->headers_n; i++) {
        if (str_eq_nocase(head->headers[i].name, name)) {
            return str_trim(head->headers[i].value);
        }
    }
    return LIC_STR("");
}

/* The framing only adds, so a length beyond the body's is a lie already. */
static enum lic_rc decoded_length(const struct lic_head *head, lic_str body, size_t *out,
                                  struct lic_err *err)
{
    uint64_t n;
    ENSURE(str_u64(header_of(head, LIC_STR("x-amz-decoded-content-length")), &n) && n <= body.n,
           err, LIC_E_INVALID,
           "IncompleteBody: x-amz-decoded-content-length is missing, no number, or more than the "
           "%zu bytes sent",
           body.n);
    *out = (size_t)n;
    return LIC_OK;
}

/* ---- signatures ---- */

/* The scope and all before what is particular to a chunk or a trailer. */
static void write_prefix(const struct framing *framing, lic_str kind, struct buf *out)
{
    const struct sigv4_claim *claim = framing->claim;
    buf_add(out, kind);
    buf_addf(out, "\n" LIC_FMT "\n" LIC_FMT "/" LIC_FMT "/" LIC_FMT "/aws4_request\n" LIC_FMT "\n",
             LIC_ARG(claim->amz_date), LIC_ARG(claim->date), LIC_ARG(claim->region),
             LIC_ARG(claim->service), LIC_ARG(framing->before));
}

/* Checks a signature over prefix and `what`, which then is what the next one covers. */
static enum lic_rc check_signature(struct framing *framing, lic_str kind, lic_str extra,
                                   lic_str what, lic_str signature, struct lic_err *err)
{
    char digest[2 * HASH_BYTES];
    struct buf *text = &framing->text;
    sigv4_hash_hex(what, digest);
    buf_clear(text);
    write_prefix(framing, kind, text);
    buf_add(text, extra);
    buf_add(text, str_make(digest, sizeof(digest)));
    TRY(buf_check(text, "the string to sign of a chunk", err));
    ENSURE(signature.n == SIGNATURE_BYTES && sigv4_signs(&framing->key, buf_str(text), signature),
           err, LIC_E_INVALID,
           "SignatureDoesNotMatch: the signature before byte %zu from the end of the body is wrong",
           framing->rest.n);
    framing->before = signature;
    return LIC_OK;
}

/* ---- lines and chunks ---- */

static enum lic_rc take_line(struct framing *framing, lic_str *out, struct lic_err *err)
{
    size_t n = str_find(str_head(framing->rest, TRAILER_BYTES_MAX), LIC_STR("\r\n"));
    ENSURE(n < framing->rest.n && n < TRAILER_BYTES_MAX, err, LIC_E_INVALID,
           "IncompleteBody: %zu bytes before its end, the body has a line without an end",
           framing->rest.n);
    *out = str_head(framing->rest, n);
    framing->rest = str_tail(framing->rest, n + 2);
    return LIC_OK;
}

/* One to eight hexadecimal digits. */
static bool read_size(lic_str digits, size_t *out)
{
    uint8_t bytes[4];
    char padded[SIZE_DIGITS_MAX] = { '0', '0', '0', '0', '0', '0', '0', '0' };
    if (digits.n == 0 || digits.n > SIZE_DIGITS_MAX) {
        return false;
    }
    memcpy(padded + SIZE_DIGITS_MAX - digits.n, digits.at, digits.n);
    if (!hash_unhex(str_make(padded, sizeof(padded)), bytes, sizeof(bytes))) {
        return false;
    }
    *out = (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
    return true;
}

/* "400;chunk-signature=…" or, unsigned, "400". */
static enum lic_rc read_chunk_line(const struct framing *framing, lic_str line, size_t *out_n,
                                   lic_str *out_signature, struct lic_err *err)
{
    lic_str rest = line;
    lic_str digits = framing->is_signed ? str_split(&rest, ';') : line;
    ENSURE(read_size(digits, out_n), err, LIC_E_INVALID,
           "IncompleteBody: a chunk begins with no length but with " LIC_FMT,
           LIC_ARG(str_head(line, 80)));
    if (!framing->is_signed) {
        return LIC_OK;
    }
    lic_str name = str_split(&rest, '=');
    ENSURE(str_eq(name, LIC_STR("chunk-signature")), err, LIC_E_INVALID,
           "SignatureDoesNotMatch: a chunk has no chunk-signature");
    *out_signature = rest;
    return LIC_OK;
}

/* *out_n: bytes in it; 0 is the last. Its data is checked before anything uses it. */
static enum lic_rc take_chunk(struct framing *framing, size_t *out_n, struct lic_err *err)
{
    lic_str line, signature = LIC_STR("");
    TRY(take_line(framing, &line, err));
    TRY(read_chunk_line(framing, line, out_n, &signature, err));
    ENSURE(*out_n <= framing->rest.n, err, LIC_E_INVALID,
           "IncompleteBody: a chunk of %zu bytes goes beyond the end of the body", *out_n);
    lic_str data = str_head(framing->rest, *out_n);
    if (framing->is_signed) {
        TRY(check_signature(framing, LIC_STR("AWS4-HMAC-SHA256-PAYLOAD"),
                            LIC_STR(EMPTY_SHA256 "\n"), data, signature, err));
    }
    framing->rest = str_tail(framing->rest, *out_n);
    if (*out_n == 0) {
        return LIC_OK;
    }
    ENSURE(str_starts(framing->rest, LIC_STR("\r\n")), err, LIC_E_INVALID,
           "IncompleteBody: a chunk of %zu bytes does not end where it says", *out_n);
    framing->rest = str_tail(framing->rest, 2);
    buf_add(framing->out, data); /* all its room was taken at the beginning */
    ENSURE(framing->out->failed == LIC_OK, err, LIC_E_INVALID,
           "IncompleteBody: the body is longer than x-amz-decoded-content-length, %zu bytes",
           framing->out->max);
    return LIC_OK;
}

/* ---- trailers ---- */

static enum lic_rc take_trailer(struct framing *framing, lic_str line, struct lic_err *err)
{
    /* Some clients end a trailer with LF before the CRLF, after AWS's own first description. */
    lic_str value = str_trim(line);
    lic_str name = str_split(&value, ':');
    value = str_trim(value);
    if (str_eq(name, LIC_STR("x-amz-trailer-signature"))) {
        ENSURE(framing->is_signed && framing->trailer_signature.n == 0, err, LIC_E_INVALID,
               "SignatureDoesNotMatch: a trailer signature where there should be none");
        framing->trailer_signature = value;
        return LIC_OK;
    }
    ENSURE(framing->trailer_signature.n == 0, err, LIC_E_INVALID,
           "SignatureDoesNotMatch: a trailer stands behind the signature of the trailers");
    ENSURE(framing->trailers_n < TRAILERS_MAX, err, LIC_E_INVALID,
           "MalformedTrailerError: more than %u trailers", TRAILERS_MAX);
    framing->trailers[framing->trailers_n++] = (struct trailer){ name, value };
    return LIC_OK;
}

/* "x-amz-checksum-sha256:…": the checksum of all data. */
static enum lic_rc check_checksum(const struct framing *framing, const struct trailer *trailer,
                                  struct lic_err *err)
{
    const lic_str prefix = LIC_STR("x-amz-checksum-");
    uint8_t digest[CHECKSUM_BYTES_MAX];
    char text[64];
    enum checksum kind = CHECKSUM_CRC32;
    ENSURE(str_starts(trailer->name, prefix) &&
               checksum_named(str_tail(trailer->name, prefix.n), &kind),
           err, LIC_E_INVALID,
           "InvalidRequest: the trailer " LIC_FMT
           " is none of x-amz-checksum-crc32, -crc32c, -sha1 and -sha256",
           LIC_ARG(str_head(trailer->name, 80)));
    size_t n = checksum_of(kind, buf_str(framing->out), digest);
    base64_write(BASE64_PLAIN, str_make((const char *)digest, n), text);
    ENSURE(str_eq(trailer->value, str_make(text, base64_text_bytes(BASE64_PLAIN, n))), err,
           LIC_E_INVALID, "BadDigest: the body's checksum is not what " LIC_FMT " says",
           LIC_ARG(trailer->name));
    return LIC_OK;
}

/* The header x-amz-trailer, which is signed, names what must come, in any order. */
static enum lic_rc check_announced(const struct framing *framing, lic_str announced,
                                   struct lic_err *err)
{
    uint32_t n = 0;
    while (announced.n > 0) {
        lic_str name = str_trim(str_split(&announced, ','));
        uint32_t found = 0;
        for (uint32_t i = 0; i < framing->trailers_n; i++) {
            found += str_eq_nocase(framing->trailers[i].name, name) ? 1 : 0;
        }
        ENSURE(found == 1, err, LIC_E_INVALID,
               "MalformedTrailerError: the trailer " LIC_FMT " was announced and came %u times",
               LIC_ARG(str_head(name, 80)), found);
        n++;
    }
    ENSURE(n > 0 && n == framing->trailers_n, err, LIC_E_INVALID,
           "MalformedTrailerError: x-amz-trailer announces %u trailers and %u came", n,
           framing->trailers_n);
    return LIC_OK;
}

static enum lic_rc check_trailer_signature(struct framing *framing, struct lic_err *err)
{
    struct buf text;
    buf_init(&text, framing->text.arena, (size_t)TRAILERS_MAX * TRAILER_BYTES_MAX);
    for (uint32_t i = 0; i < framing->trailers_n; i++) {
        buf_add(&text, framing->trailers[i].name);
        buf_add_char(&text, ':');
        buf_add(&text, framing->trailers[i].value);
        buf_add_char(&text, '\n');
    }
    TRY(buf_check(&text, "the trailers", err));
    return check_signature(framing, LIC_STR("AWS4-HMAC-SHA256-TRAILER"), LIC_STR(""),
                           buf_str(&text), framing->trailer_signature, err);
}

static enum lic_rc take_trailers(struct framing *framing, lic_str announced, struct lic_err *err)
{
    lic_str line;
    TRY(take_line(framing, &line, err));
    while (line.n > 0) {
        TRY(take_trailer(framing, line, err));
        TRY(take_line(framing, &line, err));
    }
    if (framing->is_signed) {
        TRY(check_trailer_signature(framing, err));
    }
    TRY(check_announced(framing, announced, err));
    for (uint32_t i = 0; i < framing->trailers_n; i++) {
        TRY(check_checksum(framing, &framing->trailers[i], err));
    }
    return LIC_OK;
}

/* ---- the whole ---- */

static enum lic_rc read_body(struct framing *framing, lic_str announced, struct lic_err *err)
{
    size_t n = CHUNK_BYTES_MIN, before;
    do {
        before = n;
        TRY(take_chunk(framing, &n, err));
        ENSURE(n == 0 || before >= CHUNK_BYTES_MIN, err, LIC_E_INVALID,
               "InvalidChunkSizeError: only the last chunk may have fewer than %u bytes",
               CHUNK_BYTES_MIN);
    } while (n > 0);
    if (framing->has_trailer) {
        TRY(take_trailers(framing, announced, err));
    } else {
        lic_str line;
        TRY(take_line(framing, &line, err));
        ENSURE(line.n == 0, err, LIC_E_INVALID,
               "MalformedTrailerError: there is a trailer that was not announced");
    }
    ENSURE(framing->rest.n == 0, err, LIC_E_INVALID,
           "IncompleteBody: %zu bytes follow the end of the body", framing->rest.n);
    return LIC_OK;
}

static void wipe_framing(struct framing *framing)
{
    hmac_wipe(&framing->key, sizeof(framing->key));
}

enum lic_rc sigv4_unchunk(const struct lic_head *head, const struct sigv4_claim *claim,
                          lic_str secret, lic_str body, struct arena *arena, lic_str *out,
                          struct lic_err *err)
{
    CLEANUP(wipe_framing)
    struct framing framing = {
        .claim = claim,
        .is_signed = claim->payload == SIGV4_STREAMING || claim->payload == SIGV4_STREAMING_TRAILER,
        .has_trailer = claim->payload == SIGV4_STREAMING_TRAILER ||
                       claim->payload == SIGV4_STREAMING_UNSIGNED_TRAILER,
        .rest = body,
        .before = claim->signature,
    };
    struct buf decoded;
    size_t length = 0;
    ENSURE(framing.is_signed || framing.has_trailer, err, LIC_E_INVALID,
           "InvalidRequest: the body is not sent in chunks");
    TRY(decoded_length(head, body, &length, err));
    buf_init(&decoded, arena, length);
    buf_init(&framing.text, arena, TO_SIGN_BYTES);
    framing.out = &decoded;
    ENSURE(buf_room(&decoded, length), err, LIC_E_NOMEM, "no memory for a body of %zu bytes",
           length);
    if (framing.is_signed) {
        ENSURE(secret.n > 0 && secret.n <= 1024, err, LIC_E_INVALID,
               "SignatureDoesNotMatch: the secret key has %zu bytes", secret.n);
        sigv4_derive(secret, claim->date, claim->region, claim->service, &framing.key);
    }
    TRY(read_body(&framing, header_of(head, LIC_STR("x-amz-trailer")), err));
    ENSURE(decoded.n == length, err, LIC_E_INVALID,
           "IncompleteBody: x-amz-decoded-content-length is %zu and the body has %zu bytes", length,
           decoded.n);
    *out = buf_str(&decoded);
    return LIC_OK;
}
