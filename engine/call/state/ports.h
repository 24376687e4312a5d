/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RTP ports we own: who uses which. A number is given out oldest first, and comes back only
 * when the worker has said TD_MEDIA_LEG_GONE (or has never heard of it), so that late packets of
 * one call cannot reach the leg of the next call.
 */
#ifndef TANDEM_ENGINE_CALL_STATE_PORTS_H
#define TANDEM_ENGINE_CALL_STATE_PORTS_H

#include <tandem/media.h>

struct ports_queue { /* free numbers of one address and worker, a ring */
	uint32_t *leg;
	uint32_t head, count, cap;
};

struct ports {
	uint16_t port_min;
	uint32_t per_address, addresses, workers;
	struct td_addr *address;   /* by address index */
	uint8_t *device;           /* the site's port that it belongs to, likewise */
	struct ports_queue *queue; /* [address * workers + worker] */
	uint32_t *load;            /* by worker: numbers given out, of all addresses */
	uint32_t *numbers;         /* the rings' memory */
	void **owner;              /* by leg number, NULL while free */
};

/* `address` in the order of include/tandem/media.h, and the ports of the site that they belong to;
 * copied. 0 or -ENOMEM. */
int ports_init(struct ports *p, const struct td_addr *address, const uint8_t *device,
	uint32_t addresses, uint16_t port_min, uint16_t port_max, uint32_t workers);
void ports_fini(struct ports *p);
int ports_address(const struct ports *p, const struct td_addr *local); /* index, or -ENOENT */
/* Our address for media of this family (0: any) with a peer whose SIP comes to `local`: `local`
 * itself, or the first address of the family on the same port. */
int ports_media(const struct ports *p, const struct td_addr *local, uint8_t family);
/* How many numbers that worker has left on this address. */
uint32_t ports_room(const struct ports *p, uint32_t address, uint32_t worker);
/* The worker with the fewest legs of those that have a number left on this address. */
uint32_t ports_worker(const struct ports *p, uint32_t address);
uint32_t ports_worker_of(const struct ports *p, uint32_t leg);
uint32_t ports_get(struct ports *p, uint32_t address, uint32_t worker, void *owner); /* or NONE */
void ports_put(struct ports *p, uint32_t leg);
void *ports_owner(const struct ports *p, uint32_t leg);        /* NULL when free or out of range */
struct td_addr ports_rtp(const struct ports *p, uint32_t leg); /* its local address and port */
uint32_t ports_in_use(const struct ports *p);

#endif
