#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# 100,000 SIP messages mutated from a seed, and RTP that nobody asked for: the engine counts them,
# answers what is a request, does not crash, does not grow, and then serves a call as if nothing had
# been. Under AddressSanitizer (make asan) it says too what it should not have touched.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
# What it has taken, not what it has touched: tables are sized at the start and filled by and by.
memory() {
	awk '/^VmData/ {print $2}' "/proc/$(cat "$LAB_RUN/engine.pid")/status"
}
sessions() {
	"$lab" ctl show sip --json | jq '.[] | select(.counter == "sessions_now").value'
}
"$lab" exec carrier "$here/lib/mutate" --seed 1 --count 10000 "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" \
	"$LAB_SIP_PORT"
before=$(memory)
"$lab" exec carrier "$here/lib/mutate" --seed 2 --count 90000 "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" \
	"$LAB_SIP_PORT"
"$lab" exec carrier "$here/lib/ask" "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" |
	grep '^answer SIP/2.0 200' || fail "the engine does not answer any more"
# AddressSanitizer keeps what was freed for a while, and finds leaks by other means.
grep -q libasan "/proc/$(cat "$LAB_RUN/engine.pid")/maps" ||
	at_most "growth of its memory in kB" $(($(memory) - before)) 1024
for _ in $(seq 60); do # Timer H and those like it: 32 s
	[ "$(sessions)" = 0 ] && break
	sleep 1
done
same "sessions that are still there" "$(sessions)" 0
callers after 10.20.0.11 4930 caller-hangs-up de PCMA -m 1 -d 500 || fail "no calls afterwards"
balanced
