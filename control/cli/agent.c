/* SPDX-License-Identifier: BSD-3-Clause */
/* `tandemctl agent`: one agent, several, or those of a queue. */
#include <control/cli/cli.h>
#include <engine/acd/acd.h>
#include <string.h>

/* "alice,bob": each name once. */
static json_t *names_split(const char *text)
{
	json_t *names = json_object();
	struct str rest = str_of(text);

	while (rest.n) {
		struct str name = str_cut(&rest, ',');

		if (name.n)
			json_object_setn_new(names, name.p, name.n, json_null());
	}
	return names;
}

static bool is_agent_of(const json_t *row, const char *queue)
{
	struct str rest = str_of(json_string_value(json_object_get(row, "queues")));

	while (rest.n)
		if (str_eq(str_cut(&rest, ','), str_of(queue)))
			return true;
	return false;
}

/* Whether the action is of use in the state. */
static bool concerns(enum td_agent_action action, const char *state)
{
	static const char *const states[] = {TD_AGENT_STATES(TD_WORD)};
	unsigned s = 0;

	while (s < TD_AGENT_STATE_COUNT && strcmp(states[s], state) != 0)
		s++;
	switch (action) {
	case TD_AGENT_LOGIN:
		return s == TD_AGENT_LOGGED_OUT;
	case TD_AGENT_UNPAUSE:
		return s == TD_AGENT_PAUSED || s == TD_AGENT_NOT_RESPONDING;
	case TD_AGENT_READY:
		return s == TD_AGENT_WRAP_UP;
	default:
		return s != TD_AGENT_LOGGED_OUT;
	}
}

static json_t *names_of_queue(const json_t *rows, const char *queue, enum td_agent_action action)
{
	json_t *names = json_object(), *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (is_agent_of(row, queue) &&
			concerns(action, json_string_value(json_object_get(row, "state"))))
			json_object_set_new(names, json_string_value(json_object_get(row, "name")),
				json_null());
	}
	return names;
}

static bool is_queue(const struct cli *cli, const char *name)
{
	json_t *rows, *row;
	bool found = false;
	size_t i;

	if (cli_rows(cli, TD_API_SHOW, json_pack("{s:s}", "what", td_views[TD_VIEW_ID_QUEUES].name),
		    &rows))
		return true; /* that has been said */
	json_array_foreach(rows, i, row)
	{
		found |= strcmp(json_string_value(json_object_get(row, "name")), name) == 0;
	}
	json_decref(rows);
	return found;
}

/* Whom the words mean, as the keys of *names. */
static enum cli_status names_get(const struct cli *cli, const struct cli_args *args, json_t **names)
{
	const char *queue = cli_arg(args, "queue"), *action = cli_arg(args, "do");
	json_t *rows;
	int rc;

	if (!queue) {
		*names = names_split(cli_arg(args, "agent"));
		return CLI_OK;
	}
	rc = cli_rows(cli, TD_API_SHOW,
		json_pack("{s:s}", "what", td_views[TD_VIEW_ID_AGENTS].name), &rows);
	if (rc)
		return rc;
	*names = names_of_queue(rows, queue, acd_action_lookup(action));
	json_decref(rows);
	if (json_object_size(*names))
		return CLI_OK;
	json_decref(*names);
	*names = NULL;
	if (!is_queue(cli, queue))
		return cli_fail(cli, CLI_MISSING, "agent: there is no queue %s", queue);
	return cli_fail(cli, CLI_MISSING, "agent: the queue %s has no agent whom %s concerns",
		queue, action);
}

/* One after the other. Who is not reached once is not asked again. */
static enum cli_status names_do(
	const struct cli *cli, const struct cli_args *args, json_t *names, json_t *done)
{
	enum cli_status first = CLI_OK;
	const char *name;
	json_t *nothing;

	json_object_foreach(names, name, nothing)
	{
		json_t *request = cli_args_request(args), *answer;
		int rc;

		json_object_del(request, "queue");
		json_object_set_new(request, "agent", json_string(name));
		rc = cli_ask(cli, TD_API_AGENT, request, &answer);
		json_decref(answer);
		if (rc == CLI_OK)
			json_array_append_new(done, json_string(name));
		else if (first == CLI_OK)
			first = rc;
		if (rc == CLI_UNREACHABLE)
			break;
	}
	return first;
}

int cmd_agent(const struct cli *cli, const struct cli_args *args)
{
	json_t *names = NULL, *answer;
	enum cli_status rc = names_get(cli, args, &names);

	if (rc != CLI_OK)
		return rc;
	if (!json_object_size(names)) {
		json_decref(names);
		return cli_usage(args->command, "no NAME: which agent?");
	}
	answer = json_pack("{s:[]}", "agents");
	rc = names_do(cli, args, names, json_object_get(answer, "agents"));
	if (cli->json)
		cli_object(cli, NULL, answer);
	json_decref(answer);
	json_decref(names);
	return rc;
}
