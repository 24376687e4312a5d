#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A talk whose legs are of two workers, each of which has one RTP port an address. Alice has the only
# one that the caller's worker has on the floor, so bob, who joins and takes over when she hangs up, is
# served by the other worker. Both hear each other, the one recording has both, and the counters say
# that the packets crossed. A third call on the carrier's address is refused, a second one is not.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

[ "$(nproc)" -ge 2 ] || { echo "needs two CPUs"; exit 77; }

sed -e 's/worker_cores: \[0\]/worker_cores: [0, 1]/' -e 's/rtp_ports: 20000-29999/rtp_ports: 20000-20003/' \
	"$top/examples/site.yaml" >"$out/site.yaml"
[ "$(grep -cE 'worker_cores: \[0, 1\]|rtp_ports: 20000-20003' "$out/site.yaml")" = 2 ] ||
	fail "the example site names other cores or ports"
lab_up "$out/site.yaml"
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 60 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/alice.wav" synth 60 sine 1000 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/bob.wav" synth 60 sine 1400 gain -6
capture wire carrier-engine carrier
capture wire floor-engine floor
agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/alice.wav"
alice=${pids[-1]}
agent_baresip bob 10.30.0.12 "$LAB_PASSWORD_BOB" "$out/bob.wav"
available 2
"$lab" ctl agent bob pause --reason training
server=sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT
call_in() { # NAME ADDRESS
	baresip_in carrier "$1" "$2" "$out/caller.wav" "outbound=\"$server\";regint=0" \
		-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
}
call_in caller 10.20.0.10
caller=${pids[-1]}

counter() { # NAME: of show sip
	"$top/tests/api" "$LAB_ENGINE_SOCKET" show '{"what": "sip"}' |
		python3 -c 'import json, sys
print(*[r["value"] for l in sys.stdin for r in json.loads(l).get("rows", [])
        if r["counter"] == sys.argv[1]])' "$1"
}

until_counter() { # NAME VALUE, 20 s at most
	for _ in $(seq 100); do
		[ "$(counter "$1")" != "$2" ] || return 0
		sleep 0.2
	done
	fail "$1 is $(counter "$1") and not $2"
}

talking() { # AGENT: waits until the caller talks to this agent, 20 s at most
	for _ in $(seq 100); do
		"$lab" ctl --json show calls >"$out/calls.json"
		python3 -c 'import json, sys
rows = json.load(open(sys.argv[1], encoding="utf-8"))
sys.exit(not any(r["state"] == "talking" and r["agent"] == sys.argv[2] for r in rows))' \
			"$out/calls.json" "$1" && return
		sleep 0.2
	done
	fail "nobody talks to $1: $(cat "$out/calls.json")"
}

talking alice
call=$(python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])' <"$out/calls.json")
same "bridges of two workers" "$(counter bridges_apart_now)" 0
"$lab" ctl party "$call" add agent bob
joined "$call" bob # he hears music
talking alice
kill "$alice" # baresip says BYE
until_counter bridges_apart_now 1
sleep 6
captures_stop
call_in other 10.20.0.11 # waits
until_counter rtp_ports_now 3
same "refused" "$(counter full)" 0
call_in more 10.20.0.12
until_counter full 1
kill "$caller"
until_counter bridges_apart_now 0
for pid in "${pids[@]}"; do
	kill "$pid" 2>/dev/null || true
done
settle 3

"$here/lib/tones" heard "$out/carrier.pcap" "$LAB_ENGINE_CARRIER" 1400 || fail "what the caller heard"
"$here/lib/tones" heard "$out/floor.pcap" "$LAB_ENGINE_FLOOR" 440 || fail "what bob heard"
recording=$(find "$LAB_RECORDINGS" -name '*.wav')
"$here/lib/tones" recording "$recording" 440 1400 || fail "the channels of $recording"
same "bridges of two workers since the start" "$(counter bridges_apart)" 1
# Six seconds of 50 packets each way, each by one worker.
bridged=$("$top/tests/api" "$LAB_ENGINE_SOCKET" show '{"what": "workers"}' |
	python3 -c 'import json, sys
print(*(r["bridged_in"] for l in sys.stdin for r in json.loads(l).get("rows", [])))')
read -r one other <<<"$bridged"
at_least "packets that worker 0 was handed" "$one" 290
at_least "packets that worker 1 was handed" "$other" 290
same "packets lost between workers" "$("$lab" ctl show drops | grep -c handover-full || true)" 0
balanced
