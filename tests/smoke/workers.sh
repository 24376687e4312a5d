#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Two workers on interfaces of one queue each: half of all media goes from one worker to the other.
# First two calls at once, one on each worker: both are heard, and recorded through the worker's own
# ring. Then sixty short calls, ten a second: all succeed, and no packet is lost between the workers.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

[ "$(nproc)" -ge 2 ] || { echo "needs two CPUs"; exit 77; }

show_workers() { # COLUMN: of all workers, in one line
	"$top/tests/api" "$LAB_ENGINE_SOCKET" show '{"what": "workers"}' |
		python3 -c 'import json, sys
print(*[r[sys.argv[1]] for l in sys.stdin for r in json.loads(l).get("rows", [])])' "$1"
}

speech
sed 's/worker_cores: \[0\]/worker_cores: [0, 1]/' "$top/examples/site.yaml" >"$out/site.yaml"
grep -q 'worker_cores: \[0, 1\]' "$out/site.yaml" || fail "the example site names other cores"
lab_up "$out/site.yaml"
same "workers' cores" "$(show_workers core)" "0 1"
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 20 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 5 sine 1000 gain -6
capture wire carrier-engine carrier
agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/agent.wav"
agent_baresip bob 10.30.0.12 "$LAB_PASSWORD_BOB" "$out/agent.wav"
available 2
server=sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT
for i in 0 1; do
	baresip_in carrier "caller$i" "10.20.0.1$i" "$out/caller.wav" "outbound=\"$server\";regint=0" \
		-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
done
settle 2
captures_stop
same "answered" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'answered'")" 2
"$here/lib/tones" heard "$out/carrier.pcap" "$LAB_ENGINE_CARRIER" 1000 || fail "what the callers heard"
recordings=0
while IFS= read -r wav; do
	"$here/lib/tones" recording "$wav" 440 1000 || fail "the channels of $wav"
	recordings=$((recordings + 1))
done < <(find "$LAB_RECORDINGS" -name '*.wav')
same "recordings" "$recordings" 2

NUMBER=$LAB_NUMBER_BACKUP callers load 10.20.0.12 4930 caller-hangs-up de PCMA -m 60 -r 10 -l 50 \
	-d 2000 || fail "calls failed"
settle 62
same "calls that SIPp saw through" "$(statistic carrier-load 'SuccessfulCall(C)')" 60
# Worker 0 has the carrier's queue, worker 1 the floor's: each needs the other for half of all.
for handed in $(show_workers handed_out); do
	at_least "packets that a worker handed over" "$handed" 1000
done
same "packets lost between workers" "$("$lab" ctl show drops | grep -c handover-full || true)" 0
balanced
