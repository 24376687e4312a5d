/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of one value, as people write it and as it is compiled. */
#include <engine/conf/schema.h>
#include <engine/base/addr.h>
#include <engine/base/codec.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

static bool fail(struct td_text *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct td_text *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	td_text_vset(err, fmt, args);
	va_end(args);
	return false;
}

bool conf_name_valid(enum td_kind kind, struct str name, struct td_text *err)
{
	const char *others = kind == TD_KIND_ROUTE ? "_-.+*#" : "_-.+";

	if (!name.n)
		return fail(err, "the name is empty");
	if (name.n >= TD_NAME_BYTES)
		return fail(err, "the name '%.*s' is too long; %d characters at most",
			STR_FMT(name), TD_NAME_BYTES - 1);
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = name.p[i];

		if (!isalnum(c) && (!c || !strchr(others, c)))
			return fail(err,
				"the name '%.*s' has a character that names cannot have; use "
				"letters, digits and %s",
				STR_FMT(name), others);
		if (c == '*' && i + 1 < name.n)
			return fail(
				err, "'%.*s': a * can only be the last character", STR_FMT(name));
	}
	return true;
}

static bool string_decode(char *field, size_t size, struct str text, struct td_text *err)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < ' ' || text.p[i] == 0x7f)
			return fail(err, "control characters cannot stand here");
	if (text.n >= size)
		return fail(err, "'%.*s' is too long; %zu bytes at most", STR_FMT(text), size - 1);
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
				return fail(err,
					"'%.*s' is no domain; use letters, digits, - and .",
					STR_FMT(text));
	} else if (!conf_name_valid(kind, text, err)) {
		return false;
	}
	if (!text.n)
		return fail(err, "this is empty");
	return string_decode(field, size, text, err);
}

static void uint_store(void *field, size_t size, uint64_t v)
{
	uint8_t v8 = v;
	uint16_t v16 = v;
	uint32_t v32 = v;

	switch (size) {
	case 1:
		memcpy(field, &v8, 1);
		break;
	case 2:
		memcpy(field, &v16, 2);
		break;
	case 4:
		memcpy(field, &v32, 4);
		break;
	default:
		memcpy(field, &v, 8);
	}
}

static uint64_t uint_load(const void *field, size_t size)
{
	uint8_t v8;
	uint16_t v16;
	uint32_t v32;
	uint64_t v64;

	switch (size) {
	case 1:
		memcpy(&v8, field, 1);
		return v8;
	case 2:
		memcpy(&v16, field, 2);
		return v16;
	case 4:
		memcpy(&v32, field, 4);
		return v32;
	default:
		memcpy(&v64, field, 8);
		return v64;
	}
}

static bool int_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	if (!str_u64(text, UINT64_MAX, v))
		return fail(err, "'%.*s' is not a whole number; write one from %lu to %lu",
			STR_FMT(text), k->min, k->max);
	if (*v < k->min || *v > k->max)
		return fail(err, "%lu is out of range; write a number from %lu to %lu", *v, k->min,
			k->max);
	return true;
}

