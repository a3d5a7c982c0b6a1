"""Create the development certificates: a local CA, and a server certificate for this machine.

By hand: ``uv run python -m dev.certificates [--force] [--with openssl|cryptography|mkcert]``.
The CA is constrained to localhost (RFC 5280, 4.2.1.10), so trusting it is safe for all other hosts.
The server certificate is valid for 90 days and renewed in the last 30. Certificates of another origin, those without
``ca-key.pem`` in the folder, are never changed without ``--force``.

The tool is the ``openssl`` command, otherwise the ``cryptography`` package. ``mkcert``, whose CA the browsers of the
machine may already trust, is used on request.
"""

import binascii
import os
import re
import subprocess
import sys
from pathlib import Path

from . import ROOT, secret_files

CA_DAYS, SERVER_DAYS, RENEW_DAYS = 730, 90, 30
PUBLIC = 0o644

EXTENSIONS = """\
[req]
distinguished_name = subject
[subject]
[ca]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
nameConstraints = critical, @permitted
[permitted]
permitted;DNS = localhost
permitted;IP.1 = 127.0.0.1/255.255.255.255
permitted;IP.2 = ::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
"""


class CertificateError(Exception):
    """No tool could create the certificates; the message lists each tool with the reason."""


class Files:
    """The four files of a certificate folder. Keys are PKCS#8 with mode 0600."""

    def __init__(self, folder: Path) -> None:
        """Define the paths; the files need not exist."""
        self.folder = folder
        self.ca, self.ca_key = folder / "ca.pem", folder / "ca-key.pem"
        self.server, self.server_key = folder / "server.pem", folder / "server-key.pem"

    def save(self, pem: str, kind: str) -> None:
        """Write the key and the certificate of the "ca" or the "server"."""
        secret_files.write(self.folder / f"{kind}-key.pem", _block("PRIVATE KEY", pem))
        secret_files.write(self.folder / f"{kind}.pem", _block("CERTIFICATE", pem), PUBLIC)

    def foreign(self) -> bool:
        """Return whether the certificate or the key of the server is of another origin."""
        return not self.ca_key.exists() and (self.server.exists() or self.server_key.exists())


def create(folder: Path, tool: str = "", *, force: bool = False) -> str:
    """Create the certificates that are missing or about to expire.

    Return the name of the tool, or "" if nothing was created. Raise ``CertificateError``.
    """
    files = Files(folder)
    valid = files.server_key.exists() and _days_left(files.server) > RENEW_DAYS and _days_left(files.ca) > 0
    if not force and (valid or files.foreign()):
        return ""
    new_ca = force or not files.ca_key.exists() or _days_left(files.ca) < SERVER_DAYS
    folder.mkdir(exist_ok=True)
    failures = []
    for name in [tool] if tool else ["openssl", "cryptography"]:
        try:
            TOOLS[name](files, new_ca)
        except (OSError, ImportError):
            failures.append(f"{name} is not installed")
        except subprocess.CalledProcessError as error:
            failures.append(f"{name} failed: {error.stderr.strip()[-200:]!a}")
        else:
            return name
    raise CertificateError(" and ".join(failures))


def _openssl(files: Files, new_ca: bool) -> None:
    config = files.folder / "extensions.cnf"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    request = ["openssl", "req", "-config", str(config), "-sha256", *key]
    issuer = ["-CA", str(files.ca), "-CAkey", str(files.ca_key)]
    server = ["-days", str(SERVER_DAYS), "-extensions", "server"]
    secret_files.write(config, EXTENSIONS)
    try:
        if new_ca:
            options = ["-x509", "-days", str(CA_DAYS), "-extensions", "ca", "-subj", f"/CN={ca_name()}"]
            files.save(_run([*request, *options]), "ca")
        request += ["-subj", "/CN=localhost"]
        try:
            pem = _run([*request, "-x509", *issuer, *server])
        except subprocess.CalledProcessError:
            # LibreSSL (macOS) and OpenSSL before 3.0 sign in a separate step.
            pem = _run([*request, "-new"])
            server += ["-extfile", str(config), "-set_serial", f"0x{os.urandom(15).hex()}"]
            pem += _run(["openssl", "x509", "-req", "-sha256", *issuer, *server], pem)
        files.save(pem, "server")
    finally:
        config.unlink()


