/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bugs. A CHECK states what the code already guarantees; it is always compiled in, and when it
 * does not hold the process aborts, so that the connection closes and nothing passes. What input
 * can reach is never a CHECK.
 */
#ifndef BASE_CHECK_H
#define BASE_CHECK_H

#define CHECK(cond) ((cond) ? (void)0 : check_failed(__FILE__, __LINE__, __func__, #cond))
#define UNREACHABLE(why) check_failed(__FILE__, __LINE__, __func__, why)

/* Prints place and condition to standard error and aborts. */
__attribute__((noreturn, cold)) void check_failed(const char *file, int line, const char *function,
                                                  const char *what);

#endif
