/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor init: writes the starter directory that is embedded in the library, with two new keys.
 * The user's is printed once and kept nowhere; the directory has its SHA-256. The one that seals
 * session credentials is a file that only its owner may read.
 */
#include "hosts/cli/cli.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <lictor/shipped.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_RANDOM_BYTES 32
#define KEY_TEXT_BYTES (3 + (KEY_RANDOM_BYTES * 8 + 5) / 6) /* "lk_" and base64url, no padding */
#define PATH_BYTES 4096

static const char starter[] = "starter/";
static const char secrets[] = "keys/"; /* files that only their owner may read */

/* What stands in the starter's files for something that every directory has of its own. */
struct token {
    const char *name, *text;
    size_t text_n;
};
#define TOKENS_N 2u

static void encode_base64url(const unsigned char *at, size_t n, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < n; i++) {
        held = held << 8 | at[i];
        for (bits += 8; bits >= 6; bits -= 6) {
            *out++ = digits[held >> (bits - 6) & 63];
        }
    }
    if (bits > 0) {
        *out = digits[held << (6 - bits) & 63];
    }
}

/* "lk_" and 32 random bytes in base64url. */
static enum lic_rc make_key(char out[KEY_TEXT_BYTES], struct lic_err *err)
{
    unsigned char random[KEY_RANDOM_BYTES];
    enum lic_rc rc = posix_host.random(NULL, random, sizeof random);
    if (rc != LIC_OK) {
        return posix_fail(err, rc, NULL, "the system gives no random bytes: %s", strerror(errno));
    }
    memcpy(out, "lk_", 3);
    encode_base64url(random, sizeof random, out + 3);
    explicit_bzero(random, sizeof random);
    return LIC_OK;
}

static enum lic_rc refuse_entry(void *arg, lic_str name, bool is_dir)
{
    (void)arg;
    (void)name;
    (void)is_dir;
    return LIC_E_DUPLICATE;
}

/* Makes DIR, or takes it as it is when it is empty. Nothing of a user's is ever overwritten. */
static enum lic_rc prepare_dir(const char *dir, struct lic_err *err)
{
    if (mkdir(dir, 0777) == 0) {
        return LIC_OK;
    }
    if (errno != EEXIST) {
        return posix_fail(err, LIC_E_IO, dir, "cannot be made: %s", strerror(errno));
    }
    enum lic_rc rc = posix_host.list_dir(NULL, dir, refuse_entry, NULL, err);
    return rc == LIC_E_DUPLICATE ? posix_fail(err, rc, dir, "is not empty; nothing was written")
                                 : rc;
}

static enum lic_rc make_parents(char *path, size_t from, struct lic_err *err)
{
    for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
        if (!made) {
            return posix_fail(err, LIC_E_IO, path, "cannot be made: %s", strerror(errno));
        }
        *slash = '/';
    }
    return LIC_OK;
}

/* The first token in these bytes, or NULL. */
static const struct token *find_token(lic_str bytes, const struct token tokens[TOKENS_N],
                                      size_t *out_at)
{
    const struct token *first = NULL;
    for (size_t i = 0; i < TOKENS_N; i++) {
        const char *found = memmem(bytes.at, bytes.n, tokens[i].name, strlen(tokens[i].name));
        if (found != NULL && (first == NULL || (size_t)(found - bytes.at) < *out_at)) {
            first = &tokens[i];
            *out_at = (size_t)(found - bytes.at);
        }
    }
    return first;
}

/* The file's bytes, with what is new where the starter has its tokens. */
static enum lic_rc write_bytes(int fd, lic_str bytes, const struct token tokens[TOKENS_N])
{
    for (;;) {
        size_t at = 0;
        const struct token *token = find_token(bytes, tokens, &at);
        if (token == NULL) {
            return posix_write_all(fd, bytes);
        }
        if (posix_write_all(fd, (lic_str){ bytes.at, at }) != LIC_OK ||
            posix_write_all(fd, (lic_str){ token->text, token->text_n }) != LIC_OK) {
            return LIC_E_IO;
        }
        at += strlen(token->name);
        bytes.at += at;
        bytes.n -= at;
    }
}

