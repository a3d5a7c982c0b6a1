"""Write the documents that come from the code: ``uv run python -m dev.documents``.

They are what a reviewer sees change; the tests hold each of them against the code.
"""

import ast
import dataclasses
import importlib
import json
import os
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def documents(app: Any) -> dict[str, str]:
    """Give the text of each document by its path."""
    package = importlib.import_module(app.import_name)
    return {
        "docs/errors.md": errors(package.core.problems.PROBLEM_TYPES),
        "docs/security.md": security(ROOT),
        "docs/settings.md": settings(app, package),
        "tests/snapshots/openapi.json": openapi(app, package),
        "tests/snapshots/policy.txt": app.test_cli_runner().invoke(args=["policy"]).stdout,
    }


def main() -> None:
    """Write those that changed."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for name, text in documents(importlib.import_module("wsgi").create_app()).items():
        path = ROOT / name
        if not path.is_file() or path.read_text("utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            print(f"wrote {name}")


def openapi(app: Any, package: ModuleType) -> str:
    """Give the OpenAPI document without what the settings say of the service and of who issues credentials."""
    document = {name: part for name, part in package.core.openapi.document(app).items() if name != "info"}
    schemes = document["components"]["securitySchemes"]
    kinds = {name: {"type": scheme["type"]} for name, scheme in schemes.items()}
    document["components"] = {**document["components"], "securitySchemes": kinds}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def errors(kinds: dict[str, Any]) -> str:
    """Give a table of all problem types."""
    rows = [f"| `{name}` | {kind.status} | {kind.title} | {kind.meaning} |" for name, kind in kinds.items()]
    return "\n".join([ERRORS, *rows, ""])


def settings(app: Any, package: ModuleType) -> str:
    """Give a table of all settings."""
    rows = []
    for declaration in package.core.services.get(app, package.core.settings.ActiveSettings).declarations:
        for field in dataclasses.fields(declaration):
            default = (
                "" if field.default is dataclasses.MISSING else package.core.commands.settings.text_of(field.default)
            )
            form = _takes(field.metadata["form"])
            rows.append(f"| `APP_{field.name.upper()}` | {form} | `{default}` | {field.metadata['meaning']} |")
    return "\n".join([SETTINGS, *rows, ""]).replace("| `` |", "| |").replace("| `(none)` |", "| none |")


def _takes(form: Any) -> str:
    said: str = getattr(form, "takes", "") or (type(form).__doc__ or "").partition("\n")[0].rstrip(".")
    return (said[0].lower() + said[1:]).replace("``", "`")


def security(root: Path) -> str:
    """Give a table of all controls: what each promises, where it lives, which tests prove it."""
    proofs: dict[str, dict[str, list[str]]] = {}
    for control, file, test in sorted(marked(root / "tests")):
        proofs.setdefault(control, {}).setdefault(file, []).append(test)
    lines = [SECURITY]
    for part in controls(root):
        lines += [f"## {part['title']}", "", "| id | promise | where | proved by |", "|---|---|---|---|"]
        for control, (promise, *where) in part["controls"].items():
            files = "<br>".join(f"`{file}`" for file in where)
            tests = "<br>".join("<br>".join((f"`{file}`", *names)) for file, names in proofs.get(control, {}).items())
            lines.append(f"| {control} | {promise} | {files} | {tests} |")
        lines.append("")
    return "\n".join(lines)


def controls(root: Path) -> list[dict[str, Any]]:
    """Give the controls of this service, part by part."""
    return [tomllib.loads(file.read_text("utf-8")) for file in sorted((root / "docs" / "controls").glob("*.toml"))]


def marked(tests: Path) -> Iterator[tuple[str, str, str]]:
    """Give each ``@pytest.mark.control(id)`` with the file and the name of its test."""
    for path in tests.rglob("test_*.py"):
        file = path.relative_to(tests.parent).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        everywhere = [
            control
            for node in tree.body
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
            for control in _named(node.value)
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                own = [control for decorator in node.decorator_list for control in _named(decorator)]
                yield from ((control, file, node.name) for control in {*own, *everywhere})


def _named(mark: ast.expr) -> Iterator[str]:
    for node in ast.walk(mark):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.control":
            yield from (str(argument.value) for argument in node.args if isinstance(argument, ast.Constant))


ERRORS = """\
# Errors

Every error is `application/problem+json` (RFC 9457). Its `type` is `/problems/` and one of these names; that address
answers with the same. `detail` says what happened this time, `request_id` finds the request in the log. 400 and 422
for a body or a query that breaks rules list them in `errors`.

| type | status | title | meaning |
|---|---|---|---|"""

SETTINGS = """\
# Settings

Each setting is given as a variable of this name or, unless it is secret, in `settings.toml`: `APP_LIMITS_CALLER` is
`caller` in the table `[limits]`. Variables may stand in `.env`; those of the environment win. A secret may also stand
in a file that `APP_<NAME>_FILE` names. A name that is not in this table, or a value that does not fit, stops the start.
`uv run flask settings` prints what is in force, and where each value comes from.

| variable | takes | default | meaning |
|---|---|---|---|"""

SECURITY = """\
# Security

What the service promises, where in the package that is done, and which tests prove it. `uv run pytest -m control` runs
them.
"""

if __name__ == "__main__":
    main()
