/* SPDX-License-Identifier: BSD-3-Clause */
/* What has changed, told by object and key; and what of it a running engine can take. */
#include <engine/conf/schema.h>
#include <stdlib.h>
#include <tests/unit/unit.h>

#define HA1 "00112233445566778899aabbccddeeff"
#define OLD                                                                                   \
	"site site domain=tandem.example rtp_ports=20000-20019 worker_cores=0,1 log=stderr\n" \
	"port floor device=eth2 address=10.30.0.1/24\n"                                       \
	"group sales\n"                                                                       \
	"agent alice groups=sales ha1=" HA1 "\n"                                              \
	"queue sales groups=sales\n"                                                          \
	"route 100 queue=sales\n"
#define NEW                                                                                \
	"site site domain=tandem.example rtp_ports=30000-30019 worker_cores=2 log=stderr " \
	"auth_failures=3 journal_reserve=268435456 rtp_dscp=34\n"                          \
	"port branch device=eth3 address=10.40.0.1/24\n"                                   \
	"port floor device=eth2 address=10.30.0.1/24 mtu=1400\n"                           \
	"link dsl limit=10000000\n"                                                        \
	"group sales link=dsl\n"                                                           \
	"agent alice groups=sales ha1=ff112233445566778899aabbccddeeff\n"                  \
	"queue sales groups=sales ring=90000\n"

static struct td_conf *parse(const char *text)
{
	struct td_text err;
	struct td_conf *c = NULL;

	if (conf_parse(&c, text, strlen(text), &err))
		fail_msg("%s", err.s);
	return c;
}

static void tell(void *ctx, const struct conf_change *c)
{
	struct td_buf *out = ctx;
	const void *object = c->new ? c->new : c->old;

	buf_printf(
		out, "%s %.*s", td_kinds[c->kind].name, STR_FMT(conf_object_name(c->kind, object)));
	if (c->key) {
		buf_printf(out, " %s ", c->key->name);
		conf_value_print(c->key, c->old, out);
		buf_str(out, STR(" -> "));
		conf_value_print(c->key, c->new, out);
	} else {
		buf_str(out, c->new ? STR(" comes") : STR(" goes"));
	}
	buf_str(out, c->restart ? STR(" later\n") : STR("\n"));
}

static void expect(struct td_buf *out, const char *text)
{
	buf_put(out, "", 1);
	assert_int_equal(out->error, 0);
	assert_string_equal(out->data, text);
	buf_free(out);
}

static void changes_are_told_by_object_and_key(void **state)
{
	struct td_conf *old = parse(OLD), *new = parse(NEW);
	struct td_buf out;

	buf_init(&out);
	conf_changes(old, new, tell, &out);
	expect(&out, "site site rtp_ports 20000-20019 -> 30000-30019 later\n"
		     "site site rtp_dscp EF -> AF41\n"
		     "site site worker_cores 0,1 -> 2 later\n"
		     "site site auth_failures 10 -> 3\n"
		     "port branch comes later\n"
		     "port floor mtu 1500 -> 1400 later\n"
		     "link dsl comes\n"
		     "group sales link  -> dsl\n"
		     "agent alice ha1 (secret) -> (secret)\n"
		     "queue sales ring 15s -> 90s\n"
		     "route 100 goes\n");
	buf_init(&out);
	conf_changes(old, old, tell, &out);
	expect(&out, "");
	buf_init(&out);
	conf_changes(NULL, old, tell, &out);
	expect(&out, "site site comes\nport floor comes later\ngroup sales comes\n"
		     "agent alice comes\nqueue sales comes\nroute 100 comes\n");
	conf_free(old);
	conf_free(new);
}

static void sizes_and_rates_are_told_with_units(void **state)
{
	struct td_conf *old = parse("site site domain=d.example\nlink a limit=512000\n");
	struct td_conf *new = parse("site site domain=d.example journal_reserve=4194304 nonce=1500 "
				    "sip_dscp=1 max_duration=0\nlink a limit=0\n");
	struct td_buf out;

	buf_init(&out);
	conf_changes(old, new, tell, &out);
	expect(&out, "site site sip_dscp CS3 -> 1\n"
		     "site site max_duration 12h -> 0ms\n"
		     "site site journal_reserve 256M -> 4M later\n"
		     "site site nonce 5m -> 1500ms\n"
		     "link a limit 512k -> 0\n");
	conf_free(old);
	conf_free(new);
}

/* What waits is told, and the rest is a change that a running engine takes. */
static void what_needs_a_restart_waits(void **state)
{
	struct td_conf *old = parse(OLD), *new = parse(NEW), *now = NULL, *next = NULL;
	struct conf_count count;
	struct td_buf out, lines;
	struct td_text err;

	buf_init(&out);
	assert_int_equal(conf_stage(&now, old, new, tell, &out), 0);
	expect(&out, "site site rtp_ports 20000-20019 -> 30000-30019 later\n"
		     "site site worker_cores 0,1 -> 2 later\n"
		     "port branch comes later\n"
		     "port floor mtu 1500 -> 1400 later\n");
	buf_init(&lines);
	count = conf_diff(old, now, &lines);
	assert_false(count.restart);
	assert_int_equal(count.set, 5);
	assert_int_equal(count.deleted, 1);
	assert_int_equal(conf_apply(&next, old, lines.data, lines.len, &err), 0);
	assert_int_equal(conf_site(next)->rtp_port_min, 20000);
	assert_int_equal(conf_site(next)->rtp_port_max, 20019);
	assert_int_equal(conf_site(next)->worker_count, 2);
	assert_int_equal(conf_site(next)->worker_cores[1], 1);
	assert_int_equal(conf_site(next)->auth_failures, 3);
	assert_int_equal(next->of[TD_KIND_PORT].count, 1);
	assert_int_equal(next->of[TD_KIND_PORT].port[0].mtu, 1500);
	buf_free(&lines);
	/* At the next start all of it is in force. */
	buf_init(&lines);
	count = conf_diff(next, new, &lines);
	assert_int_equal(count.set, 3);
	assert_true(count.restart);
	buf_free(&lines);
	conf_free(next);
	conf_free(now);
	conf_free(old);
	conf_free(new);
}

static struct td_conf *stage_old, *stage_new;

static int stage(void)
{
	struct td_conf *now;
	int rc = conf_stage(&now, stage_old, stage_new, NULL, NULL);

	if (rc == 0)
		conf_free(now);
	return rc;
}

static void stage_survives_oom(void **state)
{
	stage_old = parse(OLD);
	stage_new = parse(NEW);
	oom_each(stage, -ENOMEM);
	conf_free(stage_old);
	conf_free(stage_new);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told_by_object_and_key),
		cmocka_unit_test(sizes_and_rates_are_told_with_units),
		cmocka_unit_test(what_needs_a_restart_waits),
		cmocka_unit_test(stage_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
