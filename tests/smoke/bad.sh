#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# 100,000 SIP messages mutated from a seed, and RTP that nobody asked for: the engine counts them,
# answers what is a request, does not crash, does not grow, and then serves a call as if nothing had
# been. Under AddressSanitizer (make asan) it says too what it should not have touched.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
memory() {
	awk '/^VmRSS/ {print $2}' "/proc/$(cat "$LAB_RUN/engine.pid")/status"
}
"$lab" exec carrier "$here/mutate" --seed 1 --count 10000 "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" \
	"$LAB_SIP_PORT"
before=$(memory)
"$lab" exec carrier "$here/mutate" --seed 2 --count 90000 "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" \
	"$LAB_SIP_PORT"
"$lab" exec carrier "$here/ask" "$LAB_CARRIER" "$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" |
	grep '^answer SIP/2.0 200' || fail "the engine does not answer any more"
at_most "growth of its memory in kB" $(($(memory) - before)) 8192
"$lab" ctl show drops || true
callers after 10.20.0.11 4930 caller-hangs-up de PCMA -m 1 -d 500 || fail "no calls afterwards"
balanced
