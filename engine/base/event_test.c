/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/event.h>
#include <tests/unit/unit.h>

static const struct event_table *table(enum td_event_type type)
{
	return &event_tables[type - 1];
}

static const struct td_column *column(enum td_event_type type, const char *name)
{
	const struct td_column *c = columns_get(&table(type)->columns, name);

	if (!c)
		fail_msg("%s has no column %s", table(type)->name, name);
	return c;
}

static void columns_lie_in_their_payload(void **state)
{
	assert_int_equal(column(TD_EV_CDR, "dialled")->offset, offsetof(struct td_ev_cdr, dialled));
	assert_int_equal(column(TD_EV_CDR, "agent_in_lost")->offset,
		offsetof(struct td_ev_cdr, agent_media.in_lost));
	assert_int_equal(column(TD_EV_CDR, "agent_out_mos_worst")->offset,
		offsetof(struct td_ev_cdr, agent_quality.out.mos_worst));
	assert_int_equal(column(TD_EV_CDR, "agent_out_mos_worst")->type, TD_COLUMN_SCORE);
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data3")->offset,
		offsetof(struct td_ev_queue_log, data[2]));
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data3")->size, TD_NUMBER_BYTES);
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data2")->offset,
		offsetof(struct td_ev_queue_log, data[1]));
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data2")->whole,
		offsetof(struct td_ev_queue_log, data2_whole));
	assert_int_equal(column(TD_EV_QUEUE_LOG, "data2")->whole_size, TD_CUSTOMER_BYTES);
	assert_int_equal(
		column(TD_EV_LIVE, "name")->whole, offsetof(struct td_ev_live, name_whole));
	assert_int_equal(column(TD_EV_LIVE, "other")->whole_size, 0);
	assert_null(columns_get(&table(TD_EV_LIVE)->columns, "name_whole"));
	assert_int_equal(table(TD_EV_STOP)->columns.count, EVENT_OWN_COLUMNS);
	assert_int_equal(column(TD_EV_STOP, "time")->offset, offsetof(struct td_rec, wall));
	assert_int_equal(column(TD_EV_ACD_IN, "data")->type, TD_COLUMN_BYTES);
}

static void column_is_whole(const struct event_table *t, const struct td_column *c)
{
	if (!*c->help || columns_get(&t->columns, c->name) != c)
		fail_msg("event %s, column %s: no help, or there twice", t->name, c->name);
	if ((c->type == TD_COLUMN_WORD || c->type == TD_COLUMN_CODE) != !!c->words)
		fail_msg("event %s, column %s: a word has words", t->name, c->name);
}

static void names_are_there_once_and_have_help(void **state)
{
	for (unsigned i = 0; i < EVENT_TABLES; i++) {
		const struct event_table *t = &event_tables[i];

		assert_true(t->help[0] != '\0');
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(t->name, event_tables[k].name);
		for (unsigned c = 0; c < t->columns.count; c++)
			column_is_whole(t, &t->columns.column[c]);
	}
}

static void units_are_said(void **state)
{
	assert_int_equal(column(TD_EV_CDR, "wait_ms")->unit, TD_UNIT_MS);
	assert_int_equal(column(TD_EV_CDR, "caller_in_jitter_max_us")->unit, TD_UNIT_US);
	assert_int_equal(column(TD_EV_CDR, "agent_out_mos_worst")->unit, TD_UNIT_MOS);
	assert_int_equal(column(TD_EV_CDR, "caller_xr_r")->unit, TD_UNIT_R);
	assert_int_equal(column(TD_EV_GAP, "from")->unit, TD_UNIT_TIME);
	assert_int_equal(column(TD_EV_ALARM, "time")->unit, TD_UNIT_TIME);
	assert_int_equal(column(TD_EV_ALARM, "raised")->type, TD_COLUMN_FLAG);
	assert_string_equal(unit_name(column(TD_EV_CONFIG, "set")->unit), "objects");
	assert_string_equal(unit_name(column(TD_EV_CDR, "agent_codec")->unit), "");
}

static void numbers_have_words(void **state)
{
	const struct td_words *by = column(TD_EV_CDR, "ended_by")->words;
	const struct td_words *causes = column(TD_EV_CDR, "cause")->words;

	assert_string_equal(word_get(by, TD_ENDED_BY_CALLEE), "callee");
	assert_null(word_get(by, TD_ENDED_BY_COUNT));
	assert_string_equal(word_get(causes, 17), "user busy");
	assert_null(word_get(causes, 0));
	assert_string_equal(
		word_get(column(TD_EV_AGENT_SESSION, "state")->words, TD_AGENT_WRAP_UP), "wrap-up");
}

