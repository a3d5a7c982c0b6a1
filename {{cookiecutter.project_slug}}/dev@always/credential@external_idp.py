"""The credential that ``make run`` gives a developer: a token of the local issuer, for a working day.

Where the settings name a real provider, only that one can issue a token; then the printed calls have a place for it,
and a sentence says so.
"""

from collections.abc import Callable
from typing import Any

from . import settings

ISSUE = ("tokens", "issue", "--sub", "developer", "--scopes", "items:read items:write", "--expires-in", "480")


def header(flask: Callable[..., str], _call: Callable[..., Any]) -> str:
    """Give the request header that authenticates the developer.

    ``flask`` runs one of the service's commands and gives what it prints.
    """
    issuer = settings.setting("provider", "issuer", "local")
    if issuer == "local":
        return f"Authorization: Bearer {flask(*ISSUE).strip()}"
    print(
        f"\nTokens come from {issuer}: ask it for one for this service, with the scopes items:read and items:write,\n"
        "and keep it by `export TOKEN=...`; docs/authentication.md says what it must hold"
    )
    return "Authorization: Bearer $TOKEN"
