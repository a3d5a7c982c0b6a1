"""The documents say what the code does; ``make docs`` writes them anew."""

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


def test_every_control_is_proved() -> None:
    listed = [control for part in documents.controls(ROOT) for control in part["controls"]]
    assert len(set(listed)) == len(listed)
    assert set(listed) <= {control for control, _, _ in documents.control_tests(ROOT / "tests")}


def test_every_file_of_a_control_exists(app: Flask) -> None:
    """``*`` stands for the resources of the service: each has such a file, if there are any."""
    for part in documents.controls(ROOT):
        for control, (_, *files) in part["controls"].items():
            assert files, control
            assert all(file.startswith("*/") or (Path(app.root_path) / file).exists() for file in files), control
            resources = {Path(app.root_path, name.replace(".", "/")) for name in resource_packages(app)}
            patterns = [file.removeprefix("*/") for file in files if file.startswith("*/")]
            assert all((folder / name).exists() for folder in resources for name in patterns), control


def resource_packages(app: Flask) -> set[str]:
    """Return the packages of the service's own blueprints, relative to its package."""
    names = {blueprint.import_name.removeprefix(f"{app.import_name}.") for blueprint in app.blueprints.values()}
    return {name.rpartition(".")[0] for name in names if not name.startswith("core.")}


def test_the_type_of_every_error_leads_to_its_meaning(client: FlaskClient, service: ModuleType) -> None:
    for name, kind in service.core.problems.PROBLEM_TYPES.items():
        told = client.get(f"/problems/{name}").get_json()
        assert (told["status"], told["meaning"]) == (kind.status, kind.meaning)
        assert kind.meaning in (ROOT / "docs" / "errors.md").read_text("utf-8")


def test_the_example_of_the_environment_names_settings_only(app: Flask, service: ModuleType) -> None:
    """Each secret that has no default stands in it, and no name that is no setting."""
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    named = {
        line.partition("=")[0].lstrip("# ") for line in lines if "=" in line and line.lstrip("# ").startswith("APP_")
    }
    active_settings = registered(app, "ActiveSettings")
    fields = [
        field for declaration in active_settings.declarations for field in documents.dataclasses.fields(declaration)
    ]
    assert named <= {f"APP_{field.name.upper()}" for field in fields}
    missing = documents.dataclasses.MISSING
    needed = {f"APP_{f.name.upper()}" for f in fields if f.metadata["secret"] and f.default is missing}
    assert needed <= named


def test_the_example_of_the_environment_says_what_the_settings_take(app: Flask) -> None:
    said = {}
    for part in (ROOT / ".env.example").read_text("utf-8").strip().split("\n\n"):
        *comment, line = part.splitlines()
        said[line.partition("=")[0]] = " ".join(text.removeprefix("# ") for text in comment)
    for declaration in registered(app, "ActiveSettings").declarations:
        for field in documents.dataclasses.fields(declaration):
            told = said.get(f"APP_{field.name.upper()}", "")
            if told and field.name.endswith(("_url", "_uri")):
                assert told == field.metadata["meaning"]
            elif told and field.metadata["secret"]:
                assert told.partition(": ")[2] == documents.accepted_values(field.metadata["field"]).partition(": ")[2]
