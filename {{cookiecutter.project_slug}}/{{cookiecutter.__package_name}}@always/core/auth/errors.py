"""The error of an invalid credential."""


class AuthenticationError(Exception):
    """The request carries an invalid credential.

    ``reason`` appears in the log and in a metric, never in the response; it is one of a few constant strings.
    ``credential`` is the id of the credential and ``owner`` that of its caller, if they are known.
    """

    def __init__(self, reason: str, credential: str | None = None, owner: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.credential = credential
        self.owner = owner
