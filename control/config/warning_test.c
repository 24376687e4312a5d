/* SPDX-License-Identifier: BSD-3-Clause */
/* What is no error of a site, and yet keeps it from serving. */
#include <control/config/config.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <tests/unit/unit.h>

#define SITE   "site: {domain: d.example, max_calls: 10, rtp_ports: 20000-20039}\n"
#define PORTS  "ports: {floor: {device: nosuch0, address: [10.30.0.1/24]}}\n"
#define GROUPS "groups: {sales: {agents: [alice]}}\nagents: {alice: {password: secret}}\n"
#define QUEUES "queues: {sales: {groups: [sales]}}\n"
#define ROUTES "routes: {\"100\": {queue: sales}}\n"

static char said[4096];
static bool here; /* the test's machine is the site's */

static void listen(void *ctx, const struct config_error *e)
{
	unsigned *warnings = ctx;

	*warnings += e->warning;
	strcat(said, e->line);
	strcat(said, "\n");
}

/* The warnings of a file; it can be applied whatever they are. */
static void expect(const char *text, const char *lines)
{
	struct config_source source = {.file = "s",
		.text = text,
		.len = strlen(text),
		.cpus = 4,
		.warnings = true,
		.here = here};
	struct td_conf *conf = NULL;
	unsigned warnings = 0, count = 0;

	said[0] = '\0';
	assert_int_equal(config_read(&conf, &source, listen, &warnings), 0);
	assert_non_null(conf);
	conf_free(conf);
	assert_string_equal(said, lines);
	for (const char *p = lines; *p; p++)
		count += *p == '\n';
	assert_int_equal(warnings, count);
	source.warnings = false;
	said[0] = '\0';
	assert_int_equal(config_read(NULL, &source, listen, &warnings), 0);
	assert_string_equal(said, "");
}

static void a_site_that_serves_has_none(void **state)
{
	expect(SITE PORTS GROUPS QUEUES ROUTES, "");
}

static void an_empty_site_is_told(void **state)
{
	expect("site: {domain: d.example}\n",
		"s:1:1: warning: site: there are no ports, so no call can come or go; add ports:\n"
		"s:1:1: warning: site: there are no routes, so no number that is dialled leads "
		"anywhere; add routes:\n");
}

static void too_few_rtp_ports_are_told(void **state)
{
	expect("site: {domain: d.example, max_calls: 11, rtp_ports: 20000-20039}\n" PORTS GROUPS
			QUEUES ROUTES,
		"s:1:53: warning: site.rtp_ports: 20000-20039 on 1 addresses are enough for 10 "
		"calls, and max_calls is 11; write more ports, or fewer calls\n");
	expect("site: {domain: d.example, max_calls: 20, rtp_ports: 20000-20039}\n"
	       "ports: {floor: {device: nosuch0, address: [10.30.0.1/24, 10.30.0.2/24]}}\n" GROUPS
			QUEUES ROUTES,
		"");
}

static void ports_in_one_network_are_told(void **state)
{
	expect(SITE
		"ports:\n"
		"  a: {device: nosuch0, address: [10.30.0.1/24, 10.9.0.1]}\n"
		"  b: {device: nosuch1, address: [10.20.0.1/24, 10.9.0.2]}\n"
		"  c: {device: nosuch2, address: [10.40.0.1/24, 10.30.0.129/25]}\n" GROUPS QUEUES
			ROUTES,
		"s:5:48: warning: ports.c.address: 10.30.0.129/25 lies in a network of port a: all "
		"that goes there leaves by one of the two; give each port its own network\n");
}

static void queues_without_people_are_told(void **state)
{
	expect(SITE PORTS "groups: {sales: {agents: [alice]}, new: {}, mail: {agents: [bob]}}\n"
			  "agents: {alice: {password: secret}, bob: {channels: [message]}}\n"
			  "queues:\n"
			  "  sales: {groups: [sales, new], overflow: {queue: late}}\n"
			  "  late: {groups: [new]}\n"
			  "  lost: {groups: [sales]}\n"
			  "  mail: {groups: [mail]}\n" ROUTES,
		"s:7:18: warning: queues.late.groups: no agent is in any of them, so nobody serves "
		"this queue; give one of them agents\n"
		"s:8:3: warning: queues.lost: no route and no overflow leads to this queue; add "
		"one, or take the queue out\n");
}

