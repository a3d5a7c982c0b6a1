"""``make run`` prints a key that the service accepts, whatever an earlier start left."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from dev import credential, run

MakeApp = Callable[..., Flask]
Header = Callable[[Flask], str]


@pytest.fixture
def header(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Header:
    """Give the header that is printed of a service; its files are in a folder of their own."""
    monkeypatch.chdir(tmp_path)

    def give(app: Flask) -> str:
        monkeypatch.setattr(run, "service", lambda: app)
        given = credential.header(run.flask, run.call)
        assert run.call("/api/v1/me", headers=dict([given.split(": ")])).status_code == 200
        return given

    return give


def test_a_key_is_made_once_and_again_when_it_has_ended(app: Flask, header: Header) -> None:
    first = header(app)
    assert header(app) == first
    app.test_cli_runner().invoke(args=["keys", "revoke", first.split("_")[2]], catch_exceptions=False)
    assert header(app) != first


@pytest.mark.parametrize("left", ["", "{", "{}", "[]", "null", '{"id": "3kTMd9zQw7La", "key": "wrong"}'])
def test_another_key_is_made_when_what_was_left_is_none(app: Flask, header: Header, tmp_path: Path, left: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / credential.FILE).write_text(left)
    assert header(app) == header(app)


def test_another_key_is_made_for_another_pepper(make_app: MakeApp, header: Header) -> None:
    first = header(make_app())
    assert header(make_app(key_pepper="another pepper 0123456789 abcdefghijk")) != first
