/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching by libcurl: verified TLS, one answer, bounded in time and size. */
#include "hosts/cli/fetch.h"
#include "hosts/posix.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_S 5L
#define WHOLE_S 10L

struct body {
    char *at;
    size_t n, max;
};

/* What curl calls for each piece; fewer bytes than given end the transfer. */
static size_t take_piece(char *piece, size_t one, size_t n, void *arg)
{
    struct body *body = arg;
    (void)one; /* always 1 */
    if (n > body->max - body->n) {
        return 0;
    }
    char *at = realloc(body->at, body->n + n + 1);
    if (at == NULL) {
        return 0;
    }
    memcpy(at + body->n, piece, n);
    body->at = at;
    body->n += n;
    body->at[body->n] = '\0';
    return n;
}

static bool is_local(const char *url)
{
    static const char *const hosts[] = { "http://127.0.0.1", "http://localhost", "http://[::1]" };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        size_t n = strlen(hosts[i]);
        if (strncmp(url, hosts[i], n) == 0 && (url[n] == ':' || url[n] == '/')) {
            return true;
        }
    }
    return false;
}

static bool set_options(CURL *curl, const char *url, struct body *body, char *why)
{
    const char *authorities = getenv("SSL_CERT_FILE");
    bool good =
        curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_local(url) ? "http" : "https") ==
            CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_S) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_USERAGENT, "lictor") == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_piece) == CURLE_OK &&
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
    if (good && authorities != NULL && authorities[0] != '\0') {
        good = curl_easy_setopt(curl, CURLOPT_CAINFO, authorities) == CURLE_OK;
    }
    return good;
}

static enum lic_rc fail(const char *url, CURLcode code, const char *why, struct lic_err *err)
{
    if (code == CURLE_WRITE_ERROR) {
        why = "the answer is too large";
    }
    return posix_fail(err, LIC_E_IO, NULL, "%.150s cannot be fetched: %s", url,
                      why[0] != '\0' ? why : curl_easy_strerror(code));
}

enum lic_rc fetch_url(const char *url, size_t bytes_max, lic_str *out, struct lic_err *err)
{
    char why[CURL_ERROR_SIZE] = "";
    struct body body = { .max = bytes_max };
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        return posix_fail(err, LIC_E_NOMEM, NULL, "no memory to fetch %.150s", url);
    }
    CURLcode code =
        set_options(curl, url, &body, why) ? curl_easy_perform(curl) : CURLE_FAILED_INIT;
    long status = 0;
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK && status != 200) {
        (void)snprintf(why, sizeof why, "the answer has status %ld", status);
        code = CURLE_HTTP_RETURNED_ERROR;
    }
    if (code != CURLE_OK || body.n == 0) {
        free(body.at);
        return fail(url, code, code == CURLE_OK ? "the answer is empty" : why, err);
    }
    *out = (lic_str){ body.at, body.n };
    return LIC_OK;
}
