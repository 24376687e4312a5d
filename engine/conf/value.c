/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of one value, as people write it and as it is compiled. */
#include <engine/conf/number.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <ctype.h>

/* Words of queue_log, and of who reads it, which stand where a name could: a reader could not tell
 * them apart. Readers do not all see the case. */
static bool name_free(enum td_kind kind, struct str name, struct td_text *err)
{
	if (kind != TD_KIND_AGENT && kind != TD_KIND_QUEUE && kind != TD_KIND_TRUNK)
		return true;
	if (str_caseeq(name, STR("none")))
		return conf_fail(err,
			"queue_log writes NONE for nobody; take another name than '%.*s'",
			STR_FMT(name));
	if (str_caseeq(name, STR("all")))
		return conf_fail(err,
			"a queue_log's reader takes ALL for everybody; take another name than "
			"'%.*s'",
			STR_FMT(name));
	return true;
}

bool conf_name_valid(enum td_kind kind, struct str name, struct td_text *err)
{
	const char *others = kind == TD_KIND_ROUTE ? "_-.+*#" : "_-.+";

	if (!name.n)
		return conf_fail(err, "the name is empty");
	if (name.n >= TD_NAME_BYTES)
		return conf_fail(err, "the name '%.*s' is too long; %d characters at most",
			STR_FMT(name), TD_NAME_BYTES - 1);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = name.p[i];

		if (!isalnum(c) && (!c || !strchr(others, c)))
			return conf_fail(err,
				"the name '%.*s' has a character that names cannot have; use "
				"letters, digits and %s",
				STR_FMT(name), others);
		if (c == '*' && i + 1 < name.n)
			return conf_fail(
				err, "'%.*s': a * can only be the last character", STR_FMT(name));
	}
	return name_free(kind, name, err);
}

static bool string_decode(char *field, size_t size, struct str text, struct td_text *err)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return conf_fail(err, "control characters cannot stand here");
	if (text.n >= size)
		return conf_fail(
			err, "'%.*s' is too long; %zu bytes at most", STR_FMT(text), size - 1);
	memset(field, 0, size);
	str_copy(field, size, text);
	return true;
}

static bool name_decode(
	const struct conf_key *k, char *field, size_t size, struct str text, struct td_text *err)
{
	enum td_kind kind = k->type == CONF_NAME ? k->kind : k->ref;

	if (size > TD_NAME_BYTES) { /* the domain, longer than any object's name */
		for (size_t i = 0; i < text.n; i++)
			if (!isalnum((unsigned char)text.p[i]) && !strchr("-.", text.p[i]))
				return conf_fail(err,
					"'%.*s' is no domain; use letters, digits, - and .",
					STR_FMT(text));
	} else if (!conf_name_valid(kind, text, err)) {
		return false;
	}
	if (!text.n)
		return conf_fail(err, "this is empty");
	return string_decode(field, size, text, err);
}

static bool ports_decode(
	const struct conf_key *k, uint16_t *field, struct str text, struct td_text *err)
{
	struct str max_text = text, min_text = str_cut(&max_text, '-');
	uint64_t min, max;

	if (!str_u64(min_text, 65535, &min) || !str_u64(max_text, 65535, &max))
		return conf_fail(err, "'%.*s' is no range of ports; write it like %s",
			STR_FMT(text), k->value);
	if (min < k->min || min > max || min % 2 || max % 2 == 0)
		return conf_fail(err,
			"%.*s: the first port must be even, the last odd and higher, both from "
			"%lu to %lu",
			STR_FMT(text), k->min, k->max);
	field[0] = min;
	field[1] = max;
	return true;
}

static bool core_decode(
	const struct conf_key *k, int32_t *field, struct str text, struct td_text *err)
{
	uint64_t v;

	if (str_eq(text, STR("none"))) {
		*field = -1;
		return true;
	}
	if (!str_u64(text, k->max, &v))
		return conf_fail(err, "'%.*s' is no CPU; write its number, or none", STR_FMT(text));
	*field = v;
	return true;
}

