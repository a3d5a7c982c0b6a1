"""The settings of API keys."""

from dataclasses import dataclass

from ...settings import setting
from ...settings.fields import Boolean, Integer, Secret

MAX_DAYS = 365
MAX_OVERLAP_HOURS = 720


@dataclass(frozen=True, kw_only=True)
class KeySettings:
    """The hash and the lifetime of keys."""

    key_pepper: str = setting(
        Secret(),
        "the secret key (pepper) of the hash that is stored of each API key; no key is valid without it",
        secret=True,
    )
    key_pepper_previous: str | None = setting(
        Secret(),
        "the other pepper, during a rotation; keys that were created with it remain valid until they expire",
        default=None,
        secret=True,
    )
    keys_revoke_exposed: bool = setting(
        Boolean(), "revoke a key that is sent over plain HTTP, also to the HTTP port of a trusted proxy", default=False
    )
    keys_default_days: int = setting(Integer(1, MAX_DAYS), "the default lifetime of a key in days", default=90)
    keys_max_days: int = setting(Integer(1, MAX_DAYS), "the maximum lifetime of a key in days", default=MAX_DAYS)
    keys_overlap_hours: int = setting(
        Integer(0, MAX_OVERLAP_HOURS), "hours that the old key remains valid after a rotation", default=24
    )
