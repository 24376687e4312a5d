/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole engine in virtual time: messages of a trunk, of telephones and of a stranger, and time
 * that goes on. An input is a row of steps: an octet that says who, two octets of length, a
 * message. In a message, 0x01 stands for the tag that we sent last and 0x02 for our last branch, so
 * that a mutation can go on with a dialog. engine_check() looks after each step.
 */
#include <engine/base/addr.h>
#include <string.h>
#include <tests/fuzz/fuzz.h>
#include <tests/scenario/world.h>

#define CALLS   8
#define STEPS   24
#define MESSAGE 2048
#define WORDS   80 /* octets of a tag or a branch that are kept */

static const char site[] = "set site site domain=tandem.example rtp_ports=20000-20999 max_calls=8\n"
			   "set port carrier device=eth1 address=10.20.0.1/24\n"
			   "set port floor device=eth2 address=10.30.0.1/24\n"
			   "set trunk acme address=10.20.0.10 server=10.20.0.10:5060\n"
			   "set group sales\n"
			   "set agent alice auth=source groups=sales contact=10.30.0.11:5060 "
			   "ha1=6d55eb5498b9090158e4067306d2721c\n"
			   "set agent carol groups=sales ha1=8f9808d2f2f032827f15e882d6a27113\n"
			   "set queue sales groups=sales record=true wrap_up=2000 ring=10000\n"
			   "set route 100 queue=sales\n"
			   "set route 0* trunks=acme\n";

static struct {
	char tag[WORDS], branch[WORDS];
} last;

/* The value behind `key` in a message of ours, as long as its word is. */
static void keep(char out[static WORDS], const uint8_t *data, size_t len, const char *key)
{
	const char *p = memmem(data, len, key, strlen(key));
	size_t n = 0;

	if (!p)
		return;
	p += strlen(key);
	while (p + n < (const char *)data + len && n < WORDS - 1 && !strchr("\r\n;>,\" ", p[n]))
		n++;
	memcpy(out, p, n);
	out[n] = '\0';
}

static int sent(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	const char *to = memmem(data, len, "\r\nTo:", 5);

	if (to)
		keep(last.tag, (const uint8_t *)to, len - (size_t)(to - (const char *)data),
			"tag=");
	keep(last.branch, data, len, "branch=");
	return 0;
}

static size_t expand(char out[static MESSAGE], const uint8_t *data, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++) {
		const char *word = data[i] == 1 ? last.tag : data[i] == 2 ? last.branch : NULL;

		if (n + WORDS >= MESSAGE)
			break;
		if (word)
			n += strlen(strcpy(out + n, word));
		else
			out[n++] = (char)data[i];
	}
	return n;
}

static void hear(struct world *w, unsigned who, const uint8_t *data, size_t size)
{
	static const struct {
		const char *local, *remote;
	} flows[] = {{"10.20.0.1:5060", "10.20.0.10:5060"}, {"10.30.0.1:5060", "10.30.0.11:5060"},
		{"10.30.0.1:5060", "10.30.0.13:5060"}, {"10.20.0.1:5060", "10.20.0.66:5060"}};
	char message[MESSAGE + WORDS];
	struct td_flow flow = {0};

	FUZZ_HOLDS(addr_decode(&flow.local, str_of(flows[who].local)) == 0);
	FUZZ_HOLDS(addr_decode(&flow.remote, str_of(flows[who].remote)) == 0);
	world_sip(w, &flow, message, expand(message, data, size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct world_hooks hooks = {.sip = sent};
	struct world *w = world_alloc(1, CALLS, 1000, &hooks);
	struct td_text err;

	FUZZ_HOLDS(w);
	FUZZ_HOLDS(world_config(w, site, &err) == 0);
	memset(&last, 0, sizeof(last));
	for (unsigned i = 0; i < STEPS && size >= 3; i++) {
		size_t n = data[1] | (size_t)data[2] << 8;
		unsigned who = data[0] % 8;

		data += 3;
		size -= 3;
		n = n < size ? n : size;
		if (who < 4) {
			hear(w, who, data, n);
			data += n;
			size -= n;
		} else {
			world_run(w, w->now + n * TD_NSEC_PER_MSEC);
		}
		FUZZ_HOLDS(!w->fault[0]);
	}
	world_run(w, w->now + 120 * TD_NSEC_PER_SEC);
	FUZZ_HOLDS(!w->fault[0]);
	FUZZ_HOLDS(!world_replay(w));
	world_free(w);
	return 0;
}
