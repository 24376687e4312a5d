/* SPDX-License-Identifier: BSD-3-Clause */
#include <engine/base/view.h>
#include <math.h>
#include <tests/unit/unit.h>

/* The keys of release 0.1.0: programs read them, so none goes, and they keep their order. */
static const char *const release_0_1_0[] = {
	"calls id caller dialled trunk queue to_trunk agent state position seconds waited talked "
	"codec mos audio digits recording sip_call_id",
	"queues name waiting offered talking oldest agents available paused wrap_up entered "
	"answered abandoned timed_out full withdrawn no_answer refused service_level asa "
	"max_length",
	"agents name state seconds reason reachable backed_off link link_full contact call queue "
	"answered missed",
	"trunks name address calls max_calls offered answered rejected",
	"links name kind layer limit_bps reserved_bps calls max_calls refused full in_bps out_bps",
	"sip counter value text",
	"bandwidth codec trunk queue link direction packets ip_bytes ethernet_bytes wire_bytes "
	"packets_per_s ip_bps ethernet_bps wire_bps",
	"ports port device driver up mtu queues steering kernel_owned zero_copy in in_bytes out "
	"out_bytes originated crossed_in crossed_out consumed dropped held kernel_dropped",
	"port-bandwidth port direction kind packets ethernet_bytes wire_bytes",
	"drops port reason packets text",
	"memory what bytes used of",
	"workers worker core turns busy asleep wakeups packets handed_in handed_out",
	"stats uptime draining packets_in bytes_in packets_originated packets_out bytes_out "
	"packets_consumed packets_held packets_dropped_total packets_dropped consumed sip journal "
	"recorder media_commands_refused trace_lost",
	"status release site name engine compiled store journal stored_seq missing damaged "
	"store_error",
};

static void the_keys_of_a_release_stay(void **state)
{
	for (size_t i = 0; i < sizeof(release_0_1_0) / sizeof(release_0_1_0[0]); i++) {
		struct str rest = str_of(release_0_1_0[i]), word = str_cut(&rest, ' ');
		const struct td_view *v;
		char name[64];
		unsigned at = 0;

		str_copy(name, sizeof(name), word);
		v = view_lookup(name);
		if (!v)
			fail_msg("no view %s", name);
		while (rest.n) {
			word = str_cut(&rest, ' ');
			while (at < v->columns.count &&
				!str_eq(str_of(v->columns.column[at].name), word))
				at++;
			if (at == v->columns.count)
				fail_msg("view %s has lost %.*s, or its place", v->name,
					STR_FMT(word));
		}
	}
}

static void every_row_of_the_table_is_whole(void **state)
{
	for (unsigned i = 0; i < TD_VIEW_COUNT; i++) {
		const struct td_view *v = &td_views[i];
		unsigned shown = 0;

		assert_ptr_equal(view_lookup(v->name), v);
		if (!*v->help || !*v->empty)
			fail_msg("view %s: no help, or nothing to say without rows", v->name);
		for (unsigned k = 0; k < v->columns.count; k++) {
			const struct td_column *c = &v->columns.column[k];

			if (!*c->help || columns_get(&v->columns, c->name) != c)
				fail_msg("view %s, column %s: no help, or there twice", v->name,
					c->name);
			if ((c->type == TD_COLUMN_SECTION) != !!c->section)
				fail_msg("view %s, column %s: a section has columns", v->name,
					c->name);
			shown += c->place > 0;
		}
		if (!shown)
			fail_msg("view %s: people see no column", v->name);
	}
	assert_null(view_lookup("weather"));
	assert_null(columns_get(&td_views[TD_VIEW_ID_CALLS].columns, "weather"));
}

