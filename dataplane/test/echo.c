/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dp-echo [-w CORE]... [-q QUEUES] [-s CORE] [-c ADDRESS] NAME:TYPE:DEVICE:ADDRESS/BITS...
 *
 * The dataplane with nothing above it but an echo of SIP datagrams: what the tests of ports talk
 * to. Says "ready" when it runs; at SIGTERM it prints each port's balance, one JSON object a line.
 * Each -w adds a worker; -q is the queues of every port. With -c it does not echo but calls: a
 * hundred datagrams to ADDRESS, 5 ms apart, then it ends; exit 0 when each came back once.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dataplane/dataplane.h>

#define ECHO_BATCH 32
#define CALL_COUNT 100
#define CALL_PAUSE (5 * TD_NSEC_PER_MSEC)
#define CALL_WAIT  (3 * TD_NSEC_PER_SEC)

static volatile sig_atomic_t echo_stop;
static struct dp *echo_dp;
static uint64_t echo_refused;
static struct td_addr call_from, call_to; /* -c */
static unsigned call_sent, call_answered;
static uint64_t call_due;

static void echo_signal(int number)
{
	echo_stop = 1;
}

static uint64_t echo_turn(void *ctx, uint64_t now)
{
	struct dp_datagram d[ECHO_BATCH];
	unsigned n = dp_sip_recv(echo_dp, d, ECHO_BATCH);

	for (unsigned i = 0; i < n; i++)
		if (dp_sip_send(echo_dp, &d[i].local, &d[i].remote, 24, d[i].data, d[i].len))
			echo_refused++;
	dp_sip_release(echo_dp, d, n);
	return n == ECHO_BATCH ? 0 : TD_NEVER;
}

/* The answers are counted; the last deadline ends the wait for them. */
static uint64_t call_turn(void *ctx, uint64_t now)
{
	struct dp_datagram d[ECHO_BATCH];
	unsigned n = dp_sip_recv(echo_dp, d, ECHO_BATCH), number;
	struct dp_port_info port;

	dp_port_info(echo_dp, 0, &port);
	if (!port.up) /* a memif takes a while to find its other side */
		return now + CALL_PAUSE;
	for (unsigned i = 0; i < n; i++) {
		memcpy(&number, d[i].data, sizeof(number));
		call_answered += d[i].len == sizeof(number) && number < CALL_COUNT;
	}
	dp_sip_release(echo_dp, d, n);
	if (call_sent == CALL_COUNT) {
		echo_stop = call_answered == CALL_COUNT || now >= call_due;
	} else if (now >= call_due) {
		if (dp_sip_send(echo_dp, &call_from, &call_to, 24, &call_sent, sizeof(call_sent)))
			echo_refused++;
		call_due = now + (++call_sent == CALL_COUNT ? CALL_WAIT : CALL_PAUSE);
	}
	return echo_stop ? TD_NEVER : call_due;
}

static void echo_note(void *ctx, const char *line)
{
	fprintf(stderr, "note: %s\n", line);
}

static int echo_type(const char *s)
{
	static const char *const name[] = {TD_PORT_TYPES(TD_WORD)};

	for (int i = 0; i < (int)(sizeof(name) / sizeof(*name)); i++)
		if (!strcmp(s, name[i]))
			return i;
	return -1;
}

/* name:type:device:address/bits; type "af_xdp!" means without fallback, "memif!" the server. */
static int echo_port(struct td_conf_port *p, char *text)
{
	char *name = strsep(&text, ":"), *type = strsep(&text, ":"), *device = strsep(&text, ":"),
	     *address = strsep(&text, "/"), *bits = text, *bang;

	if (!bits)
		return -EINVAL;
	bang = strchr(type, '!');
	if (bang)
		*bang = '\0';
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(p->device, sizeof(p->device), "%s", device);
	p->type = (uint8_t)echo_type(type);
	p->fallback = !bang;
	p->memif_server = bang != NULL;
	p->address[0].addr.family = 4;
	p->address[0].bits = (uint8_t)atoi(bits);
	p->address_count = 1;
	p->mtu = 1500;
	return inet_pton(AF_INET, address, &p->address[0].addr.ip4) == 1 ? 0 : -EINVAL;
}

