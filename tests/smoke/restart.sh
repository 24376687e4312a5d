#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine is killed, and later stopped in order: who is logged in, paused and registered stays so, and a call
# reaches the telephone that registered before.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

# What `tandemctl show agents` says of an agent.
agent() { # NAME KEY...
	"$lab" ctl --json show agents | python3 -c '
import json, sys
row = next(r for r in json.load(sys.stdin) if r["name"] == sys.argv[1])
print(*(row[key] for key in sys.argv[2:]))' "$@"
}

# The journal's thread writes what has changed once in 20 ms.
written() { # TEXT: waits until the checkpoint has it
	for _ in $(seq 100); do
		! grep -q "$1" "$LAB_JOURNAL/checkpoint" || return 0
		sleep 0.05
	done
	fail "the checkpoint has no '$1'"
}

speech
lab_up
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 3000
available 1
"$lab" ctl agent carol pause --reason lunch
written lunch
! grep -q "$LAB_PASSWORD_CAROL" "$LAB_JOURNAL/checkpoint" || fail "the checkpoint has a password"
"$lab" stop engine KILL
"$lab" start engine
same "carol after the kill" "$(agent carol state reason reachable)" "paused lunch True"
"$lab" ctl agent carol unpause
callers killed 10.20.0.10 4930 caller-hangs-up de PCMA -m 1 -d 500 || fail "no call after the kill"
"$lab" ctl agent carol pause --reason tea
"$lab" stop engine
"$lab" start engine
same "carol after the stop" "$(agent carol state reason reachable)" "paused tea True"
"$lab" ctl agent carol unpause
callers stopped 10.20.0.11 4931 caller-hangs-up de PCMA -m 1 -d 500 || fail "no call after the stop"
# Of each pause there is a row up to the end of its engine, and one from the next start on.
for _ in $(seq 100); do
	[ "$(stored "SELECT count(*) FROM agent_session WHERE state = 'paused'")" = 4 ] && break
	sleep 0.1
done
same "rows of pauses" "$(stored "SELECT count(*) FROM agent_session WHERE state = 'paused'")" 4
same "log-ins" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'AGENTLOGIN' AND agent = 'carol'")" 1
replayed=$("$lab" ctl replay --verify --store "$LAB_STORE" 2>&1) || fail "the journal does not replay: $replayed"
echo "ok    $replayed"
balanced
