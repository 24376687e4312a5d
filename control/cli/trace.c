/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl trace --sip`: SIP messages as they pass, as text or as a capture for Wireshark. */
#include <arpa/inet.h>
#include <control/cli/cli.h>
#include <engine/base/octets.h>
#include <engine/base/addr.h>
#include <errno.h>
#include <math.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCAP_MAGIC_NS     0xa1b23c4du /* nanosecond time stamps */
#define PCAP_LINKTYPE_RAW 101         /* packets begin with the IP header */
#define PCAP_SNAPLEN      65535
#define IP4_BYTES         20
#define IP6_BYTES         40
#define UDP_BYTES         8

struct sip_trace {
	FILE *pcap;
	bool json;
	bool failed;
};

static uint64_t sum(uint64_t sum, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 ? p[i] : (uint64_t)p[i] << 8;
	return sum;
}

static unsigned checksum(uint64_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return ~s & 0xffff;
}

static size_t ip4_head(uint8_t *p, const struct td_addr *src, const struct td_addr *dst, size_t len)
{
	p[0] = 0x45;
	be16_put(p + 2, (uint16_t)(IP4_BYTES + UDP_BYTES + len));
	p[8] = 64;
	p[9] = IPPROTO_UDP;
	memcpy(p + 12, &src->ip4, 4);
	memcpy(p + 16, &dst->ip4, 4);
	be16_put(p + 10, checksum(sum(0, p, IP4_BYTES)));
	return IP4_BYTES;
}

static size_t ip6_head(uint8_t *p, const struct td_addr *src, const struct td_addr *dst, size_t len)
{
	p[0] = 0x60;
	be16_put(p + 4, (uint16_t)(UDP_BYTES + len));
	p[6] = IPPROTO_UDP;
	p[7] = 64;
	memcpy(p + 8, src->ip6, 16);
	memcpy(p + 24, dst->ip6, 16);
	return IP6_BYTES;
}

/* A UDP packet made anew around the message: on the wire the message may have had fragments, or
 * have been part of a stream, whose segments nobody knows here. IPv4 may leave the UDP checksum out
 * (0, RFC 768), IPv6 not (RFC 8200 section 8.1). */
static bool pcap_write(FILE *f, uint64_t wall, const struct td_addr *src, const struct td_addr *dst,
	const char *data, size_t len)
{
	uint8_t head[IP6_BYTES + UDP_BYTES] = {0}, *udp;
	bool v6 = src->family == 6;
	uint32_t record[4];
	unsigned folded;
	size_t n;

	if (len > PCAP_SNAPLEN - sizeof(head))
		len = PCAP_SNAPLEN - sizeof(head);
	n = v6 ? ip6_head(head, src, dst, len) : ip4_head(head, src, dst, len);
	udp = head + n;
	n += UDP_BYTES;
	be16_put(udp, src->port);
	be16_put(udp + 2, dst->port);
	be16_put(udp + 4, (uint16_t)(UDP_BYTES + len));
	if (v6) {
		folded = checksum(
			sum(sum(sum(IPPROTO_UDP + UDP_BYTES + len, head + 8, 32), udp, UDP_BYTES),
				(const uint8_t *)data, len));
		be16_put(udp + 6, folded ? folded : 0xffff);
	}
	record[0] = (uint32_t)(wall / TD_NSEC_PER_SEC);
	record[1] = (uint32_t)(wall % TD_NSEC_PER_SEC);
	record[2] = record[3] = (uint32_t)(n + len);
	return fwrite(record, sizeof(record), 1, f) == 1 && fwrite(head, n, 1, f) == 1 &&
	       fwrite(data, 1, len, f) == len && fflush(f) == 0;
}

static FILE *pcap_open(const char *path)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snaplen, linktype;
	} head = {PCAP_MAGIC_NS, 2, 4, 0, 0, PCAP_SNAPLEN, PCAP_LINKTYPE_RAW};
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(&head, sizeof(head), 1, f) != 1 || fflush(f) != 0) {
		cli_say("tandemctl: trace: %s: %s; name a file that can be written", path,
			strerror(errno));
		if (f)
			fclose(f);
		return NULL;
	}
	return f;
}

static bool trace_message(void *ctx, json_t *body)
{
	struct sip_trace *t = ctx;
	uint64_t wall = (uint64_t)json_integer_value(json_object_get(body, "t"));
	const char *src = json_string_value(json_object_get(body, "src"));
	const char *dst = json_string_value(json_object_get(body, "dst"));
	const char *call = json_string_value(json_object_get(body, "call"));
	const char *transport = json_string_value(json_object_get(body, "transport"));
	const json_t *text = json_object_get(body, "data");
	struct td_addr from, to;
	time_t seconds = (time_t)(wall / TD_NSEC_PER_SEC);
	struct tm tm;
	char clock[16];

	if (!src || !dst || !json_is_string(text))
		return true;
	if (t->pcap) {
		if (addr_decode(&from, str_of(src)) == 0 && addr_decode(&to, str_of(dst)) == 0 &&
			!pcap_write(t->pcap, wall, &from, &to, json_string_value(text),
				json_string_length(text))) {
			fprintf(stderr, "tandemctl: trace: the capture cannot be written: %s\n",
				strerror(errno));
			t->failed = true;
			return false;
		}
		return true;
	}
	if (t->json) {
		cli_json(body, stdout, JSON_COMPACT);
	} else {
		localtime_r(&seconds, &tm);
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
		printf("--- %s.%06u  ", clock, (unsigned)(wall % TD_NSEC_PER_SEC / 1000));
		cli_print(src, UTF8_ONE_LINE);
		fputs(" > ", stdout);
		cli_print(dst, UTF8_ONE_LINE);
		fputs("  ", stdout);
		if (transport &&
			strcmp(transport, "udp") != 0) { /* an older engine has UDP alone */
			cli_print(transport, UTF8_ONE_LINE);
			fputs("  ", stdout);
		}
		cli_print(call, UTF8_ONE_LINE);
		putchar('\n');
		cli_print(json_string_value(text), UTF8_LINES);
		putchar('\n');
	}
	t->failed = !cli_flush();
	return !t->failed;
}

int cmd_trace(const struct cli *cli, const struct cli_args *args)
{
	const char *file = cli_arg(args, "write"), *call = cli_arg(args, "call");
	struct sip_trace t = {.json = cli->json};
	int rc;

	if (file) {
		t.pcap = pcap_open(file);
		if (!t.pcap)
			return CLI_USAGE;
	}
	rc = cli_stream(
		cli, TD_API_TRACE_SIP, json_pack("{s:s*}", "call", call), trace_message, &t);
	if (t.pcap)
		fclose(t.pcap);
	return t.failed ? CLI_NO : rc;
}
