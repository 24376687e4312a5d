#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The engine starts and works with tandemd absent. What happened meanwhile is stored when tandemd
# comes; when the journal's reserve was full before, a gap record says how much is missing.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

speech
sed -e 's/journal_reserve: *[0-9]*M/journal_reserve: 4M/' "$top/examples/site.yaml" >"$out/site.yaml"
lab_up "$out/site.yaml"
"$lab" stop tandemd
"$lab" stop engine
"$lab" start engine
NUMBER=$LAB_NUMBER_BACKUP callers few 10.20.0.10 4930 caller-hangs-up de PCMA -m 20 -r 20 -d 300 ||
	fail "calls failed with tandemd absent"
"$lab" start tandemd
settle 20
same "CDRs of the time without tandemd" "$(stored 'SELECT count(*) FROM cdr')" 20
same "gaps" "$(stored 'SELECT count(*) FROM gap')" 0

"$lab" stop tandemd
before=$(stored 'SELECT count(*) FROM cdr')
NUMBER=$LAB_NUMBER_BACKUP callers many 10.20.0.10 4931 caller-hangs-up de PCMA -m 1500 -r 100 \
	-l 200 -d 200 || fail "calls failed with the reserve full"
"$lab" start tandemd
NUMBER=$LAB_NUMBER_BACKUP callers after 10.20.0.10 4932 caller-hangs-up de PCMA -m 5 -r 20 -d 200
for _ in $(seq 100); do
	[ "$(stored "SELECT count(*) FROM cdr WHERE caller LIKE '4932%'")" = 5 ] && break
	sleep 0.1
done
same "CDRs after the gap" "$(stored "SELECT count(*) FROM cdr WHERE caller LIKE '4932%'")" 5
at_least "gap records" "$(stored 'SELECT count(*) FROM gap')" 1
lost=$(stored 'SELECT sum(lost) FROM gap')
missing=$((1500 + 5 - ($(stored 'SELECT count(*) FROM cdr') - before)))
echo "      $lost records lost, $(stored 'SELECT sum(lost_diag) FROM gap') of them diagnostics; $missing CDRs"
at_least "records lost, by the gap's count" "$lost" 1
at_least "lost, of which CDRs" "$lost" "$missing"
