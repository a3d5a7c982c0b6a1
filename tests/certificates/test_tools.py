"""openssl and cryptography create the same certificates; one of them is enough."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography import x509

from tests.certificates.handshake import FILES, TOOLS, handshake
from tests.template import TEMPLATE


def test_without_any_tool_the_error_names_both(
    certificates: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names openssl and cryptography."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(certificates.CertificateError, match="openssl is not installed and crypto"):
        certificates.create(tmp_path / "certs")


def test_both_tools_create_the_same_certificates(certificates: ModuleType, tmp_path: Path) -> None:
    """The same extensions, criticality and validity; keys, names and serial numbers differ."""

    def shape(folder: Path, name: str) -> tuple[object, ...]:
        certificate = x509.load_pem_x509_certificate((folder / name).read_bytes())
        key_identifiers = (x509.SubjectKeyIdentifier, x509.AuthorityKeyIdentifier)
        extensions = {
            (
                each.oid.dotted_string,
                each.critical,
                None if isinstance(each.value, key_identifiers) else each.value,
            )
            for each in certificate.extensions
        }
        validity = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        return extensions, validity, certificate.version, certificate.signature_algorithm_oid

    for tool in TOOLS:
        certificates.create(tmp_path / tool, tool)
    for name in ("ca.pem", "server.pem"):
        assert shape(tmp_path / TOOLS[0], name) == shape(tmp_path / TOOLS[1], name)


def test_an_openssl_without_req_ca_works(
    certificates: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LibreSSL on macOS has no `req -CA`."""
    older = tmp_path / "bin" / "openssl"
    older.parent.mkdir()
    older.write_text(
        "#!/bin/sh\n"
        'case "$1 $*" in "req "*" -CA "*) echo "unknown option -CA" >&2; exit 1;; esac\n'
        f'exec {shutil.which("openssl")} "$@"\n'
    )
    older.chmod(0o755)
    monkeypatch.setenv("PATH", f"{older.parent}:{os.environ['PATH']}")
    folder = tmp_path / "certs"
    assert certificates.create(folder, "openssl") == "openssl"
    handshake(folder / "ca.pem", folder / "server.pem", folder / "server-key.pem", "localhost")


@pytest.mark.parametrize(
    ("openssl", "cryptography", "message"),
    [
        (True, False, "(made with openssl)"),
        (False, True, "(made with cryptography)"),
        (
            False,
            False,
            "No certificates yet: openssl is not installed and cryptography is not installed.",
        ),
    ],
)
def test_a_bake_uses_the_available_tool(
    tmp_path: Path, openssl: bool, cryptography: bool, message: str
) -> None:
    """Without either tool the bake succeeds and prints one line about it."""
    empty = tmp_path / "empty"
    empty.mkdir()
    if not cryptography:
        (empty / "cryptography.py").write_text("raise ImportError")
    environment = {"HOME": str(tmp_path), "PYTHONPATH": str(empty)}
    environment["PATH"] = os.environ["PATH"] if openssl else str(empty)
    command = ["-m", "cookiecutter", "--no-input", str(TEMPLATE), "-o", str(tmp_path / "out")]
    done = subprocess.run(
        [sys.executable, *command], env=environment, text=True, check=True, stderr=subprocess.PIPE
    )
    assert len([line for line in done.stderr.splitlines() if message in line]) == 1
    created = openssl or cryptography
    folder = tmp_path / "out" / "acme-api" / "certs"
    assert {path.name for path in folder.glob("*")} == (FILES if created else set())
    assert done.stderr.isascii()
