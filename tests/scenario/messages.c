/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Contacts without media, and what is attached to contacts:
 *
 *     contact m create sales customer=anna account=17    contact m accept alice
 *     contact m withdraw                                 contact call data account=17
 *     contact m requeue backup                           contact call requeue backup
 *
 * "call" is the last call. error="text" at the end: it must be refused with a line that has this.
 */
#include <stdio.h>
#include <string.h>
#include <tests/scenario/script.h>

#define PAIRS 16

static const char *value_of(const char *word, const char *key)
{
	size_t n = strlen(key);

	return strncmp(word, key, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

/* The contact's id; a new name gets an empty one. NULL: there is no room for it. */
static char *id_of(struct script *s, const char *name)
{
	unsigned i = 0;

	if (strcmp(name, "call") == 0)
		return s->last_call;
	while (i < s->contacts && strcmp(s->contact[i].name, name) != 0)
		i++;
	if (i == SCRIPT_CONTACTS) {
		complain(s, "more than %d contacts", SCRIPT_CONTACTS);
		return NULL;
	}
	if (i == s->contacts)
		snprintf(s->contact[s->contacts++].name, sizeof(s->contact[i].name), "%s", name);
	return s->contact[i].id;
}

static void channel_of(struct script *s, const char *word, struct td_contact_request *r)
{
	static const char *const channels[] = {TD_CHANNELS(TD_WORD)};

	for (unsigned i = 0; i < TD_CHANNEL_COUNT; i++)
		if (strcmp(channels[i], word) == 0) {
			r->channel = (enum td_channel)i;
			return;
		}
	complain(s, "%s is no channel", word);
}

/* customer=, tenant=, channel=, error=; else data. Returns the text of error=. */
static const char *read_pairs(struct script *s, char *word[], unsigned n,
	struct td_contact_request *r, struct td_contact_pair pair[static PAIRS])
{
	const char *error = NULL, *value;

	for (unsigned i = 0; i < n; i++) {
		char *equals = strchr(word[i], '=');

		if (!equals || r->count == PAIRS) {
			complain(s, "%s is no KEY=VALUE", word[i]);
		} else if ((value = value_of(word[i], "error"))) {
			error = value;
		} else if ((value = value_of(word[i], "customer"))) {
			snprintf(r->customer, sizeof(r->customer), "%s", value);
		} else if ((value = value_of(word[i], "tenant"))) {
			snprintf(r->tenant, sizeof(r->tenant), "%s", value);
		} else if ((value = value_of(word[i], "channel"))) {
			channel_of(s, value, r);
		} else {
			*equals = '\0';
			pair[r->count++] =
				(struct td_contact_pair){.key = word[i], .value = equals + 1};
		}
	}
	return error;
}

void do_contact(struct script *s, char *word[], unsigned n)
{
	static const char *const actions[] = {TD_CONTACT_ACTIONS(TD_WORD) NULL};
	struct td_contact_pair pair[PAIRS];
	struct td_contact_request r = {.channel = TD_CHANNEL_MESSAGE, .data = pair};
	char new_id[TD_CALL_ID_BYTES] = "", *id = id_of(s, word[1]);
	bool named = n > 3 && !strchr(word[3], '=');
	struct td_text err = {""};
	const char *error;
	int rc;

	while (actions[r.action] && strcmp(actions[r.action], word[2]) != 0)
		r.action++;
	if (!id)
		return;
	snprintf(r.contact, sizeof(r.contact), "%s", id);
	snprintf(
		r.action == TD_CONTACT_CREATE || r.action == TD_CONTACT_REQUEUE ? r.queue : r.agent,
		TD_NAME_BYTES, "%s", named ? word[3] : "");
	error = read_pairs(s, word + 3 + named, n - 3 - named, &r, pair);
	rc = td_engine_contact(s->world->engine, s->world->now, &r, new_id, &err);
	if (rc == 0 && error)
		complain(s, "it was not refused");
	else if (rc < 0 && !(error && strstr(err.s, error)))
		complain(s, "%s", err.s);
	else if (rc == 0 && r.action == TD_CONTACT_CREATE)
		memcpy(id, new_id, sizeof(new_id));
	world_run(s->world, s->world->now);
}
