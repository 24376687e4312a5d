/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/call/state/ports.h>
#include <engine/base/addr.h>
#include <errno.h>
#include <stdlib.h>

int ports_init(struct ports *p, const struct td_addr *address, const uint8_t *device,
	uint32_t addresses, uint16_t port_min, uint16_t port_max, uint32_t workers)
{
	uint32_t per = td_legs_per_address(port_min, port_max);
	uint32_t *next;

	*p = (struct ports){.port_min = port_min, .per_address = per, .workers = workers};
	if (!addresses || !per || !workers)
		return 0;
	p->address = calloc(addresses, sizeof(*p->address));
	p->device = calloc(addresses, sizeof(*p->device));
	p->queue = calloc((size_t)addresses * workers, sizeof(*p->queue));
	p->load = calloc(workers, sizeof(*p->load));
	p->numbers = calloc((size_t)addresses * per, sizeof(*p->numbers));
	p->owner = calloc((size_t)addresses * per, sizeof(*p->owner));
	if (!p->address || !p->device || !p->queue || !p->load || !p->numbers || !p->owner) {
		ports_fini(p);
		return -ENOMEM;
	}
	p->addresses = addresses;
	next = p->numbers;
	for (uint32_t a = 0; a < addresses; a++) {
		p->address[a] = address[a];
		p->device[a] = device[a];
		for (uint32_t w = 0; w < workers; w++) {
			uint32_t first = td_worker_first(w, workers, per);
			uint32_t end = td_worker_first(w + 1, workers, per);
			struct ports_queue *q = &p->queue[a * workers + w];

			*q = (struct ports_queue){
				.leg = next, .count = end - first, .cap = end - first};
			for (uint32_t i = first; i < end; i++)
				*next++ = a * per + i;
		}
	}
	return 0;
}

void ports_fini(struct ports *p)
{
	free(p->owner);
	free(p->numbers);
	free(p->load);
	free(p->queue);
	free(p->device);
	free(p->address);
	*p = (struct ports){0};
}

int ports_address(const struct ports *p, const struct td_addr *local)
{
	for (uint32_t a = 0; a < p->addresses; a++)
		if (addr_equal_ip(&p->address[a], local))
			return (int)a;
	return -ENOENT;
}

int ports_media(const struct ports *p, const struct td_addr *local, uint8_t family)
{
	int same = ports_address(p, local);

	if (same < 0 || !family || family == local->family)
		return same;
	for (uint32_t a = 0; a < p->addresses; a++)
		if (p->device[a] == p->device[same] && p->address[a].family == family)
			return (int)a;
	return -ENOENT;
}

uint32_t ports_room(const struct ports *p, uint32_t address, uint32_t worker)
{
	return p->queue[address * p->workers + worker].count;
}

uint32_t ports_worker(const struct ports *p, uint32_t address)
{
	const struct ports_queue *q = &p->queue[address * p->workers];
	uint32_t best = 0;

	for (uint32_t w = 1; w < p->workers; w++)
		if (q[w].count && (!q[best].count || p->load[w] < p->load[best]))
			best = w;
	return best;
}

uint32_t ports_worker_of(const struct ports *p, uint32_t leg)
{
	return td_leg_worker(leg, p->workers, p->per_address);
}

uint32_t ports_get(struct ports *p, uint32_t address, uint32_t worker, void *owner)
{
	struct ports_queue *q = &p->queue[address * p->workers + worker];
	uint32_t leg;

	if (!q->count)
		return TD_LEG_NONE;
	leg = q->leg[q->head];
	q->head = (q->head + 1) % q->cap;
	q->count--;
	p->load[worker]++;
	p->owner[leg] = owner;
	return leg;
}

void ports_put(struct ports *p, uint32_t leg)
{
	uint32_t worker = ports_worker_of(p, leg);
	struct ports_queue *q = &p->queue[leg / p->per_address * p->workers + worker];

	q->leg[(q->head + q->count) % q->cap] = leg;
	q->count++;
	p->load[worker]--;
	p->owner[leg] = NULL;
}

void *ports_owner(const struct ports *p, uint32_t leg)
{
	return leg < p->addresses * p->per_address ? p->owner[leg] : NULL;
}

struct td_addr ports_rtp(const struct ports *p, uint32_t leg)
{
	struct td_addr a = p->address[leg / p->per_address];

	a.port = td_leg_port(leg, p->port_min, p->per_address);
	return a;
}

uint32_t ports_in_use(const struct ports *p)
{
	uint32_t n = 0;

	for (uint32_t w = 0; w < p->workers && p->load; w++)
		n += p->load[w];
	return n;
}
