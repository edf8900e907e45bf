/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lictor serve: writes an nginx.conf for a directory and keeps one nginx running with it.
 *
 *     check ─► prepare STATE ─► write nginx.conf ─► fork nginx ─► wait for signals
 *                                    ▲                              │ HUP: check; only when good
 *                                    └──────────────────────────────┘
 *     TERM, INT: nginx ends gracefully (QUIT), after GRACE_S or a second signal at once (TERM)
 *
 * Public keys that the directory has at URLs are fetched before nginx starts, and then by a child
 * from time to time (jwks.h); when they changed, nginx reloads.
 *
 * Started by root, workers run as a user of little power (pick_user). STATE itself stays root's:
 * whoever may write nginx.conf decides what root loads at the next reload. Only the ledger's
 * folder is the workers'.
 */
#include "hosts/cli/cli.h"
#include "hosts/cli/gate.h"
#include "hosts/cli/jwks.h"
#include "hosts/cli/nginx_conf.h"
#include "hosts/posix.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GRACE_S 25
#define READY_TRIES 2400 /* of 50 ms: compiling many patterns takes seconds on a busy machine */
#define FILES_MAX 65536u

struct serving {
    char dir[PATH_MAX];
    char module[PATH_MAX];
    char nginx[PATH_MAX];
    char state[PATH_MAX - 64]; /* room for the names below it */
    const char *user, *group;  /* NULL: workers run as we do */
    struct lic_engine *engine; /* of the configuration that runs */
    pid_t child;
    pid_t fetcher;      /* 0: none is under way */
    bool fetch_again;   /* a reload came while one was under way */
    int64_t fetch_at_s; /* when the next is due, by the clock that only goes forward */
    sigset_t signals_before;
    int lock;
};

static int fail_with_errno(const char *what, const char *path)
{
    (void)fprintf(stderr, "lictor serve: %s %s: %s\n", what, path, strerror(errno));
    return CLI_FAILED;
}

/* ---- finding things ---- */

static bool is_there(const char *path, int mode)
{
    return access(path, mode) == 0;
}

static bool find_module(char out[PATH_MAX])
{
    static const char *const places[] = {
        "ngx_http_lictor_module.so",
        "hosts/nginx/ngx_http_lictor_module.so",
        "../lib/nginx/modules/ngx_http_lictor_module.so",
    };
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n > 0) {
        self[n] = '\0';
        char *slash = strrchr(self, '/');
        int folder = slash != NULL ? (int)(slash - self) : 0;
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            char path[PATH_MAX * 2];
            (void)snprintf(path, sizeof path, "%.*s/%s", folder, self, places[i]);
            if (realpath(path, out) != NULL) {
                return true;
            }
        }
    }
    return realpath("/usr/lib/nginx/modules/ngx_http_lictor_module.so", out) != NULL;
}

static bool find_nginx(char out[PATH_MAX])
{
    const char *given = getenv("LICTOR_NGINX");
    if (given != NULL && given[0] != '\0') {
        return realpath(given, out) != NULL && is_there(out, X_OK);
    }
    const char *path = getenv("PATH");
    char all[PATH_MAX * 2];
    (void)snprintf(all, sizeof all, "%s:/usr/sbin:/usr/local/sbin",
                   path != NULL ? path : "/usr/bin");
    char *save = NULL;
    for (char *folder = strtok_r(all, ":", &save); folder != NULL;
         folder = strtok_r(NULL, ":", &save)) {
        int n = snprintf(out, PATH_MAX, "%s/nginx", folder);
        if (n > 0 && n < PATH_MAX && is_there(out, X_OK)) {
            return true;
        }
    }
    return false;
}

/* ---- the state folder ---- */

static int make_folder(const struct serving *s, const char *below, mode_t mode)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s%s", s->state, below);
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        return fail_with_errno("cannot make the folder", path);
    }
    /* Whatever the umask was, or an earlier start as another user. */
    return chmod(path, mode) == 0 ? CLI_OK : fail_with_errno("cannot set the mode of", path);
}

