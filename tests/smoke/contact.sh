#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Messages, led over the socket by tandemctl alone: alice, who has no telephone, is offered a message,
# accepts it, and concludes it; bob declines the next one, and its customer goes. CDR, queue log, segments,
# data and the agents' stays tell the same. What is too long or not the agent's is refused with a line.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

sed -e 's/^  \(alice\|bob\): {/&channels: [voice, message], /' -e 's/ring: 4s/ring: 60s/' \
	"$top/examples/site.yaml" >"$out/site.yaml"
lab_up "$out/site.yaml"
"$lab" ctl agent alice login

create() { # ARGUMENTS OF contact create: the id, which is all that it prints
	"$lab" ctl contact create "$@"
}

shown() { # ID COLUMN: of `show contacts`
	"$lab" ctl --json show contacts | python3 -c '
import json, sys
print(next((r[sys.argv[2]] for r in json.load(sys.stdin) if r["id"] == sys.argv[1]), "gone"))' "$1" "$2"
}

state() { # ID STATE: waits until the contact is so, 10 s at most
	for _ in $(seq 50); do
		[ "$(shown "$1" state)" != "$2" ] || return 0
		sleep 0.2
	done
	fail "contact $1 is $(shown "$1" state), should be $2"
}

refused() { # STATUS LINE ARGUMENTS OF tandemctl
	local want=$1 line=$2 got=0
	shift 2
	"$lab" ctl "$@" >"$out/refused" 2>&1 || got=$?
	[ "$got" = "$want" ] || fail "tandemctl $*: exit status $got, should be $want"
	grep -qF "$line" "$out/refused" || fail "tandemctl $*: $(cat "$out/refused")"
	echo "ok    refused: $line"
}

first=$(create sales --customer anna@example.com --tenant acme account=17 language=de)
state "$first" offered
same "agent" "$(shown "$first" agent)" alice
same "customer" "$(shown "$first" customer)" anna@example.com
same "tenant" "$(shown "$first" tenant)" acme
same "data" "$(shown "$first" data)" "{'account': '17', 'language': 'de'}"
same "completion of who can take a contact" "$("$lab" ctl complete --line contact accept '')" "$first"
same "completion of agents" "$("$lab" ctl complete --line party 1.1 add agent b)" bob
same "completion of several agents" "$("$lab" ctl complete --line party 1.1 add agent alice,b)" alice,bob
same "completion of queues" "$("$lab" ctl complete --line party 1.1 transfer queue s)" sales
refused 4 "$first is no call, but a message: nobody else can take part in it" party "$first" add agent bob
refused 3 "there is no call nix in which somebody could take part" party nix add queue nowhere
refused 4 "bob cannot accept $first, which is offered to agent alice" contact accept "$first" bob
"$lab" ctl contact accept "$first" alice
state "$first" handled
"$lab" ctl contact data "$first" answer=42 language=
same "data after a change" "$(shown "$first" data)" "{'account': '17', 'answer': '42'}"
refused 4 "no room for long: a contact has at most 8 keys, and 256 octets in all" \
	contact data "$first" "long=$(printf 'x%.0s' $(seq 256))"
sleep 1
# An operator takes it from alice: she has it again after her wrap-up.
refused 3 "there is no queue nowhere" contact requeue "$first" nowhere
"$lab" ctl contact requeue "$first" sales
state "$first" offered
"$lab" ctl contact accept "$first" alice
"$lab" ctl contact conclude "$first" alice
state "$first" gone

"$lab" ctl agent alice pause --reason lunch
"$lab" ctl agent bob login
second=$(create sales)
state "$second" offered
"$lab" ctl contact decline "$second" bob
state "$second" waiting
"$lab" ctl contact withdraw "$second"
refused 3 '{"error": "there is no agent nobody", "status": "not-found"}' --json agent nobody pause
refused 3 "there is no contact $second" contact withdraw "$second"
same "what an action prints with --json" "$("$lab" ctl --json agent bob pause | jq -c .)" '{"agents":["bob"]}'
refused 2 "no such --channel: voice" contact create sales --channel voice
refused 3 "there is no queue nowhere" contact create nowhere
settle 2

"$lab" ctl call "$first"
"$lab" ctl --json call "$first" >"$out/call.json"
python3 - "$out/call.json" <<'END' || fail "tandemctl call does not tell it: $(cat "$out/call.json")"
import json, sys
call = json.load(open(sys.argv[1], encoding="utf-8"))
cdr = call["cdr"]
assert (cdr["channel"], cdr["customer"], cdr["agent"]) == ("message", "anna@example.com", "alice"), cdr
assert cdr["disposition"] == "answered" and cdr["talk_ms"] >= 1000 and not cdr["caller"], cdr
assert [(d["key"], d["value"]) for d in call["data"]] == [
    ("account", "17"), ("language", "de"), ("answer", "42"), ("language", "")], call["data"]
assert [(s["kind"], s["who"], s["why"]) for s in call["segments"]] == [
    ("queue", "", "answered"), ("talk", "alice", "operator"),
    ("queue", "", "answered"), ("talk", "alice", "completed")], call["segments"]
assert "parties" not in call and "agent alice accepts" in [s["text"] for s in call["story"]], call
END
listed() { # COLUMN TABLE CONTACT
	stored "SELECT group_concat($1, ' ') FROM (SELECT * FROM $2 WHERE call = '$3' ORDER BY seq)"
}
events="ENTERQUEUE CONNECT BLINDTRANSFER ENTERQUEUE CONNECT COMPLETEAGENT"
same "queue_log" "$(listed event queue_log "$first")" "$events"
same "queue_log, declined and withdrawn" "$(listed event queue_log "$second")" "ENTERQUEUE RINGNOANSWER ABANDON"
same "tandemctl cdr" "$("$lab" ctl --json cdr | python3 -c '
import json, sys
print(*(r["channel"] + ":" + r["disposition"] for r in json.load(sys.stdin)))')" "message:answered message:abandoned"
same "tandemctl queue-log" "$("$lab" ctl --json queue-log --call "$first" | python3 -c '
import json, sys
print(*(r["event"] for r in json.load(sys.stdin)))')" "$events"
same "stays of alice" "$(stored "SELECT group_concat(state, ', ') FROM
	(SELECT state FROM agent_session WHERE agent = 'alice' ORDER BY seq LIMIT 4)")" \
	"logged out, available, talking, wrap-up"
balanced
