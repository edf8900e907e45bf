/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor records: the ledger of a directory as lines, in the order in which exchanges began.
 *
 *     STATE/ledger/records/A.jsonl  ─┐
 *     STATE/ledger/records/B.jsonl  ─┴─ index ──► sort by time ──► print
 *
 * Every worker writes files of its own, so the files are merged. Indexing keeps a few words a
 * record and reads each record again when it is printed: a ledger larger than memory is fine. A
 * file's last line without its end is a record that a killed process never finished: it is
 * reported and skipped. --follow repeats the round with what has come since.
 */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <lictor/lictor.h>
#include <lictor/read.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define RECORD_BYTES_MAX ((size_t)8 * 1024 * 1024) /* a longer line is not a record of ours */
#define LINE_BYTES 2048                            /* of the readable form */
#define FOLLOW_MS 200

struct options {
    const char *dir;
    const char *state; /* --state; NULL: what DIR says */
    struct lic_record_filter filter;
    uint64_t last; /* print only the newest so many; 0: all */
    bool json;
    bool follow;
};

struct segment {
    char *path;
    uint64_t done; /* bytes indexed, always up to the end of a line */
};

/* Where one wanted record is. */
struct entry {
    int64_t time_ns;
    uint64_t offset;
    uint32_t segment;
    uint32_t n;
};

struct ledger {
    const struct options *options;
    char folder[PATH_BYTES];
    struct segment *segments;
    size_t segments_n;
    struct entry *entries;
    size_t entries_n, entries_cap;
    char *buf; /* RECORD_BYTES_MAX */
};

/* ---- the files ---- */

static enum lic_rc no_memory(struct lic_err *err)
{
    return posix_fail(err, LIC_E_NOMEM, NULL, "no memory to index the ledger");
}

static bool is_known(const struct ledger *ledger, lic_str name)
{
    for (size_t i = 0; i < ledger->segments_n; i++) {
        const char *known = strrchr(ledger->segments[i].path, '/') + 1;
        if (strlen(known) == name.n && memcmp(known, name.at, name.n) == 0) {
            return true;
        }
    }
    return false;
}

static enum lic_rc take_segment(void *arg, lic_str name, bool is_dir)
{
    struct ledger *ledger = arg;
    static const char suffix[] = ".jsonl";
    size_t suffix_n = sizeof suffix - 1;
    if (is_dir || name.n <= suffix_n ||
        memcmp(name.at + name.n - suffix_n, suffix, suffix_n) != 0 || is_known(ledger, name)) {
        return LIC_OK;
    }
    struct segment *grown =
        reallocarray(ledger->segments, ledger->segments_n + 1, sizeof *ledger->segments);
    if (grown == NULL) {
        return LIC_E_NOMEM;
    }
    ledger->segments = grown;
    char *path = NULL;
    if (asprintf(&path, "%s/" LIC_FMT, ledger->folder, LIC_ARG(name)) < 0) {
        return LIC_E_NOMEM;
    }
    ledger->segments[ledger->segments_n++] = (struct segment){ .path = path };
    return LIC_OK;
}

/* A gateway that has not served yet has no folder; that is an empty ledger, not a failure. */
static enum lic_rc find_segments(struct ledger *ledger, struct lic_err *err)
{
    enum lic_rc rc = posix_host.list_dir(NULL, ledger->folder, take_segment, ledger, err);
    if (rc == LIC_E_NOMEM) {
        return no_memory(err);
    }
    return rc == LIC_E_MISSING ? LIC_OK : rc;
}

/* ---- indexing ---- */

static void complain(const struct ledger *ledger, uint32_t segment, uint64_t offset,
                     const char *what)
{
    (void)fprintf(stderr, "%s: at byte %llu: %s; skipped\n", ledger->segments[segment].path,
                  (unsigned long long)offset, what);
}

static enum lic_rc add_entry(struct ledger *ledger, struct entry entry, struct lic_err *err)
{
    if (ledger->entries_n == ledger->entries_cap) {
        size_t cap = ledger->entries_cap == 0 ? 1024 : ledger->entries_cap * 2;
        struct entry *grown = reallocarray(ledger->entries, cap, sizeof *grown);
        if (grown == NULL) {
            return no_memory(err);
        }
        ledger->entries = grown;
        ledger->entries_cap = cap;
    }
    ledger->entries[ledger->entries_n++] = entry;
    return LIC_OK;
}

