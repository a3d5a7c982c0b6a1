"""Generate the documents that are derived from the code: ``uv run python -m dev.documents``.

They contain core's part and yours. The tests compare each of them with the code, so a review shows what changed.
"""

import ast
import dataclasses
import importlib
import json
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from . import ROOT, service

GENERATED = (
    "docs/errors.md",
    "docs/events.md",
    "docs/security.md",
    "docs/settings.md",
    "tests/snapshots/openapi.json",
    "tests/snapshots/policy.txt",
)


def documents(app: Any) -> dict[str, str]:
    """Return the content of each document by its path."""
    package = importlib.import_module(app.import_name)
    contents = (
        errors(package.core.services.get(app, package.core.problems.ProblemTypes)),
        events(app, package),
        security(ROOT),
        settings(app, package),
        openapi(app, package),
        app.test_cli_runner().invoke(args=["policy"]).stdout,
    )
    return dict(zip(GENERATED, contents, strict=True))


def main() -> None:
    """Write the documents that changed."""
    os.chdir(ROOT)
    for name, text in documents(service.application()).items():
        path = ROOT / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            print(f"Wrote {name}")


def openapi(app: Any, package: ModuleType) -> str:
    """Return the OpenAPI document without the info and the details of security schemes, which depend on settings."""
    document = {name: part for name, part in package.core.openapi.document(app).items() if name != "info"}
    schemes = document["components"]["securitySchemes"]
    types = {name: {"type": scheme["type"]} for name, scheme in schemes.items()}
    document["components"] = {**document["components"], "securitySchemes": types}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def errors(problem_types: dict[str, Any]) -> str:
    """Return a table of all problem types."""
    rows = [f"| `{name}` | {each.status} | {each.title} | {each.meaning} |" for name, each in problem_types.items()]
    return "\n".join([ERRORS, *rows, ""])


def events(app: Any, package: ModuleType) -> str:
    """Return a table of all security events and one of all anomalies."""
    core = package.core
    security_events = core.services.get(app, core.observability.events.SecurityEvents).values()
    anomalies = core.services.get(app, core.anomalies.Anomalies).items()
    return "\n".join(
        [
            EVENTS,
            *(f"| `{event.name}` | {event.level} | {event.meaning} |" for event in security_events),
            ANOMALIES,
            *(f"| `{name}` | {each.summary} | {each.meaning} | {each.action} |" for name, each in anomalies),
            "",
        ]
    )


def settings(app: Any, package: ModuleType) -> str:
    """Return a table of all settings."""
    rows = []
    for field in package.core.services.get(app, package.core.settings.ActiveSettings).fields.values():
        default = "" if field.default is dataclasses.MISSING else package.core.settings.fields.to_string(field.default)
        takes = accepted_values(field.metadata["field"])
        variable = f"`APP_{field.name.upper()}`{' (secret)' if field.metadata['secret'] else ''}"
        rows.append(f"| {variable} | {takes} | `{default}` | {field.metadata['meaning']} |")
    return "\n".join([SETTINGS, *rows, ""]).replace("| `` |", "| |").replace("| `(none)` |", "| none |")


def accepted_values(field: Any) -> str:
    """Return the values that a setting's field accepts, in its own words or those of its docstring."""
    words: str = getattr(field, "accepts", "") or (type(field).__doc__ or "").partition("\n")[0].rstrip(".")
    return (words[0].lower() + words[1:]).replace("``", "`")


def security(root: Path) -> str:
    """Return a table of all controls: the promise, the files that implement it, the tests that prove it."""
    proofs: dict[str, dict[str, list[str]]] = {}
    for control, file, test in sorted(control_tests(root / "tests")):
        proofs.setdefault(control, {}).setdefault(file, []).append(test)
    lines = [SECURITY]
    for part in controls(root):
        lines += [f"## {part['title']}", "", "| id | promise | implemented in | proved by |", "|---|---|---|---|"]
        for control, (promise, *implementation) in part["controls"].items():
            files = "<br>".join(f"`{file}`" for file in implementation)
            tests = "<br>".join("<br>".join((f"`{file}`", *names)) for file, names in proofs.get(control, {}).items())
            lines.append(f"| {control} | {promise} | {files} | {tests} |")
        lines += ["", *(f"- {limit}" for limit in part.get("limits", ()))]
        lines += [""] if "limits" in part else []
    return "\n".join(lines)


def controls(root: Path) -> list[dict[str, Any]]:
    """Return the groups of controls that ``docs/controls/`` defines."""
    return [tomllib.loads(file.read_text("utf-8")) for file in sorted((root / "docs" / "controls").glob("*.toml"))]


def control_tests(tests: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each ``@pytest.mark.control(id)`` with the file and the name of its test."""
    for path in tests.rglob("test_*.py"):
        file = path.relative_to(tests.parent).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        of_module = [
            control
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
            for control in _control_ids(node.value)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [control for decorator in node.decorator_list for control in _control_ids(decorator)]
                yield from ((control, file, node.name) for control in {*own, *of_module})


def _control_ids(mark: ast.expr) -> Iterator[str]:
    for node in ast.walk(mark):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.control":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


ERRORS = """\
# Errors

Every error is `application/problem+json` (RFC 9457). Its `type` is `/problems/` and a name from this table; a GET of
that path returns the meaning. `detail` describes this occurrence, and `request_id` finds the request in the log. When
a body or a query breaks rules (400, 422), `errors` lists each of them.

| type | status | title | meaning |
|---|---|---|---|"""

EVENTS = """\
# Security events and anomalies

A security event is a log line whose `event` is one of these names, most of them from the OWASP Logging Vocabulary. The
metric `security_events_total` counts those of the workers. Pass events of your own to
`core.create_app(security_events=...)`.

| event | level | meaning |
|---|---|---|"""

ANOMALIES = """
`python -m dev.anomalies` detects these in the log, alert rules for Prometheus detect them in the metrics. Pass
anomalies of your own to `core.create_app(anomalies=...)`; one with a name of this table replaces it.

| anomaly | condition | meaning | what to do |
|---|---|---|---|"""

SETTINGS = """\
# Settings

Each setting is an environment variable or, unless it is secret, a key in `settings.toml`: `APP_LIMITS_CALLER` is
`caller` in the table `[limits]`. Variables may also be in `.env`; the environment takes precedence. A secret may be in
a file named by `APP_<NAME>_FILE`. An invalid value or a misspelled name prevents startup. Other `APP_` variables, such
as those that Kubernetes sets for a Service named app, are ignored with a warning.
`uv run flask settings` prints the active values and the source of each.

| variable | accepted values | default | meaning |
|---|---|---|---|"""

SECURITY = """\
# Security controls

Each control with the files of the package that implement it and the tests that prove it. `uv run pytest -m control`
runs these tests.
"""

if __name__ == "__main__":
    main()
