"""Every scope of this service, with the sentence that users see. ``core`` adds its own, such as ``admin``."""

SCOPES: dict[str, str] = {
    "items:read": "Read your items",
    "items:write": "Create, change and delete your items",
}

# A new user gets these at sign-up, if the service has one and the settings enable it.
SIGN_UP_SCOPES: list[str] = ["items:read", "items:write"]
