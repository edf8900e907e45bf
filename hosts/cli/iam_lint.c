/* SPDX-License-Identifier: Apache-2.0 */
/* lictor iam lint: what is wrong with policies, or could be better. */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <lictor/lictor.h>
#include <lictor/lint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define POLICY_BYTES_MAX (8u * 1024 * 1024)

struct lint_options {
    enum lic_lint_kind kind;
    lic_str resource_type;
    enum lic_lint_type fail_on;
    bool never_fail, json;
    char **names;
    int names_n;
};

struct lint_output {
    bool json;
    unsigned n; /* findings told */
    unsigned counts[LIC_LINT_TYPE_N];
};

/* ---- printing ---- */

static void print_json_text(lic_str text)
{
    (void)putchar('"');
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c == '"' || c == '\\') {
            (void)printf("\\%c", c);
        } else if (c < 0x20) {
            (void)printf("\\u%04x", c);
        } else {
            (void)putchar(c);
        }
    }
    (void)putchar('"');
}

static void print_member(const char *name, lic_str text)
{
    (void)printf("\"%s\":", name);
    print_json_text(text);
}

static void print_position(const char *name, const struct lic_lint_position *at)
{
    (void)printf("\"%s\":{\"line\":%u,\"column\":%u,\"offset\":%u}", name, at->line, at->column,
                 at->offset);
}

static void print_path(const struct lic_lint_finding *finding)
{
    (void)printf("\"path\":[");
    for (uint32_t i = 0; i < finding->path_n; i++) {
        const struct lic_lint_step *step = &finding->path[i];
        (void)printf("%s{", i > 0 ? "," : "");
        if (step->kind == LIC_LINT_INDEX) {
            (void)printf("\"index\":%u", step->index);
        } else {
            print_member(step->kind == LIC_LINT_VALUE ? "value" : "key", step->name);
        }
        (void)putchar('}');
    }
    (void)putchar(']');
}

static lic_str view(const char *text)
{
    return (lic_str){ text, strlen(text) };
}

static void print_json(const struct lic_lint_finding *finding, bool first)
{
    (void)printf("%s\n{", first ? "" : ",");
    print_member("findingType", view(lic_lint_type_name(finding->type)));
    (void)putchar(',');
    print_member("issueCode", view(finding->code));
    (void)putchar(',');
    print_member("findingDetails", finding->details);
    (void)putchar(',');
    print_member("learnMoreLink", view(finding->link));
    (void)putchar(',');
    print_member("file", finding->file);
    (void)printf(",\"locations\":[");
    if (finding->start.line > 0) {
        (void)putchar('{');
        print_path(finding);
        (void)printf(",\"span\":{");
        print_position("start", &finding->start);
        (void)putchar(',');
        print_position("end", &finding->end);
        (void)printf("}}");
    }
    (void)printf("]}");
}

/* Columns count from 1 for people and from 0 in AWS's JSON. */
static void print_text(const struct lic_lint_finding *finding)
{
    (void)printf(LIC_FMT, LIC_ARG(finding->file));
    if (finding->start.line > 0) {
        (void)printf(":%u:%u", finding->start.line, finding->start.column + 1);
    }
    (void)printf(": %s %s " LIC_FMT "\n", lic_lint_type_name(finding->type), finding->code,
                 LIC_ARG(finding->details));
}

static void tell(void *arg, const struct lic_lint_finding *finding)
{
    struct lint_output *output = arg;
    output->counts[finding->type]++;
    if (output->json) {
        print_json(finding, output->n == 0);
    } else {
        print_text(finding);
    }
    output->n++;
}

/* ---- what to look at ---- */

static bool is_directory(const char *name)
{
    struct stat info;
    return stat(name, &info) == 0 && S_ISDIR(info.st_mode);
}

