/* SPDX-License-Identifier: Apache-2.0 */
/* The POSIX pieces of a host: each function answers one line of struct lic_host. */
#include "hosts/posix.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_STEP_BYTES ((size_t)64 * 1024)
#define PATH_TEXT_BYTES 4096

enum lic_rc posix_fail(struct lic_err *err, enum lic_rc rc, const char *file, const char *format,
                       ...)
{
    if (err == NULL) {
        return rc;
    }
    *err = (struct lic_err){ .rc = rc };
    if (file != NULL) {
        (void)snprintf(err->file, sizeof err->file, "%s", file);
    }
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return rc;
}

enum lic_rc posix_write_all(int fd, lic_str bytes)
{
    while (bytes.n > 0) {
        ssize_t wrote = write(fd, bytes.at, bytes.n);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote <= 0) {
            return LIC_E_IO;
        }
        bytes.at += wrote;
        bytes.n -= (size_t)wrote;
    }
    return LIC_OK;
}

static void *resize(void *ctx, void *at, size_t n)
{
    (void)ctx;
    if (n == 0) {
        free(at);
        return NULL;
    }
    return realloc(at, n);
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = { 0 };
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t wall_ns(void *ctx)
{
    (void)ctx;
    return clock_ns(CLOCK_REALTIME);
}

static int64_t mono_ns(void *ctx)
{
    (void)ctx;
    return clock_ns(CLOCK_MONOTONIC);
}

/* getrandom may give less than asked when a signal comes in between, hence the loop. */
static enum lic_rc fill_random(void *ctx, void *at, size_t n)
{
    (void)ctx;
    char *to = at;
    while (n > 0) {
        ssize_t got = getrandom(to, n, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return LIC_E_IO;
        }
        to += got;
        n -= (size_t)got;
    }
    return LIC_OK;
}

static enum lic_rc refuse_append(void *ctx, void *ticket, lic_str record, enum lic_sync sync,
                                 struct lic_err *err)
{
    (void)ctx;
    (void)ticket;
    (void)record;
    (void)sync;
    return posix_fail(err, LIC_E_IO, NULL, "this program keeps no ledger, so nothing is recorded");
}

/* A process that ends when its work is done has nobody to keep verdicts for. */
static bool verdict_get(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out, size_t *out_n)
{
    (void)ctx;
    (void)id;
    (void)out;
    (void)out_n;
    return false;
}

static void verdict_put(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], lic_str entry)
{
    (void)ctx;
    (void)id;
    (void)entry;
}

/* Without memory that other processes share nothing can be refused as seen, so all is refused. */
static enum lic_rc refuse_remember(void *ctx, const uint8_t id[LIC_REPLAY_ID_BYTES], int64_t now_ns,
                                   int64_t until_ns)
{
    (void)ctx;
    (void)id;
    (void)now_ns;
    (void)until_ns;
    return LIC_E_LIMIT;
}

static void count_nothing(void *ctx, uint32_t counter, uint64_t n)
{
    (void)ctx;
    (void)counter;
    (void)n;
}

static void log_line(void *ctx, enum lic_level level, lic_str line)
{
    (void)ctx;
    static const char *const names[] = { "error", "warning", "info", "debug" };
    (void)fprintf(stderr, "lictor: %s: " LIC_FMT "\n", names[level], LIC_ARG(line));
}

/*
 * Reads until the end of the file rather than trusting st_size, which is 0 for files under /proc
 * and may change while we read. One byte past the maximum tells a file that is too large.
 */
