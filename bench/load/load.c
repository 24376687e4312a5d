/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <bench/load/load.h>
#include <engine/base/timer.h>

#define PATTERN_WORDS 17
#define PATTERN_STEP  0x9e3779b97f4a7c15ull
#define SEEN_BITS     64
#define ADDRESSES     64
#define NOBODY        UINT32_MAX

#define REORDER     (LOAD_INTERVAL * 3 / 2) /* behind the next one and before the one after it */
#define LATE_STREAM ((LOAD_JITTER_MAX + REORDER) / LOAD_INTERVAL + 2) /* of a stream at once */

struct payload {
	uint64_t magic;
	uint32_t stream, number;
	uint64_t sent;
	uint64_t pattern[PATTERN_WORDS];
};

_Static_assert(sizeof(struct payload) == LOAD_SAMPLES, "20 ms of G.711");

struct stream {
	uint32_t number; /* of the next packet to be sent */
	uint32_t ssrc, ts;
	uint16_t seq; /* of number 0 */
	/* what arrives */
	bool known; /* the three below */
	uint16_t seq_in;
	uint32_t ts_in, ssrc_in;
	uint32_t first; /* number that the window began with */
	uint32_t next;  /* behind the highest seen */
	uint32_t right; /* in this window, each once */
	uint64_t seen;  /* bit i: next - 1 - i has come */
};

struct ends { /* of one address: the stream that arrives, by port */
	uint32_t ip;
	uint32_t stream[UINT16_MAX + 1];
};

struct late { /* waits, or is free */
	struct timer timer;
	struct load_packet p;
	struct late *next; /* free */
};

struct load {
	struct load_params p;
	struct prng prng;
	uint64_t magic;
	struct stream *stream;
	struct ends *ends[ADDRESSES];
	unsigned addresses;
	/* the window */
	uint32_t *order;
	uint32_t active, at; /* streams; place in the round */
	uint64_t round;      /* when it began */
	bool stopped;
	struct load_counts counts;
	/* delayed packets */
	struct timers delayed;
	struct late *late, *free;
};

static const struct td_addr *from_relay(const struct load *l, uint32_t stream)
{
	const struct load_call *c = &l->p.call[stream / 2];

	return stream % 2 ? &c->relay_a : &c->relay_b;
}

static struct ends *ends_of(struct load *l, uint32_t ip)
{
	struct ends *e;

	for (unsigned i = 0; i < l->addresses; i++)
		if (l->ends[i]->ip == ip)
			return l->ends[i];
	if (l->addresses == ADDRESSES) {
		errno = E2BIG;
		return NULL;
	}
	e = malloc(sizeof(*e));
	if (!e)
		return NULL;
	e->ip = ip;
	memset(e->stream, 0xff, sizeof(e->stream)); /* NOBODY */
	l->ends[l->addresses++] = e;
	return e;
}

static int end_add(struct load *l, const struct td_addr *a, uint32_t stream)
{
	struct ends *e = ends_of(l, a->ip4);

	if (!e)
		return -errno;
	if (e->stream[a->port] != NOBODY)
		return -EEXIST;
	e->stream[a->port] = stream;
	return 0;
}

static int load_delays(struct load *l)
{
	uint32_t n = l->p.calls * 2 * (uint32_t)LATE_STREAM;

	if (l->p.reorder <= 0 && !l->p.jitter)
		return 0;
	l->late = calloc(n, sizeof(*l->late));
	if (!l->late)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		l->late[i].next = l->free;
		l->free = &l->late[i];
	}
	return timers_reserve(&l->delayed, n);
}

static int load_streams(struct load *l)
{
	uint32_t n = l->p.calls * 2;
	int rc = 0;

	l->stream = calloc(n, sizeof(*l->stream));
	l->order = calloc(n, sizeof(*l->order));
	if (!l->stream || !l->order)
		return -ENOMEM;
	for (uint32_t i = 0; i < n && !rc; i++) {
		const struct load_call *c = &l->p.call[i / 2];
		struct stream *s = &l->stream[i];

		s->ssrc = (uint32_t)prng_u64(&l->prng);
		s->ts = (uint32_t)prng_u64(&l->prng);
		s->seq = (uint16_t)prng_u64(&l->prng);
		rc = end_add(l, i % 2 ? &c->a : &c->b, i);
	}
	return rc;
}

struct load *load_alloc(const struct load_params *p)
{
	struct load *l = calloc(1, sizeof(*l));
	int rc;

	if (!l)
		return NULL;
	l->p = *p;
	prng_init(&l->prng, p->seed);
	l->magic = prng_u64(&l->prng);
	rc = p->calls && p->jitter <= LOAD_JITTER_MAX ? timers_init(&l->delayed, 0) : -EINVAL;
	if (!rc)
		rc = load_streams(l);
	if (!rc)
		rc = load_delays(l);
	if (rc) {
		load_free(l);
		errno = -rc;
		return NULL;
	}
	return l;
}

