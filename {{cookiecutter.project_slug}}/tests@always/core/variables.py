"""The environment variables of the service under test."""

import shutil
import tomllib
from pathlib import Path
from secrets import token_urlsafe

from dotenv import dotenv_values

from tests.core.credentials import secrets
from tests.core.package import ROOT

LIMITS = tomllib.loads((ROOT / "settings.toml").read_text("utf-8"))["limits"]
GENEROUS = {f"APP_LIMITS_{name.upper()}": "1000000/minute" for name, value in LIMITS.items() if "/" in value}


def production(folder: Path, certificate: Path, database_url: str, limiter_uri: str) -> dict[str, str]:
    """Return the environment of a service in production, with a copy of ``settings.toml`` in the folder.

    Like ``make run``, it generates a secret for each empty name in ``.env.example``.
    """
    shutil.copy(ROOT / "settings.toml", folder)
    example = dotenv_values(ROOT / ".env.example", interpolate=False)
    return {
        **{name: value or token_urlsafe(32) for name, value in example.items()},
        "APP_SETTINGS": str(folder / "settings.toml"),
        "APP_ENVIRONMENT": "production",
        "APP_DATABASE_URL": database_url,
        "APP_LIMITER_URI": limiter_uri,
        "APP_SERVER_CERTIFICATE": str(certificate / "server.pem"),
        "APP_SERVER_CERTIFICATE_KEY": str(certificate / "server-key.pem"),
        **secrets(),
    }
