/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/base/buf.h>
#include <engine/host/clock.h>
#include <engine/host/test/fake_dp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake fake;

uint64_t dp_now(void)
{
	return clock_monotonic();
}

unsigned dp_sip_recv(struct dp *dp, struct dp_datagram *out, unsigned n)
{
	return 0;
}

void dp_sip_release(struct dp *dp, struct dp_datagram *d, unsigned n)
{
}

int dp_sip_send(struct dp *dp, const struct td_addr *local, const struct td_addr *remote,
	uint8_t dscp, const void *data, size_t len)
{
	fake.sip_sent++;
	return len > FAKE_SIP_MAX ? -EMSGSIZE : 0;
}

int dp_media_cmd(struct dp *dp, const struct td_media_cmd *cmd)
{
	return 0;
}

unsigned dp_media_events(struct dp *dp, struct td_media_event *out, unsigned n)
{
	return 0;
}

void dp_signal_wake(struct dp *dp)
{
}

int dp_sound_set(
	struct dp *dp, uint32_t sound, enum td_codec codec, const uint8_t *data, size_t bytes)
{
	fake.sounds++;
	fake.sound = sound;
	return 0;
}

unsigned dp_worker_count(const struct dp *dp)
{
	return 1;
}

unsigned dp_port_count(const struct dp *dp)
{
	return 2;
}

void dp_port_info(struct dp *dp, unsigned port, struct dp_port_info *out)
{
	*out = (struct dp_port_info){.steering = "none",
		.name = port ? "floor" : "carrier",
		.device = "eth1",
		.driver = "fake",
		.mtu = 1500,
		.up = true,
		.stats = {.in = 10, .out = 7}};
	out->stats.dropped[TD_DROP_RUNT] = 3;
}

void dp_acct(struct dp *dp, uint32_t row, struct td_acct_row *out)
{
	*out = (struct td_acct_row){.packets = {row, 0}, .ip_bytes = {200 * (uint64_t)row, 0}};
}

uint32_t dp_acct_rows(const struct dp *dp)
{
	return 3;
}

void dp_memory(struct dp *dp, struct dp_memory *out)
{
	*out = (struct dp_memory){.mbufs = 1000};
}

void dp_worker_info(struct dp *dp, unsigned worker, struct dp_worker_info *out)
{
	*out = (struct dp_worker_info){.core = 1};
}

struct td_engine *td_engine_alloc(
	const struct td_engine_params *params, const struct td_engine_io *io)
{
	fake = (struct fake){.io = *io,
		.calls = FAKE_CALLS,
		.trace_bytes = 11,
		.wall_offset = params->wall_offset};
	return (struct td_engine *)&fake;
}

void td_engine_free(struct td_engine *e)
{
}

int td_engine_config(
	struct td_engine *e, uint64_t now, const char *text, size_t len, struct td_text *err)
{
	snprintf(fake.config, sizeof(fake.config), "%.*s", (int)len, text);
	return 0;
}

int td_engine_config_text(const struct td_engine *e, struct td_buf *out)
{
	buf_str(out, STR("site site domain=\"x y\"\n"));
	return out->error;
}

void td_engine_sip(struct td_engine *e, uint64_t now, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
}

void td_engine_flow_failed(struct td_engine *e, uint64_t now, const struct td_flow *flow)
{
}

void td_engine_resolved(struct td_engine *e, uint64_t now, const struct td_resolved *r)
{
}

void td_engine_media(struct td_engine *e, uint64_t now, const struct td_media_event *ev)
{
}

uint64_t td_engine_advance(struct td_engine *e, uint64_t now)
{
	static const struct td_flow flow = {.local = {.family = 4, .port = 5060, .ip4 = 0x0100000A},
		.remote = {.family = 4, .port = 5070, .ip4 = 0x0200000A}};
	static const uint8_t message[FAKE_TRACE_MAX] = "OPTIONS \xff\r\n";

	if (fake.tracing)
		fake.io.trace(fake.io.ctx, "1.1", true, &flow, message, fake.trace_bytes);
	return TD_NEVER;
}

