/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/host/record/running.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MIN 1024u
/* Recordings that end together are finished a few at a time: their syncs must not hold up those
 * that go on. */
#define FINISHING_MAX 128

int running_init(struct running *w)
{
	TAILQ_INIT(&w->all);
	TAILQ_INIT(&w->ending);
	w->places.count = PLACES_MIN;
	w->places.at = calloc(PLACES_MIN, sizeof(struct recording *));
	return w->places.at ? 0 : -ENOMEM;
}

void running_fini(struct running *w)
{
	free(w->places.at);
}

static struct recording **place_of(const struct places *p, uint32_t number)
{
	return &p->at[number & (p->count - 1)];
}

struct recording *running_lookup(const struct running *w, uint32_t number)
{
	struct recording *rec = *place_of(&w->places, number);

	return rec && rec->number == number ? rec : NULL;
}

/* False when two meet. */
static bool places_fill(const struct places *p, const struct recordings *all)
{
	for (struct recording *rec = TAILQ_FIRST(all); rec; rec = TAILQ_NEXT(rec, link)) {
		if (!rec->split)
			continue;
		if (*place_of(p, rec->number))
			return false;
		*place_of(p, rec->number) = rec;
	}
	return true;
}

/* Doubles the table until `number` has a place that is free. 0 or -ENOMEM. */
static int places_grow(struct running *w, uint32_t number)
{
	struct places p = {.count = w->places.count};

	do {
		free(p.at);
		p.count *= 2;
		p.at = p.count ? calloc(p.count, sizeof(struct recording *)) : NULL;
		if (!p.at)
			return -ENOMEM;
	} while (!places_fill(&p, &w->all) || *place_of(&p, number));
	free(w->places.at);
	w->places = p;
	return 0;
}

static void log_append(struct running *w, const struct tap_rec *rec, const void *payload)
{
	/* Without room in the log, the file is still made. Only a crash at this moment would lose
	 * it. */
	if (!taplog_append(w->log, rec, payload, w->now))
		w->log_refused++;
}

static void log_start(struct running *w, const struct split_info *info)
{
	struct taplog_start start = {0};
	struct tap_rec mark = {.kind = TAPLOG_START,
		.len = sizeof(start),
		.recording = info->recording,
		.codec = info->codec};

	memcpy(start.call, info->call, sizeof(start.call));
	memcpy(start.path, info->path, sizeof(start.path));
	log_append(w, &mark, &start);
}

static void recording_done(
	void *ctx, const struct split_info *info, const struct split_result *result)
{
	struct recording *rec = ctx;
	struct running *w = rec->of;
	struct tap_rec done = {.kind = TAPLOG_DONE, .recording = info->recording};

	/* Counted before it is told, because whoever hears of it may look at the count. */
	atomic_fetch_add(result->error ? &w->failed : &w->made, 1);
	atomic_fetch_sub(&w->live, 1);
	report_file(w->journal, JOURNAL_RECORDER, info, result, false);
	log_append(w, &done, "");
	TAILQ_REMOVE(&w->all, rec, link);
	free(rec);
	rec = TAILQ_FIRST(&w->all);
	taplog_trim(w->log, rec ? rec->segment : w->log->number);
}

static void recording_finish(struct running *w, struct recording *rec)
{
	struct split *split = rec->split;

	rec->split = NULL;
	*place_of(&w->places, rec->number) = NULL;
	if (rec->stop_at != TD_NEVER)
		TAILQ_REMOVE(&w->ending, rec, ending);
	split_finish(split, recording_done, rec);
}

int running_begin(
	struct running *w, uint32_t number, uint8_t codec, uint64_t wall, const char *call)
{
	struct split_info info = {.recording = number, .codec = codec};
	struct recording *rec;
	int rc = -ENOMEM;

	if (running_lookup(w, number))
		return 0;
	rec = calloc(1, sizeof(*rec));
	if (!rec)
		goto fail;
	memcpy(info.call, call, sizeof(info.call));
	rc = *place_of(&w->places, number) ? places_grow(w, number) : 0;
	if (rc)
		goto free_rec;
	rc = split_path(w->dirfd, wall, info.call, info.path);
	if (rc)
		goto free_rec;
	rec->split = split_alloc(w->disk, w->dirfd, &info);
	if (!rec->split) {
		rc = -errno;
		goto free_rec;
	}
	rec->of = w;
	rec->number = number;
	rec->stop_at = TD_NEVER;
	rec->segment = w->log->number;
	log_start(w, &info);
	*place_of(&w->places, number) = rec;
	TAILQ_INSERT_TAIL(&w->all, rec, link);
	atomic_fetch_add(&w->live, 1);
	return 0;
free_rec:
	free(rec);
fail:
	atomic_fetch_add(&w->failed, 1);
	return rc;
}

void running_end(struct running *w, uint32_t number, uint64_t stop_at)
{
	struct recording *rec = running_lookup(w, number);

	if (!rec || rec->stop_at != TD_NEVER)
		return;
	rec->stop_at = stop_at;
	TAILQ_INSERT_TAIL(&w->ending, rec, ending);
}

void running_take(struct recording *rec, const struct tap_rec *t)
{
	unsigned channel = t->channel & 1;

	log_append(rec->of, t, t + 1);
	rec->seen[channel] = true;
	rec->ended[channel] = t->kind == TAP_END;
	if (t->kind == TAP_AUDIO)
		split_audio(rec->split, t, t + 1);
	else
		split_pause(rec->split, channel);
}

static bool ended(const struct recording *rec)
{
	return (rec->seen[0] || rec->seen[1]) && rec->ended[0] == rec->seen[0] &&
	       rec->ended[1] == rec->seen[1];
}

void running_finish_ended(struct running *w)
{
	for (struct recording *rec = TAILQ_FIRST(&w->ending), *next; rec; rec = next) {
		next = TAILQ_NEXT(rec, ending);
		if (w->disk->flying >= FINISHING_MAX)
			return;
		if (ended(rec) || w->now >= rec->stop_at)
			recording_finish(w, rec);
	}
}

static void finish(struct running *w, bool all)
{
	for (struct recording *rec = TAILQ_FIRST(&w->all), *next; rec; rec = next) {
		next = TAILQ_NEXT(rec, link);
		if (rec->split && (all || split_error(rec->split)))
			recording_finish(w, rec);
	}
}

void running_finish_all(struct running *w)
{
	finish(w, true);
}

void running_finish_failed(struct running *w)
{
	finish(w, false);
}

int running_error(const struct running *w)
{
	int error = 0;

	for (struct recording *rec = TAILQ_FIRST(&w->all); rec && !error;
		rec = TAILQ_NEXT(rec, link))
		error = rec->split ? split_error(rec->split) : 0;
	return error;
}
