"""Validators, test tools and code generators accept every style's OpenAPI document."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.programs import program, run
from tests.services import Service

HERE = Path(__file__).parent
EXAMPLES = 50
pytestmark = pytest.mark.install


def test_the_document_is_valid(document: Path) -> None:
    """According to the OpenAPI 3.1 schema, and every reference resolves."""
    OpenAPIV31SpecValidator(json.loads(document.read_text("utf-8"))).validate()


def test_redocly_accepts_it(document: Path) -> None:
    """With the recommended rules, except for a licence, which the owner chooses."""
    npx = program("npx")
    run(
        npx,
        "--yes",
        "@redocly/cli@2",
        "lint",
        str(document),
        "--skip-rule",
        "info-license",
        folder=document.parent,
    )


def test_spectral_accepts_it(document: Path) -> None:
    """With its OpenAPI rules, without a warning."""
    npx = program("npx")
    (document.parent / ".spectral.yaml").write_text('extends: ["spectral:oas"]\n', "utf-8")
    run(
        npx,
        "--yes",
        "--package=@stoplight/spectral-cli@6",
        "spectral",
        "lint",
        str(document),
        "--fail-severity=warn",
        folder=document.parent,
    )


def test_the_service_conforms_to_the_document(
    service: Service, credential: tuple[str, str], tmp_path: Path
) -> None:
    """Schemathesis passes with all of its checks, for valid and invalid requests."""
    for name in ("schemathesis.toml", "schemathesis_hooks.py"):
        shutil.copy(HERE / name, tmp_path)
    run(
        str(Path(sys.executable).with_name("schemathesis")),
        "run",
        f"{service.url}/openapi.json",
        "--tls-verify",
        str(service.folder / "certs" / "ca.pem"),
        "--header",
        ": ".join(credential),
        "--checks",
        "all",
        "--max-examples",
        str(EXAMPLES),
        "--generation-deterministic",
        "--continue-on-failure",
        "--no-color",
        folder=tmp_path,
    )


def test_a_generated_client_works(
    service: Service, credential: tuple[str, str], document: Path
) -> None:
    """It creates, reads, lists and deletes an item, and parses problems, all typed."""
    folder = document.parent
    run(
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--path",
        str(document),
        "--output-path",
        str(folder / "generated"),
        "--meta",
        "none",
        folder=folder,
    )
    shutil.copy(HERE / "client.py", folder)
    authority = service.folder / "certs" / "ca.pem"
    run(sys.executable, "client.py", service.url, str(authority), *credential, folder=folder)
