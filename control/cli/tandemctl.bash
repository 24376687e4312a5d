# SPDX-License-Identifier: BSD-3-Clause
# Completion of tandemctl for bash.

_tandemctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} words=() cmd='' sub='' i
	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--engine | --tandemd) ((i++)) ;;
		-*) ;;
		*) words+=("${COMP_WORDS[i]}") ;;
		esac
	done
	cmd=${words[0]-} sub=${words[1]-}
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	-w | check | apply) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
	--call | call | hangup) _tandemctl_names calls; return ;;
	-q | --queue) _tandemctl_names queues; return ;;
	--codec) mapfile -t COMPREPLY < <(compgen -W 'pcma pcmu' -- "$cur"); return ;;
	--layer) mapfile -t COMPREPLY < <(compgen -W 'ip ethernet wire' -- "$cur"); return ;;
	esac
	case $cmd in
	'') _tandemctl_names commands ;;
	show)
		mapfile -t COMPREPLY < <(compgen -W \
			'calls queues agents ports trunks drops memory stats sip workers' -- "$cur")
		;;
	agent)
		if [ -z "$sub" ]; then
			_tandemctl_names agents
		else
			mapfile -t COMPREPLY < <(compgen -W \
				'login logout pause unpause ready --reason' -- "$cur")
		fi
		;;
	bandwidth) mapfile -t COMPREPLY < <(compgen -W 'plan --link --codec --ptime --layer' -- "$cur") ;;
	trace) mapfile -t COMPREPLY < <(compgen -W '--sip --call -w' -- "$cur") ;;
	replay) mapfile -t COMPREPLY < <(compgen -W '--verify --store --journal' -- "$cur") ;;
	cdr | queue-log) mapfile -t COMPREPLY < <(compgen -W '-n -q -c' -- "$cur") ;;
	esac
}

_tandemctl_names() {
	mapfile -t COMPREPLY < <(compgen -W "$(tandemctl complete "$1" 2>/dev/null)" -- "$cur")
}

complete -F _tandemctl tandemctl
