/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/base/addr.h>
#include <engine/host/net/kernel_sip.h>
#include <engine/host/net/sockaddr.h>
#include <engine/host/spsc.h>
#include <system/log.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RING_BYTES     (1u << 20)
#define DATAGRAM_BYTES 65536 /* of UDP */
#define RECV_BATCH     16

struct kernel_sip {
	struct dp *dp;
	struct spsc *in, *out;
	struct pollfd *fds;    /* [0]: the wake-up, then one a socket */
	struct td_addr *local; /* of fds[i + 1] */
	unsigned count;
	pthread_t thread;
	atomic_bool stop;
	_Atomic uint64_t lost, refused;
	unsigned char buffer[DATAGRAM_BYTES];
};

static int socket_open(const struct td_addr *local)
{
	int fd = socket_bound(local, SOCK_DGRAM);
	int err;

	if (fd < 0)
		return fd;
	/* Fragment rather than refuse. */
	if (local->family == 6)
		err = socket_set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
	else
		err = socket_set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	if (err < 0) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static void receive(struct kernel_sip *k, unsigned i)
{
	for (unsigned n = 0; n < RECV_BATCH; n++) {
		union any_sockaddr from = {0};
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(
			k->fds[i + 1].fd, k->buffer, sizeof(k->buffer), 0, &from.sa, &from_len);
		struct kernel_datagram *d;

		if (len < 0 && errno == ECONNREFUSED) /* an ICMP error of an earlier send */
			continue;
		if (len < 0)
			return;
		d = spsc_reserve(k->in, sizeof(*d) + (size_t)len);
		if (!d) { /* SIP over UDP retransmits, so the sender will send it again */
			atomic_fetch_add_explicit(&k->lost, 1, memory_order_relaxed);
			log_line(
				LOG_WARNING, "signalling is behind, SIP dropped", "bytes=%zd", len);
			return;
		}
		*d = (struct kernel_datagram){.local = k->local[i],
			.remote = sockaddr_decode(&from),
			.len = (uint32_t)len};
		memcpy(d + 1, k->buffer, (size_t)len);
		spsc_commit(k->in);
	}
}

/* 0 or a negative errno. The mark goes with the datagram: trunks and agents have their own. */
static int send_marked(int fd, const struct kernel_datagram *d)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int))] = {0};
	bool v6 = d->remote.family == 6;
	union any_sockaddr to;
	struct iovec data = {.iov_base = (void *)(d + 1), .iov_len = d->len};
	struct msghdr m = {.msg_name = &to,
		.msg_namelen = sockaddr_encode(&d->remote, &to),
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	int tos = d->dscp << 2;

	c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = v6 ? IPV6_TCLASS : IP_TOS;
	c->cmsg_len = CMSG_LEN(sizeof(tos));
	memcpy(CMSG_DATA(c), &tos, sizeof(tos));
	return sendmsg(fd, &m, 0) < 0 ? -errno : 0;
}

static void transmit(struct kernel_sip *k)
{
	const struct kernel_datagram *d;
	size_t n;

	while ((d = spsc_peek(k->out, &n))) {
		int rc = -ENOENT;

		for (unsigned i = 0; i < k->count; i++) {
			if (!addr_equal_ip(&k->local[i], &d->local))
				continue;
			rc = send_marked(k->fds[i + 1].fd, d);
			break;
		}
		if (rc) {
			char text[ADDR_TEXT];

			atomic_fetch_add_explicit(&k->refused, 1, memory_order_relaxed);
			log_line(LOG_WARNING, "long SIP message not sent",
				"to=%s bytes=%u reason=\"%s\"", addr_encode(&d->remote, text),
				d->len, strerror(-rc));
		}
		spsc_consume(k->out);
	}
}

