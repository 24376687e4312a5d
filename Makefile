# SPDX-License-Identifier: BSD-3-Clause
# The two main targets, both for root: `make demo` runs the main job, `make test` runs the tests.
# meson builds. The targets here call it with the right options.

B    ?= build
ASAN ?= build-asan
# Tests at a time. Most sleep, and two cores carry three; the smoke tests' engines share core 0.
JOBS ?= 3

# What runs finds the programs of listed packages and no others; the build prefers them, and may use
# a ccache.
CLOSED = env PATH="$(CURDIR)/.path"
LISTED_FIRST = env PATH="$(CURDIR)/.path:$$PATH"

.PHONY: all deps demo test test-all lint measure asan bench bench-peers bench-queue clean install hooks recipes

all: deps
	@$(LISTED_FIRST) tools/configure $(B) --buildtype=release
	@$(LISTED_FIRST) ninja -C $(B)

# Installs what packages.txt lists and is not there yet.
deps:
	@tools/deps

# git asks tools/commits about the message of each commit.
hooks:
	@git config core.hooksPath tools/hooks

demo:
	@[ "$$(id -u)" = 0 ] || { echo 'make demo: needs root, for packages and network namespaces'; exit 1; }
	@$(MAKE) --no-print-directory all
	@tests/demo/run

test: all
	@$(CLOSED) meson test -C $(B) --no-rebuild --print-errorlogs --num-processes $(JOBS) --timeout-multiplier 3

# What takes long, too: a day of calls in virtual time, two minutes of fuzzing a target, all tests under the
# sanitizers, lint, the recipes.
test-all: test
	@$(CLOSED) meson test -C $(B) --no-rebuild --print-errorlogs --suite long
	@$(CLOSED) tests/fuzz/run 120
	@$(MAKE) --no-print-directory asan
	@$(MAKE) --no-print-directory lint
	@$(MAKE) --no-print-directory recipes

lint: all
	@$(CLOSED) tools/lint $(B)

# Follows "how to add" of CONTRIBUTING.md to the letter, on a copy of the tree; half an hour.
recipes: deps
	@$(LISTED_FIRST) tools/recipes run

# Sizes, branches, circles and namesakes of the product's code.
measure:
	@tools/measure

asan: deps
	@$(LISTED_FIRST) tools/configure $(ASAN) --buildtype=debugoptimized -Db_sanitize=address,undefined \
		-Djemalloc=disabled
	@$(LISTED_FIRST) ninja -C $(ASAN)
	@$(CLOSED) meson test -C $(ASAN) --no-rebuild --print-errorlogs --num-processes $(JOBS) --timeout-multiplier 4

bench: all
	@$(B)/bench/tandem-bench relay --legs 2000,10000,100000,400000
	@$(B)/bench/tandem-bench tap --legs 2000,10000,100000,400000
	@$(B)/bench/tandem-bench srtp --legs 2000,100000
	@$(B)/bench/tandem-bench latency --latency low

# Tandem beside rtpengine (apt-get install rtpengine-daemon); about five minutes.
bench-peers: all
	@bench/peers/run --build $(B)

# Calls through a queue of a running engine; two minutes for a round.
bench-queue: all
	@bench/queue/run --build $(B)

install: all
	@$(LISTED_FIRST) meson install -C $(B) --no-rebuild

clean:
	@rm -rf $(B) $(ASAN) build-fuzz .path
