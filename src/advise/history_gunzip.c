/* SPDX-License-Identifier: Apache-2.0 */
/* Undoes gzip with zlib, which only this file names. */
#include "advise/history_gunzip.h"

#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

#include <zlib.h>

#define GZIP_WINDOW (16 + MAX_WBITS) /* zlib's way to say: gzip, nothing else */
#define OUT_BYTES ((size_t)64 * 1024)
#define INPUT_MAX ((size_t)1 << 30) /* what zlib counts in is an unsigned int */
#define MAGIC_BYTES 2u

enum form { FORM_UNKNOWN, FORM_PLAIN, FORM_GZIP };

struct history_gunzip {
    const struct lic_host *host;
    history_gunzip_fn *take;
    void *arg;
    enum form form;
    bool at_end; /* of a member; another may follow */
    char magic[MAGIC_BYTES];
    uint32_t magic_n;
    uint64_t out_n;
    z_stream stream;
    unsigned char out[OUT_BYTES];
};

/* zlib's memory is the host's, so that it counts where all other memory does. */
static voidpf take_memory(voidpf host_at, uInt items, uInt size)
{
    const struct lic_host *host = host_at;
    return host->resize(host->ctx, NULL, (size_t)items * size);
}

static void give_memory(voidpf host_at, voidpf at)
{
    const struct lic_host *host = host_at;
    (void)host->resize(host->ctx, at, 0);
}

enum lic_rc history_gunzip_new(const struct lic_host *host, history_gunzip_fn *take, void *arg,
                               struct history_gunzip **out, struct lic_err *err)
{
    struct history_gunzip *gunzip = host->resize(host->ctx, NULL, sizeof *gunzip);
    ENSURE(gunzip, err, LIC_E_NOMEM, "no memory to undo gzip");
    gunzip->host = host;
    gunzip->take = take;
    gunzip->arg = arg;
    gunzip->form = FORM_UNKNOWN;
    gunzip->at_end = false;
    gunzip->magic_n = 0;
    gunzip->out_n = 0;
    gunzip->stream = (z_stream){ .zalloc = take_memory,
                                 .zfree = give_memory,
                                 .opaque = (voidpf)(uintptr_t)host };
    if (inflateInit2(&gunzip->stream, GZIP_WINDOW) != Z_OK) {
        (void)host->resize(host->ctx, gunzip, 0);
        return err_set(err, LIC_E_NOMEM, "no memory to undo gzip");
    }
    *out = gunzip;
    return LIC_OK;
}

void history_gunzip_free(struct history_gunzip *gunzip)
{
    if (gunzip) {
        (void)inflateEnd(&gunzip->stream);
        (void)gunzip->host->resize(gunzip->host->ctx, gunzip, 0);
    }
}

static enum lic_rc give(struct history_gunzip *gunzip, lic_str bytes, struct lic_err *err)
{
    gunzip->out_n += bytes.n;
    ENSURE(gunzip->out_n <= LIMIT_HISTORY_FILE_BYTES, err, LIC_E_LIMIT,
           "the file is larger than %llu bytes when gzip is undone",
           (unsigned long long)LIMIT_HISTORY_FILE_BYTES);
    return bytes.n > 0 ? gunzip->take(gunzip->arg, bytes, err) : LIC_OK;
}

/* One round of zlib: some output, and perhaps the end of a member. */
static enum lic_rc inflate_some(struct history_gunzip *gunzip, struct lic_err *err)
{
    z_stream *stream = &gunzip->stream;
    if (gunzip->at_end) {
        ENSURE(inflateReset(stream) == Z_OK, err, LIC_E_SYNTAX, "gzip cannot begin again");
        gunzip->at_end = false;
    }
    stream->next_out = gunzip->out;
    stream->avail_out = OUT_BYTES;
    int result = inflate(stream, Z_NO_FLUSH);
    ENSURE(result != Z_MEM_ERROR, err, LIC_E_NOMEM, "no memory to undo gzip");
    ENSURE(result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR, err, LIC_E_SYNTAX,
           "the file is not what gzip writes: %s", stream->msg ? stream->msg : "damaged");
    gunzip->at_end = result == Z_STREAM_END;
    return give(gunzip, str_make((const char *)gunzip->out, OUT_BYTES - stream->avail_out), err);
}

static enum lic_rc undo(struct history_gunzip *gunzip, lic_str bytes, struct lic_err *err)
{
    z_stream *stream = &gunzip->stream;
    while (bytes.n > 0) {
        size_t n = bytes.n < INPUT_MAX ? bytes.n : INPUT_MAX;
        stream->next_in = (Bytef *)(uintptr_t)bytes.at;
        stream->avail_in = (uInt)n;
        bool full;
        do {
            TRY(inflate_some(gunzip, err));
            full = stream->avail_out == 0;
        } while (stream->avail_in > 0 || (full && !gunzip->at_end));
        bytes = str_tail(bytes, n);
    }
    return LIC_OK;
}

static enum lic_rc pass(struct history_gunzip *gunzip, lic_str bytes, struct lic_err *err)
{
    return gunzip->form == FORM_GZIP ? undo(gunzip, bytes, err) : give(gunzip, bytes, err);
}

static enum lic_rc choose(struct history_gunzip *gunzip, struct lic_err *err)
{
    bool gzip = gunzip->magic_n == MAGIC_BYTES && memcmp(gunzip->magic, "\x1f\x8b", 2) == 0;
    gunzip->form = gzip ? FORM_GZIP : FORM_PLAIN;
    return pass(gunzip, str_make(gunzip->magic, gunzip->magic_n), err);
}

enum lic_rc history_gunzip_feed(struct history_gunzip *gunzip, lic_str bytes, struct lic_err *err)
{
    while (gunzip->form == FORM_UNKNOWN && bytes.n > 0) {
        gunzip->magic[gunzip->magic_n++] = bytes.at[0];
        bytes = str_tail(bytes, 1);
        if (gunzip->magic_n == MAGIC_BYTES) {
            TRY(choose(gunzip, err));
        }
    }
    return bytes.n > 0 ? pass(gunzip, bytes, err) : LIC_OK;
}

enum lic_rc history_gunzip_end(struct history_gunzip *gunzip, struct lic_err *err)
{
    if (gunzip->form == FORM_UNKNOWN) {
        TRY(choose(gunzip, err));
    }
    bool whole = gunzip->form == FORM_PLAIN || gunzip->at_end;
    gunzip->form = FORM_UNKNOWN;
    gunzip->magic_n = 0;
    gunzip->out_n = 0;
    gunzip->at_end = false;
    ENSURE(inflateReset(&gunzip->stream) == Z_OK, err, LIC_E_SYNTAX, "gzip cannot begin again");
    ENSURE(whole, err, LIC_E_SYNTAX, "the file ends before gzip's text does");
    return LIC_OK;
}
