# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# What every smoke test sources first: a lab of the test's own name, everything in peers.sh, and a
# trap that shows the logs of a test that failed and removes all it made.

set -euo pipefail

name=$(basename "$0" .sh)${1:+-$1}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=$top/tests/smoke
lab=$top/tests/lab
# shellcheck source=../path.sh
. "$top/tests/path.sh"
# A lab that the caller names is a prefix: two trees can run the same test at the same time.
export LAB=${LAB:+$LAB-}smoke-$name BUILD=${BUILD:-$top/build}
out=$BUILD/smoke/$name

[ "$(id -u)" = 0 ] || { echo "needs root, for network namespaces"; exit 77; }
# A test that was killed leaves its lab: engines that take the time of all tests after it.
export LAB_OWNER=$$
for owner in /run/tandem-*smoke-*/owner; do
	[ -e "$owner" ] || continue
	! kill -0 "$(cat "$owner")" 2>/dev/null || continue
	dead=$(basename "${owner%/owner}")
	echo "removing the lab that a killed test left: $dead"
	LAB=${dead#tandem-} "$lab" down || true
done
rm -rf "$out"
mkdir -p "$out/sipp"
ln -s "$top/examples/sounds" "$out/sounds" # for sites of a test's own
# shellcheck source=../peers.sh
. "$top/tests/peers.sh"

# What AddressSanitizer and UBSan had to say, in a build that has them (make asan).
export LSAN_OPTIONS=suppressions=$here/lsan.supp:print_suppressions=0
sanitized() {
	"$lab" stop engine && "$lab" stop tandemd || true
	! grep -E -A 20 'ERROR: [A-Za-z]*Sanitizer|runtime error:' /run/tandem-"$LAB"/*.log 2>/dev/null
}

undo() { # what a test has made besides: it defines this anew
	:
}

finish() {
	local code=$?
	trap - EXIT INT TERM HUP
	[ $code != 0 ] || sanitized || code=1
	if [ $code != 0 ]; then
		"$lab" logs 30 || true
		find "$out/sipp" -name '*.err' -size +0 -exec tail -n 5 {} + || true
	fi
	undo
	peers_stop
	exit $code
}
trap finish EXIT
trap 'exit 130' INT TERM HUP

fail() {
	echo "FAIL  $*"
	exit 1
}

# Both must be the same; what is being compared is said first.
same() { # WHAT IS SHOULD-BE
	[ "$2" = "$3" ] || fail "$1: $2, should be $3"
	echo "ok    $1: $2"
}

at_most() { # WHAT VALUE LIMIT
	awk -v v="$2" -v l="$3" 'BEGIN {exit !(v <= l)}' || fail "$1: $2, at most $3 is allowed"
	echo "ok    $1: $2 (at most $3)"
}

at_least() { # WHAT VALUE LIMIT
	awk -v v="$2" -v l="$3" 'BEGIN {exit !(v >= l)}' || fail "$1: $2, at least $3 is asked for"
	echo "ok    $1: $2 (at least $3)"
}

joined() { # CALL AGENT: waits until the agent, who was added, has joined, 20 s at most
	for _ in $(seq 100); do
		"$lab" ctl call "$1" >"$out/story" || true
		! grep -q "200 from agent $2, who joins" "$out/story" || return 0
		sleep 0.2
	done
	fail "$2 does not join: $(cat "$out/story")"
}

# Every packet, and every SIP message sent, is accounted for.
balanced() {
	"$here/lib/balance" "$LAB_ENGINE_SOCKET" || fail "a balance is not even"
}

statistic() { # SIPP-NAME COLUMN: of the last row
	python3 - "$out/sipp-$1.csv" "$2" <<-'END'
	import csv, sys
	with open(sys.argv[1], newline="") as file:
	    print(list(csv.DictReader(file, delimiter=";"))[-1][sys.argv[2]])
	END
}

speech() {
	"$top/tests/demo/speech" "$out/speech"
}
