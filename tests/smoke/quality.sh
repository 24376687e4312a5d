#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# baresip on both ends of a call tells how it sounds: the agent's RTCP shares the RTP port
# (RFC 5761), the caller's has its own. The caller's link is good for 12 s, then loses 10 % for 15 s,
# then every packet of the caller: MOS falls wherever that can be heard and not where it can't, and
# one-way audio is a step of the call and an alarm (how soon is printed; dataplane/leg/watch_test.c
# proves the 2 s in virtual time).
# shellcheck source=_init.sh
. "$(dirname "$0")/_init.sh"

lab_up
sox -n -r 8000 -c 1 -b 16 "$out/caller.wav" synth 60 sine 440 gain -6
sox -n -r 8000 -c 1 -b 16 "$out/agent.wav" synth 60 sine 1000 gain -6
capture wire carrier-engine carrier
capture wire floor-engine floor
BARESIP_CONFIG="rtcp_mux yes" agent_baresip alice 10.30.0.11 "$LAB_PASSWORD_ALICE" "$out/agent.wav"
available 1
baresip_in carrier caller 10.20.0.10 "$out/caller.wav" \
	"outbound=\"sip:$LAB_ENGINE_CARRIER:$LAB_SIP_PORT\";regint=0" \
	-e "/dial sip:$LAB_NUMBER_SALES@$LAB_ENGINE_CARRIER"
caller=${pids[-1]}
sleep 12
"$lab" impair carrier --loss 10% --seed 7
sleep 15
"$lab" impair carrier off >"$out/impair.json"

# From now on no packet of the caller comes through, and all others do.
call=$("$lab" ctl --json show calls | python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["id"])')
"$lab" exec carrier iptables -A OUTPUT -p udp --sport 30000:39999 -j DROP
cut=$(date +%s.%N)
sleep 4
same "audio" "$("$lab" ctl --json show calls |
	python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["audio"])')" one-way
"$lab" ctl alarms | tee "$out/alarms"
kill "$caller"
settle 1
captures_stop

"$lab" ctl call "$call" | tee "$out/story"
"$lab" ctl --json call "$call" >"$out/story.json"
python3 - "$LAB_STORE" "$cut" "$out/story.json" <<'END' || fail "the story of who is not heard"
import json, re, sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
cut = float(sys.argv[2])
with open(sys.argv[3], encoding="utf-8") as file:
    story = json.load(file)["story"]
for what, times in (
        ("story", [step["time"] for step in story
                   if re.fullmatch("no RTP from the caller for .*one-way audio", step["text"])]),
        ("alarm", [t for t, in db.execute("SELECT time FROM alarm WHERE text LIKE"
                                          " '%no RTP comes from the caller%'")])):
    print(what, [f"{t - cut:.3f} s after the cut" for t in times])
    if len(times) != 1 or times[0] < cut:
        sys.exit(1)
END
mos() { # LEG_DIRECTION
	stored "SELECT $1_mos FROM cdr"
}
for way in caller_in caller_out agent_in agent_out; do
	echo "$way: R $(stored "SELECT ${way}_r FROM cdr") worst $(stored "SELECT ${way}_r_worst FROM cdr")," \
		"MOS $(mos $way) worst $(stored "SELECT ${way}_mos_worst FROM cdr")"
done
# 10 % in both directions: 3.33 by the E-model. What the caller's link loses never reaches the agent.
for way in caller_in caller_out agent_out; do
	at_most "$way: the worst MOS" "$(stored "SELECT ${way}_mos_worst FROM cdr")" 3.9
	at_least "$way: the mean is better" "$(mos $way)" "$(stored "SELECT ${way}_mos_worst + 0.1 FROM cdr")"
done
at_least "agent_in: the worst MOS" "$(stored "SELECT agent_in_mos_worst FROM cdr")" 4.3
same "silences of the caller" "$(stored 'SELECT caller_silences FROM cdr')" 1
at_least "they lasted, ms" "$(stored 'SELECT caller_silent_ms FROM cdr')" 3000

# The agent's RTCP must use only the RTP ports, and the caller's only the odd ones.
python3 - "$top/tests/demo" "$out" <<'END' || fail "the ports of RTCP"
import collections, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import wire
wrong = 0
for link, engine, odd in ("carrier", "10.20.0.1", 1), ("floor", "10.30.0.1", 0):
    seen = collections.Counter()
    for _, src, sport, dst, dport, data, _ in wire.udp(f"{sys.argv[2]}/{link}.pcap"):
        ours = dport if dst == engine else sport
        if 20000 <= ours <= 29999 and len(data) > 1 and 192 <= data[1] <= 223:
            seen["in" if dst == engine else "out", ours & 1] += 1
    print(link, dict(seen))
    wrong += seen["in", odd] < 3 or seen["out", odd] < 3 or seen["in", 1 - odd] or seen["out", 1 - odd]
sys.exit(wrong > 0)
END
same "RTCP that no one understood" "$("$lab" ctl --json show drops |
	python3 -c 'import json,sys; print(sum(r["packets"] for r in json.load(sys.stdin) if r["reason"] == "rtcp-invalid"))')" 0
balanced
