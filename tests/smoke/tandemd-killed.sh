#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# tandemd is killed 50 times at random moments during calls, in the middle of commits too: no call
# notices, no record is missing and none is there twice.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
agent_sipp carol 10.30.0.13 "$LAB_PASSWORD_CAROL" 600
agent_sipp alice 10.30.0.11 "$LAB_PASSWORD_ALICE" 600
available 2
RANDOM=42
NUMBER=$LAB_NUMBER_BACKUP callers gives-up 10.20.0.10 4930 caller-hangs-up de PCMA -m 220 -r 8 -l 40 \
	-d 1500 &
gives_up=$!
callers waits 10.20.0.11 4931 caller-waits de PCMA -m 24 -r 2 -l 6 &
waits=$!
pids+=("$gives_up" "$waits")
count=$((220 + 24))
for _ in $(seq 50); do
	sleep "0.$(printf '%03d' $((RANDOM % 500)))"
	"$lab" stop tandemd KILL
	"$lab" start tandemd
done
wait "$gives_up" || fail "calls of those who give up failed"
wait "$waits" || fail "calls of those who wait failed"
settle $count
same "retransmissions of callers" "$(($(statistic carrier-gives-up 'Retransmissions(C)') + \
	$(statistic carrier-waits 'Retransmissions(C)')))" 0
same "CDRs" "$(stored 'SELECT count(*) FROM cdr')" $count
same "different calls in CDRs" "$(stored 'SELECT count(DISTINCT sip_call_id) FROM cdr')" $count
same "calls in queue_log" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'ENTERQUEUE'")" $count
same "ends in queue_log" "$(stored "SELECT count(*) FROM queue_log
	WHERE event IN ('ABANDON', 'COMPLETECALLER', 'COMPLETEAGENT')")" $count
same "gaps" "$(stored 'SELECT count(*) FROM gap')" 0
same "answered" "$(stored "SELECT count(*) FROM cdr WHERE disposition = 'answered'")" 24
same "recordings" "$(stored 'SELECT count(*) FROM recording')" 24
same "calls with a recording" "$(stored 'SELECT count(DISTINCT call) FROM recording')" 24
