/* SPDX-License-Identifier: BSD-3-Clause */
/* A site file while it is read. Only for the files of this folder. */
#ifndef TANDEM_CONTROL_CONFIG_READER_H
#define TANDEM_CONTROL_CONFIG_READER_H

#include <engine/conf/schema.h>
#include <limits.h>
#include <yaml.h>

struct config_source;
struct config_error;

#define READER_ERRORS_MAX 1000 /* of a file; nobody reads more */

/* An object of the file. */
struct entry {
	enum td_kind kind;
	struct str name;                     /* borrowed from the document */
	int name_node, map_node;             /* 0 none */
	unsigned order;                      /* in the file */
	uint64_t unsure[CONF_KEYS_MAX / 64]; /* a bit for each place in td_schema[]: keys whose
						value could not be read */
	void *object;
};

struct reader_error {
	size_t line, column; /* from 1; 0: of the file as a whole */
	unsigned order;
	bool warning;
	char *text;
};

struct reader {
	const struct config_source *source;
	char dir[PATH_MAX]; /* where relative paths start */
	yaml_document_t doc;
	int engine_node;       /* the section's map */
	struct entry *entries; /* once all are read: sorted by kind and name */
	unsigned entry_count, entry_cap;
	unsigned first[TD_KIND_COUNT + 1]; /* entries of a kind; once sorted */
	bool broken[TD_KIND_COUNT];        /* some of its objects could not be read at all */
	bool unnamed[TD_KIND_COUNT];       /* some have no valid name; others may mean them */
	struct reader_error *errors;
	unsigned error_count, error_cap;
	unsigned errors_more; /* not kept */
	bool advising;        /* what is told now are warnings */
	bool no_memory;
};

static inline yaml_node_t *reader_node(struct reader *r, int node)
{
	return yaml_document_get_node(&r->doc, node);
}

/* yaml.c: the document */
bool reader_load(struct reader *r, const char *text, size_t len);
void reader_too_long(struct reader *r);       /* reports it */
struct str reader_text(const yaml_node_t *n); /* of a scalar */
bool reader_is_null(const yaml_node_t *n);    /* absent, "", ~, null */
/* The value of a key in a map, 0 when it is not there. */
int reader_map_get(struct reader *r, int map, struct str key);
/* Reports keys that are there twice. `path` is put in front ("queues."). */
void reader_map_doubles(struct reader *r, const yaml_node_t *map, const char *path);

/* bounds.c: how deep a document is, and how much is in it. The whole stream is parsed; whoever
 * breaks a bound is told. */
enum bounds_check { BOUNDS_HELD, BOUNDS_BROKEN, BOUNDS_NOT_YAML };
enum bounds_check reader_bounds(struct reader *r, yaml_parser_t *parser);

/* errors.c; node 0: of the whole file */
void reader_error(struct reader *r, int node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void reader_error_at(struct reader *r, size_t line, size_t column, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void reader_errors_report(
	struct reader *r, void (*report)(void *ctx, const struct config_error *e), void *ctx);
void reader_errors_free(struct reader *r);
static inline unsigned reader_errors(const struct reader *r)
{
	return r->error_count + r->errors_more;
}

/* object.c: one object's keys */
/* conf_key_path() of an object in the file. */
#define READER_PATH CONF_PATH_BYTES
const char *reader_path(
	const struct entry *e, const struct conf_key *k, char out[static READER_PATH]);
/* `<<`, a merge key of YAML 1.1. */
#define READER_NO_MERGE "merge keys (<<) are not supported; write the keys out"
bool reader_is_merge(const yaml_node_t *key);
/* Something is wrong with the key's value, and has been told. k NULL: with those of all keys. */
void reader_unsure_set(struct entry *e, const struct conf_key *k);
bool reader_unsure(const struct entry *e, const struct conf_key *k);
void reader_object_keys(struct reader *r, struct entry *e, int map, bool engine);

/* site.c: what concerns several objects, or this machine */
void reader_groups_join(struct reader *r);
void reader_passwords_hash(struct reader *r);
void reader_machine_check(struct reader *r);
/* A fault of several objects, by its place in the file; ctx a struct reader. */
void reader_fault(void *ctx, const struct conf_fault *f);
void reader_conf_check(struct reader *r, const struct td_conf *conf);
/* Warnings, of a configuration without errors. */
void reader_conf_advise(struct reader *r, const struct td_conf *conf);

/* interfaces.c: warns of addresses that this machine's interfaces lack */
void reader_interfaces_advise(struct reader *r, const struct td_conf *conf);
/* This machine is the site's: an interface has an address of one of its ports, or a device of PCI
 * is there. */
bool reader_is_here(const struct td_conf *conf);

/* folders.c: warns of where the engine of this machine could not write */
void reader_folders_advise(struct reader *r, const struct td_conf *conf);

#endif
