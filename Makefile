# Muwajaha: `make demo` and `make test` are the two commands; `make help` lists the rest.
# A cache folder outside the clone may be shared by CARGO_TARGET_DIR; nothing needs it.

SHELL := /bin/bash
.DEFAULT_GOAL := help

CARGO ?= cargo
STAGE := .ci/stage
TARGET := $(or $(CARGO_TARGET_DIR),target)
DEMO := $(TARGET)/debug/muwajaha-demo
CARGO_DENY_VERSION := 0.20.2

.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

.PHONY: packages
packages: ## install what is missing of Debian's packages (root or sudo)
	@$(STAGE) packages .ci/install-packages

.PHONY: build
build: packages ## the three programs and all tests
	@$(STAGE) build $(CARGO) build --locked --workspace --all-targets

.PHONY: demo
demo: packages ## a whole visit on this machine, with a demo desk in the browser
	$(CARGO) build --locked --workspace --bins
	$(DEMO)

.PHONY: test
test: packages ## everything that must hold before a change lands
	@started=$$SECONDS; \
	$(MAKE) --no-print-directory fmt deny build clippy unit devices && \
	echo "== make test: passed in $$((SECONDS - started)) s"

.PHONY: fmt
fmt: ## the code's layout
	@$(STAGE) fmt $(CARGO) fmt --all --check

.PHONY: clippy
clippy: packages ## lints, warnings denied
	@$(STAGE) clippy $(CARGO) clippy --locked --workspace --all-targets -- -D warnings

.PHONY: deny
deny: ## licences, sources and bans of dependencies; advisories where their database can be fetched
	@$(CARGO) deny --version >/dev/null 2>&1 || $(STAGE) cargo-deny $(CARGO) install cargo-deny --version $(CARGO_DENY_VERSION) --locked --quiet
	@$(STAGE) deny $(CARGO) deny --log-level error check bans licenses sources

.PHONY: advisories
advisories: ## known vulnerabilities of dependencies (fetches a database)
	@$(STAGE) advisories $(CARGO) deny check advisories

.PHONY: unit
# media::tests call GStreamer for real and abort now and then in is_made_by (an element without its factory): `make media`.
unit: packages ## unit, scenario, property, data and ui tests
	@$(STAGE) unit $(CARGO) test --locked --workspace --exclude muwajaha-tests --quiet -- --skip media::tests

.PHONY: devices
devices: packages ## pseudo-terminals, framebuffers, tones, Chromium and coturn, as the demo uses them
	@$(STAGE) devices $(CARGO) test --locked --package muwajaha-tests --test devices --quiet

.PHONY: media
media: packages ## calls over real GStreamer, both ways, refused and stopped; not yet steady enough for `make test`
	@$(STAGE) media $(CARGO) test --locked --package muwajaha-kiosk --lib -- media::tests
