/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread of SIP over TCP on the loopback interface, and its peer: for tests. */
#ifndef TANDEM_ENGINE_HOST_TEST_TCP_RIG_H
#define TANDEM_ENGINE_HOST_TEST_TCP_RIG_H

#include <engine/host/net/tcp.h>

#define PATIENCE_NS (200 * TD_NSEC_PER_MSEC)
#define WAIT_NS     (10 * TD_NSEC_PER_SEC)
#define DSCP        26
#define MESSAGE(n)  "OPTIONS sip:a@b SIP/2.0\r\nX: " n "\r\nContent-Length: 0\r\n\r\n"
#define RESPONSE    "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"

struct tcp_rig {
	struct tcp *t;
	struct td_conf_site site;
	struct td_addr ours, peer; /* the peer's: of its listener */
	int listener;
	uint64_t connect_ns, stale_ns, unread_ns;
	size_t held_max;
	struct loop *main; /* NULL: it is not told of pages */
	struct loop_work *kick;
};

extern struct tcp_rig rig;

int rig_setup(void **state); /* *state: the family */
int rig_teardown(void **state);
void rig_start(void); /* again, with what the test has changed, after tcp_stop() */

struct td_section_tcp rig_stats(void);
void rig_wait(const uint64_t *place, const struct td_section_tcp *s, uint64_t value);
#define WAIT_FOR(counter, value)                                   \
	do {                                                       \
		struct td_section_tcp wait_stats;                  \
		rig_wait(&wait_stats.counter, &wait_stats, value); \
	} while (0)

int peer_connect(void);
int peer_accept(void);
void peer_says(int fd, const char *text);
void peer_hears(int fd, const char *text);
void peer_hears_the_end(int fd); /* closed, or reset where octets of ours were under way */

/* The next news; its message must be this one, NULL: the end. */
struct td_flow news(const char *text);
struct td_flow flow_out(void); /* to the peer's listener, as a trunk's */
void we_say(struct td_flow *flow, const char *text);

#define TEST(name, family)                                           \
	{                                                            \
#name, name, rig_setup, rig_teardown, (void *)family \
	}

#endif
