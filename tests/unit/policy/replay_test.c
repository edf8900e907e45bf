/* SPDX-License-Identifier: Apache-2.0 */
/* Used signatures: seen is seen until its time, full is full, and nothing depends on an address. */
#include "policy/replay.h"

#include "test.h"

#define TABLE_BYTES 65536u

static void id_of(uint64_t n, uint8_t out[REPLAY_ID_BYTES])
{
    char digits[20];
    for (size_t i = 0; i < sizeof(digits); i++) {
        digits[i] = (char)('0' + n % 10);
        n /= 10;
    }
    replay_id(str_make(digits, sizeof(digits)), LIC_STR("20150830T123600Z"), out);
}

CASE(policy_replay_remembers_until_the_time_has_come)
{
    _Alignas(8) char memory[2048];
    struct lic_err err;
    uint8_t id[REPLAY_ID_BYTES], other[REPLAY_ID_BYTES];
    EXPECT_OK(replay_init(memory, sizeof(memory), &err), &err);
    struct replay_table *table = replay_attach(memory, sizeof(memory));
    EXPECT(table != NULL);
    id_of(1, id);
    id_of(2, other);
    EXPECT(replay_remember(table, id, 100, 200) == REPLAY_NEW);
    EXPECT(replay_remember(table, id, 100, 200) == REPLAY_SEEN);
    EXPECT(replay_remember(table, other, 100, 200) == REPLAY_NEW);
    EXPECT(replay_remember(table, id, 200, 300) == REPLAY_SEEN);
    EXPECT(replay_remember(table, id, 201, 300) == REPLAY_NEW);
    EXPECT(replay_remember(table, id, 250, 300) == REPLAY_SEEN);
}

CASE(policy_replay_fills_and_fails_closed)
{
    _Alignas(8) static char memory[TABLE_BYTES];
    struct lic_err err;
    uint8_t id[REPLAY_ID_BYTES];
    EXPECT_OK(replay_init(memory, sizeof(memory), &err), &err);
    struct replay_table *table = replay_attach(memory, sizeof(memory));
    EXPECT(table != NULL);
    uint64_t capacity = replay_capacity(table), kept = 0, full = 0;
    EXPECT(capacity > 2000);
    for (uint64_t i = 0; i < 2 * capacity; i++) {
        id_of(i, id);
        enum replay_answer answer = replay_remember(table, id, 100, 200);
        EXPECT(answer != REPLAY_SEEN);
        EXPECT(i >= capacity * 3 / 4 || answer == REPLAY_NEW);
        kept += answer == REPLAY_NEW ? 1 : 0;
        full += answer == REPLAY_FULL ? 1 : 0;
    }
    EXPECT(full > 0 && kept <= capacity && kept > capacity * 9 / 10);
    uint64_t seen = 0;
    for (uint64_t i = 0; i < 2 * capacity; i++) { /* none that was taken in is forgotten */
        id_of(i, id);
        seen += replay_remember(table, id, 150, 200) == REPLAY_SEEN ? 1 : 0;
    }
    EXPECT_U64(seen, kept);
    id_of(5000000, id);
    EXPECT(replay_remember(table, id, 201, 300) == REPLAY_NEW);
}

CASE(policy_replay_tables_may_be_moved)
{
    _Alignas(8) char here[1024], there[1024];
    struct lic_err err;
    uint8_t id[REPLAY_ID_BYTES];
    EXPECT_OK(replay_init(here, sizeof(here), &err), &err);
    id_of(7, id);
    EXPECT(replay_remember(replay_attach(here, sizeof(here)), id, 1, 9) == REPLAY_NEW);
    memcpy(there, here, sizeof(here));
    EXPECT(replay_remember(replay_attach(there, sizeof(there)), id, 1, 9) == REPLAY_SEEN);
}

CASE(policy_replay_attaches_only_to_its_own)
{
    _Alignas(8) char memory[4096] = { 0 };
    struct lic_err err;
    EXPECT(replay_attach(memory, sizeof(memory)) == NULL);
    EXPECT_RC(replay_init(memory, 100, &err), LIC_E_LIMIT);
    EXPECT_OK(replay_init(memory, sizeof(memory), &err), &err);
    EXPECT(replay_attach(memory, 2048) == NULL);
    EXPECT(replay_attach(memory, 16) == NULL);
    EXPECT(replay_attach(memory, sizeof(memory)) != NULL);
}
