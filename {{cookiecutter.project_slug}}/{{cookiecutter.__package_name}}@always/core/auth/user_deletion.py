"""What the service does with the data of a user that is deleted.

A backend that can delete users calls ``user_deleted``; otherwise nothing in core does.
"""

from collections.abc import Callable

from flask import current_app
from sqlalchemy import Connection

from .. import services

OnUserDeleted = Callable[[Connection, str], None]


class UserDeletedCallbacks(list[OnUserDeleted]):
    """What an application calls for each deleted user."""


def user_deleted(connection: Connection, user_id: str) -> None:
    """Call this within the transaction that deletes the user, so that the service deletes or keeps the user's data."""
    for callback in services.get(current_app, UserDeletedCallbacks):
        callback(connection, user_id)
