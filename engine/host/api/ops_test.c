/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of the socket reach the engine, and are refused where they are wrong. */
#include <engine/host/clock.h>
#include <engine/host/test/api_rig.h>
#include <engine/host/test/fake_dp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <tests/unit/unit.h>
#include <unistd.h>

/* What is longer than a name can be is refused, and does not become another name. */
static void names_are_not_cut(int fd)
{
	static const struct {
		uint16_t op;
		const char *key, *rest;
	} cases[] = {
		{TD_API_AGENT, "agent", ",\"do\":\"login\""},
		{TD_API_AGENT, "reason", ",\"do\":\"pause\",\"agent\":\"alice\""},
		{TD_API_HANGUP, "call", ""},
		{TD_API_PARTY, "call", ",\"do\":\"add\",\"by\":\"agent\",\"name\":\"bob\""},
		{TD_API_TRACE_SIP, "call", ""},
	};
	char request[256], text[512];

	fake.agent[0] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(request, sizeof(request), "{\"%s\":\"%0*d\"%s}", cases[i].key,
			TD_NAME_BYTES, 1, cases[i].rest);
		assert_int_equal(ask(fd, cases[i].op, request, text), -EINVAL);
		assert_non_null(strstr(text, cases[i].key));
		assert_non_null(strstr(text, "bytes, and can have"));
	}
	assert_string_equal(fake.agent, "");
	assert_false(fake.tracing);
}