/* A picture of `top` has the views that it shows, and less of each than `show`. */
static void top_has_fewer_columns(void **state)
{
	static const enum td_view_id parts[] = {
		TD_VIEW_ID_QUEUES, TD_VIEW_ID_AGENTS, TD_VIEW_ID_CALLS};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct td_columns *columns = &td_views[parts[i]].columns;
		unsigned shown = 0, top = 0;

		for (unsigned k = 0; k < columns->count; k++) {
			shown += columns->column[k].place > 0;
			top += columns->column[k].top;
			assert_true(!columns->column[k].top || columns->column[k].place);
		}
		assert_in_range(top, 1, shown - 1);
	}
	assert_true(columns_get(&td_views[TD_VIEW_ID_CALLS].columns, "position")->top);
	assert_int_equal(columns_get(&td_views[TD_VIEW_ID_CALLS].columns, "position")->place, 4);
	assert_false(columns_get(&td_views[TD_VIEW_ID_CALLS].columns, "audio")->top);
}

/* People see every term of the sums: entered = answered + ... + waiting, and agents = available +
 * ... */
static void the_sums_of_a_queue_are_shown(void **state)
{
	struct str rest = STR("entered answered abandoned timed_out withdrawn waiting agents "
			      "available paused wrap_up engaged backed_off not_responding ringing "
			      "handling unable");
	char name[32];

	while (rest.n) {
		str_copy(name, sizeof(name), str_cut(&rest, ' '));
		assert_true(columns_get(&td_views[TD_VIEW_ID_QUEUES].columns, name)->place > 0);
	}
}

/* A queue that nobody serves is seen at once, and who does not serve it. */
static void top_shows_who_cannot_be_rung(void **state)
{
	const struct td_columns *queues = &td_views[TD_VIEW_ID_QUEUES].columns;

	assert_true(columns_get(queues, "not_responding")->top);
	assert_true(columns_get(queues, "engaged")->top);
	assert_true(columns_get(queues, "backed_off")->top);
	assert_true(columns_get(queues, "unattended")->top);
	assert_true(columns_get(&td_views[TD_VIEW_ID_AGENTS].columns, "backed_off")->top);
}

static void only_what_the_engine_answers_is_shown(void **state)
{
	char storage[256];
	struct td_buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	view_names(", ", &names);
	assert_int_equal(names.error, 0);
	storage[names.len] = '\0';
	assert_non_null(strstr(storage, "calls, contacts, queues, channels, agents, trunks, links, "
					"blocked, sip, bandwidth, "));
	assert_null(strstr(storage, "acct"));
	assert_null(strstr(storage, "status"));
}

static void a_row_is_json(void **state)
{
	char storage[2048];
	struct td_buf out;

	buf_init_fixed(&out, storage, sizeof(storage));
	VIEW_PUT(trunks, &out,
		{
			.name = "a\"b",
			.address = NULL,
			.calls = 1,
			.calls_in = 1,
			.calls_out = 0,
			.max_calls = UINT64_MAX,
			.offered = 2,
			.answered = 3,
			.rejected = 4,
			.cancelled = 5,
			.failed = 6,
			.out_offered = 7,
			.out_answered = 8,
			.out_rejected = 9,
			.out_cancelled = 10,
			.out_failed = 11,
			.server = "10.0.0.1:5060",
			.server_name = "sip.example",
			.server_age = 1.5,
			.rests = NAN,
		});
	storage[out.len] = '\0';
	assert_string_equal(storage,
		"{\"name\":\"a\\\"b\",\"address\":\"\",\"calls\":1,\"calls_in\":1,\"calls_out\":0,"
		"\"max_calls\":18446744073709551615,\"offered\":2,\"answered\":3,\"rejected\":4,"
		"\"cancelled\":5,\"failed\":6,\"out_offered\":7,\"out_answered\":8,"
		"\"out_rejected\":9,\"out_cancelled\":10,\"out_failed\":11,"
		"\"server\":\"10.0.0.1:5060\",\"server_name\":\"sip.example\",\"server_age\":1."
		"500,\"rests\":null}");
}

