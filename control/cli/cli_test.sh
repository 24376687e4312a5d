#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# tandemctl without anyone to talk to: cli_test.sh TANDEMCTL
set -u
ctl=$1
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
site=$dir/site.yaml

expect() { # STATUS PATTERN ARGUMENT... : exit status, and a pattern in what it says
	status=$1 pattern=$2
	shift 2
	said=$("$ctl" --engine /nonexistent/e --tandemd /nonexistent/t "$@" 2>&1 </dev/null)
	got=$?
	if [ $got != "$status" ] || ! printf '%s\n' "$said" | grep -qE -- "$pattern"; then
		printf 'tandemctl %s: exit %d, expected %d with "%s", said:\n%s\n' "$*" $got "$status" \
			"$pattern" "$said"
		failed=1
	fi
}

# 10 Mbit/s of G.711: 200, 214 and 238 bytes, 50 times a second
expect 0 '^ip +pcma +20 +200 +50.0 +80.3 +124 ' bandwidth plan --link 10M --codec pcma --ptime 20
expect 0 '^ethernet +pcma +20 +214 +50.0 +85.9 +116 ' bandwidth plan --link 10M
expect 0 '^wire +pcma +20 +238 +50.0 +95.5 +104 ' bandwidth plan --link 10M
expect 0 '"calls": 6280' bandwidth plan --link 600M --layer wire --json
expect 0 '"packet_bytes": 318,' --json bandwidth plan --link 1G --ptime 30 --layer wire
expect 0 '"packet_bytes": 274,' --json bandwidth plan --link 1G --layer wire --ipv6 --srtp
expect 2 'ptime' bandwidth plan --link 10M --ptime 25
expect 0 '"calls": 104' bandwidth plan -j --link 10M --layer wire
expect 2 '[-]-ptime is 10 to 60 in steps of 10, not --json' bandwidth plan --link 10M --ptime --json
expect 2 'no option --jsn; did you mean --json.' bandwidth plan --link 10M --jsn
expect 2 '^--json: cannot be read' check -- --json
for bits in ten inf nan 1e9 0x10 -1 0 1T 512K 1.5M 99999999999999999999G; do
	expect 2 "not a bit rate: $bits; write a number and k, M or G" bandwidth plan "--link=$bits"
done
expect 2 'a number from 0.1 to 3600, not nan' top -d nan
expect 2 'cdr: -n is a number from 1' cdr -n inf
expect 2 'cdr: --limit is a number from 1' cdr --lim x
expect 2 'top: -d is a number from 0.1' top -d x
expect 2 'no option --quueue; did you mean --queue.' cdr --quueue x
expect 2 "no command 'sho'; did you mean 'show'." sho calls
expect 2 "no command 'hsow'; did you mean 'show'." hsow
expect 2 "no command 'nope'; see tandemctl help$" nope
expect 2 "no command 'bandwith'; did you mean 'bandwidth'." help bandwith
expect 2 'no such VIEW: cals; did you mean calls.' show cals
expect 2 'no such ACTION: puase; did you mean pause.' agent alice puase
expect 0 '^tandemctl show calls' show --help
expect 0 '^tandemctl bandwidth plan ' bandwidth plan --link 1M -h
expect 0 '^tandemctl show calls' help show calls
expect 0 '^    -q, --queue QUEUE  Only those of this queue' cdr --help
expect 0 '^    login: the agent gets calls' agent --help
expect 2 "what is 'lins'. did you mean bandwidth links.$" bandwidth lins
expect 2 '^       tandemctl bandwidth plan --link BITS ' bandwidth lins
wide=$({ "$ctl" help; "$ctl" complete commands | while read -r name; do "$ctl" $name --help; done; } | awk 'length > 79')
[ -z "$wide" ] || {
	printf 'help is wider than 79 columns:\n%s\n' "$wide"
	failed=1
}
expect 0 '^tandemctl agent NAME ' help agent alice pause
expect 5 '/nonexistent/e' agent alice pause --reason --help
expect 2 '[-]-l may be --link or --layer; write more of it' bandwidth plan --l 10M
expect 2 'no option --lx' bandwidth plan --lx 10M
expect 0 '^wire ' bandwidth plan --li 10M --la wire
expect 2 'codec: frog' bandwidth plan --link 1G --codec frog
expect 2 'no --link' bandwidth plan
expect 2 'no command .frobnicate' frobnicate
expect 2 'usage: tandemctl show' show
expect 2 'no such VIEW: frogs' show frogs
expect 2 "no command 'zed'" help zed
expect 2 "no command 'contact' alone; there are contact create, .*contact withdraw" contact
expect 2 "no command 'contact acept'; there are contact create, .*contact withdraw" contact acept x y
expect 2 "no command 'contact acept'; there are contact create" help contact acept
for words in 'contact --help' 'contact -h' 'help contact'; do
	expect 0 '^tandemctl contact create QUEUE' $words
	expect 0 '^tandemctl contact withdraw CONTACT' $words
