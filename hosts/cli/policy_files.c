/* SPDX-License-Identifier: Apache-2.0 */
/* Reading policy documents for the tools that compare or prove them. */
#include "hosts/cli/policy_files.h"

#include "hosts/posix.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define PATH_BYTES_MAX 4096u

/* A folder while it is listed. */
struct listing {
    struct policy_files *files;
    const char *folder;
    uint32_t found_n;
    struct lic_err *err;
};

static enum lic_rc make_room(struct policy_files *files, struct lic_err *err)
{
    if (files->n < files->cap) {
        return LIC_OK;
    }
    if (files->n >= POLICY_FILES_MAX) {
        return posix_fail(err, LIC_E_LIMIT, NULL, "there are more than %u policies",
                          POLICY_FILES_MAX);
    }
    uint32_t cap = files->cap == 0 ? 16 : files->cap * 2;
    void *at = realloc(files->at, sizeof(*files->at) * cap);
    if (at == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for policies");
    }
    files->at = at;
    files->cap = cap;
    return LIC_OK;
}

static enum lic_rc add_file(struct policy_files *files, const char *path, struct lic_err *err)
{
    struct lic_policy_file file = { { NULL, 0 }, { NULL, 0 } };
    enum lic_rc rc = make_room(files, err);
    if (rc != LIC_OK) {
        return rc;
    }
    char *name = strdup(path);
    if (name == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for the name of a policy");
    }
    rc = posix_host.read_file(posix_host.ctx, path, FILE_BYTES_MAX, &file.text, err);
    if (rc != LIC_OK) {
        free(name);
        return rc;
    }
    file.name = (lic_str){ name, strlen(name) };
    files->at[files->n++] = file;
    return LIC_OK;
}

static bool is_policy(lic_str name)
{
    static const char suffix[] = ".json";
    size_t n = sizeof suffix - 1;
    return name.n > n && memcmp(name.at + name.n - n, suffix, n) == 0;
}

static enum lic_rc add_listed(void *arg, lic_str name, bool is_dir)
{
    struct listing *listing = arg;
    char path[PATH_BYTES_MAX];
    if (is_dir || !is_policy(name)) {
        return LIC_OK;
    }
    int n = snprintf(path, sizeof path, "%s/%.*s", listing->folder, (int)name.n, name.at);
    if (n < 0 || (size_t)n >= sizeof path) {
        return posix_fail(listing->err, LIC_E_LIMIT, listing->folder, "a path in it is too long");
    }
    listing->found_n++;
    return add_file(listing->files, path, listing->err);
}

enum lic_rc policy_files_add(struct policy_files *files, const char *path, struct lic_err *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be read: %s", strerror(errno));
    }
    if (!S_ISDIR(status.st_mode)) {
        return add_file(files, path, err);
    }
    struct listing listing = { .files = files, .folder = path, .err = err };
    enum lic_rc rc = posix_host.list_dir(posix_host.ctx, path, add_listed, &listing, err);
    if (rc == LIC_OK && listing.found_n == 0) {
        return posix_fail(err, LIC_E_MISSING, path, "no file in it ends in .json");
    }
    return rc;
}

void policy_files_fini(struct policy_files *files)
{
    for (uint32_t i = 0; i < files->n; i++) {
        (void)posix_host.resize(posix_host.ctx, (void *)(uintptr_t)files->at[i].text.at, 0);
        free((void *)(uintptr_t)files->at[i].name.at);
    }
    free(files->at);
    *files = (struct policy_files){ .at = NULL };
}
