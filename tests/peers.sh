# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
#
# Callers and agents for the demo and the smoke tests: SIPp and baresip in a lab. To be sourced by a
# bash script that has set top, this tree, and out, a directory for what they leave behind.

: "${top:?}" "${out:?}"
lab=$top/tests/lab
scenarios=$top/tests/demo/sipp
pids=()     # what peers_stop ends
captures=()

background() { # CMD...
	"$@" </dev/null &
	pids+=($!)
}

# For a trap on EXIT: ends our processes and removes the lab, also after a failure.
peers_stop() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2>/dev/null || true
	done
	"$lab" down
}

lab_up() { # ARGS OF tests/lab up...
	"$lab" down
	"$lab" up "$@"
	eval "$("$lab" env)"
}

# A scenario's file with the speech NAME, from $out/speech, filled in. TALK: ms that an agent talks.
scenario() { # SCENARIO NAME [TALK]
	local file=$out/sipp/$1-$2.xml
	sed -e "s#@PCAP@#$out/speech/$2.pcap#" -e "s#@PCMA@#$out/speech/carol-pcma.pcap#" \
		-e "s#@PCMU@#$out/speech/carol-pcmu.pcap#" -e "s#@TALK@#${3:-5000}#" \
		"$scenarios/$1.xml" >"$file"
	echo "$file"
}

# Statistics go to $out/sipp-NAME.csv; what it draws on its screen is of no use here.
sipp_in() { # NAMESPACE NAME ARGS...
	local space=$1 name=$2
	shift 2
	(
		cd "$out/sipp" || exit
		exec timeout 150 ip netns exec "$LAB-$space" sipp -nostdin -trace_err \
			-error_file "$out/sipp/$name.err" -trace_stat -stf "$out/sipp-$name.csv" -fd 1 "$@"
	) </dev/null >"$out/sipp/$name.screen" 2>&1
}

# Callers who dial NUMBER (LAB_NUMBER_SALES unless said), in the foreground.
callers() { # NAME ADDRESS CALLER-NUMBER SCENARIO SPEECH CODEC SIPP-ARGS...
	local name=$1 address=$2 caller=$3 scenario=$4 speech=$5 codec=$6 pt=8
	shift 6
	[ "$codec" = PCMA ] || pt=0
	sipp_in carrier "carrier-$name" "$LAB_ENGINE_CARRIER:$LAB_SIP_PORT" \
		-s "${NUMBER:-$LAB_NUMBER_SALES}" -sf "$(scenario "$scenario" "$speech")" -i "$address" \
		-mi "$address" -p 5060 -key caller "$caller" -key pt "$pt" -key codec "$codec" "$@"
}

register() { # AGENT ADDRESS PASSWORD
	(
		cd "$out/sipp" || exit
		exec timeout 30 ip netns exec "$LAB-floor" sipp "$LAB_ENGINE_FLOOR:$LAB_SIP_PORT" -s "$1" \
			-sf "$scenarios/register.xml" -i "$2" -p 5060 -key domain "$LAB_DOMAIN" -au "$1" \
			-ap "$3" -m 1 -nostdin -trace_err -error_file "$out/sipp/$1-register.err"
	) </dev/null >"$out/sipp/$1-register.screen" 2>&1 || {
		echo "$1 could not register" >&2
		cat "$out/sipp/$1-register.err" >&2 || true
		return 1
	}
}

# A baresip of its own. ACCOUNT: what follows the address in its accounts file; ARGS: baresip's;
# BARESIP_CONFIG: a line more of its configuration.
baresip_in() { # NAMESPACE NAME ADDRESS WAV ACCOUNT ARGS...
	local space=$1 name=$2 address=$3 wav=$4 account=$5 dir=$out/$2
	shift 5
	mkdir -p "$dir"
	ln -sf "$wav" "$dir/audio.wav" # baresip takes no path with a space in it
	cat >"$dir/config" <<-END
	sip_listen $address:5060
	module_path /usr/lib/baresip/modules
	module g711.so
	module aufile.so
	module_tmp uuid.so
	module_tmp account.so
	module_app menu.so
	audio_source aufile,audio.wav
	ausrc_srate 8000
	ausrc_channels 1
	rtp_ports 30000-39999
	${BARESIP_CONFIG:-}
	END
	echo "<sip:$name@$LAB_DOMAIN>;$account;audio_codecs=pcma/8000/1,pcmu/8000/1;ptime=20;mwi=no" \
		>"$dir/accounts"
	background env -C "$dir" "$lab" exec "$space" baresip -f "$dir" -v "$@" >"$dir/log" 2>&1
}

# An agent who answers at once, plays a WAV and hangs up at its end.
agent_baresip() { # AGENT ADDRESS PASSWORD WAV
	local server=sip:$LAB_ENGINE_FLOOR:$LAB_SIP_PORT
	baresip_in floor "$1" "$2" "$4" \
		"outbound=\"$server\";auth_user=$1;auth_pass=$3;regint=300;answermode=auto"
}

# An agent who rings for half a second, talks TALK ms and hangs up, if the caller does not.
agent_sipp() { # AGENT ADDRESS PASSWORD [TALK]
	register "$1" "$2" "$3"
	background sipp_in floor "agent-$1" -sf "$(scenario agent-answers "$1" "${4:-5000}")" -i "$2" \
		-mi "$2" -p 5060
}

available() { # N: waits until so many agents are
	"$top/tests/demo/view" --until-available "$1" "$LAB_ENGINE_SOCKET"
}

until_line() { # PATTERN FILE: waits until a program that has started says so
	for _ in $(seq 600); do
		grep -q "$1" "$2" 2>/dev/null && return
		sleep 0.05
	done
	echo "no line '$1' in $2 after 30 s: $(tail -n 1 "$2")" >&2
	return 1
}

# $out/NAME.pcap; captures_stop ends them all.
capture() { # NAMESPACE DEVICE NAME
	background "$lab" exec "$1" tshark -q -i "$2" -F pcap -w "$out/$3.pcap" >"$out/$3.capture" 2>&1
	captures+=($!)
	until_line 'Capture started' "$out/$3.capture"
}

captures_stop() {
	sleep 1 # what the kernel has for tshark and tshark has not read yet
	kill "${captures[@]}" 2>/dev/null || true
	wait "${captures[@]}" 2>/dev/null || true
	captures=()
}

stored() { # SQL: its one number, 0 when there is no store yet
	sqlite3 -readonly "$LAB_STORE" "$1" 2>/dev/null || echo 0
}

# Until tandemd has stored N calls and all their recordings, 20 s at most.
settle() { # N
	for _ in $(seq 200); do
		[ "$(stored 'SELECT count(*) FROM cdr')" -lt "$1" ] ||
			[ "$(stored 'SELECT count(*) FROM recording')" -lt \
				"$(stored 'SELECT count(*) FROM cdr WHERE recording != 0')" ] || return 0
		sleep 0.1
	done
	echo "not stored within 20 s: $1 calls" >&2
	return 1
}
