"""Settings of sessions, passwords and tokens."""

from dataclasses import dataclass

from flask import Flask
from limits import RateLimitItem, parse

from ...settings import Settings, get_settings, setting
from ...settings.fields import Boolean, Integer, Rate, Secret
from .protected_resource import ResourceSettings

MIN_PASSWORD_LENGTH = 8  # OWASP ASVS 5.0, 6.2.1


@dataclass(frozen=True, kw_only=True)
class TokenSettings(ResourceSettings):
    """Lifetimes of sessions, tokens and signing keys, the password length, and rate limits."""

    secret_key_previous: str | None = setting(
        Secret(), "the other secret key that is accepted during a rotation", default=None, secret=True
    )
    tokens_minutes: int = setting(Integer(1, 60), "lifetime of an access token in minutes", default=10)
    tokens_refresh_days: int = setting(
        Integer(1, 365), "lifetime of a consent in days; refreshing tokens does not extend it", default=30
    )
    tokens_publish_minutes: int = setting(
        Integer(0, 1440), "minutes between the publication of a new signing key and its first use", default=10
    )
    tokens_revoke_exposed: bool = setting(
        Boolean(),
        "revoke a token or session that arrives over plain HTTP, for example through port 80 of a proxy",
        default=False,
    )
    sessions_hours: int = setting(Integer(1, 720), "lifetime of a browser session in hours", default=12)
    passwords_min_length: int = setting(
        Integer(MIN_PASSWORD_LENGTH, 64), "minimum number of characters of a password", default=15
    )
    limits_sign_ins: RateLimitItem = setting(
        Rate(), "sign-in attempts per account and address", default=parse("5/minute")
    )
    limits_tokens: RateLimitItem = setting(Rate(), "token requests per address", default=parse("60/minute"))


def secret_keys(app: Flask) -> tuple[str, ...]:
    """Return the secret key, which protects new data, and the other one that is accepted during a rotation."""
    keys = (get_settings(app, Settings).secret_key, get_settings(app, TokenSettings).secret_key_previous)
    return tuple(filter(None, keys))