static void parties_reach_the_engine(int fd)
{
	char text[512];

	assert_int_equal(ask(fd, TD_API_PARTY,
				 "{\"call\":\"1.1\",\"do\":\"transfer\",\"by\":\"queue\","
				 "\"name\":\"sales\"}",
				 text),
		0);
	assert_string_equal(fake.party, "1.1 1 1 sales");
	assert_int_equal(
		ask(fd, TD_API_PARTY, "{\"call\":\"1.1\",\"do\":\"give\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_PARTY_ACTIONS(TD_SPACED)));
	assert_int_equal(
		ask(fd, TD_API_PARTY, "{\"call\":\"1.1\",\"do\":\"add\",\"by\":\"fax\"}", text),
		-EINVAL);
	assert_non_null(strstr(text, "one of" TD_PARTY_KINDS(TD_SPACED)));
}

static void contacts_reach_the_engine(int fd)
{
	json_t *body;
	char text[512];

	say(fd, TD_API_CONTACT, 7,
		"{\"do\":\"create\",\"queue\":\"sales\",\"customer\":\"anna\",\"tenant\":\"acme\","
		"\"data\":{\"account\":\"17\",\"language\":\"de\"}}");
	assert_int_equal(hear(fd, &body).status, 0);
	assert_string_equal(fake.contact, "0 1  sales anna acme account=17 language=de");
	assert_string_equal(json_string_value(json_object_get(body, "contact")), "1.7");
	json_decref(body);
	assert_int_equal(
		ask(fd, TD_API_CONTACT,
			"{\"do\":\"accept\",\"contact\":\"1.7\",\"agent\":\"alice\"}", text),
		0);
	assert_string_equal(fake.contact, "2 1 1.7 alice  ");
	assert_int_equal(
		ask(fd, TD_API_CONTACT,
			"{\"do\":\"requeue\",\"contact\":\"1.7\",\"queue\":\"backup\"}", text),
		0);
	assert_string_equal(fake.contact, "6 1 1.7 backup  ");
	assert_int_equal(
		ask(fd, TD_API_CONTACT,
			"{\"do\":\"conclude\",\"contact\":\"1.8\",\"agent\":\"alice\"}", text),
		-ENOENT);
	assert_non_null(strstr(text, "there is no contact 1.8"));
	assert_int_equal(ask(fd, TD_API_CONTACT, "{\"do\":\"juggle\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_CONTACT_ACTIONS(TD_SPACED)));
	assert_int_equal(
		ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"channel\":\"fax\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_CHANNELS(TD_CHANNEL_MEDIALESS_WORD)));
	assert_int_equal(
		ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"data\":{\"a\":1}}", text), -EINVAL);
	assert_non_null(strstr(text, "\"a\" of \"data\" is no text"));
	assert_int_equal(ask(fd, TD_API_CONTACT, "{\"do\":\"create\",\"data\":[]}", text), -EINVAL);
}

/* A value of another type is not taken for one that is missing, and no key for nothing. */
static void bodies_are_read_strictly(int fd)
{
	static const struct {
		uint16_t op;
		const char *body, *error;
	} cases[] = {
		{TD_API_CONTACT, "{\"do\":\"create\",\"queue\":5}",
			"\"queue\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"queue\":\"sales\",\"channel\":5}",
			"\"channel\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":[\"create\"]}",
			"\"do\" is no text; put its value in quotes"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"quene\":\"sales\"}",
			"unknown key \"quene\"; there are do contact agent queue channel customer "
			"tenant data"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"\":\"sales\"}", "unknown key \"\"; there"},
		{TD_API_CONTACT, "{\"do\":\"create\",\"con\":\"sales\"}",
			"unknown key \"con\"; there"},
		{TD_API_AGENT, "{\"do\":\"login\",\"agent\":true}", "\"agent\" is no text"},
		{TD_API_AGENT, "{\"do\":7,\"agent\":\"alice\"}", "\"do\" is no text"},
		{TD_API_AGENT, "{\"do\":\"login\",\"name\":\"alice\"}",
			"unknown key \"name\"; there are agent do reason"},
		{TD_API_HANGUP, "{\"id\":\"1.1\"}", "unknown key \"id\"; there are call"},
		{TD_API_PARTY, "{\"call\":\"1.1\",\"who\":\"bob\"}",
			"unknown key \"who\"; there are call do"},
		{TD_API_SHOW, "{\"what\":1}", "\"what\" is no text"},
		{TD_API_SHOW, "{\"what\":\"calls\",\"limit\":1}",
			"unknown key \"limit\"; there are what"},
		{TD_API_DRAIN, "{\"of\":true}", "unknown key \"of\"; there are off then-exit wait"},
		{TD_API_TRACE_SIP, "{\"calls\":\"1.1\"}", "unknown key \"calls\"; there are call"},
		{TD_API_CONFIG_GET, "{\"text\":\"\"}", "unknown key \"text\"; there is none"},
		{TD_API_CONFIG_APPLY, "{\"text\":\"\",\"txt\":\"\"}",
			"unknown key \"txt\"; there are text"},
		{TD_API_JOURNAL_ACK, "{\"seq\":0,\"sequence\":1}",
			"unknown key \"sequence\"; there are seq"},
	};
	char text[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ask(fd, cases[i].op, cases[i].body, text), -EINVAL);
		if (strstr(text, cases[i].error) != text)
			fail_msg("%s: %s", cases[i].body, text);
	}
}

static void commands_reach_the_engine(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f);
	char text[512];

	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"alice\",\"do\":\"pause\",\"reason\":\"lunch\"}",
			text),
		0);
	assert_string_equal(fake.agent, "alice 2 lunch");
	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"dave\",\"do\":\"login\"}", text), -ENOENT);
	assert_non_null(strstr(text, "dave"));
	assert_int_equal(
		ask(fd, TD_API_AGENT, "{\"agent\":\"alice\",\"do\":\"dance\"}", text), -EINVAL);
	assert_non_null(strstr(text, "one of" TD_AGENT_ACTIONS(TD_SPACED)));
	names_are_not_cut(fd);
	assert_int_equal(ask(fd, TD_API_HANGUP, "{\"call\":\"1.1\"}", text), 0);
	assert_int_equal(ask(fd, TD_API_HANGUP, "{\"call\":\"1.2\"}", text), -ENOENT);
	parties_reach_the_engine(fd);
	contacts_reach_the_engine(fd);
	bodies_are_read_strictly(fd);
	assert_true(text[0]);
	assert_int_equal(ask(fd, TD_API_CDR, "{}", text), -EOPNOTSUPP);
	assert_int_equal(ask(fd, 999, "{}", text), -EOPNOTSUPP);
	close(fd);
}

static void drain_is(int fd, const char *request, bool draining, bool then_exit, int calls)
{
	json_t *body;

	if (request)
		say(fd, TD_API_DRAIN, 99, request);
	struct td_api_msg m = hear(fd, &body);
	assert_int_equal(m.id, 99);
	assert_int_equal(m.status, 0);
	if (calls < 0) {
		assert_null(body);
		return;
	}
	assert_int_equal(json_is_true(json_object_get(body, "draining")), draining);
	assert_int_equal(json_is_true(json_object_get(body, "then-exit")), then_exit);
	assert_int_equal(json_integer_value(json_object_get(body, "calls")), calls);
	assert_int_equal(json_integer_value(json_object_get(body, "contacts")), 0);
	json_decref(body);
}

