#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# inject.sh strict|address|latch: a call is recorded while a stranger, in a namespace of its own on the same
# wires, hears every packet and forges the next. Nothing of it is heard, recorded, or taken for a
# digit; nothing that caller and agent say is lost.
#
#   $LAB-stranger
#   eth0 10.20.0.66 ── hub "carrier" ── caller, engine
#   eth1 10.30.0.66 ── hub "floor" ──── agent, engine
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

policy=$1
stranger=$LAB-stranger
undo() {
	ip netns del "$stranger" 2>/dev/null || true
}
undo

speech
sed "s/policy: address/policy: $policy/" "$top/examples/site.yaml" >"$out/site.yaml"
lab_up "$out/site.yaml"
ip netns add "$stranger"
join() { # LINK DEVICE ADDRESS: the bridge learns nothing from now on, so everyone hears everything
	ip link add "$1-third" netns "$LAB-wire" type veth peer name "$2" netns "$stranger"
	ip -n "$LAB-wire" link set dev "$1-third" master "$1" up
	ip -n "$LAB-wire" link set dev "$1" type bridge ageing_time 0
	ip -n "$stranger" addr add "$3/24" dev "$2"
	ip -n "$stranger" link set "$2" up promisc on
}
join carrier eth0 10.20.0.66
join floor eth1 10.30.0.66
agent_sipp alice 10.30.0.11 "$LAB_PASSWORD_ALICE" 8000
available 1
capture wire carrier-engine carrier
capture wire floor-engine floor
background ip netns exec "$stranger" "$here/lib/inject" "$policy" eth0 "$LAB_ENGINE_CARRIER" eth1 \
	"$LAB_ENGINE_FLOOR" >"$out/injected"
injector=$!
until_line ready "$out/injected"
callers main 10.20.0.11 4930 caller-hangs-up de PCMA -m 1 -d 6000 || fail "the call failed"
kill "$injector" # it forges to the end of the call, however slow the machine
wait "$injector" || fail "the stranger gave up"
captures_stop
settle 1

same "answered by" "$(stored 'SELECT agent FROM cdr')" alice
"$here/lib/injected" "$out" "$LAB_STORE" 10.20.0.11 10.30.0.11 \
	"$(find "$LAB_RECORDINGS" -name '*.wav')" || fail "strangers"
at_least "forgeries" "$(tail -n 1 "$out/injected")" 4000
at_least "dropped as rtp-stranger" "$("$top/tests/api" "$LAB_ENGINE_SOCKET" show \
	'{"what": "stats"}' | head -n 1 | jq '.rows[0].packets_dropped["rtp-stranger"]')" 1000
balanced
