/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Undoes gzip piece by piece, as CloudTrail's files come. A text that does not begin like gzip is
 * handed on as it is. Memory is bounded whatever the text says; so is what comes out of one file
 * (LIMIT_HISTORY_FILE_BYTES).
 */
#ifndef ADVISE_HISTORY_GUNZIP_H
#define ADVISE_HISTORY_GUNZIP_H

#include <lictor/base.h>

struct history_gunzip;

typedef enum lic_rc history_gunzip_fn(void *arg, lic_str bytes, struct lic_err *err);

enum lic_rc history_gunzip_new(const struct lic_host *host, history_gunzip_fn *take, void *arg,
                               struct history_gunzip **out, struct lic_err *err) LIC_MUST_USE;
void history_gunzip_free(struct history_gunzip *gunzip); /* NULL is fine */

/* LIC_E_SYNTAX: not what gzip writes. LIC_E_LIMIT, or what `take` returned. */
enum lic_rc history_gunzip_feed(struct history_gunzip *gunzip, lic_str bytes,
                                struct lic_err *err) LIC_MUST_USE;
/* The file ends here. LIC_E_SYNTAX: too early. Ready for another file. */
enum lic_rc history_gunzip_end(struct history_gunzip *gunzip, struct lic_err *err) LIC_MUST_USE;

#endif
