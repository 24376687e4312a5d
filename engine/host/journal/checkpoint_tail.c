/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run may end between the journal's records and the checkpoint's, or at its start between what it
 * has told of the run before and its own checkpoint. The journal has then what the checkpoint still
 * has open: it is not told twice.
 */
#include <engine/host/journal/checkpoint.h>
#include <system/journal/reader.h>
#include <errno.h>
#include <string.h>

static void drop(struct td_checkpoint *c)
{
	c->kind = 0;
}

static void call_told(struct checkpoint_image *image, const struct td_ev_cdr *ev)
{
	for (uint32_t i = 0; i < image->restore.count; i++) {
		struct td_checkpoint *c = &image->records[i];

		if ((c->kind == TD_CHECKPOINT_CONTACT || c->kind == TD_CHECKPOINT_PARTY) &&
			strncmp(c->record, ev->id, sizeof(ev->id)) == 0)
			drop(c);
	}
}

static void party_told(struct checkpoint_image *image, const struct td_ev_party *ev)
{
	for (uint32_t i = 0; i < image->restore.count; i++) {
		struct td_checkpoint *c = &image->records[i];
		const struct td_checkpoint_party *p = c->record;

		if (c->kind == TD_CHECKPOINT_PARTY && c->len >= sizeof(p->party) &&
			strncmp(p->party.call, ev->call, sizeof(ev->call)) == 0 &&
			p->party.number == ev->number)
			drop(c);
	}
}

/* The agent itself stays. The two records' wall clocks may have drifted apart. */
static void stay_told(struct checkpoint_image *image, const struct td_ev_agent_session *ev)
{
	for (uint32_t i = 0; i < image->restore.count; i++) {
		const struct td_checkpoint *c = &image->records[i];
		struct td_checkpoint_agent *a = (struct td_checkpoint_agent *)c->record;

		if (c->kind == TD_CHECKPOINT_AGENT && c->len >= sizeof(*a) &&
			strncmp(a->name, ev->agent, sizeof(a->name)) == 0 &&
			a->from + image->restore.wall_offset <= ev->from + TD_NSEC_PER_SEC)
			a->from = 0;
	}
}

static void take(struct checkpoint_image *image, const struct td_rec *rec, const void *payload)
{
	union {
		struct td_ev_cdr cdr;
		struct td_ev_party party;
		struct td_ev_agent_session session;
	} ev;

	memset(&ev, 0, sizeof(ev));
	memcpy(&ev, payload, rec->len < sizeof(ev) ? rec->len : sizeof(ev));
	if (rec->type == TD_EV_CDR)
		call_told(image, &ev.cdr);
	else if (rec->type == TD_EV_PARTY)
		party_told(image, &ev.party);
	else if (rec->type == TD_EV_AGENT_SESSION)
		stay_told(image, &ev.session);
}

static void close_up(struct checkpoint_image *image)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < image->restore.count; i++)
		if (image->records[i].kind)
			image->records[n++] = image->records[i];
	image->restore.count = n;
}

int checkpoint_tail(const char *dir, struct checkpoint_image *image)
{
	struct journal_reader *r;
	const void *payload;
	struct td_rec rec;
	int rc;

	if (!image->restore.count)
		return 0;
	r = journal_reader_open(dir);
	if (!r)
		return -errno;
	rc = journal_reader_seek(r, image->seq + 1);
	while (!rc) {
		rc = journal_reader_next(r, &rec, &payload);
		if (rc == 0)
			break;
		if (rc > 0)
			take(image, &rec, payload);
		rc = rc == -EBADMSG || rc > 0 ? 0 : rc; /* damage is passed over */
	}
	journal_reader_close(r);
	close_up(image);
	return rc;
}
