/* SPDX-License-Identifier: Apache-2.0 */
/* The table that tools/catalogue.py writes when this is built; catalogue.c alone reads it. */
#ifndef ADVISE_CATALOGUE_DATA_H
#define ADVISE_CATALOGUE_DATA_H

#include <stddef.h>

extern const size_t catalogue_data_n;
extern const char catalogue_data[];

#endif