static enum lic_rc index_line(struct ledger *ledger, uint32_t segment, uint64_t offset,
                              lic_str line, struct lic_err *err)
{
    struct entry entry = { .offset = offset, .segment = segment, .n = (uint32_t)line.n };
    bool wanted = false;
    enum lic_rc rc =
        lic_record_pick(&posix_host, line, &ledger->options->filter, &entry.time_ns, &wanted, err);
    if (rc == LIC_E_NOMEM) {
        return rc;
    }
    if (rc != LIC_OK) {
        complain(ledger, segment, offset, err->text);
        return LIC_OK;
    }
    return wanted ? add_entry(ledger, entry, err) : LIC_OK;
}

/* Indexes the whole lines among the n bytes read from `offset`; says how many bytes they were. */
static enum lic_rc index_lines(struct ledger *ledger, uint32_t segment, uint64_t offset, size_t n,
                               size_t *out_used, struct lic_err *err)
{
    size_t used = 0;
    while (used < n) {
        const char *end = memchr(ledger->buf + used, '\n', n - used);
        if (end == NULL) {
            break;
        }
        lic_str line = { ledger->buf + used, (size_t)(end - (ledger->buf + used)) };
        enum lic_rc rc = index_line(ledger, segment, offset + used, line, err);
        if (rc != LIC_OK) {
            return rc;
        }
        used += line.n + 1;
    }
    *out_used = used;
    return LIC_OK;
}

/* What follows the last whole line. While following it may only be a write under way. */
static void complain_of_tail(const struct ledger *ledger, uint32_t segment, uint64_t offset,
                             size_t n)
{
    if (n > 0 && !ledger->options->follow) {
        complain(ledger, segment, offset, "the last record is not whole (a killed process?)");
    }
}

static enum lic_rc index_open(struct ledger *ledger, uint32_t i, int fd, struct lic_err *err)
{
    struct segment *segment = &ledger->segments[i];
    for (;;) {
        ssize_t got = pread(fd, ledger->buf, RECORD_BYTES_MAX, (off_t)segment->done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return posix_fail(err, LIC_E_IO, segment->path, "cannot be read: %s", strerror(errno));
        }
        size_t used = 0;
        enum lic_rc rc = index_lines(ledger, i, segment->done, (size_t)got, &used, err);
        if (rc != LIC_OK) {
            return rc;
        }
        if (used == 0 && (size_t)got == RECORD_BYTES_MAX) {
            return posix_fail(err, LIC_E_LIMIT, segment->path, "has a line of more than %zu bytes",
                              RECORD_BYTES_MAX);
        }
        if (used == 0) {
            complain_of_tail(ledger, i, segment->done, (size_t)got);
            return LIC_OK;
        }
        segment->done += used;
    }
}

static enum lic_rc index_segment(struct ledger *ledger, uint32_t i, struct lic_err *err)
{
    int fd = open(ledger->segments[i].path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return posix_fail(err, LIC_E_IO, ledger->segments[i].path, "cannot be opened: %s",
                          strerror(errno));
    }
    enum lic_rc rc = index_open(ledger, i, fd, err);
    (void)close(fd);
    return rc;
}

/* ---- printing ---- */

