# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=sh
#
# From here on nothing is found but what Debian's essential packages and packages.txt bring. To be
# sourced by what runs or tests Tandem, with top set to this tree.

if [ "$PATH" != "${top:?}/.path" ]; then
	# shellcheck disable=SC2034 # for tests/lab
	users_path=$PATH
	"$top/tools/path"
	export PATH="$top/.path"
fi
