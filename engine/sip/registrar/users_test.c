/* SPDX-License-Identifier: BSD-3-Clause */
/* Which binding a REGISTER takes the place of: RFC 3261 section 10.3 step 7. */
#include <engine/base/addr.h>
#include <engine/sip/registrar/users.h>
#include <stdio.h>
#include <tests/unit/unit.h>

#define PROXY "Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKp\r\n"

static struct users us;
static struct user *alice;

static void ignore_name(struct users *users, struct str name)
{
}

static void ignore_held(struct users *users, const struct td_flow *flow, bool held)
{
}

static int setup(void **state)
{
	if (users_init(&us, 1, 1) != 0)
		return -1;
	us.gone = us.bound = ignore_name;
	us.held = ignore_held;
	alice = user_alloc(&us, STR("alice"));
	return 0;
}

static int teardown(void **state)
{
	users_fini(&us);
	return 0;
}

static struct td_flow flow_from(const char *source, uint32_t connection)
{
	struct td_flow flow = {.connection = connection};

	assert_int_equal(addr_decode(&flow.remote, str_of(source)), 0);
	return flow;
}

static void bind_by(const struct td_flow *flow, const char *via, const char *call_id, unsigned cseq,
	const char *uri, const char *device)
{
	static struct sip_msg m;
	char text[1024];
	int n = snprintf(text, sizeof(text),
		"REGISTER sip:h SIP/2.0\r\n%sVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKr\r\n"
		"From: <sip:alice@h>;tag=f\r\nTo: <sip:alice@h>\r\nCall-ID: %s\r\n"
		"CSeq: %u REGISTER\r\n\r\n",
		via, call_id, cseq);

	assert_int_equal(sip_msg_decode(&m, (const uint8_t *)text, (size_t)n), 0);
	binding_set(alice, str_of(uri), users_device(&us, str_of(device), STR("")),
		TD_NSEC_PER_SEC * 60, &m, flow);
}

static bool is_bound(const char *uri)
{
	return binding_lookup(alice, str_of(uri)) != NULL;
}

/* By UDP or over one connection: the one that comes later leaves the other as it is. */
static void two_telephones_behind_one_proxy_are_two(void **state)
{
	for (uint32_t connection = 0; connection < 2; connection++) {
		struct td_flow proxy = flow_from("10.0.0.9:5060", connection);

		bind_by(&proxy, "", "c1", 1, "sip:alice@192.168.1.2:5060", "");
		bind_by(&proxy, "", "c2", 1, "sip:alice@192.168.1.3:5060", "");
		assert_int_equal(alice->count, 2);
		binding_del(binding_lookup(alice, STR("sip:alice@192.168.1.3:5060")));
		assert_true(is_bound("sip:alice@192.168.1.2:5060"));
		binding_del(binding_lookup(alice, STR("sip:alice@192.168.1.2:5060")));
	}
}

/* Two places may use one private address, and their proxy says that it is one. */
static void what_passed_a_proxy_is_told_apart_by_its_contact(void **state)
{
	struct td_flow proxy = flow_from("10.0.0.9:5060", 0);

	bind_by(&proxy, PROXY, "c1", 1, "sip:a1@192.168.1.2:5060", "");
	bind_by(&proxy, PROXY, "c2", 1, "sip:a2@192.168.1.2:5060", "");
	bind_by(&proxy, PROXY, "c3", 1, "sip:a3@10.0.0.9:5060", "");
	assert_int_equal(alice->count, 3);
}

/* Its Contact has another user at each start, as baresip's. */
static void a_telephone_that_starts_again_has_one_binding(void **state)
{
	struct td_flow direct = flow_from("10.0.0.2:5062", 0), nat = flow_from("192.0.2.1:7000", 0);

	bind_by(&direct, "", "c1", 1, "sip:a1@10.0.0.2:5060", "");
	bind_by(&direct, "", "c2", 1, "sip:a2@10.0.0.2:5062", "");
	assert_int_equal(alice->count, 1);
	bind_by(&nat, "", "c3", 1, "sip:a3@192.168.1.2:5060", "");
	bind_by(&nat, "", "c4", 1, "sip:a4@192.168.1.2:5060", "");
	assert_int_equal(alice->count, 2);
	assert_true(is_bound("sip:a2@10.0.0.2:5062"));
	assert_true(is_bound("sip:a4@192.168.1.2:5060"));
}

/* RFC 5626 section 6 */
static void a_device_is_known_by_its_name(void **state)
{
	struct td_flow one = flow_from("10.0.0.2:5060", 0), two = flow_from("10.0.0.3:5060", 0);

	bind_by(&one, "", "c1", 1, "sip:a1@10.0.0.2:5060", "<urn:uuid:1>");
	bind_by(&two, "", "c1", 2, "sip:a2@10.0.0.3:5060", "<urn:uuid:1>");
	assert_int_equal(alice->count, 1);
	bind_by(&two, "", "c2", 1, "sip:a3@10.0.0.3:5060", "<urn:uuid:2>");
	assert_int_equal(alice->count, 2);
	/* two contacts of one REGISTER are two ways to one device */
	bind_by(&two, "", "c2", 1, "sip:a4@10.0.0.3:5060", "<urn:uuid:2>");
	assert_int_equal(alice->count, 3);
	assert_true(
		users_device(&us, STR("<x>"), STR("1")) != users_device(&us, STR("<x>"), STR("2")));
}

/* RFC 3261 section 19.1.4 */
static void a_contact_is_compared_as_a_uri(void **state)
{
	struct td_flow flow = flow_from("10.0.0.2:5060", 0);

	bind_by(&flow, PROXY, "c1", 1, "sip:%61lice@Host.Example:5060;transport=udp", "");
	bind_by(&flow, PROXY, "c2", 1, "SIP:alice@hOST.example:5060;Transport=UDP;ob", "");
	assert_int_equal(alice->count, 1);
	assert_true(is_bound("sip:alice@host.example:5060;transport=udp;ob"));
	assert_false(is_bound("sip:Alice@host.example:5060;transport=udp"));
	assert_false(is_bound("sip:alice@host.example:5060"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_telephones_behind_one_proxy_are_two),
		TEST(what_passed_a_proxy_is_told_apart_by_its_contact),
		TEST(a_telephone_that_starts_again_has_one_binding),
		TEST(a_device_is_known_by_its_name),
		TEST(a_contact_is_compared_as_a_uri),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
