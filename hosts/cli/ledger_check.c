/* SPDX-License-Identifier: Apache-2.0 */
/* lictor ledger check: a proof against a verifier key, offline. Prints the record it proves. */
#include "hosts/cli/cli.h"
#include "hosts/cli/ledger_files.h"
#include "hosts/posix.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROOF_BYTES_MAX ((size_t)2 * 1024 * 1024)

struct options {
    const char *proof;
    const char *vkey;
    const char *entry;
};

/* A vkey as text has two '+'; a path is read. */
static enum lic_rc read_vkey(const char *vkey, lic_str *out, struct lic_err *err)
{
    struct lic_err ignored = { 0 };
    if (ledger_read(vkey, LIC_LOG_KEY_BYTES, out, err) == LIC_OK) {
        return LIC_OK;
    }
    const char *plus = strchr(vkey, '+');
    if (plus == NULL || strchr(plus + 1, '+') == NULL) {
        return err->rc;
    }
    *err = ignored;
    char *copy = strdup(vkey);
    if (copy == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory for a key");
    }
    *out = (lic_str){ copy, strlen(copy) };
    return LIC_OK;
}

static lic_str without_newline(lic_str s)
{
    while (s.n > 0 && (s.at[s.n - 1] == '\n' || s.at[s.n - 1] == '\r')) {
        s.n--;
    }
    return s;
}

static void print_proven(const struct options *options, const struct lic_proven *proven,
                         lic_str entry)
{
    struct lic_entry read;
    struct lic_err ignored = { 0 };
    (void)fprintf(stderr, "%s: entry %" PRIu64 " of the %" PRIu64 " entries of %s\n",
                  options->proof, proven->index, proven->size, proven->origin);
    bool ours = entry.at != NULL && lic_entry_read(entry, &read, &ignored) == LIC_OK;
    lic_str shown = ours && read.record.n > 0 ? read.record : entry;
    if (shown.n > 0) {
        (void)fwrite(shown.at, 1, shown.n, stdout);
        (void)fputc('\n', stdout);
    }
}

static enum lic_rc check(const struct options *options, lic_str files[3], struct lic_err *err)
{
    struct lic_proven proven;
    lic_str entry = { 0 };
    enum lic_rc rc = ledger_read(options->proof, PROOF_BYTES_MAX, &files[0], err);
    rc = rc == LIC_OK ? read_vkey(options->vkey, &files[1], err) : rc;
    if (rc == LIC_OK && options->entry != NULL) {
        rc = ledger_read(options->entry, PROOF_BYTES_MAX, &files[2], err);
    }
    if (rc != LIC_OK) {
        return rc;
    }
    rc = lic_proof_check(&posix_host, files[0], without_newline(files[1]), files[2], &proven,
                         &entry, err);
    if (rc == LIC_OK) {
        print_proven(options, &proven, entry.at != NULL ? entry : files[2]);
    } else {
        ledger_fail_in(err, options->proof, "");
    }
    free((void *)(uintptr_t)entry.at);
    return rc;
}

static int read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        const char **to = strcmp(argv[i], "--vkey") == 0    ? &out->vkey
                          : strcmp(argv[i], "--entry") == 0 ? &out->entry
                          : argv[i][0] != '-'               ? &out->proof
                                                            : NULL;
        if (to == NULL || (to == &out->proof && out->proof != NULL)) {
            return cli_usage(&ledger_check_command, "\"%s\" is too much", argv[i]);
        }
        if (to != &out->proof && ++i == argc) {
            return cli_usage(&ledger_check_command, "%s needs a value", argv[i - 1]);
        }
        *to = argv[i];
    }
    if (out->proof == NULL) {
        return cli_usage(&ledger_check_command, "the proof is missing");
    }
    return out->vkey != NULL
               ? CLI_OK
               : cli_usage(&ledger_check_command,
                           "--vkey is missing: a proof means nothing without the key of its log");
}

static int run(int argc, char **argv)
{
    struct options options = { 0 };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lic_err err = { 0 };
    lic_str files[3] = { { 0 } };
    enum lic_rc rc = check(&options, files, &err);
    for (size_t i = 0; i < 3; i++) {
        free((void *)(uintptr_t)files[i].at);
    }
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

const struct cli_command ledger_check_command = {
    .name = "ledger check",
    .arguments = "PROOF --vkey VKEY [--entry FILE]",
    .summary = "check a proof, offline, and print the record it proves",
    .help =
        "PROOF is a file of `lictor ledger prove` or any c2sp.org/tlog-proof@v1. The record is\n"
        "taken from the proof itself and printed only when the proof holds.\n\n"
        "  --vkey VKEY   the verifier key of the log, or a file with it\n"
        "  --entry FILE  the bytes of the entry, for a proof that does not bring them\n\n"
        "Exit codes: 0 the proof holds, 1 it does not, 2 wrong command line.\n",
    .run = run,
};
