#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# 600 short calls at 40 a second into a queue that nobody serves: no call fails, nothing is sent
# twice, each has its CDR, its ABANDON and no more.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
lab_up
NUMBER=$LAB_NUMBER_BACKUP callers load 10.20.0.10 4930 caller-hangs-up de PCMA -m 600 -r 40 -l 100 \
	-d 800 || fail "calls failed"
settle 600
same "calls that SIPp saw through" "$(statistic carrier-load 'SuccessfulCall(C)')" 600
same "retransmissions" "$(statistic carrier-load 'Retransmissions(C)')" 0
same "CDRs: abandoned" "$(stored "SELECT count(DISTINCT sip_call_id) FROM cdr
	WHERE disposition = 'abandoned'")" 600
same "queue_log ABANDON" "$(stored "SELECT count(*) FROM queue_log WHERE event = 'ABANDON'")" 600
balanced
