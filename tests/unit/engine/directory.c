/* SPDX-License-Identifier: Apache-2.0 */
/* Serves a directory that exists in memory only, through the functions of a host. */
#include "engine/directory.h"

#include "base/buf.h"
#include "test.h"

#include <stdio.h>

#define DIRECTORY "/conf"

/* A file is known by its name within the directory, or by its whole path outside. */
static lic_str relative(const char *path)
{
    lic_str prefix = LIC_STR(DIRECTORY "/"), whole = str_z(path);
    return str_starts(whole, prefix) ? str_tail(whole, prefix.n) : whole;
}

static struct directory_file *find(struct directory_files *files, lic_str name)
{
    for (uint32_t i = 0; i < files->n; i++) {
        if (str_eq(files->at[i].name, name)) {
            return &files->at[i];
        }
    }
    return NULL;
}

/* ---- the host ---- */

static void *resize(void *ctx, void *at, size_t n)
{
    (void)ctx;
    return test_host()->resize(test_host()->ctx, at, n);
}

static enum lic_rc fill_random(void *ctx, void *at, size_t n)
{
    (void)ctx;
    return test_host()->random(test_host()->ctx, at, n);
}

static enum lic_rc read_file(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                             struct lic_err *err)
{
    struct directory *directory = ctx;
    struct directory_file *file = find(&directory->files, relative(path));
    ENSURE(file, err, LIC_E_IO, "cannot be read: no such file");
    ENSURE(file->text.n <= bytes_max, err, LIC_E_LIMIT, "more than %zu bytes", bytes_max);
    char *copy = resize(NULL, NULL, file->text.n + 1);
    ENSURE(copy, err, LIC_E_NOMEM, "no memory for a file");
    if (file->text.n > 0) {
        memcpy(copy, file->text.at, file->text.n);
    }
    *out = str_make(copy, file->text.n);
    return LIC_OK;
}

/* Files are kept sorted, so the names of one folder come in order and repeated ones together. */
static enum lic_rc list_dir(void *ctx, const char *path,
                            enum lic_rc (*each)(void *arg, lic_str name, bool is_dir), void *arg,
                            struct lic_err *err)
{
    struct directory *directory = ctx;
    lic_str folder = relative(path), last = { 0 };
    bool found = false;
    if (str_eq(folder, LIC_STR("."))) {
        folder = LIC_STR("");
    }
    for (uint32_t i = 0; i < directory->files.n; i++) {
        lic_str name = directory->files.at[i].name;
        if (folder.n > 0 &&
            !(str_starts(name, folder) && name.n > folder.n && name.at[folder.n] == '/')) {
            continue;
        }
        lic_str rest = str_tail(name, folder.n > 0 ? folder.n + 1 : 0);
        lic_str child = str_head(rest, str_find_char(rest, '/'));
        found = true;
        if (!str_eq(child, last)) {
            TRY(each(arg, child, child.n < rest.n));
        }
        last = child;
    }
    ENSURE(found, err, LIC_E_MISSING, "no such folder");
    return LIC_OK;
}

static lic_str env(void *ctx, const char *name)
{
    struct directory *directory = ctx;
    struct directory_file *variable = find(&directory->env, str_z(name));
    return variable ? variable->text : (lic_str){ 0 };
}

void directory_init(struct directory *directory, struct arena *arena)
{
    *directory = (struct directory){ .arena = arena, .host = *test_host() };
    directory->host.ctx = directory;
    directory->host.resize = resize;
    directory->host.random = fill_random;
    directory->host.read_file = read_file;
    directory->host.list_dir = list_dir;
    directory->host.env = env;
}

/* ---- contents ---- */

static bool put(struct directory *directory, struct directory_files *files, lic_str name,
                lic_str text)
{
    struct directory_file *file = find(files, name);
    if (file) {
        file->text = text;
        return true;
    }
    struct directory_file added = { name, text };
    if (!ARENA_PUSH(directory->arena, files, added)) {
        return false;
    }
    for (uint32_t i = files->n - 1; i > 0 && str_cmp(files->at[i].name, files->at[i - 1].name) < 0;
         i--) {
        struct directory_file swapped = files->at[i];
        files->at[i] = files->at[i - 1];
        files->at[i - 1] = swapped;
    }
    return true;
}

static void take_away(struct directory_files *files, lic_str name)
{
    struct directory_file *file = find(files, name);
    for (uint32_t i = file ? (uint32_t)(file - files->at) : files->n; i + 1 < files->n; i++) {
        files->at[i] = files->at[i + 1];
    }
    files->n -= file != NULL;
}

bool directory_add(struct directory *directory, const char *name, const char *text)
{
    return put(directory, &directory->files, str_z(name), str_z(text));
}

static bool put_env(struct directory *directory, lic_str lines)
{
    while (lines.n > 0) {
        lic_str value = str_split(&lines, '\n');
        lic_str name = str_split(&value, '=');
        if (name.n > 0 && !put(directory, &directory->env, name, value)) {
            return false;
        }
    }
    return true;
}

static bool put_section(struct directory *directory, lic_str title, lic_str text)
{
    if (str_starts(title, LIC_STR("without "))) {
        take_away(&directory->files, str_tail(title, 8));
        return true;
    }
    if (str_eq(title, LIC_STR("errors"))) {
        directory->errors = text;
        return true;
    }
    if (str_eq(title, LIC_STR("env"))) {
        return put_env(directory, text);
    }
    return put(directory, &directory->files, title, text);
}

bool directory_add_case(struct directory *directory, lic_str case_text)
{
    lic_str rest = case_text;
    bool good = true;
    size_t next = str_find(rest, LIC_STR("== "));
    while (good && next < rest.n) {
        rest = str_tail(rest, next + 3);
        lic_str title = str_trim(str_split(&rest, '\n'));
        next = str_starts(rest, LIC_STR("== ")) ? 0 : str_find(rest, LIC_STR("\n== ")) + 1;
        good = put_section(directory, title, str_head(rest, next));
    }
    return good;
}

bool directory_add_good(struct directory *directory)
{
    lic_str text = test_file(directory->arena, test_source_path("tests/cases/config/good.case"));
    return text.n > 0 && directory_add_case(directory, text);
}

/* ---- reading ---- */

static void tell(void *arg, const struct lic_err *err)
{
    char line[1024];
    struct buf *told = arg;
    size_t n = lic_err_format(err, line, sizeof line);
    buf_add(told, str_make(line, n));
    buf_add_char(told, '\n');
}

enum lic_rc directory_read(struct directory *directory, struct config *out, struct lic_err *err)
{
    struct buf told;
    buf_init(&told, directory->arena, (size_t)1 << 20);
    enum lic_rc rc =
        config_read(directory->arena, &directory->host, DIRECTORY, tell, &told, out, err);
    directory->told = buf_str(&told);
    return rc;
}
