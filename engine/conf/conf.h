/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A site's whole configuration in memory, its compiled text, and changes between two of them.
 *
 * struct td_conf is never changed once it is made: conf_apply() builds the next one beside it, and
 * the owner swaps them. Objects of a kind are sorted by name (strcmp), so two configurations can
 * be walked side by side. A configuration that conf_parse() or conf_apply() gave out is sound: each
 * reference names an object that is there, each number is in its range.
 */
#ifndef TANDEM_ENGINE_CONF_CONF_H
#define TANDEM_ENGINE_CONF_CONF_H

#include <engine/base/buf.h>
#include <engine/base/str.h>
#include <tandem/config.h>
#include <tandem/text.h>

#define CONF_FILE_MAX (64u << 20) /* bytes of the compiled text in a file */

struct conf_list {
	union {
		void *any;
		struct td_conf_site *site; /* always one */
		struct td_conf_port *port;
		struct td_conf_link *link;
		struct td_conf_trunk *trunk;
		struct td_conf_group *group;
		struct td_conf_agent *agent;
		struct td_conf_sound *sound;
		struct td_conf_queue *queue;
		struct td_conf_route *route;
	};
	uint32_t count;
};

struct td_conf {
	struct conf_list of[TD_KIND_COUNT]; /* by enum td_kind */
	uint32_t *sound_number;             /* by place in of[TD_KIND_SOUND]; see conf_sound() */
	uint32_t sound_next;                /* where the search for a free number begins */
	uint32_t sound_numbers; /* how many there are: max_sounds of the first configuration */
};

/*
 * Reads compiled text (lines "KIND NAME key=value ..."; empty lines and lines that begin with # are
 * passed over). 0, -ENOMEM, or -EINVAL with one line of reason in err: "line 3: queue sales: ...".
 */
int conf_parse(struct td_conf **out, const char *text, size_t len, struct td_text *err);
void conf_free(struct td_conf *c); /* NULL is fine */
/* Appends the canonical text: every object a line, sorted by kind and name. Check buf->error. */
void conf_encode(const struct td_conf *c, struct td_buf *buf);
/* The same for others to see: a secret (CONF_SECRET) that is there has a 0 for each character. */
void conf_encode_public(const struct td_conf *c, struct td_buf *buf);

/*
 * Makes *out from `old` (NULL: nothing yet) and lines "set KIND NAME key=value ..." (the object
 * becomes exactly this, what is not said takes its default) and "del KIND NAME". All or nothing;
 * references are checked once all lines are read, so their order does not matter. Errors as above.
 */
int conf_apply(struct td_conf **out, const struct td_conf *old, const char *lines, size_t len,
	struct td_text *err);

struct conf_count {
	uint32_t set, deleted; /* objects */
	bool restart; /* one of them has changed a value that takes effect at the next start */
};
/* Appends the lines that make `new` of `old` (NULL: nothing yet). Check buf->error. */
struct conf_count conf_diff(
	const struct td_conf *old, const struct td_conf *new, struct td_buf *buf);

struct conf_key;
/* One value of an object, or an object that comes or goes. */
struct conf_change {
	enum td_kind kind;
	const void *old, *new;      /* the object; NULL: it is not there */
	const struct conf_key *key; /* NULL: the object as a whole */
	bool restart;               /* takes effect when the engine starts next */
};
/* Every change from `old` to `new`, by kind, name and key. */
void conf_changes(const struct td_conf *old, const struct td_conf *new,
	void (*each)(void *ctx, const struct conf_change *change), void *ctx);
/*
 * What a running engine can take of `next` at once: `next` with the values that take effect at the
 * next start as they are in `running`. Each change that has to wait goes to `each` (NULL: nobody
 * asks). 0 or -ENOMEM. *out is for conf_diff(): its faults have not been looked for, and its sounds
 * have no numbers.
 */
int conf_stage(struct td_conf **out, const struct td_conf *running, const struct td_conf *next,
	void (*each)(void *ctx, const struct conf_change *change), void *ctx);

/* NULL when there is none of that name. */
const void *conf_lookup(const struct td_conf *c, enum td_kind kind, struct str name);
/*
 * A sound's number (td_media_cmd.play.sound), or -1 when there is none of that name. The number
 * stays with the name through every conf_apply(), so a leg goes on hearing its sound while other
 * sounds come and go. A new sound takes the number that has been free for longest. So a number that
 * a leg may still play is used again only after all others.
 *
 * Numbers follow from the configurations that took effect, in their order, and from nothing else.
 * So host and engine, which apply the same configurations, have the same numbers.
 */
/* Why no call can go to this address, by the configuration: "our own"; NULL: it can. A call to
 * ourselves would come back as a new one, until no room is left. */
const char *conf_server_useless(const struct td_conf *c, const struct td_addr *a);
/* Of these reasons, those that the ports make: "our own", or the edge of one of our networks. */
const char *conf_address_taken(const struct td_conf *c, const struct td_addr *a);
int conf_sound(const struct td_conf *c, struct str name);

static inline const struct td_conf_site *conf_site(const struct td_conf *c)
{
	return c->of[TD_KIND_SITE].site;
}

#endif