done
expect 2 '^tandemctl: invalid option' -x
expect 2 '^tandemctl: invalid option --frogs; see' --frogs
expect 2 '^tandemctl: --engine wants a value$' --engine
# nothing that is repeated does anything to a terminal
evil=$(printf '\033[2J\nevil\302\233\177')
expect 2 "no command '.x1b\[2J.nevil.x9b.x7f'" "$evil"
expect 2 'no such VIEW: .x1b' show "$evil"
expect 2 'no option --.x1b' cdr "--$evil"
expect 2 'invalid option --.x1b' "--$evil"
expect 2 '^/nonexistent/.x1b' check "/nonexistent/$evil"
expect 2 'trace: /nonexistent/.x1b' trace --sip -w "/nonexistent/$evil"
printf 'queues: {"\\e[2J\\n": {}}\n' >"$site"
expect 2 ":1:10: queues: .*'.x1b.2J.n'" check "$site"
expect 2 'replay: /nonexistent/.x1b' replay --verify --journal "/nonexistent/$evil"
expect 5 '/nonexistent/.x1b' --tandemd "/nonexistent/$evil" cdr
# a key has one value, and is not left out
expect 2 'contact create: the key a is there twice$' contact create sales a=1 b=2 a=1
expect 2 'contact data: the key a is there twice$' contact data 1.1 a=1 a=
expect 2 'contact data: not KEY=VALUE: =1$' contact data 1.1 a=1 =1
expect 5 '/nonexistent/e' contact data 1.1 a=1 aa=1 b=
# a word that is no UTF-8 is not left out
latin1=$(printf 'Z\374rich')
expect 2 '^tandemctl: queue-log: --queue is not UTF-8: Z.xfcrich$' queue-log --queue "$latin1"
expect 2 '[-]-reason is not UTF-8' agent alice pause --reason "$latin1"
expect 2 'CALL is not UTF-8' cdr "$latin1"
expect 2 '[-]-call is not UTF-8' trace --sip --call "$latin1"
expect 2 'NAME is not UTF-8' agent "$latin1" login
expect 2 'KEY=VALUE is not UTF-8: city=Z.xfcrich' contact data 1.1 "city=$latin1"
expect 2 'no command .Z.xfcrich' "$latin1"
mkdir "$dir/$latin1"
printf 'site: {domain: example.net}\n' >"$dir/$latin1/site.yaml"
expect 0 'site.yaml is right' check "$dir/$latin1/site.yaml"
expect 2 'the path is not UTF-8; rename' apply "$dir/$latin1/site.yaml"
expect 2 '^usage: tandemctl drain .--then-exit. .--wait. .--off.$' drain now
expect 2 'drain: --off goes with no other option' drain --off --wait
expect 0 'The engine ends with the last one' drain --help

expect 2 "no command 'config' alone; there are config diff, .*config rollback" config
expect 2 'no N' config rollback
expect 2 'N is a whole number|N is a number from 1' config rollback 0
expect 5 '/nonexistent/t' config rollback 1
expect 5 '/nonexistent/t' config history
expect 5 '/nonexistent/t' config diff 1 2
expect 0 '[-]-dry-run' apply --help

