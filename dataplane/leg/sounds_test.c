/* SPDX-License-Identifier: BSD-3-Clause */
#include <dataplane/leg/sounds.h>
#include <tests/unit/unit.h>

static unsigned graces;

static void synchronize(void *ctx)
{
	struct sounds **s = ctx;
	/* Workers may still read the old sound, and already find the new one. */
	const struct samples *new = sounds_get(*s, 3, TD_CODEC_PCMA);

	assert_int_equal(new->bytes, 320);
	graces++;
}

static int build(void)
{
	static const uint8_t data[320] = {1, 2, 3};
	struct sounds *s = NULL;
	int rc;

	graces = 0;
	s = sounds_alloc(1024, synchronize, &s);
	if (!s)
		return -errno;
	rc = sounds_set(s, 3, TD_CODEC_PCMA, data, 160);
	if (!rc)
		rc = sounds_set(s, 3, TD_CODEC_PCMA, data, 320);
	if (!rc) {
		assert_int_equal(graces, 1);
		assert_int_equal(sounds_bytes(s), 320);
		assert_memory_equal(sounds_get(s, 3, TD_CODEC_PCMA)->data, data, 320);
		assert_null(sounds_get(s, 3, TD_CODEC_PCMU));
		assert_null(sounds_get(s, UINT32_MAX, TD_CODEC_PCMU));
		assert_int_equal(sounds_set(s, UINT32_MAX, TD_CODEC_PCMA, data, 1), -EINVAL);
		assert_int_equal(sounds_set(s, 1, TD_CODEC_PCMA, data, 0), -EINVAL);
	}
	sounds_free(s);
	return rc;
}

static void replaces_after_the_grace_period(void **state)
{
	assert_int_equal(build(), 0);
	assert_null(sounds_get(NULL, 0, TD_CODEC_PCMA));
}

static void survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaces_after_the_grace_period),
		cmocka_unit_test(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
