#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tcp.sh af_xdp|af_packet: SIP over TCP against SIPp and baresip, and a trunk whose server has a name.
#
# 1. SIPp calls a queue by TCP: all calls by one connection, then one connection for each. The agent's
#    baresip has registered by TCP and is called by that connection.
# 2. A name that nobody resolves delays no call and raises an alarm. Then a name server of the test's own
#    comes. Calls go by TCP to a SIPp that answers; the name's first address refuses connections.
# 3. Connections break in the middle of a call and of a message; others speak no SIP.
# 4. Whoever has one password registers by many connections: an address has room for others all the same.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

export LAB_PORT=$1
etc=/etc/netns/$LAB-engine # what `ip netns exec` shows the engine in /etc
undo() {
	rm -rf "$etc"
}
mkdir -p "$etc"
echo "nameserver 10.20.0.15" >"$etc/resolv.conf"
echo "127.0.0.1 localhost" >"$etc/hosts"

count() { # COUNTER of the section tcp
	"$lab" ctl show stats --json | jq ".tcp.$1"
}

sed -e 's#^trunks:#&\n  out: {address: [10.20.0.30], server: "sip.carrier.test:5080", transport: tcp}#' \
	-e 's#^engine:#&\n  source_connections: 16#' \
	-e 's#^routes:#&\n  "0049*": {trunks: [out], from: [agents, trunks]}#' "$top/examples/site.yaml" >"$out/site.yaml"
speech
lab_up "$out/site.yaml"
capture wire carrier-engine carrier

# --- 1
sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 8 sine 1000 gain -6
baresip_in floor alice 10.30.0.11 "$out/agent.wav" \
	"outbound=\"sip:$LAB_ENGINE_FLOOR:$LAB_SIP_PORT;transport=tcp\";auth_user=alice;auth_pass=$LAB_PASSWORD_ALICE;regint=300;answermode=auto"
available 1
same "alice's connection" \
	"$("$lab" ctl show connections --json | jq -r '.[] | [.agent, .opened_by, .state] | join(" ")')" "alice peer open"
callers one 10.20.0.10 4930 caller-hangs-up de PCMA -t t1 -m 3 -r 1 -d 3000 -l 1 || fail "calls by one connection"
same "connections" "$(count accepted)" 2
callers each 10.20.0.11 4931 caller-hangs-up de PCMA -t tn -max_socket 100 -m 2 -r 1 -d 3000 -l 1 ||
	fail "calls by a connection for each"
same "connections" "$(count accepted)" 4
settle 5
same "answered by alice" "$(stored "SELECT count(*) FROM cdr WHERE agent = 'alice' AND disposition = 'answered'")" 5

# --- 2
same "before the name is resolved, out goes to" "$("$lab" ctl show trunks --json | jq -r '.[] | select(.name == "out").server')" ""
same "and the age of its address is" "$("$lab" ctl show trunks --json | jq -r '.[] | select(.name == "out").server_age')" null
NUMBER=004930123 callers unresolved 10.20.0.12 4932 caller-hangs-up de PCMU -m 1 -d 500 &&
	fail "a call by a name that nobody resolves"
settle 6
same "code" "$(stored 'SELECT sip_code FROM cdr ORDER BY rowid DESC LIMIT 1')" 503
at_least "alarms: trunk-unresolved" "$(stored "SELECT count(*) FROM alarm WHERE name = 'trunk-unresolved'")" 1
echo "sip.carrier.test 60 10.20.0.16 10.20.0.17" >"$out/names"
background "$lab" exec carrier "$here/lib/dns" 10.20.0.15 "$out/names" >"$out/dns"
background sipp_in carrier uas -sn uas -t t1 -i 10.20.0.17 -p 5080
for _ in $(seq 300); do
	[ -z "$("$lab" ctl show trunks --json | jq -r '.[] | select(.name == "out").server')" ] || break
	sleep 0.1
done
same "now it goes to" "$("$lab" ctl show trunks --json | jq -r '.[] | select(.name == "out").server')" 10.20.0.16:5080
NUMBER=004930123 callers out 10.20.0.13 4933 caller-hangs-up de PCMU -m 3 -r 1 -d 500 ||
	fail "calls by TCP to a name"
settle 9
same "calls that went out" "$(stored "SELECT count(*) FROM cdr WHERE to_trunk = 'out' AND disposition = 'answered'")" 3
same "their attempts" "$(stored "SELECT sum(attempts) FROM cdr WHERE to_trunk = 'out' AND disposition = 'answered'")" 4
same "connections that were refused" "$(count not_made)" 1 # the address that refused it comes last then
same "alarms that stand" "$("$lab" ctl alarms --json | jq '[.[] | select(.name == "trunk-unresolved")] | length % 2')" 0

same "the connection of the trunk" \
	"$("$lab" ctl show connections --json | jq -r '.[] | select(.trunk == "out") | [.opened_by, .state, .queued] | join(" ")')" \
	"us open 0"

# --- 3
"$lab" exec carrier "$here/lib/stream" bad "$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" 10.20.0.14 || fail "bad connections"
same "closed: no SIP" "$(count not_sip)" 3
same "closed: no length" "$(count no_length)" 1
same "closed: two lengths" "$(count bad_length)" 1
same "pings answered" "$(count pings)" 1
refused=$(count not_made)
"$lab" exec carrier "$here/lib/stream" dies "$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" 10.20.0.14 "$LAB_NUMBER_SALES" ||
	fail "the call that loses its connection"
settle 10 # alice's file ends, she hangs up, and nobody takes the BYE to the caller
same "connections that broke" "$(count broken)" 1
same "ended by the callee" "$(stored 'SELECT ended_by FROM cdr ORDER BY rowid DESC LIMIT 1')" 2
same "connections for its BYE, which goes twice, refused" $(($(count not_made) - refused)) 2
same "calls" "$("$lab" ctl show calls --json | jq length)" 0
for how in reset closed; do # nothing listens where a new connection would go: the call ends, and not after 32 s
	"$lab" exec carrier "$here/lib/stream" $how "$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" 10.20.0.14 "$LAB_NUMBER_SALES" ||
		fail "the caller who says no ACK"
done
settle 12
same "callers lost" "$("$lab" ctl show sip --json | jq '.[] | select(.counter == "callers_lost").value')" 2
same "ended as by the caller, for want of a connection" \
	"$(stored "SELECT count(*) FROM cdr WHERE ended_by = 1 AND cause = 27 AND disposition IN ('answered', 'abandoned')")" 2

# --- 4
"$lab" exec floor "$here/lib/stream" registers "$LAB_ENGINE_FLOOR" "$LAB_SIP_PORT" 10.30.0.14 bob bob-secret 40 ||
	fail "a connection beyond those of bob's telephone"
same "connections refused" "$(count refused_source)" 0
at_least "connections that bob's telephone had left, closed" "$(count ended_stranger)" 20
captures_stop
at_least "SIP by TCP that tshark reads" "$(tshark -r "$out/carrier.pcap" -Y 'tcp && sip' 2>/dev/null | wc -l)" 40
same "malformed" "$(tshark -r "$out/carrier.pcap" -Y 'tcp && sip && _ws.malformed && sip.Call-ID' 2>/dev/null | wc -l)" 0
balanced