def _cryptography(files: Files, new_ca: bool) -> None:
    from .ca import create_ca, create_server  # late, because the openssl command does not need the package

    if new_ca:
        files.save(create_ca(ca_name(), CA_DAYS), "ca")
    ca, ca_key = files.ca.read_bytes(), files.ca_key.read_bytes()
    files.save(create_server(ca, ca_key, SERVER_DAYS), "server")


def _mkcert(files: Files, _new_ca: bool) -> None:
    """Use mkcert, which signs with its own CA; ``ca.pem`` becomes a copy of that CA's certificate."""
    root = Path(_run(["mkcert", "-CAROOT"]).strip(), "rootCA.pem")
    pem_files = [files.folder / "mkcert.pem", files.folder / "mkcert-key.pem"]
    try:
        options = ["-ecdsa", "-cert-file", str(pem_files[0]), "-key-file", str(pem_files[1])]
        _run(["mkcert", *options, "localhost", "127.0.0.1", "::1"])
        files.save("".join(path.read_text("ascii") for path in pem_files), "server")
        secret_files.write(files.ca, root.read_text("ascii"), PUBLIC)
        files.ca_key.unlink(missing_ok=True)  # the key of the previous CA
    finally:
        for path in pem_files:
            path.unlink(missing_ok=True)


TOOLS = {"openssl": _openssl, "cryptography": _cryptography, "mkcert": _mkcert}


def ca_name() -> str:
    """Return a unique name: browsers confuse two CAs with the same name."""
    return f"Development CA {os.urandom(4).hex()} (localhost)"


def _block(label: str, text: str) -> str:
    """Return one PEM block of a tool's output."""
    end = f"-----END {label}-----\n"
    body, found, _ = text.partition(f"-----BEGIN {label}-----\n")[2].partition(end)
    if not found:
        raise CertificateError(f"the tool's output has no {label.lower()}")
    return f"-----BEGIN {label}-----\n{body}{end}"


def _run(command: list[str], stdin: str = "") -> str:
    """Run a tool and return its output. Keys are passed in memory, so no other file contains them."""
    return subprocess.run(command, input=stdin, capture_output=True, text=True, check=True).stdout


def _days_left(path: Path) -> int:
    """Return the days until a certificate expires, 0 if it is missing or unreadable.

    The expiry is the second of the two dates in a certificate (RFC 5280, 4.1.2.5.1). The standard library has no public
    parser for certificates, and this function must not depend on a tool.
    """
    from datetime import UTC, datetime  # late, because only an existing certificate needs this import

    try:
        body = _block("CERTIFICATE", path.read_text("ascii")).partition("\n")[2].partition("-")[0]
        _, last = re.findall(rb"\x17\x0d(\d{12})Z", binascii.a2b_base64(body))
        end = datetime.strptime(last.decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    except (OSError, ValueError, CertificateError):
        return 0
    return (end - datetime.now(UTC)).days


def main() -> None:
    """Create the certificates from the command line."""
    import argparse

    parser = argparse.ArgumentParser(description="Create the development certificates in certs/.")
    parser.add_argument("--force", action="store_true", help="create all of them again, with a new CA")
    parser.add_argument("--with", dest="tool", default="", choices=TOOLS, help="the tool to use")
    arguments = parser.parse_args()
    try:
        tool = create(ROOT / "certs", arguments.tool, force=arguments.force)
    except CertificateError as error:
        sys.exit(f"Cannot create certificates: {error}. Install openssl, or run `uv sync`.")
    state = "of another origin (without ca-key.pem) and kept" if Files(ROOT / "certs").foreign() else "valid"
    created = f"Created the certificates in certs/ with {tool}."
    print(created if tool else f"All certificates are {state}. --force creates them again.")


if __name__ == "__main__":
    main()
