# Tasks of the template; `make` lists them.
#
# Pass answers to the questions as variables: make bake limiter_backend=redis project_name="Tea Shop"

UV  ?= $(or $(shell command -v uv),$(CURDIR)/.uv/bin/uv)
# A rendered service cannot change its authentication style, so each style has its own folder.
OUT ?= build$(if $(auth_style),/$(auth_style))
REF ?= main
MINUTES ?= 20

# Every variable of the command line is an answer, except the Makefile's own and a service's settings (APP_*). $(value)
# and an empty MAKEOVERRIDES keep make from expanding "$" in a value, here, in the environment and in a service's make.
named := $(foreach name,$(.VARIABLES),$(if $(filter command,$(origin $(name))),$(name)))
$(foreach name,$(named),$(eval override $(name) := $$(value $(name))))
export $(filter APP_%,$(named))
MAKEOVERRIDES :=
quoted  = '$(subst ','\'',$(1))'
answers := $(foreach name,$(filter-out UV OUT REF MINUTES APP_%,$(named)),$(call quoted,$(name)=$($(name))))

.DEFAULT_GOAL := help
.PHONY: help demo bake watch diff docs test snapshots lint smoke bench bench-bake bench-peers bench-scale bench-layers limits-report soak clean uv

help: ## list the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: slug := $(or $(project_slug),acme-api)
demo: answers += $(call quoted,project_slug=$(slug))
demo: bake ## render a service and start it over HTTPS: make demo [answers] [OUT=folder]
	@$(MAKE) --no-print-directory -C $(call quoted,$(OUT)/$(slug)) run UV="$(UV)"

bake: uv ## render a service into build/: make bake [answers] [OUT=folder]
	@"$(UV)" run --no-dev python -m tests.bake $(call quoted,$(OUT)) $(answers)

watch: uv ## render again after each change of the template and run the service's tests: make watch [answers]
	@"$(UV)" run python -m tests.watch $(call quoted,$(OUT)) $(answers)

diff: uv ## show how the rendered services differ from those of another commit: make diff [REF=main]
	@"$(UV)" run python -m tests.variant_diff $(call quoted,$(REF))

test: uv ## run the template's tests, and the suites of some services; with CI=true, of all
	@"$(UV)" run pytest $(if $(CI),,-m "not exhaustive")

snapshots: uv ## update the snapshots of the services' file trees
	@UPDATE_SNAPSHOTS=1 "$(UV)" run pytest -q tests/variants/test_snapshots.py

docs: uv ## regenerate the services' documents from their code, for all variants
	@"$(UV)" run python -m tests.documents

lint: uv ## check the template's own Python with ruff and mypy --strict
	@"$(UV)" run ruff check
	@"$(UV)" run ruff format --check
	@"$(UV)" run mypy

smoke: uv ## render, install, start and call a service as a user would: make smoke [answers]
	@"$(UV)" run python -m tests.smoke $(answers)

bench: uv ## measure the cost of the controls against bare Flask
	@"$(UV)" run python -m benchmarks.bench

bench-bake: uv ## measure the time of a bake against the same files without hooks
	@"$(UV)" run python -m benchmarks.bake

bench-peers: uv ## measure the service against other frameworks with equal features
	@"$(UV)" run python -m benchmarks.frameworks

bench-scale: uv ## measure the effect of load, workers and the amount of data; start, memory, connections
	@"$(UV)" run python -m benchmarks.scale

bench-layers: uv ## measure the cost of each layer of the pipeline
	@"$(UV)" run python -m benchmarks.layers

limits-report: uv ## measure on each limiter storage whether it counts exactly, and the effect of failures
	@"$(UV)" run python -m tests.limits

soak: uv ## load a service for 20 minutes and check that its memory does not grow: make soak [answers] [MINUTES=20]
	@"$(UV)" run python -m tests.soak --minutes $(call quoted,$(MINUTES)) $(answers)

clean: ## delete the rendered services
	rm -rf build

uv:
	@command -v "$(UV)" >/dev/null || { python3 -m venv .uv && PIP_USER=0 .uv/bin/pip install --quiet --disable-pip-version-check uv; }
