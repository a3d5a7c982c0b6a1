"""The settings of signing up."""

from dataclasses import dataclass

from limits import RateLimitItem, parse

from ...settings import setting
from ...settings.fields import Boolean, Rate


@dataclass(frozen=True, kw_only=True)
class SignUpSettings:
    """Whether anyone may become a caller, and how often that is tried."""

    sign_up_open: bool = setting(Boolean(), "let anyone register a caller", default=False)
    limits_sign_ups: RateLimitItem = setting(Rate(), "sign-ups from one address", default=parse("5/minute"))