static void what_can_be_null(void **state)
{
	assert_false(column_is_optional(column(TD_EV_CDR, "seq")));
	assert_false(column_is_optional(column(TD_EV_CDR, "time")));
	assert_false(column_is_optional(column(TD_EV_CDR, "wait_ms")));
	assert_true(column_is_optional(column(TD_EV_CDR, "connected")));
	assert_true(column_is_optional(column(TD_EV_CDR, "caller_silences")));
}

static void rows_are_found_by_what_is_indexed(void **state)
{
	assert_string_equal(columns_index(&table(TD_EV_CDR)->columns, TD_INDEX_CALL)->name, "id");
	assert_string_equal(
		columns_index(&table(TD_EV_STORY)->columns, TD_INDEX_CALL)->name, "call");
	assert_null(columns_index(&table(TD_EV_ALARM)->columns, TD_INDEX_QUEUE));
	assert_int_equal(
		columns_get(&table(TD_EV_QUEUE_LOG)->columns, "time")->index, TD_INDEX_PLAIN);
}

static void some_columns_stand_first(void **state)
{
	const struct td_column *c = table(TD_EV_AGENT_SESSION)->columns.column + EVENT_OWN_COLUMNS;

	assert_string_equal(c[0].name, "agent");
	assert_string_equal(c[1].name, "state");
	assert_string_equal(c[2].name, "reason");
	assert_string_equal(table(TD_EV_RECORDING)->columns.column[4].name, "file");
	assert_string_equal(table(TD_EV_START)->columns.column[2].name, "version");
}

/* Of each field in its order, the version that brought it; then 0. */
#define SINCE(since, ...) since,
#define SINCES_FIELDS(id)                      \
	{                                      \
		TD_EV_##id##_FIELDS(SINCE, ) 0 \
	}
#define SINCES_EMPTY(id) \
	{                \
		1        \
	}
#define SINCES_BYTES(id) \
	{                \
		1        \
	}
#define SINCES(number, id, name, shape, bytes, ...) [number] = SINCES_##shape(id),
static const uint8_t sinces[TD_EV_END][64] = {TD_EVENTS(SINCES)};

/* So a record of an older engine is the beginning of one of today's. */
static void new_fields_stand_at_the_end(void **state)
{
	for (uint16_t type = 1; type < TD_EV_END; type++) {
		unsigned newest = 1;

		for (unsigned i = 0; sinces[type][i]; i++) {
			if (sinces[type][i] < newest)
				fail_msg("%s: field %u is older than one before it",
					table(type)->name, i + 1);
			newest = sinces[type][i];
		}
		assert_int_equal(event_version(type), newest);
	}
}

static void later_versions_are_longer(void **state)
{
	assert_int_equal(table(TD_EV_CDR)->least, offsetof(struct td_ev_cdr, caller_quality));
	assert_int_equal(column(TD_EV_CDR, "recording")->since, 1);
	assert_int_equal(column(TD_EV_CDR, "caller_in_r")->since, 2);
	assert_int_equal(column(TD_EV_CDR, "cause")->since, 3);
	assert_int_equal(table(TD_EV_STORY)->least, sizeof(struct td_ev_story));
	assert_int_equal(column(TD_EV_CDR, "channel")->since, 4);
	assert_true(event_version(TD_EV_CDR) >= 4);
	assert_true(event_version(TD_EV_QUEUE_LOG) >= 2);
	assert_int_equal(
		table(TD_EV_QUEUE_LOG)->least, offsetof(struct td_ev_queue_log, data2_whole));
	assert_int_equal(event_version(TD_EV_ACD_IN), 1);
	assert_int_equal(event_version(TD_EV_STOP), 1);
	assert_int_equal(event_version(TD_EV_END), 0);
	assert_int_equal(event_version(0), 0);
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
		cmocka_unit_test(units_are_said),
		cmocka_unit_test(numbers_have_words),
		cmocka_unit_test(what_can_be_null),
		cmocka_unit_test(rows_are_found_by_what_is_indexed),
		cmocka_unit_test(some_columns_stand_first),
		cmocka_unit_test(new_fields_stand_at_the_end),
		cmocka_unit_test(later_versions_are_longer),
		cmocka_unit_test(records_find_their_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
