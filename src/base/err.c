/* SPDX-License-Identifier: Apache-2.0 */
/* Failures as a code, a place and one sentence, filled where they happen and told once by a host.
 */
#include "base/err.h"

#include "base/str.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/banned.h"

/* A sentence may quote hostile bytes: none of them may start a new line in somebody's log. */
static void blank_controls(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f) {
            *at = '?';
        }
    }
}

/* A sentence cut by its buffer must not end inside a character. */
static void cut_whole(char *text, size_t n)
{
    text[utf8_head(str_make(text, n), n - 1).n] = '\0';
}

enum lic_rc err_set(struct lic_err *err, enum lic_rc rc, const char *format, ...)
{
    CHECK(rc != LIC_OK);
    if (!err) {
        return rc;
    }
    err->rc = rc;
    err->file[0] = '\0';
    err->line = 0;
    err->column = 0;
    err->offset = 0;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    if (n < 0) {
        err->text[0] = '\0';
    }
    if (n >= (int)sizeof(err->text)) {
        cut_whole(err->text, sizeof(err->text) - 1);
    }
    blank_controls(err->text);
    return rc;
}

enum lic_rc err_at(struct lic_err *err, lic_str file, uint32_t line, uint32_t column)
{
    CHECK(err);
    lic_str kept = str_head(file, sizeof(err->file) - 1);
    if (kept.n > 0) {
        memcpy(err->file, kept.at, kept.n);
    }
    err->file[kept.n] = '\0';
    blank_controls(err->file);
    err->line = line;
    err->column = column;
    return err->rc;
}

enum lic_rc err_at_offset(struct lic_err *err, lic_str file, lic_str text, size_t offset)
{
    CHECK(err);
    lic_str before = str_head(text, offset);
    uint32_t line = 1;
    size_t line_start = 0;
    for (size_t i = 0; i < before.n; i++) {
        if (before.at[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    err->offset = offset;
    return err_at(err, file, line, (uint32_t)(before.n - line_start) + 1);
}

const char *lic_rc_name(enum lic_rc rc)
{
    static const char *const names[LIC_E_RC_N] = {
        [LIC_OK] = "ok",
        [LIC_E_NOMEM] = "nomem",
        [LIC_E_LIMIT] = "limit",
        [LIC_E_SYNTAX] = "syntax",
        [LIC_E_UTF8] = "utf8",
        [LIC_E_DUPLICATE] = "duplicate",
        [LIC_E_UNKNOWN] = "unknown",
        [LIC_E_INVALID] = "invalid",
        [LIC_E_MISSING] = "missing",
        [LIC_E_IO] = "io",
        [LIC_E_PENDING] = "pending",
    };
    return (unsigned)rc < LIC_E_RC_N ? names[rc] : "unnamed";
}

/* Writes the part of `file:line:column: ` that is known. */
static size_t format_place(const struct lic_err *err, char *out, size_t out_bytes)
{
    const char *colon = err->file[0] != '\0' ? ":" : "";
    int n = 0;
    if (err->line > 0 && err->column > 0) {
        n = snprintf(out, out_bytes, "%s%s%u:%u: ", err->file, colon, err->line, err->column);
    } else if (err->line > 0) {
        n = snprintf(out, out_bytes, "%s%s%u: ", err->file, colon, err->line);
    } else if (err->file[0] != '\0') {
        n = snprintf(out, out_bytes, "%s: ", err->file);
    }
    CHECK(n >= 0);
    return (size_t)n < out_bytes ? (size_t)n : out_bytes - 1;
}

size_t lic_err_format(const struct lic_err *err, char *out, size_t out_bytes)
{
    CHECK(out_bytes > 0);
    out[0] = '\0';
    size_t n = format_place(err, out, out_bytes);
    int added = snprintf(out + n, out_bytes - n, "%s", err->text);
    CHECK(added >= 0);
    size_t whole = n + (size_t)added;
    return whole < out_bytes ? whole : out_bytes - 1;
}
