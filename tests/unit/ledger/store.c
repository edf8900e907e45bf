/* SPDX-License-Identifier: Apache-2.0 */
/* The folder in memory. Its memory is the tests' own: the host's fails on purpose. */
#include "ledger/store.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>

struct store_file *store_find(struct store *store, const char *path)
{
    for (uint32_t i = 0; i < store->files_n; i++) {
        if (strcmp(store->files[i].path, path) == 0 && store->files[i].at) {
            return &store->files[i];
        }
    }
    return NULL;
}

static enum lic_rc store_read(void *ctx, const char *path, size_t bytes_max, lic_str *out,
                              struct lic_err *err)
{
    const struct lic_host *host = test_host();
    struct store_file *file = store_find(ctx, path);
    ENSURE(file, err, LIC_E_MISSING, "%s is not there", path);
    ENSURE(file->n <= bytes_max, err, LIC_E_LIMIT, "%s is too large", path);
    char *at = host->resize(host->ctx, NULL, file->n + 1);
    ENSURE(at, err, LIC_E_NOMEM, "no memory for %s", path);
    memcpy(at, file->at, file->n);
    *out = str_make(at, file->n);
    return LIC_OK;
}

static enum lic_rc store_write(void *ctx, const char *path, lic_str bytes, struct lic_err *err)
{
    struct store *store = ctx;
    struct store_file *file = store_find(store, path);
    store->writes++;
    ENSURE(store->fail_at == 0 || store->writes < store->fail_at, err, LIC_E_IO, "no disk");
    for (uint32_t i = 0; !file && i < store->files_n; i++) {
        file = store->files[i].at ? NULL : &store->files[i];
    }
    if (!file) {
        CHECK(store->files_n < STORE_FILES_MAX);
        file = &store->files[store->files_n++];
    }
    (void)snprintf(file->path, sizeof(file->path), "%s", path);
    free(file->at);
    file->at = malloc(bytes.n + 1);
    CHECK(file->at);
    memcpy(file->at, bytes.at, bytes.n);
    file->n = bytes.n;
    return LIC_OK;
}

static void store_forget(void *ctx, const char *path)
{
    struct store *store = ctx;
    size_t n = strlen(path);
    for (uint32_t i = 0; i < store->files_n; i++) {
        struct store_file *file = &store->files[i];
        if (file->at && strncmp(file->path, path, n) == 0 && file->path[n] == '/') {
            free(file->at);
            *file = (struct store_file){ 0 };
        }
    }
}

struct lic_log_store store_of(struct store *store)
{
    return (struct lic_log_store){ store, store_read, store_write, store_forget };
}

void store_fini(struct store *store)
{
    for (uint32_t i = 0; i < store->files_n; i++) {
        free(store->files[i].at);
    }
    store->files_n = 0;
}

lic_str store_key(void)
{
    return LIC_STR(
        "PRIVATE+KEY+test.example/log+e6c03e59+AQPpaZKxOCGFBe9v3+wurZdIYtw7dxp7A6nEanGbvZ0P");
}

lic_str store_vkey(void)
{
    return LIC_STR("test.example/log+e6c03e59+AVkEllZCoa7gWVsFiNdMy9/44jcFLGuHrRzsV6xvtZQx");
}