/* A label of a host name (RFC 1123 section 2.1). */
static bool label_valid(struct str label)
{
	if (!label.n || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!isalnum((unsigned char)label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
			return false;
	return true;
}

/* The last label of a name has a letter; otherwise it is an address with a slip. */
static bool host_valid(struct str name)
{
	struct str rest = name, label = {0};

	if (name.n >= TD_HOST_BYTES || name.p[name.n - 1] == '.')
		return false;
	while (rest.n) {
		label = str_cut(&rest, '.');
		if (!label_valid(label))
			return false;
	}
	for (size_t i = 0; i < label.n; i++)
		if (isalpha((unsigned char)label.p[i]))
			return true;
	return false;
}

static bool port_decode(struct str text, uint64_t *port)
{
	return str_u64(text, 65535, port) && *port;
}

#define PORT_LIKE_4 "10.0.0.1:5060"
#define PORT_LIKE_6 "[2001:db8::1]:5060"

/* Digits and colons of IPv6, which a port would follow without an end. */
static bool lacks_brackets(struct str text)
{
	unsigned colons = 0;

	for (size_t i = 0; i < text.n; i++) {
		if (!isxdigit((unsigned char)text.p[i]) && !strchr(":.", text.p[i]))
			return false;
		colons += text.p[i] == ':';
	}
	return colons > 1;
}

/* What is wrong with an address and its port; `names`: or a host name and its port. */
static bool endpoint_fail(struct str text, bool names, struct td_text *err)
{
	struct td_addr addr;
	const char *colon = addr_decode(&addr, text) ? memrchr(text.p, ':', text.n) : NULL;
	struct str host = text, port = {0};

	if (lacks_brackets(text))
		return conf_fail(err,
			"'%.*s' is an IPv6 address without brackets; write it like " PORT_LIKE_6,
			STR_FMT(text));
	if (colon) {
		host.n = (size_t)(colon - text.p);
		port = (struct str){colon + 1, text.n - host.n - 1};
	}
	if (addr_decode(&addr, host) && !(names && host.n && host_valid(host)))
		return conf_fail(err, "'%.*s' is no address%s; write it like " PORT_LIKE_4 "%s",
			STR_FMT(text), names ? " and no host name" : "",
			names ? " or sip.example.com:5060" : "");
	if (port.n)
		return conf_fail(err, "'%.*s': %.*s is no port; write one from 1 to 65535",
			STR_FMT(text), STR_FMT(port));
	return conf_fail(err, "'%.*s' has no port; write it like %s", STR_FMT(text),
		addr_decode(&addr, host) ? "sip.example.com:5060"
		: addr.family == 6       ? PORT_LIKE_6
					 : PORT_LIKE_4);
}

static bool server_decode(struct td_server *field, struct str text, struct td_text *err)
{
	struct str port_text = text, name = str_cut(&port_text, ':');
	struct td_server server = {0};
	uint64_t port = 0;

	if (addr_decode(&server.addr, text) == 0)
		port = server.addr.port;
	else if (!name.n || !host_valid(name) || !port_decode(port_text, &port))
		port = 0;
	if (!port)
		return endpoint_fail(text, true, err);
	server.addr.port = (uint16_t)port;
	for (size_t i = 0; !server.addr.family && i < name.n; i++)
		server.name[i] = (char)tolower((unsigned char)name.p[i]);
	*field = server;
	return true;
}

static bool address_decode(struct td_addr *field, struct str text, struct td_text *err)
{
	return (addr_decode(field, text) == 0 && field->port) || endpoint_fail(text, false, err);
}

static bool ip_decode(struct td_addr *field, struct str text, struct td_text *err)
{
	if (addr_decode(field, text))
		return conf_fail(
			err, "'%.*s' is no address; write it like 10.0.0.1", STR_FMT(text));
	if (field->port)
		return conf_fail(err, "'%.*s' has a port; write the address alone", STR_FMT(text));
	return true;
}

static bool codec_decode(uint8_t *field, size_t size, struct str text, struct td_text *err)
{
	unsigned count = strnlen((char *)field, size);
	enum td_codec codec = codec_lookup(text);

	if (codec == TD_CODEC_NONE)
		return conf_fail(err, "'%.*s' is no codec; write of:" TD_CODECS(TD_CODEC_WORD),
			STR_FMT(text));
	if (memchr(field, codec, count))
		return conf_fail(err, "%s is there twice; take one out", codec_name(codec));
	/* One place stays 0: the list's end. */
	if (count + 1 >= size)
		return conf_fail(err, "the list is too long");
	field[count] = (uint8_t)codec;
	return true;
}

static bool set_decode(
	const struct conf_key *k, uint8_t *field, struct str text, struct td_text *err)
{
	uint64_t v;

	if (!conf_word_decode(k, text, &v, err))
		return false;
	if (*field >> v & 1)
		return conf_fail(err, "%.*s is there twice; take one out", STR_FMT(text));
	*field |= (uint8_t)(1u << v);
	return true;
}

static bool hex_decode(char *field, size_t size, struct str text, struct td_text *err)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isxdigit((unsigned char)text.p[i]) || isupper((unsigned char)text.p[i]))
			return conf_fail(
				err, "'%.*s' is not lower-case hexadecimal", STR_FMT(text));
	return string_decode(field, size, text, err);
}

