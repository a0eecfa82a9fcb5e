# Two commands do everything on a machine that has Swift: `make demo` and `make test`.
SWIFT ?= swift
# Swift's own libraries are linked in, so that the command runs wherever it is copied to.
RELEASE = -c release --static-swift-stdlib
# Tests run optimised but with assertions, in a folder of their own, so that they do not undo the build of the command.
TESTS = -c release -Xswiftc -enable-testing -Xswiftc -assert-config -Xswiftc Debug --scratch-path .build-tests
# How long `make fuzz` runs each fuzzer from each seed. A seed that changes from day to day finds what the fixed one cannot.
SECONDS ?= 60
SEEDS ?= 1 $(shell date +%Y%m%d)
PREFIX ?= /usr/local

.PHONY: demo build test lint examples wheel bench fuzz fuzz-parsers sanitize docs install uninstall deb clean

demo: build
	@.build/release/npy demo

build:
	@scripts/setup
	$(SWIFT) build $(RELEASE) --product npy

test:
	@scripts/setup --tests
	$(SWIFT) build $(TESTS) --build-tests
	NPY_PYTHON="$(CURDIR)/.venv/bin/python" NPY_COMMAND="$(CURDIR)/.build-tests/release/npy" \
	  $(SWIFT) test $(TESTS) --skip-build
	@NPY_PYTHON="$(CURDIR)/.venv/bin/python" scripts/check-snippets --run .build-tests/release/Modules

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	@scripts/check-house

# Everything, or only some rows: make bench ROWS=deflate; ROWS=compare writes docs/benchmarks.md
bench: build
	@scripts/setup --tests
	@Benchmarks/run $(ROWS)

# Random input for deflate and for pickles: make fuzz SECONDS=600 SEEDS="1 2 3"
fuzz:
	@scripts/setup
	@set -e; if [ -x .venv/bin/python ]; then export NPY_PYTHON="$(CURDIR)/.venv/bin/python"; fi; \
	for seed in $(SEEDS); do \
	  echo "fuzz: deflate, $(SECONDS) s, seed $$seed"; FuzzTesting/run $(SECONDS) $$seed; \
	  echo "fuzz: pickles, $(SECONDS) s, seed $$seed"; FuzzTesting/pickles $(SECONDS) $$seed; \
	done

# Each parser on its own, by libFuzzer, which is led by what its inputs reach: make fuzz-parsers SECONDS=600 TARGETS="npz pickle"
fuzz-parsers:
	@scripts/setup --tests
	@NPY_PYTHON="$(CURDIR)/.venv/bin/python" FuzzTesting/parsers $(SECONDS) $(firstword $(SEEDS)) $(TARGETS)

# The suites under AddressSanitizer, with a search for leaks, and under ThreadSanitizer; or one: make sanitize SANITIZERS=thread
SANITIZERS ?= address thread
sanitize:
	@scripts/setup
	@scripts/sanitize $(SANITIZERS)

# The library's reference and guides as a website in .build-docs/site; docs/ has the documents for who works on it.
docs:
	@scripts/setup
	@set -e; for product in NumPyIOFoundation NumPyIORemote ArrayDeflate; do \
	  $(SWIFT) build --scratch-path .build-docs --disable-default-traits --target $$product; done
	scripts/make-docs .build-docs/debug .build-docs/site

# The programs of Examples/, built as any other package would, and run in a folder of their own; with NPY_SNIPPETS=1 the snippets of the documents, too.
examples:
	@scripts/setup
	@Examples/run

# The Python package as a wheel for every Linux with glibc 2.17 or later, and as its sources: python/dist. The linker comes from
# PyPI; the wheel is then installed in an environment of its own and tested there.
wheel:
	@scripts/setup --tests
	python/make-wheel

# The command, its manual pages, and the completions for bash, zsh and fish.
SHARE = $(DESTDIR)$(PREFIX)/share
install: build
	install -d "$(DESTDIR)$(PREFIX)/bin" "$(SHARE)/bash-completion/completions" "$(SHARE)/zsh/site-functions" \
	  "$(SHARE)/fish/vendor_completions.d" "$(SHARE)/man/man1"
	install -m 755 .build/release/npy "$(DESTDIR)$(PREFIX)/bin/npy"
	.build/release/npy completions bash > "$(SHARE)/bash-completion/completions/npy"
	.build/release/npy completions zsh > "$(SHARE)/zsh/site-functions/_npy"
	.build/release/npy completions fish > "$(SHARE)/fish/vendor_completions.d/npy.fish"
	@if command -v python3 >/dev/null; then scripts/make-manuals .build/release/npy "$(SHARE)/man/man1"; \
	  else echo "install: the manual pages are left out: making them needs python3" >&2; fi

uninstall:
	rm -f "$(DESTDIR)$(PREFIX)/bin/npy" "$(SHARE)/bash-completion/completions/npy" \
	  "$(SHARE)/zsh/site-functions/_npy" "$(SHARE)/fish/vendor_completions.d/npy.fish" \
	  "$(SHARE)/man/man1/npy.1" "$(SHARE)"/man/man1/npy-*.1

# A Debian package of the command in .build/deb.
deb: build
	@scripts/make-deb .build/release/npy .build/deb

clean:
	rm -rf .build .build-tests .build-docs .build-wheel FuzzTesting/.build FuzzTesting/.build-parsers* python/dist .venv
