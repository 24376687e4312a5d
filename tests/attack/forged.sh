#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# forged.sh [long]: 25 INVITEs come from the address of a trunk, which has sent none of them and acknowledges nothing.
# Their SDP and their Contact name a victim. The victim gets nothing, no agent is rung, the queue stays empty, and real
# callers are served meanwhile. Only SIP goes to the forged address, and its amount is measured. `long`: to the last BYE.
# shellcheck source=../smoke/_init.sh
. "$(dirname "$0")/../smoke/_init.sh"

seconds=36 limit=20
if [ "${1:-}" = long ]; then
	seconds=68 limit=25
fi
count=25

speech
lab_up
agent_sipp alice 10.30.0.11 "$LAB_PASSWORD_ALICE" 8000
agent_sipp bob 10.30.0.12 "$LAB_PASSWORD_BOB" 8000
available 2
background "$lab" exec carrier "$top/tests/attack/forge" 10.20.0.18 10.20.0.19 "$LAB_ENGINE_CARRIER:$LAB_SIP_PORT" \
	"$LAB_NUMBER_SALES" "$count" "$seconds" >"$out/forged"
forge=${pids[-1]}
until_line sent "$out/forged"
"$lab" ctl --json show queues >"$out/queues.json"
same "callers in the queue" "$(jq '[.[].waiting] | add' "$out/queues.json")" 0
callers real 10.20.0.11 4930 caller-hangs-up de PCMA -m 2 -l 2 -d 3000 || fail "a real caller was not served"
wait "$forge" || fail "the attacker gave up: $(cat "$out/forged")"
settle $((count + 2))

value() { # NAME: of the attacker's result
	jq ".$1" < <(tail -n 1 "$out/forged")
}

same "octets of media to the victim" "$(value media)" 0
same "octets of SIP to the victim" "$(value contact)" 0
at_least "octets of SIP to the forged address" "$(value sip)" 1
at_most "octets sent for each octet forged" "$(value factor)" "$limit"
same "real callers answered" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'answered'")" 2
same "agents rung for anybody else" \
	"$(stored "SELECT coalesce(sum(attempts), 0) FROM cdr WHERE disposition != 'answered'")" 0
same "forged calls that were in a queue" "$(stored "SELECT count(*) FROM cdr WHERE disposition != 'answered' AND queue != ''")" 0
same "forged calls that failed" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'failed'")" "$count"
same "agents who do not respond" "$(stored "SELECT count(*) FROM session WHERE state = 'not-responding'")" 0
same "alarms" "$(stored "SELECT count(*) FROM alarm WHERE name = 'caller-unproven' AND raised")" 1
balanced