static enum lic_rc write_file(const char *dir, lic_str name, lic_str bytes,
                              const struct token tokens[TOKENS_N], struct lic_err *err)
{
    char path[PATH_BYTES];
    int n = snprintf(path, sizeof path, "%s/" LIC_FMT, dir, LIC_ARG(name));
    if (n < 0 || (size_t)n >= sizeof path) {
        return posix_fail(err, LIC_E_LIMIT, dir, "makes paths longer than %zu bytes", sizeof path);
    }
    enum lic_rc rc = make_parents(path, strlen(dir) + 1, err);
    if (rc != LIC_OK) {
        return rc;
    }
    bool secret = name.n > sizeof secrets - 1 && memcmp(name.at, secrets, sizeof secrets - 1) == 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, secret ? 0600 : 0666);
    if (fd < 0) {
        return posix_fail(err, LIC_E_IO, path, "cannot be made: %s", strerror(errno));
    }
    rc = write_bytes(fd, bytes, tokens);
    if (close(fd) != 0 || rc != LIC_OK) {
        return posix_fail(err, LIC_E_IO, path, "cannot be written: %s", strerror(errno));
    }
    return LIC_OK;
}

static enum lic_rc write_starter(const char *dir, const struct token tokens[TOKENS_N],
                                 unsigned *out_files_n, struct lic_err *err)
{
    lic_str path = { 0 };
    lic_str bytes = { 0 };
    size_t prefix_n = sizeof starter - 1;
    for (uint32_t i = 0; lic_shipped_at(i, &path, &bytes); i++) {
        if (path.n <= prefix_n || memcmp(path.at, starter, prefix_n) != 0) {
            continue;
        }
        lic_str name = { path.at + prefix_n, path.n - prefix_n };
        enum lic_rc rc = write_file(dir, name, bytes, tokens, err);
        if (rc != LIC_OK) {
            return rc;
        }
        (*out_files_n)++;
    }
    return LIC_OK;
}

/* Only the key goes to standard output, so that KEY=$(lictor init DIR) works. */
static void tell(const char *dir, unsigned files_n, const char key[KEY_TEXT_BYTES])
{
    (void)fprintf(stderr,
                  "Wrote %u files to %s. The key of its one user is printed below, this once: only "
                  "its\nSHA-256 is in %s/principals.yaml. Next: lictor serve %s\n",
                  files_n, dir, dir, dir);
    (void)printf("%.*s\n", KEY_TEXT_BYTES, key);
}

static enum lic_rc make_keys(char user_key[KEY_TEXT_BYTES], char session_key[KEY_TEXT_BYTES],
                             struct lic_err *err)
{
    enum lic_rc rc = make_key(user_key, err);
    return rc == LIC_OK ? make_key(session_key, err) : rc;
}

static enum lic_rc init(const char *dir, struct lic_err *err)
{
    char key[KEY_TEXT_BYTES];
    char session_key[KEY_TEXT_BYTES];
    char digest[64];
    unsigned files_n = 0;
    enum lic_rc rc = prepare_dir(dir, err);
    if (rc == LIC_OK) {
        rc = make_keys(key, session_key, err);
    }
    if (rc != LIC_OK) {
        return rc;
    }
    lic_key_digest((lic_str){ key, sizeof key }, digest);
    /* A key that seals is the 32 bytes alone: without the "lk_" of bearer keys. */
    struct token tokens[TOKENS_N] = {
        { "@KEY_SHA256@", digest, sizeof digest },
        { "@SESSION_KEY@", session_key + 3, sizeof session_key - 3 },
    };
    rc = write_starter(dir, tokens, &files_n, err);
    if (rc == LIC_OK) {
        tell(dir, files_n, key);
    }
    explicit_bzero(key, sizeof key);
    explicit_bzero(session_key, sizeof session_key);
    return rc;
}

static int run(int argc, char **argv)
{
    const char *dir = cli_only_dir(&init_command, argc, argv);
    if (dir == NULL) {
        return CLI_USAGE;
    }
    struct lic_err err = { 0 };
    if (init(dir, &err) != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return CLI_OK;
}

const struct cli_command init_command = {
    .name = "init",
    .arguments = "DIR",
    .summary = "write a commented starter directory and one new key",
    .help =
        "Makes DIR (or fills it when it is empty; a directory with anything in it is refused) "
        "with\n"
        "a small working configuration: a loopback model on 127.0.0.1:8080 that needs no account\n"
        "anywhere, one user, one role, one guardrail. State will be kept under DIR/state.\n"
        "One bearer key is made and printed to standard output, once; DIR keeps its SHA-256.\n"
        "A key that seals session credentials is made in DIR/keys/session.key, mode 0600.\n\n"
        "  export OPENAI_API_KEY=$(lictor init demo)\n\n"
        "Exit codes: 0 written, 1 failed, 2 wrong command line.\n",
    .run = run,
};
