/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/event.h>
#include <tests/unit/unit.h>

static const struct event_table *table(enum td_event_type type)
{
	return &event_tables[type - 1];
}

static const struct event_column *column(enum td_event_type type, const char *name)
{
	const struct event_table *t = table(type);

	for (unsigned i = 0; i < t->column_count; i++)
		if (strcmp(t->columns[i].name, name) == 0)
			return &t->columns[i];
	fail_msg("%s has no column %s", t->name, name);
	return NULL;
}

static void columns_lie_in_their_payload(void **state)
{
	assert_int_equal(column(TD_EV_CDR, "dialled")->offset, offsetof(struct td_ev_cdr, dialled));
	assert_int_equal(column(TD_EV_CDR, "agent_in_lost")->offset,
		offsetof(struct td_ev_cdr, agent_media.in_lost));
	assert_int_equal(column(TD_EV_CDR, "agent_out_mos_worst")->offset,
		offsetof(struct td_ev_cdr, agent_quality.out.mos_worst));
	assert_int_equal(column(TD_EV_CDR, "agent_out_mos_worst")->kind, EVENT_SCORE);
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data3")->offset,
		offsetof(struct td_ev_queue_log, data[2]));
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data3")->size, TD_NUMBER_BYTES);
	assert_int_equal(table(TD_EV_STOP)->column_count, 0);
	assert_int_equal(table(TD_EV_ACD_IN)->columns[0].kind, EVENT_BYTES);
}

static void names_are_there_once_and_have_help(void **state)
{
	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		const struct event_table *t = &event_tables[i];

		assert_true(t->help[0] != '\0');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(t->name, event_tables[k].name);
		for (unsigned c = 0; c < t->column_count; c++) {
			assert_true(t->columns[c].help[0] != '\0');
			assert_true(t->columns[c].since >= 1);
			assert_true(t->columns[c].kind != EVENT_WORD || t->columns[c].word_count);
			for (unsigned k = 0; k < c; k++)
				assert_string_not_equal(t->columns[c].name, t->columns[k].name);
		}
	}
}

static void some_columns_stand_first(void **state)
{
	const struct event_column *c = table(TD_EV_AGENT_SESSION)->columns;

	assert_string_equal(c[0].name, "agent");
	assert_string_equal(c[1].name, "state");
	assert_string_equal(c[2].name, "reason");
	assert_string_equal(table(TD_EV_RECORDING)->columns[2].name, "file");
	assert_string_equal(table(TD_EV_START)->columns[0].name, "version");
}

static void later_versions_are_longer(void **state)
{
	assert_int_equal(table(TD_EV_CDR)->least, offsetof(struct td_ev_cdr, caller_quality));
	assert_int_equal(column(TD_EV_CDR, "recording")->since, 1);
	assert_int_equal(column(TD_EV_CDR, "caller_in_r")->since, 2);
	assert_int_equal(column(TD_EV_CDR, "cause")->since, 3);
	assert_int_equal(table(TD_EV_STORY)->least, sizeof(struct td_ev_story));
}

static void records_find_their_table(void **state)
{
	struct td_rec rec = {.type = TD_EV_CDR, .len = sizeof(struct td_ev_cdr) + 8};

	assert_int_equal(event_table_of(&rec), TD_EV_CDR - 1);
	rec.len = table(TD_EV_CDR)->least;
	assert_int_equal(event_table_of(&rec), TD_EV_CDR - 1);
	rec.len--;
	assert_int_equal(event_table_of(&rec), EVENT_TABLES - 1);
	rec.type = 0;
	assert_int_equal(event_table_of(&rec), EVENT_TABLES - 1);
	rec.type = TD_EV_END;
	assert_int_equal(event_table_of(&rec), EVENT_TABLES - 1);
	rec = (struct td_rec){.type = TD_EV_STOP};
	assert_int_equal(event_table_of(&rec), TD_EV_STOP - 1);
	assert_string_equal(event_tables[EVENT_TABLES - 1].name, "other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_lie_in_their_payload),
		cmocka_unit_test(names_are_there_once_and_have_help),
		cmocka_unit_test(some_columns_stand_first),
		cmocka_unit_test(later_versions_are_longer),
		cmocka_unit_test(records_find_their_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
