/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor seal: follows the record files and puts every whole line into the transparency log.
 *
 *     records/A.jsonl ─┐
 *     records/B.jsonl ─┴─ lines ─► lic_log_add ... ─► lic_log_commit ─► seal.state
 *
 * Each entry says which file it is of and where it stands, so the log itself says how far every
 * file was read; seal.state only saves reading the whole log at the start. It is written after the
 * checkpoint it belongs to, so it may be behind the log (the rest is read from there) and never
 * ahead: a log that is shorter than its state was rolled back, and nothing is signed on top of it.
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/ledger_files.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define POLL_MS 300
#define COMMIT_NS ((int64_t)700 * 1000 * 1000) /* during a long round */
#define STATE_BYTES_MAX ((size_t)64 * 1024 * 1024)
#define STATE_LINE_BYTES 192

struct options {
    const char *where;
    const char *key;    /* --key; NULL: STATE/ledger/seal.key */
    const char *origin; /* --origin; NULL: HOSTNAME/lictor */
    bool once;
};

struct sealer {
    const struct options *options;
    struct ledger_place place;
    char log_folder[LEDGER_PATH_BYTES];
    struct lic_log *log;
    struct ledger_files files;
    char vkey[LIC_LOG_KEY_BYTES];
    char *buf; /* LEDGER_LINE_BYTES_MAX */
    int64_t committed_ns;
    uint64_t stated; /* size of the log that seal.state speaks of */
    int lock;
};

static void complain(struct sealer *sealer, struct ledger_file *file, const char *what)
{
    if (!file->told) {
        (void)fprintf(stderr, "%s/records/%s: %s\n", sealer->place.ledger, file->name, what);
    }
    file->told = true;
}

/* ---- the key ---- */

static enum lic_rc write_secret(const char *path, lic_str bytes, struct lic_err *err)
{
    char temporary[LEDGER_PATH_BYTES + 8];
    (void)snprintf(temporary, sizeof temporary, "%s.tmp", path);
    (void)unlink(temporary);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good = fd >= 0 && posix_write_all(fd, bytes) == LIC_OK && fsync(fd) == 0 &&
                link(temporary, path) == 0;
    int failed = errno;
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(temporary);
    }
    return good ? LIC_OK
                : posix_fail(err, LIC_E_IO, path, "cannot be written: %s", strerror(failed));
}

/* A log whose key is gone must not go on under another key: that would be another log. */
static enum lic_rc make_key(struct sealer *sealer, const char *path, struct lic_err *err)
{
    if (ledger_exists(&sealer->place, "log") || ledger_exists(&sealer->place, "log.vkey")) {
        return posix_fail(err, LIC_E_MISSING, path,
                          "the signing key is gone, but there is a log that it signed; give the "
                          "key with --key");
    }
    char host[128] = "localhost";
    char name[LIC_LOG_NAME_BYTES + 1];
    char key[LIC_LOG_KEY_BYTES];
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(name, sizeof name, "%s/lictor", host);
    const char *origin = sealer->options->origin != NULL ? sealer->options->origin : name;
    enum lic_rc rc = lic_log_key_make(&posix_host, (lic_str){ origin, strlen(origin) }, key, err);
    rc = rc == LIC_OK ? write_secret(path, (lic_str){ key, strlen(key) }, err) : rc;
    lic_log_key_wipe(key, sizeof key);
    return rc;
}

static enum lic_rc check_owner(const char *path, struct lic_err *err)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return posix_fail(err, LIC_E_MISSING, path, "cannot be looked at: %s", strerror(errno));
    }
    if ((status.st_mode & 077) != 0) {
        return posix_fail(err, LIC_E_INVALID, path,
                          "others may read the signing key (mode %03o); chmod 600 it",
                          (unsigned)(status.st_mode & 0777));
    }
    return LIC_OK;
}

