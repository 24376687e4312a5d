/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: a dataplane without packets, and an engine that answers and remembers. */
#ifndef TANDEM_ENGINE_HOST_TEST_FAKE_DP_H
#define TANDEM_ENGINE_HOST_TEST_FAKE_DP_H

#include <tandem/engine.h>

#define FAKE_CALLS   300  /* rows of SHOW calls */
#define FAKE_SIP_MAX 3000 /* dp_sip_send() refuses longer ones */

#define FAKE_TRACE_MAX 16000

struct fake {
	struct td_engine_io io; /* as given to td_engine_alloc() */
	char config[1024];      /* text of the last td_engine_config() */
	char agent[64];         /* "alice 2 lunch" */
	char contact[128];      /* "0 - sales anna account=17": action, id, queue or agent, ... */
	char party[64];         /* "1.1 1 1 sales": call, action, kind, name */
	_Atomic unsigned calls, contacts; /* together: td_engine_calls() */
	bool draining, tracing;
	size_t trace_bytes; /* a traced message has so many */
	unsigned sounds;    /* dp_sound_set() calls */
	uint32_t sound;     /* of the last one */
	unsigned sip_sent;
	uint64_t wall_offset;
};

extern struct fake fake;

#endif
