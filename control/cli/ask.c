/* SPDX-License-Identifier: BSD-3-Clause */
/* Questions to the two servers, and what is said when no answer comes. */
#include <control/cli/cli.h>
#include <control/client.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANSWER_MS 10000

static const char *socket_of(const struct cli *cli, enum td_api_op op)
{
	switch (op) {
#define OP(ID, number, name, right, request, answer) case TD_API_##ID:
		TD_API_TANDEMD_OPS(OP)
#undef OP
		return cli->tandemd_socket;
	default:
		return cli->engine_socket;
	}
}

struct answers {
	bool (*each)(void *ctx, json_t *body);
	void *ctx;
	bool bad;
};

static bool read_body(void *ctx, const char *body, size_t len)
{
	struct answers *r = ctx;
	json_t *json = json_loadb(body, len, 0, NULL);
	bool more;

	if (!json) {
		r->bad = true;
		return false;
	}
	more = r->each(r->ctx, json);
	json_decref(json);
	return more;
}

int cli_fail(const struct cli *cli, enum cli_status status, const char *fmt, ...)
{
	static const char *const words[] = {
#define X(id, word, help) word,
		CLI_STATUSES(X)
#undef X
	};
	char *reason = NULL;
	json_t *error;
	va_list args;

	if (cli->quiet)
		return status;
	if (cli->watched)
		cli_flush(); /* the line stands in its picture */
	va_start(args, fmt);
	if (vasprintf(&reason, fmt, args) < 0)
		reason = NULL;
	va_end(args);
	error = cli->json ? json_pack("{s:s, s:s}", "error", reason ? reason : "out of memory",
				    "status", words[status])
			  : NULL;
	if (error) {
		cli_json(error, stderr, 0);
	} else {
		cli_say("tandemctl: %s", reason ? reason : "out of memory");
	}
	json_decref(error);
	free(reason);
	return status;
}

static enum cli_status status_of(int rc)
{
	switch (rc) {
	case -ENOENT:
		return CLI_MISSING;
	case -ECONNRESET:
	case -ENOTCONN:
	case -ETIMEDOUT:
		return CLI_UNREACHABLE;
	default:
		return CLI_REFUSED;
	}
}

static int call(const struct cli *cli, enum td_api_op op, json_t *request, bool stream,
	struct answers *r, int timeout_ms)
{
	const char *path = socket_of(cli, op);
	char *text = json_dumps(request, JSON_COMPACT);
	struct td_text reason = {""};
	struct client c;
	int rc;

	json_decref(request);
	if (!text || client_open(&c, path, "tandemctl", ANSWER_MS, &reason) < 0) {
		rc = cli_fail(cli, CLI_UNREACHABLE, "%s", text ? reason.s : "out of memory");
		goto out;
	}
	rc = client_call(&c, op, text, stream, read_body, r, timeout_ms, &reason);
	client_close(&c);
	if (r->bad)
		rc = cli_fail(cli, CLI_REFUSED, "the answer is not JSON; are both of one release?");
	else if (rc < 0)
		rc = cli_fail(cli, status_of(rc), "%s", reason.s[0] ? reason.s : strerror(-rc));
out:
	free(text);
	return rc;
}

static bool keep_last(void *ctx, json_t *body)
{
	json_t **last = ctx;

	json_decref(*last);
	*last = json_incref(body);
	return true;
}

int cli_ask(const struct cli *cli, enum td_api_op op, json_t *request, json_t **answer)
{
	struct answers r = {keep_last, answer, false};
	int rc;

	*answer = NULL;
	rc = call(cli, op, request, false, &r, ANSWER_MS);
	if (rc) {
		json_decref(*answer);
		*answer = NULL;
	}
	return rc;
}

int cli_stream(const struct cli *cli, enum td_api_op op, json_t *request,
	bool (*each)(void *ctx, json_t *body), void *ctx)
{
	struct answers r = {each, ctx, false};

	return call(cli, op, request, true, &r, -1);
}

static bool keep_rows(void *ctx, json_t *body)
{
	json_array_extend(ctx, json_object_get(body, "rows"));
	return true;
}

int cli_rows(const struct cli *cli, enum td_api_op op, json_t *request, json_t **rows)
{
	struct answers r = {keep_rows, NULL, false};
	int rc;

	*rows = r.ctx = json_array();
	rc = call(cli, op, request, true, &r, ANSWER_MS);
	if (rc) {
		json_decref(*rows);
		*rows = NULL;
	}
	return rc;
}

json_t *cli_draining(const struct cli *cli)
{
	struct cli quiet = *cli;
	json_t *rows, *value;

	quiet.quiet = true;
	if (cli_rows(&quiet, TD_API_SHOW,
		    json_pack("{s:s}", "what", td_views[TD_VIEW_ID_STATS].name), &rows))
		return json_null();
	value = json_incref(json_object_get(json_array_get(rows, 0), "draining"));
	json_decref(rows);
	return value ? value : json_null();
}
