"""A missing or unreadable certificate is replaced, unless it is of another origin."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.certificates.handshake import FILES, handshake

COMPANY = "a file of the company"


@pytest.mark.parametrize("name", ["ca.pem", "server.pem"])
@pytest.mark.parametrize(
    "content", [None, "", "garbage", "-----BEGIN CERTIFICATE-----\nZ", b"\xff"]
)
def test_a_missing_or_unreadable_certificate_is_replaced(
    certificates: ModuleType, tmp_path: Path, name: str, content: str | bytes | None
) -> None:
    """Afterwards, a client that trusts the CA of this folder can connect."""
    certificates.create(tmp_path)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert certificates.create(tmp_path) != ""
    handshake(tmp_path / "ca.pem", tmp_path / "server.pem", tmp_path / "server-key.pem", "::1")


@pytest.mark.parametrize("name", ["server.pem", "server-key.pem"])
@pytest.mark.parametrize("others", [[], ["ca.pem", "company-key.pem"]])
def test_a_file_of_another_origin_is_kept(
    certificates: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    others: list[str],
) -> None:
    """The settings may name another file for the key, and the certificate of a key may follow."""
    folder = tmp_path / "certs"
    folder.mkdir()
    for each in (name, *others):
        (folder / each).write_text(COMPANY)
    assert certificates.create(folder) == ""
    monkeypatch.setattr(certificates, "ROOT", tmp_path)
    monkeypatch.setattr("sys.argv", ["dev.certificates"])
    certificates.main()
    assert "of another origin (without ca-key.pem) and kept." in capsys.readouterr().out
    kept = {path.name: path.read_text() for path in folder.iterdir()}
    assert kept == dict.fromkeys((name, *others), COMPANY)
    monkeypatch.setattr("sys.argv", ["dev.certificates", "--force"])
    certificates.main()
    assert {path.name for path in folder.iterdir()} == FILES | set(others)
    handshake(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem", "localhost")
