"""The development credential: a token of the local issuer, valid for eight hours.

If the settings name a real provider, only that provider can issue tokens: the printed calls then use ``$TOKEN``.
"""

from . import service
from .calls import quoted

MINUTES = 480


def credential() -> tuple[str, list[str]]:
    """Return the request header with the token, quoted for a shell, and lines to print."""
    issuer, scopes = service.setting("provider_issuer"), " ".join(service.scopes()) or "(none)"
    if issuer == "local":
        options = ("--sub", "developer", "--expires-in", str(MINUTES), *service.scopes_option())
        return quoted(f"Authorization: Bearer {service.flask('tokens', 'issue', *options).strip()}"), []
    return '"Authorization: Bearer $TOKEN"', [
        f"{issuer} issues the tokens. Get one for this service with the scopes {scopes},",
        "and set it with `export TOKEN=...`. docs/authentication.md lists the claims that it must have.",
    ]
