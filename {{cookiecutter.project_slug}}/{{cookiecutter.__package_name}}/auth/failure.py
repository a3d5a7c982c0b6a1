"""Why nobody could be told from a credential."""


class Unauthenticated(Exception):
    """A credential was sent and is not valid.

    ``reason`` is for the journal alone: the caller is told the same whatever it is. ``credential`` is the id of the
    credential, when it has one that can be told.
    """

    def __init__(self, reason: str, credential: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.credential = credential