static void drain_answers_at_once_and_is_taken_back(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f), waiting = dial_hello(f);
	char text[512];

	fake.calls = 2;
	drain_is(fd, "{}", true, false, 2);
	assert_true(fake.draining);
	drain_is(waiting, "{\"wait\":true}", true, false, 2);
	assert_int_equal(ask(waiting, TD_API_DRAIN, "{\"wait\":true}", text), -EBUSY);
	drain_is(fd, "{\"off\":true}", false, false, 2);
	assert_false(fake.draining);
	drain_is(waiting, NULL, false, false, 2);
	drain_is(waiting, NULL, false, false, -1);
	/* Nothing is there: it drains, and does not end. */
	fake.calls = 0;
	drain_is(waiting, "{\"wait\":true}", true, false, 0);
	drain_is(waiting, NULL, true, false, -1);
	drain_is(fd, "{}", true, false, 0);
	assert_false(atomic_load(&f->ended));
	assert_int_equal(ask(fd, TD_API_DRAIN, "{\"off\":true,\"then-exit\":true}", text), -EINVAL);
	assert_int_equal(ask(fd, TD_API_DRAIN, "{\"off\":\"yes\"}", text), -EINVAL);
	assert_non_null(strstr(text, "\"off\" must be true or false"));
	close(fd);
	close(waiting);
}

static void drain_ends_with_the_last_call(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f);

	fake.calls = 1;
	drain_is(fd, "{\"then-exit\":true,\"wait\":true}", true, true, 1);
	assert_false(atomic_load(&f->ended));
	fake.calls = 0;
	drain_is(fd, NULL, true, true, 0);
	drain_is(fd, NULL, true, true, -1);
	for (int i = 0; i < 100 && !atomic_load(&f->ended); i++)
		clock_nap(20 * TD_NSEC_PER_MSEC);
	assert_true(atomic_load(&f->ended));
	close(fd);
}

static void journal_is_acknowledged(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f);
	struct journal_usage u = {0};
	char text[512];
	uint64_t lost;

	for (int i = 0; i < 3; i++)
		journal_put_now(f->ops.journal, JOURNAL_RECORDER, TD_EV_STOP, NULL, 0);
	for (int i = 0; i < 100 && u.written != 3; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		journal_usage(f->ops.journal, &u, &lost);
	}
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":2}", text), 0);
	for (int i = 0; i < 100 && u.acked != 2; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		journal_usage(f->ops.journal, &u, &lost);
	}
	assert_int_equal(u.acked, 2);
	assert_int_equal(u.written, 3);
	assert_int_equal(lost, 0);
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":-2}", text), -EINVAL);
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{}", text), -EINVAL);
	/* A store that follows this journal is never ahead of it. */
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":4}", text), -ERANGE);
	assert_string_equal(
		text, "\"seq\" is 4, but the journal ends with 3; is the store another engine's?");
	assert_int_equal(ask(fd, TD_API_JOURNAL_ACK, "{\"seq\":3}", text), 0);
	/* One store at a time: another one would have the engine delete what the first lacks. */
	int other = dial_hello(f);

	assert_int_equal(ask(other, TD_API_JOURNAL_ACK, "{\"seq\":3}", text), -EBUSY);
	assert_string_equal(text, "another tandemd follows this journal; stop one of them");
	close(fd);
	int rc = -EBUSY;

	for (int i = 0; i < 100 && rc == -EBUSY; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		rc = ask(other, TD_API_JOURNAL_ACK, "{\"seq\":3}", text);
	}
	assert_int_equal(rc, 0);
	close(other);
}

/* Of the journal's records, once it has `count`; fewer after two seconds. */
static uint64_t records_written(struct api_rig *f, uint64_t count)
{
	struct journal_usage u = {.written = 0};
	uint64_t lost;

	for (int i = 0; i < 100 && u.written < count; i++) {
		clock_nap(20 * TD_NSEC_PER_MSEC);
		journal_usage(f->ops.journal, &u, &lost);
	}
	return u.written;
}

