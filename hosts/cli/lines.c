/* SPDX-License-Identifier: Apache-2.0 */
/* Cuts what comes in into lines, in one buffer that is as long as the longest line may be. */
#include "hosts/cli/lines.h"

#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Bytes [from, n) are still to be cut. */
struct cutting {
    const struct lines_reader *reader;
    const char *name;
    int fd;
    char *at;
    size_t from, n;
    bool skipping; /* inside a line that is too long, which was already told */
};

static bool is_standard_input(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

static enum lic_rc open_input(const char *path, int *out, struct lic_err *err)
{
    *out = is_standard_input(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (*out < 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be opened: %s", strerror(errno));
    }
    return LIC_OK;
}

/* Some bytes more; *out_got == 0 at the end. */
static enum lic_rc read_some(int fd, const char *name, char *at, size_t room, size_t *out_got,
                             struct lic_err *err)
{
    for (;;) {
        ssize_t got = read(fd, at, room);
        if (got >= 0) {
            *out_got = (size_t)got;
            return LIC_OK;
        }
        if (errno != EINTR) {
            return posix_fail(err, LIC_E_IO, name, "cannot be read: %s", strerror(errno));
        }
    }
}

static enum lic_rc tell(const struct cutting *cut, lic_str line, bool too_long, struct lic_err *err)
{
    return cut->reader->line(cut->reader->arg, line, too_long, err);
}

/* Tells every whole line that is there and keeps the beginning of the next one. */
static enum lic_rc cut_lines(struct cutting *cut, struct lic_err *err)
{
    enum lic_rc rc = LIC_OK;
    while (rc == LIC_OK) {
        char *start = cut->at + cut->from;
        char *end = memchr(start, '\n', cut->n - cut->from);
        if (end == NULL) {
            break;
        }
        cut->from += (size_t)(end - start) + 1;
        if (!cut->skipping) {
            rc = tell(cut, (lic_str){ start, (size_t)(end - start) }, /* too_long= */ false, err);
        }
        cut->skipping = false;
    }
    (void)memmove(cut->at, cut->at + cut->from, cut->n - cut->from);
    cut->n -= cut->from;
    cut->from = 0;
    if (rc == LIC_OK && cut->n > LINES_BYTES_MAX) {
        rc = cut->skipping ? LIC_OK : tell(cut, (lic_str){ NULL, 0 }, /* too_long= */ true, err);
        cut->skipping = true;
        cut->n = 0;
    }
    return rc;
}

static enum lic_rc cut_all(struct cutting *cut, struct lic_err *err)
{
    for (;;) {
        size_t got = 0;
        enum lic_rc rc = read_some(cut->fd, cut->name, cut->at + cut->n,
                                   LINES_BYTES_MAX + 1 - cut->n, &got, err);
        cut->n += got;
        if (rc == LIC_OK && got > 0) {
            rc = cut_lines(cut, err);
        }
        if (rc == LIC_OK && got == 0 && cut->n > 0 && !cut->skipping) {
            rc = tell(cut, (lic_str){ cut->at, cut->n }, /* too_long= */ false, err);
        }
        if (rc == LIC_OK && cut->reader->pause != NULL) {
            rc = cut->reader->pause(cut->reader->arg, err);
        }
        if (rc != LIC_OK || got == 0) {
            return rc;
        }
    }
}

static void close_input(int fd)
{
    if (fd != STDIN_FILENO) {
        (void)close(fd);
    }
}

enum lic_rc lines_read(const char *path, const struct lines_reader *reader, struct lic_err *err)
{
    struct cutting cut = { .reader = reader, .name = is_standard_input(path) ? "stdin" : path };
    enum lic_rc rc = open_input(path, &cut.fd, err);
    if (rc != LIC_OK) {
        return rc;
    }
    cut.at = posix_host.resize(NULL, NULL, LINES_BYTES_MAX + 1);
    rc = cut.at != NULL ? cut_all(&cut, err)
                        : posix_fail(err, LIC_E_NOMEM, cut.name, "no memory for a line");
    (void)posix_host.resize(NULL, cut.at, 0);
    close_input(cut.fd);
    return rc;
}

/* Reads on, doubling the memory, until the end or beyond bytes_max. */
static enum lic_rc fill(int fd, const char *name, size_t bytes_max, char **at, size_t *n,
                        struct lic_err *err)
{
    size_t cap = 0, got = 1;
    while (got > 0) {
        if (*n == cap) {
            cap = cap == 0 ? (size_t)64 * 1024 : 2 * cap;
            char *more = posix_host.resize(NULL, *at, cap);
            if (more == NULL) {
                return posix_fail(err, LIC_E_NOMEM, name, "no memory for %zu bytes of it", cap);
            }
            *at = more;
        }
        enum lic_rc rc = read_some(fd, name, *at + *n, cap - *n, &got, err);
        *n += got;
        if (rc == LIC_OK && *n > bytes_max) {
            rc = posix_fail(err, LIC_E_LIMIT, name, "is larger than %zu bytes", bytes_max);
        }
        if (rc != LIC_OK) {
            return rc;
        }
    }
    return LIC_OK;
}

enum lic_rc lines_read_all(const char *path, size_t bytes_max, lic_str *out, struct lic_err *err)
{
    int fd = -1;
    char *at = NULL;
    size_t n = 0;
    enum lic_rc rc = open_input(path, &fd, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = fill(fd, is_standard_input(path) ? "stdin" : path, bytes_max, &at, &n, err);
    close_input(fd);
    if (rc != LIC_OK) {
        (void)posix_host.resize(NULL, at, 0);
        return rc;
    }
    *out = (lic_str){ at, n };
    return LIC_OK;
}
