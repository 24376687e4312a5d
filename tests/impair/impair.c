/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A wire that breaks: takes the place of the bridge between two interfaces and loses, doubles,
 * delays and reorders what passes, both ways alike, from one seed.
 *
 *	dev A --> rx --> lose? double? --> heap by release time --> tx --> dev B   (and B --> A)
 *
 * A delay varies from packet to packet but keeps the order within a flow (source, destination and
 * UDP ports), as a router's queue does; only --reorder reorders: such a packet is held back for
 * --reorder-by more than its turn, so that the next ones of its flow pass it. ARP is passed on
 * untouched, since tests are about SIP and media. On SIGTERM and SIGINT what is still held is
 * sent, and the counters are printed as one JSON object.
 */
#include <engine/base/number.h>
#include <engine/base/str.h>
#include <system/options.h>
#include <tests/impair/heap.h>

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC  1000000000ull
#define NSEC_PER_MSEC 1000000ull
#define FRAME_BYTES   (65536 + ETH_HLEN)
#define RX_BURST      64
#define FLOWS         4096 /* a power of two; a collision only makes two flows share an order */
#define PPM           1000000u
#define REORDER_MS    30

struct params {
	uint32_t loss_ppm, dup_ppm, reorder_ppm;
	uint64_t delay, jitter, reorder_by; /* ns */
	uint64_t seed;
	const char *json; /* NULL: standard output */
};

struct counters {
	uint64_t in, out, lost, duplicated, reordered, kernel_drops, send_errors;
};

struct side {
	const char *name;
	int fd;
	uint64_t rng;
	struct counters count; /* of what came in here */
	uint64_t turn[FLOWS];  /* when the last packet of the flow goes out */
};

struct impair {
	struct params p;
	struct side side[2];
	struct heap held;
	int timer, signals;
	uint8_t frame[FRAME_BYTES];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * NSEC_PER_SEC + (uint64_t)t.tv_nsec;
}

/* splitmix64: each side draws its own sequence, so what happens to one does not shift the other. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Always draws, so that one option's value does not change what another one hits. */
static bool hit(uint64_t *state, uint32_t ppm)
{
	return draw(state) % PPM < ppm;
}

static uint32_t flow_of(const uint8_t *f, size_t len)
{
	const size_t ip = ETH_HLEN;
	uint64_t h = 0;
	size_t ihl;

	if (len < ip + 20 || f[12] != 0x08 || f[13] != 0x00)
		return 0;
	for (size_t i = ip + 12; i < ip + 20; i++)
		h = h * 31 + f[i];
	ihl = (size_t)(f[ip] & 0x0f) * 4;
	/* Later fragments have no ports. They follow the first one, which has them. */
	if (f[ip + 9] == IPPROTO_UDP && !(f[ip + 6] & 0x3f) && !f[ip + 7] && len >= ip + ihl + 4)
		for (size_t i = ip + ihl; i < ip + ihl + 4; i++)
			h = h * 31 + f[i];
	h *= 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 32) & (FLOWS - 1);
}

static void packet_send(struct impair *im, unsigned from, const uint8_t *data, size_t len)
{
	struct counters *c = &im->side[from].count;

	if (send(im->side[!from].fd, data, len, 0) == (ssize_t)len)
		c->out++;
	else
		c->send_errors++;
}

static void packet_hold(
	struct impair *im, unsigned from, const uint8_t *data, size_t len, uint64_t due)
{
	if (heap_push(&im->held, due, from, data, len) < 0)
		im->side[from].count.send_errors++;
}

static void packet_pass(
	struct impair *im, unsigned from, const uint8_t *data, size_t len, uint64_t now)
{
	struct side *s = &im->side[from];
	const struct params *p = &im->p;
	bool lost = hit(&s->rng, p->loss_ppm);
	bool twice = hit(&s->rng, p->dup_ppm);
	bool late = hit(&s->rng, p->reorder_ppm);
	uint64_t vary = draw(&s->rng), *turn = &s->turn[flow_of(data, len)], due;

	s->count.in++;
	if (len >= ETH_HLEN && data[12] == 0x08 && data[13] == 0x06) {
		packet_send(im, from, data, len);
		return;
	}
	if (lost) {
		s->count.lost++;
		return;
	}
	due = now + p->delay - p->jitter + (p->jitter ? vary % (2 * p->jitter + 1) : 0);
	if (late) {
		/* The packets behind this one do not wait for it. */
		s->count.reordered++;
		due = (due > *turn ? due : *turn) + p->reorder_by;
	} else {
		due = due > *turn ? due : *turn;
		*turn = due;
	}
	if (due <= now)
		packet_send(im, from, data, len);
	else
		packet_hold(im, from, data, len, due);
	if (twice) {
		s->count.duplicated++;
		if (due <= now)
			packet_send(im, from, data, len);
		else
			packet_hold(im, from, data, len, due);
	}
}

