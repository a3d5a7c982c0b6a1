"""The settings of accounts and tokens."""

from dataclasses import dataclass

from limits import RateLimitItem, parse

from ...settings import setting
from ...settings.fields import Integer, Rate
from .protected_resource import ResourceSettings
from .sign_up_settings import SignUpSettings

SHORTEST_PASSWORD = 8


@dataclass(frozen=True, kw_only=True)
class TokenSettings(SignUpSettings, ResourceSettings):
    """How long people stay signed in, what their passwords must be, and how long tokens live."""

    tokens_minutes: int = setting(Integer(1, 60), "minutes that an access token lives", default=10)
    tokens_refresh_days: int = setting(
        Integer(1, 365),
        "days after which an application must ask the person again, however often it refreshed",
        default=30,
    )
    tokens_publish_minutes: int = setting(
        Integer(0, 1440), "minutes that a new signing key is published before it signs", default=10
    )
    sessions_hours: int = setting(Integer(1, 720), "hours that a person stays signed in", default=12)
    passwords_at_least: int = setting(
        Integer(SHORTEST_PASSWORD, 64), "characters that a password must have", default=15
    )
    limits_sign_ins: RateLimitItem = setting(
        Rate(), "attempts to sign in to one account from one address", default=parse("5/minute")
    )
    limits_tokens: RateLimitItem = setting(Rate(), "requests for tokens from one address", default=parse("60/minute"))
