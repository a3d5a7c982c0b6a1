"""Servers need a valid certificate and report an invalid one in one sentence; other commands need none."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from flask import Flask

MakeApp = Callable[..., Flask]
SERVERS = [["serve"], ["metrics", "serve"]]


def error_of(app: Flask, command: list[str]) -> str:
    """Return the error message of a command that fails with one line."""
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.parametrize("command", SERVERS, ids=" ".join)
@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ("production", "install one that names the host and that clients trust"),
        ("development", "run `make certs` to create one for development"),
    ],
)
def test_a_missing_certificate_is_reported_with_a_hint(
    make_app: MakeApp, command: list[str], environment: str, hint: str
) -> None:
    error = error_of(make_app(server_certificate="nowhere.pem", environment=environment), command)
    assert f"nowhere.pem does not exist: {hint}" in error


@pytest.mark.parametrize("command", SERVERS, ids=" ".join)
def test_a_file_that_is_not_a_certificate_is_reported(make_app: MakeApp, command: list[str]) -> None:
    error = error_of(make_app(server_certificate="settings.toml"), command)
    assert re.search("settings.toml and .* are not a certificate and its key", error)


@pytest.mark.parametrize(
    "encryption", [NoEncryption(), BestAvailableEncryption(b"password")], ids=["another key", "an encrypted key"]
)
def test_a_key_that_does_not_match_or_needs_a_password_is_reported(
    make_app: MakeApp, tmp_path: Path, encryption: KeySerializationEncryption
) -> None:
    key = tmp_path / "key.pem"
    private_key = ec.generate_private_key(ec.SECP256R1())
    key.write_bytes(private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    error = error_of(make_app(server_certificate_key=str(key)), ["serve"])
    assert "key.pem are not a certificate and its key in PEM format without a password" in error


def test_a_migration_needs_no_certificate(make_app: MakeApp) -> None:
    app = make_app(server_certificate="nowhere.pem")
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
