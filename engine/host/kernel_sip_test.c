/* SPDX-License-Identifier: BSD-3-Clause */
/* Over the loopback interface: what arrives, what goes out, and that what does neither is counted.
 */
#include <arpa/inet.h>
#include <engine/core/addr.h>
#include <engine/host/clock.h>
#include <engine/host/kernel_sip.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define LONG     20000
#define TOO_LONG 65520 /* beyond what UDP over IPv4 carries */
#define FLOOD    200   /* times LONG: more than the ring holds */
#define WAIT_NS  (5 * TD_NSEC_PER_SEC)

struct fixture {
	struct kernel_sip *k;
	struct td_addr ours, peer;
	int fd;
};

static void setup_peer(struct fixture *f)
{
	struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);

	f->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(f->fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(getsockname(f->fd, (struct sockaddr *)&sin, &len), 0);
	f->peer = (struct td_addr){
		.family = 4, .port = ntohs(sin.sin_port), .ip4 = sin.sin_addr.s_addr};
}

static int setup(void **state)
{
	static struct fixture f;
	struct td_conf_port port = {
		.name = "floor", .type = TD_PORT_AF_PACKET, .device = "lo", .address_count = 1};
	char err[256];

	setup_peer(&f);
	if (addr_decode(&port.address[0].addr, STR("127.0.0.2")) != 0)
		return -1;
	f.ours = port.address[0].addr;
	f.ours.port = f.peer.port; /* free there too, as good as surely */
	f.k = kernel_sip_start(&port, 1, f.ours.port, NULL, err, sizeof(err));
	if (!f.k)
		fail_msg("%s", err);
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	kernel_sip_stop(f->k);
	close(f->fd);
	return 0;
}

static void tell(const struct fixture *f, const void *data, size_t len)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(f->ours.port),
		.sin_addr.s_addr = f->ours.ip4};

	assert_int_equal(
		sendto(f->fd, data, len, 0, (struct sockaddr *)&to, sizeof(to)), (ssize_t)len);
}

static struct kernel_sip_stats stats(const struct fixture *f)
{
	struct kernel_sip_stats s;

	kernel_sip_stats(f->k, &s);
	return s;
}

static void long_messages_go_both_ways(void **state)
{
	struct fixture *f = *state;
	uint64_t until = clock_monotonic() + WAIT_NS;
	const struct kernel_datagram *d = NULL;
	struct timeval wait = {.tv_sec = 5};
	static char text[LONG], back[LONG];

	memset(text, 'x', sizeof(text));
	tell(f, text, sizeof(text));
	while (!d && clock_monotonic() < until)
		d = kernel_sip_peek(f->k);
	if (!d) {
		fail_msg("nothing arrives");
		return; /* the analyzer does not know that it does not */
	}
	assert_int_equal(d->len, sizeof(text));
	assert_true(addr_equal(&d->remote, &f->peer));
	assert_true(addr_equal(&d->local, &f->ours));
	assert_memory_equal(d + 1, text, sizeof(text));
	kernel_sip_consume(f->k);
	assert_int_equal(kernel_sip_send(f->k, &f->ours, &f->peer, text, sizeof(text)), 0);
	setsockopt(f->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	assert_int_equal(recv(f->fd, back, sizeof(back), 0), sizeof(back));
	assert_memory_equal(back, text, sizeof(text));
	assert_int_equal(stats(f).lost, 0);
	assert_int_equal(stats(f).not_sent, 0);
}

static void what_is_lost_is_counted(void **state)
{
	struct fixture *f = *state;
	uint64_t until = clock_monotonic() + WAIT_NS, got = 0;
	static char text[TOO_LONG];

	for (unsigned i = 0; i < FLOOD && stats(f).lost == 0; i++) {
		tell(f, text, LONG);
		clock_nap(TD_NSEC_PER_MSEC); /* the socket's own buffer is small */
	}
	assert_int_not_equal(stats(f).lost, 0);
	while (kernel_sip_peek(f->k)) {
		kernel_sip_consume(f->k);
		got++;
	}
	assert_in_range(got, 10, FLOOD);
	assert_int_equal(kernel_sip_send(f->k, &f->ours, &f->peer, text, sizeof(text)), 0);
	while (!stats(f).not_sent && clock_monotonic() < until)
		clock_nap(TD_NSEC_PER_MSEC);
	assert_int_equal(stats(f).not_sent, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(long_messages_go_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_lost_is_counted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
