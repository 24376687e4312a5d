/* SPDX-License-Identifier: BSD-3-Clause */
/* The checkpoint's file: what is written is read, whatever ended the run; what is damaged is not.
 */
#include <engine/host/clock.h>
#include <engine/host/journal/checkpoint.h>
#include <engine/host/journal/checkpoint_form.h>
#include <engine/host/journal/journal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <tests/unit/unit.h>
#include <unistd.h>

#define AGENTS 3000

static const uint32_t counts[TD_CHECKPOINT_END] = {[TD_CHECKPOINT_AGENT] = AGENTS,
	[TD_CHECKPOINT_BINDING] = 4 * AGENTS,
	[TD_CHECKPOINT_BLOCK] = 9,
	[TD_CHECKPOINT_CONTACT] = 9,
	[TD_CHECKPOINT_PARTY] = 9};

static char dir[64];
static struct checkpoint_image image;
static struct td_text err;

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/checkpoint-test-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	checkpoint_image_free(&image);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static struct td_checkpoint_agent agent(uint32_t number)
{
	struct td_checkpoint_agent r;

	memset(&r, 0, sizeof(r));
	snprintf(r.name, sizeof(r.name), "agent-%u", number);
	r.since = number;
	return r;
}

static void put(struct checkpoint *c, uint32_t number)
{
	struct td_checkpoint_agent r = agent(number);

	checkpoint_put(c, TD_CHECKPOINT_AGENT, number, &r, sizeof(r));
}

static struct checkpoint *begun(void)
{
	struct checkpoint *c = checkpoint_open(dir, counts);

	assert_non_null(c);
	return c;
}

/* Agents 0 and 2,999, a binding and a block, as a killed run leaves them. */
static void write_some(void)
{
	struct td_checkpoint_binding b;
	struct td_checkpoint_block block;
	struct checkpoint *c = begun();

	memset(&b, 0, sizeof(b));
	memset(&block, 0, sizeof(block));
	strcpy(b.agent, "agent-0");
	block.kind = 1;
	put(c, 0);
	put(c, AGENTS - 1);
	checkpoint_put(c, TD_CHECKPOINT_BINDING, 7, &b, sizeof(b));
	checkpoint_put(c, TD_CHECKPOINT_BLOCK, 8, &block, sizeof(block));
	assert_int_equal(checkpoint_flush(c, 41), 0);
	assert_int_equal(checkpoint_commit(c), 0);
	checkpoint_close(c);
}

static int read_it(void)
{
	checkpoint_image_free(&image);
	return checkpoint_read(dir, &image, &err);
}

static const struct td_checkpoint *at(uint16_t kind, uint32_t number)
{
	for (uint32_t i = 0; i < image.restore.count; i++)
		if (image.records[i].kind == kind && image.records[i].number == number)
			return &image.records[i];
	return NULL;
}

static void no_file_is_no_fault(void **state)
{
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 0);
}

static void what_is_written_is_read(void **state)
{
	struct td_checkpoint_agent r = agent(AGENTS - 1);
	const struct td_checkpoint *c;

	write_some();
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 4);
	assert_int_equal(image.refused, 0);
	c = at(TD_CHECKPOINT_AGENT, AGENTS - 1);
	assert_int_equal(c->len, sizeof(r));
	assert_int_equal(c->version, 1);
	assert_memory_equal(c->record, &r, sizeof(r));
	assert_non_null(at(TD_CHECKPOINT_BINDING, 7));
	assert_non_null(at(TD_CHECKPOINT_BLOCK, 8));
	assert_true(image.restore.shift == 0);
	assert_true(image.restore.ended <= clock_monotonic() && image.restore.ended);
}

static void the_last_record_counts(void **state)
{
	struct td_checkpoint_agent r = agent(5);
	struct checkpoint *c = begun();

	put(c, 1);
	put(c, 5);
	checkpoint_flush(c, 1);
	r.since = 99;
	checkpoint_put(c, TD_CHECKPOINT_AGENT, 5, &r, sizeof(r));
	checkpoint_put(c, TD_CHECKPOINT_AGENT, 1, NULL, 0);
	checkpoint_flush(c, 2);
	checkpoint_commit(c);
	checkpoint_close(c);
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 1);
	assert_memory_equal(image.records[0].record, &r, sizeof(r));
}