void load_free(struct load *l)
{
	if (!l)
		return;
	for (unsigned i = 0; i < l->addresses; i++)
		free(l->ends[i]);
	timers_fini(&l->delayed);
	free(l->late);
	free(l->order);
	free(l->stream);
	free(l);
}

void load_mark(struct load *l)
{
	l->counts = (struct load_counts){0};
	for (uint32_t i = 0; i < l->p.calls * 2; i++) {
		struct stream *s = &l->stream[i];

		s->first = s->next = s->number;
		s->right = 0;
		s->seen = 0;
	}
}

void load_start(struct load *l, uint32_t calls, uint64_t start)
{
	l->active = calls * 2;
	l->at = 0;
	l->round = start;
	l->stopped = false;
	load_mark(l);
	for (uint32_t i = 0; i < l->active; i++) { /* a shuffle, inside out */
		uint32_t j = prng_below(&l->prng, i + 1);

		l->order[i] = l->order[j];
		l->order[j] = i;
	}
}

void load_stop(struct load *l)
{
	l->stopped = true;
}

uint64_t load_outstanding(const struct load *l)
{
	uint64_t back = l->counts.relayed;

	return l->delayed.count + (l->counts.sent > back ? l->counts.sent - back : 0);
}

/* A packet that is due now, and was not delayed. */
static bool of_window(const struct load *l, const struct load_packet *p)
{
	return p->number >= l->stream[p->stream].first;
}

static bool by_chance(struct load *l, double share)
{
	return share > 0 && (double)(prng_u64(&l->prng) >> 11) * 0x1p-53 < share;
}

static void delay(struct load *l, const struct load_packet *p)
{
	struct late *late = l->free;

	l->free = late->next;
	late->p = *p;
	timer_set(&l->delayed, &late->timer, p->due);
}

/* A packet that was delayed and is due now. */
static bool take_late(struct load *l, uint64_t now, struct load_packet *out)
{
	struct late *late;

	if (timers_next(&l->delayed) > now)
		return false;
	late = (struct late *)(void *)l->delayed.heap[1]; /* the first of all; its first member */
	timer_cancel(&l->delayed, &late->timer);
	*out = late->p;
	late->next = l->free;
	l->free = late;
	return true;
}

/* True when p is to be sent at once. */
static bool impair(struct load *l, struct load_packet *p)
{
	uint64_t late = 0;

	if (by_chance(l, l->p.loss)) {
		l->counts.skipped++;
		return false;
	}
	if (by_chance(l, l->p.reorder)) {
		l->counts.delayed++;
		late = REORDER;
	}
	if (l->p.jitter)
		late += prng_u64(&l->prng) % l->p.jitter;
	/* A stream that fell behind by more than its delays may ask for more than there are. */
	if (!late || !l->free)
		return true;
	p->due += late;
	delay(l, p);
	return false;
}

unsigned load_take(struct load *l, uint64_t now, struct load_packet *out, unsigned n)
{
	unsigned got = 0;

	while (got < n && take_late(l, now, &out[got]))
		got++;
	while (got < n && !l->stopped && l->active) {
		struct load_packet *p = &out[got];

		p->due = l->round + l->at * LOAD_INTERVAL / l->active;
		if (p->due > now)
			break;
		p->stream = l->order[l->at];
		p->number = l->stream[p->stream].number++;
		got += impair(l, p);
		if (++l->at == l->active) {
			l->at = 0;
			l->round += LOAD_INTERVAL;
		}
	}
	for (unsigned i = 0; i < got; i++)
		l->counts.sent += of_window(l, &out[i]);
	return got;
}

void load_unsent(struct load *l, const struct load_packet *p)
{
	l->counts.sent -= of_window(l, p);
	l->counts.unsent++;
}

static void pattern(const struct load_packet *p, uint64_t *word)
{
	uint64_t x = ((uint64_t)p->stream << 32 | p->number) * PATTERN_STEP;

	for (unsigned i = 0; i < PATTERN_WORDS; i++)
		word[i] = x + i * PATTERN_STEP;
}

void load_write(const struct load *l, const struct load_packet *p, uint64_t now, uint8_t *rtp)
{
	const struct stream *s = &l->stream[p->stream];
	struct payload pay = {
		.magic = l->magic, .stream = p->stream, .number = p->number, .sent = now};
	uint16_t seq = htons((uint16_t)(s->seq + p->number));
	uint32_t ts = htonl(s->ts + p->number * LOAD_SAMPLES), ssrc = htonl(s->ssrc);

	rtp[0] = 0x80;
	rtp[1] = (uint8_t)(LOAD_PT | (p->number ? 0 : 0x80)); /* marker: talk begins */
	memcpy(rtp + 2, &seq, 2);
	memcpy(rtp + 4, &ts, 4);
	memcpy(rtp + 8, &ssrc, 4);
	pattern(p, pay.pattern);
	memcpy(rtp + 12, &pay, sizeof(pay));
}

