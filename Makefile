# Muwajaha: `make demo` and `make test` are the two commands; `make help` lists the rest.
# Tests are chosen by target, not by package: another choice of packages means other features, and builds anew.
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
	$(MAKE) --no-print-directory fmt units deny build clippy unit media service office devices browser visit relay stories && \
	$(MAKE) --no-print-directory replug REPLUGS=25 && \
	echo "== make test: passed in $$((SECONDS - started)) s"

.PHONY: fmt
fmt: ## the code's layout
	@$(STAGE) fmt $(CARGO) fmt --all --check
	@$(STAGE) fmt-fuzz $(CARGO) fmt --manifest-path fuzz/Cargo.toml --check

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

.PHONY: units
units: packages ## systemd/: units verified and scored, accounts, udev; broken ones are noticed; the firewall tried (root)
	@$(STAGE) units .ci/as-root .ci/units
	@$(STAGE) units-notices .ci/as-root .ci/units-notices
	@$(STAGE) units-firewall .ci/as-root .ci/units-firewall

.PHONY: unit
# The calls of media::tests run by themselves (`make media`): beside other tests two cores are too few for them.
unit: packages ## unit, scenario, property, data and ui tests
	@$(STAGE) unit $(CARGO) test --locked --workspace --exclude muwajaha-tests --quiet -- --skip media::tests --nocapture

.PHONY: service
service: build ## the visit service from outside: connectors, visitors, kiosks and the office over real TLS
	@$(STAGE) service $(CARGO) test --locked --workspace --test service --quiet

.PHONY: office
office: packages ## the office's page in a real Chromium; pictures in target/tmp/office
	@$(STAGE) office $(CARGO) test --locked --workspace --test office --quiet

.PHONY: devices
devices: build ## pseudo-terminals, readers and whoever is at their wires, framebuffers, tones, Chromium and coturn
	@$(STAGE) devices $(CARGO) test --locked --workspace --test devices --quiet

REPLUGS ?= 1000
.PHONY: replug
replug: packages ## a reader pulled and plugged in again REPLUGS (1000) times, a listener and an OSDP one: none missed, nothing left behind
	@$(CARGO) build --locked --workspace --bins --quiet
	@REPLUGS=$(REPLUGS) $(STAGE) replug $(CARGO) test --locked --workspace --test devices --quiet -- replug --ignored --test-threads=1 --nocapture

