#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Only `tandemctl apply` changes the site: an edit that nobody applied survives no restart, and is told
# by an alarm. What needs a restart waits, and holds nothing up; the engine's next start takes it.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
site=/run/tandem-$LAB/site.yaml
ring() { # of the queue backup, that the engine which runs has
	"$top/tests/api" "$LAB_ENGINE_SOCKET" config-get '{}' | grep -o 'queue backup [^\\]*' |
		grep -o 'ring=[0-9]*'
}
calls() { # max_calls that the engine which runs has
	"$top/tests/api" "$LAB_ENGINE_SOCKET" config-get '{}' | grep -o 'max_calls=[0-9]*' | head -n 1
}
restart() { # PROGRAM: and tandemd has reached the engine again
	"$lab" stop "$1"
	"$lab" start "$1"
	for _ in $(seq 100); do
		! "$lab" ctl --json status | grep -q '"engine": true' || return 0
		sleep 0.1
	done
	fail "tandemd does not reach the engine"
}
told() { # ALARM RAISED: waits until the store has it as its last one of the name, 20 s at most
	for _ in $(seq 100); do
		last=$("$lab" ctl --json alarms | python3 -c 'import json, sys
rows = [a for a in json.load(sys.stdin) if a["name"] == sys.argv[1]]
print(rows[-1]["raised"] if rows else "")' "$1")
		[ "$last" != "$2" ] || return 0
		sleep 0.2
	done
	fail "alarm $1: $last, should be $2"
}

sed -i -e 's/ring: 10s/ring: 9s/' -e 's/max_calls: 2000/max_calls: 1000/' "$site"
restart tandemd
told site-not-applied 1
restart engine
same "ring after restarts" "$(ring)" ring=10000
"$lab" ctl config diff >"$out/diff"
grep -qx 'queues.backup.ring: 10s -> 9s' "$out/diff" || fail "the difference: $(cat "$out/diff")"

"$lab" ctl apply "$site" >"$out/applied"
grep -q 'site.max_calls: 2000 -> 1000: waits' "$out/applied" || fail "apply: $(cat "$out/applied")"
same "ring once applied" "$(ring)" ring=9000
same "max_calls once applied" "$(calls)" max_calls=2000
"$lab" ctl status | grep -q 'site.max_calls' || fail "status does not name what waits"
told site-not-applied 0
restart engine
same "max_calls after the next start" "$(calls)" max_calls=1000
! "$lab" ctl status | grep -q 'site.max_calls' || fail "status names what is in force"

cp "$site" "$out/good"
echo 'queues: {' >>"$site"
restart tandemd
told site-wrong 1
# What stood when the engine was killed has its end, though its cause went meanwhile.
"$lab" stop tandemd
"$lab" stop engine KILL
cp "$out/good" "$site"
"$lab" start engine
"$lab" start tandemd
told site-wrong 0
told engine-lost 0
same "alarms that stand" "$("$lab" ctl --json status | python3 -c 'import json, sys; print(json.load(sys.stdin)["alarms"])')" ""
"$lab" ctl config rollback 1
same "ring after the rollback" "$(ring)" ring=10000
same "what is applied" "$("$lab" ctl --json config history |
	python3 -c 'import json, sys; print([(r["number"], r["from"]) for r in json.load(sys.stdin)][-1])')" \
	"(3, 'rollback 1')"
