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

# Diagnostics are shed first; then what remains is lost too, and each loss is counted.
"$lab" stop tandemd
before=$(stored 'SELECT count(*) FROM cdr')
many=3500
NUMBER=$LAB_NUMBER_BACKUP callers many 10.20.0.10 4931 caller-hangs-up de PCMA -m $many -r 150 \
	-l 200 -d 200 || fail "calls failed with the reserve full"
"$lab" start tandemd
stored_upto=0
for _ in $(seq 100); do # until tandemd has read all that there is
	last=$(stored 'SELECT max(seq) FROM cdr')
	[ "$last" != "$stored_upto" ] || [ "$last" = 0 ] || break
	stored_upto=$last
	sleep 0.5
done
NUMBER=$LAB_NUMBER_BACKUP callers after 10.20.0.10 4932 caller-hangs-up de PCMA -m 5 -r 20 -d 200
for _ in $(seq 100); do
	[ "$(stored "SELECT count(*) FROM cdr WHERE caller LIKE '4932%'")" = 5 ] && break
	sleep 0.1
done
same "CDRs after the gap" "$(stored "SELECT count(*) FROM cdr WHERE caller LIKE '4932%'")" 5
at_least "gap records" "$(stored 'SELECT count(*) FROM gap')" 1
lost=$(stored 'SELECT sum(lost - lost_diag) FROM gap')
missing=$((many + 5 - ($(stored 'SELECT count(*) FROM cdr') - before)))
queue_log=$(stored "SELECT count(*) FROM queue_log WHERE event IN ('ENTERQUEUE', 'ABANDON')")
missing=$((missing + 2 * (20 + many + 5) - queue_log))
echo "      lost: $(stored 'SELECT sum(lost_diag) FROM gap') diagnostics, $lost other records"
at_least "diagnostics lost" "$(stored 'SELECT sum(lost_diag) FROM gap')" 1
at_least "CDRs and queue_log lines missing" "$missing" 1
at_least "records lost by the gaps' count" "$lost" "$missing"
