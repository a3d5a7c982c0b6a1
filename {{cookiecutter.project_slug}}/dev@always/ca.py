"""Create the development certificates with the ``cryptography`` package, for machines without openssl.

They have the same extensions as those that ``certificates.py`` creates with openssl.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NO_USAGE = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
        *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ),
    False,
)
LOCALHOST = x509.DNSName("localhost")
LOOPBACK = ("127.0.0.1", "::1")


def create_ca(name: str, days: int) -> str:
    """Return the key and the certificate of a new CA for localhost, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    permitted = [LOCALHOST, *(x509.IPAddress(ip_network(address)) for address in LOOPBACK)]
    certificate = (
        _builder(key, subject, days, path_length=0)
        .issuer_name(subject)
        .add_extension(x509.KeyUsage(**NO_USAGE | {"key_cert_sign": True, "crl_sign": True}), True)
        .add_extension(x509.NameConstraints(permitted, None), True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key, certificate)


def create_server(ca_pem: bytes, ca_key_pem: bytes, days: int) -> str:
    """Return the key and the certificate of a server on this machine, signed by the CA, as PEM."""
    ca = x509.load_pem_x509_certificate(ca_pem)
    ca_key = serialization.load_pem_private_key(ca_key_pem, None)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey):
        raise TypeError("the CA's key is not an EC key")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [LOCALHOST, *(x509.IPAddress(ip_address(address)) for address in LOOPBACK)]
    identifier = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
    certificate = (
        _builder(key, _name("localhost"), days, path_length=None)
        .issuer_name(ca.subject)
        .add_extension(x509.KeyUsage(**NO_USAGE | {"digital_signature": True}), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        .add_extension(issuer, False)
        .add_extension(x509.SubjectAlternativeName(names), False)
        .sign(ca_key, hashes.SHA256())
    )
    return _pem(key, certificate)


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(
    key: ec.EllipticCurvePrivateKey, subject: x509.Name, days: int, path_length: int | None
) -> x509.CertificateBuilder:
    """Return a builder with the fields of both certificates; the path length is None except for a CA."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(path_length is not None, path_length), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    )


def _pem(key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> str:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return (private + certificate.public_bytes(serialization.Encoding.PEM)).decode()
