/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the ledger: found, read, and written so that a crash leaves the old one or the new. */
#include "hosts/cli/ledger_files.h"

#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <lictor/lictor.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- where ---- */

static bool is_there(const char *folder, const char *name)
{
    char path[LEDGER_PATH_BYTES];
    struct stat status;
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    return n > 0 && (size_t)n < sizeof path && stat(path, &status) == 0;
}

static enum lic_rc put_place(lic_str state, struct ledger_place *out, struct lic_err *err)
{
    int n = snprintf(out->ledger, sizeof out->ledger, LIC_FMT "/ledger", LIC_ARG(state));
    if (n < 0 || (size_t)n >= sizeof out->ledger) {
        return posix_fail(err, LIC_E_LIMIT, NULL, "the path of the state directory is too long");
    }
    return LIC_OK;
}

enum lic_rc ledger_find(const char *where, struct ledger_place *out, struct lic_err *err)
{
    if (!is_there(where, "lictor.yaml")) {
        if (!is_there(where, "ledger")) {
            return posix_fail(err, LIC_E_MISSING, where,
                              "has neither a lictor.yaml nor a folder \"ledger\": it is no "
                              "configuration and no state directory");
        }
        return put_place((lic_str){ where, strlen(where) }, out, err);
    }
    struct lic_engine *engine = NULL;
    enum lic_rc rc = lic_engine_load(&posix_host, where, cli_report, NULL, &engine, err);
    if (rc != LIC_OK) {
        return posix_fail(err, rc, where,
                          "was refused, so where its ledger is is not known; the state directory "
                          "can be given instead");
    }
    struct lic_settings settings = { 0 };
    lic_engine_settings(engine, &settings);
    rc = put_place(settings.state_dir, out, err);
    lic_engine_unref(engine);
    return rc;
}

void ledger_path(const struct ledger_place *place, const char *name, char out[LEDGER_PATH_BYTES])
{
    (void)snprintf(out, LEDGER_PATH_BYTES, "%s/%s", place->ledger, name);
}

bool ledger_exists(const struct ledger_place *place, const char *name)
{
    return is_there(place->ledger, name);
}

void ledger_fail_in(struct lic_err *err, const char *folder, const char *name)
{
    char path[LEDGER_PATH_BYTES + 32];
    if (err->file[0] == '\0') {
        size_t n = (size_t)snprintf(path, sizeof path, "%s%s", folder, name);
        n = n < sizeof err->file ? n : sizeof err->file - 1;
        memcpy(err->file, path, n);
        err->file[n] = '\0';
    }
}

enum lic_rc ledger_read(const char *path, size_t bytes_max, lic_str *out, struct lic_err *err)
{
    return posix_host.read_file(NULL, path, bytes_max, out, err);
}

/* ---- the store ---- */

static enum lic_rc fail(const char *path, const char *what, struct lic_err *err)
{
    return posix_fail(err, LIC_E_IO, path, "%s: %s", what, strerror(errno));
}

static enum lic_rc sync_folder(const char *path, struct lic_err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return fail(path, "cannot be opened", err);
    }
    enum lic_rc rc = fsync(fd) == 0 ? LIC_OK : fail(path, "cannot be synced", err);
    (void)close(fd);
    return rc;
}

/* Makes the folders above `path` (which is cut at each slash on the way) from `from` on. */
static enum lic_rc make_folders(char *path, size_t from, struct lic_err *err)
{
    size_t parent = 0;
    for (size_t i = from; path[i] != '\0'; i++) {
        if (path[i] != '/') {
            continue;
        }
        path[i] = '\0';
        bool made = mkdir(path, 0700) == 0;
        enum lic_rc rc =
            made || errno == EEXIST ? LIC_OK : fail(path, "this folder cannot be made", err);
        if (made && parent > 0) {
            path[parent] = '\0';
            rc = sync_folder(path, err);
            path[parent] = '/';
        }
        path[i] = '/';
        if (rc != LIC_OK) {
            return rc;
        }
        parent = i;
    }
    return LIC_OK;
}

static enum lic_rc write_synced(const char *path, lic_str bytes, struct lic_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return fail(path, "cannot be written", err);
    }
    enum lic_rc rc = posix_write_all(fd, bytes);
    if (rc != LIC_OK) {
        rc = fail(path, "cannot be written", err);
    } else if (fsync(fd) != 0) {
        rc = fail(path, "cannot be synced", err);
    }
    (void)close(fd);
    return rc;
}

