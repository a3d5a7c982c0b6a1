"""The development certificates, created by either tool."""

import os
import shutil
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conftest import Bake
from tests.template import TEMPLATE

TOOLS = ["openssl", "cryptography"]
FILES = {"ca.pem", "ca-key.pem", "server.pem", "server-key.pem"}


@pytest.fixture
def certificates(bake: Bake, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Import the module from a service."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.syspath_prepend(str(bake({})))
    from dev import certificates  # type: ignore[import-not-found]

    yield certificates
    for name in [name for name in sys.modules if name.partition(".")[0] == "dev"]:
        sys.modules.pop(name, None)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def handshake(ca: Path, chain: Path, key: Path, name: str) -> None:
    """Run a TLS handshake in memory with a strict client; raises ``ssl.SSLError``."""
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_context.load_cert_chain(chain, key)
    client_context = ssl.create_default_context(cafile=ca)
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13 on
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client, server):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    client.do_handshake()


def test_without_any_tool_the_error_names_both(
    certificates: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names openssl and cryptography."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(certificates.CertificateError, match="openssl is not installed and crypto"):
        certificates.create(tmp_path / "certs")


@pytest.mark.parametrize("tool", TOOLS)
class TestCreated:
    """The certificates of each tool."""

    @pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
    def test_a_strict_client_trusts_it(
        self, certificates: ModuleType, tmp_path: Path, tool: str, name: str
    ) -> None:
        """By each local name, with the default flags of Python 3.13."""
        assert certificates.create(tmp_path, tool) == tool
        handshake(tmp_path / "ca.pem", tmp_path / "server.pem", tmp_path / "server-key.pem", name)

    def test_another_name_does_not_match(
        self, certificates: ModuleType, tmp_path: Path, tool: str
    ) -> None:
        """The certificate is valid for local names only."""
        certificates.create(tmp_path, tool)
        files = (tmp_path / "ca.pem", tmp_path / "server.pem", tmp_path / "server-key.pem")
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            handshake(*files, "acme.example")

    def test_the_ca_cannot_sign_for_other_names(
        self, certificates: ModuleType, tmp_path: Path, tool: str
    ) -> None:
        """A stolen CA key cannot be used to impersonate other sites."""
        certificates.create(tmp_path, tool)
        forged = forge(tmp_path, "acme.example")
        with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
            handshake(tmp_path / "ca.pem", forged, tmp_path / "server-key.pem", "acme.example")

    def test_only_the_owner_can_read_the_keys(
        self, certificates: ModuleType, tmp_path: Path, tool: str
    ) -> None:
        """Mode 0600 with any umask, PKCS#8, and no other files in the folder."""
        mask = os.umask(0)
        try:
            certificates.create(tmp_path, tool)
        finally:
            os.umask(mask)
        assert {path.name for path in tmp_path.iterdir()} == FILES
        for name in ("ca-key.pem", "server-key.pem"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
            assert (tmp_path / name).read_text().startswith("-----BEGIN PRIVATE KEY-----")

    def test_valid_certificates_are_kept(
        self, certificates: ModuleType, tmp_path: Path, tool: str
    ) -> None:
        """A second run changes nothing."""
        certificates.create(tmp_path, tool)
        before = contents(tmp_path)
        assert certificates.create(tmp_path, tool) == ""
        assert contents(tmp_path) == before

    def test_the_server_certificate_is_renewed_by_the_same_ca(
        self,
        certificates: ModuleType,
        tmp_path: Path,
        tool: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Clients that trust the CA still trust the server."""
        certificates.create(tmp_path, tool)
        before = contents(tmp_path)
        monkeypatch.setattr(certificates, "RENEW_DAYS", certificates.SERVER_DAYS)
        assert certificates.create(tmp_path, tool) == tool
        after = contents(tmp_path)
        assert {name for name in FILES if before[name] == after[name]} == {"ca.pem", "ca-key.pem"}
        handshake(tmp_path / "ca.pem", tmp_path / "server.pem", tmp_path / "server-key.pem", "::1")

    def test_a_ca_that_expires_soon_is_replaced(
        self,
        certificates: ModuleType,
        tmp_path: Path,
        tool: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """A server certificate never outlives its CA."""
        monkeypatch.setattr(certificates, "CA_DAYS", 80)
        certificates.create(tmp_path, tool)
        before = contents(tmp_path)
        monkeypatch.setattr(certificates, "RENEW_DAYS", certificates.SERVER_DAYS)
        certificates.create(tmp_path, tool)
        assert all(before[name] != content for name, content in contents(tmp_path).items())

    def test_force_replaces_all_certificates(
        self, certificates: ModuleType, tmp_path: Path, tool: str
    ) -> None:
        """The new CA has another name."""
        certificates.create(tmp_path, tool)
        before = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
        certificates.create(tmp_path, tool, force=True)
        after = x509.load_pem_x509_certificate((tmp_path / "ca.pem").read_bytes())
        assert before.subject != after.subject

    def test_certificates_of_another_ca_are_kept(
        self,
        certificates: ModuleType,
        tmp_path: Path,
        tool: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Without the CA's key, they were not created here, and are not renewed either."""
        certificates.create(tmp_path, tool)
        (tmp_path / "ca-key.pem").unlink()
        before = contents(tmp_path)
        monkeypatch.setattr(certificates, "RENEW_DAYS", certificates.SERVER_DAYS)
        assert certificates.create(tmp_path, tool) == ""
        assert contents(tmp_path) == before


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


def forge(folder: Path, name: str) -> Path:
    """Sign a certificate for another name with the CA of a folder."""
    ca = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    ca_key = serialization.load_pem_private_key((folder / "ca-key.pem").read_bytes(), None)
    key = serialization.load_pem_private_key((folder / "server-key.pem").read_bytes(), None)
    assert isinstance(ca_key, ec.EllipticCurvePrivateKey)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    now = datetime.now(UTC)
    names = [x509.DNSName(name), x509.IPAddress(ip_address("192.0.2.7"))]
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(identifier, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    path = folder / "forged.pem"
    path.write_bytes(forged.public_bytes(serialization.Encoding.PEM))
    return path
