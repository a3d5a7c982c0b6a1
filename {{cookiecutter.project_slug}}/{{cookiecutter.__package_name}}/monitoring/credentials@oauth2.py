"""What the journal and the metrics say of tokens, clients and people."""

from typing import Literal

from .journal import Level

Event = Literal["authn_token_created", "authn_token_revoked", "authn_token_reuse", "user_created"]
LEVELS: dict[str, Level] = {
    "authn_token_created": "info",
    "authn_token_revoked": "warning",
    "authn_token_reuse": "critical",
    "user_created": "info",
}