static void *run(void *arg)
{
	struct kernel_sip *k = arg;

	while (!atomic_load(&k->stop)) {
		bool news = false;
		eventfd_t wakes;

		if (poll(k->fds, k->count + 1, -1) < 0)
			continue;
		if (k->fds[0].revents)
			eventfd_read(k->fds[0].fd, &wakes);
		transmit(k);
		for (unsigned i = 0; i < k->count; i++) {
			if (!k->fds[i + 1].revents)
				continue;
			news = true;
			receive(k, i);
		}
		if (news)
			dp_signal_wake(k->dp);
	}
	return NULL;
}

struct kernel_sip *kernel_sip_start(const struct td_conf_port *ports, unsigned count,
	uint16_t sip_port, struct dp *dp, struct td_text *err)
{
	struct kernel_sip *k = calloc(1, sizeof(*k));
	unsigned most = 0;
	int rc = -ENOMEM;

	td_text_set(err, "kernel SIP socket: no memory");
	if (!k)
		goto fail;
	for (unsigned i = 0; i < count; i++)
		most += ports[i].address_count;
	k->dp = dp;
	k->in = spsc_alloc(RING_BYTES);
	k->out = spsc_alloc(RING_BYTES);
	k->fds = calloc(most + 1, sizeof(*k->fds));
	k->local = calloc(most + 1, sizeof(*k->local));
	if (!k->in || !k->out || !k->fds || !k->local)
		goto free_all;
	k->fds[0] = (struct pollfd){.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), .events = POLLIN};
	if (k->fds[0].fd < 0) {
		rc = -errno;
		goto free_all;
	}
	for (unsigned i = 0; i < count; i++) {
		for (unsigned a = 0; td_port_kernel(&ports[i]) && a < ports[i].address_count; a++) {
			struct td_addr local = ports[i].address[a].addr;
			char text[ADDR_TEXT];

			local.port = sip_port;
			rc = socket_open(&local);
			if (rc < 0) {
				td_text_set(err, "port %s: UDP socket on %s: %s; stop what uses it",
					ports[i].name, addr_encode(&local, text), strerror(-rc));
				goto close_fds;
			}
			k->local[k->count++] = local;
			k->fds[k->count] = (struct pollfd){.fd = rc, .events = POLLIN};
		}
	}
	rc = -pthread_create(&k->thread, NULL, run, k);
	if (rc)
		goto close_fds;
	pthread_setname_np(k->thread, "kernel-sip");
	return k;
close_fds:
	for (unsigned i = 0; i <= k->count; i++)
		close(k->fds[i].fd);
free_all:
	free(k->local);
	free(k->fds);
	spsc_free(k->out);
	spsc_free(k->in);
	free(k);
fail:
	errno = -rc;
	return NULL;
}

void kernel_sip_stop(struct kernel_sip *k)
{
	if (!k)
		return;
	atomic_store(&k->stop, true);
	eventfd_write(k->fds[0].fd, 1);
	pthread_join(k->thread, NULL);
	for (unsigned i = 0; i <= k->count; i++)
		close(k->fds[i].fd);
	free(k->local);
	free(k->fds);
	spsc_free(k->out);
	spsc_free(k->in);
	free(k);
}

int kernel_sip_send(struct kernel_sip *k, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	struct kernel_datagram *d = spsc_reserve(k->out, sizeof(*d) + len);

	if (!d)
		return -ENOBUFS;
	*d = (struct kernel_datagram){
		.local = *local, .remote = *remote, .len = (uint32_t)len, .dscp = dscp};
	memcpy(d + 1, data, len);
	spsc_commit(k->out);
	eventfd_write(k->fds[0].fd, 1);
	return 0;
}

const struct kernel_datagram *kernel_sip_peek(struct kernel_sip *k)
{
	size_t n;

	return spsc_peek(k->in, &n);
}

void kernel_sip_consume(struct kernel_sip *k)
{
	spsc_consume(k->in);
}

void kernel_sip_stats(const struct kernel_sip *k, struct kernel_sip_stats *out)
{
	*out = (struct kernel_sip_stats){
		.lost = atomic_load_explicit(&k->lost, memory_order_relaxed),
		.refused = atomic_load_explicit(&k->refused, memory_order_relaxed)};
}
