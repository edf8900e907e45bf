/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2 and TLS, both sides: being written (attacks helper). */