static void side_receive(struct impair *im, unsigned from)
{
	struct side *s = &im->side[from];

	for (unsigned i = 0; i < RX_BURST; i++) {
		ssize_t n = recv(s->fd, im->frame, sizeof(im->frame), MSG_DONTWAIT);
		if (n < 0)
			break;
		packet_pass(im, from, im->frame, (size_t)n, now_ns());
	}
}

static void release(struct impair *im, uint64_t until)
{
	const struct heap_item *it;

	while ((it = heap_peek(&im->held)) && it->due <= until) {
		packet_send(im, it->from, it->data, it->len);
		heap_pop(&im->held);
	}
}

static int timer_arm(struct impair *im)
{
	const struct heap_item *it = heap_peek(&im->held);
	struct itimerspec t = {0};

	if (it) {
		t.it_value.tv_sec = (time_t)(it->due / NSEC_PER_SEC);
		t.it_value.tv_nsec = (long)(it->due % NSEC_PER_SEC);
	}
	return timerfd_settime(im->timer, TFD_TIMER_ABSTIME, &t, NULL);
}

static int side_open(struct side *s)
{
	const int on = 1, buffer = 8 << 20;
	struct sockaddr_ll addr = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};

	addr.sll_ifindex = (int)if_nametoindex(s->name);
	if (!addr.sll_ifindex)
		return -errno;
	all.mr_ifindex = addr.sll_ifindex;
	/* Protocol 0: nothing arrives before the socket is bound to its interface. */
	s->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	if (setsockopt(s->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0 ||
		setsockopt(s->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) < 0 ||
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)) < 0 ||
		bind(s->fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		int err = -errno;
		close(s->fd);
		s->fd = -1;
		return err;
	}
	return 0;
}

static void counters_print(struct impair *im, FILE *f)
{
	fputs("{", f);
	for (unsigned i = 0; i < 2; i++) {
		struct side *s = &im->side[i];
		struct tpacket_stats st = {0};
		socklen_t len = sizeof(st);

		getsockopt(s->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len);
		s->count.kernel_drops += st.tp_drops;
		fprintf(f,
			"%s\"%s\": {\"in\": %lu, \"out\": %lu, \"lost\": %lu, \"duplicated\": %lu, "
			"\"reordered\": %lu, \"kernel_drops\": %lu, \"send_errors\": %lu}",
			i ? ", " : "", s->name, s->count.in, s->count.out, s->count.lost,
			s->count.duplicated, s->count.reordered, s->count.kernel_drops,
			s->count.send_errors);
	}
	fputs("}\n", f);
}

static int run(struct impair *im)
{
	struct pollfd fds[] = {{im->side[0].fd, POLLIN, 0}, {im->side[1].fd, POLLIN, 0},
		{im->timer, POLLIN, 0}, {im->signals, POLLIN, 0}};

	for (;;) {
		uint64_t fired;

		if (timer_arm(im) < 0 || (poll(fds, 4, -1) < 0 && errno != EINTR))
			return -errno;
		if (fds[2].revents && read(im->timer, &fired, sizeof(fired)) < 0 && errno != EAGAIN)
			return -errno;
		release(im, now_ns());
		for (unsigned i = 0; i < 2; i++)
			if (fds[i].revents)
				side_receive(im, i);
		if (fds[3].revents)
			return 0;
	}
}

/* "2%", "0.5%": parts in a million. */
static bool percent_decode(const char *text, uint32_t *ppm)
{
	double v = 0;
	const char *end = number_decode(text, &v);

	if (!end || (strcmp(end, "%") != 0 && *end) || v > 100)
		return false;
	*ppm = (uint32_t)(v * PPM / 100 + 0.5);
	return true;
}

