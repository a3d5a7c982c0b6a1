"""Where the service of this machine is, for those who call it."""

from pathlib import Path

from . import settings

ROOT = Path(__file__).resolve().parent.parent


def origin() -> str:
    """Give the address that the service will take."""
    return f"https://localhost:{settings.setting('server', 'port', '8443')}"


def curl() -> str:
    """Give the words that begin a call in a terminal; the CA's path holds in any folder."""
    return f'curl --cacert "{ROOT / "certs" / "ca.pem"}"'