static enum lic_rc lint_directory(const char *name, struct lint_output *output, struct lic_err *err)
{
    struct lic_engine *engine = NULL;
    enum lic_rc rc = lic_engine_load(&posix_host, name, cli_report, NULL, &engine, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = lic_engine_lint(engine, tell, output, err);
    lic_engine_unref(engine);
    return rc;
}

static enum lic_rc lint_file(const char *name, const struct lint_options *options,
                             struct lint_output *output, struct lic_err *err)
{
    lic_str text = { NULL, 0 };
    enum lic_rc rc = posix_host.read_file(posix_host.ctx, name, POLICY_BYTES_MAX, &text, err);
    if (rc != LIC_OK) {
        return rc;
    }
    rc = lic_lint_document(&posix_host, view(name), text, options->kind, options->resource_type,
                           tell, output, err);
    (void)posix_host.resize(posix_host.ctx, (void *)(uintptr_t)text.at, 0);
    return rc;
}

static bool lint_all(const struct lint_options *options, struct lint_output *output)
{
    bool good = true;
    for (int i = 0; i < options->names_n; i++) {
        const char *name = options->names[i];
        struct lic_err err = { 0 };
        bool directory = is_directory(name);
        enum lic_rc rc =
            directory ? lint_directory(name, output, &err) : lint_file(name, options, output, &err);
        /* The mistakes of a directory were told one by one. */
        if (rc != LIC_OK) {
            cli_report(NULL, &err);
            good = false;
        }
    }
    return good;
}

static bool fails(const struct lint_options *options, const struct lint_output *output)
{
    for (uint32_t type = (uint32_t)options->fail_on; type < LIC_LINT_TYPE_N; type++) {
        if (output->counts[type] > 0) {
            return !options->never_fail;
        }
    }
    return false;
}

static int list_checks(void)
{
    for (uint32_t i = 0; i < lic_lint_checks_n(); i++) {
        struct lic_lint_check check = lic_lint_check(i);
        (void)printf("%s %s %s%s\n", lic_lint_type_name(check.type), check.code, check.sentence,
                     check.own ? " (Lictor's own)" : "");
    }
    return CLI_OK;
}

/* ---- the command line ---- */

static bool read_kind(const char *word, enum lic_lint_kind *out)
{
    for (uint32_t i = 0; i < LIC_LINT_KIND_N; i++) {
        if (strcmp(word, lic_lint_kind_name((enum lic_lint_kind)i)) == 0) {
            *out = (enum lic_lint_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_fail_on(const char *word, struct lint_options *out)
{
    static const char *const words[] = { "suggestion", "warning", "security-warning", "error" };
    out->never_fail = strcmp(word, "never") == 0;
    for (uint32_t i = 0; i < LIC_LINT_TYPE_N; i++) {
        if (strcmp(word, words[i]) == 0) {
            out->fail_on = (enum lic_lint_type)i;
            return true;
        }
    }
    return out->never_fail;
}

static int refuse(const char *option, const char *value)
{
    return cli_usage(&iam_lint_command, "%s takes other words than \"%s\"", option, value);
}

static int read_option(const char *option, const char *value, struct lint_options *out)
{
    if (value == NULL) {
        return cli_usage(&iam_lint_command, "%s needs a value, or is no option", option);
    }
    if (strcmp(option, "--kind") == 0) {
        return read_kind(value, &out->kind) ? CLI_OK : refuse(option, value);
    }
    if (strcmp(option, "--fail-on") == 0) {
        return read_fail_on(value, out) ? CLI_OK : refuse(option, value);
    }
    if (strcmp(option, "--resource-type") == 0) {
        out->resource_type = view(value);
        return CLI_OK;
    }
    if (strcmp(option, "--format") == 0) {
        out->json = strcmp(value, "json") == 0;
        return out->json || strcmp(value, "text") == 0 ? CLI_OK : refuse(option, value);
    }
    return cli_usage(&iam_lint_command, "there is no option %s", option);
}

static int read_options(int argc, char **argv, struct lint_options *out)
{
    int i = 1;
    while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0' && strcmp(argv[i], "--") != 0) {
        int code = read_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, out);
        if (code != CLI_OK) {
            return code;
        }
        i += 2;
    }
    i += i < argc && strcmp(argv[i], "--") == 0;
    out->names = argv + i;
    out->names_n = argc - i;
    if (out->names_n == 0) {
        return cli_usage(&iam_lint_command, "which policies? Files, or a gateway directory");
    }
    return CLI_OK;
}

static int run(int argc, char **argv)
{
    struct lint_options options = { .kind = LIC_LINT_IDENTITY, .fail_on = LIC_LINT_ERROR };
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        return list_checks();
    }
    int code = read_options(argc, argv, &options);
    if (code != CLI_OK) {
        return code;
    }
    struct lint_output output = { .json = options.json };
    if (options.json) {
        (void)printf("{\"findings\":[");
    }
    bool good = lint_all(&options, &output);
    if (options.json) {
        (void)printf("%s]}\n", output.n > 0 ? "\n" : "");
    }
    return good && !fails(&options, &output) ? CLI_OK : CLI_FAILED;
}

const struct cli_command iam_lint_command = {
    .name = "iam lint",
    .arguments = "[--kind KIND] [--resource-type TYPE] [--format text|json] [--fail-on WHAT] "
                 "FILE...|DIR",
    .summary = "name what is wrong with policies, or could be better",
    .help =
        "Looks at AWS policy documents as IAM Access Analyzer's ValidatePolicy does, by its "
        "names,\n"
        "and beyond it: actions, resource types and condition keys that do not exist, ways to get\n"
        "more permissions, deputies that can be confused. Each finding is printed to standard\n"
        "output as file:line:column: TYPE CODE sentence. Nothing is asked of any service.\n\n"
        "Of a gateway directory all policies are looked at, each by what it is used for, and what\n"
        "they allow together: to a role, and to an agent with its tools.\n\n"
        "  --kind KIND           what files are: identity (default), resource, trust, session,\n"
        "                        boundary, scp, rcp, key\n"
        "  --resource-type TYPE  what a resource policy is attached to, e.g. AWS::S3::Bucket\n"
        "  --format json         findings in the shape of ValidatePolicy, one a line\n"
        "  --fail-on WHAT        least finding that makes the exit code 1: error (default),\n"
        "                        security-warning, warning, suggestion, never\n"
        "  --list                every check there is (docs/LINT.md)\n\n"
        "Exit codes: 0 nothing as bad as --fail-on, 1 something was, or a file could not be read,\n"
        "2 wrong command line.\n",
    .run = run,
};
