/* SPDX-License-Identifier: BSD-3-Clause */
/* An Ethernet frame as a port gives it: what the parse says of it lies within it. */
#include <dataplane/net/parse.h>
#include <string.h>
#include <tests/fuzz/fuzz.h>

#define ROOM 2048

static struct {
	struct rte_mbuf m;
	struct pkt k;
	uint8_t room[ROOM];
} box;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct worker_port port = {.mac = {{2, 0, 0, 0, 0, 1}}, .mtu = 1500};
	static struct local table;
	unsigned verdict;

	if (size > ROOM)
		return 0;
	if (!table.sip_port) {
		local_init(&table, 5060, 20000, 20999);
		FUZZ_HOLDS(local_add(&table, RTE_BE32(RTE_IPV4(10, 0, 0, 1)), 0) == 0);
	}
	memset(&box, 0, sizeof(box));
	box.m.buf_addr = box.room;
	box.m.nb_segs = 1;
	box.m.priv_size = sizeof(box.k);
	box.m.pkt_len = (uint32_t)size;
	box.m.data_len = (uint16_t)size;
	memcpy(box.room, data, size);
	verdict = parse_packet(&table, &port, 0, &box.m);
	if (verdict == VERDICT_SIP || verdict == VERDICT_MEDIA)
		FUZZ_HOLDS((size_t)box.k.payload + box.k.payload_len <= size);
	return 0;
}
