/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor ledger verify: is the log what was signed, and are the record files what is in the log?
 *
 * Entries of one file follow each other without a gap, so each is looked for where the one before
 * ended. One that is not there is searched for in the whole file, and where the next ones are
 * found tells what happened:
 *
 *     log   A B C        file  A X B C      B is found later: X was inserted
 *                              A C          C stands where B should: B was deleted
 *                              A b C        C is found later: B was edited
 *                              B A C        A is found later; B stands before it: moved
 *                              A            the file ends: truncated
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/ledger_files.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULTS_MAX 20u /* told of one file */
#define WHOLE_BYTES_MAX ((size_t)8 * 1024 * 1024 * 1024)
#define OPEN_MAX 200u
#define ID_BYTES 80

struct options {
    const char *where;
    const char *vkey;
    const char *since;
};

struct verifier {
    const struct options *options;
    struct ledger_place place;
    char log_folder[LEDGER_PATH_BYTES];
    struct ledger_files files;
    uint64_t faults, unsealed;
    size_t open_n;
    char *buf; /* LEDGER_LINE_BYTES_MAX + 1 */
};

/* ---- telling ---- */

__attribute__((format(printf, 3, 4))) static void
tell(struct verifier *verifier, struct ledger_file *file, const char *format, ...)
{
    verifier->faults++;
    if (file->faults++ > FAULTS_MAX) {
        return;
    }
    (void)fprintf(stderr, "%s/records/%s: ", verifier->place.ledger, file->name);
    if (file->faults > FAULTS_MAX) {
        (void)fprintf(stderr, "more than %u faults; what follows in this file is not told\n",
                      FAULTS_MAX);
        return;
    }
    va_list args;
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

static void tell_log_fault(void *arg, const struct lic_err *err)
{
    struct verifier *verifier = arg;
    verifier->faults++;
    struct lic_err placed = *err;
    ledger_fail_in(&placed, verifier->log_folder, "");
    cli_report(NULL, &placed);
}

/* The id of a record for a message; what an agent said comes later in it. */
static const char *id_of(lic_str record, char out[ID_BYTES])
{
    static const char mark[] = "\"record\":\"";
    const char *at = record.n > 0 ? memmem(record.at, record.n, mark, sizeof mark - 1) : NULL;
    size_t n = 0;
    out[0] = '\0';
    if (at != NULL) {
        at += sizeof mark - 1;
        size_t max = (size_t)(record.at + record.n - at);
        while (n < max && n + 10 < ID_BYTES && at[n] > ' ' && at[n] < 0x7f && at[n] != '"') {
            n++;
        }
        (void)snprintf(out, ID_BYTES, ", record %.*s", (int)n, at);
    }
    return out;
}

/* ---- one record ---- */

/* Files are opened when they are first asked for, and not too many at a time. */
static bool open_file(struct verifier *verifier, struct ledger_file *file)
{
    char path[LEDGER_PATH_BYTES + sizeof file->name];
    if (file->fd >= 0) {
        return true;
    }
    for (size_t i = 0; verifier->open_n >= OPEN_MAX && i < verifier->files.n; i++) {
        if (verifier->files.at[i].fd >= 0) {
            (void)close(verifier->files.at[i].fd);
            verifier->files.at[i].fd = -1;
        }
    }
    verifier->open_n = verifier->open_n >= OPEN_MAX ? 0 : verifier->open_n;
    (void)snprintf(path, sizeof path, "%s/records/%s", verifier->place.ledger, file->name);
    file->fd = open(path, O_RDONLY | O_CLOEXEC);
    verifier->open_n += file->fd >= 0;
    return file->fd >= 0;
}

static bool stands_at(struct verifier *verifier, struct ledger_file *file,
                      const struct lic_entry *entry)
{
    if (entry->bytes >= LEDGER_LINE_BYTES_MAX || !open_file(verifier, file)) {
        return false;
    }
    size_t n = (size_t)entry->bytes + 1;
    ssize_t got = pread(file->fd, verifier->buf, n, (off_t)file->pos);
    return got == (ssize_t)n && verifier->buf[n - 1] == '\n' &&
           lic_entry_holds(entry, (lic_str){ verifier->buf, n - 1 });
}

static bool load_whole(struct verifier *verifier, struct ledger_file *file)
{
    char path[LEDGER_PATH_BYTES + sizeof file->name];
    struct lic_err err = { 0 };
    (void)snprintf(path, sizeof path, "%s/records/%s", verifier->place.ledger, file->name);
    if (file->whole.at == NULL &&
        ledger_read(path, WHOLE_BYTES_MAX, &file->whole, &err) != LIC_OK) {
        tell(verifier, file, "%s", err.text);
        return false;
    }
    return true;
}

/* The line of this entry from `from` up to `to`; UINT64_MAX: not there. */
static uint64_t find_line(const struct ledger_file *file, const struct lic_entry *entry,
                          uint64_t from, uint64_t to)
{
    lic_str whole = file->whole;
    while (from < to) {
        const char *end = memchr(whole.at + from, '\n', whole.n - from);
        if (end == NULL) {
            break;
        }
        uint64_t n = (uint64_t)(end - (whole.at + from));
        if (n == entry->bytes && lic_entry_holds(entry, (lic_str){ whole.at + from, n })) {
            return from;
        }
        from += n + 1;
    }
    return UINT64_MAX;
}

static void tell_missing(struct verifier *verifier, struct ledger_file *file, const char *what)
{
    if (file->missing_n == 1) {
        tell(verifier, file, "at byte %" PRIu64 ": the record of entry %" PRIu64 " was %s",
             file->pos, file->first_missing, what);
    } else if (file->missing_n > 1) {
        tell(verifier, file,
             "at byte %" PRIu64 ": %" PRIu64
             " records were %s, the first is that of entry %" PRIu64,
             file->pos, file->missing_n, what, file->first_missing);
    }
    file->missing_n = 0;
}

/* The entry's line was found at `at`, not before file->pos: what lies between, and what is gone? */
static void explain_gap(struct verifier *verifier, struct ledger_file *file, uint64_t index,
                        uint64_t at)
{
    if (file->missing_n > 0) {
        tell_missing(verifier, file, at == file->pos ? "deleted" : "edited");
    } else if (at > file->pos) {
        tell(verifier, file,
             "at byte %" PRIu64 ": %" PRIu64
             " bytes were inserted before the record of entry %" PRIu64,
             file->pos, at - file->pos, index);
    }
}

static void hold_elsewhere(struct verifier *verifier, struct ledger_file *file, uint64_t index,
                           const struct lic_entry *entry)
{
    char id[ID_BYTES];
    if (file->faults > FAULTS_MAX || !load_whole(verifier, file)) {
        return;
    }
    uint64_t at = find_line(file, entry, file->pos, file->whole.n);
    if (at != UINT64_MAX) {
        explain_gap(verifier, file, index, at);
        file->pos = at + entry->bytes + 1;
        return;
    }
    at = find_line(file, entry, 0, file->pos < file->whole.n ? file->pos : file->whole.n);
    if (at != UINT64_MAX) {
        tell(verifier, file,
             "the record of entry %" PRIu64 "%s was moved: it stands at byte %" PRIu64
             ", before byte %" PRIu64,
             index, id_of(entry->record, id), at, file->pos);
        return;
    }
    if (file->missing_n++ == 0) {
        file->first_missing = index;
        (void)fprintf(
            stderr,
            "%s/records/%s: at byte %" PRIu64 ": there is not what entry %" PRIu64 " holds%s\n",
            verifier->place.ledger, file->name, file->pos, index, id_of(entry->record, id));
    }
}

static void hold_record(struct verifier *verifier, struct ledger_file *file, uint64_t index,
                        const struct lic_entry *entry)
{
    if (!file->there) {
        if (file->faults == 0) {
            tell(verifier, file, "is gone, with the record of entry %" PRIu64 " and all after it",
                 index);
        }
        return;
    }
    if (file->missing_n == 0 && stands_at(verifier, file, entry)) {
        file->pos += entry->bytes + 1;
        return;
    }
    hold_elsewhere(verifier, file, index, entry);
}

static enum lic_rc take_entry(void *arg, uint64_t index, lic_str bytes, struct lic_err *err)
{
    struct verifier *verifier = arg;
    struct lic_entry entry;
    struct lic_err fault = { 0 };
    if (lic_entry_read(bytes, &entry, &fault) != LIC_OK) {
        (void)posix_fail(&fault, LIC_E_SYNTAX, verifier->log_folder,
                         "entry %" PRIu64 " is none of ours", index);
        tell_log_fault(verifier, &fault);
        return LIC_OK;
    }
    struct ledger_file *file = ledger_file_of(&verifier->files, entry.file);
    if (file == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for the files of records");
    }
    if (entry.at != file->done) {
        (void)posix_fail(&fault, LIC_E_INVALID, verifier->log_folder,
                         "entry %" PRIu64 " is byte %" PRIu64 " of %s, but the entries before it "
                         "end at byte %" PRIu64 ": one is missing or there twice",
                         index, entry.at, file->name, file->done);
        tell_log_fault(verifier, &fault);
    }
    file->done = entry.at + entry.bytes + 1;
    hold_record(verifier, file, index, &entry);
    return LIC_OK;
}

/* ---- what is left at the end of a file ---- */

static void look_at_end(struct verifier *verifier, struct ledger_file *file)
{
    if (!file->there || !open_file(verifier, file)) {
        return;
    }
    off_t end = lseek(file->fd, 0, SEEK_END);
    uint64_t size = end < 0 ? 0 : (uint64_t)end;
    if (file->missing_n > 0) {
        tell_missing(verifier, file, size <= file->pos ? "cut off the end" : "edited or cut off");
        return;
    }
    verifier->unsealed += size > file->pos ? size - file->pos : 0;
}

/* ---- the command ---- */

static enum lic_rc check_since(const struct verifier *verifier, struct lic_view *view,
                               struct lic_err *err)
{
    lic_str note = { 0 };
    if (verifier->options->since == NULL) {
        return LIC_OK;
    }
    enum lic_rc rc = ledger_read(verifier->options->since, 65536, &note, err);
    rc = rc == LIC_OK ? lic_view_since(view, note, err) : rc;
    free((void *)(uintptr_t)note.at);
    return rc;
}

static enum lic_rc walk(struct verifier *verifier, struct lic_view *view, struct lic_err *err)
{
    struct lic_walk walk = { verifier, take_entry, tell_log_fault };
    enum lic_rc rc = check_since(verifier, view, err);
    if (rc != LIC_OK) {
        tell_log_fault(verifier, err);
    }
    rc = lic_view_walk(view, &walk, err);
    if (rc != LIC_OK && rc != LIC_E_INVALID) {
        return rc;
    }
    for (size_t i = 0; i < verifier->files.n; i++) {
        look_at_end(verifier, &verifier->files.at[i]);
    }
    if (verifier->faults > 0) {
        return posix_fail(err, LIC_E_INVALID, verifier->log_folder,
                          "%" PRIu64 " fault%s in log and records of %" PRIu64 " entries",
                          verifier->faults, verifier->faults == 1 ? "" : "s", lic_view_size(view));
    }
    (void)printf("%s: %" PRIu64 " entries of " LIC_FMT " good, in %zu files; %" PRIu64
                 " bytes not sealed yet\n",
                 verifier->log_folder, lic_view_size(view), LIC_ARG(lic_view_origin(view)),
                 verifier->files.n, verifier->unsealed);
    return LIC_OK;
}

static enum lic_rc open_view(struct verifier *verifier, struct lic_view **out, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    lic_str vkey = { 0 };
    struct lic_log_store store = ledger_store(verifier->log_folder);
    ledger_path(&verifier->place, "log.vkey", path);
    const char *from = verifier->options->vkey != NULL ? verifier->options->vkey : path;
    enum lic_rc rc = ledger_read(from, LIC_LOG_KEY_BYTES, &vkey, err);
    rc = rc == LIC_OK ? lic_view_open(&posix_host, &store, vkey, out, err) : rc;
    free((void *)(uintptr_t)vkey.at);
    if (rc != LIC_OK) {
        ledger_fail_in(err, verifier->log_folder, "/checkpoint");
    }
    return rc;
}

static enum lic_rc verify(struct verifier *verifier, struct lic_err *err)
{
    struct lic_view *view = NULL;
    enum lic_rc rc = ledger_find(verifier->options->where, &verifier->place, err);
    if (rc != LIC_OK) {
        return rc;
    }
    ledger_path(&verifier->place, "log", verifier->log_folder);
    rc = open_view(verifier, &view, err); /* before the files are listed: they only grow */
    rc = rc == LIC_OK ? ledger_files_list(&verifier->files, &verifier->place, err) : rc;
    rc = rc == LIC_OK ? walk(verifier, view, err) : rc;
    lic_view_free(view);
    return rc;
}

static int read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        const char **to = strcmp(argv[i], "--vkey") == 0    ? &out->vkey
                          : strcmp(argv[i], "--since") == 0 ? &out->since
                          : argv[i][0] != '-'               ? &out->where
                                                            : NULL;
        if (to == NULL) {
            return cli_usage(&ledger_verify_command, "there is no option %s", argv[i]);
        }
        if (to == &out->where && out->where != NULL) {
            return cli_usage(&ledger_verify_command, "one directory is enough; \"%s\" is more",
                             argv[i]);
        }
        if (to != &out->where && ++i == argc) {
            return cli_usage(&ledger_verify_command, "%s needs a file", argv[i - 1]);
        }
        *to = argv[i];
    }
    return out->where != NULL ? CLI_OK
                              : cli_usage(&ledger_verify_command, "the directory is missing");
}

