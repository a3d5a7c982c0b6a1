"""Make the development certificates: a small local CA, and a server certificate for this machine.

By hand: ``uv run python -m dev.certificates [--force] [--with openssl|cryptography|mkcert]``.
The CA can sign for localhost alone (RFC 5280, 4.2.1.10): who trusts it trusts it with nothing more.
The server certificate lives 90 days and is renewed in the last 30. Certificates that came from
elsewhere, those with no ``ca-key.pem`` beside them, are left alone.

It works with the ``openssl`` command, else with the ``cryptography`` package. ``mkcert``, whose CA
the browsers of its machine may trust already, is used when asked for.
"""

import binascii
import os
import re
import subprocess
import sys
from pathlib import Path

from . import secret_files

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
nameConstraints = critical, @only_here
[only_here]
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


class CannotMakeError(Exception):
    """No tool is there that makes certificates, or those that are there failed."""


class Files:
    """The four files of a certificate folder. Keys are PKCS#8 and for their owner's eyes alone."""

    def __init__(self, folder: Path) -> None:
        """Name them; none needs to be there."""
        self.folder = folder
        self.ca, self.ca_key = folder / "ca.pem", folder / "ca-key.pem"
        self.server, self.server_key = folder / "server.pem", folder / "server-key.pem"

    def save(self, made: str, kind: str) -> None:
        """Write the key and the certificate that a tool gave for the "ca" or the "server"."""
        secret_files.write(self.folder / f"{kind}-key.pem", _block("PRIVATE KEY", made))
        secret_files.write(self.folder / f"{kind}.pem", _block("CERTIFICATE", made), PUBLIC)


def make(folder: Path, tool: str = "", *, force: bool = False) -> str:
    """Make what is missing or about to expire; give the tool's name, "" when nothing was.

    Raises ``CannotMakeError``.
    """
    files = Files(folder)
    own = files.ca_key.exists()
    there = files.server.exists() and files.server_key.exists()
    good = _days_left(files.server) > RENEW_DAYS and _days_left(files.ca) > 0
    if there and not force and (good or not own):
        return ""
    new_ca = force or not own or _days_left(files.ca) < SERVER_DAYS
    folder.mkdir(exist_ok=True)
    failures = []
    for name in [tool] if tool else ["openssl", "cryptography"]:
        try:
            TOOLS[name](files, new_ca)
        except (OSError, ImportError):
            failures.append(f"{name} is not here")
        except subprocess.CalledProcessError as error:
            failures.append(f"{name} failed: {error.stderr.strip()[-200:]!a}")
        else:
            return name
    raise CannotMakeError(" and ".join(failures))


def _openssl(files: Files, new_ca: bool) -> None:
    config = files.folder / "extensions.cnf"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    request = ["openssl", "req", "-config", str(config), "-sha256", *key]
    issuer = ["-CA", str(files.ca), "-CAkey", str(files.ca_key)]
    server = ["-days", str(SERVER_DAYS), "-extensions", "server"]
    secret_files.write(config, EXTENSIONS)
    try:
        if new_ca:
            options = ["-x509", "-days", str(CA_DAYS), "-extensions", "ca"]
            files.save(_run([*request, *options, "-subj", f"/CN={ca_name()}"]), "ca")
        request += ["-subj", "/CN=localhost"]
        try:
            made = _run([*request, "-x509", *issuer, *server])
        except subprocess.CalledProcessError:
            # LibreSSL (macOS) and OpenSSL before 3.0 sign in a step of its own.
            made = _run([*request, "-new"])
            server += ["-extfile", str(config), "-set_serial", f"0x{os.urandom(15).hex()}"]
            made += _run(["openssl", "x509", "-req", "-sha256", *issuer, *server], made)
        files.save(made, "server")
    finally:
        config.unlink()


def _cryptography(files: Files, new_ca: bool) -> None:
    # Imported when needed: with the openssl command nothing of it is.
    from .ca import authority, server

    if new_ca:
        files.save(authority(ca_name(), CA_DAYS), "ca")
    ca, ca_key = files.ca.read_bytes(), files.ca_key.read_bytes()
    files.save(server(ca, ca_key, SERVER_DAYS), "server")


def _mkcert(files: Files, _new_ca: bool) -> None:
    """Ask mkcert, which signs with a CA of its own; here stands a copy of its certificate."""
    root = Path(_run(["mkcert", "-CAROOT"]).strip(), "rootCA.pem")
    made = [files.folder / "mkcert.pem", files.folder / "mkcert-key.pem"]
    try:
        options = ["-ecdsa", "-cert-file", str(made[0]), "-key-file", str(made[1])]
        _run(["mkcert", *options, "localhost", "127.0.0.1", "::1"])
        files.save("".join(path.read_text("ascii") for path in made), "server")
        secret_files.write(files.ca, root.read_text("ascii"), PUBLIC)
        files.ca_key.unlink(missing_ok=True)  # the key of a CA that signs nothing here any more
    finally:
        for path in made:
            path.unlink(missing_ok=True)


TOOLS = {"openssl": _openssl, "cryptography": _cryptography, "mkcert": _mkcert}


def ca_name() -> str:
    """Give a name that no other CA has: a browser takes two of one name for the same."""
    return f"Development CA {os.urandom(4).hex()} (localhost)"


def _block(label: str, text: str) -> str:
    """Cut one PEM block out of what a tool gave."""
    end = f"-----END {label}-----\n"
    body, found, _ = text.partition(f"-----BEGIN {label}-----\n")[2].partition(end)
    if not found:
        raise CannotMakeError(f"the tool gave no {label.lower()}")
    return f"-----BEGIN {label}-----\n{body}{end}"


def _run(command: list[str], given: str = "") -> str:
    """Run a tool; give what it prints. Keys come that way too: they are in no file before ours."""
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True).stdout


def _days_left(path: Path) -> int:
    """Read when a certificate ends: the second of the only two dates in it (RFC 5280, 4.1.2.5.1).

    One that is missing or cannot be read has no day left. The standard library has no public reader of certificates,
    and this must need no tool.
    """
    from datetime import UTC, datetime  # not needed while there is no certificate, as at a bake

    try:
        body = _block("CERTIFICATE", path.read_text("ascii")).partition("\n")[2].partition("-")[0]
        _, last = re.findall(rb"\x17\x0d(\d{12})Z", binascii.a2b_base64(body))
        end = datetime.strptime(last.decode(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    except (OSError, ValueError, CannotMakeError):
        return 0
    return (end - datetime.now(UTC)).days


def main() -> None:
    """Make them from the command line."""
    import argparse

    parser = argparse.ArgumentParser(description="Make the development certificates in certs/.")
    parser.add_argument("--force", action="store_true", help="make all anew, the CA too")
    parser.add_argument("--with", dest="tool", default="", choices=TOOLS, help="the tool to use")
    asked = parser.parse_args()
    folder = Path(__file__).resolve().parent.parent / "certs"
    try:
        tool = make(folder, asked.tool, force=asked.force)
    except CannotMakeError as error:
        sys.exit(f"No certificates: {error}.")
    print(f"Made with {tool}." if tool else "All there and good for now; --force makes them anew.")


if __name__ == "__main__":
    main()
