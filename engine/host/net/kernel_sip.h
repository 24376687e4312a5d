/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIP by the kernel's UDP socket: messages beyond the MTU. Fragments pass the XDP program to the
 * kernel, which puts them together; messages too long for one packet go out here and are
 * fragmented by it. A thread of its own, on the interfaces that the kernel owns.
 */
#ifndef TANDEM_ENGINE_HOST_NET_KERNEL_SIP_H
#define TANDEM_ENGINE_HOST_NET_KERNEL_SIP_H

#include <tandem/config.h>
#include <tandem/text.h>

struct dp;
struct kernel_sip;

struct kernel_datagram {
	struct td_addr local, remote;
	uint32_t len;
	uint8_t dscp; /* of one to send */
	uint8_t unused[3];
	/* the message */
};

/* NULL with errno and one line in err. */
struct kernel_sip *kernel_sip_start(const struct td_conf_port *ports, unsigned count,
	uint16_t sip_port, struct dp *dp, struct td_text *err);
void kernel_sip_stop(struct kernel_sip *k); /* NULL is fine */

/* signalling. 0, -ENOBUFS. */
int kernel_sip_send(struct kernel_sip *k, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len);
const struct kernel_datagram *kernel_sip_peek(struct kernel_sip *k); /* NULL: none */
void kernel_sip_consume(struct kernel_sip *k);

struct kernel_sip_stats {
	uint64_t lost;    /* datagrams that came while signalling was behind */
	uint64_t refused; /* messages that the kernel refused */
};
void kernel_sip_stats(const struct kernel_sip *k, struct kernel_sip_stats *out); /* any thread */

#endif