# warnings are told, and are errors for who wants that
printf 'site: {domain: example.net}\n' >"$site"
expect 0 'warning: site: there are no ports.*' check "$site"
expect 0 'site.yaml is right' check "$site"
expect 0 '"warnings": \[' check --json "$site"
expect 2 'warning: site: there are no ports' check --strict "$site"
expect 2 '"ok": false' check --strict --json "$site"
expect 0 '[-]-strict' check --help
said=$("$ctl" check - <"$site" 2>&1)
[ $? = 0 ] && printf '%s\n' "$said" | grep -q '^<stdin> is right$' || {
	echo "check -: said $said"
	failed=1
}
said=$(printf 'site: {domian: d}\n' | "$ctl" check - 2>&1)
[ $? = 2 ] && [ "$said" = "<stdin>:1:8: site: unknown key 'domian'; did you mean 'domain'?" ] || {
	echo "check - of a file with an error: said $said"
	failed=1
}
said=$(printf '%s' "$said" | "$ctl" check - --strict 2>&1)
[ $? = 2 ] || {
	echo "check - of no YAML: said $said"
	failed=1
}

# a program gets the errors of a file as a list
printf 'site: {domian: d}\n' >"$site"
for command in check apply; do
	said=$("$ctl" --json --tandemd /nonexistent/t "$command" "$site" 2>&1 |
		python3 -c 'import json, sys; a = json.load(sys.stdin); print(a["ok"], [[e["line"], e["column"], e["text"]] for e in a["errors"]])')
	case $said in
	"False [[1, 8, \"site: unknown key 'domian'; did you mean 'domain'?\"]]") ;;
	*)
		echo "tandemctl --json $command: said $said"
		failed=1
		;;
	esac
done

# what cannot be written is not done; whoever reads no further is no failure
cat >"$site" <<'END'
site: {domain: example.net}
ports: {floor: {device: nosuch0, address: [10.0.0.1/24]}}
groups: {sales: {agents: [alice]}}
agents: {alice: {password: secret}}
queues: {sales: {groups: [sales]}}
routes: {"100": {queue: sales}}
END
expect 0 'site.yaml is right' check --strict "$site"
for words in 'help' '--version' "check $site" 'bandwidth plan --link 10M' 'complete codecs'; do
	said=$("$ctl" $words 2>&1 >/dev/full)
	got=$?
	if [ $got != 1 ] || [ "$said" != 'tandemctl: what this prints cannot be written: No space left on device' ]; then
		echo "tandemctl $words >/dev/full: exit $got, said: $said"
		failed=1
	fi
done
(
	trap '' PIPE
	sleep 0.2
	"$ctl" help 2>"$dir/said"
) | :
[ ! -s "$dir/said" ] || {
	echo "tandemctl help | : said: $(cat "$dir/said")"
	failed=1
}
expect 0 '^workers$' complete views
expect 0 '^pcmu$' complete codecs
expect 0 '^pause$' complete --line --engine /nonexistent/e agent alice pa
expect 0 '^@file$' complete --line apply ''
expect 0 '^--tandemd$' complete --line --t
expect 0 '^--engine$' complete --line -
expect 0 '^--json$' complete --line --engine /nonexistent/e --j
expect 0 '^@file$' complete --line --engine /non
expect 0 '^@file$' complete --line --json --tandemd ''
expect 0 '^show$' complete --line --tandemd=/nonexistent/t sh
expect 0 '^  --engine SOCKET ' --help
expect 0 '^plan$' complete --line bandwidth p
expect 0 'bandwidth plan' help bandwidth
expect 0 '^    -n, --limit ' help cdr
expect 2 'tandemctl: cdr: a call has one record' cdr 1 -n 3
expect 2 'tandemctl: cdr: a call has one record' cdr 1 --caller 0301
expect 2 'cdr: --since is no time: yesterday; write 2026-12-01, ' cdr --since yesterday
expect 2 'queue-log: --until is no time: 2026-02-30;' queue-log --until 2026-02-30
expect 2 '^tandemctl: cdr: --until is not after --since$' cdr --since 2h --until 3h
expect 2 'no such --disposition: answerd; did you mean answered.' cdr --disposition answerd
expect 2 'no such --name: no-adio; did you mean no-audio.' alarms --name no-adio
expect 5 '/nonexistent/t' cdr --since 2026-12-01T15:04+01:00 --until 2026-12-02 --agent alice
expect 0 '15:04, when it was that last' cdr --help
expect 0 '^trunk-full$' complete --line alarms --name tr
for codec in $("$ctl" complete codecs); do
	expect 0 "^ip +$codec +20 " bandwidth plan --link 10M --codec "$codec"
