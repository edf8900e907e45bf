/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Before a configuration is put in force: what it lets anybody do that the last one did not is
 * told, recorded, or refused, as `reload.new_access` says (include/lictor/reload.h).
 *
 *     STATE/approved.json                          what was let through last
 *     DIR/reload.sig                               an approver's signature
 *     STATE/ledger/records/<UTC>-<pid>-reload.jsonl   the record, on the disk before anything else
 */
#ifndef CLI_GATE_H
#define CLI_GATE_H

#include <lictor/lictor.h>

/* Both absolute. False: it may not be put in force, and why was told on standard error. */
bool gate_pass(const struct lic_engine *engine, const char *dir, const char *state);

#endif