static int by_time(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    if (x->time_ns != y->time_ns) {
        return x->time_ns < y->time_ns ? -1 : 1;
    }
    if (x->segment != y->segment) {
        return x->segment < y->segment ? -1 : 1;
    }
    return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static void print_record(const struct ledger *ledger, const struct entry *entry)
{
    lic_str record = { ledger->buf, entry->n };
    if (ledger->options->json) {
        (void)printf(LIC_FMT "\n", LIC_ARG(record));
        return;
    }
    char line[LINE_BYTES];
    size_t line_n = 0;
    struct lic_err err = { 0 };
    if (lic_record_line(&posix_host, record, line, sizeof line, &line_n, &err) != LIC_OK) {
        complain(ledger, entry->segment, entry->offset, err.text);
        return;
    }
    (void)printf("%s\n", line);
}

static enum lic_rc print_entry(const struct ledger *ledger, const struct entry *entry, int *fd,
                               uint32_t *fd_segment, struct lic_err *err)
{
    const char *path = ledger->segments[entry->segment].path;
    if (*fd < 0 || *fd_segment != entry->segment) {
        if (*fd >= 0) {
            (void)close(*fd);
        }
        *fd = open(path, O_RDONLY | O_CLOEXEC);
        *fd_segment = entry->segment;
    }
    if (*fd < 0 || pread(*fd, ledger->buf, entry->n, (off_t)entry->offset) != (ssize_t)entry->n) {
        return posix_fail(err, LIC_E_IO, path, "cannot be read again at byte %llu: %s",
                          (unsigned long long)entry->offset, strerror(errno));
    }
    print_record(ledger, entry);
    return LIC_OK;
}

static enum lic_rc print_entries(struct ledger *ledger, uint64_t last, struct lic_err *err)
{
    if (ledger->entries_n > 0) {
        qsort(ledger->entries, ledger->entries_n, sizeof *ledger->entries, by_time);
    }
    size_t skip = last > 0 && last < ledger->entries_n ? ledger->entries_n - (size_t)last : 0;
    int fd = -1;
    uint32_t fd_segment = 0;
    enum lic_rc rc = LIC_OK;
    for (size_t i = skip; i < ledger->entries_n && rc == LIC_OK && !ferror(stdout); i++) {
        rc = print_entry(ledger, &ledger->entries[i], &fd, &fd_segment, err);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    ledger->entries_n = 0;
    (void)fflush(stdout);
    return rc;
}

/* ---- rounds ---- */

static enum lic_rc show_new(struct ledger *ledger, uint64_t last, struct lic_err *err)
{
    enum lic_rc rc = find_segments(ledger, err);
    for (uint32_t i = 0; i < ledger->segments_n && rc == LIC_OK; i++) {
        rc = index_segment(ledger, i, err);
    }
    return rc == LIC_OK ? print_entries(ledger, last, err) : rc;
}

static enum lic_rc show(struct ledger *ledger, struct lic_err *err)
{
    ledger->buf = malloc(RECORD_BYTES_MAX);
    if (ledger->buf == NULL) {
        return no_memory(err);
    }
    enum lic_rc rc = show_new(ledger, ledger->options->last, err);
    while (rc == LIC_OK && ledger->options->follow && !ferror(stdout)) {
        struct timespec pause = { .tv_nsec = FOLLOW_MS * 1000000L };
        (void)nanosleep(&pause, NULL);
        rc = show_new(ledger, /* last= */ 0, err);
    }
    return rc;
}

static void ledger_fini(struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->segments_n; i++) {
        free(ledger->segments[i].path);
    }
    free(ledger->segments);
    free(ledger->entries);
    free(ledger->buf);
}

/* ---- options ---- */

/* "15m", "2h", "7d", "30s" ago, or a time. */
static bool read_time(const char *text, int64_t *out_ns)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    char *end = NULL;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end != text && end[0] != '\0' && end[1] == '\0' && errno == 0 && n >= 0 && n < 1000000) {
        for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
            if (units[i].unit == end[0]) {
                *out_ns = posix_host.wall_ns(NULL) - n * units[i].seconds * 1000000000;
                return true;
            }
        }
    }
    return lic_time_read((lic_str){ text, strlen(text) }, out_ns);
}

static bool read_count(const char *text, uint64_t *out)
{
    char *end = NULL;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 10);
    *out = n;
    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 && n > 0;
}

/* Takes the value of a --name that is a text filter; false when there is no such filter. */
static bool set_text(struct lic_record_filter *filter, const char *name, const char *value)
{
    const struct {
        const char *name;
        lic_str *to;
    } texts[] = {
        { "--principal", &filter->principal }, { "--agent", &filter->agent },
        { "--session", &filter->session },     { "--model", &filter->model },
        { "--decision", &filter->decision },   { "--kind", &filter->kind },
        { "--record", &filter->record },       { "--trace", &filter->trace },
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].name, name) == 0) {
            *texts[i].to = (lic_str){ value, strlen(value) };
            return true;
        }
    }
    return false;
}

