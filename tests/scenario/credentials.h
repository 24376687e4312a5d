/* SPDX-License-Identifier: BSD-3-Clause */
/* Passwords of the sites of tests: an agent's is its name and "-secret". */
#ifndef TANDEM_TESTS_SCENARIO_CREDENTIALS_H
#define TANDEM_TESTS_SCENARIO_CREDENTIALS_H

#include <engine/sip/registrar/digest.h>

#define CREDENTIALS_DOMAIN "tandem.example"

void credentials_ha1(const char *user, char out[static DIGEST_HEX_BYTES]);
/* The Authorization line that answers the challenge, with the password of `whose`; CRLF at its end.
 * False: it is no challenge. */
bool credentials_encode(const char *method, const char *user, const char *whose,
	const char *challenge, char *out, size_t size);

#endif