/* The verifier key beside the log is what readers trust: it never changes silently. */
static enum lic_rc publish_vkey(struct sealer *sealer, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    lic_str there = { 0 };
    size_t n = strlen(sealer->vkey);
    ledger_path(&sealer->place, "log.vkey", path);
    enum lic_rc rc = ledger_read(path, LIC_LOG_KEY_BYTES, &there, err);
    if (rc == LIC_E_MISSING) {
        sealer->vkey[n] = '\n';
        rc = ledger_write(sealer->place.ledger, "log.vkey", (lic_str){ sealer->vkey, n + 1 }, err);
        sealer->vkey[n] = '\0';
        return rc;
    }
    if (rc == LIC_OK && (there.n < n || memcmp(there.at, sealer->vkey, n) != 0)) {
        rc = posix_fail(err, LIC_E_INVALID, path,
                        "is not the verifier key of this signing key; a log keeps its key");
    }
    free((void *)(uintptr_t)there.at);
    return rc;
}

static enum lic_rc check_origin(const struct sealer *sealer, struct lic_err *err)
{
    const char *origin = sealer->options->origin;
    size_t n = origin != NULL ? strlen(origin) : 0;
    if (origin != NULL && (strncmp(sealer->vkey, origin, n) != 0 || sealer->vkey[n] != '+')) {
        return posix_fail(err, LIC_E_INVALID, NULL,
                          "the signing key is of another origin than \"%s\": %.*s", origin,
                          (int)strcspn(sealer->vkey, "+"), sealer->vkey);
    }
    return LIC_OK;
}

static enum lic_rc open_log(struct sealer *sealer, lic_str key, struct lic_err *err)
{
    struct lic_log_store store = ledger_store(sealer->log_folder);
    enum lic_rc rc = lic_log_key_public(&posix_host, key, sealer->vkey, err);
    rc = rc == LIC_OK ? check_origin(sealer, err) : rc;
    rc = rc == LIC_OK ? publish_vkey(sealer, err) : rc;
    bool begun =
        ledger_exists(&sealer->place, "log/tile") || ledger_exists(&sealer->place, "seal.state");
    if (rc == LIC_OK && begun && !ledger_exists(&sealer->place, "log/checkpoint")) {
        return posix_fail(err, LIC_E_MISSING, sealer->log_folder,
                          "there are tiles or a state but no checkpoint; a new log would be a "
                          "fork of the old one");
    }
    return rc == LIC_OK ? lic_log_open(&posix_host, &store, key, &sealer->log, err) : rc;
}

static enum lic_rc open_with_key(struct sealer *sealer, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    lic_str key = { 0 };
    ledger_path(&sealer->place, "seal.key", path);
    if (sealer->options->key == NULL && !ledger_exists(&sealer->place, "seal.key")) {
        enum lic_rc rc = make_key(sealer, path, err);
        if (rc != LIC_OK) {
            return rc;
        }
    }
    const char *from = sealer->options->key != NULL ? sealer->options->key : path;
    enum lic_rc rc = check_owner(from, err);
    rc = rc == LIC_OK ? ledger_read(from, LIC_LOG_KEY_BYTES, &key, err) : rc;
    if (rc != LIC_OK) {
        return rc;
    }
    rc = open_log(sealer, key, err);
    lic_log_key_wipe((void *)(uintptr_t)key.at, key.n);
    free((void *)(uintptr_t)key.at);
    if (rc != LIC_OK) {
        ledger_fail_in(err, sealer->log_folder, "");
    }
    return rc;
}

/* ---- how far every file was read ---- */

/* Lines "BYTES NAME" under the size of the log. False: not a state of ours, so it says nothing. */
static bool read_state(struct sealer *sealer, lic_str text)
{
    char *line = strndup(text.at, text.n);
    char *rest = line;
    char *end = NULL;
    bool good = line != NULL && (rest = strchr(line, '\n')) != NULL;
    if (good) {
        errno = 0;
        sealer->stated = strtoull(line, &end, 10);
        good = end == rest && errno == 0;
        rest++;
    }
    while (good && *rest != '\0') {
        uint64_t done = strtoull(rest, &end, 10);
        size_t n = strcspn(end, "\n");
        good = *end == ' ' && end[n] == '\n' && n > 1 &&
               lic_entry_name_is_good((lic_str){ end + 1, n - 1 });
        struct ledger_file *file =
            good ? ledger_file_of(&sealer->files, (lic_str){ end + 1, n - 1 }) : NULL;
        good = file != NULL;
        if (good) {
            file->done = done;
            rest = end + n + 1;
        }
    }
    free(line);
    return good;
}

