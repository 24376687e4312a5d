/* SPDX-License-Identifier: BSD-3-Clause */
/* How many objects a site may have is the site's to say, and is kept from the start on; and what
 * the distributor learns of them. */
#include <engine/base/buf.h>
#include <engine/call/state/state.h>
#include <engine/conf/schema.h>
#include <errno.h>
#include <tests/unit/unit.h>

#define NOW    TD_NSEC_PER_SEC
#define AGENTS 20000
#define QUEUES 3000
#define GROUPS 300
#define HA1    "6d55eb5498b9090158e4067306d2721c"

static int on_sip(void *ctx, struct td_flow *flow, uint8_t dscp, const uint8_t *data, size_t len)
{
	return 0;
}

static void on_media(void *ctx, const struct td_media_cmd *cmd)
{
}

static void on_event(void *ctx, uint16_t type, const void *payload, uint16_t len)
{
}

static int on_record(void *ctx, uint32_t recording, const char *call, enum td_codec codec)
{
	return 0;
}

static void on_trace(void *ctx, const char *call, bool in, const struct td_flow *flow,
	const uint8_t *data, size_t len)
{
}

static void on_resolve(void *ctx, uint32_t request, const char *name)
{
}

static void on_random(void *ctx, uint8_t *out, size_t n)
{
	memset(out, 7, n);
}

static struct td_engine *engine_of(struct td_limits max)
{
	struct td_engine_params params = {.max_calls = 2, .max = max};
	struct td_engine_io io = {.sip = on_sip,
		.media = on_media,
		.event = on_event,
		.record = on_record,
		.trace = on_trace,
		.random = on_random,
		.resolve = on_resolve};

	return td_engine_alloc(&params, &io);
}

static int apply(struct td_engine *e, const char *text, struct td_text *err)
{
	return td_engine_config(e, NOW, text, strlen(text), err);
}

static void site_of(struct td_buf *b, unsigned agents, unsigned queues)
{
	buf_printf(b,
		"set site site domain=a.example worker_cores=0 max_agents=%u max_queues=%u\n"
		"set port floor device=eth2 address=10.0.0.1/8\n",
		agents, queues);
	for (unsigned i = 0; i < GROUPS; i++)
		buf_printf(b, "set group g%03u\n", i);
	for (unsigned i = 0; i < agents; i++)
		buf_printf(b, "set agent a%05u groups=g%03u,g%03u contact=10.1.%u.%u:5060\n", i,
			i % GROUPS, (i + 1) % GROUPS, i / 250, i % 250 + 1);
	for (unsigned i = 0; i < queues; i++)
		buf_printf(b, "set queue q%04u groups=g%03u\n", i, i % GROUPS);
	buf_put(b, "", 1);
}

static struct td_buf few_site;

static void a_large_site_fits(void **state)
{
	struct td_engine *e = engine_of((struct td_limits){.agents = AGENTS,
		.groups = GROUPS,
		.queues = QUEUES,
		.links = 1,
		.bandwidth_rows = 8});
	struct acd_agent_info agent;
	struct acd_queue_info queue;
	struct acd_queue_agents count;
	struct td_text err = {""};
	struct td_buf b;

	assert_non_null(e);
	buf_init(&b);
	site_of(&b, AGENTS, QUEUES);
	if (apply(e, b.data, &err))
		fail_msg("%s", err.s);
	assert_int_equal(e->agents.count, AGENTS);
	assert_int_equal(acd_agent_get(e->acd, AGENTS, &agent), 0);
	assert_string_equal(agent.name, "a19999");
	assert_int_equal(agent.state, TD_AGENT_AVAILABLE);
	assert_int_equal(acd_queue_get(e->acd, QUEUES, &queue), 0);
	assert_string_equal(queue.name, "q2999");
	assert_int_equal(acd_queue_agents(e->acd, QUEUES, &count), 0);
	assert_int_equal(count.available, 2 * (AGENTS / GROUPS));
	buf_free(&b);
	td_engine_free(e);
}

