# The commands of libsv2. docs/architecture.md says what lies where.

BUILD ?= build
ifeq ($(origin CC),default)
CC := gcc
endif
FUZZTIME ?= 60s
JOBS ?= $(shell nproc 2>/dev/null || echo 1)
export CC CXX

.DELETE_ON_ERROR:

LIBRARY_SOURCES := $(shell find capi codec status sv2 noise internal/secp256k1 internal/secretmem include -name '*.go' -o -name '*.c' -o -name '*.h') scripts/build_library.sh go.mod
C_FLAGS := -O2 -g -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude
CXX_FLAGS := -O2 -g -std=c++17 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude
MINER_SOURCES := $(wildcard examples/c/*.c)
PROVIDER_SOURCES := $(wildcard examples/cpp-interop/*.cpp)

.PHONY: all library demo demo-programs test test-go test-c test-examples check header header-check conformance \
	conformance-check format format-check lint fuzz fuzz-coverage corpus hostile bench clean cross install interop hooks

all: library

library: $(BUILD)/libsv2.a $(BUILD)/libsv2.so

$(BUILD)/libsv2.a: $(LIBRARY_SOURCES)
	scripts/build_library.sh $(BUILD)

$(BUILD)/libsv2.so: $(BUILD)/libsv2.a
	@test -e $@ || scripts/build_library.sh $(BUILD)

$(BUILD)/debug/libsv2.a: $(LIBRARY_SOURCES)
	SV2_TAGS=sv2debug scripts/build_library.sh $(BUILD)/debug

# --- The demo ---

demo: demo-programs
	scripts/demo.sh $(BUILD) $(DEMO_FLAGS)

demo-programs: packages-demo
	@$(MAKE) --no-print-directory -j$(JOBS) $(BUILD)/miner $(BUILD)/template_provider

packages-%:
	@scripts/install_packages.sh $*

$(BUILD)/miner: $(MINER_SOURCES) $(wildcard examples/c/*.h) $(BUILD)/libsv2.a
	@echo "CC $@"
	@$(CC) $(C_FLAGS) $(MINER_SOURCES) $(BUILD)/libsv2.a -lcrypto -lpthread -o $@

PROVIDER_OBJECTS := $(patsubst examples/cpp-interop/%.cpp,$(BUILD)/cpp-interop/%.o,$(PROVIDER_SOURCES))

$(BUILD)/cpp-interop/%.o: examples/cpp-interop/%.cpp $(wildcard examples/cpp-interop/*.hpp) include/sv2.h include/sv2.hpp
	@mkdir -p $(dir $@)
	@echo "CXX $<"
	@$(CXX) $(CXX_FLAGS) -c $< -o $@

$(BUILD)/template_provider: $(PROVIDER_OBJECTS) $(BUILD)/libsv2.a
	@echo "CXX $@"
	@$(CXX) $(PROVIDER_OBJECTS) $(BUILD)/libsv2.a -lcurl -lcrypto -lpthread -o $@

# --- Tests ---

# One after the other, whatever -j says: they build the same things.
STEP = $(MAKE) --no-print-directory

test:
	$(STEP) header-check
	$(STEP) conformance-check
	$(STEP) test-go
	$(STEP) test-c
	$(STEP) test-examples
	$(STEP) demo
	@echo "test: everything passed"

# The last one is run again for what it prints.
test-go:
	go vet ./...
	go test ./...
	go test ./test/scenarios -run '^TestTenThousandSessions$$' -count 1 -v

test-c: $(BUILD)/libsv2.a $(BUILD)/debug/libsv2.a
	scripts/check_headers.sh
	scripts/check_symbols.sh $(BUILD)
	scripts/test_c.sh $(BUILD) $(BUILD)/debug

test-examples: demo-programs
	scripts/test_examples.sh $(BUILD)
	test/examples_ping_pong.sh $(BUILD)
	test/examples_pool_threads.sh $(BUILD)

hostile: demo-programs
	test/hostile.sh $(BUILD)

check:
	$(STEP) packages-check
	$(STEP) format-check
	$(STEP) lint
	$(STEP) test
	go test -race ./...
	GOARCH=386 CGO_ENABLED=0 go test ./codec ./status ./sv2/... ./noise ./internal/...
	$(STEP) hostile
	scripts/check_sanitizers.sh
	scripts/check_reproducible.sh
	scripts/check_cross.sh
	INTEROP_OPTIONAL=1 $(STEP) interop
	$(STEP) fuzz FUZZTIME=30s
	@echo "check: everything passed"

# All targets together take FUZZTIME: docs/fuzzing.md.
fuzz:
	scripts/fuzz.sh $(FUZZ_FLAGS) $(FUZZTIME)

fuzz-coverage:
	scripts/fuzz_coverage.sh $(FUZZ_FLAGS)

# Writes the seeds that the tests compare.
corpus:
	SV2_WRITE_CORPUS=1 go test ./... -run '^TestCorpus$$' -count=1

bench: $(BUILD)/libsv2.a
	scripts/bench.sh $(BUILD)

# --- Generated files and style ---

header:
	scripts/build_header.sh

header-check:
	scripts/build_header.sh --check

# docs/conformance.md from the names of rows in the tests.
conformance:
	go run ./test/conformance

conformance-check:
	go run ./test/conformance -check

C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h' '*.cpp' '*.hpp')

format:
	gofmt -w $(shell git ls-files -co --exclude-standard '*.go')
	clang-format -i $(C_FILES)

format-check:
	@test -z "$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go'))" || { gofmt -l .; echo "not formatted; run make format"; exit 1; }
	@clang-format --dry-run -Werror $(C_FILES)
	@echo "format-check: everything is formatted"

lint:
	go vet ./...
	go vet -tags sv2debug ./capi
	go run honnef.co/go/tools/cmd/staticcheck@v0.6.1 ./...

hooks:
	git config core.hooksPath .githooks

# --- Other targets ---

cross:
	@test -n "$(TARGET)" || { echo "cross: say which, for example make cross TARGET=arm-linux-gnueabihf"; exit 1; }
	CC=$(TARGET)-gcc scripts/build_library.sh $(BUILD)/$(TARGET) $$(scripts/goarch.sh $(TARGET))

install:
	@echo "install: not there yet; link build/libsv2.a and include/sv2.h directly, or copy them"; exit 1

interop: $(BUILD)/libsv2.a
	scripts/interop.sh $(BUILD) $(INTEROP_FLAGS)

clean:
	rm -rf $(BUILD)
