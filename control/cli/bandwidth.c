/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl bandwidth`: what runs, and how many calls a link would carry. */
#include <control/cli/cli.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <tandem/stats.h>

#define IP_UDP_RTP_BYTES (20 + 8 + 12)

static const struct {
	const char *name;
	unsigned bytes_per_ms;
} codecs[] = {{"pcma", 8}, {"pcmu", 8}};

static const struct {
	const char *name;
	unsigned overhead; /* beyond the IP packet */
	const char *counts;
} layers[] = {
	{"ip", 0, "IP packets"},
	{"ethernet", TD_LAYER_ETHERNET_BYTES, "frames without FCS, as interface counters count"},
	{"wire", TD_LAYER_WIRE_BYTES, "frames, FCS, preamble and gap: what a link really carries"},
};

/* "10M", "1G", "512k", "64000": bits a second, powers of ten. 0 when it is none. */
static double link_bits(const char *text)
{
	char *end;
	double bits = strtod(text, &end);
	const char *units = "kMGT", *unit;

	if (end == text || !(bits > 0))
		return 0;
	if (*end) {
		unit = strchr(units, *end == 'K' ? 'k' : *end);
		if (!unit || end[1])
			return 0;
		for (; unit >= units; unit--)
			bits *= 1000;
	}
	return bits;
}

static int plan_usage(const char *why, const char *value)
{
	fprintf(stderr,
		"tandemctl: bandwidth plan: %s%s%s; usage: tandemctl bandwidth plan --link "
		"BITS[kMG] "
		"[--codec pcma|pcmu] [--ptime 10..60] [--layer ip|ethernet|wire]\n",
		why, value ? ": " : "", value ? value : "");
	return CLI_USAGE;
}

static int plan(const struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"link", required_argument, NULL, 'l'},
		{"codec", required_argument, NULL, 'c'},
		{"ptime", required_argument, NULL, 'p'},
		{"layer", required_argument, NULL, 'y'},
		{0},
	};
	const char *link = NULL, *codec = "pcma", *layer = NULL;
	unsigned long ptime = 20;
	size_t codec_index = 0, i;
	bool known = false;
	double bits;
	char *end;
	json_t *rows;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			link = optarg;
			break;
		case 'c':
			codec = optarg;
			break;
		case 'p':
			ptime = strtoul(optarg, &end, 10);
			if (*end || ptime < 10 || ptime > 60 || ptime % 10)
				return plan_usage(
					"ptime is 10, 20, ... 60 milliseconds, not", optarg);
			break;
		case 'y':
			layer = optarg;
			break;
		default:
			return CLI_USAGE;
		}
	}
	if (optind < argc)
		return plan_usage("what is this", argv[optind]);
	if (!link)
		return plan_usage("no --link", NULL);
	bits = link_bits(link);
	if (bits == 0)
		return plan_usage("not a bit rate", link);
	for (i = 0; i < sizeof(codecs) / sizeof(codecs[0]); i++) {
		if (strcasecmp(codec, codecs[i].name) == 0) {
			codec_index = i;
			known = true;
		}
	}
	if (!known)
		return plan_usage("no such codec", codec);

	rows = json_array();
	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		unsigned bytes = (unsigned)(codecs[codec_index].bytes_per_ms * ptime) +
				 IP_UDP_RTP_BYTES + layers[i].overhead;
		double rate = bytes * 8 * (1000.0 / (double)ptime);

		if (layer && strcmp(layer, layers[i].name) != 0)
			continue;
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:I, s:s}", "layer",
				      layers[i].name, "codec", codecs[codec_index].name, "ptime",
				      (int)ptime, "packet_bytes", (int)bytes, "packets_per_second",
				      1000.0 / (double)ptime, "kbit_per_call", rate / 1000, "calls",
				      (json_int_t)(bits / rate), "counts", layers[i].counts));
	}
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return plan_usage("no such layer", layer);
	}
	cli_table(cli, rows, NULL, "");
	if (!cli->json)
		printf("A call puts one RTP stream on the link in each direction; a full-duplex "
		       "link of "
		       "%s carries the calls of its layer.\nPlan with the wire layer; RTCP adds "
		       "under "
		       "0.3 %%, SIP is not counted.\n",
			link);
	json_decref(rows);
	return CLI_OK;
}

int cmd_bandwidth(const struct cli *cli, int argc, char **argv)
{
	json_t *rows;
	int rc;

	if (argc > 1 && strcmp(argv[1], "plan") == 0)
		return plan(cli, argc - 1, argv + 1);
	if (argc > 1)
		return cli_usage(cli_lookup("bandwidth"));
	rc = cli_rows(cli, CLI_ENGINE, TD_API_SHOW, json_pack("{s:s}", "what", "bandwidth"), &rows);
	if (rc)
		return rc;
	cli_table(cli, rows, NULL, "no media yet");
	json_decref(rows);
	return CLI_OK;
}
