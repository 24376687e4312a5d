/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * td_schema[]: every key a site's objects have. The YAML reader, the compiled text, the checks and
 * the documents all use this one table, so they cannot disagree.
 */
#ifndef TANDEM_ENGINE_CONF_SCHEMA_H
#define TANDEM_ENGINE_CONF_SCHEMA_H

#include <engine/conf/conf.h>

enum conf_type {
	CONF_STRING,   /* char[size] */
	CONF_PATH,     /* char[size]: a file; in site.yaml relative to its directory */
	CONF_NAME,     /* char[size]: letters, digits, _ - . + */
	CONF_REF,      /* char[TD_NAME_BYTES]: an object of kind `ref` */
	CONF_REFS,     /* list of these */
	CONF_INT,      /* unsigned, `size` bytes wide */
	CONF_BOOL,     /* bool */
	CONF_ENUM,     /* uint8_t: place in `words` */
	CONF_SET,      /* uint8_t: list of `words`, 1 << place for each */
	CONF_DURATION, /* uint32_t in units of `unit` ms; text: 500ms 20s 5m 1h, compiled: ms */
	CONF_SIZE,     /* uint64_t bytes; text: 256M, compiled: bytes */
	CONF_RATE,     /* uint64_t bits a second; text: 10M, powers of ten; compiled: bits */
	CONF_ADDRESS,  /* struct td_addr with port */
	CONF_SERVER,   /* struct td_server: address or host name, with port */
	CONF_IP,       /* struct td_addr without */
	CONF_PREFIXES, /* list of struct td_prefix */
	CONF_CODECS,   /* uint8_t[TD_CODEC_LIST], 0-terminated */
	CONF_PORTS,    /* two uint16_t: 20000-29999 */
	CONF_CORE,     /* int32_t: a CPU's number, or none (-1) */
	CONF_CORES,    /* list of uint8_t */
	CONF_DSCP,     /* uint8_t: EF, CS3, AF31, 0..63; `site` outside the site: TD_DSCP_SITE */
	CONF_HEX,      /* char[size] of lower-case hexadecimal digits */
	CONF_WORD,     /* only in YAML, read by the compiler itself (password, a group's agents) */
	CONF_TYPE_COUNT
};

enum conf_flags {
	CONF_REQUIRED = 1 << 0,
	CONF_RESTART = 1 << 1,   /* a change takes effect when the engine starts next */
	CONF_ENGINE = 1 << 2,    /* kind site: stands under `engine:` in site.yaml, not `site:` */
	CONF_DERIVED = 1 << 3,   /* not in site.yaml: the compiler writes it */
	CONF_ONLY_YAML = 1 << 4, /* not in the compiled text */
	CONF_SECRET = 1 << 5     /* never told: conf_encode_public() */
};

struct conf_key {
	enum td_kind kind;
	const char *name;
	enum conf_type type;
	unsigned flags;        /* enum conf_flags */
	uint16_t offset, size; /* the field, or the first item of a list and the whole list */
	uint16_t count_offset; /* lists: their uint8_t count; CONF_CODECS and CONF_SET: none */
	uint16_t list_max;     /* longest list */
	uint64_t min, max;     /* of a CONF_INT, a CONF_DURATION in ms, a CONF_SIZE, a port */
	uint32_t unit;         /* CONF_DURATION: milliseconds in one of the field's units */
	enum td_kind ref;      /* CONF_REF, CONF_REFS */
	const char *words;     /* CONF_ENUM, CONF_SET: "strict address latch" */
	const char *value;     /* default, as in site.yaml; NULL: none */
	const char *help;      /* one sentence, for the documentation */
};

#define CONF_KEYS_MAX 128 /* readers remember which of them an object had */
extern const struct conf_key td_schema[];
extern const unsigned td_schema_count;

/* What a kind has besides its keys. */
struct conf_kind {
	const char *name;    /* "queue": in the compiled text and in errors */
	const char *section; /* "queues": in site.yaml */
	size_t size;         /* of its struct; char name[TD_NAME_BYTES] comes first in each */
	const char *help;
	size_t limit; /* place in struct td_conf_site of the key max_SECTION; 0: as many as you like
		       */
};
extern const struct conf_kind td_kinds[TD_KIND_COUNT];

