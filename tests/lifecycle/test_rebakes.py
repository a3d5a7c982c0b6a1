"""A second bake keeps secrets and the owner's files, or is rejected before it changes any."""

import itertools
import re
import sys
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.lifecycle.commands import NAME, run
from tests.lifecycle.files import contents, is_secret, secrets
from tests.template import CHOICES, TEMPLATE, copied


def test_a_replay_gives_the_same_files(tmp_path: Path, environ: dict[str, str]) -> None:
    """Only the secrets differ."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE)
    answers = (f"project_name={NAME}", "project_slug=tea", "database=postgresql")
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    run(environ, *bake, "--no-input", *answers, folder=tmp_path / "first")
    run(environ, *bake, "--replay", folder=tmp_path / "second")
    first, second = (contents(tmp_path / folder / "tea") for folder in ("first", "second"))
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set(filter(is_secret, first))


@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_a_second_bake_with_the_same_answers_changes_nothing(rebake: Bake, auth_style: str) -> None:
    """With ``-f``, secrets and the owner's files are kept, also in the template's folders."""
    service = rebake({"auth_style": auth_style})
    for name in (
        "acme_api/own.py",
        "acme_api/core/auth/backend/own.py",
        "tests/own/x.txt",
        "own.md",
    ):
        path = service / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    before = contents(service)
    assert rebake({"auth_style": auth_style}) == service
    assert contents(service) == before


@pytest.mark.parametrize(("here", "wanted"), [*itertools.permutations(CHOICES["auth_style"], 2)])
def test_another_style_over_a_service_is_rejected(
    tmp_path: Path, environ: dict[str, str], here: str, wanted: str
) -> None:
    """The service would accept the credentials of both styles."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, f"auth_style={here}", folder=tmp_path)
    before = contents(tmp_path / "acme-api")
    output = run(environ, *bake, "-f", f"auth_style={wanted}", folder=tmp_path, fails=True)
    assert f'auth_style "{wanted}": must stay "{here}"' in output
    assert contents(tmp_path / "acme-api") == before


@pytest.mark.parametrize("name", ["static/icon@gitlab.svg", "docs/adr@gitlab", "compose@redis.yml"])
def test_a_file_of_the_owner_with_a_suffix_stops_the_bake(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    """The hook would rename or delete it like a file of the template."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, folder=tmp_path)
    own = tmp_path / "acme-api" / name
    own.mkdir(parents=True)
    (own / "mine.txt").write_text("mine")
    before = contents(tmp_path / "acme-api")
    output = run(environ, *bake, "-f", folder=tmp_path, fails=True)
    assert f'Invalid file name "{name}": must not contain @{name.partition("@")[2][:5]}' in output
    assert contents(tmp_path / "acme-api") == before


def test_outdated_files_of_other_answers_are_listed(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """They may be the owner's, so they are kept, and the bake prints their paths."""
    template = copied(tmp_path / "template")
    bake = (sys.executable, "-m", "cookiecutter", template, "--no-input")
    run(environ, *bake, "limiter_backend=redis", folder=tmp_path)
    (breaker,) = template.rglob("circuit_breaker@*")
    breaker.write_text("# Changed.\n" + breaker.read_text("utf-8"), "utf-8")
    output = run(environ, *bake, "-f", "ci=gitlab", folder=tmp_path)
    listed = re.findall(r"'(.*?)'", output.partition("They were kept")[2])
    assert listed == [".github/workflows/test.yml", "acme_api/core/limits/circuit_breaker.py"]
    assert all((tmp_path / "acme-api" / name).exists() for name in listed)
    assert "They were kept" not in run(
        environ, *bake, "-f", "ci=gitlab", "project_slug=new", folder=tmp_path
    )


def test_missing_settings_of_other_answers_are_listed(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """The bake does not change .env, and the service would not start without them."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "-f")
    assert ".env" not in run(environ, *bake, folder=tmp_path)
    before = secrets(tmp_path / "acme-api")
    assert ".env" not in run(environ, *bake, folder=tmp_path)
    output = run(environ, *bake, "limiter_backend=redis", "database=postgresql", folder=tmp_path)
    assert "The existing .env was kept." in output
    assert "Set APP_DATABASE_URL, APP_LIMITER_URI in it, as in .env.example." in output
    assert secrets(tmp_path / "acme-api") == before
    env = tmp_path / "acme-api/.env"
    text = env.read_text("utf-8").replace("APP_SECRET_KEY=", "export APP_SECRET_KEY =")
    text = text.replace("APP_METRICS_TOKEN=", "APP_METRICS_TOKEN_FILE=token\n#")
    env.write_text(text.replace("=sqlite:///var/acme_api.db", "='sqlite:///x.db'"), "utf-8")
    assert ".env" not in run(environ, *bake, folder=tmp_path)


def test_an_existing_folder_is_not_changed(tmp_path: Path, environ: dict[str, str]) -> None:
    """Without ``-f``."""
    (tmp_path / "acme-api").mkdir()
    (tmp_path / "acme-api/mine.txt").write_text("mine")
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    assert "already exists" in run(environ, *bake, folder=tmp_path, fails=True)
    assert contents(tmp_path / "acme-api") == {"mine.txt": b"mine"}
