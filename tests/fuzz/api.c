/* SPDX-License-Identifier: BSD-3-Clause */
/* What a client of a socket may send, in pieces of the sizes that the input says. */
#include <string.h>
#include <sys/socket.h>
#include <system/api_client.h>
#include <tests/fuzz/fuzz.h>
#include <unistd.h>

static uint64_t clock_zero(void)
{
	return TD_NSEC_PER_SEC;
}

static void request(void *ctx, struct api_client *c, const struct td_api_msg *m, const char *body)
{
	FUZZ_HOLDS(body[m->len] == '\0');
	if (m->len % 2)
		api_reply(c, m->op, m->id, body, m->len);
	else
		api_error(c, m->op, m->id, -1, "%s", body);
}

static void nothing(void *ctx, struct api_client *c)
{
}

static void hello(int fd)
{
	char body[32];
	struct td_api_msg m = {.op = TD_API_HELLO, .id = 1};
	int n = snprintf(body, sizeof(body), "{\"version\":%d}", TD_API_VERSION);

	m.len = (uint32_t)n;
	FUZZ_HOLDS(write(fd, &m, sizeof(m)) == sizeof(m) && write(fd, body, m.len) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct api_clients all = {
		.handlers = {.request = request, .closed = nothing, .drained = nothing}};
	struct loop *l = loop_alloc(clock_zero);
	char answer[65536];
	int pair[2];

	FUZZ_HOLDS(l && socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
	TAILQ_INIT(&all.all);
	FUZZ_HOLDS(api_client_add(&all, l, pair[0]));
	if (size && data[0] % 4)
		hello(pair[1]);
	while (size > 1) {
		size_t n = 1u + data[0] % 64u;

		data++;
		size--;
		n = n < size ? n : size;
		if (send(pair[1], data, n, MSG_NOSIGNAL) < 0) /* we were closed */
			break;
		data += n;
		size -= n;
		FUZZ_HOLDS(loop_turn(l, 0) == 0);
		while (read(pair[1], answer, sizeof(answer)) > 0)
			;
	}
	close(pair[1]);
	for (int i = 0; i < 3; i++)
		FUZZ_HOLDS(loop_turn(l, 0) == 0);
	FUZZ_HOLDS(all.count == 0 && all.in_bytes == 0);
	api_clients_end(&all);
	loop_free(l);
	return 0;
}
