/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a lic_host that every host on a POSIX system shares: memory, clocks, randomness,
 * files and environment. `posix_host` is a whole host for programs that do not record: its log
 * goes to standard error, its counters count nothing, and its append fails, so that nothing can
 * be forwarded by a program that keeps no ledger. A host with a ledger copies the table and puts
 * its own ctx, append, count and log in; the functions here do not look at ctx.
 */
#ifndef HOSTS_POSIX_H
#define HOSTS_POSIX_H

#include <lictor/base.h>

extern const struct lic_host posix_host;

/* Fills *err (NULL is fine) with a place and one sentence, and returns rc. `file` may be NULL. */
enum lic_rc posix_fail(struct lic_err *err, enum lic_rc rc, const char *file, const char *format,
                       ...) __attribute__((format(printf, 4, 5), cold));

/* Writes all of it, going on after interruptions; LIC_E_IO with errno left as it was. */
enum lic_rc posix_write_all(int fd, lic_str bytes);

#endif