static int make_folders(const struct serving *s)
{
    mode_t open = s->user != NULL ? 0711 : 0700;
    const struct {
        const char *below;
        mode_t mode;
    } folders[] = { { "", open },
                    { "/tmp", open },
                    { "/jwks", open },
                    { "/ledger", open },
                    { "/ledger/records", 0700 } };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (make_folder(s, folders[i].below, folders[i].mode) != CLI_OK) {
            return CLI_FAILED;
        }
    }
    return CLI_OK;
}

/* Whether this user, with no other groups, can write into the ledger's folder. */
static bool can_write(const char *records, const struct passwd *user)
{
    pid_t pid = fork();
    if (pid == 0) {
        bool good = setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 &&
                    setuid(user->pw_uid) == 0 && access(records, W_OK | X_OK) == 0;
        _exit(good ? 0 : 1);
    }
    int status = 1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && status == 0;
}

/* Hands the ledger's folder to `name` if that helps; names are kept only when they work. */
static bool try_user(struct serving *s, const char *name)
{
    char records[PATH_MAX];
    const struct passwd *user = getpwnam(name);
    const struct group *group = user != NULL ? getgrgid(user->pw_gid) : NULL;
    (void)snprintf(records, sizeof records, "%s/ledger/records", s->state);
    if (group == NULL || chown(records, user->pw_uid, user->pw_gid) != 0 ||
        !can_write(records, user)) {
        return false;
    }
    s->user = strdup(user->pw_name);
    s->group = strdup(group->gr_name);
    return s->user != NULL && s->group != NULL;
}

static int pick_user(struct serving *s)
{
    static const char *const names[] = { "lictor", "www-data", "nobody" };
    if (geteuid() != 0) {
        return make_folders(s);
    }
    s->user = s->group = "root";
    if (make_folders(s) != CLI_OK) {
        return CLI_FAILED;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (try_user(s, names[i])) {
            return CLI_OK;
        }
    }
    (void)fprintf(stderr,
                  "lictor serve: warning: no lesser user can reach %s/ledger/records, so "
                  "workers run as root\n",
                  s->state);
    char records[PATH_MAX];
    (void)snprintf(records, sizeof records, "%s/ledger/records", s->state);
    return chown(records, 0, 0) == 0 ? CLI_OK : fail_with_errno("cannot own", records);
}

/* Two nginx in one state folder would fight over the socket; the lock goes with the process. */
static int lock_state(struct serving *s)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/lock", s->state);
    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (s->lock < 0) {
        return fail_with_errno("cannot open", path);
    }
    if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
        (void)fprintf(stderr, "lictor serve: another lictor serves from %s\n", s->state);
        return CLI_FAILED;
    }
    (void)snprintf(path, sizeof path, "%s/loopback.sock", s->state);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/nginx.pid", s->state);
    (void)unlink(path);
    return CLI_OK;
}

/* ---- nginx.conf ---- */

static uint64_t files_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > FILES_MAX) {
        return FILES_MAX;
    }
    return limit.rlim_max;
}

static enum lic_rc write_text(const struct serving *s, const struct lic_engine *engine, FILE *file,
                              struct lic_err *err)
{
    struct nginx_conf_options options = { .dir = s->dir,
                                          .module = s->module,
                                          .user = s->user,
                                          .group = s->group,
                                          .files_max = files_max() };
    enum lic_rc rc = nginx_conf_write(engine, &options, file, err);
    if (rc == LIC_OK && (fflush(file) != 0 || ferror(file) || fsync(fileno(file)) != 0)) {
        rc = posix_fail(err, LIC_E_IO, NULL, "nginx.conf cannot be written: %s", strerror(errno));
    }
    return rc;
}

/* Written aside and renamed: nginx never reads half a file. */
static int write_conf(const struct serving *s, const struct lic_engine *engine)
{
    char path[PATH_MAX], aside[PATH_MAX];
    struct lic_err err = { 0 };
    (void)snprintf(path, sizeof path, "%s/nginx.conf", s->state);
    (void)snprintf(aside, sizeof aside, "%s/nginx.conf.new", s->state);
    (void)unlink(aside);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (file == NULL) {
        return fail_with_errno("cannot write", aside);
    }
    enum lic_rc rc = write_text(s, engine, file, &err);
    (void)fclose(file);
    if (rc != LIC_OK) {
        cli_report(NULL, &err);
        return CLI_FAILED;
    }
    return rename(aside, path) == 0 ? CLI_OK : fail_with_errno("cannot write", path);
}