/* A limit of 0 would be one that nothing passes. */
static void no_limit_is_null(void **state)
{
	char storage[2048];
	struct td_buf out;

	buf_init_fixed(&out, storage, sizeof(storage) - 1);
	view_row_encode(TD_VIEW_ID_LINKS, &(struct td_view_links){.max_calls = 3}, &out);
	view_row_encode(TD_VIEW_ID_TRUNKS, &(struct td_view_trunks){.name = "t"}, &out);
	view_row_encode(TD_VIEW_ID_QUEUES, &(struct td_view_queues){.name = "q"}, &out);
	assert_int_equal(out.error, 0);
	storage[out.len] = '\0';
	assert_non_null(strstr(storage, "\"limit_bps\":null,\"reserved_bps\":0,"));
	assert_non_null(strstr(storage, "\"max_calls\":3,"));
	assert_non_null(strstr(storage, "\"max_calls\":null,"));
	assert_non_null(strstr(storage, "\"max_length\":null,"));
	for (unsigned i = 0; i < TD_VIEW_COUNT; i++)
		for (unsigned k = 0; k < td_views[i].columns.count; k++)
			assert_null(strstr(td_views[i].columns.column[k].help, "0 without limit"));
}

static void sections_stand_within(void **state)
{
	struct td_view_stats row = {.uptime = NAN, .draining = true, .recorder.disk_full = true};
	char storage[4096];
	struct td_buf out;

	row.packets_dropped.count[TD_DROP_VLAN] = 7;
	buf_init_fixed(&out, storage, sizeof(storage) - 1);
	view_row_encode(TD_VIEW_ID_STATS, &row, &out);
	assert_int_equal(out.error, 0);
	storage[out.len] = '\0';
	assert_non_null(strstr(storage, "{\"uptime\":null,\"draining\":true,\"packets_in\":0,"));
	assert_non_null(strstr(storage, ",\"packets_dropped\":{\"runt\":0,"));
	assert_non_null(strstr(storage, "\"vlan\":7,"));
	assert_non_null(strstr(storage, ",\"disk_full\":true},\"media_commands_refused\":0,"));
}

static void keys_and_values_are_an_object(void **state)
{
	static const char pairs[] = "account\0"
				    "17\0a\"b\0"; /* and a NUL */
	struct td_view_contacts row = {.id = "1.2", .seconds = 1, .data = {pairs, sizeof(pairs)}};
	char storage[512];
	struct td_buf out;

	buf_init_fixed(&out, storage, sizeof(storage) - 1);
	view_row_encode(TD_VIEW_ID_CONTACTS, &row, &out);
	row.data.bytes = 0;
	view_row_encode(TD_VIEW_ID_CONTACTS, &row, &out);
	assert_int_equal(out.error, 0);
	storage[out.len] = '\0';
	assert_non_null(strstr(storage, "\"data\":{\"account\":\"17\",\"a\\\"b\":\"\"}},"));
	assert_non_null(strstr(storage, "\"data\":{}}"));
}

static int encode(void)
{
	const struct td_view_stats row = {0};
	struct td_buf out;
	int rc;

	buf_init(&out);
	view_row_encode(TD_VIEW_ID_STATS, &row, &out);
	rc = out.error;
	buf_free(&out);
	return rc;
}

static void writing_survives_oom(void **state)
{
	oom_each(encode, -ENOMEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keys_of_a_release_stay),
		cmocka_unit_test(every_row_of_the_table_is_whole),
		cmocka_unit_test(top_has_fewer_columns),
		cmocka_unit_test(the_sums_of_a_queue_are_shown),
		cmocka_unit_test(top_shows_who_cannot_be_rung),
		cmocka_unit_test(only_what_the_engine_answers_is_shown),
		cmocka_unit_test(a_row_is_json),
		cmocka_unit_test(no_limit_is_null),
		cmocka_unit_test(sections_stand_within),
		cmocka_unit_test(keys_and_values_are_an_object),
		cmocka_unit_test(writing_survives_oom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
