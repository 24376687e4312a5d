# SPDX-License-Identifier: BSD-3-Clause
# Completion of tandemctl for bash: tandemctl itself knows what a word can be.

_tandemctl() {
	local cur=${COMP_WORDS[COMP_CWORD]}

	mapfile -t COMPREPLY < <("${COMP_WORDS[0]}" complete --line "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	case ${COMPREPLY[*]-} in
	@file) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	@directory) mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
	esac
}

complete -F _tandemctl tandemctl
