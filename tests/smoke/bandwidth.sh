#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# bandwidth.sh af_xdp|af_packet: many calls, with RTCP, ARP and pings beside them. What `tandemctl
# bandwidth ports` says of each port and direction must equal the kernel's own counters at the other
# end of the cable. Each kind must equal what a capture says. The sum of the legs' rows must equal
# the ports' RTP and RTCP. Then a limit: the call that would pass it gets 503, the others talk.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

LAB_PORT=$1
export LAB_PORT
speech
sed "s/limit: 100M/limit: 4M/; s#^  moh: .*#  moh: {file: $top/examples/sounds/moh.wav}#" \
	"$top/examples/site.yaml" >"$out/site.yaml"
lab_up "$out/site.yaml"
capture wire carrier-engine carrier
capture wire floor-engine floor
counters() { # NAME: of the other ends of both cables, and what tandemctl says
	sleep 1 # what is on its way
	date +%s.%N >"$out/time-$1"
	"$lab" exec wire ip -s -j link show >"$out/kernel-$1.json"
	"$lab" ctl --json bandwidth ports >"$out/ports-$1.json"
	"$lab" ctl --json bandwidth >"$out/streams-$1.json"
	"$lab" ctl --json show drops >"$out/drops-$1.json"
	date +%s.%N >>"$out/time-$1"
}
counters before

sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 60 sine 1000 gain -6
agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/agent.wav"
agent_sipp bob 10.30.0.12 "$LAB_PASSWORD_BOB" 12000
available 2
"$lab" exec carrier ping -q -c 20 -i 0.2 -s 300 "$LAB_ENGINE_CARRIER" >/dev/null &
pings=$!
# 41 calls of 95,536 bits a second fit into 4 Mbit/s: more at once are refused.
NUMBER=$LAB_NUMBER_BACKUP callers load 10.20.0.10 4930 caller-hangs-up de PCMA -m 240 -r 30 -l 60 \
	-d 2500 || true
callers talk 10.20.0.11 4931 caller-hangs-up de PCMA -m 2 -r 2 -d 8000 || fail "the talks"
wait "$pings"
settle 242
counters after
captures_stop

"$lab" ctl bandwidth ports
"$lab" ctl bandwidth links
python3 "$here/lib/counters" "$out" "$LAB_ENGINE_CARRIER" "$LAB_ENGINE_FLOOR" "$1" ||
	fail "the figures do not agree"
refused=$(stored "SELECT count(*) FROM cdr WHERE sip_code = 503 AND cause = 34")
same "refused for want of bandwidth, in the store and of the link" "$refused" \
	"$("$lab" ctl --json bandwidth links |
		python3 -c 'import json,sys; print(sum(r["refused"] for r in json.load(sys.stdin)))')"
at_least "of these" "$refused" 1
same "calls" "$(stored "SELECT count(*) FROM cdr")" 242
# Callers who stall on a busy machine leave room in between, and the alarm is cleared for a while.
alarms=$(stored "SELECT group_concat(raised, '') FROM
	(SELECT raised FROM alarm WHERE name = 'link-full' ORDER BY seq)")
same "alarms of the link beside raised, cleared, raised, cleared" "${alarms//10/}" ""
at_least "times the link was full" $((${#alarms} / 2)) 1
at_most "the same" $((${#alarms} / 2)) $((1 + refused / 10))
balanced
