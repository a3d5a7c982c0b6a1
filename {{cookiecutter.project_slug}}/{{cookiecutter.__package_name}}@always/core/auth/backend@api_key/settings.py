"""The settings of API keys."""

from dataclasses import dataclass

from ...settings import setting
from ...settings.fields import Integer, Secret
from .sign_up_settings import SignUpSettings


@dataclass(frozen=True, kw_only=True)
class KeySettings(SignUpSettings):
    """How keys are hashed and how long they live."""

    key_pepper: str = setting(
        Secret(), "key of the hash under which API keys are stored; without it no key is valid", secret=True
    )
    key_pepper_previous: str | None = setting(
        Secret(),
        "the pepper before this one: keys made with it stay valid until they expire",
        default=None,
        secret=True,
    )
    keys_days: int = setting(Integer(1, 365), "days that a key lives unless it says otherwise", default=90)
    keys_days_at_most: int = setting(Integer(1, 365), "days that a key may live", default=365)
    keys_overlap_hours: int = setting(Integer(0, 720), "hours that a key lives on after its rotation", default=24)
