"""How a setting is declared: form, meaning and default stand in one place, on the attribute itself."""

import dataclasses
from typing import Any

from marshmallow import fields


def setting(form: fields.Field[Any], meaning: str, *, default: Any = dataclasses.MISSING, secret: bool = False) -> Any:
    """Declare one setting on a frozen dataclass.

    ``form`` converts what was written (TOML value or text of a variable) and refuses what does not fit;
    ``meaning`` is the sentence of the documentation; without a ``default`` the setting must be given.
    """
    return dataclasses.field(default=default, metadata={"form": form, "meaning": meaning, "secret": secret})
