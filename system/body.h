/* SPDX-License-Identifier: BSD-3-Clause */
/* What the body of a request says. */
#ifndef TANDEM_SYSTEM_BODY_H
#define TANDEM_SYSTEM_BODY_H

#include <jansson.h>
#include <system/api.h>

/* The body of a request. NULL: it is no JSON object, or has a key twice, and the client has been
 * told. */
json_t *body_read(struct api_client *c, const struct td_api_msg *m, const char *text);

/* The text of a key; "" when it is not there or no text. Lives as long as the object. */
const char *body_text(const json_t *object, const char *key);

/* The same, copied to where it has room for `size` bytes with the NUL. False: it is longer, or no
 * text, and the client has been told. A name that was cut would be another name. */
bool body_copy(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, char *out, size_t size);

/* Whether each key is one of `keys`, which have a space before each: " do contact"; "": there is
 * none. False: the client has been told which one is not. */
bool body_known(struct api_client *c, const struct td_api_msg *m, json_t *object, const char *keys);

/* Whether a key has a text, or is not there. False: the client has been told. */
bool body_is_text(
	struct api_client *c, const struct td_api_msg *m, const json_t *object, const char *key);

/* The same for true and false; *flag stays when the key is not there. */
bool body_flag(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, bool *flag);

#endif
