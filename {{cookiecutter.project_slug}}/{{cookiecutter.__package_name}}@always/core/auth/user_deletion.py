"""The callbacks that delete or keep the data of a deleted user: ``on_user_deleted`` of ``create_app``.

A backend that can delete users calls ``user_deleted``; otherwise nothing in core does.
"""

from collections.abc import Callable

from flask import current_app
from sqlalchemy import Connection

from .. import services

OnUserDeleted = Callable[[Connection, str], None]


class UserDeletedCallbacks(list[OnUserDeleted]):
    """The callbacks of an application, in the order in which they are called for each deleted user."""


def user_deleted(connection: Connection, user_id: str) -> None:
    """Call the callbacks in the transaction of ``connection``, which deletes the user afterwards."""
    for callback in services.get(current_app, UserDeletedCallbacks):
        callback(connection, user_id)