static enum lic_rc read_open_file(int fd, const char *path, size_t bytes_max, lic_str *out,
                                  struct lic_err *err)
{
    char *at = NULL;
    size_t n = 0;
    size_t cap = 0;
    enum lic_rc rc = LIC_OK;
    for (;;) {
        if (n == cap) {
            size_t more = cap == 0 ? READ_STEP_BYTES : cap;
            char *grown = realloc(at, cap + more);
            if (grown == NULL) {
                rc = posix_fail(err, LIC_E_NOMEM, path, "no memory for %zu bytes", cap + more);
                break;
            }
            at = grown;
            cap += more;
        }
        ssize_t got = read(fd, at + n, cap - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            rc = posix_fail(err, LIC_E_IO, path, "cannot be read: %s", strerror(errno));
            break;
        }
        n += (size_t)got;
        if (n > bytes_max) {
            rc = posix_fail(err, LIC_E_LIMIT, path, "is larger than %zu bytes", bytes_max);
            break;
        }
        if (got == 0) {
            *out = (lic_str){ at, n };
            return LIC_OK;
        }
    }
    free(at);
    return rc;
}

/* Only regular files: a fifo or a device in a configuration directory would hang a reload. */
static enum lic_rc read_file(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                             struct lic_err *err)
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        enum lic_rc rc = errno == ENOENT ? LIC_E_MISSING : LIC_E_IO;
        return posix_fail(err, rc, path, "cannot be opened: %s", strerror(errno));
    }
    struct stat status;
    enum lic_rc rc;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
        rc = posix_fail(err, LIC_E_INVALID, path, "is not a regular file");
    } else {
        rc = read_open_file(fd, path, bytes_max, out, err);
    }
    (void)close(fd);
    return rc;
}

static int byte_order(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/*
 * Follows links, as read_file does, so that a mounted ConfigMap (all links) reads like a folder.
 * What `each` fails with is handed on as it is: it has filled its own error.
 */
static enum lic_rc visit(const char *path, const char *name,
                         enum lic_rc (*each)(void *arg, lic_str name, bool is_dir), void *arg,
                         struct lic_err *err)
{
    char full[PATH_TEXT_BYTES];
    int n = snprintf(full, sizeof full, "%s/%s", path, name);
    if (n < 0 || (size_t)n >= sizeof full) {
        return posix_fail(err, LIC_E_LIMIT, path, "%s makes a path longer than %zu bytes", name,
                          sizeof full);
    }
    struct stat status;
    if (stat(full, &status) != 0) {
        return posix_fail(err, LIC_E_IO, full, "cannot be looked at: %s", strerror(errno));
    }
    bool is_dir = S_ISDIR(status.st_mode);
    if (!is_dir && !S_ISREG(status.st_mode)) {
        return LIC_OK;
    }
    return each(arg, (lic_str){ name, strlen(name) }, is_dir);
}

static enum lic_rc list_dir(void *ctx, const char *path,
                            enum lic_rc (*each)(void *arg, lic_str name, bool is_dir), void *arg,
                            struct lic_err *err)
{
    (void)ctx;
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, not_dots, byte_order);
    if (n < 0) {
        enum lic_rc rc = errno == ENOENT ? LIC_E_MISSING : LIC_E_IO;
        return posix_fail(err, rc, path, "cannot be listed: %s", strerror(errno));
    }
    enum lic_rc rc = LIC_OK;
    for (int i = 0; i < n; i++) {
        if (rc == LIC_OK) {
            rc = visit(path, entries[i]->d_name, each, arg, err);
        }
        free(entries[i]);
    }
    free(entries);
    return rc;
}

static lic_str env_value(void *ctx, const char *name)
{
    (void)ctx;
    const char *value = getenv(name);
    return (lic_str){ value, value != NULL ? strlen(value) : 0 };
}

const struct lic_host posix_host = {
    .resize = resize,
    .wall_ns = wall_ns,
    .mono_ns = mono_ns,
    .random = fill_random,
    .append = refuse_append,
    .remember = refuse_remember,
    .verdict_get = verdict_get,
    .verdict_put = verdict_put,
    .count = count_nothing,
    .log = log_line,
    .read_file = read_file,
    .list_dir = list_dir,
    .env = env_value,
};