static void one_more_is_refused(void **state)
{
	struct td_engine *e = engine_of((struct td_limits){
		.agents = 2, .groups = GROUPS, .queues = 2, .links = 1, .bandwidth_rows = 8});
	struct td_text err = {""};
	struct td_buf b;

	assert_non_null(e);
	buf_init(&b);
	site_of(&b, 2, 2);
	assert_int_equal(apply(e, b.data, &err), 0);

	/* The site's own count. */
	assert_int_equal(apply(e, "set queue q2 groups=g000\n", &err), -EINVAL);
	assert_string_equal(err.s,
		"queue q2: there are 3 queues, more than the site's max_queues (2); raise it");

	/* Raised, it counts from the next start on. */
	assert_int_equal(apply(e,
				 "set site site domain=a.example max_agents=9 max_queues=9\n"
				 "set queue q2 groups=g000\n",
				 &err),
		-EINVAL);
	assert_string_equal(err.s,
		"there are 3 queues, those deleted since the start included, and max_queues was 2 "
		"at the start; set max_queues, restart the engine, then apply these");

	/* A name that is gone keeps its number, for the calls that know it; one that was refused
	 * takes none. */
	assert_int_equal(
		apply(e, "del agent a00001\nset agent a2 contact=10.1.9.9:5060\n", &err), -EINVAL);
	assert_int_equal(apply(e, "del agent a00001\n", &err), 0);
	assert_int_equal(apply(e, "set agent a00001 contact=10.1.9.9:5060\n", &err), 0);
	buf_free(&b);
	td_engine_free(e);
}

#define SITE_OF(max) \
	"set site site domain=a.example worker_cores=0 max_agents=" max " max_queues=" max "\n"
#define NEW_NAMES                                                           \
	"set link l1\nset link l2\nset trunk t1 address=10.2.0.1 link=l1\n" \
	"set group h1\nset group h2\n"                                      \
	"set agent b1 groups=h1 contact=10.1.9.1:5060\n"                    \
	"set queue r1 groups=h1\n"

static struct td_engine *few;

static struct td_engine *few_alloc(void)
{
	return engine_of((struct td_limits){
		.agents = 2, .groups = GROUPS + 2, .queues = 2, .links = 2, .bandwidth_rows = 8});
}

static void nothing_is_left(void)
{
	assert_int_equal(few->groups.count, GROUPS);
	assert_int_equal(few->links.count, 0);
	assert_int_equal(few->trunks.count, 0);
	assert_int_equal(few->agents.count, 1);
	assert_int_equal(few->queues.count, 1);
}

static int new_names(void)
{
	struct td_text err;
	int rc;

	few = few_alloc();
	if (!few)
		return -errno;
	rc = apply(few, few_site.data, &err);
	if (rc < 0)
		assert_int_equal(few->groups.count + few->agents.count + few->queues.count, 0);
	else
		rc = apply(few, SITE_OF("2") NEW_NAMES, &err);
	if (rc < 0 && few->conf)
		nothing_is_left();
	if (rc < 0 && !few->conf)
		assert_null(few->ports.addresses);
	td_engine_free(few);
	return rc;
}

/* Not a name of any kind, whichever kind is refused and why: the tables have no room to lose. */
static void a_refusal_leaves_no_name(void **state)
{
	struct td_text err = {""};

	buf_init(&few_site);
	site_of(&few_site, 1, 1);
	few = few_alloc();
	assert_non_null(few);
	assert_int_equal(apply(few, few_site.data, &err), 0);
	for (unsigned kind = 0; kind < 4; kind++) {
		static const char *const more[] = {"set group h3\n", "set link l3\n",
			"set agent b2 contact=10.1.9.2:5060\n", "set queue r2 groups=h1\n"};
		struct td_buf lines;

		buf_init(&lines);
		buf_printf(&lines, SITE_OF("9") NEW_NAMES "%s", more[kind]);
		buf_put(&lines, "", 1);
		assert_int_equal(apply(few, lines.data, &err), -EINVAL);
		assert_non_null(strstr(err.s, "at the start"));
		nothing_is_left();
		buf_free(&lines);
	}
	assert_int_equal(
		apply(few,
			SITE_OF("2") "set group i1\nset group i2\nset link m1\nset link m2\n"
				     "set agent c1 contact=10.1.9.1:5060\n"
				     "set queue s1 groups=i1\n",
			&err),
		0);
	td_engine_free(few);
	oom_each(new_names, -ENOMEM);
	buf_free(&few_site);
}