static enum lic_rc load_state(struct sealer *sealer, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    lic_str text = { 0 };
    ledger_path(&sealer->place, "seal.state", path);
    enum lic_rc rc = ledger_read(path, STATE_BYTES_MAX, &text, err);
    if (rc != LIC_OK) {
        return rc == LIC_E_MISSING ? LIC_OK : rc;
    }
    if (!read_state(sealer, text)) {
        sealer->stated = 0;
        ledger_files_fini(&sealer->files);
        (void)fprintf(stderr, "%s: cannot be read; the log says the same and is read instead\n",
                      path);
    }
    free((void *)(uintptr_t)text.at);
    if (sealer->stated > lic_log_size(sealer->log)) {
        return posix_fail(err, LIC_E_INVALID, sealer->log_folder,
                          "was rolled back: it has %" PRIu64 " entries and had %" PRIu64
                          "; nothing is signed on top",
                          lic_log_size(sealer->log), sealer->stated);
    }
    return LIC_OK;
}

/* An entry that does not follow the one before in its file would be sealed twice or never. */
static enum lic_rc take_entry(void *arg, uint64_t index, lic_str bytes, struct lic_err *err)
{
    struct sealer *sealer = arg;
    struct lic_entry entry;
    enum lic_rc rc = lic_entry_read(bytes, &entry, err);
    if (rc != LIC_OK) {
        return rc;
    }
    struct ledger_file *file = ledger_file_of(&sealer->files, entry.file);
    if (file == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for the files of records");
    }
    if (file->done != entry.at) {
        return posix_fail(err, LIC_E_INVALID, sealer->log_folder,
                          "entry %" PRIu64 " is byte %" PRIu64 " of %s, of which %" PRIu64
                          " bytes were sealed before it",
                          index, entry.at, file->name, file->done);
    }
    file->done = entry.at + entry.bytes + 1;
    return LIC_OK;
}

static enum lic_rc replay(struct sealer *sealer, struct lic_err *err)
{
    struct lic_log_store store = ledger_store(sealer->log_folder);
    struct lic_walk walk = { sealer, take_entry, NULL };
    struct lic_view *view = NULL;
    enum lic_rc rc = lic_view_open(&posix_host, &store,
                                   (lic_str){ sealer->vkey, strlen(sealer->vkey) }, &view, err);
    rc = rc == LIC_OK ? lic_view_entries(view, sealer->stated, &walk, err) : rc;
    lic_view_free(view);
    return rc;
}

