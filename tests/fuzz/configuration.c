/* SPDX-License-Identifier: BSD-3-Clause */
/* Compiled configuration. What was read is written in a form that reads the same. */
#include <engine/conf/conf.h>
#include <tests/fuzz/fuzz.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct td_conf *c, *again, *next;
	struct td_text err;
	struct td_buf text, same;

	if (conf_parse(&c, (const char *)data, size, &err))
		return 0;
	buf_init(&text);
	buf_init(&same);
	conf_encode(c, &text);
	FUZZ_HOLDS(
		!text.error && conf_parse(&again, text.data ? text.data : "", text.len, &err) == 0);
	conf_encode(again, &same);
	FUZZ_HOLDS(!same.error && same.len == text.len);
	if (conf_apply(&next, c, "set site site domain=fuzz.example\n", 34, &err) == 0)
		conf_free(next);
	conf_free(again);
	conf_free(c);
	buf_free(&text);
	buf_free(&same);
	return 0;
}
