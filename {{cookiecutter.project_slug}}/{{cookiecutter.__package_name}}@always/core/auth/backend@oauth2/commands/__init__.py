"""Commands for operators: users, clients and signing keys."""

from .clients import clients
from .signing_keys import signing_keys
from .users import users

COMMANDS = (users, clients, signing_keys)

__all__ = ["COMMANDS"]
