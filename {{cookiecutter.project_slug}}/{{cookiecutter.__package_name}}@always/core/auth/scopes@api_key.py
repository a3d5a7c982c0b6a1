"""Every scope, and what it allows."""

SCOPES: dict[str, str] = {
    "items:read": "Read your items",
    "items:write": "Create, change and delete your items",
    "keys:manage": "Create, rotate and revoke your keys",
    "admin": "See the figures of the service and manage the keys of every owner",
}
