#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# srtp.sh agent|both: a baresip agent that takes nothing but SRTP, and a baresip caller with RTP, or
# (both) with SRTP by another suite, offered as RTP/AVP with a key. They hear each other's tones, the
# recording has both. On the wire an encrypted leg shows neither: no tone, and no report in
# the clear. The agent holds and resumes on the way. No key is in what an operator can see.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

caller=off encryption=""
[ "$1" = agent ] || caller=optional encryption=";mediaenc=srtp"
sed -E -e 's#^(  alice: \{)#\1srtp: required, #' -e "s#^(  acme: \{)#\1srtp: $caller, #" \
	"$top/examples/site.yaml" >"$out/site.yaml"
grep -q 'alice: {srtp: required' "$out/site.yaml" || fail "the example's alice has changed"
lab_up "$out/site.yaml"
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 30 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 18 sine 1000 gain -6
capture wire carrier-engine carrier
capture wire floor-engine floor
"$lab" ctl trace --sip -w "$out/sip.pcap" >"$out/trace" 2>&1 &
pids+=($!)

server=sip:$LAB_ENGINE_FLOOR:$LAB_SIP_PORT
mkdir -p "$out/heard"
BARESIP_CONFIG="module srtp.so
module sndfile.so
snd_path ../heard
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:4444" baresip_in floor alice 10.30.0.11 "$out/agent.wav" \
	"outbound=\"$server\";auth_user=alice;auth_pass=$LAB_PASSWORD_ALICE;regint=300;answermode=auto;mediaenc=srtp-mand"
available 1
BARESIP_CONFIG="module srtp.so" baresip_in carrier caller 10.20.0.10 "$out/caller.wav" \
	"outbound=\"sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT\";regint=0$encryption" \
	-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
until "$lab" ctl --json show calls | grep -q '"talking"'; do sleep 0.2; done
sleep 2.5 # the middle of the recording, 9 s, is from after what follows
for command in hold resume; do
	"$lab" exec floor python3 -c 'import json, socket, sys
text = json.dumps({"command": sys.argv[1]})
socket.create_connection(("127.0.0.1", 4444)).sendall(f"{len(text)}:{text},".encode())' $command
	sleep 1
done
settle 1
captures_stop

"$lab" ctl call "$(stored 'SELECT id FROM cdr')" | tee "$out/story"
same "answered by" "$(stored 'SELECT agent FROM cdr')" alice
for step in 'SRTP with alice: AE' 'held by alice' 'resumed by alice'; do
	grep -q "$step" "$out/story" || fail "the story lacks: $step"
done
wav=$(find "$LAB_RECORDINGS" -name '*.wav')
"$here/lib/tones" recording "$wav" 440 1000 || fail "the recording's channels"
dec=$(find "$out/heard" -name '*dec.wav')
sox --ignore-length "$dec" -t raw -r 8000 -c 1 -e a-law "$out/heard.al" trim 0.5 1.5 # it ends with the hold
"$here/lib/tones" alaw "$out/heard.al" 440 || fail "what the agent heard"
"$here/lib/tones" sealed "$out/floor.pcap" || fail "the agent's leg is readable"
if [ "$1" = both ]; then
	grep -q 'SRTP with the caller: AE' "$out/story" || fail "no SRTP with the caller"
	"$here/lib/tones" sealed "$out/carrier.pcap" || fail "the caller's leg is readable"
else
	"$here/lib/tones" heard "$out/carrier.pcap" "$LAB_ENGINE_CARRIER" 1000 || fail "what the caller heard"
fi
same "reports in the clear on the agent's leg" \
	"$(strings "$out/floor.pcap" | grep -cE '^[0-9a-f]{8}@tandem' || true)" 0

# The keys were on the wire, in SIP. No output of ours shows one.
strings "$out/floor.pcap" | sed -nE 's/^a=crypto.*inline:([A-Za-z0-9+/]{20}).*/\1/p' | sort -u >"$out/keys"
at_least "keys in the floor's SIP" "$(wc -l <"$out/keys")" 2
grep -qa 'inline:\*\*\*' "$out/sip.pcap" || fail "the trace has no crypto line"
leaks=$(grep -rlaF -f "$out/keys" "$out/sip.pcap" "$LAB_RUN" "$LAB_STORE" 2>/dev/null || true)
same "files with a key" "$leaks" ""
dropped() { # REASON
	"$lab" ctl --json show drops | python3 -c 'import json, sys
print(sum(r["packets"] for r in json.load(sys.stdin) if r["reason"] == sys.argv[1]))' "$1"
}
# baresip opens NATs by an RTCP APP in the clear before it has keys.
at_most "drops: srtp-auth" "$(dropped srtp-auth)" 2
same "drops: srtp-replay" "$(dropped srtp-replay)" 0
same "drops: srtp-no-key" "$(dropped srtp-no-key)" 0
balanced
