.DEFAULT_GOAL := help
SHELL := /bin/bash
CONFIGURATION ?= debug
BINARY = .build/$(CONFIGURATION)/martlet

.PHONY: help setup test-setup build release run test lint format check bench pages fuzz simulate faults browser clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install what a build needs (apt: SQLite's and libpq's headers)
	@scripts/setup.sh build

test-setup:
	@scripts/setup.sh build test browser

build: setup ## Build for working on
	swift build --configuration $(CONFIGURATION)

release: setup ## Build for serving
	swift build --configuration release --product martlet

run: release ## Build and serve on http://127.0.0.1:8080
	.build/release/martlet serve $(ARGS)

test: test-setup ## Build and run every test
	@scripts/test.sh

lint: ## Check the sources' format
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Examples Fuzz

format: ## Format the sources
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Examples Fuzz

check: lint test ## What CI runs

bench: release ## Measure the store, and deliveries end to end
	@scripts/bench.sh

# FILL is a directory: filled once, in some ten minutes, and measured again and again.
pages: release ## Time every page with a million events behind it
	@test -d "$(or $(FILL),.build/pages)" || python3 Benchmarks/Pages/pages.py --martlet .build/release/martlet fill "$(or $(FILL),.build/pages)"
	@python3 Benchmarks/Pages/pages.py --martlet .build/release/martlet measure "$(or $(FILL),.build/pages)"

fuzz: ## Compare payload normalisation with Node's on random documents
	@scripts/fuzz-json.sh

# HISTORIES is how many, SEED the first one's, MUTANT a defect to put in; TRACE=1 tells all that happens.
simulate: setup ## Play random histories of deliveries in virtual time, and check what must hold (docs/simulation.md)
	@swift build --configuration $(CONFIGURATION) --product simulate
	@.build/$(CONFIGURATION)/simulate $(if $(HISTORIES),--histories $(HISTORIES)) $(if $(SEED),--seed $(SEED)) \
		$(if $(MUTANT),--mutant $(MUTANT)) $(if $(TRACE),--trace)

# MARTLET is the binary to hurt; ROWS picks rows or groups; FAULTS_SHORT=1 is the quick form; ARGS goes along.
faults: ## Hurt the real binary in every way of docs/faults.md, and print a table
	@$(if $(MARTLET),,test -x .build/release/martlet || test -x .build/debug/martlet || $(MAKE) release)
	@MARTLET="$(MARTLET)" FAULTS_SHORT="$(FAULTS_SHORT)" python3 Tests/Faults/faults.py $(ARGS) $(ROWS)

# ONLY names stories: operator, live, or a guide.
browser: build ## Tell the stories of Tests/Browser in a real browser; pictures in .build/shots
	@scripts/setup.sh browser
	.venv-browser/bin/python Tests/Browser/stories.py --martlet $(BINARY) $(if $(ONLY),--only $(ONLY))

clean: ## Remove what was built
	rm -rf .build .build-* .venv .venv-browser
