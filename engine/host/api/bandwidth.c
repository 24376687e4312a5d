/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/dataplane.h>
#include <engine/base/rate.h>
#include <engine/base/view.h>
#include <engine/host/api/bandwidth.h>
#include <system/body.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char *const direction_names[TD_DIR_COUNT] = {TD_DIRECTIONS(TD_WORD)};

int bandwidth_init(struct bandwidth *b, uint32_t rows)
{
	*b = (struct bandwidth){.row = calloc(rows, sizeof(*b->row)), .rows = rows};
	return b->row ? 0 : -ENOMEM;
}

void bandwidth_fini(struct bandwidth *b)
{
	free(b->row);
	*b = (struct bandwidth){0};
}

void bandwidth_sample(struct bandwidth *b, struct dp *dp, uint64_t now)
{
	double seconds = b->at ? (double)(now - b->at) / TD_NSEC_PER_SEC : 0;

	for (uint32_t i = 0; i < b->rows; i++) {
		struct bandwidth_row *r = &b->row[i];
		struct td_acct_row row;

		dp_acct(dp, i, &row);
		for (int d = 0; d < TD_DIR_COUNT && seconds > 0; d++) {
			r->packets[d] = (double)(row.packets[d] - r->last.packets[d]) / seconds;
			r->ip_bytes[d] = (double)(row.ip_bytes[d] - r->last.ip_bytes[d]) / seconds;
		}
		r->last = row;
	}
	b->at = now;
}

/* Each layer by its own name, so that no one has to guess what a figure counts. */
static void direction_row(const struct bandwidth *b, const json_t *name, uint32_t i, int d,
	const struct td_acct_row *row, struct td_buf *out)
{
	uint64_t packets = row->packets[d], bytes = row->ip_bytes[d];
	double pps = b->row[i].packets[d], bps = b->row[i].ip_bytes[d] * 8;

	VIEW_PUT(bandwidth, out,
		{
			.codec = body_text(name, "codec"),
			.trunk = body_text(name, "trunk"),
			.queue = body_text(name, "queue"),
			.link = body_text(name, "link"),
			.direction = direction_names[d],
			.packets = packets,
			.ip_bytes = bytes,
			.ethernet_bytes = bytes + packets * TD_LAYER_ETHERNET_BYTES,
			.wire_bytes = bytes + packets * TD_LAYER_WIRE_BYTES,
			.packets_per_s = pps,
			.ip_bps = bps,
			.ethernet_bps = bps + pps * TD_LAYER_ETHERNET_BYTES * 8,
			.wire_bps = bps + pps * TD_LAYER_WIRE_BYTES * 8,
		});
}

/* An array out of objects with commas between. NULL: not JSON, or no memory for it. */
static json_t *rows_load(const struct td_buf *rows)
{
	struct td_buf array;
	json_t *root;

	buf_init(&array);
	buf_put(&array, "[", 1);
	buf_put(&array, rows->data, rows->len);
	buf_put(&array, "]", 1);
	root = array.error ? NULL : json_loadb(array.data, array.len, 0, NULL);
	buf_free(&array);
	return root;
}

int bandwidth_rows(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *names, struct td_buf *out)
{
	json_t *root = rows_load(names), *name;
	size_t n;

	if (!root)
		return -EINVAL;
	json_array_foreach(root, n, name)
	{
		json_int_t i = json_integer_value(json_object_get(name, "row"));
		struct td_acct_row row;

		if (i < 0 || i >= b->rows)
			continue;
		dp_acct(dp, (uint32_t)i, &row);
		for (int d = 0; d < TD_DIR_COUNT; d++)
			if (row.packets[d])
				direction_row(b, name, (uint32_t)i, d, &row, out);
	}
	json_decref(root);
	return out->error;
}

static unsigned layer_bytes(const json_t *link)
{
	const char *name = json_string_value(json_object_get(link, "layer"));

	for (unsigned i = 0; name && i < TD_LAYER_COUNT; i++)
		if (strcmp(name, rate_layers[i].name) == 0)
			return rate_layers[i].bytes;
	return 0;
}

/* Replaces the row numbers by their sums. */
static int link_use(const struct bandwidth *b, json_t *link)
{
	const json_t *rows = json_object_get(link, "rows"), *row;
	unsigned overhead = layer_bytes(link);
	double bps[TD_DIR_COUNT] = {0};
	size_t n;

	json_array_foreach(rows, n, row)
	{
		json_int_t i = json_integer_value(row);

		for (int d = 0; i >= 0 && i < b->rows && d < TD_DIR_COUNT; d++)
			bps[d] += 8 * (b->row[i].ip_bytes[d] + b->row[i].packets[d] * overhead);
	}
	if (json_object_del(link, "rows") ||
		json_object_set_new(link, "in_bps", json_real(bps[TD_DIR_IN])) ||
		json_object_set_new(link, "out_bps", json_real(bps[TD_DIR_OUT])))
		return -ENOMEM;
	return 0;
}

int bandwidth_links(
	const struct bandwidth *b, struct dp *dp, const struct td_buf *links, struct td_buf *out)
{
	json_t *root = rows_load(links), *link;
	int rc = root ? 0 : -EINVAL;
	size_t n;

	json_array_foreach(root, n, link)
	{
		char *text = NULL;

		rc = link_use(b, link);
		if (rc == 0)
			text = json_dumps(link, JSON_COMPACT | JSON_REAL_PRECISION(12));
		if (!text) {
			rc = -ENOMEM;
			break;
		}
		if (n)
			buf_str(out, STR(","));
		buf_str(out, str_of(text));
		free(text);
	}
	json_decref(root);
	return rc ? rc : out->error;
}
