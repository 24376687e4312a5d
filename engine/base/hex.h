/* SPDX-License-Identifier: BSD-3-Clause */
/* Hexadecimal digits. */
#ifndef TANDEM_ENGINE_BASE_HEX_H
#define TANDEM_ENGINE_BASE_HEX_H

#include <engine/base/str.h>

/* Writes the lowest digits of n in lower case, without NUL. digits: 1..16. */
void hex_encode(uint64_t n, unsigned digits, char *out);
/* False when s is empty, longer than 16 digits, or has anything but digits of either case. */
bool hex_decode(struct str s, uint64_t *n);

#endif
