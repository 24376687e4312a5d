/* SPDX-License-Identifier: BSD-3-Clause */
/* Passwords of the sites of tests: an agent's is its name and "-secret". */
#ifndef TANDEM_TESTS_SCENARIO_CREDENTIALS_H
#define TANDEM_TESTS_SCENARIO_CREDENTIALS_H

#include <engine/sip/registrar/digest.h>

#define CREDENTIALS_DOMAIN "tandem.example"

void credentials_ha1(const char *user, char out[static DIGEST_HEX_BYTES]);
/* The Authorization line of a REGISTER that answers the challenge; CRLF at its end. False: it is no
 * challenge. */
bool credentials_encode(const char *user, const char *challenge, char *out, size_t size);

#endif
