#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# SIP messages longer than the MTU, both ways: an INVITE that comes in fragments (a carrier with many
# Record-Routes), our answer that repeats these headers, and a BYE of ours that carries them as Route.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
capture carrier eth0 carrier
hops=
for i in $(seq 12); do
	hops+="Record-Route: <sip:$LAB_CARRIER:5060;lr;hop=$i;path=$(printf '%0160d' "$i")>\\n"
done
sed -e "s#@HOPS@#${hops%\\n}#" "$here/big-caller.xml" >"$out/big-caller.xml"
sipp_in carrier carrier-big "$LAB_ENGINE_CARRIER:$LAB_SIP_PORT" -s "$LAB_NUMBER_BACKUP" \
	-sf "$out/big-caller.xml" -i "$LAB_CARRIER" -p 5060 -m 3 -r 3 -timeout 20s ||
	fail "a call with long messages failed"
settle 3
captures_stop

long() { # SENDER METHOD-OR-STATUS: reassembled messages of more than 1,500 bytes
	tshark -r "$out/carrier.pcap" -Y "sip && ip.src == $1 && ip.fragments && $2" 2>/dev/null | wc -l
}
at_least "INVITEs in fragments" "$(long "$LAB_CARRIER" 'sip.Method == INVITE')" 3
at_least "200s in fragments" "$(long "$LAB_ENGINE_CARRIER" 'sip.Status-Code == 200')" 3
at_least "BYEs in fragments" "$(long "$LAB_ENGINE_CARRIER" 'sip.Method == BYE')" 3
same "retransmissions" "$(statistic carrier-big 'Retransmissions(C)')" 0
same "CDRs: overflowed" "$(stored 'SELECT count(*) FROM cdr')" 3