static void echo_report(void)
{
	static const char *const consumed[] = {
#define X(id, name, text) name,
		TD_CONSUMED(X)};
	static const char *const dropped[] = {TD_DROPS(X)};
#undef X

	for (unsigned i = 0; i < dp_port_count(echo_dp); i++) {
		struct dp_port_info p;

		dp_port_info(echo_dp, i, &p);
		printf("{\"port\":\"%s\",\"driver\":\"%s\",\"up\":%d,\"in\":%llu,\"out\":%llu,"
		       "\"originated\":%llu,\"held\":%llu,\"kernel_dropped\":%llu,"
		       "\"crossed_in\":%llu,\"crossed_out\":%llu",
			p.name, p.driver, p.up, (unsigned long long)p.stats.in,
			(unsigned long long)p.stats.out, (unsigned long long)p.stats.originated,
			(unsigned long long)p.stats.held, (unsigned long long)p.kernel_dropped,
			(unsigned long long)p.stats.crossed_in,
			(unsigned long long)p.stats.crossed_out);
		for (unsigned j = 0; j < TD_CONSUMED_COUNT; j++)
			if (p.stats.consumed[j])
				printf(",\"consumed-%s\":%llu", consumed[j],
					(unsigned long long)p.stats.consumed[j]);
		for (unsigned j = 0; j < TD_DROP_COUNT; j++)
			if (p.stats.dropped[j])
				printf(",\"dropped-%s\":%llu", dropped[j],
					(unsigned long long)p.stats.dropped[j]);
		printf("}\n");
	}
	fflush(stdout);
}

static int echo_run(const struct dp_params *p)
{
	struct sigaction act = {.sa_handler = echo_signal};
	struct td_text err = {""};
	int rc;

	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGINT, &act, NULL);
	echo_dp = dp_alloc(p, &err);
	if (!echo_dp) {
		fprintf(stderr, "dp-echo: %s\n", err.s);
		return 2;
	}
	rc = dp_start(echo_dp);
	if (!rc)
		printf("ready\n");
	fflush(stdout);
	while (!rc && !echo_stop) {
		struct pollfd fd = {.fd = dp_main_fd(echo_dp), .events = POLLIN};

		(void)poll(&fd, 1, 1000);
		dp_main_turn(echo_dp);
	}
	echo_report();
	if (echo_refused)
		printf("{\"refused\":%llu}\n", (unsigned long long)echo_refused);
	dp_stop(echo_dp);
	dp_free(echo_dp);
	if (call_to.family)
		printf("{\"sent\":%u,\"answered\":%u}\n", call_sent, call_answered);
	return rc || (call_to.family && call_answered != CALL_COUNT) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct td_conf_port port[8];
	struct td_conf_site site = {.sip_port = 5060,
		.rtp_port_min = 20000,
		.rtp_port_max = 20999,
		.max_calls = 200,
		.max = {.sounds = 16, .bandwidth_rows = 16},
		.signalling_core = -1,
		.memory_mb = 128};
	struct dp_params p = {
		.site = &site, .ports = port, .turn = echo_turn, .tap = true, .note = echo_note};
	uint8_t queues = 0;
	int c;

	while ((c = getopt(argc, argv, "w:q:s:c:")) != -1) {
		if (c == 'w' && site.worker_count < TD_CONF_LIST) {
			site.worker_cores[site.worker_count++] = (uint8_t)atoi(optarg);
		} else if (c == 'q') {
			queues = (uint8_t)atoi(optarg);
		} else if (c == 's') {
			site.signalling_core = atoi(optarg);
		} else if (c == 'c' && inet_pton(AF_INET, optarg, &call_to.ip4) == 1) {
			call_to.family = 4;
			call_to.port = site.sip_port;
			p.turn = call_turn;
		} else {
			return 2;
		}
	}
	for (; optind < argc && p.port_count < 8; optind++)
		if (echo_port(&port[p.port_count++], argv[optind])) {
			fprintf(stderr, "dp-echo: %s is no NAME:TYPE:DEVICE:ADDRESS/BITS\n",
				argv[optind]);
			return 2;
		}
	for (unsigned i = 0; i < p.port_count; i++)
		port[i].queues = queues;
	call_from = port[0].address[0].addr;
	call_from.port = site.sip_port;
	return echo_run(&p);
}