/* A state that the log contradicts is not believed: then the whole log is read. */
static enum lic_rc find_place(struct sealer *sealer, struct lic_err *err)
{
    enum lic_rc rc = load_state(sealer, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = replay(sealer, err);
    if (rc == LIC_E_INVALID && sealer->stated > 0) {
        ledger_files_fini(&sealer->files);
        sealer->stated = 0;
        rc = replay(sealer, err);
    }
    return rc;
}

static enum lic_rc write_state(struct sealer *sealer, struct lic_err *err)
{
    size_t cap = 32 + sealer->files.n * STATE_LINE_BYTES;
    char *text = malloc(cap);
    if (text == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for the state");
    }
    size_t n = (size_t)snprintf(text, cap, "%" PRIu64 "\n", lic_log_size(sealer->log));
    for (size_t i = 0; i < sealer->files.n; i++) {
        const struct ledger_file *file = &sealer->files.at[i];
        if (file->done > 0) {
            n += (size_t)snprintf(text + n, cap - n, "%" PRIu64 " %s\n", file->done, file->name);
        }
    }
    enum lic_rc rc = ledger_write(sealer->place.ledger, "seal.state", (lic_str){ text, n }, err);
    free(text);
    sealer->stated = lic_log_size(sealer->log);
    return rc;
}

/* ---- rounds ---- */

static enum lic_rc commit(struct sealer *sealer, struct lic_err *err)
{
    enum lic_rc rc = LIC_OK;
    if (lic_log_size(sealer->log) != sealer->stated) {
        rc = lic_log_commit(sealer->log, err);
        rc = rc == LIC_OK ? write_state(sealer, err) : rc;
    }
    sealer->committed_ns = posix_host.mono_ns(NULL);
    return rc;
}

/* Adds the whole lines among the n bytes read from file->done on. */
static enum lic_rc add_lines(struct sealer *sealer, struct ledger_file *file, size_t n,
                             size_t *out_used, struct lic_err *err)
{
    lic_str name = { file->name, strlen(file->name) };
    size_t used = 0;
    const char *end;
    while ((end = memchr(sealer->buf + used, '\n', n - used)) != NULL) {
        lic_str line = { sealer->buf + used, (size_t)(end - (sealer->buf + used)) };
        enum lic_rc rc = lic_log_add(sealer->log, name, file->done, line, err);
        if (rc != LIC_OK) {
            return rc;
        }
        used += line.n + 1;
        file->done += line.n + 1;
    }
    *out_used = used;
    return LIC_OK;
}

static enum lic_rc follow_open(struct sealer *sealer, struct ledger_file *file, int fd,
                               struct lic_err *err)
{
    for (;;) {
        size_t used = 0;
        ssize_t got = pread(fd, sealer->buf, LEDGER_LINE_BYTES_MAX, (off_t)file->done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            complain(sealer, file, strerror(errno));
            return LIC_OK;
        }
        enum lic_rc rc = add_lines(sealer, file, (size_t)got, &used, err);
        if (rc == LIC_OK && posix_host.mono_ns(NULL) - sealer->committed_ns > COMMIT_NS) {
            rc = commit(sealer, err);
        }
        if (rc != LIC_OK || used == 0) {
            if ((size_t)got == LEDGER_LINE_BYTES_MAX && used == 0) {
                complain(sealer, file,
                         "has a line that is no record: it goes on for 8 MiB and "
                         "more; what follows is not sealed");
            }
            return rc;
        }
    }
}

static enum lic_rc follow(struct sealer *sealer, struct ledger_file *file, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES + sizeof file->name];
    struct stat status;
    (void)snprintf(path, sizeof path, "%s/records/%s", sealer->place.ledger, file->name);
    if (stat(path, &status) != 0) {
        complain(sealer, file, "is gone, with records that are sealed");
        return LIC_OK;
    }
    if ((uint64_t)status.st_size < file->done) {
        complain(sealer, file, "is shorter than what of it was sealed");
        return LIC_OK;
    }
    if ((uint64_t)status.st_size == file->done) {
        return LIC_OK;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        complain(sealer, file, strerror(errno));
        return LIC_OK;
    }
    enum lic_rc rc = follow_open(sealer, file, fd, err);
    (void)close(fd);
    return rc;
}

static enum lic_rc seal_new(struct sealer *sealer, struct lic_err *err)
{
    enum lic_rc rc = ledger_files_list(&sealer->files, &sealer->place, err);
    for (size_t i = 0; i < sealer->files.n && rc == LIC_OK; i++) {
        rc = follow(sealer, &sealer->files.at[i], err);
    }
    return rc == LIC_OK ? commit(sealer, err) : rc;
}

/* Waits for the next round; true when the process is asked to end. */
static bool is_asked_to_end(const sigset_t *signals)
{
    struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
    return sigtimedwait(signals, NULL, &pause) > 0;
}

static enum lic_rc seal_all(struct sealer *sealer, struct lic_err *err)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    sealer->committed_ns = posix_host.mono_ns(NULL);
    enum lic_rc rc = seal_new(sealer, err);
    while (rc == LIC_OK && !sealer->options->once && !is_asked_to_end(&signals)) {
        rc = seal_new(sealer, err);
    }
    return rc == LIC_OK && !sealer->options->once ? seal_new(sealer, err) : rc;
}

/* ---- the command ---- */

/* Two sealers over one log would sign two histories. */
static enum lic_rc lock(struct sealer *sealer, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    ledger_path(&sealer->place, "seal.lock", path);
    sealer->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (sealer->lock < 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be opened: %s", strerror(errno));
    }
    if (flock(sealer->lock, LOCK_EX | LOCK_NB) != 0) {
        return posix_fail(err, LIC_E_INVALID, path, "another `lictor seal` holds this log");
    }
    return LIC_OK;
}