AXE := $(TARGET)/axe
AXE_SCRIPT := $(AXE)/axe_playwright_python/axe.min.js
$(AXE_SCRIPT): tests/browser/requirements.txt | packages
	@rm -rf $(AXE) && mkdir -p $(AXE)
	@python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -r $< -d $(AXE)
	@python3 -m zipfile -e $(AXE)/*.whl $(AXE) && touch $@

.PHONY: browser
browser: packages $(AXE_SCRIPT) ## the visitor's page in Chromium, looked over by axe-core in three languages; pictures in target/browser
	@$(STAGE) browser $(CARGO) test --locked --workspace --test browser --quiet

REPORTS := $(TARGET)/visits
HEADLESS := $(DEMO) --headless --slot 45s

.PHONY: visit
visit: build ## a whole visit with nobody present, measured from outside; pictures and report in target/visits
	@mkdir -p $(REPORTS) && $(STAGE) visit $(HEADLESS) --report $(REPORTS)/visit.json

.PHONY: relay
relay: build ## the same through a real TURN server (coturn) only
	@mkdir -p $(REPORTS) && $(STAGE) relay $(HEADLESS) --relay --report $(REPORTS)/relay.json

.PHONY: stories
stories: packages ## visits to which something happens: service, cable, kiosk and disk fail, a guard ends one (root)
	@$(STAGE) stories env CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=$(CURDIR)/.ci/as-root \
	    $(CARGO) test --locked --workspace --test visits --quiet -- --test-threads=1

.PHONY: visits
visits: build ## ten visits in a row (about eleven minutes)
	@mkdir -p $(REPORTS) && $(STAGE) visits $(HEADLESS) --visits 10 --report $(REPORTS)/visits.json

BREAKS := camera audio badge end visitor fingerprint
.PHONY: breaks
breaks: build ## each sabotage must make the headless visit fail and be named
	@mkdir -p $(REPORTS); for part in $(BREAKS); do \
	    if $(HEADLESS) --break $$part --report $(REPORTS)/break-$$part.json >/dev/null 2>&1; then \
	        echo "--break $$part was not noticed" >&2; exit 1; fi; \
	    grep -q "\"$$part: " $(REPORTS)/break-$$part.json || { echo "--break $$part failed without naming it" >&2; exit 1; }; \
	    echo "--break $$part: named"; \
	done

.PHONY: media
media: packages ## calls over real GStreamer, both ways, refused and stopped
	@$(STAGE) media $(CARGO) test --locked --workspace --lib --quiet -- media::tests --nocapture

FUZZ_SECONDS ?= 60
FUZZ_TARGETS := rdm6300 id12la twn4 pn532 text probe osdp_line osdp_words osdp_panel
CARGO_FUZZ_VERSION := 0.13.2
# libosdp's C is watched by the same sanitizer, and its comparisons steer the fuzzer too.
FUZZ_CFLAGS := -fsanitize=address -fsanitize-coverage=trace-cmp -fno-omit-frame-pointer -Wno-error
# A run's finds stay out of the committed seeds: the first folder takes them, the second is read.
.PHONY: fuzz
fuzz: packages ## each reader's protocol, OSDP's guard, words and C panel too, under arbitrary bytes, FUZZ_SECONDS (60) each
	@$(CARGO) fuzz --version >/dev/null 2>&1 || $(STAGE) cargo-fuzz $(CARGO) install cargo-fuzz --version $(CARGO_FUZZ_VERSION) --locked --quiet
	@for target in $(FUZZ_TARGETS); do \
	    mkdir -p fuzz/target/corpus/$$target && \
	    RUSTC_BOOTSTRAP=1 CFLAGS="$(FUZZ_CFLAGS)" $(STAGE) fuzz-$$target $(CARGO) fuzz run $$target \
	        fuzz/target/corpus/$$target fuzz/corpus/$$target -- -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 || exit 1; \
	done

BENCH := $(TARGET)/bench
BENCH_WITH := $(TARGET)/release/muwajaha-demo
.PHONY: bench
bench: bench-call bench-readers ## every timing that the project claims (about fifty minutes on a quiet machine)

.PHONY: build-release
build-release: packages
	@$(STAGE) build-release $(CARGO) build --release --locked --workspace --bins
	@mkdir -p $(BENCH)

.PHONY: bench-call
bench-call: build-release ## the release build beside Chromium in kiosk mode, in one call: first pixel, memory, CPU, badge (six minutes)
	@$(BENCH_WITH) --bench --report $(BENCH)/bench.json

READS ?= 1000
READER ?=
.PHONY: bench-readers
bench-readers: build-release ## each reader's protocol, or READER's, card to changed pixel, light and sound, READS (1000) each, and a touch beside a flood (forty minutes)
	@$(BENCH_WITH) --bench-readers --reads $(READS) --reader "$(READER)" --report $(BENCH)/readers.json

IMAGE := $(TARGET)/image
AS_ROOT := .ci/as-root
.PHONY: image-tools
image-tools: ## the Debian 13 tree that builds and boots the image, in target/image; this machine stays as it is (root)
	@$(STAGE) image-tools $(AS_ROOT) kiosk-image/tools/make-tree $(IMAGE)

.PHONY: image-keys
image-keys: image-tools ## the facility's own signing keys, once, in target/image/keys
	@$(AS_ROOT) kiosk-image/tools/inside $(IMAGE) kiosk-image/tools/make-keys /image/keys

.PHONY: image
image: image-tools build-release ## the kiosk's signed image, its update and the technician's stick, in target/image/out; FACILITY=its facility.toml (root)
	@$(STAGE) image $(AS_ROOT) env FACILITY="$(FACILITY)" IMAGE_VERSION="$(IMAGE_VERSION)" \
	    kiosk-image/tools/build $(IMAGE) $(TARGET)/release

.PHONY: update-test
update-test: image-tools ## the image's update definitions on a disk of slots: signed ones taken, others refused (root, a few seconds)
	@$(STAGE) update-test $(AS_ROOT) kiosk-image/tools/inside $(IMAGE) kiosk-image/tools/update-test

.PHONY: image-run
image-run: ## boots the image in QEMU: screen on VNC, reader on a socket (root)
	@$(AS_ROOT) kiosk-image/tools/run $(IMAGE)

.PHONY: image-test
image-test: ## boots the image in QEMU: provisioning, badges, a visit, what is open (root, about ten minutes)
	@$(STAGE) image-test $(AS_ROOT) kiosk-image/tools/test $(IMAGE) $(TARGET)/release

.PHONY: install-test
install-test: ## a machine with an empty disk, the technician's stick and a finger, in QEMU, to its first screen (root, about ten minutes)
	@$(STAGE) install-test $(AS_ROOT) kiosk-image/tools/install-test $(IMAGE)

.PHONY: image-other-tpm
image-other-tpm: ## replaces the TPM of a machine of its own: what it asks for, and that it becomes a kiosk again (root)
	@$(STAGE) image-other-tpm $(AS_ROOT) kiosk-image/tools/other-tpm $(IMAGE) $(TARGET)/release

CUTS ?= 10
.PHONY: image-soak
image-soak: ## tampers with the machine that image-test left, cuts its power in CUTS (10) visits and updates, has one taken back (root, two hours)
	@$(STAGE) image-soak $(AS_ROOT) kiosk-image/tools/soak $(IMAGE) $(TARGET)/release $(CUTS)
