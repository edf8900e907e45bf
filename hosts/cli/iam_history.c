/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor iam simulate DIR: one what-if, or recorded decisions decided again, by the policies of
 * DIR or by proposed ones. Proposed files are laid over DIR while it is read; nothing is written.
 *
 *     --policies NEW          NEW has a lictor.yaml: instead of DIR; else instead of DIR/policies
 *     --replace NAME=FILE     FILE instead of DIR/policies/NAME.json
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/history_files.h"
#include "hosts/cli/iam_question.h"
#include "hosts/posix.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define REPLACE_MAX 64

struct replacement {
    char path[PATH_BYTES]; /* of the file it stands for */
    const char *with;
    bool used;
};

struct overlay {
    char policies[PATH_BYTES]; /* DIR/policies */
    const char *instead;       /* of it; NULL: itself */
    struct replacement replacements[REPLACE_MAX];
    int n;
};

struct options {
    const char *dir, *state, *policies;
    bool history;
    struct iam_question question;
    struct lic_history_options filter;
    const char *replace[REPLACE_MAX];
    int replace_n;
};

/* ---- proposed files ---- */

/* The path that is read instead of `path`. */
static const char *redirect(struct overlay *overlay, const char *path, char out[PATH_BYTES])
{
    for (int i = 0; i < overlay->n; i++) {
        if (strcmp(overlay->replacements[i].path, path) == 0) {
            overlay->replacements[i].used = true;
            return overlay->replacements[i].with;
        }
    }
    size_t n = strlen(overlay->policies);
    if (overlay->instead == NULL || strncmp(path, overlay->policies, n) != 0 ||
        (path[n] != '/' && path[n] != '\0')) {
        return path;
    }
    (void)snprintf(out, PATH_BYTES, "%s%s", overlay->instead, path + n);
    return out;
}

static enum lic_rc read_file(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                             struct lic_err *err)
{
    char other[PATH_BYTES];
    return posix_host.read_file(NULL, redirect(ctx, path, other), bytes_max, out, err);
}

static enum lic_rc list_dir(void *ctx, const char *path,
                            enum lic_rc (*each)(void *arg, lic_str name, bool is_dir), void *arg,
                            struct lic_err *err)
{
    char other[PATH_BYTES];
    return posix_host.list_dir(NULL, redirect(ctx, path, other), each, arg, err);
}

static struct lic_host host_over(struct overlay *overlay)
{
    struct lic_host host = posix_host;
    host.ctx = overlay;
    host.read_file = read_file;
    host.list_dir = list_dir;
    return host;
}

static bool is_directory_of_ours(const char *path)
{
    char file[PATH_BYTES];
    (void)snprintf(file, sizeof file, "%s/lictor.yaml", path);
    return access(file, R_OK) == 0;
}

static int add_replacement(struct overlay *overlay, const char *dir, const char *word)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word || equals[1] == '\0') {
        return cli_usage(&iam_simulate_command, "--replace takes NAME=FILE, not \"%s\"", word);
    }
    struct replacement *replacement = &overlay->replacements[overlay->n++];
    int n = snprintf(replacement->path, PATH_BYTES, "%s/policies/%.*s.json", dir,
                     (int)(equals - word), word);
    replacement->with = equals + 1;
    return n > 0 && n < PATH_BYTES
               ? CLI_OK
               : cli_usage(&iam_simulate_command, "--replace %s makes too long a path", word);
}

/* The directory without a slash at its end, as the engine joins paths. */
static void trim(const char *dir, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s", dir);
    size_t n = strlen(out);
    while (n > 1 && out[n - 1] == '/') {
        out[--n] = '\0';
    }
}

static int complain_of_unused(const struct overlay *overlay)
{
    for (int i = 0; i < overlay->n; i++) {
        if (!overlay->replacements[i].used) {
            (void)fprintf(stderr, "%s: is not a file that is read, so nothing was replaced\n",
                          overlay->replacements[i].path);
            return CLI_FAILED;
        }
    }
    return CLI_OK;
}

static int load_proposed(const struct options *options, struct overlay *overlay,
                         struct lic_host *host, struct lic_engine **out)
{
    char dir[PATH_BYTES];
    trim(options->dir, dir);
    if (options->policies != NULL && is_directory_of_ours(options->policies)) {
        trim(options->policies, dir);
    } else {
        overlay->instead = options->policies;
    }
    int n = snprintf(overlay->policies, sizeof overlay->policies, "%s/policies", dir);
    if (n < 0 || n >= PATH_BYTES) {
        return cli_usage(&iam_simulate_command, "\"%s\" is too long a path", dir);
    }
    for (int i = 0; i < options->replace_n; i++) {
        int code = add_replacement(overlay, dir, options->replace[i]);
        if (code != CLI_OK) {
            return code;
        }
    }
    struct lic_err err = { 0 };
    *host = host_over(overlay);
    if (lic_engine_load(host, dir, cli_report, NULL, out, &err) != LIC_OK) {
        (void)fprintf(stderr, "lictor iam simulate: %s was refused\n", dir);
        return CLI_FAILED;
    }
    return complain_of_unused(overlay);
}

/* ---- history ---- */

static void print_line(void *arg, lic_str line)
{
    (void)arg;
    (void)printf(LIC_FMT "\n", LIC_ARG(line));
}

