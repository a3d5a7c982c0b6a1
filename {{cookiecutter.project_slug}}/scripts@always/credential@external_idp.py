"""The credential that ``make run`` gives a developer: a token of the local issuer, for a working day.

Where the settings name a real provider, only that one can issue a token; then the printed calls have a place for it.
"""

from collections.abc import Callable

import written

ISSUE = ("tokens", "issue", "--sub", "developer", "--scopes", "items:read items:write", "--expires-in", "480")


def header(flask: Callable[..., str], _accepts: Callable[[str], bool]) -> str:
    """Give the request header that authenticates the developer.

    ``flask`` runs one of the service's commands and gives what it prints.
    """
    local = written.setting("provider", "issuer", "local") == "local"
    return f"Authorization: Bearer {flask(*ISSUE).strip() if local else '$TOKEN'}"
