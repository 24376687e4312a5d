#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# moved.sh af_xdp|af_packet: the programs run from a copy of the build tree, in a path with a space,
# while the tree where they were built cannot be seen. The engine finds the kernel's programs beside
# itself and serves a call; and none of the programs knows where it was built.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

LAB_PORT=$1
export LAB_PORT
parent=$(mktemp -d)
undo() {
	rm -rf "$parent"
}
built=$BUILD
moved="$parent/a tree"
mkdir "$moved"
(cd "$built" && cp --parents engine/host/tandem-engine control/tandemd control/cli/tandemctl \
	dataplane/xdp/*.bpf.o "$moved")
for program in engine/host/tandem-engine control/tandemd control/cli/tandemctl; do
	strip --strip-debug -o "$out/stripped" "$moved/$program"
	! grep -qaF "$built" "$out/stripped" || fail "$program knows $built"
done

speech
export BUILD=$moved
lab_up
"$lab" stop engine
# A mount of this script is not seen by other processes.
# shellcheck disable=SC2016
unshare --mount sh -c 'mount -t tmpfs hidden "$1" && exec "$2" start engine' sh "$built" "$lab"
# By inode: in a chroot, /proc tells the path outside of it.
exe=/proc/$(cat "$LAB_RUN/engine.pid")/exe
[ "$exe" -ef "$moved/engine/host/tandem-engine" ] || fail "what runs is $(readlink "$exe")"
NUMBER=$LAB_NUMBER_BACKUP callers moved 10.20.0.11 4930 caller-hangs-up de PCMA -m 1 -d 500 ||
	fail "the call"
balanced
