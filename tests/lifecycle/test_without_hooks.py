"""A bake without hooks leaves an incomplete service, which a bake with hooks completes."""

import sys
from pathlib import Path

import pytest
from cookiecutter.main import cookiecutter

from tests.environment import Environment
from tests.lifecycle.commands import run
from tests.template import CHOICES, TEMPLATE


def test_a_bake_without_hooks_can_be_completed(tmp_path: Path, environ: dict[str, str]) -> None:
    """A second bake with hooks accepts the files with a suffix as the template's."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, "--accept-hooks", "no", folder=tmp_path)
    run(environ, *bake, "-f", folder=tmp_path)
    assert (tmp_path / "acme-api/acme_api/core/auth/backend").is_dir()
    assert not list((tmp_path / "acme-api").rglob("*@*"))


def test_without_hooks_secrets_and_chosen_modules_are_missing(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """The files of every answer keep their suffix, so the service cannot import its modules."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--accept-hooks", "no")
    run(environ, *bake, folder=tmp_path)
    service = tmp_path / "acme-api"
    assert not (service / ".env").exists()
    assert not (service / "certs").exists()
    assert list(service.rglob("backend@*"))
    assert not list(service.rglob("backend"))
    assert not list(service.rglob("engine.py"))


@pytest.mark.suite
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_without_its_hooks_a_service_does_not_start(
    environment: Environment, tmp_path: Path, auth_style: str
) -> None:
    """`--accept-hooks no` leaves the files of every answer with their suffix."""
    service = cookiecutter(
        str(TEMPLATE),
        no_input=True,
        extra_context={"auth_style": auth_style},
        output_dir=str(tmp_path),
        accept_hooks=False,
        default_config=True,
    )
    (Path(service) / "import_service.py").write_text(
        "import sys\n"
        "try:\n"
        "    import wsgi\n"
        "except ModuleNotFoundError as error:\n"
        "    sys.exit(not error.name.startswith('acme_api'))\n"
        "sys.exit('the service started')\n"
    )
    environment.run(Path(service), "import_service")
