/* SPDX-License-Identifier: Apache-2.0 */
/* What is an address, and what only looks like one. */
#include "engine/endpoint.h"
#include "test.h"

struct good {
    const char *url, *host, *server, *path;
    bool tls, local;
};

static const struct good GOOD[] = {
    { "https://api.openai.com", "api.openai.com", "api.openai.com:443", "", true, false },
    { "https://api.openai.com/v1/", "api.openai.com", "api.openai.com:443", "", true, false },
    { "https://proxy.example:8443/openai/v1", "proxy.example", "proxy.example:8443", "/openai",
      true, false },
    { "http://localhost:11434", "localhost", "localhost:11434", "", false, true },
    { "http://127.9.0.1", "127.9.0.1", "127.9.0.1:80", "", false, true },
    { "http://[::1]:9000/x/", "[::1]", "[::1]:9000", "/x", false, true },
    { "https://10.0.0.1/a.b~c_d-e", "10.0.0.1", "10.0.0.1:443", "/a.b~c_d-e", true, false },
};

CASE(endpoint_read_takes_urls_apart)
{
    for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
        TEST_ARENA(arena);
        struct lic_err err;
        struct endpoint endpoint;
        EXPECT_OK(endpoint_read(arena, str_z(GOOD[i].url), &endpoint, &err), &err);
        EXPECT_STR(endpoint.host, GOOD[i].host);
        EXPECT_STR(endpoint.server, GOOD[i].server);
        EXPECT_STR(endpoint.path, GOOD[i].path);
        EXPECT_U64(endpoint.tls, GOOD[i].tls);
        EXPECT_U64(endpoint.local, GOOD[i].local);
    }
}

CASE(endpoint_read_refuses_what_is_not_certainly_an_address)
{
    static const char *const BAD[] = {
        "",
        "api.openai.com",
        "ftp://api.openai.com",
        "https://",
        "https:///v1",
        "https://user@host",
        "https://user:pass@host/v1",
        "https://host:0",
        "https://host:65536",
        "https://host:",
        "https://host:80:80",
        "https://host/a?b=c",
        "https://host#x",
        "https://host/a/../b",
        "https://host//a",
        "https://host/a b",
        "https://host/a;b",
        "https://host/$x",
        "https://ho st",
        "https://host;return",
        "https://host{",
        "https://-host",
        "https://host-",
        "https://a..b",
        "https://a.",
        "https://256.1.1.1",
        "https://1.2.3",
        "https://[::1",
        "https://[]",
        "https://[::g]",
        "https://[::1]x:80",
        "https://h\xc3\xb6st",
        "HTTPS://host",
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        TEST_ARENA(arena);
        struct lic_err err;
        struct endpoint endpoint;
        EXPECT_RC(endpoint_read(arena, str_z(BAD[i]), &endpoint, &err), LIC_E_INVALID);
    }
}

CASE(endpoint_read_never_repeats_a_password)
{
    TEST_ARENA(arena);
    struct lic_err err;
    struct endpoint endpoint;
    EXPECT_RC(endpoint_read(arena, LIC_STR("https://me:hunter2@host/"), &endpoint, &err),
              LIC_E_INVALID);
    EXPECT(str_find(str_z(err.text), LIC_STR("hunter2")) == strlen(err.text));
}

CASE(endpoint_listen_takes_addresses_only)
{
    static const char *const BAD[] = { "8080",        ":8080",          "127.0.0.1", "127.0.0.1:",
                                       "127.0.0.1:0", "example.com:80", "*:8080",    "::1:8080",
                                       "[::1]",       "1.2.3.4:80 ssl", "",          "unix:/x" };
    struct lic_err err;
    struct listen_address address;
    EXPECT_OK(endpoint_listen(LIC_STR("127.0.0.1:8080"), &address, &err), &err);
    EXPECT(address.local);
    EXPECT_STR(address.port, "8080");
    EXPECT_OK(endpoint_listen(LIC_STR("[::]:443"), &address, &err), &err);
    EXPECT(!address.local);
    EXPECT_OK(endpoint_listen(LIC_STR("localhost:1"), &address, &err), &err);
    EXPECT(address.local);
    EXPECT_OK(endpoint_listen(LIC_STR("0.0.0.0:65535"), &address, &err), &err);
    EXPECT(!address.local);
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        EXPECT_RC(endpoint_listen(str_z(BAD[i]), &address, &err), LIC_E_INVALID);
    }
}
