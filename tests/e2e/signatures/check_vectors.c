/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks requests signed by other people's signers (make_vectors.py, make_vectors.mjs).
 *
 *     check_vectors FILE     prints each one refused; last line "N passed, N failed"
 *
 * Each request must be accepted, and refused with another secret and with a byte more in its body.
 */
#include "hosts/posix.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/str.h"
#include "policy/sigv4.h"

#include <stdio.h>

#define SECRET LIC_STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

struct vector {
    lic_str name;
    bool normalized, is_unsigned;
    struct lic_head head;
    struct lic_header headers[SIGV4_HEADERS_MAX];
    char body_hash[64], other_hash[64];
};

static void read_body(lic_str hex, struct vector *out, struct arena *arena)
{
    uint8_t *body = arena_take_zeroed(arena, hex.n / 2 + 1);
    if (body && hash_unhex(hex, body, hex.n / 2)) {
        sigv4_hash_hex(str_make((const char *)body, hex.n / 2), out->body_hash);
        sigv4_hash_hex(str_make((const char *)body, hex.n / 2 + 1), out->other_hash);
    }
}

static void take_vector(lic_str *rest, struct vector *out, struct arena *arena)
{
    lic_str title = str_split(rest, '\n');
    str_split(&title, ' ');
    out->name = str_split(&title, ' ');
    out->normalized = str_starts(title, LIC_STR("1"));
    out->is_unsigned = str_ends(title, LIC_STR("1"));
    lic_str target = str_split(rest, '\n');
    out->head = (struct lic_head){ .method = str_split(&target, ' '), .headers = out->headers };
    out->head.target = target;
    lic_str line = str_split(rest, '\n');
    while (line.n > 0 && out->head.headers_n < SIGV4_HEADERS_MAX) {
        lic_str value = line;
        lic_str name = str_split(&value, ':');
        out->headers[out->head.headers_n++] = (struct lic_header){ name, value };
        line = str_split(rest, '\n');
    }
    read_body(str_split(rest, '\n'), out, arena);
}

static bool check(const struct vector *vector, struct arena *arena, struct lic_err *err)
{
    struct sigv4_claim claim;
    if (sigv4_read(&vector->head, arena, &claim, err) != LIC_OK) {
        return false;
    }
    const struct sigv4_rules rules = { .now_ns = claim.time_ns,
                                       .normalize_path = vector->normalized,
                                       .allow_unsigned = vector->is_unsigned };
    lic_str hash = str_make(vector->body_hash, 64), other = str_make(vector->other_hash, 64);
    struct lic_err ignored;
    return sigv4_check(&vector->head, &claim, &rules, SECRET, hash, arena, err) == LIC_OK &&
           sigv4_check(&vector->head, &claim, &rules, LIC_STR("other"), hash, arena, &ignored) !=
               LIC_OK &&
           (claim.payload != SIGV4_HASHED ||
            sigv4_check(&vector->head, &claim, &rules, SECRET, other, arena, &ignored) != LIC_OK);
}

int main(int argc, char **argv)
{
    struct lic_err err = { 0 };
    lic_str text;
    uint32_t passed = 0, failed = 0;
    struct arena_pool pool;
    if (argc != 2 ||
        posix_host.read_file(posix_host.ctx, argv[1], 1u << 26, &text, &err) != LIC_OK) {
        fprintf(stderr, "usage: check_vectors FILE; %s\n", err.text);
        return 2;
    }
    arena_pool_init(&pool, &posix_host, 8);
    lic_str rest = text;
    while (rest.n > 0) {
        struct arena arena;
        struct vector vector = { 0 };
        arena_init(&arena, &pool, 0);
        take_vector(&rest, &vector, &arena);
        bool good = check(&vector, &arena, &err);
        passed += good ? 1 : 0;
        failed += good ? 0 : 1;
        if (!good) {
            printf(LIC_FMT ": %s: " LIC_FMT "\n", LIC_ARG(vector.name), err.text,
                   LIC_ARG(vector.head.target));
        }
        arena_fini(&arena);
    }
    posix_host.resize(posix_host.ctx, (char *)(uintptr_t)text.at, 0);
    arena_pool_fini(&pool);
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