/* More than the buffer and the reader's chunk hold. */
static void all_places_fill(void **state)
{
	struct checkpoint *c = begun();

	for (uint32_t i = 0; i < AGENTS; i++)
		put(c, i);
	put(c, AGENTS); /* there is no such place */
	checkpoint_flush(c, 0);
	checkpoint_commit(c);
	checkpoint_close(c);
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, AGENTS);
	for (uint32_t i = 0; i < AGENTS; i++) {
		struct td_checkpoint_agent r = agent(i);

		assert_memory_equal(at(TD_CHECKPOINT_AGENT, i)->record, &r, sizeof(r));
	}
}

/* Until a run has taken over what the earlier one left, that stays. */
static void a_start_that_fails_loses_nothing(void **state)
{
	struct checkpoint *c;

	write_some();
	c = begun();
	put(c, 1);
	checkpoint_flush(c, 0);
	checkpoint_close(c);
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 4);
}

static void spoil(off_t offset)
{
	char path[128], byte;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, CHECKPOINT_NAME);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &byte, 1, offset), 1);
	byte ^= 0x55;
	assert_int_equal(pwrite(fd, &byte, 1, offset), 1);
	close(fd);
}

static void a_torn_record_is_refused_and_no_other(void **state)
{
	write_some();
	spoil(FORM_AREAS_AT + 100); /* agent 0 */
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 3);
	assert_int_equal(image.refused, 1);
	assert_null(at(TD_CHECKPOINT_AGENT, 0));
}

static void a_damaged_file_is_refused(void **state)
{
	static const struct {
		off_t offset;
		const char *why;
	} faults[] = {
		{0, "it is no checkpoint"},
		{offsetof(struct form_head, version), "another release"},
		{offsetof(struct form_head, boot), "its head is damaged"},
		{FORM_PULSE_AT + offsetof(struct form_pulse, alive), "its pulse is damaged"},
	};
	char path[128];

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		write_some();
		spoil(faults[i].offset);
		assert_int_equal(read_it(), -EBADMSG);
		assert_non_null(strstr(err.s, faults[i].why));
		assert_int_equal(image.restore.count, 0);
	}
	snprintf(path, sizeof(path), "%s/%s", dir, CHECKPOINT_NAME);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(read_it(), -EBADMSG);
	assert_non_null(strstr(err.s, "it is too short"));
}

/* The machine was started in between: its monotonic clock began anew. */
static void another_start_of_the_machine_shifts_the_clock(void **state)
{
	uint64_t offset = clock_wall() - clock_monotonic();
	char path[128];
	struct form_head h;
	int fd;

	write_some();
	snprintf(path, sizeof(path), "%s/%s", dir, CHECKPOINT_NAME);
	fd = open(path, O_RDWR);
	assert_int_equal(pread(fd, &h, sizeof(h), 0), sizeof(h));
	h.boot[0] ^= 1;
	h.crc = FORM_CRC(&h);
	assert_int_equal(pwrite(fd, &h, sizeof(h), 0), sizeof(h));
	struct form_pulse p = {.alive = 5, .wall_offset = offset - 3600 * TD_NSEC_PER_SEC};

	p.crc = FORM_CRC(&p);
	assert_int_equal(pwrite(fd, &p, sizeof(p), FORM_PULSE_AT), sizeof(p));
	close(fd);
	assert_int_equal(read_it(), 0);
	int64_t error = image.restore.shift + (int64_t)(3600 * TD_NSEC_PER_SEC);

	assert_true(error > -(int64_t)TD_NSEC_PER_SEC && error < (int64_t)TD_NSEC_PER_SEC);
}

/* By the journal's thread; an orderly stop and a kill leave the same. */
static void the_journal_thread_writes_it(void **state)
{
	struct td_checkpoint_agent r = agent(3);
	struct journal *j = journal_start(dir, 1u << 20, &err);

	assert_non_null(j);
	assert_int_equal(journal_checkpoint_start(j, dir, counts), 0);
	assert_true(journal_checkpoint_put(j, TD_CHECKPOINT_AGENT, 3, &r, sizeof(r)));
	journal_checkpoint_commit(j);
	while (read_it() != 0 || image.restore.count != 1)
		clock_nap(TD_NSEC_PER_MSEC);
	assert_memory_equal(at(TD_CHECKPOINT_AGENT, 3)->record, &r, sizeof(r));
	uint64_t ended = image.restore.ended;

	while (image.restore.ended == ended) {
		journal_pulse(j);
		clock_nap(TD_NSEC_PER_MSEC);
		assert_int_equal(read_it(), 0);
	}
	journal_checkpoint_put(j, TD_CHECKPOINT_AGENT, 3, NULL, 0);
	journal_stop(j, true);
	assert_int_equal(read_it(), 0);
	assert_int_equal(image.restore.count, 0);
}