static size_t item_size(const struct conf_key *k)
{
	switch (k->type) {
	case CONF_REFS:
		return TD_NAME_BYTES;
	case CONF_PREFIXES:
		return sizeof(struct td_prefix);
	default:
		return 1;
	}
}

static bool item_equal(const struct conf_key *k, const void *a, const void *b)
{
	const struct td_prefix *x = a, *y = b;

	if (k->type == CONF_PREFIXES)
		return addr_equal_ip(&x->addr, &y->addr) && x->bits == y->bits;
	return k->type == CONF_REFS ? !strcmp(a, b) : *(const uint8_t *)a == *(const uint8_t *)b;
}

static bool item_decode(
	const struct conf_key *k, void *object, struct str text, struct td_text *err)
{
	uint8_t *count = (uint8_t *)object + k->count_offset;
	uint8_t *first = (uint8_t *)object + k->offset, *item = first + *count * item_size(k);
	uint64_t v;

	if (*count == k->list_max)
		return conf_fail(err, "the list is too long; %u at most", k->list_max);
	switch (k->type) {
	case CONF_REFS:
		if (!name_decode(k, (char *)item, TD_NAME_BYTES, text, err))
			return false;
		break;
	case CONF_PREFIXES:
		if (prefix_decode((struct td_prefix *)item, text))
			return conf_fail(err,
				"'%.*s' is no address; write it like 10.0.0.1 or 10.0.0.0/24",
				STR_FMT(text));
		break;
	default: /* CONF_CORES */
		if (!str_u64(text, k->max, &v))
			return conf_fail(err, "'%.*s' is no CPU; write its number", STR_FMT(text));
		*item = v;
	}
	for (uint8_t *other = first; other < item; other += item_size(k))
		if (item_equal(k, other, item))
			return conf_fail(err, "%.*s is there twice; take one out", STR_FMT(text));
	(*count)++;
	return true;
}

bool conf_value_decode(
	const struct conf_key *k, void *object, struct str text, bool yaml, struct td_text *err)
{
	void *field = (uint8_t *)object + k->offset;

	switch (k->type) {
	case CONF_CODECS:
		return codec_decode(field, k->size, text, err);
	case CONF_SET:
		return set_decode(k, field, text, err);
	case CONF_STRING:
	case CONF_PATH:
		return text.n ? string_decode(field, k->size, text, err)
			      : conf_fail(err, "this is empty");
	case CONF_NAME:
	case CONF_REF:
		return name_decode(k, field, k->size, text, err);
	case CONF_HEX:
		return hex_decode(field, k->size, text, err);
	case CONF_ADDRESS:
		return address_decode(field, text, err);
	case CONF_IP:
		return ip_decode(field, text, err);
	case CONF_SERVER:
		return server_decode(field, text, err);
	case CONF_PORTS:
		return ports_decode(k, field, text, err);
	case CONF_CORE:
		return core_decode(k, field, text, err);
	default:
		return conf_key_is_list(k) ? item_decode(k, object, text, err)
					   : conf_number_decode(k, field, text, yaml, err);
	}
}

