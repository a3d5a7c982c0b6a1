"""The error of an invalid credential."""


class AuthenticationError(Exception):
    """The request carries an invalid credential.

    ``reason`` appears in the log and as a label of a metric, never in the response. It is one of a few constant
    strings and contains nothing that the client sent. ``credential`` is the id of the credential and ``owner`` that of
    its caller, if they are known.
    """

    def __init__(self, reason: str, credential: str | None = None, owner: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.credential = credential
        self.owner = owner
