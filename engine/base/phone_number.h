/* SPDX-License-Identifier: BSD-3-Clause */
/* Telephone numbers among the names that can be called. */
#ifndef TANDEM_ENGINE_BASE_PHONE_NUMBER_H
#define TANDEM_ENGINE_BASE_PHONE_NUMBER_H

#include <stdbool.h>

/*
 * Takes the visual separators ( ) - . out of a telephone number, as two numbers are the same
 * without them (RFC 3966 section 5.1.1). A number is digits, '*' and '#', maybe a '+' in front, and
 * separators. False: it is a name, and stays as it is.
 */
bool phone_number_clean(char *text);

#endif