struct unit {
	char name[4];
	uint64_t factor;
};
static const struct unit time_units[] = {{"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};
static const struct unit size_units[] = {
	{"T", 1ull << 40}, {"G", 1ull << 30}, {"M", 1ull << 20}, {"K", 1ull << 10}, {"", 1}};
static const struct unit rate_units[] = {{"G", 1000000000}, {"M", 1000000}, {"k", 1000}, {"", 1}};

/* A number and one of the units; the largest unit that divides it, when it is written. */
static bool unit_decode(const struct unit *units, size_t count, struct str text, uint64_t *v)
{
	size_t digits = 0;

	while (digits < text.n && isdigit((unsigned char)text.p[digits]))
		digits++;
	if (!str_u64((struct str){text.p, digits}, UINT64_MAX, v))
		return false;
	text.p += digits;
	text.n -= digits;
	for (size_t i = 0; i < count; i++)
		if (str_eq(text, str_of(units[i].name)))
			return !__builtin_mul_overflow(*v, units[i].factor, v);
	return false;
}

static const char *unit_encode(const struct unit *units, size_t count, uint64_t v, char out[24])
{
	size_t i = 0;

	while (i + 1 < count && (v == 0 || v % units[i].factor))
		i++;
	snprintf(out, 24, "%lu%s", v / units[i].factor, units[i].name);
	return out;
}

static bool duration_decode(
	const struct conf_key *k, struct str text, bool yaml, uint64_t *v, struct td_text *err)
{
	size_t count = sizeof(time_units) / sizeof(time_units[0]);
	char min[24], max[24];

	if (yaml ? !unit_decode(time_units, count, text, v) && !str_eq(text, STR("0"))
		 : !str_u64(text, UINT64_MAX, v))
		return fail(err,
			"'%.*s' is no duration; write a number and ms, s, m or h, like 20s",
			STR_FMT(text));
	if (str_eq(text, STR("0")))
		*v = 0;
	if (*v < k->min || *v > k->max)
		return fail(err, "%.*s is out of range; write a duration from %s to %s",
			STR_FMT(text), unit_encode(time_units, count, k->min, min),
			unit_encode(time_units, count, k->max, max));
	if (*v % k->unit)
		return fail(err, "%.*s is not a whole number of seconds", STR_FMT(text));
	*v /= k->unit;
	return true;
}

static bool size_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	size_t count = sizeof(size_units) / sizeof(size_units[0]);
	char min[24], max[24];

	if (!unit_decode(size_units, count, text, v))
		return fail(err, "'%.*s' is no size; write a number and K, M, G or T, like 256M",
			STR_FMT(text));
	if (*v < k->min || *v > k->max)
		return fail(err, "%.*s is out of range; write a size from %s to %s", STR_FMT(text),
			unit_encode(size_units, count, k->min, min),
			unit_encode(size_units, count, k->max, max));
	return true;
}

bool conf_rate_decode(struct str text, uint64_t *bits)
{
	return unit_decode(rate_units, sizeof(rate_units) / sizeof(rate_units[0]), text, bits);
}

static bool rate_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	size_t count = sizeof(rate_units) / sizeof(rate_units[0]);
	char min[24], max[24];

	if (!conf_rate_decode(text, v))
		return fail(err,
			"'%.*s' is no bit rate; write " CONF_RATE_FORM ", like 10M for "
			"10,000,000 bits a second",
			STR_FMT(text));
	if (*v < k->min || *v > k->max)
		return fail(err, "%.*s is out of range; write a bit rate from %s to %s",
			STR_FMT(text), unit_encode(rate_units, count, k->min, min),
			unit_encode(rate_units, count, k->max, max));
	return true;
}

static bool enum_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	struct str rest = str_of(k->words);

	for (*v = 0; rest.n; (*v)++)
		if (str_eq(str_cut(&rest, ' '), text))
			return true;
	return fail(err, "'%.*s' is not known here; write one of: %s", STR_FMT(text), k->words);
}