/* Calls are a trunk's by their source, before any agent's. */
static void telephones_of_a_trunk_are_told(void **state)
{
	expect(SITE PORTS "trunks: {acme: {address: [10.20.0.10, 10.30.0.0/28]}}\n"
			  "groups: {sales: {agents: [alice]}}\n"
			  "agents:\n"
			  "  alice: {password: secret, contact: 10.30.0.11:5060}\n"
			  "  bob: {password: secret, contact: 10.30.0.16:5060}\n"
			  "  carol: {password: secret, contact: 10.20.0.10:5070}\n" QUEUES ROUTES,
		"s:6:38: warning: agents.alice.contact: 10.30.0.11 lies in 10.30.0.0/28, which is "
		"trunk acme's: calls of this telephone are taken for the trunk's; leave it out of "
		"the trunk's address\n"
		"s:8:38: warning: agents.carol.contact: 10.20.0.10 lies in 10.20.0.10, which is "
		"trunk acme's: calls of this telephone are taken for the trunk's; leave it out of "
		"the trunk's address\n");
}

static void separators_in_a_route_are_told(void **state)
{
	expect(SITE PORTS GROUPS QUEUES "routes:\n"
					"  \"0-900*\": {queue: sales}\n"
					"  \"+49.89\": {queue: sales}\n"
					"  \"0900*\": {queue: sales}\n"
					"  \"sales-2\": {queue: sales}\n",
		"s:7:3: warning: routes.0-900*: numbers are compared without - and ., so no call "
		"takes this route; write 0900*\n"
		"s:8:3: warning: routes.+49.89: numbers are compared without - and ., so no call "
		"takes this route; write +4989\n");
}

/* Every machine has lo; of an interface that is not there nothing is known. */
static void addresses_that_an_interface_lacks_are_told(void **state)
{
	expect(SITE "ports:\n"
		    "  a: {type: af_packet, device: lo, address: [10.99.98.97/24]}\n" GROUPS QUEUES
			    ROUTES,
		"s:3:46: warning: ports.a.address: the interface lo of this machine does not have "
		"10.99.98.97; ip address add 10.99.98.97/24 dev lo\n");
	expect(SITE
		"ports:\n"
		"  a: {type: af_packet, device: lo, vlan: 7, address: [10.99.98.97/24]}\n" GROUPS
			QUEUES ROUTES,
		"");
}

static void addresses_of_nobody_are_told(void **state)
{
	expect(SITE PORTS GROUPS QUEUES ROUTES
		"trunks:\n"
		"  t: {address: [10.30.0.8/29, 10.9.0.0, 10.30.1.255], server: '10.30.0.9:5060'}\n"
		"  own: {address: [10.9.1.1, 10.30.0.1], server: '10.30.0.9:5060'}\n"
		"  edge: {address: [10.30.0.255], server: '10.30.0.9:5060'}\n",
		"s:9:29: warning: trunks.own.address: 10.30.0.1 is our own: no call can come from "
		"there; write the carrier's\n"
		"s:10:20: warning: trunks.edge.address: 10.30.0.255 is a network's or its "
		"broadcast "
		"address: no call can come from there; write the carrier's\n");
	expect(SITE PORTS "groups: {sales: {agents: [alice, bob, carol]}}\n"
			  "agents:\n"
			  "  alice: {contact: '10.30.0.1:5062'}\n"
			  "  bob: {contact: '10.30.0.0:5060'}\n"
			  "  carol: {contact: '10.30.0.7:5060'}\n" QUEUES ROUTES,
		"s:5:20: warning: agents.alice.contact: 10.30.0.1 is our own: no telephone can be "
		"there; write the telephone's\n"
		"s:6:18: warning: agents.bob.contact: 10.30.0.0 is a network's or its broadcast "
		"address: no telephone can be there; write the telephone's\n");
}

/* The machine. */
static const struct passwd *engine_user; /* NULL: it has none */
static uint64_t disk_mb = 1000000;
static bool disk_read_only;

int __wrap_getpwnam_r(
	const char *name, struct passwd *user, char *text, size_t size, struct passwd **found);
int __wrap_getpwnam_r(
	const char *name, struct passwd *user, char *text, size_t size, struct passwd **found)
{
	assert_string_equal(name, "tandem");
	if (engine_user)
		*user = *engine_user;
	*found = engine_user ? user : NULL;
	return 0;
}

int __wrap_statvfs64(const char *path, struct statvfs *fs);
int __wrap_statvfs64(const char *path, struct statvfs *fs)
{
	*fs = (struct statvfs){.f_frsize = 1000,
		.f_bavail = disk_mb * 1000,
		.f_flag = disk_read_only ? ST_RDONLY : 0};
	return 0;
}

#define DIR_TEXT "/tmp/tandem-warning-test"

/* A site whose engine has these keys, on this machine. */
static void expect_keys(const char *keys, const char *lines)
{
	char text[2048];

	snprintf(text, sizeof(text), SITE "engine: {%s}\n" PORTS GROUPS QUEUES ROUTES, keys);
	here = true;
	expect(text, lines);
	here = false;
	expect(text, ""); /* another machine has other folders */
}

