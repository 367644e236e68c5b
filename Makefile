# The tasks of this repository. `make` alone lists them.

GO          ?= go
TOOL        := $(GO) tool -modfile=tools/go.mod
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS     := -s -w -X github.com/assay-sca/assay/internal/cli.version=$(VERSION)
# Long enough for the slowest package under the race detector on a small machine.
TEST_FLAGS  ?= -timeout 30m
BENCH       ?= .
FUZZ_SECONDS ?= 300

.DEFAULT_GOAL := help
.PHONY: help
help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/assay, static
	CGO_ENABLED=0 $(GO) build -trimpath -buildvcs=false -ldflags '$(LDFLAGS)' -o bin/assay ./cmd/assay

.PHONY: run
run: build ## build, then scan examples/ with the embedded sample advisories: no network
	bin/assay scan --db sample --offline --fail-on none --allow-incomplete examples

.PHONY: demo
demo: build ## build, then run a server with a demonstration from examples/: open the link that it prints
	bin/assay serve --data "$${DEMO_DATA:-$$(mktemp -d)}" --db sample --demo examples --log-format text --log-level warn

.PHONY: test
test: ## run all tests with the race detector; installs what they need if it is missing
	@tools/ensure-cc
	@tools/ensure-servers
	CGO_ENABLED=1 $(GO) test -race $(TEST_FLAGS) ./...

.PHONY: lint
lint: ## check formatting, go vet, golangci-lint and the module files
	@echo 'gofmt -l .'; files=$$(gofmt -l .) && test -z "$$files" || { echo "not formatted:" $$files >&2; exit 1; }
	$(GO) vet ./...
	$(GO) mod tidy -diff
	$(GO) -C tools mod tidy -diff
	$(TOOL) golangci-lint run ./...

.PHONY: check
check: lint test ## everything that CI checks

.PHONY: bench
bench: ## measure: every benchmark, then the whole program (BENCH=regexp narrows the first part)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...
	$(GO) run ./test/bench

.PHONY: bench-server
bench-server: ## measure a server on SQLite and PostgreSQL: start, pushes, lists, growth, memory (LOAD=flags)
	@tools/ensure-servers
	$(GO) run ./test/loadserver $(LOAD)

.PHONY: fuzz
fuzz: ## fuzz every target, FUZZ_SECONDS (300) in total
	@tools/fuzz $(FUZZ_SECONDS)

.PHONY: coverage
coverage: ## measure test coverage of internal/; fails below coverage.floor
	@tools/coverage check

.PHONY: coverage-raise
coverage-raise: ## measure, and write a higher coverage.floor; never a lower one
	@tools/coverage raise

.PHONY: clean
clean: ## remove what the tasks made
	rm -rf bin .cache
