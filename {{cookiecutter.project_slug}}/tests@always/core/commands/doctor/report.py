"""The result of ``flask doctor``, by check."""

import json
from collections.abc import Callable

import pytest
from flask import Flask

Report = Callable[..., dict[str, list[str]]]
DEVELOPMENT = {"environment": "development"}


@pytest.fixture
def report(app: Flask, environ: dict[str, str]) -> Report:
    """Run ``flask doctor`` in production with these settings; return status and message of each line, by check."""

    def run(*options: str, status: int | None = None, **settings: str) -> dict[str, list[str]]:
        variables = {f"APP_{name.upper()}": value for name, value in settings.items()}
        result = app.test_cli_runner().invoke(args=["doctor", "--json", *options], env={**environ, **variables})
        assert status is None or result.exit_code == status, result.output
        lines: dict[str, list[str]] = {}
        for line in json.loads(result.stdout):
            lines.setdefault(line["check"], []).extend((line["status"], line["message"]))
            assert line["status"] == "ok" or line["hint"]
        return lines

    return run
