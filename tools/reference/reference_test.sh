#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Every list makes a document that its reader takes: reference_test.sh REFERENCE
set -u
reference=$1
failed=0
dir=$(mktemp -d "${TMPDIR:-/tmp}/reference-XXXXXX") || exit 1 # no dot: mandoc would take it for a section
trap 'rm -rf "$dir"' EXIT

fail() {
	printf '%s\n' "$1"
	failed=1
}

lists=$("$reference" 2>&1 | sed -n 's/^Lists: //p')
[ -n "$lists" ] || fail 'it does not say its lists'
for list in $lists; do
	"$reference" "$list" --markdown >"$dir/md" || fail "$list: exit $?"
	head -n 1 "$dir/md" | grep -q '^# .' || fail "$list: no title"
	# a row has as many cells as its table's head
	sed 's/\\|//g' "$dir/md" | awk -F'|' -v list="$list" '
		/^\|/ { if (!n) n = NF; else if (NF != n) { print list ": " $0; bad = 1 } next }
		{ n = 0 }
		END { exit bad }' || fail "$list: a row of another length than its table"
	{
		printf '.Dd November 21, 2026\n.Dt %s 5\n.Os Tandem\n.Sh NAME\n.Nm %s\n.Nd a list\n' LIST list
		printf '.Sh LIST\n@%s@\n' "$list"
	} >"$dir/in"
	"$reference" --fill "$dir/in" --mdoc >"$dir/page" || fail "$list: mdoc: exit $?"
	mandoc -T lint -W warning "$dir/page" || fail "$list: mandoc has complaints"
	# a number with a point has it in both forms: 20.1 is not 201
	tr -d '`\\' <"$dir/md" | grep -oE '[0-9]+\.[0-9]+' | sort -u >"$dir/md.numbers"
	tr -d '\\&' <"$dir/page" | grep -oE '[0-9]+\.[0-9]+' | sort -u >"$dir/page.numbers"
	cmp -s "$dir/md.numbers" "$dir/page.numbers" || fail "$list: numbers of the page are not those of the table"
done

"$reference" frogs --markdown >"$dir/md" 2>"$dir/said" && fail 'a list that is not there'
grep -q '^Lists: .*drops' "$dir/said" || fail 'it does not say which lists there are'
echo '@frogs@' >"$dir/in"
"$reference" --fill "$dir/in" --mdoc >"$dir/page" 2>"$dir/said" && fail 'a list that is not there, filled in'
grep -q '/in:1: .*@frogs@' "$dir/said" || fail 'it does not say where'
exit $failed
