# The verbs that a newcomer, a script or CI needs. All else is `npx isthmus --help`.

# Scripts run on the Node that the project pins, whichever is installed.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
export PULUMI_SKIP_UPDATE_CHECK := true

.PHONY: demo demo-down test test-lab test-topologies test-faults test-kills test-failover fuzz bench schema

## demo: from a fresh checkout to a verified two-cluster mesh on this machine (Linux, root); STACK=mixed for another
demo: node_modules/.package-lock.json
	@node bin/isthmus.js demo $(if $(STACK),--stack $(STACK))

## demo-down: remove every trace of the demo; the cache of built tools stays
demo-down: node_modules/.package-lock.json
	@node bin/isthmus.js lab down

## test: everything; the last line is "N passed, N failed, N skipped"
test: node_modules/.package-lock.json
	@node -r tsx/cjs test/run.ts

## test-topologies: every shipped stack file on the lab; `make test` takes three of them, another one for each commit
test-topologies: node_modules/.package-lock.json
	@ISTHMUS_TOPOLOGIES=all mocha test/lab/topologies.test.ts
	@node bin/isthmus.js lab down

## test-lab: every suite of the lab; `make test` runs some of those that take minutes, others for each commit
test-lab: node_modules/.package-lock.json
	@ISTHMUS_LAB=all ISTHMUS_TOPOLOGIES=all mocha 'test/lab/**/*.test.ts'
	@node bin/isthmus.js lab down

## fuzz: random meshes through random changes and kills, on every backend in turn (FUZZ_MINUTES=60, FUZZ_BACKENDS=file,s3,cloud,
## ISTHMUS_SEED); CASE=<file> for one that was written down
fuzz: node_modules/.package-lock.json
	@node -r tsx/cjs test/engine/fuzz/main.ts $(CASE)

## test-faults: every fault of the catalogue, injected into a mesh, named by doctor and mended (ISTHMUS_FAULTS=gateway for a part);
## `make test` takes some of them; ISTHMUS_FAULTS_RESULTS=<file> asks istioctl as well and keeps what it says
test-faults: node_modules/.package-lock.json
	@ISTHMUS_LAB=all mocha test/lab/doctor.test.ts test/lab/faults.test.ts
	@node bin/isthmus.js lab down

## test-kills: forty kills of an update's processes while calls go on (ISTHMUS_KILLS=7 for another number); `make test` takes four
test-kills: node_modules/.package-lock.json
	@ISTHMUS_LAB=all ISTHMUS_KILLS=$${ISTHMUS_KILLS:-40} mocha test/lab/interruption.test.ts test/lab/kills.test.ts
	@node bin/isthmus.js lab down

## test-failover: global services while servers, gateways, istiods and links fail, beside Istio alone, as the table of
## docs/services.md; `make test` takes a part
test-failover: node_modules/.package-lock.json
	@ISTHMUS_LAB=all mocha test/lab/failover-servers.test.ts test/lab/failover-links.test.ts test/lab/global-shapes.test.ts
	@node bin/isthmus.js lab down

## bench: the benchmarks beside their peers (BENCH=join-2 for one, BENCH="plan-160 plan-memory-160" for some)
bench: node_modules/.package-lock.json
	@node -r tsx/cjs bench/run.ts $(BENCH)

## schema: regenerate the configuration's JSON Schema, its reference page and the reference of the package's exports
schema: node_modules/.package-lock.json
	@npm run --silent schema

node_modules/.package-lock.json: package.json package-lock.json
	@echo "Installing the npm packages (once)" >&2
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@
