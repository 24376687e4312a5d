#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tandemd is killed 50 times at random moments during calls, in the middle of commits too: no call
# notices, no record is missing and none is there twice.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 600
agent_sipp dave 10.30.0.14 "$LAB_PASSWORD_DAVE" 600
available 2
RANDOM=42
count=240
callers killed 10.20.0.10 4930 caller-hangs-up de PCMA -m $count -r 8 -l 40 -d 1500 &
calls=$!
pids+=("$calls")
kills=0
while [ $kills -lt 50 ]; do
	sleep "0.$(printf '%03d' $((RANDOM % 500)))"
	"$lab" stop tandemd KILL
	"$lab" start tandemd
	kills=$((kills + 1))
done
alive=no
kill -0 "$calls" 2>/dev/null && alive=yes
echo "      50 kills done; calls still going on: $alive"
wait "$calls" || true
settle $count
same "calls that SIPp saw through" "$(statistic carrier-killed 'OutgoingCall(C)')" $count
same "retransmissions of callers" "$(statistic carrier-killed 'Retransmissions(C)')" 0
same "CDRs" "$(stored 'SELECT count(*) FROM cdr')" $count
same "different calls in CDRs" "$(stored 'SELECT count(DISTINCT sip_call_id) FROM cdr')" $count
same "calls in queue_log" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'ENTERQUEUE'")" $count
same "ends in queue_log" "$(stored "SELECT count(*) FROM queue_log
	WHERE event IN ('ABANDON', 'COMPLETECALLER', 'COMPLETEAGENT')")" $count
same "gaps" "$(stored 'SELECT count(*) FROM gap')" 0
same "recordings" "$(stored 'SELECT count(DISTINCT call) FROM recording')" \
	"$(stored 'SELECT count(*) FROM cdr WHERE recording != 0')"
