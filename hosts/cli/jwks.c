/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps STATE/jwks fresh: fetched, checked, and put in place as a whole. */
#include "hosts/cli/jwks.h"

#include "hosts/cli/fetch.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JWKS_BYTES_MAX (256u * 1024)
#define STALE_S (24 * 3600)

/* Both as C has them: the engine's are not terminated. */
struct names {
    char url[512];
    char path[PATH_MAX];
    char aside[PATH_MAX + 8];
};

static bool take_names(const struct lic_jwks *jwks, struct names *out)
{
    if (jwks->url.n >= sizeof out->url || jwks->path.n >= sizeof out->path) {
        return false;
    }
    (void)snprintf(out->url, sizeof out->url, LIC_FMT, LIC_ARG(jwks->url));
    (void)snprintf(out->path, sizeof out->path, LIC_FMT, LIC_ARG(jwks->path));
    (void)snprintf(out->aside, sizeof out->aside, "%s.new", out->path);
    return true;
}

static bool is_same(const char *path, lic_str bytes)
{
    lic_str old = { 0 };
    struct lic_err err;
    if (posix_host.read_file(posix_host.ctx, path, JWKS_BYTES_MAX, &old, &err) != LIC_OK) {
        return false;
    }
    bool same = old.n == bytes.n && memcmp(old.at, bytes.at, bytes.n) == 0;
    (void)posix_host.resize(posix_host.ctx, (char *)(uintptr_t)old.at, 0);
    return same;
}

/* Written aside and renamed: nobody ever reads half a file. */
static enum lic_rc put(const struct names *names, lic_str bytes, struct lic_err *err)
{
    (void)unlink(names->aside);
    int fd = open(names->aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0) {
        return posix_fail(err, LIC_E_IO, names->aside, "cannot be written: %s", strerror(errno));
    }
    bool good = posix_write_all(fd, bytes) == LIC_OK && fsync(fd) == 0;
    good = close(fd) == 0 && good && rename(names->aside, names->path) == 0;
    if (!good) {
        enum lic_rc rc =
            posix_fail(err, LIC_E_IO, names->path, "cannot be written: %s", strerror(errno));
        (void)unlink(names->aside);
        return rc;
    }
    return LIC_OK;
}

static enum lic_rc refresh(const struct names *names, bool *out_changed, struct lic_err *err)
{
    lic_str bytes;
    enum lic_rc rc = fetch_url(names->url, JWKS_BYTES_MAX, &bytes, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = lic_jwks_check(&posix_host, bytes, err);
    bool same = rc == LIC_OK && is_same(names->path, bytes);
    if (rc == LIC_OK && !same) {
        rc = put(names, bytes, err);
        *out_changed = rc == LIC_OK;
    }
    free((char *)(uintptr_t)bytes.at);
    if (same) {
        (void)utimensat(AT_FDCWD, names->path, NULL, 0); /* confirmed now */
    }
    return rc;
}

/* True when there was a file and it is too old to be trusted any longer. */
static bool drop_stale(const struct names *names)
{
    struct stat found;
    if (stat(names->path, &found) != 0 || time(NULL) - found.st_mtime < STALE_S) {
        return false;
    }
    (void)fprintf(stderr, "lictor serve: the keys of %s are a day old and no longer used\n",
                  names->url);
    return unlink(names->path) == 0;
}

struct jwks_outcome jwks_refresh(const struct lic_engine *engine)
{
    struct jwks_outcome outcome = { 0 };
    for (uint32_t i = 0; i < lic_engine_jwks_n(engine); i++) {
        struct lic_jwks jwks = lic_engine_jwks(engine, i);
        struct names names;
        struct lic_err err = { 0 };
        bool changed = false;
        if (!take_names(&jwks, &names)) {
            outcome.failed = true;
            continue;
        }
        if (refresh(&names, &changed, &err) != LIC_OK) {
            (void)fprintf(stderr, "lictor serve: keys of " LIC_FMT ": %s\n", LIC_ARG(jwks.url),
                          err.text);
            outcome.failed = true;
            changed = drop_stale(&names);
        }
        outcome.changed = outcome.changed || changed;
    }
    return outcome;
}
