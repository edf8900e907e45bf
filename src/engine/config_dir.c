/* SPDX-License-Identifier: Apache-2.0 */
/* Reads files and folders of the configuration directory through the host, and keeps its manifest.
 */
#include "engine/config_dir.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/str.h"

#include "base/banned.h"

/* Files with one secret: a key of a provider, a token. */
enum { SECRET_FILE_BYTES = 16 * 1024 };

/* A digest in hex, two blanks, the name and a newline. */
enum { MANIFEST_LINE_BYTES = 2 * HASH_BYTES + 3 };

void config_dir_init(struct config_dir *dir, struct arena *arena, const struct lic_host *host,
                     const char *path)
{
    *dir = (struct config_dir){ .arena = arena, .host = host, .path = str_z(path) };
    while (dir->path.n > 1 && str_ends(dir->path, LIC_STR("/"))) {
        dir->path.n--;
    }
    buf_init(&dir->manifest, arena,
             (size_t)LIMIT_CONFIG_FILES * (LIMIT_PATH_BYTES + MANIFEST_LINE_BYTES));
}

const char *config_dir_join(const struct config_dir *dir, lic_str name)
{
    if (str_starts(name, LIC_STR("/"))) {
        return str_copy_z(dir->arena, name);
    }
    struct buf path;
    buf_init(&path, dir->arena, SIZE_MAX / 2);
    buf_add(&path, dir->path);
    buf_add_char(&path, '/');
    buf_add(&path, name);
    buf_add_char(&path, '\0');
    return path.failed == LIC_OK ? path.at : NULL;
}

/* ---- files ---- */

static void release(const struct lic_host *host, lic_str text)
{
    if (text.at) {
        explicit_bzero((void *)(uintptr_t)text.at, text.n);
        host->resize(host->ctx, (void *)(uintptr_t)text.at, 0);
    }
}

static enum lic_rc read_copy(struct config_dir *dir, lic_str name, size_t bytes_max, lic_str *out,
                             struct lic_err *err)
{
    const char *path = config_dir_join(dir, name);
    ENSURE(path, err, LIC_E_NOMEM, "no memory for a path");
    ENSURE(strlen(path) < LIMIT_PATH_BYTES, err, LIC_E_LIMIT,
           "a path of %zu bytes: %u are the most", strlen(path), LIMIT_PATH_BYTES);
    lic_str text = { 0 };
    TRY(dir->host->read_file(dir->host->ctx, path, bytes_max, &text, err));
    lic_str copy = str_copy(dir->arena, text);
    release(dir->host, text);
    ENSURE(copy.at, err, LIC_E_NOMEM, "no memory for a file of %zu bytes", text.n);
    *out = copy;
    return LIC_OK;
}

/* A failure of reading belongs to the file, wherever the host saw it. */
static enum lic_rc name_file(enum lic_rc rc, lic_str name, struct lic_err *err)
{
    return rc == LIC_OK || rc == LIC_E_NOMEM ? rc : err_at(err, name, 0, 0);
}

static enum lic_rc add_to_manifest(struct config_dir *dir, lic_str name, lic_str text,
                                   struct lic_err *err)
{
    uint8_t digest[HASH_BYTES];
    char hex[2 * HASH_BYTES];
    hash_sha256(text, digest);
    hash_hex(digest, HASH_BYTES, hex);
    buf_add(&dir->manifest, str_make(hex, sizeof hex));
    buf_add(&dir->manifest, LIC_STR("  "));
    buf_add(&dir->manifest, name);
    buf_add_char(&dir->manifest, '\n');
    return buf_check(&dir->manifest, "the manifest of the configuration", err);
}

enum lic_rc config_dir_read(struct config_dir *dir, lic_str name, lic_str *out, struct lic_err *err)
{
    lic_str text;
    ENSURE(dir->files_n < LIMIT_CONFIG_FILES, err, LIC_E_LIMIT, "more than %u files",
           LIMIT_CONFIG_FILES);
    TRY(name_file(read_copy(dir, name, LIMIT_CONFIG_FILE_BYTES, &text, err), name, err));
    TRY(add_to_manifest(dir, name, text, err));
    dir->files_n++;
    *out = text;
    return LIC_OK;
}

enum lic_rc config_dir_secret(struct config_dir *dir, lic_str name, lic_str *out,
                              struct lic_err *err)
{
    lic_str text;
    TRY(name_file(read_copy(dir, name, SECRET_FILE_BYTES, &text, err), name, err));
    *out = str_trim(text);
    return LIC_OK;
}

enum lic_rc config_dir_probe(const struct config_dir *dir, lic_str name, struct lic_err *err)
{
    lic_str text = { 0 };
    const char *path = config_dir_join(dir, name);
    ENSURE(path, err, LIC_E_NOMEM, "no memory for a path");
    enum lic_rc rc =
        dir->host->read_file(dir->host->ctx, path, LIMIT_CONFIG_FILE_BYTES, &text, err);
    release(dir->host, text);
    return name_file(rc, name, err);
}

/* ---- folders ---- */

struct listing {
    struct config_dir *dir;
    lic_str suffix;
    struct str_list *out;
};

static enum lic_rc take_name(void *arg, lic_str name, bool is_dir)
{
    const struct listing *listing = arg;
    bool wanted = listing->suffix.n == 0 || (!is_dir && str_ends(name, listing->suffix));
    if (!wanted || str_starts(name, LIC_STR("."))) {
        return LIC_OK;
    }
    if (listing->out->n == LIMIT_CONFIG_FILES) {
        return LIC_E_LIMIT;
    }
    lic_str copy = str_copy(listing->dir->arena, name);
    return copy.at ? str_list_add(listing->out, listing->dir->arena, copy) : LIC_E_NOMEM;
}

enum lic_rc config_dir_list(struct config_dir *dir, lic_str folder, lic_str suffix,
                            struct str_list *out, struct lic_err *err)
{
    const char *path = config_dir_join(dir, folder);
    ENSURE(path, err, LIC_E_NOMEM, "no memory for a path");
    struct listing listing = { dir, suffix, out };
    enum lic_rc rc = dir->host->list_dir(dir->host->ctx, path, take_name, &listing, err);
    if (rc == LIC_E_MISSING) {
        return LIC_OK;
    }
    ENSURE(rc != LIC_E_NOMEM, err, LIC_E_NOMEM, "no memory for the names in a folder");
    ENSURE(rc != LIC_E_LIMIT, err, LIC_E_LIMIT, "more than %u files", LIMIT_CONFIG_FILES);
    return name_file(rc, folder, err);
}

/* ---- version ---- */

enum lic_rc config_dir_version(struct config_dir *dir, lic_str *out, struct lic_err *err)
{
    uint8_t digest[HASH_BYTES];
    char hex[2 * HASH_BYTES];
    TRY(buf_check(&dir->manifest, "the manifest of the configuration", err));
    hash_sha256(buf_str(&dir->manifest), digest);
    hash_hex(digest, HASH_BYTES, hex);
    *out = str_copy(dir->arena, str_make(hex, sizeof hex));
    ENSURE(out->at, err, LIC_E_NOMEM, "no memory for the version of the configuration");
    return LIC_OK;
}
