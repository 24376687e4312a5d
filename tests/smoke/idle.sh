#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Idle with 1,000 registered agents and no call: all threads of the engine together take less than
# 3 % of a core, and those with nothing to do sleep.
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

agents=1000
site=$out/site.yaml
awk -v n=$agents '
	/^groups:/ {print; printf "  crowd: {agents: [a1"; for (i = 2; i <= n; i++) printf ", a%d", i; print "]}"; next}
	/^agents:/ {print; for (i = 1; i <= n; i++)
		printf "  a%d: {password: secret, policy: address, codecs: [pcma], auto_login: true}\n", i; next}
	/^queues:/ {print; print "  crowd: {groups: [crowd], music: moh}"; next}
	{print}' "$top/examples/site.yaml" >"$site"
lab_up "$site"
{
	echo SEQUENTIAL
	for i in $(seq $agents); do
		echo "a$i;[authentication username=a$i password=secret]"
	done
} >"$out/agents.csv"
sed -e 's#\[service\]#[field0]#g' -e 's#\[authentication\]#[field1]#' \
	"$top/tests/demo/sipp/register.xml" >"$out/register.xml"
sipp_in floor agent-register "$LAB_ENGINE_FLOOR:$LAB_SIP_PORT" -sf "$out/register.xml" \
	-inf "$out/agents.csv" -i 10.30.0.20 -p 5060 -key domain "$LAB_DOMAIN" -m $agents -r 200 -l 50 ||
	fail "agents could not register"
available $agents
sleep 3 # retransmission timers of the last registrations
"$here/lib/cpu" "$(cat "$LAB_RUN/engine.pid")" 10 | tee "$out/cpu"
at_most "CPU of the idle engine, % of a core" "$(awk '/^all/ {print $2}' "$out/cpu")" 3
for thread in journal recorder; do
	at_most "wakes a second of the $thread thread" \
		"$(awk -v t=$thread '$1 == t {print $3}' "$out/cpu")" 1
done
