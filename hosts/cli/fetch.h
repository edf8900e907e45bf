/* SPDX-License-Identifier: Apache-2.0 */
/* What is fetched from elsewhere: the only place of this program that calls out by itself. */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <lictor/base.h>

/*
 * The body at an https URL (http only on this machine), at most bytes_max bytes, within 10 s and
 * without following redirects. *out.at is from malloc, terminated; the caller frees it. LIC_E_IO
 * says why not. SSL_CERT_FILE names another bundle of authorities than the system's.
 */
enum lic_rc fetch_url(const char *url, size_t bytes_max, lic_str *out, struct lic_err *err)
    __attribute__((warn_unused_result));

#endif
