#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# ipv6.sh af_xdp|af_packet: both families on both ports. A carrier by IPv4 reaches an agent by IPv6,
# and a carrier by IPv6 an agent by IPv4; what each says arrives at the other's, byte by byte. On
# the wire all checksums are right, and what the engine sends bears the DSCP of site, trunk and agent.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

carrier6=2001:db8:20::10 floor6=2001:db8:30::11
sed -e 's#\[10.20.0.1/24\]#[10.20.0.1/24, "2001:db8:20::1/64"]#' \
	-e 's#\[10.30.0.1/24\]#[10.30.0.1/24, "2001:db8:30::1/64"]#' \
	-e 's#\(acme: {address: \[\)#\1"2001:db8:20::/64", #' \
	-e 's#\(acme: {.*\)}#\1, sip_dscp: AF31, rtp_dscp: CS4}#' \
	-e 's#\(bob: {.*\)}#\1, rtp_dscp: AF41}#' "$top/examples/site.yaml" >"$out/site.yaml"
grep -q 'sip_dscp: AF31' "$out/site.yaml" && grep -q 'rtp_dscp: AF41' "$out/site.yaml" ||
	fail "the example site has changed"
LAB_PORT=$1 LAB_NO_PROGRAMS=1 lab_up "$out/site.yaml"
six() { # NAMESPACE DEVICE ADDRESS
	# shellcheck disable=SC2016
	"$lab" exec "$1" sh -c 'cd /proc/sys/net/ipv6/conf &&
		echo 0 | tee all/disable_ipv6 default/disable_ipv6 "$1/disable_ipv6"' sh "$2" >/dev/null
	"$lab" exec "$1" ip addr add "$3/64" dev "$2" nodad
}
six carrier eth0 $carrier6
six floor eth0 $floor6
six engine eth1 2001:db8:20::1
six engine eth2 2001:db8:30::1
"$lab" start tandemd
"$lab" start engine
speech
mkdir "$out/six"
for file in "$scenarios"/*.xml; do
	sed -e 's/IN IP4 \[local_ip\]/IN IP[media_ip_type] [media_ip]/' \
		-e 's/IN IP4/IN IP[media_ip_type]/' "$file" >"$out/six/$(basename "$file")"
done
by_ipv6() { # CMD...
	scenarios=$out/six LAB_ENGINE_CARRIER='[2001:db8:20::1]' LAB_ENGINE_FLOOR='[2001:db8:30::1]' "$@"
}

capture wire carrier-engine carrier
capture wire floor-engine floor
by_ipv6 agent_sipp alice $floor6 "$LAB_PASSWORD_ALICE" 4000
available 1
callers four 10.20.0.10 493011 caller-waits de PCMA -m 1 || fail "a call from IPv4 to IPv6"
"$lab" ctl agent alice logout >/dev/null
agent_sipp bob 10.30.0.12 "$LAB_PASSWORD_BOB" 4000
available 1
by_ipv6 callers six $carrier6 493012 caller-waits de PCMA -m 1 || fail "a call from IPv6 to IPv4"
settle 2
captures_stop

same "answered" "$(stored "SELECT group_concat(agent, ' ') FROM
	(SELECT agent FROM cdr WHERE disposition = 'answered' ORDER BY offered)")" "alice bob"
# Nobody hears what is said before the agent answers.
heard() { # FROM-LINK SENDER TO-LINK LISTENER: of what is said, the part that arrives
	local say hear
	say=$(said "$1" "src == $2")
	hear=$(said "$3" "dst == $4")
	python3 -c 'import sys
say, hear = (set(a.split()) for a in sys.argv[1:])
print(f"{len(say & hear)} of {len(say)} different packets")
sys.exit(len(say) < 50 or len(say & hear) < 0.7 * len(say))' "$say" "$hear" ||
		fail "$2 is not heard by $4"
}
said() { # LINK CONDITION: payloads of RTP
	local family=ip
	[[ $2 != *:* ]] || family=ipv6
	tshark -r "$out/$1.pcap" -o rtp.heuristic_rtp:TRUE -d udp.port==6000-30000,rtp \
		-Y "rtp && $family.$2" -T fields -e rtp.payload 2>/dev/null
}
heard floor $floor6 carrier 10.20.0.10
heard carrier 10.20.0.10 floor $floor6
heard floor 10.30.0.12 carrier $carrier6
heard carrier $carrier6 floor 10.30.0.12

marks() { # LINK CONDITION: the DSCP that packets have
	tshark -r "$out/$1.pcap" -Y "$2" -T fields -e ip.dsfield.dscp -e ipv6.tclass.dscp 2>/dev/null |
		tr -d '\t' | sort -u | xargs
}
ours='!icmp && !icmpv6 && (ip.src in {10.20.0.1, 10.30.0.1} || ipv6.src in {2001:db8:20::1, 2001:db8:30::1})'
same "SIP to the trunk: AF31" "$(marks carrier "$ours && sip")" 26
same "SIP to agents: CS3" "$(marks floor "$ours && sip")" 24
same "media to the trunk: CS4" "$(marks carrier "$ours && udp.srcport >= 20000")" 32
same "media to alice: EF" "$(marks floor "$ours && udp.srcport >= 20000 && ipv6")" 46
same "media to bob: AF41" "$(marks floor "$ours && udp.srcport >= 20000 && ip")" 34
for link in carrier floor; do
	count() { # STATUS
		tshark -r "$out/$link.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
			-Y "$ours && (ip.checksum.status == $1 || udp.checksum.status == $1)" \
			2>/dev/null | wc -l
	}
	same "$link: bad checksums" "$(count Bad)" 0
	at_least "$link: good checksums" "$(count Good)" 200
done
same "hop limits" "$(tshark -r "$out/floor.pcap" -Y "$ours && udp" -T fields -e ip.ttl -e ipv6.hlim \
	2>/dev/null | tr -d '\t' | sort -u | xargs)" 64
balanced
