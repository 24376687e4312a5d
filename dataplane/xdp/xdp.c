/* SPDX-License-Identifier: BSD-3-Clause */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dataplane/xdp/xdp.h>

#define XDP_NAME "tandem_xdp" /* the program's function: at most 15 bytes */
#define XDP_MAPS 8

/* The program's name, and a descriptor for it, or a negative errno. */
static int xdp_open(uint32_t id, struct bpf_prog_info *info)
{
	uint32_t len = sizeof(*info);
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, info, &len)) {
		int rc = -errno;

		close(fd);
		return rc;
	}
	return fd;
}

static int xdp_detach(int ifindex, int fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = fd);

	/* Only if it is still this program: another one may have come in the meantime. */
	return bpf_xdp_detach(ifindex, XDP_FLAGS_REPLACE, &opts);
}

int xdp_clean(int ifindex, struct td_text *err)
{
	struct bpf_prog_info info = {0};
	uint32_t id = 0;
	int fd, rc;

	if (bpf_xdp_query_id(ifindex, 0, &id) || !id)
		return 0;
	fd = xdp_open(id, &info);
	if (fd < 0)
		return fd;
	if (strcmp(info.name, XDP_NAME)) {
		td_text_set(err,
			"XDP program %s (id %u) is attached already; detach it (ip link set dev "
			"... "
			"xdp off) or use type: af_packet",
			info.name, id);
		rc = -EBUSY;
	} else {
		rc = xdp_detach(ifindex, fd);
		if (rc)
			td_text_set(
				err, "stale XDP program %u not detached: %s", id, strerror(-rc));
	}
	close(fd);
	return rc ? rc : 1;
}

/* A descriptor of the program's map of this name. */
static int xdp_map(const uint32_t *ids, uint32_t count, const char *name)
{
	for (uint32_t i = 0; i < count; i++) {
		struct bpf_map_info info = {0};
		uint32_t len = sizeof(info);
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, name))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int xdp_start(struct xdp *x, int ifindex, const struct filter_ours *ours, struct td_text *err)
{
	uint32_t ids[XDP_MAPS] = {0};
	struct bpf_prog_info info = {.nr_map_ids = XDP_MAPS, .map_ids = (uintptr_t)ids};
	struct filter_maps maps;
	int rc;

	*x = (struct xdp){.ifindex = ifindex, .prog = -1, .counters = -1};
	rc = bpf_xdp_query_id(ifindex, 0, &x->prog_id);
	if (!rc && !x->prog_id)
		rc = -ENOENT;
	if (rc) {
		td_text_set(err, "no XDP program after the port was opened: %s", strerror(-rc));
		return rc;
	}
	x->prog = xdp_open(x->prog_id, &info);
	if (x->prog < 0) {
		td_text_set(err, "XDP program %u: %s", x->prog_id, strerror(-x->prog));
		return x->prog;
	}
	maps = (struct filter_maps){
		.config = xdp_map(ids, info.nr_map_ids, "config"),
		.addresses = xdp_map(ids, info.nr_map_ids, "addresses"),
		.addresses6 = xdp_map(ids, info.nr_map_ids, "addresses6"),
	};
	x->counters = xdp_map(ids, info.nr_map_ids, "counters");
	rc = maps.config < 0 || maps.addresses < 0 || maps.addresses6 < 0 || x->counters < 0
		     ? -ENOENT
		     : filter_set(&maps, ours);
	if (rc)
		td_text_set(err, "the XDP program's maps can't be filled: %s", strerror(-rc));
	if (maps.config >= 0)
		close(maps.config);
	if (maps.addresses >= 0)
		close(maps.addresses);
	if (maps.addresses6 >= 0)
		close(maps.addresses6);
	return rc;
}

void xdp_stop(struct xdp *x)
{
	uint32_t id = 0;

	if (x->prog_id && !bpf_xdp_query_id(x->ifindex, 0, &id) && id == x->prog_id)
		(void)xdp_detach(x->ifindex, x->prog);
	if (x->counters >= 0)
		close(x->counters);
	if (x->prog >= 0)
		close(x->prog);
	*x = (struct xdp){.prog = -1, .counters = -1};
}

uint64_t xdp_counter(const struct xdp *x, enum filter_counter kind)
{
	return filter_counter_read(x->counters, kind);
}
