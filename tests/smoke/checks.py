"""The results of the smoke checks."""


class Checks:
    """The number of checks that passed, and a list of those that failed."""

    def __init__(self) -> None:
        """Start without results."""
        self.passed = 0
        self.failed: list[str] = []

    def __call__(self, check: str, actual: object, expected: object = True) -> None:
        """Compare the actual with the expected value."""
        if actual == expected:
            self.passed += 1
        else:
            self.failed.append(f"{check}: {actual!r} instead of {expected!r}")