void td_engine_wall(struct td_engine *e, uint64_t now, uint64_t wall_offset)
{
	fake.wall_offset = wall_offset;
}

int td_engine_agent(struct td_engine *e, uint64_t now, const char *agent,
	enum td_agent_action action, const char *reason, struct td_text *err)
{
	snprintf(fake.agent, sizeof(fake.agent), "%.32s %d %.20s", agent, (int)action, reason);
	if (strcmp(agent, "alice") == 0)
		return 0;
	td_text_set(err, "no agent %s; see tandemctl show agents", agent);
	return -ENOENT;
}

int td_engine_hangup(struct td_engine *e, uint64_t now, const char *call, struct td_text *err)
{
	return strcmp(call, "1.1") == 0 ? 0 : -ENOENT;
}

int td_engine_contact(struct td_engine *e, uint64_t now, const struct td_contact_request *r,
	char id[static TD_CALL_ID_BYTES], struct td_text *err)
{
	int n = snprintf(fake.contact, sizeof(fake.contact), "%d %d %.20s %.20s%.20s %.20s %.20s",
		(int)r->action, (int)r->channel, r->contact, r->queue, r->agent, r->customer,
		r->tenant);

	for (uint32_t i = 0; i < r->count && (size_t)n < sizeof(fake.contact); i++)
		n += snprintf(fake.contact + n, sizeof(fake.contact) - (size_t)n, " %.10s=%.10s",
			r->data[i].key, r->data[i].value);
	snprintf(id, TD_CALL_ID_BYTES, "1.7");
	td_text_set(err, "there is no contact %s", r->contact);
	return r->action == TD_CONTACT_CREATE || strcmp(r->contact, "1.7") == 0 ? 0 : -ENOENT;
}

int td_engine_party(
	struct td_engine *e, uint64_t now, const struct td_party_request *r, struct td_text *err)
{
	snprintf(fake.party, sizeof(fake.party), "%.20s %d %d %.20s", r->call, (int)r->action,
		(int)r->kind, r->name);
	return strcmp(r->call, "1.1") == 0 ? 0 : -ENOENT;
}

void td_engine_peers(const struct td_engine *e, struct td_peer *peers, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		snprintf(peers[i].trunk, TD_NAME_BYTES, "%s", peers[i].flow.trunk ? "acme" : "");
		snprintf(peers[i].agent, TD_NAME_BYTES, "%s", peers[i].flow.agent ? "alice" : "");
	}
}

void td_engine_drain(struct td_engine *e, uint64_t now, bool on)
{
	fake.draining = on;
}

void td_engine_hangup_all(struct td_engine *e, uint64_t now)
{
	fake.calls = 0;
}

void td_engine_stop(struct td_engine *e, uint64_t now)
{
}

uint32_t td_engine_calls(const struct td_engine *e)
{
	return fake.calls + fake.contacts;
}

uint32_t td_engine_contacts(const struct td_engine *e)
{
	return fake.contacts;
}

void td_engine_trace(struct td_engine *e, bool on)
{
	fake.tracing = on;
}

int td_engine_show(struct td_engine *e, uint64_t now, const char *what, uint32_t *cursor,
	unsigned max, struct td_buf *out)
{
	uint32_t count = strcmp(what, "acct") == 0    ? 3
			 : strcmp(what, "links") == 0 ? 2
			 : strcmp(what, "calls") == 0 ? FAKE_CALLS
						      : 0;

	for (unsigned n = 0; n < max && *cursor < count; n++, (*cursor)++) {
		json_object_start(out, NULL);
		json_u64(out, "row", *cursor);
		/* 64 of these are more than a page, so that it has to be cut. */
		for (unsigned i = 0; i < 100; i++)
			json_u64(out, "filler", 123456789);
		json_str(out, "codec", STR("pcma"));
		json_str(out, "layer", STR("wire"));
		json_array_start(out, "rows"); /* of a link */
		json_u64(out, NULL, 1);
		json_array_end(out);
		json_object_end(out);
	}
	return out->error ? -ENOMEM : *cursor < count;
}
