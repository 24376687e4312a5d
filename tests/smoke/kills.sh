#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine is killed again and again while calls come: each call has one record in the end, each of its parties
# too, agents' stays follow each other, and the distributor's journal replays.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

none() { # WHAT SELECT: it finds no row
	same "$1" "$(stored "SELECT count(*) FROM ($2)")" 0
}

speech
lab_up
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 700
available 1
for i in $(seq 8); do
	callers "kill-$i" "10.20.0.1$((i % 10))" 4930 caller-hangs-up de PCMA -m 60 -r 20 -d $((300 + 37 * i)) \
		>"$out/callers-$i" 2>&1 &
	caller=$!
	sleep "1.$((i * 7))"
	"$lab" stop engine KILL
	"$lab" start engine
	kill $caller || true
	wait $caller || true
done
# The calls of the last ones time out, and the last engine has told of those before it.
"$lab" stop engine
for _ in $(seq 100); do
	[ "$(stored "SELECT count(*) FROM stop")" = 1 ] && break
	sleep 0.1
done
same "engines" "$(stored 'SELECT count(*) FROM start')" 9
at_least "lost calls" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'lost'")" 8
same "calls and their records" "$(stored 'SELECT count(DISTINCT id) FROM cdr')" "$(stored 'SELECT count(*) FROM cdr')"
same "log-ins" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'AGENTLOGIN'")" 1
none "parties that are told twice" "SELECT call, number FROM party GROUP BY 1, 2 HAVING count(*) > 1"
none "segments that are told twice" "SELECT call, number FROM segment GROUP BY 1, 2 HAVING count(*) > 1"
none "lost calls whose alarm did not count them" "SELECT 1 WHERE (SELECT count(*) FROM cdr WHERE disposition = 'lost') !=
	(SELECT sum(substr(text, 30)) FROM alarm WHERE name = 'calls-lost' AND raised)"
none "stays that overlap" "SELECT 1 FROM agent_session a JOIN agent_session b ON a.agent = b.agent AND a.seq < b.seq
	AND a.\"to\" > b.\"from\" + 0.001"
# A kill may come between the journal's record of its entry and the checkpoint.
at_most "callers without a record" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'ENTERQUEUE'
	AND call NOT IN (SELECT id FROM cdr)")" 1
"$lab" ctl replay --verify >"$out/replay" || fail "the journal does not replay: $(cat "$out/replay")"
echo "ok    $(cat "$out/replay")"
