/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl trace --sip`: SIP messages as they pass, as text or as a capture for Wireshark. */
#include <arpa/inet.h>
#include <control/cli/cli.h>
#include <engine/core/addr.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCAP_MAGIC_NS     0xa1b23c4du /* nanosecond time stamps */
#define PCAP_LINKTYPE_RAW 101         /* packets begin with the IP header */
#define PCAP_SNAPLEN      65535
#define IP4_BYTES         20
#define UDP_BYTES         8

struct trace {
	FILE *pcap;
	bool json;
	bool failed;
};

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static unsigned ip_checksum(const uint8_t *p)
{
	unsigned sum = 0;

	for (int i = 0; i < IP4_BYTES; i += 2)
		sum += (unsigned)p[i] << 8 | p[i + 1];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

/* The message in an IPv4/UDP packet made anew: what went over the wire may have had fragments.
 * UDP checksum 0 says "not computed" (RFC 768). */
static bool pcap_write(FILE *f, uint64_t wall, const struct td_addr *src, const struct td_addr *dst,
	const char *data, size_t len)
{
	uint8_t head[IP4_BYTES + UDP_BYTES] = {0x45, [8] = 64, [9] = 17};
	uint32_t record[4];

	if (len > PCAP_SNAPLEN - sizeof(head))
		len = PCAP_SNAPLEN - sizeof(head);
	put16(head + 2, (unsigned)(sizeof(head) + len));
	memcpy(head + 12, &src->ip4, 4);
	memcpy(head + 16, &dst->ip4, 4);
	put16(head + 10, ip_checksum(head));
	put16(head + 20, src->port);
	put16(head + 22, dst->port);
	put16(head + 24, (unsigned)(UDP_BYTES + len));
	record[0] = (uint32_t)(wall / TD_NSEC_PER_SEC);
	record[1] = (uint32_t)(wall % TD_NSEC_PER_SEC);
	record[2] = record[3] = (uint32_t)(sizeof(head) + len);
	return fwrite(record, sizeof(record), 1, f) == 1 && fwrite(head, sizeof(head), 1, f) == 1 &&
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
		fprintf(stderr, "tandemctl: trace: %s: %s; name a file that can be written\n", path,
			strerror(errno));
		if (f)
			fclose(f);
		return NULL;
	}
	return f;
}

static bool trace_message(void *ctx, json_t *body)
{
	struct trace *t = ctx;
	uint64_t wall = (uint64_t)json_integer_value(json_object_get(body, "t"));
	const char *src = json_string_value(json_object_get(body, "src"));
	const char *dst = json_string_value(json_object_get(body, "dst"));
	const char *call = json_string_value(json_object_get(body, "call"));
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
		json_dumpf(body, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		localtime_r(&seconds, &tm);
		strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
		printf("--- %s.%06u  %s > %s  %s\n%s\n", clock,
			(unsigned)(wall % TD_NSEC_PER_SEC / 1000), src, dst, call ? call : "",
			json_string_value(text));
	}
	fflush(stdout);
	return true;
}

int cmd_trace(const struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"sip", no_argument, NULL, 's'},
		{"call", required_argument, NULL, 'c'},
		{0},
	};
	struct trace t = {.json = cli->json};
	json_t *request = json_object();
	const char *file = NULL;
	bool sip = false;
	int option, rc;

	optind = 0;
	while ((option = getopt_long(argc, argv, "w:", options, NULL)) != -1) {
		switch (option) {
		case 's':
			sip = true;
			break;
		case 'c':
			json_object_set_new(request, "call", json_string(optarg));
			break;
		case 'w':
			file = optarg;
			break;
		default:
			goto usage;
		}
	}
	if (!sip || optind < argc)
		goto usage;
	if (file) {
		t.pcap = pcap_open(file);
		if (!t.pcap) {
			json_decref(request);
			return CLI_USAGE;
		}
	}
	rc = cli_stream(cli, CLI_ENGINE, TD_API_TRACE_SIP, request, trace_message, &t);
	if (t.pcap)
		fclose(t.pcap);
	return t.failed ? CLI_NO : rc;
usage:
	json_decref(request);
	return cli_usage(cli_lookup("trace"));
}
