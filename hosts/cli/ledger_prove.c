/* SPDX-License-Identifier: Apache-2.0 */
/* lictor ledger prove: a proof file for each entry of one record, to be checked anywhere. */
#include "hosts/cli/cli.h"
#include "hosts/cli/ledger_files.h"
#include "hosts/posix.h"

#include <fcntl.h>
#include <inttypes.h>
#include <lictor/read.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUFFIX ".tlog-proof"
#define ENTRIES_MAX 64u /* of one record */

struct options {
    const char *where;
    const char *id;
    const char *out;
};

struct search {
    lic_str id;
    uint64_t found[ENTRIES_MAX];
    size_t found_n;
    const struct ledger_place *place;
};

static enum lic_rc pick(struct search *search, uint64_t index, lic_str record, struct lic_err *err)
{
    struct lic_record_filter filter = { .since_ns = INT64_MIN,
                                        .until_ns = INT64_MAX,
                                        .record = search->id };
    int64_t time_ns = 0;
    bool wanted = false;
    /* Read as JSON only when the id is in it at all: one record in millions. */
    if (record.n == 0 || memmem(record.at, record.n, search->id.at, search->id.n) == NULL) {
        return LIC_OK;
    }
    enum lic_rc rc = lic_record_pick(&posix_host, record, &filter, &time_ns, &wanted, err);
    if (rc == LIC_OK && wanted && search->found_n < ENTRIES_MAX) {
        search->found[search->found_n++] = index;
    }
    return rc == LIC_E_NOMEM ? rc : LIC_OK; /* what is no record is not the one */
}

/* The text of a record that is in the log by its hash, as long as the record file has it. */
static enum lic_rc pick_long(struct search *search, uint64_t index, const struct lic_entry *entry,
                             struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES + 256];
    (void)snprintf(path, sizeof path, "%s/records/" LIC_FMT, search->place->ledger,
                   LIC_ARG(entry->file));
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = entry->bytes <= LEDGER_LINE_BYTES_MAX ? malloc((size_t)entry->bytes + 1) : NULL;
    lic_str record = { text, (size_t)entry->bytes };
    enum lic_rc rc = LIC_OK;
    if (fd >= 0 && text != NULL &&
        pread(fd, text, record.n, (off_t)entry->at) == (ssize_t)record.n &&
        lic_entry_holds(entry, record)) {
        rc = pick(search, index, record, err);
    }
    free(text);
    if (fd >= 0) {
        (void)close(fd);
    }
    return rc;
}

static enum lic_rc take_entry(void *arg, uint64_t index, lic_str bytes, struct lic_err *err)
{
    struct search *search = arg;
    struct lic_entry entry;
    enum lic_rc rc = lic_entry_read(bytes, &entry, err);
    if (rc != LIC_OK) {
        return rc;
    }
    return entry.sha256.at != NULL ? pick_long(search, index, &entry, err)
                                   : pick(search, index, entry.record, err);
}

static enum lic_rc write_proof(const struct options *options, uint64_t index, lic_str proof,
                               struct lic_err *err)
{
    char name[LEDGER_PATH_BYTES];
    const char *base = options->out != NULL ? options->out : options->id;
    size_t n = strlen(base);
    size_t suffix_n = sizeof SUFFIX - 1;
    if (n > suffix_n && strcmp(base + n - suffix_n, SUFFIX) == 0) {
        n -= suffix_n;
    }
    (void)snprintf(name, sizeof name, "%.*s-%" PRIu64 SUFFIX, (int)n, base, index);
    FILE *file = fopen(name, "we");
    bool good = file != NULL && fwrite(proof.at, 1, proof.n, file) == proof.n;
    if (file != NULL && fclose(file) != 0) {
        good = false;
    }
    if (!good) {
        return posix_fail(err, LIC_E_IO, name, "cannot be written");
    }
    (void)printf("%s\n", name);
    return LIC_OK;
}

static enum lic_rc prove_found(const struct options *options, struct lic_view *view,
                               const struct search *search, struct lic_err *err)
{
    enum lic_rc rc = LIC_OK;
    for (size_t i = 0; i < search->found_n && rc == LIC_OK; i++) {
        lic_str proof = { 0 };
        rc = lic_view_prove(view, search->found[i], &proof, err);
        rc = rc == LIC_OK ? write_proof(options, search->found[i], proof, err) : rc;
    }
    if (rc == LIC_OK && search->found_n == 0) {
        return posix_fail(err, LIC_E_MISSING, NULL,
                          "no entry of the log is of a record \"%s\"; a record of the last second "
                          "may not be sealed yet",
                          options->id);
    }
    return rc;
}

static enum lic_rc prove_in(const struct options *options, const struct ledger_place *place,
                            const char *folder, struct lic_err *err)
{
    char path[LEDGER_PATH_BYTES];
    lic_str vkey = { 0 };
    struct lic_view *view = NULL;
    struct search search = { .id = { options->id, strlen(options->id) }, .place = place };
    struct lic_walk walk = { &search, take_entry, NULL };
    struct lic_log_store store = ledger_store(folder);
    ledger_path(place, "log.vkey", path);
    enum lic_rc rc = ledger_read(path, LIC_LOG_KEY_BYTES, &vkey, err);
    rc = rc == LIC_OK ? lic_view_open(&posix_host, &store, vkey, &view, err) : rc;
    rc = rc == LIC_OK ? lic_view_entries(view, 0, &walk, err) : rc;
    rc = rc == LIC_OK ? prove_found(options, view, &search, err) : rc;
    lic_view_free(view);
    free((void *)(uintptr_t)vkey.at);
    return rc;
}

static int read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--out") == 0 && i + 1 < argc) {
            out->out = argv[++i];
        } else if (argv[i][0] == '-') {
            return cli_usage(&ledger_prove_command, "%s is no option, or its value is missing",
                             argv[i]);
        } else if (out->where == NULL) {
            out->where = argv[i];
        } else if (out->id == NULL) {
            out->id = argv[i];
        } else {
            return cli_usage(&ledger_prove_command, "one record is enough; \"%s\" is more",
                             argv[i]);
        }
    }
    if (out->id == NULL) {
        return cli_usage(&ledger_prove_command, "the directory or the record is missing");
    }
    if (!lic_entry_name_is_good((lic_str){ out->id, strlen(out->id) })) {
        return cli_usage(&ledger_prove_command, "\"%s\" is no id of a record", out->id);
    }
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    struct options options = { 0 };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lic_err err = { 0 };
    struct ledger_place place;
    char folder[LEDGER_PATH_BYTES];
    enum lic_rc rc = ledger_find(options.where, &place, &err);
    if (rc == LIC_OK) {
        ledger_path(&place, "log", folder);
        rc = prove_in(&options, &place, folder, &err);
    }
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

const struct cli_command ledger_prove_command = {
    .name = "ledger prove",
    .arguments = "DIR|STATE ID [--out NAME]",
    .summary = "write a proof that a record is in the log",
    .help =
        "Writes NAME-N" SUFFIX " (N: number of the entry) for each entry of record ID (the\n"
        "x-lictor-record of an answer): its text, its path in the tree, the signed checkpoint.\n"
        "Whoever has log.vkey can check it without us: `lictor ledger check`, or any program\n"
        "that reads c2sp.org/tlog-proof.\n\n"
        "  --out NAME  default ID\n\n"
        "Exit codes: 0 written (the names are printed), 1 failed or no such record, 2 wrong\n"
        "command line.\n",
    .run = run,
};
