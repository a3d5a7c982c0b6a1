"""The callbacks that delete or keep the data of a deleted user or client: ``on_user_deleted`` of ``create_app``."""

from collections.abc import Callable

from sqlalchemy import Connection

OnUserDeleted = Callable[[Connection, str], None]


class UserDeletedCallbacks(list[OnUserDeleted]):
    """The callbacks of an application, in the order in which a backend that can delete users calls them."""
