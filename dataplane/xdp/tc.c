/* SPDX-License-Identifier: BSD-3-Clause */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <dataplane/xdp/tc.h>

/* How our filter is found again: "td" as its preference, and the program's name. */
#define TC_PRIORITY 0x7464
#define TC_HANDLE   1
#define TC_NAME     "tandem_tc"

struct tc {
	struct bpf_object *object;
	int ifindex;
	bool own_qdisc; /* clsact was not there before us */
};

static int tc_detach(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY);

	return bpf_tc_detach(&hook, &opts);
}

/* Kernel answers "no clsact here" are not worth a line on stderr. */
static int tc_silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

int tc_clean(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY);
	struct bpf_prog_info info = {0};
	uint32_t len = sizeof(info);
	int fd, found = 0;

	libbpf_set_print(tc_silent);
	if (bpf_tc_query(&hook, &opts) || !opts.prog_id)
		return 0;
	fd = bpf_prog_get_fd_by_id(opts.prog_id);
	if (fd < 0)
		return 0;
	if (!bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, TC_NAME))
		found = !tc_detach(ifindex);
	close(fd);
	return found;
}

static int tc_load(struct tc *t, const char *object, const struct filter_ours *ours)
{
	struct filter_maps maps;

	t->object = bpf_object__open_file(object, NULL);
	if (!t->object)
		return -errno;
	if (bpf_object__load(t->object))
		return -errno;
	maps = (struct filter_maps){
		.config = bpf_object__find_map_fd_by_name(t->object, "config"),
		.addresses = bpf_object__find_map_fd_by_name(t->object, "addresses"),
		.addresses6 = bpf_object__find_map_fd_by_name(t->object, "addresses6"),
	};
	return filter_set(&maps, ours);
}

static int tc_program(const struct tc *t, const char *name)
{
	const struct bpf_program *p = bpf_object__find_program_by_name(t->object, name);

	return p ? bpf_program__fd(p) : -ENOENT;
}

static int tc_attach(struct tc *t, int packet_socket)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = t->ifindex, .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, opts, .handle = TC_HANDLE, .priority = TC_PRIORITY,
		.flags = BPF_TC_F_REPLACE, .prog_fd = tc_program(t, TC_NAME));
	int socket_prog = tc_program(t, "tandem_socket"), rc;

	if (setsockopt(packet_socket, SOL_SOCKET, SO_ATTACH_BPF, &socket_prog, sizeof(socket_prog)))
		return -errno;
	rc = bpf_tc_hook_create(&hook);
	t->own_qdisc = !rc;
	if (rc && rc != -EEXIST)
		return rc;
	return bpf_tc_attach(&hook, &opts);
}

struct tc *tc_alloc(int ifindex, int packet_socket, const char *object,
	const struct filter_ours *ours, struct td_text *err)
{
	struct tc *t = calloc(1, sizeof(*t));
	int rc;

	if (!t) {
		td_text_set(err, "out of memory");
		errno = ENOMEM;
		return NULL;
	}
	t->ifindex = ifindex;
	rc = tc_load(t, object, ours);
	if (rc)
		td_text_set(err, "%s can't be loaded: %s", object, strerror(-rc));
	else if ((rc = tc_attach(t, packet_socket)))
		td_text_set(err, "the clsact filter can't be attached: %s", strerror(-rc));
	if (rc) {
		tc_free(t);
		errno = -rc;
		return NULL;
	}
	return t;
}

void tc_free(struct tc *t)
{
	LIBBPF_OPTS(bpf_tc_hook, both, .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	if (!t)
		return;
	(void)tc_detach(t->ifindex);
	both.ifindex = t->ifindex;
	if (t->own_qdisc)
		(void)bpf_tc_hook_destroy(&both);
	bpf_object__close(t->object);
	free(t);
}

uint64_t tc_counter(const struct tc *t, enum filter_counter kind)
{
	return filter_counter_read(bpf_object__find_map_fd_by_name(t->object, "counters"), kind);
}