/* Where the records are is a setting of DIR, not of what is proposed. */
static int find_state(const struct options *options, char out[PATH_BYTES])
{
    if (options->state != NULL) {
        (void)snprintf(out, PATH_BYTES, "%s", options->state);
        return CLI_OK;
    }
    struct lic_settings settings = { 0 };
    struct lic_engine *engine = iam_question_load(&iam_simulate_command, options->dir);
    if (engine == NULL) {
        return CLI_FAILED;
    }
    lic_engine_settings(engine, &settings);
    (void)snprintf(out, PATH_BYTES, LIC_FMT, LIC_ARG(settings.state_dir));
    lic_engine_unref(engine);
    return CLI_OK;
}

static int tell(const struct lic_history *history)
{
    struct lic_history_counts counts;
    lic_history_count(history, &counts);
    (void)fprintf(stderr,
                  "%llu decisions replayed: %llu would change, %llu cannot be told, %llu would stay"
                  "\n",
                  (unsigned long long)counts.used, (unsigned long long)counts.changed,
                  (unsigned long long)counts.unsure,
                  (unsigned long long)(counts.used - counts.changed - counts.unsure));
    return counts.changed == 0 && counts.unsure == 0 && counts.skipped == 0 ? CLI_OK : CLI_FAILED;
}

static int replay(struct lic_engine *engine, const struct options *options, const char *state)
{
    struct lic_history *history = NULL;
    struct history_files files = { .state = state };
    struct lic_err err = { 0 };
    enum lic_rc rc =
        lic_history_replay(&posix_host, engine, &options->filter, print_line, NULL, &history, &err);
    if (rc == LIC_OK) {
        rc = history_files_feed(history, &files, &err);
    }
    int code = CLI_FAILED;
    if (rc == LIC_OK) {
        code = tell(history);
    } else {
        cli_report(NULL, &err);
    }
    lic_history_free(history);
    return code;
}

static int simulate_history(struct options *options)
{
    struct overlay overlay = { .n = 0 };
    struct lic_host host;
    struct lic_engine *engine = NULL;
    char state[PATH_BYTES];
    options->filter.principal = options->question.question.principal;
    options->filter.json = options->question.question.json;
    options->filter.report = cli_report;
    int code = find_state(options, state);
    if (code == CLI_OK) {
        code = load_proposed(options, &overlay, &host, &engine);
    }
    if (code == CLI_OK) {
        code = replay(engine, options, state);
    }
    lic_engine_unref(engine);
    return code;
}

/* ---- one what-if ---- */

static int simulate_one(struct options *options)
{
    const struct lic_question *question = &options->question.question;
    struct overlay overlay = { .n = 0 };
    struct lic_host host;
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    lic_str text = { 0 };
    bool yes = false;
    if (question->principal.n == 0 || question->action.n == 0 || question->resource.n == 0) {
        return cli_usage(&iam_simulate_command,
                         "--history, or --principal, --action and --resource");
    }
    int code = load_proposed(options, &overlay, &host, &engine);
    if (code == CLI_OK) {
        code =
            iam_question_print(lic_engine_what_if(engine, question, &text, &yes, &err), text, &err);
    }
    lic_engine_unref(engine);
    return code == CLI_OK && !yes ? CLI_DENIED : code;
}

/* ---- options ---- */

static int set_own(struct options *options, const char *name, const char *value)
{
    const struct cli_command *command = &iam_simulate_command;
    bool good = true;
    if (value == NULL || value[0] == '\0') {
        return cli_usage(command, "%s needs a value", name);
    }
    if (strcmp(name, "--since") == 0) {
        good = history_files_time(value, &options->filter.since_ns);
    } else if (strcmp(name, "--until") == 0) {
        good = history_files_time(value, &options->filter.until_ns);
    } else if (strcmp(name, "--state") == 0) {
        options->state = value;
    } else if (strcmp(name, "--policies") == 0) {
        options->policies = value;
    } else if (strcmp(name, "--replace") == 0 && options->replace_n < REPLACE_MAX) {
        options->replace[options->replace_n++] = value;
    } else {
        return cli_usage(command, "\"%s\" is not understood", name);
    }
    return good ? CLI_OK : cli_usage(command, "%s cannot be \"%s\"", name, value);
}

static int read_options(int argc, char **argv, struct options *out)
{
    int code = CLI_OK;
    for (int i = 1; i < argc && code == CLI_OK; i++) {
        bool taken = false;
        if (strcmp(argv[i], "--history") == 0) {
            out->history = true;
        } else if (argv[i][0] != '-' && out->dir == NULL) {
            out->dir = argv[i];
        } else {
            code = iam_question_take(&iam_simulate_command, &out->question, argc, argv, &i, &taken);
            if (code == CLI_OK && !taken) {
                code = set_own(out, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
                i++;
            }
        }
    }
    if (code == CLI_OK && out->dir == NULL) {
        return cli_usage(&iam_simulate_command, "the directory is missing");
    }
    return code;
}

int iam_simulate_history(int argc, char **argv)
{
    struct options options = { .filter = { .since_ns = INT64_MIN, .until_ns = INT64_MAX } };
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    return options.history ? simulate_history(&options) : simulate_one(&options);
}