#define GOOD "recording_dir: " DIR_TEXT "/r, log: stderr"

static void folders_that_the_engine_cannot_use_are_told(void **state)
{
	static const struct passwd somebody = {.pw_uid = 12345, .pw_gid = 12345};

	assert_int_equal(
		system("rm -rf " DIR_TEXT " && mkdir -p " DIR_TEXT "/there && touch " DIR_TEXT
		       "/file && ln -s there " DIR_TEXT "/link"),
		0);
	expect_keys("journal_dir: " DIR_TEXT "/j, " GOOD, "");
	expect_keys("journal_dir: " DIR_TEXT "/there, " GOOD, "");
	expect_keys("journal_dir: " DIR_TEXT "/no/j, " GOOD,
		"s:2:23: warning: engine.journal_dir: " DIR_TEXT "/no/j: " DIR_TEXT
		"/no is no folder of this machine; mkdir -p " DIR_TEXT "/no\n");
	expect_keys("journal_dir: " DIR_TEXT "/file, " GOOD,
		"s:2:23: warning: engine.journal_dir: " DIR_TEXT
		"/file of this machine is no folder; name another path, or move it away\n");
	expect_keys("log: " DIR_TEXT "/there, journal_dir: " DIR_TEXT "/j, recording_dir: " DIR_TEXT
		    "/r",
		"s:2:15: warning: engine.log: " DIR_TEXT
		"/there of this machine is a folder; name a file\n");
	expect_keys("recording_dir: " DIR_TEXT "/link, log: stderr, journal_dir: " DIR_TEXT
		    "/there",
		"s:2:25: warning: engine.recording_dir: " DIR_TEXT
		"/link is the folder of the journal on this machine; give each its own\n");
	engine_user = &somebody;
	expect_keys("log: " DIR_TEXT "/file, journal_dir: /tmp/j, recording_dir: /tmp/r",
		"s:2:15: warning: engine.log: the user tandem, as whom the engine runs, cannot "
		"write to " DIR_TEXT "/file; chown tandem " DIR_TEXT "/file\n");
	engine_user = NULL;
	disk_mb = 15;
	expect_keys("journal_reserve: 20M, journal_dir: " DIR_TEXT "/j, " GOOD,
		"s:2:45: warning: engine.journal_dir: 15 MB are free in " DIR_TEXT
		" of this machine, and journal_reserve is 20 MB; make room, or reserve less\n"
		"s:2:88: warning: engine.recording_dir: 15 MB are free in " DIR_TEXT
		" of this machine; with less than 16 MB nothing is recorded; make room\n");
	disk_mb = 1000000;
	disk_read_only = true;
	expect_keys("journal_dir: " DIR_TEXT "/j, recording_dir: /nowhere/r, log: stderr",
		"s:2:23: warning: engine.journal_dir: " DIR_TEXT
		" of this machine is on a file system that is read-only\n"
		"s:2:66: warning: engine.recording_dir: /nowhere/r: /nowhere is no folder of this "
		"machine; mkdir -p /nowhere\n");
	disk_read_only = false;
	assert_int_equal(system("rm -rf " DIR_TEXT), 0);
}

static void with_an_error_only_errors_are_told(void **state)
{
	const char *text = "site: {domian: d.example}\n";
	const struct config_source source = {
		.file = "s", .text = text, .len = strlen(text), .warnings = true};
	unsigned warnings = 0;

	said[0] = '\0';
	assert_int_equal(config_read(NULL, &source, listen, &warnings), -EINVAL);
	assert_int_equal(warnings, 0);
}

static void forget(void *ctx, const struct config_error *e)
{
}

static int advise(void)
{
	static const char text[] = SITE "groups: {g: {}}\nqueues: {q: {groups: [g]}}\n";
	const struct config_source source = {
		.file = "s", .text = text, .len = sizeof(text) - 1, .warnings = true};

	return config_read(NULL, &source, forget, NULL);
}

static void advice_survives_oom(void **state)
{
	oom_each(advise, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_that_serves_has_none),
		cmocka_unit_test(an_empty_site_is_told),
		cmocka_unit_test(too_few_rtp_ports_are_told),
		cmocka_unit_test(ports_in_one_network_are_told),
		cmocka_unit_test(queues_without_people_are_told),
		cmocka_unit_test(telephones_of_a_trunk_are_told),
		cmocka_unit_test(separators_in_a_route_are_told),
		cmocka_unit_test(addresses_that_an_interface_lacks_are_told),
		cmocka_unit_test(addresses_of_nobody_are_told),
		cmocka_unit_test(folders_that_the_engine_cannot_use_are_told),
		cmocka_unit_test(with_an_error_only_errors_are_told),
		cmocka_unit_test(advice_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
