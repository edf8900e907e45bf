/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers whose check no weighted sum can say: a function each, for rows of checksum.def. */
#ifndef DETECT_CHECKSUM_MORE_H
#define DETECT_CHECKSUM_MORE_H

#include <lictor/base.h>

/* ISO/IEC 7812, with something added to the sum for a prefix that is not written. */
bool checksum_luhn(const char *value, size_t n, uint32_t plus);

#define CHECKSUM_FUNCTIONS(X)                                                                      \
    X(ecuador) X(curp) X(sin) X(aba) X(itin) X(ein) X(vin) X(belgium) X(german_tax)                \
    X(german_pension) X(dni) X(nie) X(cif) X(hetu) X(nir) X(11_10) X(ppsn) X(codice_fiscale)       \
    X(snils) X(sweden) X(medicare) X(verhoeff) X(gstin) X(nric) X(taiwan) X(isin) X(97_10)         \
    X(base58) X(bech32) X(date) X(ipv4) X(ipv6)

/* `value` has letters in capitals and digits only; of the right length; not for the last five. */
#define DECLARE(name) bool checksum_##name(const char *value, size_t n);
CHECKSUM_FUNCTIONS(DECLARE)
#undef DECLARE

#endif
