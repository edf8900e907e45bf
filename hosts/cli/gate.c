/* SPDX-License-Identifier: Apache-2.0 */
/* Passes a new configuration through the engine's gate and keeps what the next one needs. */
#include "hosts/cli/gate.h"

#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <lictor/reload.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define APPROVED_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define SIGNATURE_BYTES_MAX ((size_t)4096)

static void release(lic_str s)
{
    (void)posix_host.resize(NULL, (void *)(uintptr_t)s.at, 0);
}

/* The whole file; nothing when there is none. One that cannot be read is a failure. */
static enum lic_rc read_if_there(const char *path, size_t bytes_max, lic_str *out,
                                 struct lic_err *err)
{
    *out = (lic_str){ 0 };
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        return LIC_OK;
    }
    return posix_host.read_file(NULL, path, bytes_max, out, err);
}

static enum lic_rc write_whole(const char *path, int flags, lic_str bytes, struct lic_err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd < 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be made: %s", strerror(errno));
    }
    bool written = posix_write_all(fd, bytes) == LIC_OK && fsync(fd) == 0;
    if (close(fd) != 0 || !written) {
        return posix_fail(err, LIC_E_IO, path, "cannot be written: %s", strerror(errno));
    }
    return LIC_OK;
}

/* A segment of its own, as every writer of records has one. */
static enum lic_rc write_record(const char *state, lic_str record, struct lic_err *err)
{
    char path[PATH_MAX];
    struct timeval now;
    struct tm utc;
    (void)gettimeofday(&now, NULL);
    (void)gmtime_r(&now.tv_sec, &utc);
    int n = snprintf(path, sizeof path,
                     "%s/ledger/records/%04d%02d%02dT%02d%02d%02d.%03dZ-%d-reload.jsonl", state,
                     utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                     utc.tm_sec, (int)(now.tv_usec / 1000), (int)getpid());
    if (n < 0 || (size_t)n >= sizeof path) {
        return posix_fail(err, LIC_E_LIMIT, state, "makes paths longer than %zu bytes",
                          sizeof path);
    }
    return write_whole(path, O_APPEND, record, err);
}

/* Written aside and renamed, so that a crash leaves the old list or the new one. */
static enum lic_rc keep(const char *path, lic_str approved, struct lic_err *err)
{
    char aside[PATH_MAX];
    int n = snprintf(aside, sizeof aside, "%s.new", path);
    if (n < 0 || (size_t)n >= sizeof aside) {
        return posix_fail(err, LIC_E_LIMIT, path, "makes a path that is too long");
    }
    (void)unlink(aside);
    enum lic_rc rc = write_whole(aside, 0, approved, err);
    if (rc == LIC_OK && rename(aside, path) != 0) {
        rc = posix_fail(err, LIC_E_IO, path, "cannot be written: %s", strerror(errno));
    }
    return rc;
}

static void tell(void *arg, const struct lic_err *err)
{
    char line[1024];
    (void)arg;
    (void)lic_err_format(err, line, sizeof line);
    (void)fprintf(stderr, "lictor serve: %s\n", line);
}

/* The engine's decision; the record is on the disk when this returns LIC_OK or LIC_E_INVALID. */
static enum lic_rc ask(const struct lic_engine *engine, const struct lic_gate *gate,
                       const char *state, struct lic_err *err)
{
    lic_str record = { 0 };
    struct lic_err unwritten;
    enum lic_rc rc = lic_engine_gate(engine, gate, tell, NULL, &record, err);
    if (record.n > 0 && write_record(state, record, &unwritten) != LIC_OK) {
        *err = unwritten;
        rc = unwritten.rc;
    }
    release(record);
    return rc;
}

static enum lic_rc read_and_ask(const struct lic_engine *engine, const char *approved_path,
                                const char *signature_path, const char *state, struct lic_err *err)
{
    struct lic_gate gate = { .approved = { 0 } };
    enum lic_rc rc = read_if_there(approved_path, APPROVED_BYTES_MAX, &gate.approved, err);
    if (rc == LIC_OK) {
        rc = read_if_there(signature_path, SIGNATURE_BYTES_MAX, &gate.signature, err);
    }
    if (rc == LIC_OK) {
        rc = ask(engine, &gate, state, err);
    }
    release(gate.approved);
    release(gate.signature);
    return rc;
}

bool gate_pass(const struct lic_engine *engine, const char *dir, const char *state)
{
    char approved_path[PATH_MAX], signature_path[PATH_MAX];
    lic_str approved = { 0 };
    struct lic_err err = { 0 };
    (void)snprintf(approved_path, sizeof approved_path, "%s/approved.json", state);
    (void)snprintf(signature_path, sizeof signature_path, "%s/reload.sig", dir);
    enum lic_rc rc = read_and_ask(engine, approved_path, signature_path, state, &err);
    if (rc == LIC_OK) {
        rc = lic_engine_access(engine, &approved, &err);
    }
    if (rc == LIC_OK) {
        rc = keep(approved_path, approved, &err);
    }
    release(approved);
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
    }
    return rc == LIC_OK;
}