/* STATE and STATE/ledger, when nothing was served yet; what fails here fails again at the lock. */
static void make_folder(const struct ledger_place *place)
{
    char path[LEDGER_PATH_BYTES];
    ledger_path(place, "", path);
    for (char *at = path + 1; *at != '\0'; at++) {
        if (*at == '/') {
            *at = '\0';
            (void)mkdir(path, 0700);
            *at = '/';
        }
    }
}

static enum lic_rc seal(struct sealer *sealer, struct lic_err *err)
{
    enum lic_rc rc = ledger_find(sealer->options->where, &sealer->place, err);
    if (rc != LIC_OK) {
        return rc;
    }
    make_folder(&sealer->place);
    ledger_path(&sealer->place, "log", sealer->log_folder);
    rc = lock(sealer, err);
    rc = rc == LIC_OK ? open_with_key(sealer, err) : rc;
    rc = rc == LIC_OK ? find_place(sealer, err) : rc;
    return rc == LIC_OK ? seal_all(sealer, err) : rc;
}

static int read_options(int argc, char **argv, struct options *out);

static int run(int argc, char **argv)
{
    struct options options = { 0 };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lic_err err = { 0 };
    struct sealer sealer = { .options = &options, .lock = -1 };
    sealer.buf = malloc(LEDGER_LINE_BYTES_MAX);
    enum lic_rc rc =
        sealer.buf != NULL ? seal(&sealer, &err) : posix_fail(&err, LIC_E_NOMEM, NULL, "no memory");
    if (rc == LIC_OK) {
        (void)printf("%s: %" PRIu64 " entries sealed\n", sealer.log_folder,
                     lic_log_size(sealer.log));
    } else {
        cli_report(NULL, &err);
    }
    lic_log_free(sealer.log);
    ledger_files_fini(&sealer.files);
    free(sealer.buf);
    if (sealer.lock >= 0) {
        (void)close(sealer.lock);
    }
    return rc == LIC_OK ? CLI_OK : CLI_FAILED;
}

const struct cli_command seal_command = {
    .name = "seal",
    .arguments = "DIR|STATE [--once] [--key FILE] [--origin NAME]",
    .summary = "put every record into the signed transparency log",
    .help =
        "Follows STATE/ledger/records and keeps STATE/ledger/log, a transparency log in C2SP\n"
        "tlog-tiles: every whole record is in it, under a signed checkpoint, within a second.\n"
        "Run it as a process of its own, and as a user of its own if you can: it alone needs\n"
        "the signing key. STATE/ledger/log.vkey is the key to verify with: give it to others.\n\n"
        "  --once           seal what is there and end\n"
        "  --key FILE       the signing key; default STATE/ledger/seal.key, made at first start\n"
        "  --origin NAME    of a new log; default HOSTNAME/lictor\n\n"
        "SIGTERM and SIGINT seal what is there and end. It may be killed at any moment.\n\n"
        "Exit codes: 0 sealed, 1 failed, 2 wrong command line.\n",
    .run = run,
};

static int set_valued(struct options *options, const char *name, const char *value)
{
    const char **to = strcmp(name, "--key") == 0      ? &options->key
                      : strcmp(name, "--origin") == 0 ? &options->origin
                                                      : NULL;
    if (to == NULL) {
        return cli_usage(&seal_command, "there is no option %s", name);
    }
    if (value == NULL || value[0] == '\0') {
        return cli_usage(&seal_command, "%s needs a value", name);
    }
    *to = value;
    return CLI_OK;
}

static int read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--once") == 0) {
            out->once = true;
        } else if (argv[i][0] == '-') {
            int code = set_valued(out, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (code != CLI_OK) {
                return code;
            }
            i++;
        } else if (out->where == NULL && argv[i][0] != '\0') {
            out->where = argv[i];
        } else {
            return cli_usage(&seal_command, "one directory is enough; \"%s\" is more", argv[i]);
        }
    }
    return out->where != NULL ? CLI_OK : cli_usage(&seal_command, "the directory is missing");
}
