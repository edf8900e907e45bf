/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An entry says where its record stands, so that the log alone tells which line of which file was
 * changed, and how far a sealer had read when it was killed.
 */
#include "ledger/tlog.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"

#include "base/banned.h"

#define FILE_BYTES_MAX 128u
#define SHA256_TEXT_BYTES 64u

bool lic_entry_name_is_good(lic_str file)
{
    for (size_t i = 0; i < file.n; i++) {
        char c = file.at[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '_' || c == '-';
        if (!good) {
            return false;
        }
    }
    return file.n > 0 && file.n <= FILE_BYTES_MAX && file.at[0] != '.';
}

static void write_place(lic_str file, uint64_t at, uint64_t bytes, struct buf *out)
{
    buf_add(out, LIC_STR("{\"file\":\""));
    buf_add(out, file);
    buf_add(out, LIC_STR("\",\"at\":"));
    buf_add_u64(out, at);
    buf_add(out, LIC_STR(",\"bytes\":"));
    buf_add_u64(out, bytes);
}

static void digest_hex(lic_str record, char out[SHA256_TEXT_BYTES])
{
    uint8_t digest[HASH_BYTES];
    hash_sha256(record, digest);
    hash_hex(digest, sizeof(digest), out);
}

void tlog_entry_write(lic_str file, uint64_t at, lic_str record, struct buf *out)
{
    size_t before = out->n;
    CHECK(lic_entry_name_is_good(file));
    write_place(file, at, record.n, out);
    if (out->n - before + 2 + record.n <= TILES_ENTRY_BYTES_MAX) {
        buf_add(out, LIC_STR("}\n"));
        buf_add(out, record);
        return;
    }
    char hex[SHA256_TEXT_BYTES];
    digest_hex(record, hex);
    buf_add(out, LIC_STR(",\"sha256\":\""));
    buf_add(out, str_make(hex, sizeof(hex)));
    buf_add(out, LIC_STR("\"}\n"));
}

/* Takes `literal` off the front of *rest. */
static bool take(lic_str *rest, lic_str literal)
{
    bool there = str_starts(*rest, literal);
    *rest = there ? str_tail(*rest, literal.n) : *rest;
    return there;
}

static bool take_number(lic_str *rest, uint64_t *out)
{
    size_t n = 0;
    while (n < rest->n && rest->at[n] >= '0' && rest->at[n] <= '9') {
        n++;
    }
    bool good = str_u64(str_head(*rest, n), out) && (n == 1 || rest->at[0] != '0');
    *rest = str_tail(*rest, n);
    return good;
}

static bool take_place(lic_str *rest, struct lic_entry *out)
{
    if (!take(rest, LIC_STR("{\"file\":\""))) {
        return false;
    }
    out->file = str_head(*rest, str_find_char(*rest, '"'));
    *rest = str_tail(*rest, out->file.n);
    return lic_entry_name_is_good(out->file) && take(rest, LIC_STR("\",\"at\":")) &&
           take_number(rest, &out->at) && take(rest, LIC_STR(",\"bytes\":")) &&
           take_number(rest, &out->bytes);
}

enum lic_rc lic_entry_read(lic_str bytes, struct lic_entry *out, struct lic_err *err)
{
    struct lic_entry entry = { 0 };
    lic_str rest = bytes;
    uint8_t digest[HASH_BYTES];
    ENSURE(take_place(&rest, &entry), err, LIC_E_SYNTAX,
           "the entry does not say what file it is of");
    if (take(&rest, LIC_STR(",\"sha256\":\""))) {
        entry.sha256 = str_head(rest, SHA256_TEXT_BYTES);
        rest = str_tail(rest, SHA256_TEXT_BYTES);
        ENSURE(hash_unhex(entry.sha256, digest, sizeof(digest)) && str_eq(rest, LIC_STR("\"}\n")),
               err, LIC_E_SYNTAX, "the entry does not end with the SHA-256 of its record");
    } else {
        ENSURE(take(&rest, LIC_STR("}\n")) && rest.n == entry.bytes, err, LIC_E_SYNTAX,
               "the entry does not hold the %llu bytes it speaks of",
               (unsigned long long)entry.bytes);
        entry.record = rest;
    }
    *out = entry;
    return LIC_OK;
}

bool lic_entry_holds(const struct lic_entry *entry, lic_str record)
{
    if (record.n != entry->bytes) {
        return false;
    }
    if (!entry->sha256.at) {
        return str_eq(entry->record, record);
    }
    char hex[SHA256_TEXT_BYTES];
    digest_hex(record, hex);
    return str_eq(entry->sha256, str_make(hex, sizeof(hex)));
}
