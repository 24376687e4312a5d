/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Interrupts of a worker's queues, to sleep on where the device is ours alone.
 *
 * An armed queue makes its descriptor readable when a packet comes. Packets that came before are
 * found in a turn after arming, so that the loop does not sleep on a packet. The other way, to
 * count the waiting packets, is not possible with every driver.
 */
#include <rte_ethdev.h>
#include <unistd.h>
#include <dataplane/worker/rxintr.h>

void rx_intr_init(struct dp_worker *d, unsigned port, bool has)
{
	const struct worker_port *w = &d->worker.port[port];

	d->rest.intr[port] = -1;
	if (has && !w->via)
		d->rest.intr[port] = rte_eth_dev_rx_intr_ctl_q_get_fd(w->eth_port, w->queue);
	d->rest.interrupts |= d->rest.intr[port] >= 0;
}

static void rx_intr_each(struct dp_worker *d, int (*change)(uint16_t port, uint16_t queue))
{
	for (unsigned i = 0; i < d->worker.port_count; i++)
		if (d->rest.intr[i] >= 0)
			(void)change(d->worker.port[i].eth_port, d->worker.port[i].queue);
}

void rx_intr_arm(struct dp_worker *d)
{
	rx_intr_each(d, rte_eth_dev_rx_intr_enable);
	d->rest.armed = true;
}

void rx_intr_disarm(struct dp_worker *d)
{
	rx_intr_each(d, rte_eth_dev_rx_intr_disable);
	d->rest.armed = false;
}

void rx_intr_take(struct dp_worker *d, const struct pollfd *fds, unsigned n)
{
	uint64_t count;

	for (unsigned i = 0; i < d->worker.port_count; i++)
		for (unsigned k = 0; k < n && d->rest.intr[i] >= 0; k++)
			/* The descriptor is readable and no eventfd, as with vhost: it would end
			 * every sleep. Naps take its place. */
			if (fds[k].fd == d->rest.intr[i] && fds[k].revents & POLLIN &&
				read(fds[k].fd, &count, sizeof(count)) != sizeof(count))
				d->rest.intr[i] = -1;
}