static int bad_value(const char *name, const char *value)
{
    return cli_usage(&records_command, "%s cannot be \"%s\"", name, value);
}

static int set_valued(struct options *options, const char *name, const char *value)
{
    if (value == NULL || value[0] == '\0') {
        return cli_usage(&records_command, "%s needs a value", name);
    }
    if (strcmp(name, "--since") == 0) {
        return read_time(value, &options->filter.since_ns) ? CLI_OK : bad_value(name, value);
    }
    if (strcmp(name, "--until") == 0) {
        return read_time(value, &options->filter.until_ns) ? CLI_OK : bad_value(name, value);
    }
    if (strcmp(name, "--last") == 0) {
        return read_count(value, &options->last) ? CLI_OK : bad_value(name, value);
    }
    if (strcmp(name, "--state") == 0) {
        options->state = value;
        return CLI_OK;
    }
    return set_text(&options->filter, name, value)
               ? CLI_OK
               : cli_usage(&records_command, "there is no option %s", name);
}

static int read_options(int argc, char **argv, struct options *out)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--follow") == 0 || strcmp(argv[i], "-f") == 0) {
            out->follow = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            out->json = true;
        } else if (argv[i][0] == '-') {
            int code = set_valued(out, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            if (code != CLI_OK) {
                return code;
            }
            i++;
        } else if (out->dir == NULL) {
            out->dir = argv[i];
        } else {
            return cli_usage(&records_command, "one directory is enough; \"%s\" is more", argv[i]);
        }
    }
    return out->dir != NULL || out->state != NULL
               ? CLI_OK
               : cli_usage(&records_command, "the directory is missing");
}

/* ---- the command ---- */

/* Where DIR keeps its ledger is a setting, so DIR is loaded, unless --state says it. */
static enum lic_rc find_folder(const struct options *options, char out[PATH_BYTES],
                               struct lic_err *err)
{
    static const char below[] = "ledger/records";
    if (options->state != NULL) {
        (void)snprintf(out, PATH_BYTES, "%s/%s", options->state, below);
        return LIC_OK;
    }
    struct lic_engine *engine = NULL;
    enum lic_rc rc = lic_engine_load(&posix_host, options->dir, cli_report, NULL, &engine, err);
    if (rc != LIC_OK) {
        return posix_fail(
            err, rc, options->dir,
            "was refused, so where its ledger is is not known; --state STATE says it");
    }
    struct lic_settings settings = { 0 };
    lic_engine_settings(engine, &settings);
    (void)snprintf(out, PATH_BYTES, LIC_FMT "/%s", LIC_ARG(settings.state_dir), below);
    lic_engine_unref(engine);
    return LIC_OK;
}

static int run(int argc, char **argv)
{
    struct options options = { .filter = { .since_ns = INT64_MIN, .until_ns = INT64_MAX } };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lic_err err = { 0 };
    struct ledger ledger = { .options = &options };
    enum lic_rc rc = find_folder(&options, ledger.folder, &err);
    if (rc == LIC_OK) {
        rc = show(&ledger, &err);
    }
    ledger_fini(&ledger);
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

const struct cli_command records_command = {
    .name = "records",
    .arguments = "DIR [--follow] [--json] [--last N] [--since T] [--until T] [--FILTER VALUE]...",
    .summary = "print and follow what was recorded",
    .help =
        "Prints the ledger of DIR in the order in which exchanges began, one line a record.\n\n"
        "  --follow, -f      go on printing what comes\n"
        "  --json            the records themselves (JSON lines) instead of readable lines\n"
        "  --last N          only the newest N (of those wanted) to begin with\n"
        "  --since T         from this time: 2026-11-22, 2026-11-22T10:00:00Z, or 15m, 2h, 7d ago\n"
        "  --until T         up to this time\n"
        "  --principal P     an ARN, or the name at its end\n"
        "  --agent, --session, --model, --decision, --kind, --record, --trace VALUE\n"
        "                    only records with this value\n"
        "  --state STATE     read STATE/ledger/records without reading DIR\n\n"
        "A record that a killed process left unfinished is reported on standard error and "
        "skipped.\n\n"
        "Exit codes: 0 printed, 1 failed, 2 wrong command line.\n",
    .run = run,
};
