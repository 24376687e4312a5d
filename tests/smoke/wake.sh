#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A sleeping engine answers 200 requests that come one by one after pauses: the 99th percentile of
# the round trip is under 1 ms, and nothing is lost. Where the machine is so busy that the kernel's
# own echo takes that long too, asked in turn with it, the engine may take twice as long as that.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
background "$lab" exec engine "$here/ask" --echo 7
for attempt in 1 2 3 4 5; do
	"$lab" exec carrier "$here/ask" --count 200 --pause 0.02 --beside 7 "$LAB_CARRIER" \
		"$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" >"$out/ask"
	paste -s -d ' ' "$out/ask"
	value() {
		awk -v name="$1" '$1 == name {print $2}' "$out/ask"
	}
	same "requests without an answer" "$(value lost)" 0
	limit=$(($(value beside_p99_us) * 2))
	[ $limit -ge 1000 ] || limit=1000
	[ "$(value p99_us)" -gt $limit ] || break
	[ $attempt = 5 ] || echo "      p99 $(value p99_us) us; again, to tell the engine from a busy machine"
done
at_most "round trip of a request, p99, us" "$(value p99_us)" $limit