static bool ports_decode(
	const struct conf_key *k, uint16_t *field, struct str text, struct td_text *err)
{
	struct str max_text = text, min_text = str_cut(&max_text, '-');
	uint64_t min, max;

	if (!str_u64(min_text, 65535, &min) || !str_u64(max_text, 65535, &max))
		return fail(err, "'%.*s' is no range of ports; write it like %s", STR_FMT(text),
			k->value);
	if (min < k->min || min > max || min % 2 || max % 2 == 0)
		return fail(err,
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
		return fail(err, "'%.*s' is no CPU; write its number, or none", STR_FMT(text));
	*field = v;
	return true;
}

/* The names of RFC 4594; a number is what is compiled. */
static bool dscp_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	static const struct {
		const char *name;
		uint8_t dscp;
	} names[] = {{"EF", 46}, {"CS0", 0}, {"CS1", 8}, {"CS2", 16}, {"CS3", 24}, {"CS4", 32},
		{"CS5", 40}, {"CS6", 48}, {"CS7", 56}, {"AF11", 10}, {"AF12", 12}, {"AF13", 14},
		{"AF21", 18}, {"AF22", 20}, {"AF23", 22}, {"AF31", 26}, {"AF32", 28}, {"AF33", 30},
		{"AF41", 34}, {"AF42", 36}, {"AF43", 38}};

	if (k->kind != TD_KIND_SITE && str_eq(text, STR("site"))) {
		*v = TD_DSCP_SITE;
		return true;
	}
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_caseeq(text, str_of(names[i].name))) {
			*v = names[i].dscp;
			return true;
		}
	if (!str_u64(text, 63, v))
		return fail(err, "'%.*s' is no DSCP; write EF, CS3, AF31 or the like, or 0 to 63",
			STR_FMT(text));
	return true;
}

