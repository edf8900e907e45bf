/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words every part of Lictor shares: text as a view, the ways to fail, and the outside world.
 *
 * Nothing here owns memory. A `lic_str` is a view by value; whoever made the bytes says how long
 * they live. A function that can fail returns `enum lic_rc` and takes a `struct lic_err *` last,
 * which it fills at the point of failure; outputs are untouched when it fails.
 */
#ifndef LICTOR_BASE_H
#define LICTOR_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIC_MUST_USE __attribute__((warn_unused_result))
#define LIC_PUBLIC __attribute__((visibility("default")))

/* A view of bytes, not terminated. `at` may be NULL only when n is 0. */
typedef struct lic_str {
    const char *at;
    size_t n;
} lic_str;

/* LIC_STR("literal"); LIC_FMT/LIC_ARG print one with "%.*s". */
#define LIC_STR(literal) ((lic_str){ (literal), sizeof(literal) - 1 })
#define LIC_FMT "%.*s"
#define LIC_ARG(s) ((int)(s).n), ((s).at ? (s).at : "")

/* Every way to fail. A denial is not here: it is a verdict, not a failure. */
enum lic_rc {
    LIC_OK = 0,
    LIC_E_NOMEM,     /* the host gave no memory */
    LIC_E_LIMIT,     /* a stated limit was exceeded; the sentence names the limit and its value */
    LIC_E_SYNTAX,    /* the text is not of its grammar */
    LIC_E_UTF8,      /* not UTF-8, or a lone surrogate */
    LIC_E_DUPLICATE, /* a name given twice */
    LIC_E_UNKNOWN,   /* a name, type or reference that nobody defined */
    LIC_E_INVALID,   /* well-formed, but means nothing valid */
    LIC_E_MISSING,   /* something required is absent */
    LIC_E_IO,        /* the host could not read or write */
    LIC_E_PENDING,   /* append only: accepted, not yet as durable as promised; the host will tell */
    LIC_E_RC_N
};

/* One failure, told once: where it is and what was wrong. Caller-allocated; nothing to release. */
struct lic_err {
    enum lic_rc rc;
    char file[192];  /* "" when there is no file */
    uint32_t line;   /* from 1; 0 when unknown */
    uint32_t column; /* from 1, in bytes; 0 when unknown */
    size_t offset;   /* bytes from the start of the text concerned */
    char text[384];  /* one sentence, no newline */
};

/* How loud a log line is. */
enum lic_level { LIC_LOG_ERROR, LIC_LOG_WARN, LIC_LOG_INFO, LIC_LOG_DEBUG };

/* What is promised of a record once append has returned LIC_OK (docs/LEDGER.md says it exactly). */
enum lic_sync {
    LIC_SYNC_EACH,  /* on stable storage before anything is forwarded */
    LIC_SYNC_GROUP, /* handed to the kernel; on stable storage within group_ms */
    LIC_SYNC_NONE   /* handed to the kernel */
};

/* What of a signature is remembered, so that it cannot be used twice. */
#define LIC_REPLAY_ID_BYTES 16u

/* What detectors found in a text: under which id, and how long at most. */
#define LIC_VERDICT_ID_BYTES 16u
#define LIC_VERDICT_BYTES 484u

/*
 * The outside world: everything the engine is not allowed to do by itself. A host fills one and
 * keeps it alive longer than every engine and worker made with it. All functions are required.
 * Functions are called only on the thread that called into the engine.
 */
struct lic_host {
    void *ctx; /* passed to every function */

    /* realloc(3) semantics; n == 0 releases and returns NULL. NULL on failure. */
    void *(*resize)(void *ctx, void *at, size_t n);

    /* Nanoseconds since 1970-01-01 UTC; may step backwards. */
    int64_t (*wall_ns)(void *ctx);

    /* Nanoseconds since an arbitrary start; never steps backwards. */
    int64_t (*mono_ns)(void *ctx);

    /* Fills n bytes from a cryptographic source. */
    enum lic_rc (*random)(void *ctx, void *at, size_t n);

    /*
     * Appends one ledger record (a line of JSON ending in '\n'). LIC_OK: as durable as `sync`
     * promises. LIC_E_PENDING: written, and the host will call lic_exchange_appended() for
     * `ticket` when it is as durable as promised or has failed. Anything else: not written.
     * `ticket` is the exchange whose intent this is, or NULL when nobody waits (outcome records).
     */
    enum lic_rc (*append)(void *ctx, void *ticket, lic_str record, enum lic_sync sync,
                          struct lic_err *err);

    /*
     * Remembers an id until `until_ns`, for every worker of this gateway. LIC_OK: it is new.
     * LIC_E_DUPLICATE: it was remembered before. Anything else: it cannot be remembered now, and
     * the call it belongs to is refused. lic_replay_remember() does the work on shared memory.
     */
    enum lic_rc (*remember)(void *ctx, const uint8_t id[LIC_REPLAY_ID_BYTES], int64_t now_ns,
                            int64_t until_ns);

    /*
     * What was kept under this id: up to LIC_VERDICT_BYTES bytes in `out`. False: nothing is.
     * lic_verdicts_get() and _put() do the work on shared memory; a host without a cache has none.
     */
    bool (*verdict_get)(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], void *out,
                        size_t *out_n);
    void (*verdict_put)(void *ctx, const uint8_t id[LIC_VERDICT_ID_BYTES], lic_str entry);

    /* Adds n to a counter (an index from lic_counter_name()). */
    void (*count)(void *ctx, uint32_t counter, uint64_t n);

    /* One line for the operator. */
    void (*log)(void *ctx, enum lic_level level, lic_str line);

    /*
     * Reads a whole file into memory from resize(); *out.at is released with resize(at, 0).
     * At most bytes_max bytes, else LIC_E_LIMIT.
     */
    enum lic_rc (*read_file)(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                             struct lic_err *err);

    /*
     * Calls each(arg, name) for every regular file or folder in a folder, in byte order, without
     * "." and "..". A folder that does not exist is LIC_E_MISSING.
     */
    enum lic_rc (*list_dir)(void *ctx, const char *path,
                            enum lic_rc (*each)(void *arg, lic_str name, bool is_dir), void *arg,
                            struct lic_err *err);

    /* The value of an environment variable, or at == NULL. Lives as long as the process. */
    lic_str (*env)(void *ctx, const char *name);
};

/* The name of a failure, e.g. "limit"; never NULL. */
LIC_PUBLIC const char *lic_rc_name(enum lic_rc rc);

/*
 * Writes "file:line:column: sentence" (parts that are unknown are left out) into `out`, always
 * terminated, and returns its length.
 */
LIC_PUBLIC size_t lic_err_format(const struct lic_err *err, char *out, size_t out_bytes);

#endif
