/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl bandwidth`: what runs, what is reserved, and how many calls a link would carry. */
#include <control/cli/cli.h>
#include <engine/base/codec.h>
#include <engine/base/rate.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const counts[TD_LAYER_COUNT] = {
	[TD_LAYER_IP] = "IP packets",
	[TD_LAYER_ETHERNET] = "frames without FCS, as interface counters count",
	[TD_LAYER_WIRE] = "frames, FCS, preamble and gap: what a link really carries",
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
	char storage[256];
	struct td_buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	codec_names(&names, "|");
	fprintf(stderr,
		"tandemctl: bandwidth plan: %s%s%s; usage: tandemctl bandwidth plan --link "
		"BITS[kMG] "
		"[--codec %.*s] [--ptime 10..60] [--layer ip|ethernet|wire] [--ipv6] "
		"[--srtp]\n",
		why, value ? ": " : "", value ? value : "", (int)names.len, names.data);
	return CLI_USAGE;
}

static int plan(const struct cli *cli, int argc, char **argv)
{
	static const struct option options[] = {
		{"link", required_argument, NULL, 'l'},
		{"codec", required_argument, NULL, 'c'},
		{"ptime", required_argument, NULL, 'p'},
		{"layer", required_argument, NULL, 'y'},
		{"ipv6", no_argument, NULL, '6'},
		{"srtp", no_argument, NULL, 's'},
		{0},
	};
	const char *link = NULL, *codec = NULL, *layer = NULL;
	struct rate stream = {.codec = TD_CODEC_DEFAULT, .family = 4};
	unsigned long ptime = 20;
	size_t i;
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
		case '6':
			stream.family = 6;
			break;
		case 's':
			stream.tag = RATE_TAG_GCM;
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
	if (codec)
		stream.codec = (uint8_t)codec_lookup(str_of(codec));
	if (stream.codec == TD_CODEC_NONE)
		return plan_usage("no such codec", codec);

	stream.ptime_ms = (uint8_t)ptime;
	rows = json_array();
	for (i = 0; i < TD_LAYER_COUNT; i++) {
		uint64_t rate = rate_bps(&stream, (enum td_layer)i);

		if (layer && strcmp(layer, rate_layers[i]) != 0)
			continue;
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:I, s:s}", "layer",
				      rate_layers[i], "codec", codec_name(stream.codec), "ptime",
				      (int)ptime, "packet_bytes",
				      (int)rate_packet_bytes(&stream, (enum td_layer)i),
				      "packets_per_second", 1000.0 / (double)ptime, "kbit_per_call",
				      (double)rate / 1000, "calls",
				      (json_int_t)(bits / (double)rate), "counts", counts[i]));
	}
	if (json_array_size(rows) == 0) {
		json_decref(rows);
		return plan_usage("no such layer", layer);
	}
	cli_table(cli, rows, NULL, "");
	if (!cli->json)
		printf("A call puts one RTP stream on the link in each direction, RTCP counted; a "
		       "link of %s each way carries the calls of its layer.\nA limit of so much in "
		       "site.yaml admits as many. Plan with the wire layer; SIP is not counted.\n",
			link);
	json_decref(rows);
	return CLI_OK;
}

int cmd_bandwidth(const struct cli *cli, int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "plan") == 0)
		return plan(cli, argc - 1, argv + 1);
	if (argc == 2 && strcmp(argv[1], "links") == 0)
		return cli_show(cli, &td_views[TD_VIEW_ID_LINKS]);
	if (argc == 2 && strcmp(argv[1], "ports") == 0)
		return cli_show(cli, &td_views[TD_VIEW_ID_PORT_BANDWIDTH]);
	if (argc > 1)
		return cli_usage(cli_lookup("bandwidth"));
	return cli_show(cli, &td_views[TD_VIEW_ID_BANDWIDTH]);
}