static int run(int argc, char **argv)
{
    struct options options = { 0 };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lic_err err = { 0 };
    struct verifier verifier = { .options = &options, .buf = malloc(LEDGER_LINE_BYTES_MAX + 1) };
    enum lic_rc rc = verifier.buf != NULL ? verify(&verifier, &err)
                                          : posix_fail(&err, LIC_E_NOMEM, NULL, "no memory");
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
    }
    ledger_files_fini(&verifier.files);
    free(verifier.buf);
    return rc == LIC_OK ? CLI_OK : CLI_FAILED;
}

const struct cli_command ledger_verify_command = {
    .name = "ledger verify",
    .arguments = "DIR|STATE [--vkey FILE] [--since CHECKPOINT]",
    .summary = "the whole log, and the record files against it",
    .help =
        "Checks the signature of the checkpoint, every entry against every tile, the tiles\n"
        "against the checkpoint, and every record file against the entries. What was edited,\n"
        "deleted, inserted, moved or cut is named on standard error.\n\n"
        "  --vkey FILE         the verifier key, if you have kept one (you should);\n"
        "                      default STATE/ledger/log.vkey\n"
        "  --since CHECKPOINT  a checkpoint kept elsewhere: the log must be a continuation of\n"
        "                      it. Only this finds a log that was rolled back or rewritten by\n"
        "                      whoever holds the signing key\n\n"
        "Exit codes: 0 good, 1 something was changed or cannot be read, 2 wrong command line.\n",
    .run = run,
};
