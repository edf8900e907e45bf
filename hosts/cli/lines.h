/* SPDX-License-Identifier: Apache-2.0 */
/* A file cut into lines, of which none is held longer than it takes to say what it is. */
#ifndef HOSTS_CLI_LINES_H
#define HOSTS_CLI_LINES_H

#include <lictor/base.h>

#define LINES_BYTES_MAX ((size_t)16 * 1024 * 1024) /* one line */

struct lines_reader {
    /* A line without its '\n'; empty and `too_long` for one beyond the maximum. */
    enum lic_rc (*line)(void *arg, lic_str line, bool too_long, struct lic_err *err);
    /* All lines that have come so far were told: answers may leave. NULL: not interested. */
    enum lic_rc (*pause)(void *arg, struct lic_err *err);
    void *arg;
};

/* Reads the file ("-" or NULL: standard input) to its end. The last line may lack its '\n'. */
enum lic_rc lines_read(const char *path, const struct lines_reader *reader,
                       struct lic_err *err) LIC_MUST_USE;

/* The whole file or standard input, in memory of posix_host's. */
enum lic_rc lines_read_all(const char *path, size_t bytes_max, lic_str *out,
                           struct lic_err *err) LIC_MUST_USE;

#endif
