/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/sip/txn/msg_store.h>
#include <tests/unit/unit.h>

#define CHUNKS 8

static int build(void)
{
	struct msg_store s;
	int rc = msg_store_init(&s, CHUNKS);

	if (rc == 0)
		msg_store_fini(&s);
	return rc;
}

static void init_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

/* Of every length up to more than all chunks hold: kept whole, or not at all. */
static void messages_come_back_whole(void **state)
{
	static char data[CHUNKS * MSG_STORE_CHUNK_BYTES + 1], out[sizeof(data)];
	struct stored_msg m = {0};
	struct msg_store s;
	size_t longest = 0;

	assert_int_equal(msg_store_init(&s, CHUNKS), 0);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (char)(i * 7);
	for (size_t n = 0; n <= sizeof(data); n++) {
		if (!msg_store_set(&s, &m, (struct str){data, n})) {
			assert_int_equal(m.len, 0);
			assert_int_equal(s.chunks.free_count, CHUNKS);
			continue;
		}
		struct str got = msg_store_get(&s, &m, out);

		assert_int_equal(got.n, n);
		assert_memory_equal(out, data, n);
		longest = n;
	}
	assert_true(longest > (CHUNKS - 1) * MSG_STORE_CHUNK_BYTES && longest < sizeof(data));
	msg_store_del(&s, &m);
	msg_store_del(&s, &m);
	assert_int_equal(s.chunks.free_count, CHUNKS);
	msg_store_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(init_survives_oom),
		cmocka_unit_test(messages_come_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
