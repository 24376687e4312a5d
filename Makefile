# SPDX-License-Identifier: BSD-3-Clause
# Two commands matter: as root: `make demo` runs the main job, `make test` passes the tests.
# meson does the building; this file only spares you its options.

B    ?= build
ASAN ?= build-asan

.PHONY: all deps demo test lint measure asan bench bench-peers clean install hooks recipes

all: deps
	@tools/configure $(B) --buildtype=release
	@ninja -C $(B)

# Installs what packages.txt lists and is not there yet.
deps:
	@tools/deps

# git asks tools/commits about the message of each commit.
hooks:
	@git config core.hooksPath tools/hooks

demo: all
	@tests/demo/run

test: all
	@meson test -C $(B) --no-rebuild --print-errorlogs

lint: all
	@tools/lint $(B)

# Follows "how to add" of CONTRIBUTING.md to the letter, on a copy of the tree; half an hour.
recipes: deps
	@tools/recipes run

# Sizes, branches, circles and namesakes of the product's code.
measure:
	@tools/measure

asan: deps
	@tools/configure $(ASAN) --buildtype=debugoptimized -Db_sanitize=address,undefined \
		-Djemalloc=disabled
	@ninja -C $(ASAN)
	@meson test -C $(ASAN) --no-rebuild --print-errorlogs --timeout-multiplier 4

bench: all
	@$(B)/bench/tandem-bench relay --legs 2000,10000,100000,400000
	@$(B)/bench/tandem-bench tap --legs 2000,10000,100000,400000
	@$(B)/bench/tandem-bench srtp --legs 2000,100000
	@$(B)/bench/tandem-bench latency --latency low

# Tandem beside rtpengine (apt-get install rtpengine-daemon); about five minutes.
bench-peers: all
	@bench/peers/run --build $(B)

install: all
	@meson install -C $(B) --no-rebuild

clean:
	@rm -rf $(B) $(ASAN)
