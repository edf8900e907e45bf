# SPDX-License-Identifier: Apache-2.0
# The front door. Everything real is in meson.build and tools/; each goal first sees to its packages.
#
#   make            build/lictor and build/ngx_http_lictor_module.so
#   make run        the demo on 127.0.0.1:8080: four calls, then it keeps serving
#   make test       style, unit tests (also under ASan and UBSan), short fuzz, end to end
#   make bench      the budgets of docs, as ratios in one run
#   make fuzz       every fuzz target for FUZZ_SECONDS (default 60)
#   make install    into DESTDIR and PREFIX (default /usr)
#
# NGINX_SRC=PATH builds the module against another nginx source than Debian's.

PREFIX ?= /usr
NGINX_SRC ?=
FUZZ_SECONDS ?= 60
NINJA := ninja
CHECKED := $(if $(filter true,$(CI)),--werror,)

.NOTPARALLEL:
.PHONY: all build run test bench fuzz install clean
all: build

build/build.ninja: | deps-build
	@mkdir -p build
	@meson setup build --prefix $(PREFIX) $(CHECKED) -Dnginx_src='$(NGINX_SRC)' >build/setup.log 2>&1 \
	  || { cat build/setup.log; rm -rf build; exit 1; }

.PHONY: deps-build deps-run deps-test deps-bench
deps-build deps-run deps-test deps-bench: deps-%:
	@tools/install-deps.sh $*

build: deps-build build/build.ninja
	@$(NINJA) -C build --quiet

run: deps-run build
	@tools/demo.sh

test: deps-test build
	@tools/run_tests.py

bench: deps-bench build
	@bench/run.sh

fuzz: deps-test
	@tools/fuzz.py --seconds $(FUZZ_SECONDS)

install: build
	@meson configure build -Dprefix='$(PREFIX)'
	@meson install -C build --quiet $(if $(DESTDIR),--destdir '$(abspath $(DESTDIR))')

clean:
	rm -rf build build-asan build-fuzz
