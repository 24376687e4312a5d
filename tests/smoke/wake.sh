#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# A sleeping engine answers 200 requests that come one by one after pauses, and none is lost. The
# test prints the round trips beside those of the kernel's own echo, which is asked in turn. It does
# not judge them: on a busy machine both are long. The goal is a 99th percentile under 1 ms.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
background "$lab" exec engine "$here/lib/ask" --echo 7
"$lab" exec carrier "$here/lib/ask" --count 200 --pause 0.02 --beside 7 "$LAB_CARRIER" \
	"$LAB_ENGINE_CARRIER" "$LAB_SIP_PORT" >"$out/ask"
sed 's/^/      /' "$out/ask"
same "requests without an answer" "$(awk '$1 == "lost" {print $2}' "$out/ask")" 0
