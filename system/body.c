/* SPDX-License-Identifier: BSD-3-Clause */
#include <system/body.h>
#include <errno.h>
#include <string.h>

json_t *body_read(struct api_client *c, const struct td_api_msg *m, const char *text)
{
	json_error_t error;
	json_t *body = json_loadb(text, m->len, JSON_REJECT_DUPLICATES, &error);

	if (json_is_object(body))
		return body;
	api_error(c, m->op, m->id, -EINVAL, "the request is no JSON object: %s",
		body ? "another value" : error.text);
	json_decref(body);
	return NULL;
}

const char *body_text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

bool body_is_text(
	struct api_client *c, const struct td_api_msg *m, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!value || json_is_string(value) || json_is_null(value))
		return true;
	api_error(c, m->op, m->id, -EINVAL, "\"%s\" is no text; put its value in quotes", key);
	return false;
}

static bool listed(const char *keys, const char *key)
{
	size_t n = strlen(key);

	for (const char *p = keys; n && (p = strstr(p, key)); p += n)
		if (p[-1] == ' ' && (p[n] == ' ' || !p[n]))
			return true;
	return false;
}

bool body_known(struct api_client *c, const struct td_api_msg *m, json_t *object, const char *keys)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (listed(keys, key))
			continue;
		api_error(c, m->op, m->id, -EINVAL, "unknown key \"%.40s\"; there %s%s", key,
			*keys ? "are" : "is none", keys);
		return false;
	}
	return true;
}

bool body_copy(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, char *out, size_t size)
{
	const char *text = body_text(object, key);
	size_t n = strlen(text);

	if (!body_is_text(c, m, object, key))
		return false;
	if (n >= size) {
		api_error(c, m->op, m->id, -EINVAL,
			"\"%s\" has %zu bytes, and can have %zu: \"%.20s...\"", key, n, size - 1,
			text);
		return false;
	}
	memcpy(out, text, n + 1);
	return true;
}

bool body_flag(struct api_client *c, const struct td_api_msg *m, const json_t *object,
	const char *key, bool *flag)
{
	const json_t *value = json_object_get(object, key);

	if (value && !json_is_boolean(value)) {
		api_error(c, m->op, m->id, -EINVAL, "\"%s\" must be true or false", key);
		return false;
	}
	if (value)
		*flag = json_is_true(value);
	return true;
}
