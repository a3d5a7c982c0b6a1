"""Why nobody could be told from a credential."""


class AuthenticationError(Exception):
    """A credential was sent and is not valid.

    ``reason`` is for the journal and the metrics: the caller is told the same whatever it is. It is a text of the code
    with nothing in it that was sent, so that there are few of them. ``credential`` is the id of the credential, when it
    has one that can be told.
    """

    def __init__(self, reason: str, credential: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.credential = credential
