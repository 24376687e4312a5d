/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <engine/sip/msg/encode.h>
#include <engine/sip/transport/transport.h>

bool transport_send(struct sip_transport *tp, struct td_flow *flow, struct str data, bool again)
{
	static const char name[] = "\r\n" SIP_HEADER_NAME(CALL_ID); /* by msg/encode.c */

	tp->stats.tx++;
	tp->stats.retransmitted += again;
	if (tp->ops.trace) {
		const char *at = memmem(data.p, data.n, name, sizeof(name) - 1);
		struct str call_id = {0};

		if (at) {
			call_id.p = at + sizeof(name) - 1;
			call_id.n = data.n - (size_t)(call_id.p - data.p);
			call_id = str_cut(&call_id, '\r');
		}
		tp->ops.trace(tp->ops.ctx, call_id, false, flow, (const uint8_t *)data.p, data.n);
	}
	uint32_t before = flow->connection;
	int rc = tp->ops.send(tp->ops.ctx, flow, (const uint8_t *)data.p, data.n);

	tp->made = flow->connection != before && (int32_t)(flow->connection - tp->newest) > 0;
	if (tp->made)
		tp->newest = flow->connection;
	tp->stats.not_sent += rc != 0;
	/* Timers send it again, but not on a stream. */
	return rc == 0 || (rc == -EAGAIN && !flow_is_reliable(flow));
}

static void count_fault(struct sip_stats *st, enum sip_fault fault)
{
	uint64_t *const counters[] = {
		[SIP_FAULT_START_LINE] = &st->bad_start_line,
		[SIP_FAULT_VERSION] = &st->bad_version,
		[SIP_FAULT_HEADER] = &st->bad_header,
		[SIP_FAULT_MISSING] = &st->missing_header,
		[SIP_FAULT_TRUNCATED] = &st->truncated,
		[SIP_FAULT_CONTENT_LENGTH] = &st->content_length,
	};

	(*counters[fault])++;
}

/* Empty lines, which keep a NAT's binding open; some telephones send a NUL. */
static bool is_keepalive(const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != '\r' && data[i] != '\n' && data[i] != '\0')
			return false;
	return true;
}

enum transport_verdict transport_recv(
	struct sip_transport *tp, const struct td_flow *flow, const uint8_t *data, size_t len)
{
	struct sip_msg *m = &tp->msg;

	tp->stats.rx++;
	if (is_keepalive(data, len)) {
		tp->stats.keepalives++;
		return TRANSPORT_NOTHING;
	}
	bool whole = len <= SIP_MSG_MAX, sound = whole && sip_msg_decode(m, data, len) == 0;

	if (tp->ops.trace)
		tp->ops.trace(tp->ops.ctx, sound ? m->call_id : STR(""), true, flow, data, len);
	if (!whole) {
		tp->stats.truncated++;
		return TRANSPORT_NOTHING;
	}
	if (!sound) {
		count_fault(&tp->stats, m->fault);
		return TRANSPORT_MALFORMED;
	}
	if (m->request)
		tp->stats.rx_requests++;
	else
		tp->stats.rx_responses++;
	return TRANSPORT_MESSAGE;
}
