/* SPDX-License-Identifier: BSD-3-Clause */
/* Values that are a number in their field: counts, amounts with a unit, and words of a list. */
#include <engine/conf/number.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

bool conf_fail(struct td_text *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	td_text_vset(err, fmt, args);
	va_end(args);
	return false;
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
		return conf_fail(err, "'%.*s' is not a whole number; write one from %lu to %lu",
			STR_FMT(text), k->min, k->max);
	if (*v < k->min || *v > k->max)
		return conf_fail(err, "%lu is out of range; write a number from %lu to %lu", *v,
			k->min, k->max);
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

/* What is written with units, and how it is told. */
struct amount {
	const char *what, *form; /* "size"; how one is written */
	const struct unit *units;
	size_t count;
};
#define AMOUNT(what, form, units)                                   \
	{                                                           \
		what, form, units, sizeof(units) / sizeof(units[0]) \
	}
static const struct amount duration =
	AMOUNT("duration", "a number and ms, s, m or h, like 20s", time_units);
static const struct amount size =
	AMOUNT("size", "a number and K, M, G or T, like 256M", size_units);
static const struct amount rate =
	AMOUNT("bit rate", CONF_RATE_FORM ", like 10M for 10,000,000 bits a second", rate_units);

/* decoded: the text had the right form */
static bool amount_check(const struct amount *a, const struct conf_key *k, struct str text,
	bool decoded, uint64_t v, struct td_text *err)
{
	char min[24], max[24];

	if (!decoded)
		return conf_fail(err, "'%.*s' is no %s; write %s", STR_FMT(text), a->what, a->form);
	if (v < k->min || v > k->max)
		return conf_fail(err, "%.*s is out of range; write a %s from %s to %s",
			STR_FMT(text), a->what, unit_encode(a->units, a->count, k->min, min),
			unit_encode(a->units, a->count, k->max, max));
	return true;
}

static bool duration_decode(
	const struct conf_key *k, struct str text, bool yaml, uint64_t *v, struct td_text *err)
{
	bool decoded =
		yaml ? unit_decode(time_units, duration.count, text, v) || str_eq(text, STR("0"))
		     : str_u64(text, UINT64_MAX, v);

	if (str_eq(text, STR("0")))
		*v = 0;
	if (!amount_check(&duration, k, text, decoded, *v, err))
		return false;
	if (*v % k->unit)
		return conf_fail(err, "%.*s is not a whole number of seconds", STR_FMT(text));
	*v /= k->unit;
	return true;
}

static bool amount_decode(const struct amount *a, const struct conf_key *k, struct str text,
	uint64_t *v, struct td_text *err)
{
	bool decoded = unit_decode(a->units, a->count, text, v);

	return amount_check(a, k, text, decoded, *v, err);
}

bool conf_rate_decode(struct str text, uint64_t *bits)
{
	return unit_decode(rate.units, rate.count, text, bits);
}

bool conf_word_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	struct str rest = str_of(k->words);

	for (*v = 0; rest.n; (*v)++)
		if (str_eq(str_cut(&rest, ' '), text))
			return true;
	return conf_fail(
		err, "'%.*s' is not known here; write one of: %s", STR_FMT(text), k->words);
}

/* The names of RFC 4594; a number is what is compiled. */
static const struct {
	const char *name;
	uint8_t dscp;
} dscp_names[] = {{"EF", 46}, {"CS0", 0}, {"CS1", 8}, {"CS2", 16}, {"CS3", 24}, {"CS4", 32},
	{"CS5", 40}, {"CS6", 48}, {"CS7", 56}, {"AF11", 10}, {"AF12", 12}, {"AF13", 14},
	{"AF21", 18}, {"AF22", 20}, {"AF23", 22}, {"AF31", 26}, {"AF32", 28}, {"AF33", 30},
	{"AF41", 34}, {"AF42", 36}, {"AF43", 38}};

static bool dscp_decode(const struct conf_key *k, struct str text, uint64_t *v, struct td_text *err)
{
	if (k->kind != TD_KIND_SITE && str_eq(text, STR("site"))) {
		*v = TD_DSCP_SITE;
		return true;
	}
	for (unsigned i = 0; i < sizeof(dscp_names) / sizeof(dscp_names[0]); i++)
		if (str_caseeq(text, str_of(dscp_names[i].name))) {
			*v = dscp_names[i].dscp;
			return true;
		}
	if (!str_u64(text, 63, v))
		return conf_fail(err,
			"'%.*s' is no DSCP; write EF, CS3, AF31 or the like, or 0 to 63",
			STR_FMT(text));
	return true;
}

static bool decode(
	const struct conf_key *k, struct str text, bool yaml, uint64_t *v, struct td_text *err)
{
	switch (k->type) {
	case CONF_INT:
		return int_decode(k, text, v, err);
	case CONF_ENUM:
		return conf_word_decode(k, text, v, err);
	case CONF_DSCP:
		return dscp_decode(k, text, v, err);
	case CONF_DURATION:
		return duration_decode(k, text, yaml, v, err);
	case CONF_SIZE:
		return amount_decode(&size, k, text, v, err);
	case CONF_RATE:
		return amount_decode(&rate, k, text, v, err);
	case CONF_BOOL:
		*v = str_eq(text, STR("true"));
		return *v || str_eq(text, STR("false")) ||
		       conf_fail(err, "'%.*s' is neither true nor false; write one of these",
			       STR_FMT(text));
	default:
		return conf_fail(err, "this key does not stand here");
	}
}

bool conf_number_decode(
	const struct conf_key *k, void *field, struct str text, bool yaml, struct td_text *err)
{
	uint64_t v = 0;

	if (!decode(k, text, yaml, &v, err))
		return false;
	uint_store(field, k->size, v);
	return true;
}

struct str conf_word(const struct conf_key *k, uint64_t v)
{
	struct str rest = str_of(k->words);

	while (v--)
		str_cut(&rest, ' ');
	return str_cut(&rest, ' ');
}

void conf_number_encode(const struct conf_key *k, const void *field, struct td_buf *buf)
{
	uint64_t v = uint_load(field, k->size);

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
		buf_str(buf, conf_word(k, v));
		break;
	default: /* CONF_INT, CONF_SIZE, CONF_RATE */
		buf_printf(buf, "%lu", v);
	}
}

static void amount_print(const struct amount *a, uint64_t v, struct td_buf *buf)
{
	char text[24];

	buf_str(buf, str_of(unit_encode(a->units, a->count, v, text)));
}

void conf_number_print(const struct conf_key *k, const void *field, struct td_buf *buf)
{
	uint64_t v = uint_load(field, k->size);

	switch (k->type) {
	case CONF_DURATION:
		amount_print(&duration, v * k->unit, buf);
		return;
	case CONF_SIZE:
		amount_print(&size, v, buf);
		return;
	case CONF_RATE:
		amount_print(&rate, v, buf);
		return;
	case CONF_DSCP:
		for (unsigned i = 0; i < sizeof(dscp_names) / sizeof(dscp_names[0]); i++)
			if (v == dscp_names[i].dscp) {
				buf_str(buf, str_of(dscp_names[i].name));
				return;
			}
		break;
	default:
		break;
	}
	conf_number_encode(k, field, buf);
}
