/* SPDX-License-Identifier: BSD-3-Clause */
/* What the body of a request says. */
#ifndef TANDEM_SYSTEM_BODY_H
#define TANDEM_SYSTEM_BODY_H

#include <jansson.h>
#include <system/api.h>

/* The text of a key; "" when it is not there or no text. Lives as long as the object. */
const char *body_text(const json_t *object, const char *key);

/* The same, copied to where it has room for `size` bytes with the NUL. False: it is longer, and the
 * client has been told. A name that was cut would be another name. */
bool body_copy(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, char *out, size_t size);

/* The same for true and false; *flag stays when the key is not there. */
bool body_flag(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, bool *flag);

#endif
