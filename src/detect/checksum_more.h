/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers whose check no weighted sum can say: a function each, for rows of checksum.def. */
#ifndef DETECT_CHECKSUM_MORE_H
#define DETECT_CHECKSUM_MORE_H

#include <lictor/base.h>

/* ISO/IEC 7812, with something added to the sum for a prefix that is not written. */
bool checksum_luhn(const char *value, size_t n, uint32_t plus);

/* `value` has letters in capitals and digits only and is of the right length. */
bool checksum_ecuador(const char *value, size_t n);
bool checksum_curp(const char *value, size_t n);
bool checksum_sin(const char *value, size_t n);
bool checksum_aba(const char *value, size_t n);
bool checksum_itin(const char *value, size_t n);
bool checksum_ein(const char *value, size_t n);
bool checksum_vin(const char *value, size_t n);
bool checksum_belgium(const char *value, size_t n);
bool checksum_german_tax(const char *value, size_t n);
bool checksum_german_pension(const char *value, size_t n);
bool checksum_dni(const char *value, size_t n);
bool checksum_nie(const char *value, size_t n);
bool checksum_cif(const char *value, size_t n);
bool checksum_hetu(const char *value, size_t n);
bool checksum_nir(const char *value, size_t n);
bool checksum_11_10(const char *value, size_t n);
bool checksum_ppsn(const char *value, size_t n);
bool checksum_codice_fiscale(const char *value, size_t n);
bool checksum_snils(const char *value, size_t n);
bool checksum_sweden(const char *value, size_t n);
bool checksum_medicare(const char *value, size_t n);
bool checksum_verhoeff(const char *value, size_t n);
bool checksum_gstin(const char *value, size_t n);
bool checksum_nric(const char *value, size_t n);
bool checksum_taiwan(const char *value, size_t n);
bool checksum_isin(const char *value, size_t n);
bool checksum_97_10(const char *value, size_t n);

/* These are given the match as it stands. */
bool checksum_base58(const char *value, size_t n);
bool checksum_bech32(const char *value, size_t n);
bool checksum_date(const char *value, size_t n);
bool checksum_ipv4(const char *value, size_t n);
bool checksum_ipv6(const char *value, size_t n);

#endif
