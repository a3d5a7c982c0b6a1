# Everything that is done with the template; `make` lists it.
#
# Answers to the questions are given as variables: make bake limiter_backend=redis project_name="Tea Shop"

UV  ?= $(or $(shell command -v uv),$(CURDIR)/.uv/bin/uv)
# A service keeps its authentication style: where one is named, it gets a folder of its own.
OUT ?= build$(if $(auth_style),/$(auth_style))
REF ?= main

# Each variable of the command line is an answer, but for the Makefile's own and a service's settings. All are texts:
# make reads none of them as its own language, neither here nor for the environment of a command nor in a service's make.
named := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(named),$(eval override $(name) := $$(value $(name))))
export $(filter APP_%,$(named))
MAKEOVERRIDES :=
quoted  = '$(subst ','\'',$(1))'
answers := $(foreach name,$(filter-out UV OUT REF APP_%,$(named)),$(call quoted,$(name)=$($(name))))

.DEFAULT_GOAL := help
.PHONY: help demo bake watch diff docs test snapshots lint smoke bench limits-report clean uv

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: slug := $(or $(project_slug),acme-api)
demo: answers += $(call quoted,project_slug=$(slug))
demo: bake ## bake a service and run it over HTTPS: make demo [answers] [OUT=folder]
	@$(MAKE) --no-print-directory -C $(call quoted,$(OUT)/$(slug)) run UV="$(UV)"

bake: uv ## bake a service into build/: make bake [answers] [OUT=folder]
	@"$(UV)" run --no-dev python -m tests.bake $(call quoted,$(OUT)) $(answers)

watch: uv ## bake again at each change of the template, and run the service's tests: make watch [answers]
	@"$(UV)" run python -m tests.watch $(call quoted,$(OUT)) $(answers)

diff: uv ## show what a change does to the services, per variant: make diff [REF=main]
	@"$(UV)" run python -m tests.rendered $(call quoted,$(REF))

test: uv ## run the template's tests, the suites of the services that they bake among them
	@"$(UV)" run pytest

snapshots: uv ## write the trees of the services anew, for a reviewer to see what changed
	@UPDATE_SNAPSHOTS=1 "$(UV)" run pytest -q tests/test_variants.py -k snapshot

docs: uv ## write the documents of all variants that come from their code
	@"$(UV)" run python -m tests.documents

lint: uv ## check the template's own Python, as strictly as the services'
	@"$(UV)" run ruff check
	@"$(UV)" run ruff format --check
	@"$(UV)" run mypy

smoke: uv ## bake, install, start and call a service as a user would: make smoke [answers]
	@"$(UV)" run python -m tests.smoke $(answers)

bench: uv ## measure what the controls cost, against bare Flask, and what a bake takes
	@"$(UV)" run python -m benchmarks.bench
	@"$(UV)" run python -m benchmarks.bake

limits-report: uv ## try on each limiter storage whether it counts exactly, and what its faults do to callers
	@"$(UV)" run python -m tests.limits

clean: ## remove what was baked
	rm -rf build

uv:
	@command -v "$(UV)" >/dev/null || { python3 -m venv .uv && .uv/bin/pip install --quiet --disable-pip-version-check uv; }