static void defaults_are_the_schema_s(void **state)
{
	struct td_conf_site site;

	conf_object_init(TD_KIND_SITE, &site, STR(""));
	for (unsigned kind = 0; kind < TD_KIND_COUNT; kind++)
		assert_true(conf_kind_max(&site, kind) > 0);
	assert_int_equal(conf_kind_max(&site, TD_KIND_AGENT), site.max.agents);
	assert_int_equal(conf_kind_max(&site, TD_KIND_TRUNK), UINT32_MAX);
}

/* Who gets it: the agent's name, or "". */
static const char *offered_to(struct td_engine *e, uint32_t contact, enum td_channel channel)
{
	struct td_acd_in in = {.now = NOW, .type = TD_ACD_IN_CONTACT_ADD, .queue = 1};
	struct acd_contact_info info;
	const struct agent *a;

	in.contact = contact;
	in.contact_add.channel = channel;
	assert_int_equal(acd_step(e->acd, &in), 0);
	assert_int_equal(acd_contact_get(e->acd, contact, &info), 0);
	a = info.agent ? objects_get(&e->agents, info.agent) : NULL;
	return a ? a->object.name : "";
}

static void an_agent_without_telephone_gets_messages(void **state)
{
	struct td_engine *e = engine_of((struct td_limits){
		.agents = 2, .groups = 1, .queues = 1, .links = 1, .bandwidth_rows = 8});
	struct td_text err = {""};
	const char *site = "set site site domain=a.example worker_cores=0\n"
			   "set port floor device=eth2 address=10.0.0.1/8\n"
			   "set group g\n"
			   "set agent alice groups=g ha1=" HA1 " channels=message\n"
			   "set agent bob groups=g ha1=" HA1 "\n"
			   "set queue q groups=g\n";

	assert_non_null(e);
	if (apply(e, site, &err))
		fail_msg("%s", err.s);
	assert_int_equal(td_engine_agent(e, NOW, "bob", TD_AGENT_LOGIN, "", &err), 0);
	assert_int_equal(td_engine_agent(e, NOW, "alice", TD_AGENT_LOGIN, "", &err), 0);
	assert_string_equal(offered_to(e, 1, TD_CHANNEL_VOICE), "");
	assert_string_equal(offered_to(e, 2, TD_CHANNEL_MESSAGE), "alice");
	td_engine_free(e);
}

static void slots_change_with_the_site(void **state)
{
	struct td_engine *e = engine_of((struct td_limits){
		.agents = 1, .groups = 1, .queues = 1, .links = 1, .bandwidth_rows = 8});
	struct td_text err = {""};
	const char *site = "set site site domain=a.example worker_cores=0\n"
			   "set port floor device=eth2 address=10.0.0.1/8\n"
			   "set group g\n"
			   "set agent alice groups=g ha1=" HA1 "\n"
			   "set queue q groups=g\n";
	uint32_t cursor = 0;
	struct td_buf b;

	assert_non_null(e);
	if (apply(e, site, &err) ||
		apply(e, "set agent alice groups=g ha1=" HA1 " channels=voice,message\n", &err))
		fail_msg("%s", err.s);
	assert_int_equal(td_engine_agent(e, NOW, "alice", TD_AGENT_LOGIN, "", &err), 0);
	assert_string_equal(offered_to(e, 1, TD_CHANNEL_MESSAGE), "alice");
	buf_init(&b);
	assert_int_equal(td_engine_show(e, NOW, "agents", &cursor, 1, &b), 0);
	buf_put(&b, "", 1);
	assert_non_null(strstr(b.data, "\"channels\":\"voice,message\""));
	buf_free(&b);
	td_engine_free(e);
}

static int build(void)
{
	struct td_engine *e = engine_of((struct td_limits){
		.agents = 3, .groups = GROUPS, .queues = 3, .links = 3, .bandwidth_rows = 8});

	if (!e)
		return -errno;
	td_engine_free(e);
	return 0;
}

static void alloc_survives_oom(void **state)
{
	oom_each(build, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_site_fits),
		cmocka_unit_test(one_more_is_refused),
		cmocka_unit_test(a_refusal_leaves_no_name),
		cmocka_unit_test(defaults_are_the_schema_s),
		cmocka_unit_test(an_agent_without_telephone_gets_messages),
		cmocka_unit_test(slots_change_with_the_site),
		cmocka_unit_test(alloc_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
