/* SPDX-License-Identifier: BSD-3-Clause */
/* Over the loopback interface: what arrives, what goes out, and that what does neither is counted.
 */
#include <arpa/inet.h>
#include <engine/base/addr.h>
#include <engine/host/clock.h>
#include <engine/host/net/kernel_sip.h>
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

#define DSCP 26

union any_sockaddr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static void setup_peer(struct fixture *f, unsigned family)
{
	union any_sockaddr a = {
		.in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a.in);
	int one = 1;

	if (family == 6) {
		a.in6 = (struct sockaddr_in6){
			.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
		len = sizeof(a.in6);
	}
	f->fd = socket(a.sa.sa_family, SOCK_DGRAM, 0);
	assert_int_equal(bind(f->fd, &a.sa, len), 0);
	assert_int_equal(getsockname(f->fd, &a.sa, &len), 0);
	assert_int_equal(setsockopt(f->fd, IPPROTO_IP, IP_RECVTOS, &one, sizeof(one)), 0);
	if (family == 6)
		assert_int_equal(
			setsockopt(f->fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &one, sizeof(one)), 0);
	f->peer = (struct td_addr){.family = (uint8_t)family, .port = ntohs(a.in.sin_port)};
	if (family == 6)
		memcpy(f->peer.ip6, &a.in6.sin6_addr, sizeof(f->peer.ip6));
	else
		f->peer.ip4 = a.in.sin_addr.s_addr;
}

/* *state: the family to begin with, then the fixture. */
static int setup(void **state)
{
	static struct fixture f;
	unsigned family = (unsigned)(uintptr_t)*state;
	struct td_conf_port port = {
		.name = "floor", .type = TD_PORT_AF_PACKET, .device = "lo", .address_count = 1};
	struct td_text err;

	setup_peer(&f, family);
	/* Any address of ours would do but the peer's own, which IPv6 has no second of here: there
	 * the port is another. */
	if (addr_decode(&port.address[0].addr, family == 6 ? STR("::1") : STR("127.0.0.2")) != 0)
		return -1;
	f.ours = port.address[0].addr;
	f.ours.port = family == 6 ? f.peer.port ^ 1 : f.peer.port;
	f.k = kernel_sip_start(&port, 1, f.ours.port, NULL, &err);
	if (!f.k)
		fail_msg("%s", err.s);
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
	union any_sockaddr to = {0};

	to.in.sin_family = f->ours.family == 6 ? AF_INET6 : AF_INET;
	to.in.sin_port = htons(f->ours.port); /* both families have it in one place */
	if (f->ours.family == 6)
		memcpy(&to.in6.sin6_addr, f->ours.ip6, sizeof(f->ours.ip6));
	else
		to.in.sin_addr.s_addr = f->ours.ip4;
	assert_int_equal(sendto(f->fd, data, len, 0, &to.sa,
				 f->ours.family == 6 ? sizeof(to.in6) : sizeof(to.in)),
		(ssize_t)len);
}

/* What the next datagram has in TOS or traffic class. */
static int heard(const struct fixture *f, void *out, size_t size, size_t expected)
{
	_Alignas(struct cmsghdr) char control[64];
	struct iovec v = {.iov_base = out, .iov_len = size};
	struct msghdr m = {.msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	const struct cmsghdr *c;
	uint8_t tos;

	assert_int_equal(recvmsg(f->fd, &m, 0), expected);
	c = CMSG_FIRSTHDR(&m);
	assert_non_null(c);
	memcpy(&tos, CMSG_DATA(c), 1); /* an int for IPv6; little endian as we are */
	return tos;
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
	assert_int_equal(kernel_sip_send(f->k, &f->ours, &f->peer, DSCP, text, sizeof(text)), 0);
	setsockopt(f->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	assert_int_equal(heard(f, back, sizeof(back), sizeof(back)), DSCP << 2);
	assert_memory_equal(back, text, sizeof(text));
	assert_int_equal(stats(f).lost, 0);
	assert_int_equal(stats(f).refused, 0);
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
	assert_int_equal(kernel_sip_send(f->k, &f->ours, &f->peer, DSCP, text, sizeof(text)), 0);
	while (!stats(f).refused && clock_monotonic() < until)
		clock_nap(TD_NSEC_PER_MSEC);
	assert_int_equal(stats(f).refused, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"long_messages_go_both_ways", long_messages_go_both_ways, setup, teardown,
			(void *)4},
		{"long_messages_go_both_ways, IPv6", long_messages_go_both_ways, setup, teardown,
			(void *)6},
		{"what_is_lost_is_counted", what_is_lost_is_counted, setup, teardown, (void *)4},
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
