#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine is killed in the middle of a recorded talk. When it starts again, it recovers what its
# log held: exactly what was sent up to then.
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
# A killed engine leaves its XDP or tc program on the interface. The new engine must start all the same.
callers again 10.20.0.11 4931 caller-hangs-up de PCMA -m 1 -d 500 || fail "no calls after the crash"
