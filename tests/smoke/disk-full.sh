#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The recordings' disk fills in the middle of a recorded talk: an alarm says so and the talk goes
# on; when there is room again the next call is recorded.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

until_stored() { # SQL N: until it says so many, 10 s at most
	for _ in $(seq 100); do
		[ "$(stored "$1")" -lt "$2" ] || return 0
		sleep 0.1
	done
}

speech
lab_up
undo() {
	"$lab" stop engine
	umount "$LAB_RECORDINGS" 2>/dev/null || true
}
"$lab" stop engine
mount -t tmpfs -o size=192m tandem-full "$LAB_RECORDINGS"
"$lab" start engine
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 60000
available 1

callers full 10.20.0.10 4930 caller-hangs-up de PCMA -m 1 -d 6000 &
call=$!
pids+=("$call")
sleep 3
dd if=/dev/zero of="$LAB_RECORDINGS/ballast" bs=1M status=none 2>/dev/null || true
wait "$call" || fail "the call did not go on"
until_stored 'SELECT count(*) FROM cdr' 1
# What was on the disk by then is kept. When that is nothing, there is no file.
kept() {
	if "$lab" ctl call "$(stored 'SELECT id FROM cdr')" | grep -q 'not recorded: '; then
		echo $(($(stored 'SELECT count(*) FROM recording') + 1))
	else
		stored 'SELECT count(*) FROM recording'
	fi
}
for _ in $(seq 100); do
	[ "$(kept)" = 0 ] || break
	sleep 0.1
done
same "recordings, or a line in the story that there is none" "$(kept)" 1
same "recordings with nothing in them" \
	"$(stored 'SELECT count(*) FROM recording WHERE samples = 0')" 0
same "the call with the disk full" "$(stored 'SELECT disposition FROM cdr')" answered
same "alarms raised" "$(stored "SELECT count(*) FROM alarm WHERE raised = 1 AND name = 'recording-disk-full'")" 1

rm "$LAB_RECORDINGS/ballast"
until_stored 'SELECT count(*) FROM alarm WHERE raised = 0' 1
same "alarms cleared" "$(stored "SELECT count(*) FROM alarm WHERE raised = 0 AND name = 'recording-disk-full'")" 1
callers room 10.20.0.11 4931 caller-hangs-up de PCMA -m 1 -d 3000 || fail "a call failed"
until_stored 'SELECT count(*) FROM recording WHERE samples > 8000' 1
at_least "seconds recorded when there is room again" \
	"$(stored 'SELECT samples / 8000.0 FROM recording ORDER BY seq DESC LIMIT 1')" 2
balanced
