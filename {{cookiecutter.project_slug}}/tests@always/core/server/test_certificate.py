"""What listens needs a certificate that works, and says so in a sentence; other commands need none."""

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
LISTENING = [["serve"], ["metrics", "serve"]]


def refused(app: Flask, command: list[str]) -> str:
    """Return the sentence with which the command refuses to listen."""
    done = app.test_cli_runner().invoke(args=command)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    return done.stderr


@pytest.mark.parametrize("command", LISTENING, ids=" ".join)
@pytest.mark.parametrize(
    ("environment", "advice"),
    [("production", "install one that names the host"), ("development", "`make certs` makes one for development")],
)
def test_a_certificate_that_is_not_there_is_told_with_fit_advice(
    make_app: MakeApp, command: list[str], environment: str, advice: str
) -> None:
    told = refused(make_app(server_certificate="nowhere.pem", environment=environment), command)
    assert f"nowhere.pem does not exist: {advice}" in told


@pytest.mark.parametrize("command", LISTENING, ids=" ".join)
def test_a_certificate_that_is_none_is_refused(make_app: MakeApp, command: list[str]) -> None:
    told = refused(make_app(server_certificate="settings.toml"), command)
    assert re.search("settings.toml and .* do not work", told)


@pytest.mark.parametrize(
    "seal", [NoEncryption(), BestAvailableEncryption(b"password")], ids=["another key", "a key under a password"]
)
def test_a_key_that_does_not_open_the_certificate_is_refused(
    make_app: MakeApp, tmp_path: Path, seal: KeySerializationEncryption
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, seal))
    told = refused(make_app(server_certificate_key=str(key)), ["serve"])
    assert "key.pem do not work, as PEM without a password" in told


def test_the_database_is_brought_up_to_date_without_one(make_app: MakeApp) -> None:
    app = make_app(server_certificate="nowhere.pem")
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
