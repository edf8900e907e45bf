/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the gateway itself, over raw sockets: being written (attacks helper). */