uint32_t load_stream_to(const struct load *l, uint32_t ip, uint16_t port)
{
	for (unsigned i = 0; i < l->addresses; i++)
		if (l->ends[i]->ip == ip)
			return l->ends[i]->stream[port];
	return NOBODY;
}

/* SSRC, sequence number and time stamp; the first packet says which the relay gives. */
static enum load_wrong check_rtp(struct stream *s, uint32_t number, const uint8_t *rtp)
{
	uint32_t ts, ssrc;
	uint16_t seq;

	memcpy(&seq, rtp + 2, 2);
	memcpy(&ts, rtp + 4, 4);
	memcpy(&ssrc, rtp + 8, 4);
	seq = (uint16_t)(ntohs(seq) - number);
	ts = ntohl(ts) - number * LOAD_SAMPLES;
	if (!s->known) {
		s->known = true;
		s->seq_in = seq;
		s->ts_in = ts;
		s->ssrc_in = ssrc;
	}
	if (rtp[0] != 0x80 || (rtp[1] & 0x7f) != LOAD_PT || ssrc != s->ssrc_in)
		return LOAD_WRONG_HEADER;
	return seq != s->seq_in || ts != s->ts_in ? LOAD_WRONG_SEQUENCE : LOAD_RIGHT;
}

static enum load_wrong check(struct load *l, uint32_t stream, uint32_t from_ip, uint16_t from_port,
	const uint8_t *rtp, size_t len, struct payload *pay)
{
	uint64_t want[PATTERN_WORDS];
	const struct td_addr *from;

	if (stream == NOBODY)
		return LOAD_WRONG_STREAM;
	from = from_relay(l, stream);
	if (from->ip4 != from_ip || from->port != from_port)
		return LOAD_WRONG_SOURCE;
	if (len != LOAD_RTP)
		return LOAD_WRONG_FRAME;
	memcpy(pay, rtp + 12, sizeof(*pay));
	if (pay->magic != l->magic || pay->stream != stream)
		return LOAD_WRONG_STREAM;
	pattern(&(struct load_packet){.stream = stream, .number = pay->number}, want);
	if (memcmp(want, pay->pattern, sizeof(want)) != 0 ||
		pay->number >= l->stream[stream].number)
		return LOAD_WRONG_PAYLOAD;
	return check_rtp(&l->stream[stream], pay->number, rtp);
}

/* Whether it is the first of its number, and in order. */
static bool first_of_number(struct load *l, struct stream *s, uint32_t number)
{
	uint32_t back;

	if (number < s->first) {
		l->counts.stale++;
		return false;
	}
	if (number >= s->next) {
		uint32_t ahead = number + 1 - s->next;

		s->seen = ahead < SEEN_BITS ? s->seen << ahead | 1 : 1;
		s->next = number + 1;
		return true;
	}
	back = s->next - 1 - number;
	if (back >= SEEN_BITS || s->seen >> back & 1) {
		l->counts.duplicates++;
		return false;
	}
	s->seen |= 1ull << back;
	l->counts.reordered++;
	return true;
}

uint64_t load_check(struct load *l, uint32_t stream, uint32_t from_ip, uint16_t from_port,
	const uint8_t *rtp, size_t len, uint64_t now)
{
	struct payload pay;
	enum load_wrong wrong = check(l, stream, from_ip, from_port, rtp, len, &pay);

	if (wrong != LOAD_RIGHT) {
		l->counts.wrong[wrong]++;
		return TD_NEVER;
	}
	if (!first_of_number(l, &l->stream[stream], pay.number))
		return TD_NEVER;
	l->stream[stream].right++;
	l->counts.relayed++;
	return now - pay.sent;
}

void load_bad_frame(struct load *l)
{
	l->counts.wrong[LOAD_WRONG_FRAME]++;
}

void load_counts(const struct load *l, struct load_counts *out)
{
	*out = l->counts;
	out->lost = out->sent > out->relayed ? out->sent - out->relayed : 0;
	for (uint32_t i = 0; i < l->p.calls * 2; i++) {
		const struct stream *s = &l->stream[i];

		out->gaps += s->next - s->first - s->right;
	}
}

uint64_t load_wrongs(const struct load_counts *c)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < LOAD_WRONG_COUNT; i++)
		sum += c->wrong[i];
	return sum;
}