static void put_call(struct journal *j, uint32_t number, const char *id)
{
	struct td_checkpoint_contact c;
	struct td_checkpoint_party p;

	memset(&c, 0, sizeof(c));
	memset(&p, 0, sizeof(p));
	strcpy(c.cdr.id, id);
	strcpy(p.party.call, id);
	journal_checkpoint_put(j, TD_CHECKPOINT_CONTACT, number, &c, sizeof(c));
	for (uint32_t i = 0; i < 2; i++) {
		p.party.number = (uint8_t)(i + 1);
		journal_checkpoint_put(j, TD_CHECKPOINT_PARTY, 2 * number + i, &p, sizeof(p));
	}
}

/* A run of which the checkpoint has two calls and an agent. */
static void run_with_calls(void)
{
	struct td_checkpoint_agent a = agent(3);
	struct journal *j = journal_start(dir, 1u << 20, &err);

	assert_non_null(j);
	assert_int_equal(journal_checkpoint_start(j, dir, counts), 0);
	a.from = 7;
	journal_checkpoint_put(j, TD_CHECKPOINT_AGENT, 3, &a, sizeof(a));
	put_call(j, 1, "1.1");
	put_call(j, 2, "1.2");
	journal_checkpoint_commit(j);
	journal_stop(j, false);
}

/* It has told more in the journal: the first call, a party of the second one, the agent's stay. */
static void told_in_the_journal(void)
{
	struct td_ev_cdr cdr = {.id = "1.1"};
	struct td_ev_party party = {.call = "1.2", .number = 1};
	struct td_ev_agent_session session = {
		.agent = "agent-3", .from = image.restore.wall_offset + 7};
	struct journal *j = journal_start(dir, 1u << 20, &err);

	assert_non_null(j);
	journal_put_now(j, JOURNAL_MAIN, TD_EV_CDR, &cdr, sizeof(cdr));
	journal_put_now(j, JOURNAL_MAIN, TD_EV_PARTY, &party, sizeof(party));
	journal_put_now(j, JOURNAL_MAIN, TD_EV_AGENT_SESSION, &session, sizeof(session));
	journal_stop(j, false);
}

static void what_the_journal_has_is_not_told_again(void **state)
{
	const struct td_checkpoint_agent *a;

	run_with_calls();
	assert_int_equal(read_it(), 0);
	assert_int_equal(checkpoint_tail(dir, &image), 0);
	assert_int_equal(image.restore.count, 7);
	told_in_the_journal();
	assert_int_equal(read_it(), 0);
	assert_int_equal(checkpoint_tail(dir, &image), 0);
	assert_int_equal(image.restore.count, 3);
	assert_non_null(at(TD_CHECKPOINT_CONTACT, 2));
	assert_non_null(at(TD_CHECKPOINT_PARTY, 5));
	a = at(TD_CHECKPOINT_AGENT, 3)->record;
	assert_true(a->from == 0 && a->since == 3);
}

static int read_once(void)
{
	int rc = checkpoint_read(dir, &image, &err);

	checkpoint_image_free(&image);
	return rc;
}

static int open_once(void)
{
	struct checkpoint *c = checkpoint_open(dir, counts);

	if (!c)
		return -errno;
	checkpoint_close(c);
	return 0;
}

static void survives_oom(void **state)
{
	struct checkpoint *c = begun();

	put(c, 1);
	checkpoint_flush(c, 0);
	checkpoint_commit(c);
	checkpoint_close(c);
	oom_each(open_once, -ENOMEM);
	oom_each(read_once, -ENOMEM);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(no_file_is_no_fault),
		TEST(what_is_written_is_read),
		TEST(the_last_record_counts),
		TEST(all_places_fill),
		TEST(a_start_that_fails_loses_nothing),
		TEST(a_torn_record_is_refused_and_no_other),
		TEST(a_damaged_file_is_refused),
		TEST(another_start_of_the_machine_shifts_the_clock),
		TEST(the_journal_thread_writes_it),
		TEST(what_the_journal_has_is_not_told_again),
		TEST(survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
