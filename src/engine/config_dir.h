/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration directory as bytes: its files by name relative to it, and its version.
 *
 * The version is the SHA-256 of a manifest with one line a file that was read, in the order read:
 * "<sha256 of its content>  <name>\n", which is what sha256sum prints, so that anyone can compute
 * the version of a directory without us (docs/CONFIG.md shows the command). Secrets are not in it.
 */
#ifndef ENGINE_CONFIG_DIR_H
#define ENGINE_CONFIG_DIR_H

#include "base/buf.h"
#include "event/event.h"

struct config_dir {
    struct arena *arena;
    const struct lic_host *host;
    lic_str path;
    struct buf manifest;
    uint32_t files_n;
};

void config_dir_init(struct config_dir *dir, struct arena *arena, const struct lic_host *host,
                     const char *path);

/* A file's whole text, copied into the arena. Failures name the file. */
enum lic_rc config_dir_read(struct config_dir *dir, lic_str name, lic_str *out,
                            struct lic_err *err) LIC_MUST_USE;
/* A small file that holds one secret: blanks around it are cut, and it leaves no copy behind. */
enum lic_rc config_dir_secret(struct config_dir *dir, lic_str name, lic_str *out,
                              struct lic_err *err) LIC_MUST_USE;
/* Whether a file that somebody else will open can be read; a failure names it. */
enum lic_rc config_dir_probe(const struct config_dir *dir, lic_str name,
                             struct lic_err *err) LIC_MUST_USE;

/*
 * Names, in byte order, of the files of a folder that end in `suffix` ("": everything, folders
 * too). Those that begin with a dot are passed over. No such folder: none.
 */
enum lic_rc config_dir_list(struct config_dir *dir, lic_str folder, lic_str suffix,
                            struct str_list *out, struct lic_err *err) LIC_MUST_USE;

/* The name joined to the directory, unless it is absolute already; terminated. NULL: no memory. */
const char *config_dir_join(const struct config_dir *dir, lic_str name);

/* The version, 64 hex digits in the arena; people and records use the first 16. */
enum lic_rc config_dir_version(struct config_dir *dir, lic_str *out,
                               struct lic_err *err) LIC_MUST_USE;

#endif
