"""The generated documents match the code; ``make docs`` generates them again."""

from pathlib import Path
from types import ModuleType

import pytest
from flask import Flask
from flask.testing import FlaskClient

from dev import documents
from tests.core.registry import registered

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", ["docs/errors.md", "docs/events.md", "docs/security.md", "docs/settings.md"])
def test_a_document_matches_the_code(app: Flask, name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == documents.documents(app)[name], "run `make docs`"


@pytest.mark.control("Z4")
@pytest.mark.parametrize("name", ["tests/snapshots/openapi.json", "tests/snapshots/policy.txt"])
def test_the_policy_and_the_openapi_document_match_their_reviewed_snapshots(app: Flask, name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == documents.documents(app)[name], "run `make docs` and review the change"


def test_every_control_has_a_test() -> None:
    listed = [control for part in documents.controls(ROOT) for control in part["controls"]]
    assert len(set(listed)) == len(listed)
    unproved = set(listed) - {control for control, _, _ in documents.control_tests(ROOT / "tests")}
    assert not unproved, (
        f"mark a test with @pytest.mark.control, or remove these from docs/controls: {sorted(unproved)}"
    )


def test_every_file_of_a_control_exists(app: Flask) -> None:
    """In a path, ``*`` is any resource of the service: each of them must have the file."""
    root = Path(app.root_path)
    for part in documents.controls(ROOT):
        for control, (_, *files) in part["controls"].items():
            assert files, f"docs/controls: {control} lacks a file"
            for file in files:
                paths = [root / name / file[2:] for name in resources(app)] if file.startswith("*/") else [root / file]
                missing = [path for path in paths if not path.exists()]
                assert not missing, f"docs/controls: {control} names files that do not exist: {missing}"


def resources(app: Flask) -> set[str]:
    """Return the packages of the service's own blueprints that have tables, relative to its package."""
    names = {blueprint.import_name.removeprefix(f"{app.import_name}.") for blueprint in app.blueprints.values()}
    packages = {name.rpartition(".")[0].replace(".", "/") for name in names if not name.startswith("core.")}
    return {name for name in packages if Path(app.root_path, name, "models.py").exists()}


def test_the_type_of_every_error_leads_to_its_meaning(client: FlaskClient, service: ModuleType) -> None:
    for name, problem_type in service.core.problems.PROBLEM_TYPES.items():
        page = client.get(f"/problems/{name}").get_json()
        assert (page["status"], page["meaning"]) == (problem_type.status, problem_type.meaning)
        assert problem_type.meaning in (ROOT / "docs" / "errors.md").read_text("utf-8")


def test_env_example_contains_only_settings_and_every_required_secret(app: Flask) -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {
        line.partition("=")[0].lstrip("# ") for line in lines if "=" in line and line.lstrip("# ").startswith("APP_")
    }
    fields = registered(app, "ActiveSettings").fields.values()
    unknown = named - {f"APP_{field.name.upper()}" for field in fields}
    assert not unknown, f"remove these from .env.example, since no setting has their name: {sorted(unknown)}"
    missing = documents.dataclasses.MISSING
    needed = {f"APP_{f.name.upper()}" for f in fields if f.metadata["secret"] and f.default is missing}
    assert needed <= named, f"add these required secrets to .env.example: {sorted(needed - named)}"


def test_env_example_describes_its_settings_as_the_code_does(app: Flask) -> None:
    described = {}
    for part in (ROOT / ".env.example").read_text("utf-8").strip().split("\n\n"):
        *comment, line = part.splitlines()
        described[line.partition("=")[0]] = " ".join(each.removeprefix("# ") for each in comment)
    for name, field in registered(app, "ActiveSettings").fields.items():
        found = described.get(f"APP_{name.upper()}", "")
        if found and name.endswith(("_url", "_uri")):
            assert found == field.metadata["meaning"], f"correct the comment of {name} in .env.example"
        elif found and field.metadata["secret"]:
            accepted = documents.accepted_values(field.metadata["field"]).partition(": ")[2]
            assert found.partition(": ")[2] == accepted, f"correct the comment of {name} in .env.example"
