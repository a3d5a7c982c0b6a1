"""Every scope, and what it allows."""

SCOPES: dict[str, str] = {
    "items:read": "Read your items",
    "items:write": "Create, change and delete your items",
    "admin": "See the figures of the service",
}


def separated(text: str) -> list[str]:
    """Return the scopes that a text names; a space stands between two, and nothing else (RFC 6749, section 3.3)."""
    return [scope for scope in text.split(" ") if scope]
