"""Every scope of this service, with the sentence that users see. ``core`` adds its own, such as ``admin``."""

SCOPES: dict[str, str] = {
    "items:read": "Read your items",
    "items:write": "Create, change and delete your items",
}

# The scopes of new users, if users can register themselves.
SIGN_UP_SCOPES: list[str] = [
    "items:read",
    "items:write",
]
