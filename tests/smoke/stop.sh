#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine is told twice to stop, in the middle of a recorded talk: it hangs up on both, writes the
# call's record, the recording and the agent's stay, and says last that it stops.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 30000
available 1
# Who is hung up on does not go through the scenario to its end: SIPp counts that as a failure.
background callers stopped 10.20.0.10 4930 caller-hangs-up de PCMA -m 1 -d 30000
sleep 3
engine=$(cat "$LAB_RUN/engine.pid")
kill -TERM "$engine"
sleep 0.3
kill -0 "$engine" || fail "the first signal has ended the talk"
before=$(date +%s%N)
kill -TERM "$engine"
# A zombie has ended too. Its parent has not waited for it yet.
while grep -q '^State:[[:space:]]*[^Z]' "/proc/$engine/status" 2>/dev/null; do sleep 0.01; done
# The kernel needs a second or two to take sockets and memory back.
at_most "time to stop, ms" $((($(date +%s%N) - before) / 1000000)) 4000
settle 1
same "call records" "$(stored "SELECT count(*) FROM cdr WHERE agent = 'carol' AND ended_by = 0
	AND disposition = 'answered' AND talk_ms > 1000 AND caller_in_packets > 50")" 1
same "recordings" "$(stored 'SELECT count(*) FROM recording WHERE recovered = 0')" 1
same "stays of carol in her states" "$(stored "SELECT group_concat(state, ', ') FROM
	(SELECT state FROM agent_session WHERE agent = 'carol' ORDER BY seq)")" \
	"logged out, available, talking, wrap-up"
same "the last record" "$(stored "SELECT count(*) FROM stop WHERE seq =
	(SELECT value FROM meta WHERE key = 'seq')")" 1
