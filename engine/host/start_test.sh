#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# tandem-engine refuses what it cannot start from, in one line: start_test.sh TANDEM_ENGINE
set -u
engine=$1
failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

refused() { # LINE ARGUMENT... : what it says, exit status 2
	line=$1
	shift
	said=$(timeout 20 "$engine" "$@" 2>&1)
	got=$?
	if [ $got != 2 ] || [ "$said" != "tandem-engine: $line" ]; then
		printf 'tandem-engine %s: exit %d, said:\n%s\n' "$*" $got "$said"
		failed=1
	fi
}

echo 'site site domain=tandem.example' >"$dir/site.conf"
ln "$dir/site.conf" "$dir/link"
mkfifo "$dir/pipe"
for log in site.conf link; do
	refused "--config and the log are one file, $dir/$log; give each its own" \
		--config "$dir/site.conf" --log "$dir/$log"
done
[ "$(wc -l <"$dir/site.conf")" = 1 ] || failed=1
refused "$dir/none: No such file or directory; tandemd writes it from site.yaml" --config "$dir/none"
refused "$dir/pipe: it is no ordinary file; tandemd writes it from site.yaml" --config "$dir/pipe"
refused "log $dir/pipe: No such device or address; give \"stderr\", \"journal\" or a file that can be written" \
	--config "$dir/site.conf" --log "$dir/pipe"
exit $failed