/* How many objects of a kind a site can have; UINT32_MAX: there is no limit. */
uint32_t conf_kind_max(const struct td_conf_site *s, enum td_kind kind);
/* NULL when the kind has no such key. */
const struct conf_key *conf_key_lookup(enum td_kind kind, struct str name);
#define CONF_PATH_BYTES 128
/* Where it stands in site.yaml: "queues.sales.groups", "engine.memory_mb"; k NULL: the object.
 * Returns out. */
const char *conf_key_path(enum td_kind kind, struct str name, const struct conf_key *k,
	char out[static CONF_PATH_BYTES]);
bool conf_key_is_list(const struct conf_key *k);
/* Letters, digits, _ - . + and for routes * #; first a letter, a digit, _ or +; 31 at most. False:
 * err says why. */
bool conf_name_valid(enum td_kind kind, struct str name, struct td_text *err);
/* "site" for the site: its field `name` is what people call it. */
struct str conf_object_name(enum td_kind kind, const void *object);
/* All fields to their defaults. `object` has td_kinds[kind].size bytes. */
void conf_object_init(enum td_kind kind, void *object, struct str name);

/*
 * Reads one value, or appends one item of a list, into its field of `object`. `yaml`: as people
 * write it, else compiled. False: err has what is wrong and what to do, without the key's name.
 */
bool conf_value_decode(
	const struct conf_key *k, void *object, struct str text, bool yaml, struct td_text *err);
/* Bits a second as in site.yaml. False: it is none. */
bool conf_rate_decode(struct str text, uint64_t *bits);
#define CONF_RATE_FORM "a number and k, M or G"
/* Appends the compiled value (lists with commas), unquoted; nothing when it is unset. */
void conf_value_encode(const struct conf_key *k, const void *object, struct td_buf *buf);
/* The value as people write it in site.yaml: 20s, 256M, EF. Of a secret only that it is one. */
void conf_value_print(const struct conf_key *k, const void *object, struct td_buf *buf);
void conf_value_copy(const struct conf_key *k, void *to, const void *from);
bool conf_value_is_set(const struct conf_key *k, const void *object);
void conf_list_clear(const struct conf_key *k, void *object);
unsigned conf_list_count(const struct conf_key *k, const void *object);

/* Longest value of one key, quoted: a list of CONF_REFS. */
#define CONF_VALUE_BYTES 1024

int conf_name_compare(struct str a, struct str b); /* the order of objects */
/* Appends an object's line. `secrets`: as they are, or with a 0 for each character. */
void conf_object_put(enum td_kind kind, const void *object, bool secrets, struct td_buf *buf);
/* The object at a place in of[kind]. */
static inline void *conf_at(const struct td_conf *c, enum td_kind kind, uint32_t place)
{
	return (char *)c->of[kind].any + place * td_kinds[kind].size;
}
/* Where an object of this name is, or belongs. */
uint32_t conf_place(const struct td_conf *c, enum td_kind kind, struct str name, bool *found);

/* A fault that two objects, or two keys, make together. */
struct conf_fault {
	enum td_kind kind;
	uint32_t object;            /* its place in of[kind] */
	const struct conf_key *key; /* NULL: the object itself */
	int item;                   /* of a list, -1: the value itself */
	const char *what;           /* what is wrong; what to do */
};
struct conf_checker {
	void *ctx;
	void (*report)(void *ctx, const struct conf_fault *f);
	/*
	 * Whether the value of this key of an object could not be read; key NULL: whether objects
	 * of the kind could not. What only follows from that is no fault. NULL: all could.
	 */
	bool (*unsure)(void *ctx, enum td_kind kind, uint32_t object, const struct conf_key *key);
};
/* How many faults there are, each reported; or -ENOMEM. */
int conf_check(const struct td_conf *c, const struct conf_checker *by);
/* The same for what is no fault of a sound configuration, and yet keeps the site from serving. */
int conf_advise(const struct td_conf *c, const struct conf_checker *by);

/*
 * The candidate that a misspelt word most likely meant: set `wanted`, offer all candidates, read
 * `best` (empty: none is near). `parts`: a candidate is near, too, when it begins or ends with the
 * word, or begins it: of the words of a list, not of people's names for things.
 */
struct conf_nearest {
	struct str wanted, best;
	unsigned distance;
	bool parts;
};
void conf_nearest(struct conf_nearest *n, struct str candidate);

#endif
