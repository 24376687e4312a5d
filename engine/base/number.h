/* SPDX-License-Identifier: BSD-3-Clause */
/* Decimal numbers that people write: "20", "0.5". */
#ifndef TANDEM_ENGINE_BASE_NUMBER_H
#define TANDEM_ENGINE_BASE_NUMBER_H

/*
 * Reads the number that the text begins with, and gives what stands behind it. NULL: it begins with
 * none. A number is digits with at most one point among or before them. So signs, exponents, white
 * space, "inf", "nan" and "0x", which strtod() takes, are none, and *v is finite and not negative.
 */
const char *number_decode(const char *text, double *v);

#endif
