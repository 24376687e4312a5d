#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# vlan.sh af_xdp|af_packet: all frames of a port have a VLAN tag, and the kernel's interface knows no
# VLAN. So the engine itself must do ARP, neighbour discovery, SIP, and fragments of SIP.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

sed -e 's#\(carrier: {.*\)address: \[10.20.0.1/24\]#\1vlan: 7, address: [10.20.0.1/24, "2001:db8:20::1/64"]#' \
	"$top/examples/site.yaml" >"$out/site.yaml"
grep -q 'vlan: 7' "$out/site.yaml" || fail "the example site has changed"
LAB_PORT=$1 LAB_NO_PROGRAMS=1 lab_up "$out/site.yaml"
# The tags stay in the frames, where XDP looks for them.
"$lab" exec wire ethtool -K carrier-engine txvlan off
"$lab" exec engine ethtool -K eth1 rxvlan off
"$lab" start tandemd
"$lab" start engine
lost=()
[ "$1" = af_xdp ] || lost=(lost)
"$lab" exec carrier "$here/lib/tagged" eth0 7 "${lost[@]}" || fail "the VLAN's host"
balanced
[ "$1" = af_xdp ] || same "and counted" "$("$lab" ctl --json show ports | grep -o '"kernel_dropped": *[0-9]*' |
	head -n 1 | grep -o '[0-9]*$')" 1
