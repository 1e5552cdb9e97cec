# SPDX-License-Identifier: MIT
# The front door; `make help` lists it. CMakePresets.json holds the configurations behind it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo build test conformance differential check check-full clients wasm zoo bench bench-kernels format docs \
	python clean

JOBS ?= $(shell nproc)
RELEASE := build/release
# Real models in ONNX's backend-test layout to test with, besides the repository's own.
MODELS ?= $(firstword $(wildcard $(abspath ../shared/models)))
# ONNX's backend tests: an archive or a folder; Debian's libonnx-testdata is tested with as well.
ONNX_TESTS ?= $(firstword $(wildcard $(abspath ../shared/onnx-tests/onnx-backend-tests.tar.xz)))
CONFIGURE = cmake -DKANTE_TEST_MODELS="$(MODELS)" -DKANTE_ONNX_TESTS="$(ONNX_TESTS)" --log-level=WARNING --preset
BUILD = cmake --build --parallel $(JOBS) --preset
CTEST = ctest --output-on-failure --no-tests=error -j $(JOBS)

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: ## Build Kante and recognise the recordings in zoo/keywords
	@tools/bootstrap.sh build
	@$(CONFIGURE) release >/dev/null
	@$(BUILD) release --target kante-keywords
	@$(RELEASE)/kante-keywords zoo/keywords/keywords.onnx zoo/keywords/recordings/*

build: ## Build build/release/kante, libkante.so and libkante.a
	@tools/bootstrap.sh build
	$(CONFIGURE) release
	$(BUILD) release --target kante_cli kante_shared kante_static

test: ## Build everything for release and run all tests (15 minutes at most)
	@tools/bootstrap.sh check
	$(CONFIGURE) release
	$(BUILD) release
	cd $(RELEASE) && $(CTEST)

conformance: ## Run ONNX's backend suite (part of test)
	@tools/bootstrap.sh check
	@$(CONFIGURE) release >/dev/null
	@$(BUILD) release --target conformance
	@tests/conformance/run.sh $(RELEASE) "$(ONNX_TESTS)" --core
	@tests/conformance/run.sh $(RELEASE) "$(ONNX_TESTS)"

check: ## Format, layers, file lengths, symbols, sizes, and the core tests under ASan and UBSan
	@tools/bootstrap.sh check
	tools/check_format.sh
	python3 tools/check_layers.py
	python3 tools/check_file_length.py
	python3 tools/check_text.py
	$(CONFIGURE) release
	$(BUILD) release --target kante_shared kante_static
	python3 tools/check_symbols.py $(RELEASE)/libkante.so $(RELEASE)/libkante.a
	python3 tools/check_size.py $(RELEASE)/libkante.so
	$(CONFIGURE) asan
	$(BUILD) asan
	cd build/asan && $(CTEST) -L core

check-full: check ## check, and TSan, AArch64 under qemu, WebAssembly in Node, fuzzing, the smallest build and Python
	@tools/bootstrap.sh full
	$(CONFIGURE) tsan
	$(BUILD) tsan
	cd build/tsan && $(CTEST) -L core
	$(CONFIGURE) aarch64
	$(BUILD) aarch64
	cd build/aarch64 && $(CTEST) -L core
	$(MAKE) wasm
	tools/fuzz.sh 60
	$(CONFIGURE) minsize
	$(BUILD) minsize
	python3 tools/check_size.py build/minsize/libkante.so
	cd build/minsize && $(CTEST) -L core
	tools/check_reduced.sh
	tests/differential/check.sh $(RELEASE)/kante --time 600
	python/tests/run.sh hugging-face

clients: ## Run clients of ONNX Runtime's C ABI, as released, on libkante.so (CLIENTS="go java" for some)
	@tools/bootstrap.sh build
	@$(CONFIGURE) release >/dev/null
	@$(BUILD) release --target kante_shared
	tests/clients/run.sh $(RELEASE)/libkante.so $(CLIENTS)

python: ## Build the Python package's wheel and hold it against onnxruntime, scikit-learn, xgboost and lightgbm
	@tools/bootstrap.sh build
	python/tests/run.sh

wasm: ## Build for WebAssembly with SIMD and run the core tests and real models in Node
	@tools/bootstrap.sh wasm
	$(CONFIGURE) wasm
	$(BUILD) wasm
	cd build/wasm && $(CTEST) -L core

differential: ## Compare random small graphs with ONNX Runtime for a minute (SECONDS_TO_COMPARE=60)
	@tools/bootstrap.sh build
	$(CONFIGURE) release
	$(BUILD) release --target kante_cli
	tests/differential/check.sh $(RELEASE)/kante --time $(or $(SECONDS_TO_COMPARE),60)

zoo: ## Export real architectures from PyTorch into the cache (ZOO="resnet18 bert_base": these only)
	@tools/bootstrap.sh full
	@zoo/make.sh $(ZOO)

bench: ## Measure loads and small runs, and compare with other runtimes (docs/performance.md, performance-abi.md)
	@tools/bootstrap.sh full
	$(CONFIGURE) release -DKANTE_BUILD_BENCH=ON
	$(BUILD) release
	$(BUILD) release --target kante_bench_worker kante_abi_worker
	@for program in $(RELEASE)/{load,run}_bench; do echo "== $$program"; $$program; done
	bench/compare/make.sh --page docs/performance.md
	bench/abi/make.sh --page docs/performance-abi.md

bench-kernels: ## Hold kernels against the peaks of this machine (docs/performance-kernels.md)
	@tools/bootstrap.sh full
	$(CONFIGURE) release -DKANTE_BUILD_BENCH=ON
	$(BUILD) release --target kernels_bench
	bench/kernels/make.sh $(RELEASE)

format: ## Format all C++ files in place
	@tools/bootstrap.sh check
	@tools/check_format.sh --fix

docs: build ## Write the pages of docs/ that the program knows best (operators, command line)
	tools/make_docs.sh $(RELEASE)

clean: ## Remove everything that was built
	rm -rf build