static bool address_decode(
	const struct conf_key *k, struct td_addr *field, struct str text, struct td_text *err)
{
	if (addr_decode(field, text))
		return fail(err, "'%.*s' is no address; write it like %s", STR_FMT(text),
			k->type == CONF_IP ? "10.0.0.1" : "10.0.0.1:5060");
	if (k->type == CONF_IP && field->port)
		return fail(err, "'%.*s' has a port; write the address alone", STR_FMT(text));
	if (k->type == CONF_ADDRESS && !field->port)
		return fail(err, "'%.*s' has no port; write it like 10.0.0.1:5060", STR_FMT(text));
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

static bool server_decode(struct td_server *field, struct str text, struct td_text *err)
{
	struct str port_text = text, name = str_cut(&port_text, ':');
	struct td_server server = {0};
	uint64_t port = 0;

	if (addr_decode(&server.addr, text) == 0) {
		port = server.addr.port;
	} else if (!name.n || !host_valid(name) ||
		   (name.n < text.n && (!str_u64(port_text, 65535, &port) || !port))) {
		return fail(err,
			"'%.*s' is no address and no host name; write it like 10.0.0.1:5060 or "
			"sip.example.com:5060",
			STR_FMT(text));
	}
	if (!port)
		return fail(err, "'%.*s' has no port; write it like %s:5060", STR_FMT(text),
			server.addr.family ? "10.0.0.1" : "sip.example.com");
	server.addr.port = (uint16_t)port;
	for (size_t i = 0; !server.addr.family && i < name.n; i++)
		server.name[i] = (char)tolower((unsigned char)name.p[i]);
	*field = server;
	return true;
}

static bool codec_decode(uint8_t *field, size_t size, struct str text, struct td_text *err)
{
	unsigned count = strnlen((char *)field, size);
	enum td_codec codec = codec_lookup(text);

	if (codec == TD_CODEC_NONE)
		return fail(err, "'%.*s' is no codec; write of:" TD_CODECS(TD_CODEC_WORD),
			STR_FMT(text));
	if (memchr(field, codec, count))
		return fail(err, "%s is there twice; take one out", codec_name(codec));
	/* One place stays 0: the list's end. */
	if (count + 1 >= size)
		return fail(err, "the list is too long");
	field[count] = (uint8_t)codec;
	return true;
}

static bool hex_decode(char *field, size_t size, struct str text, struct td_text *err)
{
	for (size_t i = 0; i < text.n; i++)
		if (!isxdigit((unsigned char)text.p[i]) || isupper((unsigned char)text.p[i]))
			return fail(err, "'%.*s' is not lower-case hexadecimal", STR_FMT(text));
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
		return fail(err, "the list is too long; %u at most", k->list_max);
	switch (k->type) {
	case CONF_REFS:
		if (!name_decode(k, (char *)item, TD_NAME_BYTES, text, err))
			return false;
		break;
	case CONF_PREFIXES:
		if (prefix_decode((struct td_prefix *)item, text))
			return fail(err,
				"'%.*s' is no address; write it like 10.0.0.1 or 10.0.0.0/24",
				STR_FMT(text));
		break;
	default: /* CONF_CORES */
		if (!str_u64(text, k->max, &v))
			return fail(err, "'%.*s' is no CPU; write its number", STR_FMT(text));
		*item = v;
	}
	for (uint8_t *other = first; other < item; other += item_size(k))
		if (item_equal(k, other, item))
			return fail(err, "%.*s is there twice; take one out", STR_FMT(text));
	(*count)++;
	return true;
}

/* Those that are a number in the field. */
static bool number_decode(
	const struct conf_key *k, struct str text, bool yaml, uint64_t *v, struct td_text *err)
{
	switch (k->type) {
	case CONF_INT:
		return int_decode(k, text, v, err);
	case CONF_ENUM:
		return enum_decode(k, text, v, err);
	case CONF_DSCP:
		return dscp_decode(k, text, v, err);
	case CONF_DURATION:
		return duration_decode(k, text, yaml, v, err);
	case CONF_SIZE:
		return size_decode(k, text, v, err);
	case CONF_RATE:
		return rate_decode(k, text, v, err);
	case CONF_BOOL:
		*v = str_eq(text, STR("true"));
		return *v || str_eq(text, STR("false")) ||
		       fail(err, "'%.*s' is neither true nor false", STR_FMT(text));
	default:
		return fail(err, "this key does not stand here");
	}
}

bool conf_value_decode(
	const struct conf_key *k, void *object, struct str text, bool yaml, struct td_text *err)
{
	void *field = (uint8_t *)object + k->offset;
	uint64_t v = 0;

	switch (k->type) {
	case CONF_STRING:
	case CONF_PATH:
		return text.n ? string_decode(field, k->size, text, err)
			      : fail(err, "this is empty");
	case CONF_NAME:
	case CONF_REF:
		return name_decode(k, field, k->size, text, err);
	case CONF_HEX:
		return hex_decode(field, k->size, text, err);
	case CONF_ADDRESS:
	case CONF_IP:
		return address_decode(k, field, text, err);
	case CONF_SERVER:
		return server_decode(field, text, err);
	case CONF_CODECS:
		return codec_decode(field, k->size, text, err);
	case CONF_PORTS:
		return ports_decode(k, field, text, err);
	case CONF_CORE:
		return core_decode(k, field, text, err);
	case CONF_REFS:
	case CONF_PREFIXES:
	case CONF_CORES:
		return item_decode(k, object, text, err);
	default:
		if (!number_decode(k, text, yaml, &v, err))
			return false;
		uint_store(field, k->size, v);
		return true;
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

static struct str enum_word(const struct conf_key *k, uint64_t v)
{
	struct str rest = str_of(k->words);

	while (v--)
		str_cut(&rest, ' ');
	return str_cut(&rest, ' ');
}

static void number_encode(const struct conf_key *k, uint64_t v, struct td_buf *buf)
{
	switch (k->type) {
	case CONF_DURATION:
		buf_printf(buf, "%lu", v * k->unit);
		break;
	case CONF_BOOL:
		buf_str(buf, v ? STR("true") : STR("false"));
		break;
	case CONF_DSCP:
		if (v == TD_DSCP_SITE)
			buf_str(buf, STR("site"));
		else
			buf_printf(buf, "%lu", v);
		break;
	case CONF_ENUM:
		buf_str(buf, enum_word(k, v));
		break;
	default: /* CONF_INT, CONF_SIZE, CONF_RATE */
		buf_printf(buf, "%lu", v);
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
	case CONF_CORE:
		memcpy(&core, field, sizeof(core));
		core_encode(core, buf);
		break;
	default:
		if (conf_key_is_list(k))
			list_encode(k, object, buf);
		else
			number_encode(k, uint_load(field, k->size), buf);
	}
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
