"""Keep the account of what was checked."""


class Checks:
    """Compare what was found with what was promised; count what agrees, list what does not."""

    def __init__(self) -> None:
        """Start with nothing checked."""
        self.passed = 0
        self.failed: list[str] = []

    def __call__(self, claim: str, found: object, promised: object = True) -> None:
        """Take down one claim."""
        if found == promised:
            self.passed += 1
        else:
            self.failed.append(f"{claim}: {found!r} instead of {promised!r}")