enum lic_rc ledger_write(const char *folder, const char *name, lic_str bytes, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    char temporary[LEDGER_PATH_BYTES + 8];
    int n = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (n < 0 || (size_t)n >= sizeof path) {
        return posix_fail(err, LIC_E_LIMIT, folder, "makes a path longer than %zu bytes",
                          sizeof path);
    }
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", path);
    enum lic_rc rc = make_folders(path, strlen(folder), err);
    rc = rc == LIC_OK ? write_synced(temporary, bytes, err) : rc;
    if (rc == LIC_OK && rename(temporary, path) != 0) {
        rc = fail(path, "cannot be put in place", err);
    }
    if (rc != LIC_OK) {
        return rc;
    }
    *strrchr(path, '/') = '\0';
    return sync_folder(path, err);
}

static enum lic_rc store_read(void *ctx, const char *name, size_t bytes_max, lic_str *out,
                              struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", (const char *)ctx, name);
    return ledger_read(path, bytes_max, out, err);
}

static enum lic_rc store_write(void *ctx, const char *name, lic_str bytes, struct lic_err *err)
{
    return ledger_write(ctx, name, bytes, err);
}

static enum lic_rc remove_one(void *arg, lic_str name, bool is_dir)
{
    char path[LEDGER_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/" LIC_FMT, (const char *)arg, LIC_ARG(name));
    if (!is_dir) {
        (void)unlink(path);
    }
    return LIC_OK;
}

static void store_forget(void *ctx, const char *name)
{
    char path[LEDGER_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s", (const char *)ctx, name);
    if (posix_host.list_dir(NULL, path, remove_one, path, NULL) == LIC_OK) {
        (void)rmdir(path);
    }
}

struct lic_log_store ledger_store(const char *folder)
{
    return (struct lic_log_store){ (void *)(uintptr_t)folder, store_read, store_write,
                                   store_forget };
}

/* ---- record files ---- */

static int compare_name(const struct ledger_file *file, lic_str name)
{
    size_t n = strlen(file->name);
    int order = memcmp(file->name, name.at, n < name.n ? n : name.n);
    return order != 0 ? order : (n > name.n) - (n < name.n);
}

/* Where it is, or where it would be put. */
static size_t find_file(const struct ledger_files *files, lic_str name)
{
    size_t low = 0;
    size_t high = files->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_name(&files->at[middle], name) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct ledger_file *ledger_file_of(struct ledger_files *files, lic_str name)
{
    size_t i = find_file(files, name);
    if (i < files->n && compare_name(&files->at[i], name) == 0) {
        return &files->at[i];
    }
    if (files->n == files->cap) {
        size_t cap = files->cap == 0 ? 64 : files->cap * 2;
        struct ledger_file *grown = reallocarray(files->at, cap, sizeof *grown);
        if (grown == NULL) {
            return NULL;
        }
        files->at = grown;
        files->cap = cap;
    }
    memmove(&files->at[i + 1], &files->at[i], (files->n - i) * sizeof files->at[0]);
    files->n++;
    files->at[i] = (struct ledger_file){ .fd = -1 };
    memcpy(files->at[i].name, name.at, name.n);
    return &files->at[i];
}

void ledger_files_fini(struct ledger_files *files)
{
    for (size_t i = 0; i < files->n; i++) {
        free((void *)(uintptr_t)files->at[i].whole.at);
        if (files->at[i].fd >= 0) {
            (void)close(files->at[i].fd);
        }
    }
    free(files->at);
    *files = (struct ledger_files){ 0 };
}

static enum lic_rc list_one(void *arg, lic_str name, bool is_dir)
{
    static const char suffix[] = ".jsonl";
    size_t n = sizeof suffix - 1;
    if (is_dir || name.n <= n || memcmp(name.at + name.n - n, suffix, n) != 0 ||
        !lic_entry_name_is_good(name)) {
        return LIC_OK;
    }
    struct ledger_file *file = ledger_file_of(arg, name);
    if (file == NULL) {
        return LIC_E_NOMEM;
    }
    file->there = true;
    return LIC_OK;
}

enum lic_rc ledger_files_list(struct ledger_files *files, const struct ledger_place *place,
                              struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    ledger_path(place, "records", path);
    enum lic_rc rc = posix_host.list_dir(NULL, path, list_one, files, err);
    if (rc == LIC_E_NOMEM) {
        return posix_fail(err, rc, path, "no memory to list the files");
    }
    return rc == LIC_E_MISSING ? LIC_OK : rc; /* nothing was served yet */
}
