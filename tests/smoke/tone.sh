#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tone.sh af_xdp|af_packet: a baresip caller with a tone of 440 Hz and a baresip agent with one of
# 1000 Hz hear each other, and both are in the right channel of the recording. On the way: tshark
# finds no bad checksum. The store has few rows of the call.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

LAB_PORT=$1 lab_up
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 20 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 5 sine 1000 gain -6
capture wire carrier-engine carrier
capture wire floor-engine floor
agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/agent.wav"
available 1
server=sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT
baresip_in carrier caller 10.20.0.10 "$out/caller.wav" "outbound=\"$server\";regint=0" \
	-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
settle 1
captures_stop

same "answered by" "$(stored 'SELECT agent FROM cdr')" alice
# With three stays of the agent, these are all rows that the call leaves.
same "rows of the call" "$(stored "SELECT (SELECT count(*) FROM cdr) || ' ' || (SELECT count(*) FROM recording)
	|| ' ' || (SELECT count(*) FROM queue_log WHERE call != 'NONE') || ' ' || (SELECT count(*) FROM part)")" \
	"1 1 3 0"
same "segments" "$(stored "SELECT group_concat(kind || ':' || why, ' ') FROM segment")" \
	"queue:answered talk:completed"
wav=$(find "$LAB_RECORDINGS" -name '*.wav')
"$here/lib/tones" recording "$wav" 440 1000 || fail "the recording's channels"
"$here/lib/tones" heard "$out/carrier.pcap" "$LAB_ENGINE_CARRIER" 1000 || fail "what the caller heard"
"$here/lib/tones" heard "$out/floor.pcap" "$LAB_ENGINE_FLOOR" 440 || fail "what the agent heard"
for link in carrier floor; do
	count() { # STATUS
		tshark -r "$out/$link.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
			-Y "ip.checksum.status == $1 || udp.checksum.status == $1" 2>/dev/null | wc -l
	}
	same "$link: bad checksums" "$(count Bad)" 0
	at_least "$link: good checksums" "$(count Good)" 300
done
balanced