/* ---- loading ---- */

static struct lic_engine *load(const struct serving *s)
{
    struct lic_engine *engine = NULL;
    struct lic_err err = { 0 };
    if (lic_engine_load(&posix_host, s->dir, cli_report, NULL, &engine, &err) != LIC_OK) {
        (void)fprintf(stderr, "lictor serve: %s is refused: %s\n", s->dir, err.text);
        return NULL;
    }
    return engine;
}

static int take_state(struct serving *s, const struct lic_settings *settings)
{
    lic_str state = settings->state_dir;
    if (state.n == 0 || state.n >= sizeof s->state || state.at[0] != '/') {
        (void)fprintf(stderr,
                      "lictor serve: the state directory \"" LIC_FMT
                      "\" is not an absolute path of at most %zu bytes\n",
                      LIC_ARG(state), sizeof s->state - 1);
        return CLI_FAILED;
    }
    memcpy(s->state, state.at, state.n);
    s->state[state.n] = '\0';
    return CLI_OK;
}

/* A state folder that moved would need a new lock and socket: that takes a restart. */
static bool same_state(const struct serving *s, const struct lic_engine *engine)
{
    struct lic_settings settings;
    lic_engine_settings(engine, &settings);
    return settings.state_dir.n == strlen(s->state) &&
           memcmp(settings.state_dir.at, s->state, settings.state_dir.n) == 0;
}

static void reload(struct serving *s)
{
    struct lic_engine *engine = load(s);
    if (engine == NULL) {
        (void)fprintf(stderr, "lictor serve: not reloaded; the running configuration stays\n");
        return;
    }
    if (!same_state(s, engine)) {
        (void)fprintf(stderr, "lictor serve: not reloaded: the state directory changed, which "
                              "takes a restart\n");
    } else if (!gate_pass(engine, s->dir, s->state)) {
        (void)fprintf(stderr, "lictor serve: not reloaded; the running configuration stays\n");
    } else if (write_conf(s, engine) == CLI_OK && kill(s->child, SIGHUP) == 0) {
        (void)fprintf(stderr, "lictor serve: %s is good, reloading\n", s->dir);
        lic_engine_unref(s->engine);
        s->engine = lic_engine_ref(engine);
    }
    lic_engine_unref(engine);
}

/* ---- keys from elsewhere ---- */

static int64_t now_s(void)
{
    struct timespec now = { 0 };
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

enum { FETCH_CHANGED = 1u, FETCH_FAILED = 2u }; /* bits of a fetcher's exit code */

static void note_fetched(struct serving *s, unsigned outcome)
{
    s->fetch_at_s = now_s() + (outcome & FETCH_FAILED ? JWKS_RETRY_S : JWKS_REFRESH_S);
}

/* Before there is a gateway: nothing waits for us yet. */
static void fetch_first(struct serving *s)
{
    struct jwks_outcome outcome = jwks_refresh(s->engine);
    note_fetched(s, outcome.failed ? FETCH_FAILED : 0);
}

/* In a child, so that a provider that hangs keeps nobody from reloading or stopping. */
static void start_fetch(struct serving *s)
{
    s->fetch_again = s->fetcher != 0;
    if (s->fetch_again || lic_engine_jwks_n(s->engine) == 0) {
        return;
    }
    note_fetched(s, FETCH_FAILED);
    s->fetcher = fork();
    if (s->fetcher == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        struct jwks_outcome outcome = jwks_refresh(s->engine);
        _exit((int)((outcome.changed ? FETCH_CHANGED : 0) | (outcome.failed ? FETCH_FAILED : 0)));
    }
    s->fetcher = s->fetcher < 0 ? 0 : s->fetcher;
}

static void end_fetch(struct serving *s, bool stopping)
{
    int status = 0;
    if (s->fetcher == 0 || waitpid(s->fetcher, &status, WNOHANG) != s->fetcher) {
        return;
    }
    s->fetcher = 0;
    unsigned outcome = WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : FETCH_FAILED;
    note_fetched(s, outcome);
    s->fetch_at_s = s->fetch_again ? now_s() : s->fetch_at_s;
    s->fetch_again = false;
    if ((outcome & FETCH_CHANGED) && !stopping) {
        (void)fprintf(stderr, "lictor serve: keys changed\n");
        reload(s);
    }
}

/* ---- nginx ---- */

/*
 * In the child. Its own process group keeps a terminal's ^C from ending it at once; it dies with
 * us, so that a killed `lictor serve` leaves no gateway that nobody watches.
 */
static void become_nginx(const struct serving *s)
{
    char conf[PATH_MAX];
    uint64_t files = files_max();
    struct rlimit limit = { .rlim_cur = files, .rlim_max = files };
    (void)snprintf(conf, sizeof conf, "%s/nginx.conf", s->state);
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &s->signals_before, NULL);
    if (chdir(s->state) == 0) {
        char *const argv[] = { (char *)(uintptr_t)s->nginx,
                               "-p",
                               (char *)(uintptr_t)s->state,
                               "-c",
                               conf,
                               "-e",
                               "stderr",
                               "-g",
                               "daemon off;",
                               NULL };
        (void)execv(s->nginx, argv);
    }
    (void)fail_with_errno("cannot run", s->nginx);
    _exit(CLI_FAILED);
}

