# Two commands do everything on a machine that has Swift: `make demo` and `make test`.
SWIFT ?= swift
# Swift's own libraries are linked in, so that the command runs wherever it is copied to.
RELEASE = -c release --static-swift-stdlib
# Tests run optimised, in a folder of their own, so that they do not undo the build of the command.
TESTS = -c release -Xswiftc -enable-testing --scratch-path .build-tests
PREFIX ?= /usr/local

.PHONY: demo build test lint bench fuzz docs install clean

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

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests Package.swift
	@if [ -x ../shared/tools/house ]; then ../shared/tools/house .; fi

bench: build
	@scripts/setup --tests
	@Benchmarks/run

fuzz:
	@FuzzTesting/run

docs:
	@echo "The documents are in docs/; docs/architecture.md is the map."

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 .build/release/npy "$(DESTDIR)$(PREFIX)/bin/npy"

clean:
	rm -rf .build .build-tests .venv
