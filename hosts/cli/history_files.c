/* SPDX-License-Identifier: Apache-2.0 */
/* Reads ledgers line by line and files of CloudTrail piece by piece, in bounded memory. */
#include "hosts/cli/history_files.h"
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <lictor/read.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define PIECE_BYTES ((size_t)1024 * 1024)
#define LINE_BYTES_MAX ((size_t)8 * 1024 * 1024)
#define FOLDERS_MAX 16 /* inside each other; CloudTrail's own are 7 deep */

/* One file being read. */
struct reading {
    struct lic_history *history;
    const char *path;
    char *at;        /* LINE_BYTES_MAX */
    size_t n;        /* bytes held */
    uint64_t offset; /* of at[0] in the file */
    struct lic_err *err;
};

typedef enum lic_rc take_fn(struct reading *r, bool end);

/* ---- pieces ---- */

static void complain(const char *path, uint64_t offset, const char *what)
{
    (void)fprintf(stderr, "%s: at byte %llu: %s; skipped\n", path, (unsigned long long)offset,
                  what);
}

/* The whole lines that are held; the beginning of the next one stays. */
static enum lic_rc take_lines(struct reading *r, bool end)
{
    size_t from = 0;
    const char *newline;
    while ((newline = memchr(r->at + from, '\n', r->n - from)) != NULL) {
        lic_str line = { r->at + from, (size_t)(newline - (r->at + from)) };
        enum lic_rc rc = lic_history_record(r->history, line, r->path, r->offset + from, r->err);
        if (rc != LIC_OK) {
            return rc;
        }
        from += line.n + 1;
    }
    (void)memmove(r->at, r->at + from, r->n - from);
    r->n -= from;
    r->offset += from;
    if (end && r->n > 0) {
        complain(r->path, r->offset, "the last record is not whole (a killed process?)");
    } else if (r->n == LINE_BYTES_MAX) {
        return posix_fail(r->err, LIC_E_LIMIT, r->path, "has a line of more than %zu bytes",
                          LINE_BYTES_MAX);
    }
    return LIC_OK;
}

static enum lic_rc take_piece(struct reading *r, bool end)
{
    enum lic_rc rc = lic_history_feed(r->history, (lic_str){ r->at, r->n }, r->path, r->err);
    r->offset += r->n;
    r->n = 0;
    if (rc != LIC_OK) {
        return rc;
    }
    return end ? lic_history_end(r->history, r->path, r->err) : LIC_OK;
}

static enum lic_rc read_pieces(struct reading *r, int fd, take_fn *take)
{
    for (;;) {
        size_t room = LINE_BYTES_MAX - r->n;
        ssize_t got = read(fd, r->at + r->n, room < PIECE_BYTES ? room : PIECE_BYTES);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return posix_fail(r->err, LIC_E_IO, r->path, "cannot be read: %s", strerror(errno));
        }
        r->n += (size_t)got;
        enum lic_rc rc = take(r, /* end= */ got == 0);
        if (rc != LIC_OK || got == 0) {
            return rc;
        }
    }
}

static enum lic_rc read_one(struct lic_history *history, const char *path, take_fn *take,
                            struct lic_err *err)
{
    struct reading r = { .history = history, .path = path, .err = err };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be opened: %s", strerror(errno));
    }
    r.at = malloc(LINE_BYTES_MAX);
    enum lic_rc rc = r.at != NULL ? read_pieces(&r, fd, take)
                                  : posix_fail(err, LIC_E_NOMEM, path, "no memory to read it");
    free(r.at);
    (void)close(fd);
    return rc;
}

/* ---- folders ---- */

struct walk {
    struct lic_history *history;
    const char *folder;
    const char *const *suffixes; /* of names that are read; ends in NULL */
    take_fn *take;
    int depth;
    struct lic_err *err;
};

static bool has_suffix(const struct walk *walk, lic_str name)
{
    for (size_t i = 0; walk->suffixes[i] != NULL; i++) {
        size_t n = strlen(walk->suffixes[i]);
        if (name.n > n && memcmp(name.at + name.n - n, walk->suffixes[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static enum lic_rc walk_folder(const struct walk *walk);

static enum lic_rc take_name(void *arg, lic_str name, bool is_dir)
{
    const struct walk *walk = arg;
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s/" LIC_FMT, walk->folder, LIC_ARG(name));
    if (n < 0 || (size_t)n >= sizeof path) {
        return posix_fail(walk->err, LIC_E_LIMIT, walk->folder, "has too long a path below it");
    }
    if (is_dir && walk->depth > 0) {
        struct walk below = *walk;
        below.folder = path;
        below.depth = walk->depth - 1;
        return walk_folder(&below);
    }
    return is_dir || !has_suffix(walk, name) ? LIC_OK
                                             : read_one(walk->history, path, walk->take, walk->err);
}

static enum lic_rc walk_folder(const struct walk *walk)
{
    struct lic_err listing = { 0 };
    enum lic_rc rc =
        posix_host.list_dir(NULL, walk->folder, take_name, (void *)(uintptr_t)walk, &listing);
    if (rc != LIC_OK && walk->err->rc == LIC_OK) {
        *walk->err = listing;
    }
    return rc;
}

/* A gateway that has not served yet has no ledger; that is an empty history. */
static enum lic_rc read_ledger(struct lic_history *history, const char *state, struct lic_err *err)
{
    static const char *const suffixes[] = { ".jsonl", NULL };
    char folder[PATH_BYTES];
    (void)snprintf(folder, sizeof folder, "%s/ledger/records", state);
    if (access(folder, F_OK) != 0 && errno == ENOENT) {
        return LIC_OK;
    }
    struct walk walk = { history, folder, suffixes, take_lines, 0, err };
    return walk_folder(&walk);
}

static enum lic_rc read_cloudtrail(struct lic_history *history, const char *path,
                                   struct lic_err *err)
{
    static const char *const suffixes[] = { ".json", ".json.gz", NULL };
    struct stat about;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
        struct walk walk = { history, path, suffixes, take_piece, FOLDERS_MAX, err };
        return walk_folder(&walk);
    }
    return read_one(history, path, take_piece, err);
}

enum lic_rc history_files_feed(struct lic_history *history, const struct history_files *files,
                               struct lic_err *err)
{
    enum lic_rc rc = LIC_OK;
    err->rc = LIC_OK;
    if (files->state != NULL) {
        rc = read_ledger(history, files->state, err);
    }
    for (int i = 0; i < files->cloudtrail_n && rc == LIC_OK; i++) {
        rc = read_cloudtrail(history, files->cloudtrail[i], err);
    }
    return rc;
}

/* ---- times ---- */

bool history_files_time(const char *text, int64_t *out_ns)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    char *end = NULL;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    bool counted = end != text && end[0] != '\0' && end[1] == '\0' && errno == 0;
    for (size_t i = 0; i < sizeof units / sizeof units[0] && counted; i++) {
        if (units[i].unit == end[0] && n >= 0 && n < 1000000) {
            *out_ns = posix_host.wall_ns(NULL) - n * units[i].seconds * 1000000000;
            return true;
        }
    }
    return lic_time_read((lic_str){ text, strlen(text) }, out_ns);
}
