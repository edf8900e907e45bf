/* SPDX-License-Identifier: Apache-2.0 */
/* Shows what the POSIX host reads, lists and refuses, on a real folder under /tmp. */
#include "hosts/posix.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_BYTES 256

struct folder {
    char path[64];
};

static bool folder_init(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/lictor-posix-XXXXXX");
    return mkdtemp(folder->path) != NULL;
}

static const char *at(const struct folder *folder, const char *name, char out[PATH_BYTES])
{
    (void)snprintf(out, PATH_BYTES, "%s/%s", folder->path, name);
    return out;
}

static void folder_fini(struct folder *folder)
{
    static const char *const names[] = { "b", "a", "A", "fifo", "folder" };
    char path[PATH_BYTES];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)remove(at(folder, names[i], path));
    }
    (void)rmdir(folder->path);
}

static bool write_file(const struct folder *folder, const char *name, lic_str bytes)
{
    char path[PATH_BYTES];
    int fd = open(at(folder, name, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool wrote = fd >= 0 && posix_write_all(fd, bytes) == LIC_OK;
    return fd >= 0 && close(fd) == 0 && wrote;
}

static void read_releases(lic_str *bytes)
{
    (void)posix_host.resize(NULL, (void *)(uintptr_t)bytes->at, 0);
}

CASE(hosts_posix_reads_up_to_the_maximum_and_no_further)
{
    CLEANUP(folder_fini) struct folder folder = { 0 };
    EXPECT(folder_init(&folder));
    EXPECT(write_file(&folder, "a", LIC_STR("12345")));
    char path[PATH_BYTES];
    struct lic_err err = { 0 };
    CLEANUP(read_releases) lic_str bytes = { 0 };
    EXPECT_RC(posix_host.read_file(NULL, at(&folder, "a", path), 4, &bytes, &err), LIC_E_LIMIT);
    EXPECT(bytes.at == NULL && strcmp(err.file, path) == 0);
    EXPECT_OK(posix_host.read_file(NULL, path, 5, &bytes, &err), &err);
    EXPECT_STR(bytes, "12345");
}

CASE(hosts_posix_reads_a_file_of_several_steps)
{
    static char text[200000];
    memset(text, 'x', sizeof text);
    CLEANUP(folder_fini) struct folder folder = { 0 };
    EXPECT(folder_init(&folder));
    EXPECT(write_file(&folder, "a", (lic_str){ text, sizeof text }));
    char path[PATH_BYTES];
    struct lic_err err = { 0 };
    CLEANUP(read_releases) lic_str bytes = { 0 };
    EXPECT_OK(posix_host.read_file(NULL, at(&folder, "a", path), SIZE_MAX, &bytes, &err), &err);
    EXPECT(bytes.n == sizeof text && memcmp(bytes.at, text, bytes.n) == 0);
}

/* A fifo in a configuration directory must not hang a reload, nor a folder be read as a file. */
CASE(hosts_posix_refuses_what_is_no_file)
{
    CLEANUP(folder_fini) struct folder folder = { 0 };
    EXPECT(folder_init(&folder));
    char path[PATH_BYTES];
    struct lic_err err = { 0 };
    lic_str bytes = { 0 };
    EXPECT(mkfifo(at(&folder, "fifo", path), 0600) == 0);
    EXPECT_RC(posix_host.read_file(NULL, path, 10, &bytes, &err), LIC_E_INVALID);
    EXPECT_RC(posix_host.read_file(NULL, folder.path, 10, &bytes, &err), LIC_E_INVALID);
    EXPECT_RC(posix_host.read_file(NULL, at(&folder, "none", path), 10, &bytes, &err),
              LIC_E_MISSING);
}

struct seen {
    char text[64];
    enum lic_rc rc;
};

static enum lic_rc note(void *arg, lic_str name, bool is_dir)
{
    struct seen *seen = arg;
    size_t n = strlen(seen->text);
    (void)snprintf(seen->text + n, sizeof seen->text - n, LIC_FMT "%s ", LIC_ARG(name),
                   is_dir ? "/" : "");
    return seen->rc;
}

CASE(hosts_posix_lists_files_and_folders_in_byte_order)
{
    CLEANUP(folder_fini) struct folder folder = { 0 };
    EXPECT(folder_init(&folder));
    char path[PATH_BYTES];
    EXPECT(write_file(&folder, "b", LIC_STR("")) && write_file(&folder, "A", LIC_STR("")));
    EXPECT(write_file(&folder, "a", LIC_STR("")) && mkdir(at(&folder, "folder", path), 0700) == 0);
    EXPECT(mkfifo(at(&folder, "fifo", path), 0600) == 0);
    struct seen seen = { .rc = LIC_OK };
    struct lic_err err = { 0 };
    EXPECT_OK(posix_host.list_dir(NULL, folder.path, note, &seen, &err), &err);
    EXPECT_STR(str_z(seen.text), "A a b folder/ ");
    seen = (struct seen){ .rc = LIC_E_LIMIT };
    EXPECT_RC(posix_host.list_dir(NULL, folder.path, note, &seen, &err), LIC_E_LIMIT);
    EXPECT_STR(str_z(seen.text), "A ");
    EXPECT_RC(posix_host.list_dir(NULL, at(&folder, "none", path), note, &seen, &err),
              LIC_E_MISSING);
}

CASE(hosts_posix_gives_different_random_bytes_and_a_clock_that_moves_on)
{
    unsigned char a[300] = { 0 };
    unsigned char b[300] = { 0 };
    EXPECT_RC(posix_host.random(NULL, a, sizeof a), LIC_OK);
    EXPECT_RC(posix_host.random(NULL, b, sizeof b), LIC_OK);
    EXPECT(memcmp(a, b, sizeof a) != 0);
    int64_t before = posix_host.mono_ns(NULL);
    EXPECT(posix_host.mono_ns(NULL) >= before);
    EXPECT(posix_host.wall_ns(NULL) > INT64_C(1600000000) * 1000000000);
}

CASE(hosts_posix_keeps_no_ledger)
{
    struct lic_err err = { 0 };
    EXPECT_RC(posix_host.append(NULL, NULL, LIC_STR("{}\n"), LIC_SYNC_NONE, &err), LIC_E_IO);
    EXPECT(err.text[0] != '\0');
}
