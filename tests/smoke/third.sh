#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Third parties between three baresips. Alice of the queue talks to the caller. Bob, who is paused, is
# rung with carol, who does not answer; he joins, and takes over when alice hangs up. Then the caller is
# transferred to the queue, and bob answers as its agent. Carol is told that another one has answered. The lists of the store, the captures and the one recording tell the same.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 60 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/alice.wav" synth 60 sine 1000 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/bob.wav" synth 60 sine 1400 gain -6
capture wire carrier-engine carrier
capture wire floor-engine floor
agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/alice.wav"
alice=${pids[-1]}
agent_baresip bob 10.30.0.12 "$LAB_PASSWORD_BOB" "$out/bob.wav"
baresip_in floor carol 10.30.0.13 "$out/bob.wav" \
	"outbound=\"sip:$LAB_ENGINE_FLOOR:$LAB_SIP_PORT\";auth_user=carol;auth_pass=$LAB_PASSWORD_CAROL;regint=300;answermode=manual"
available 3
"$lab" ctl agent bob pause --reason training
"$lab" ctl agent carol pause --reason training
server=sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT
baresip_in carrier caller 10.20.0.10 "$out/caller.wav" "outbound=\"$server\";regint=0" \
	-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
caller=${pids[-1]}

state() { # STATE AGENT: waits until the call is so, 20 s at most
	for _ in $(seq 100); do
		"$lab" ctl --json show calls >"$out/calls.json"
		python3 - "$out/calls.json" "$1" "$2" <<'END' && return
import json, sys
rows = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(not any(r["state"] == sys.argv[2] and r["agent"] == sys.argv[3] for r in rows))
END
		sleep 0.2
	done
	fail "the call is not $1 with $2: $(cat "$out/calls.json")"
}

state talking alice
call=$(python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])' <"$out/calls.json")
sleep 2
"$lab" ctl party "$call" add agent bob,carol
joined "$call" bob
state talking alice
sleep 1
kill "$alice" # baresip says BYE
sleep 3
"$lab" ctl party "$call" transfer queue sales
"$lab" ctl agent bob unpause
state talking bob
sleep 3
kill "$caller"
settle 1
captures_stop

"$lab" ctl call "$call"
listed() { # COLUMN TABLE
	stored "SELECT group_concat($1, ' ') FROM (SELECT * FROM $2 WHERE call = '$call' ORDER BY seq)"
}
same "queue_log" "$(listed event queue_log)" \
	"ENTERQUEUE CONNECT ATTENDEDTRANSFER ENTERQUEUE CONNECT COMPLETECALLER"
same "segments" "$(listed "kind || ':' || who" segment)" \
	"queue: talk:alice talk:bob queue: talk:bob"
same "told carol" "$(tshark -r "$out/floor.pcap" -Y 'sip.Method == CANCEL' -T fields -e ip.dst \
	-e sip.Reason -E aggregator=' ' 2>/dev/null)" \
	$'10.30.0.13\tSIP;cause=200;text="Call completed elsewhere" Q.850;cause=26'
same "parties" "$(listed name "(SELECT * FROM party WHERE role = 'agent')")" "alice bob bob"
same "answered by" "$(stored 'SELECT agent FROM cdr')" bob
same "recordings" "$(find "$LAB_RECORDINGS" -name '*.wav' | wc -l)" 1
"$here/lib/tones" heard "$out/carrier.pcap" "$LAB_ENGINE_CARRIER" 1400 || fail "what the caller heard"
balanced
