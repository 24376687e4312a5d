/* SPDX-License-Identifier: BSD-3-Clause */
/* site.yaml, checked as `tandemctl check` does. */
#include <control/config/config.h>
#include <tests/fuzz/fuzz.h>

static void report(void *ctx, const struct config_error *e)
{
	unsigned *errors = ctx;

	FUZZ_HOLDS(e->line && e->text);
	*errors += !e->warning;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* No file beside it: what it names is not there. */
	struct config_source source = {.file = "/nonexistent/site.yaml",
		.text = (const char *)data,
		.len = size,
		.cpus = 4,
		.warnings = true};
	struct td_conf *c = NULL;
	unsigned errors = 0;

	if (config_read(&c, &source, report, &errors) == 0)
		conf_free(c);
	else
		FUZZ_HOLDS(errors > 0);
	return 0;
}