static int exit_code(int status)
{
    if (WIFEXITED(status)) {
        return WEXITSTATUS(status);
    }
    (void)fprintf(stderr, "lictor serve: nginx was ended by signal %d\n", WTERMSIG(status));
    return CLI_FAILED;
}

static bool pid_file_names(const struct serving *s)
{
    char path[PATH_MAX], expected[32], found[32] = "";
    (void)snprintf(path, sizeof path, "%s/nginx.pid", s->state);
    (void)snprintf(expected, sizeof expected, "%ld\n", (long)s->child);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    bool read = fgets(found, sizeof found, file) != NULL;
    (void)fclose(file);
    return read && strcmp(found, expected) == 0;
}

/* nginx writes its pid once it listens. -1: ready; else the exit code of nginx. */
static int wait_until_ready(const struct serving *s)
{
    int status;
    for (int i = 0; i < READY_TRIES; i++) {
        if (waitpid(s->child, &status, WNOHANG) == s->child) {
            int code = exit_code(status);
            return code != CLI_OK ? code : CLI_FAILED;
        }
        if (pid_file_names(s)) {
            return -1;
        }
        (void)nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
    }
    (void)fprintf(stderr, "lictor serve: nginx did not begin to listen\n");
    (void)kill(s->child, SIGTERM);
    (void)waitpid(s->child, &status, 0);
    return CLI_FAILED;
}

static void announce(const struct serving *s, const struct lic_settings *settings)
{
    bool tls = settings->tls_certificate.n > 0;
    (void)printf("lictor: serving %s on %s://" LIC_FMT ", admin on http://" LIC_FMT ", %s\n",
                 s->dir, tls ? "https" : "http", LIC_ARG(settings->listen),
                 LIC_ARG(settings->admin_listen), s->user != NULL ? s->user : "as this user");
    (void)fflush(stdout);
}

/* The next signal; SIGALRM when keys are due, SIGTERM when GRACE_S is over. */
static int next_signal(const struct serving *s, const sigset_t *signals, bool stopping)
{
    int64_t left_s = stopping ? GRACE_S : s->fetch_at_s - now_s();
    struct timespec wait = { .tv_sec = left_s > 0 ? left_s : 0 };
    bool timed = stopping || (s->fetcher == 0 && lic_engine_jwks_n(s->engine) > 0);
    int got = timed ? sigtimedwait(signals, NULL, &wait) : sigwaitinfo(signals, NULL);
    if (got < 0 && errno == EAGAIN) {
        return stopping ? SIGTERM : SIGALRM;
    }
    return got;
}

