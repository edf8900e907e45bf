/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that do not compile. Each has a safer neighbour: buf.h for building text, str.h for
 * reading numbers, the host for time, randomness, memory and logs.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#undef alloca /* <stdlib.h> has it as a macro, which cannot be poisoned as it is */

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf gets strtok atoi atol atof
#pragma GCC poison strtol strtoul scanf sscanf alloca asctime ctime gmtime localtime
#pragma GCC poison malloc calloc realloc free rand srand random_r

#endif
