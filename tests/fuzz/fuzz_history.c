/* SPDX-License-Identifier: Apache-2.0 */
/* Files of CloudTrail and records of the ledger: whatever they hold, a draft is made or refused. */
#include "test.h"

#include <lictor/history.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct lic_history_options options = {
        .principal = LIC_STR("a"), .since_ns = INT64_MIN, .until_ns = INT64_MAX, .events_min = 1
    };
    struct lic_history *history = NULL;
    struct lic_err err = { 0 };
    lic_str text = str_make((const char *)data, n);
    test_world_begin(/* fail_at= */ n > 0 ? data[0] : 0);
    if (lic_history_tighten(test_host(), NULL, &options, &history, &err) == LIC_OK) {
        enum lic_rc rc = lic_history_record(history, text, "fuzz", 0, &err);
        rc = rc == LIC_OK ? lic_history_feed(history, str_head(text, n / 2), "fuzz", &err) : rc;
        rc = rc == LIC_OK ? lic_history_feed(history, str_tail(text, n / 2), "fuzz", &err) : rc;
        rc = rc == LIC_OK ? lic_history_end(history, "fuzz", &err) : rc;
        rc = rc == LIC_OK ? lic_history_draft(history, &err) : rc;
        CHECK(rc != LIC_OK || err.rc == LIC_OK || err.text[0] != '\0');
    }
    lic_history_free(history);
    test_world_end();
    return 0;
}