/* "40ms", "40ms±20ms" (or 40ms+-20ms): delay and how far it varies, ns. */
static bool delay_decode(const char *text, uint64_t *delay, uint64_t *jitter)
{
	double v[2] = {0, 0};

	for (unsigned i = 0; i < 2; i++) {
		const char *end = number_decode(text, &v[i]);

		if (!end || v[i] > 10000 || strncmp(end, "ms", 2) != 0)
			return false;
		text = end + 2;
		if (!*text)
			break;
		if (strncmp(text, "±", strlen("±")) == 0)
			text += strlen("±");
		else if (strncmp(text, "+-", 2) == 0)
			text += 2;
		else
			return false;
	}
	*delay = (uint64_t)(v[0] * (double)NSEC_PER_MSEC);
	*jitter = (uint64_t)(v[1] * (double)NSEC_PER_MSEC);
	return *jitter <= *delay && !*text;
}

enum { LOSS = OPTION_LONG, DUP, REORDER, REORDER_BY, DELAY, SEED, COUNTERS };

static const struct option_row rows[] = {
	{LOSS, "loss", "P%", "0%", "How many frames are lost."},
	{DUP, "dup", "P%", "0%", "How many come twice."},
	{REORDER, "reorder", "P%", "0%", "How many are held back, so that others pass them."},
	{REORDER_BY, "reorder-by", "TIME", OPTION_TEXT(REORDER_MS) "ms", "For how long."},
	{DELAY, "delay", "TIME", "0ms", "How late each frame is, as in 40ms or 40ms±20ms."},
	{SEED, "seed", "N", "1", "Of everything random."},
	{COUNTERS, "json", "FILE", "standard output", "Where the counters go at the end."},
	OPTION_HELP,
	{0},
};

static void usage(void)
{
	fputs("usage: tandem-impair [options] DEVICE DEVICE\n"
	      "Carries frames between two interfaces and breaks them on the way, until "
	      "SIGTERM.\n\n",
		stdout);
	options_usage(rows, stdout);
}

static bool option_take(int option, struct params *p)
{
	uint64_t none = 0;

	switch (option) {
	case LOSS:
		return percent_decode(optarg, &p->loss_ppm);
	case DUP:
		return percent_decode(optarg, &p->dup_ppm);
	case REORDER:
		return percent_decode(optarg, &p->reorder_ppm);
	case REORDER_BY:
		return delay_decode(optarg, &p->reorder_by, &none) && !none;
	case DELAY:
		return delay_decode(optarg, &p->delay, &p->jitter);
	case SEED:
		return str_u64(str_of(optarg), UINT64_MAX - 1, &p->seed);
	default:
		p->json = optarg;
		return true;
	}
}

static int params_decode(int argc, char **argv, struct params *p)
{
	int option, at;

	while (at = optind, (option = options_next(rows, argc, argv)) != OPTION_END) {
		if (option == 'h') {
			usage();
			exit(0);
		}
		if (option == OPTION_WRONG)
			return -EINVAL; /* getopt has said what is wrong */
		if (!option_take(option, p)) {
			fprintf(stderr, "tandem-impair: %s %s: not a value that it can take\n",
				argv[at], argv[at + 1] == optarg ? optarg : "");
			return -EINVAL;
		}
	}
	return argc - optind == 2 ? 0 : -EINVAL;
}

int main(int argc, char **argv)
{
	static struct impair im = {.p = {.reorder_by = REORDER_MS * NSEC_PER_MSEC, .seed = 1}};
	FILE *out = stdout;
	sigset_t set;
	int err;

	if (params_decode(argc, argv, &im.p) < 0) {
		fputs("usage: tandem-impair [options] DEVICE DEVICE; see --help\n", stderr);
		return 2;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	im.signals = signalfd(-1, &set, SFD_CLOEXEC);
	im.timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (im.signals < 0 || im.timer < 0) {
		perror("tandem-impair: timer and signals");
		return 1;
	}
	for (unsigned i = 0; i < 2; i++) {
		im.side[i].name = argv[optind + (int)i];
		im.side[i].rng = im.p.seed * 2 + i;
		err = side_open(&im.side[i]);
		if (err < 0) {
			fprintf(stderr, "tandem-impair: %s: %s\n", im.side[i].name, strerror(-err));
			return 1;
		}
	}
	if (im.p.json && !(out = fopen(im.p.json, "w"))) {
		fprintf(stderr, "tandem-impair: %s: %s\n", im.p.json, strerror(errno));
		return 1;
	}
	fputs("ready\n", stderr);
	err = run(&im);
	release(&im, UINT64_MAX);
	counters_print(&im, out);
	fclose(out);
	heap_free(&im.held);
	if (err < 0)
		fprintf(stderr, "tandem-impair: %s\n", strerror(-err));
	return err < 0;
}
