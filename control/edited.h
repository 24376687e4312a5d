/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The site's file as it is now, beside what is applied. An edit changes nothing by itself; whoever
 * asks, and an alarm, are told of it until it is applied.
 */
#ifndef TANDEM_CONTROL_EDITED_H
#define TANDEM_CONTROL_EDITED_H

#include <control/site.h>
#include <sys/stat.h>

enum edited_state {
	EDITED_APPLIED, /* both say the same */
	EDITED_DIFFERS,
	EDITED_WRONG /* the file has an error, or cannot be read */
};

struct edited {
	const char *file;
	const struct site *site;
	enum edited_state state;
	struct td_text why; /* one line for people; "": it is applied */
	struct stat seen;   /* of the file that was read last */
	uint64_t number;    /* of what it was compared with */
	bool looked;
};

void edited_init(struct edited *e, const char *file, const struct site *site);
/* Reads the file when it or what is applied has changed since, or when it was wrong; `again`: in
 * any case. True: the state is another one now, or its text; that is in the log. */
bool edited_look(struct edited *e, bool again);
/* What the file says: 0, or as config_read(). */
int edited_read(const struct edited *e, struct td_conf **conf,
	void (*report)(void *ctx, const struct config_error *error), void *ctx);

#endif
