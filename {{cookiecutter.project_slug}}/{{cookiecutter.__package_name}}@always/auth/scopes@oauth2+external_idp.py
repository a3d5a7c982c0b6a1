"""Every scope, and what it allows."""

SCOPES: dict[str, str] = {
    "items:read": "Read your items",
    "items:write": "Create, change and delete your items",
    "admin": "See the figures of the service",
}