/* tandemd tells its alarms each time it comes. The journal is told what is new. */
static void alarms_of_tandemd_are_told_once(void **state)
{
	static const char raise[] =
		"{\"alarm\":\"site-not-applied\",\"raised\":true,\"text\":\"x\"}";
	static const char clear[] = "{\"alarm\":\"site-not-applied\",\"raised\":false}";
	struct api_rig *f = *state;
	int fd = dial_hello(f);
	char text[512];
	uint64_t before = records_written(f, 0);

	assert_int_equal(ask(fd, TD_API_ALARM, clear, text), 0);
	assert_int_equal(ask(fd, TD_API_ALARM, raise, text), 0);
	assert_int_equal(ask(fd, TD_API_ALARM, raise, text), 0);
	assert_int_equal(records_written(f, before + 1), before + 1);
	assert_int_equal(ask(fd, TD_API_ALARM, clear, text), 0);
	assert_int_equal(ask(fd, TD_API_ALARM, clear, text), 0);
	assert_int_equal(records_written(f, before + 9), before + 2); /* none comes late */
	assert_int_equal(
		ask(fd, TD_API_ALARM, "{\"alarm\":\"link-full\",\"raised\":true}", text), -EINVAL);
	assert_string_equal(text, "\"alarm\" is none of tandemd's: link-full");
	assert_int_equal(
		ask(fd, TD_API_ALARM, "{\"alarm\":\"site-wrong\",\"raised\":\"yes\"}", text),
		-EINVAL);
	close(fd);
}

static void configuration_changes(void **state)
{
	struct api_rig *f = *state;
	int fd = dial_hello(f);
	char text[512];
	json_t *body;

	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"set group night\\n\"}", text), 0);
	assert_string_equal(fake.config, "set group night\n");
	fake.config[0] = '\0';
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"set group night\\n\"}", text), 0);
	assert_string_equal(fake.config, ""); /* nothing is new */
	snprintf(fake.config, sizeof(fake.config), "set group night\n");
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY, "{\"text\":\"del group sales\\n\"}", text), -EINVAL);
	assert_non_null(strstr(text, "sales"));
	assert_int_equal(
		ask(fd, TD_API_CONFIG_APPLY,
			"{\"text\":\"set port extra device=eth9 address=10.40.0.1/24\\n\"}", text),
		-EBUSY);
	assert_non_null(strstr(text, "restart"));
	assert_int_equal(ask(fd, TD_API_CONFIG_APPLY,
				 "{\"text\":\"set sound moh file=/nowhere/moh.wav\\n\"}", text),
		-EINVAL);
	assert_non_null(strstr(text, "/nowhere/moh.wav"));
	assert_int_equal(ask(fd, TD_API_CONFIG_APPLY, "{}", text), -EINVAL);
	/* All that was refused has changed nothing. */
	assert_string_equal(fake.config, "set group night\n");
	assert_int_equal(fake.sounds, 0);
	say(fd, TD_API_CONFIG_GET, 1, "{}");
	assert_int_equal(hear(fd, &body).status, 0);
	assert_string_equal(
		json_string_value(json_object_get(body, "text")), "site site domain=\"x y\"\n");
	json_decref(body);
	close(fd);
}

/* A WAV file of 20 ms, mono, 8 kHz, 16 bit. */
static void write_wav(const char *path)
{
	static const unsigned char head[44] = "RIFF\x64\1\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0"
					      "\x80\x3e\0\0\2\0\x10\0data\x40\1\0";
	static const unsigned char samples[320];
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(head, sizeof(head), 1, f), 1);
	assert_int_equal(fwrite(samples, sizeof(samples), 1, f), 1);
	fclose(f);
}

/* Workers play by number: a sound that comes before another one must not take its place. */
static void sounds_are_loaded_under_their_numbers(void **state)
{
	static const struct {
		const char *name;
		uint32_t number;
	} sounds[] = {{"m", 0}, {"z", 1}, {"a", 2}};
	struct api_rig *f = *state;
	int fd = dial_hello(f);
	char wav[64], request[160], text[512];

	snprintf(wav, sizeof(wav), "%s/sound.wav", f->dir);
	write_wav(wav);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(request, sizeof(request), "{\"text\":\"set sound %s file=%s\\n\"}",
			sounds[i].name, wav);
		assert_int_equal(ask(fd, TD_API_CONFIG_APPLY, request, text), 0);
		/* Those that are there already are not loaded again. */
		assert_int_equal(fake.sounds, (TD_CODEC_COUNT - 1) * (i + 1));
		assert_int_equal(fake.sound, sounds[i].number);
	}
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(commands_reach_the_engine, setup, teardown),
		cmocka_unit_test_setup_teardown(
			drain_answers_at_once_and_is_taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(drain_ends_with_the_last_call, setup, teardown),
		cmocka_unit_test_setup_teardown(journal_is_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(alarms_of_tandemd_are_told_once, setup, teardown),
		cmocka_unit_test_setup_teardown(configuration_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(
			sounds_are_loaded_under_their_numbers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
