# SPDX-License-Identifier: BSD-3-Clause
# Completion of tandemctl for bash.

_tandemctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} words=() cmd='' i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--engine | --tandemd) ((i++)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	cmd=${words[0]-}
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	help) _tandemctl_names commands; return ;;
	cdr) _tandemctl_names calls; return ;;
	-c) _tandemctl_names calls; return ;;
	-w | check | apply) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	--call | call | hangup) _tandemctl_names calls; return ;;
	-q | --queue) _tandemctl_names queues; return ;;
	--codec) _tandemctl_names codecs; return ;;
	--layer) mapfile -t COMPREPLY < <(compgen -W 'ip ethernet wire' -- "$cur"); return ;;
	esac
	case $cmd in
	'') _tandemctl_names commands ;;
	show) _tandemctl_names views ;;
	agent)
		case ${#words[@]} in
		1) _tandemctl_names agents ;;
		2) mapfile -t COMPREPLY < <(compgen -W 'login logout pause unpause ready' -- "$cur") ;;
		*) mapfile -t COMPREPLY < <(compgen -W '--reason' -- "$cur") ;;
		esac
		;;
	bandwidth) mapfile -t COMPREPLY < <(compgen -W 'links ports plan --link --codec --ptime --layer --ipv6 --srtp' -- "$cur") ;;
	trace) mapfile -t COMPREPLY < <(compgen -W '--sip --call -w' -- "$cur") ;;
	replay) mapfile -t COMPREPLY < <(compgen -W '--verify --store --journal' -- "$cur") ;;
	alarms) mapfile -t COMPREPLY < <(compgen -W '-n' -- "$cur") ;;
	queue-log | cdr) mapfile -t COMPREPLY < <(compgen -W '-n -q -c' -- "$cur") ;;
	esac
}

_tandemctl_names() {
	mapfile -t COMPREPLY < <(compgen -W "$(tandemctl complete "$1" 2>/dev/null)" -- "$cur")
}

complete -F _tandemctl tandemctl
