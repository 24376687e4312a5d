#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The main job, as `make demo` runs it, and the proof that its checker notices what it should.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
export LAB=${LAB:+$LAB-}smoke-demo DEMO_OUT=$BUILD/smoke/demo
[ "$(id -u)" = 0 ] || { echo "needs root, for network namespaces"; exit 77; }
"$here/../demo/run"
"$here/../demo/negative" "$DEMO_OUT"
