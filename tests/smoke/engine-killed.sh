#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine is killed in the middle of a recorded talk. When it starts again, it recovers what its
# log held: exactly what was sent up to then. The call gets its record, and an alarm tells of it.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
capture wire carrier-engine carrier
capture wire floor-engine floor
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 30000
available 1
callers killed 10.20.0.10 4930 caller-hangs-up de PCMA -m 1 -d 12000 &
pids+=($!)
sleep 6
"$lab" stop engine KILL
captures_stop
"$lab" start engine
for _ in $(seq 100); do
	[ "$(stored 'SELECT count(*) FROM recording WHERE recovered = 1')" = 1 ] && break
	sleep 0.1
done
same "recovered recordings" "$(stored 'SELECT count(*) FROM recording WHERE recovered = 1')" 1
wav=$LAB_RECORDINGS/$(stored 'SELECT file FROM recording')
"$here/lib/recovered" "$wav" "$out" "$LAB_ENGINE_CARRIER" "$LAB_ENGINE_FLOOR" ||
	fail "the recovered recording is not what was sent"
for _ in $(seq 100); do
	[ "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'lost'")" = 1 ] && break
	sleep 0.1
done
same "lost calls" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'lost' AND agent = 'carol'
	AND ended_by = 0 AND cause = 41 AND talk_ms > 1000 AND ended > connected
	AND recording = (SELECT recording FROM recording)")" 1
same "the line of its talk" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'COMPLETECALLER'
	AND call = (SELECT id FROM cdr WHERE disposition = 'lost')")" 1
same "the stay in which it was" "$(stored "SELECT count(*) FROM agent_session WHERE state = 'talking'")" 1
same "alarms" "$(stored "SELECT text FROM alarm WHERE name = 'calls-lost'")" \
	"the engine before ended with 1 calls and 0 other contacts"
"$lab" ctl call "$(stored "SELECT id FROM cdr WHERE disposition = 'lost'")" >"$out/lost" ||
	fail "the lost call is not shown"
# A killed engine leaves its XDP or tc program on the interface. The new engine must start all the same.
callers again 10.20.0.11 4931 caller-hangs-up de PCMA -m 1 -d 500 || fail "no calls after the crash"
