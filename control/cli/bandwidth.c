/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl bandwidth plan`: how many calls a link would carry. */
#include <control/cli/cli.h>
#include <engine/base/codec.h>
#include <engine/base/rate.h>
#include <stdio.h>
#include <string.h>

int cmd_plan(const struct cli *cli, const struct cli_args *args)
{
	const char *link = cli_arg(args, "link"), *layer = cli_arg(args, "layer");
	const char *codec = cli_arg(args, "codec");
	double ptime = cli_arg_number(args, "ptime", 20);
	struct rate stream = {
		.codec = codec ? (uint8_t)codec_lookup(str_of(codec)) : TD_CODEC_DEFAULT,
		.ptime_ms = (uint8_t)ptime,
		.family = cli_arg(args, "ipv6") ? 6 : 4,
		.tag = cli_arg(args, "srtp") ? TD_SRTP_TAG_AEAD_AES_256_GCM : 0,
	};
	json_t *rows = json_array();

	for (unsigned i = 0; i < TD_LAYER_COUNT; i++) {
		uint64_t rate = rate_bps(&stream, (enum td_layer)i);

		if (layer && strcmp(layer, rate_layers[i].name) != 0)
			continue;
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:i, s:i, s:f, s:f, s:I, s:s}", "layer",
				      rate_layers[i].name, "codec", codec_name(stream.codec),
				      "ptime", (int)ptime, "packet_bytes",
				      (int)rate_packet_bytes(&stream, (enum td_layer)i),
				      "packets_per_second", 1000.0 / ptime, "kbit_per_call",
				      (double)rate / 1000, "calls",
				      (json_int_t)(cli_arg_bits(args, "link") / rate), "counts",
				      rate_layers[i].help));
	}
	cli_table(cli, NULL, rows, "");
	if (!cli->json)
		printf("A call puts one RTP stream on the link in each direction, RTCP counted; a "
		       "link of %s each way carries the calls of its layer.\nA limit of so much in "
		       "site.yaml admits as many. Plan with the wire layer; SIP is not counted.\n",
			link);
	json_decref(rows);
	return CLI_OK;
}