static void list_encode(const struct conf_key *k, const void *object, struct td_buf *buf)
{
	const uint8_t *field = (const uint8_t *)object + k->offset;
	char text[ADDR_TEXT];

	for (unsigned i = 0, n = conf_list_count(k, object); i < n; i++) {
		const uint8_t *item = field + i * item_size(k);

		if (i)
			buf_str(buf, STR(","));
		if (k->type == CONF_CODECS)
			buf_str(buf, str_of(codec_name(*item)));
		else if (k->type == CONF_REFS)
			buf_str(buf, str_of((const char *)item));
		else if (k->type == CONF_PREFIXES)
			buf_str(buf, str_of(prefix_encode((const struct td_prefix *)item, text)));
		else
			buf_printf(buf, "%u", *item);
	}
}

static void set_encode(const struct conf_key *k, uint8_t set, struct td_buf *buf)
{
	for (unsigned v = 0; set >> v; v++) {
		if (!(set >> v & 1))
			continue;
		if (set & ((1u << v) - 1))
			buf_str(buf, STR(","));
		buf_str(buf, conf_word(k, v));
	}
}

static void core_encode(int32_t core, struct td_buf *buf)
{
	if (core < 0)
		buf_str(buf, STR("none"));
	else
		buf_printf(buf, "%d", core);
}

static void server_encode(const struct td_server *s, struct td_buf *buf)
{
	char text[ADDR_TEXT];

	if (s->name[0])
		buf_printf(buf, "%s:%u", s->name, s->addr.port);
	else
		buf_str(buf, str_of(addr_encode(&s->addr, text)));
}

void conf_value_encode(const struct conf_key *k, const void *object, struct td_buf *buf)
{
	const void *field = (const uint8_t *)object + k->offset;
	const uint16_t *port = field;
	char text[ADDR_TEXT];
	int32_t core;

	if (!conf_value_is_set(k, object))
		return;
	switch (k->type) {
	case CONF_STRING:
	case CONF_PATH:
	case CONF_NAME:
	case CONF_REF:
	case CONF_HEX:
		buf_str(buf, str_of(field));
		break;
	case CONF_ADDRESS:
	case CONF_IP:
		buf_str(buf, str_of(addr_encode(field, text)));
		break;
	case CONF_SERVER:
		server_encode(field, buf);
		break;
	case CONF_PORTS:
		buf_printf(buf, "%u-%u", port[0], port[1]);
		break;
	case CONF_SET:
		set_encode(k, *(const uint8_t *)field, buf);
		break;
	case CONF_CORE:
		memcpy(&core, field, sizeof(core));
		core_encode(core, buf);
		break;
	default:
		if (conf_key_is_list(k))
			list_encode(k, object, buf);
		else
			conf_number_encode(k, field, buf);
	}
}

void conf_value_print(const struct conf_key *k, const void *object, struct td_buf *buf)
{
	bool number = k->type == CONF_DURATION || k->type == CONF_SIZE || k->type == CONF_RATE ||
		      k->type == CONF_DSCP;

	if (k->flags & CONF_SECRET && conf_value_is_set(k, object))
		buf_str(buf, STR("(secret)"));
	else if (number)
		conf_number_print(k, (const char *)object + k->offset, buf);
	else
		conf_value_encode(k, object, buf);
}

void conf_object_init(enum td_kind kind, void *object, struct str name)
{
	struct td_text err;

	memset(object, 0, td_kinds[kind].size);
	if (kind != TD_KIND_SITE)
		str_copy(object, TD_NAME_BYTES, name);
	for (unsigned i = 0; i < td_schema_count; i++) {
		const struct conf_key *k = &td_schema[i];
		struct str rest = str_of(k->value);

		if (k->kind != kind || !k->value)
			continue;
		do {
			struct str item = conf_key_is_list(k) ? str_cut(&rest, ',') : rest;

			conf_value_decode(k, object, item, true, &err);
		} while (conf_key_is_list(k) && rest.n);
	}
}