done
expect 2 'codec pcma.pcmu' bandwidth plan
expect 0 '^port-bandwidth$' complete views
expect 2 'no such VIEW: acct' show acct
expect 2 'usage: tandemctl agent' agent alice dance
expect 2 'usage: tandemctl agent' agent alice login --reason x
expect 2 'usage: tandemctl trace' trace
expect 5 '/nonexistent/e' show calls
expect 5 '/nonexistent/t' cdr
expect 5 '^{"error": "/nonexistent/t: no one listens there; .*", "status": "unreachable"}$' cdr --json
expect 5 '/nonexistent/t' alarms -n 3
expect 2 'usage: tandemctl alarms' alarms --queue sales
expect 2 'no NAME: which agent' party 1.2 add agent ''
expect 2 'no CALL: which call' party '' add agent bob
# A word that is missing is named, wherever it is missing, with what it would be.
expect 2 '^tandemctl: party: no NAME: which queue\?$' party 1.2 add queue
expect 2 '^usage: tandemctl party CALL add' party 1.2 add queue
expect 2 '^tandemctl: party: no BY, which is one of agent, queue, number, trunk$' party 1.2 transfer
expect 2 '^tandemctl: party: no ACTION, which is one of add, ' party 1.2
expect 2 "^tandemctl: party: no CALL before 'add'\$" party add agent bob
expect 2 "^tandemctl: party: no CALL before 'drop'\$" party drop
expect 2 "^tandemctl: party: no ACTION before 'agent'\$" party 1.2 agent bob
expect 2 "^tandemctl: party: no BY before 'bob'\$" party 1.2 add bob
expect 2 'party: no such BY: bob$' party 1.2 add bob bob
expect 2 "^tandemctl: agent: no NAME before 'pause'\$" agent pause
expect 2 '^tandemctl: agent: no NAME: which agent\?$' agent
expect 2 '^tandemctl: agent: no NAME: which agent\?$' agent , pause
expect 2 '^tandemctl: agent: no ACTION, which is one of login, ' agent --queue sales
expect 2 'agent: no such ACTION: alice' agent --queue sales alice pause
expect 2 'agent: --reason goes with pause alone' agent --queue sales login --reason x
expect 5 '/nonexistent/e' agent pause --queue sales
expect 2 '^tandemctl: contact create: no QUEUE: which queue\?$' contact create
expect 2 '^tandemctl: contact accept: no CONTACT: which contact\?$' contact accept
expect 2 '^tandemctl: contact accept: no AGENT: which agent\?$' contact accept 1.2
expect 2 '^tandemctl: contact data: no KEY=VALUE...$' contact data 1.2
expect 2 '^tandemctl: contact requeue: no QUEUE: which queue\?$' contact requeue 1.2
expect 0 '^requeue$' complete --line contact re
expect 2 '^tandemctl: call: no CALL: which call or other contact\?$' call
expect 2 '^tandemctl: apply: no FILE: which file\?$' apply
expect 2 '^tandemctl: show: no VIEW, which is one of calls, ' show
expect 2 '^tandemctl: bandwidth plan: no --link$' bandwidth plan
expect 2 '^tandemctl: trace: no --sip$' trace
expect 2 '/nonexistent/x.yaml' check /nonexistent/x.yaml
expect 2 'journal' replay --verify --journal /nonexistent
expect 2 'replay: --store or --journal, not both$' replay --verify --store a --journal b
expect 2 '/nonexistent: ' replay --verify --store /nonexistent
expect 0 '^queue-log$' complete commands
expect 0 'Exit status' help
expect 0 '^tandemctl [0-9]' --version
# Nobody's history: no file for all in its place.
printf 'help\nhelp %s\nquit\n' "word$$" | env -u HOME "$ctl" >/dev/null 2>&1
if grep -q "word$$" /tmp/.tandemctl_history 2>/dev/null; then
	echo 'the shell keeps the history of a user without a home'
	failed=1
fi
printf 'help show\n"open\nquit\n' | HOME=/nonexistent "$ctl" 2>&1 | grep -q 'tandemctl show calls' || {
	echo 'the shell does not run help'
	failed=1
}
exit $failed
