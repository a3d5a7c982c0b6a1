"""The certificates of each tool are valid for local names only, private, and renewed in time."""

import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.certificates.handshake import FILES, TOOLS, handshake


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of every file of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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
