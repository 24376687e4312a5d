/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/codec.h>
#include <engine/base/rate.h>

#define IP4_BYTES   20
#define IP6_BYTES   40
#define UDP_BYTES   8
#define RTP_BYTES   12
#define INDEX_BYTES 4 /* SRTCP's, RFC 3711 section 3.4 */

#define LAYER(id, word, bytes, help) {word, bytes, help},
const struct rate_layer rate_layers[TD_LAYER_COUNT] = {TD_LAYERS(LAYER)};

/* Everything below UDP's payload. */
static unsigned header_bytes(const struct rate *r, enum td_layer layer)
{
	unsigned ip = (r->family == 6 ? IP6_BYTES : IP4_BYTES) + UDP_BYTES;

	return ip + (layer == TD_LAYER_IP ? 0 : rate_layers[layer].bytes + r->extra);
}

unsigned rate_packet_bytes(const struct rate *r, enum td_layer layer)
{
	return header_bytes(r, layer) + RTP_BYTES + codec_payload(r->codec, r->ptime_ms) + r->tag;
}

/* Packets of so many octets, one each interval. */
static uint64_t bps(unsigned bytes, unsigned interval_ms)
{
	return (bytes * 8ull * 1000 + interval_ms - 1) / interval_ms;
}

uint64_t rate_bps(const struct rate *r, enum td_layer layer)
{
	unsigned rtcp = header_bytes(r, layer) + TD_RTCP_BYTES +
			(r->tag ? r->tag + (unsigned)INDEX_BYTES : 0);

	return bps(rate_packet_bytes(r, layer), r->ptime_ms) + bps(rtcp, TD_RTCP_INTERVAL_MS);
}
