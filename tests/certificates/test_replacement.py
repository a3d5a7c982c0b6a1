"""A missing or unreadable certificate is replaced."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.certificates.handshake import handshake


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