/* Until nginx ends. Asked to stop, nginx gets GRACE_S to finish what is under way. */
static int watch(struct serving *s, const sigset_t *signals)
{
    bool stopping = false;
    for (;;) {
        int status;
        int got = next_signal(s, signals, stopping);
        if (waitpid(s->child, &status, WNOHANG) == s->child) {
            int code = exit_code(status);
            if (!stopping) {
                (void)fprintf(stderr, "lictor serve: nginx ended by itself\n");
            }
            return !stopping && code == CLI_OK ? CLI_FAILED : code;
        }
        end_fetch(s, stopping);
        if (got == SIGHUP && !stopping) {
            reload(s);
            start_fetch(s);
        } else if (got == SIGALRM) {
            start_fetch(s);
        } else if (got == SIGTERM || got == SIGINT) {
            (void)kill(s->child, stopping ? SIGTERM : SIGQUIT);
            stopping = true;
        }
    }
}

static int run_nginx(struct serving *s, const struct lic_settings *settings)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigprocmask(SIG_BLOCK, &signals, &s->signals_before);
    s->child = fork();
    if (s->child < 0) {
        return fail_with_errno("cannot start", s->nginx);
    }
    if (s->child == 0) {
        become_nginx(s);
    }
    int code = wait_until_ready(s);
    if (code >= 0) {
        return code;
    }
    announce(s, settings);
    return watch(s, &signals);
}

static int prepare(struct serving *s, const struct lic_engine *engine,
                   const struct lic_settings *settings)
{
    if (!find_nginx(s->nginx)) {
        (void)fprintf(stderr, "lictor serve: no nginx in PATH (or LICTOR_NGINX is wrong); "
                              "apt-get install nginx\n");
        return CLI_FAILED;
    }
    if (!find_module(s->module)) {
        (void)fprintf(stderr, "lictor serve: ngx_http_lictor_module.so is neither beside this "
                              "program nor in /usr/lib/nginx/modules\n");
        return CLI_FAILED;
    }
    if (take_state(s, settings) != CLI_OK || pick_user(s) != CLI_OK || lock_state(s) != CLI_OK) {
        return CLI_FAILED;
    }
    return write_conf(s, engine);
}

static int run(int argc, char **argv)
{
    struct serving s = { .lock = -1 };
    const char *dir = cli_only_dir(&serve_command, argc, argv);
    if (dir == NULL) {
        return CLI_USAGE;
    }
    if (realpath(dir, s.dir) == NULL) {
        return fail_with_errno("cannot find", dir);
    }
    s.engine = load(&s);
    if (s.engine == NULL) {
        return CLI_FAILED;
    }
    struct lic_settings settings;
    lic_engine_settings(s.engine, &settings);
    int code = prepare(&s, s.engine, &settings);
    if (code == CLI_OK && !gate_pass(s.engine, s.dir, s.state)) {
        code = CLI_FAILED;
    }
    if (code == CLI_OK) {
        fetch_first(&s);
        code = run_nginx(&s, &settings);
    }
    lic_engine_unref(s.engine);
    return code;
}

const struct cli_command serve_command = {
    .name = "serve",
    .arguments = "DIR",
    .summary = "run the gateway for a configuration directory",
    .help =
        "Checks DIR, writes nginx.conf into its state directory, and runs nginx in the "
        "foreground,\n"
        "one worker a core. Prints one line when it listens.\n\n"
        "Signals: HUP reads DIR again; a bad DIR is refused with its errors and the running\n"
        "configuration stays; streams under way finish under the policy they began with. TERM and\n"
        "INT stop taking calls and let those under way finish for 25 s; a second one ends at "
        "once.\n\n"
        "Started by root, workers run as the first of lictor, www-data and nobody that can reach\n"
        "the state directory. LICTOR_NGINX=PATH names another nginx than the one in PATH.\n\n"
        "Keys of login providers (oidc_providers with a URL) are fetched before the start, at "
        "every\n"
        "reload and every five minutes; SSL_CERT_FILE names other authorities than the "
        "system's.\n\n"
        "Exit codes: 0 stopped as asked, 1 the directory is bad or nginx failed, 2 wrong command\n"
        "line.\n",
    .run = run,
};
