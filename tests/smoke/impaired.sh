#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A carrier's link that loses 2 %, reorders 1 %, doubles 1 % and delays 40 ± 20 ms: calls are set up
# and ended all the same, and the RTP statistics in the CDR are those that tshark counts in the same
# packets, seen where they enter the engine.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
capture wire carrier-engine carrier
capture wire floor-engine floor
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 60000
available 1
"$lab" impair carrier --loss 2% --reorder 1% --dup 1% --delay 40ms±20ms --seed 7
callers impaired 10.20.0.10 4930 caller-hangs-up de PCMA -m 1 -d 20000 || fail "the call failed"
settle 1
"$lab" impair carrier off | tee "$out/impair.json"
captures_stop
"$here/lib/statistics" "$out" "$LAB_STORE" "$LAB_ENGINE_CARRIER" "$LAB_ENGINE_FLOOR" ||
	fail "RTP statistics differ from tshark's"
balanced
