/* SPDX-License-Identifier: BSD-3-Clause */
#include <control/config/config.h>
#include <tests/unit/unit.h>

static void expect(const char *text, const char *path, size_t line, size_t column)
{
	const struct config_source source = {
		.file = "site.yaml", .text = text, .len = strlen(text)};
	struct config_place at;

	config_place(&source, path, &at);
	assert_int_equal(at.line, line);
	assert_int_equal(at.column, column);
}

static void what_is_there_has_a_place(void **state)
{
	const char *site = "site: {domain: d.example, max_calls: 7}\n"
			   "engine:\n"
			   "  worker_cores: [0, 1]\n"
			   "ports:\n"
			   "  a.b: {device: eth1}\n"
			   "  a: {device: eth2,\n"
			   "    mtu: 1400}\n"
			   "  null:\n";

	expect(site, "site.max_calls", 1, 38);
	expect(site, "engine.worker_cores", 3, 17);
	expect(site, "ports.a", 6, 3);
	expect(site, "ports.a.mtu", 7, 10);
	expect(site, "ports.a.b", 5, 3);
	expect(site, "ports.a.b.device", 5, 17);
	/* A key that is not there has its object's place, and that its section's. */
	expect(site, "ports.a.vlan", 6, 3);
	expect(site, "ports.c.mtu", 4, 1);
	expect(site, "engine.memory_mb", 2, 1);
	expect(site, "queues.sales", 0, 0);
	expect("", "site.name", 0, 0);
	expect("[1, 2]", "site.name", 0, 0);
	expect("site: [1, 2]", "site.name", 1, 1);
	expect("site: {[", "site.name", 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_has_a_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
