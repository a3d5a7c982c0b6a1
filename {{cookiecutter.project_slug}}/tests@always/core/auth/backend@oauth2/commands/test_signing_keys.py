"""``flask signing-keys``."""

from collections.abc import Callable

from flask import Flask

from tests.core.credentials import command

MakeApp = Callable[..., Flask]


def states(app: Flask) -> list[str]:
    return [key["state"] for key in command(app, "signing-keys", "list", "--json")]


def test_a_key_encrypted_with_another_secret_does_not_sign(make_app: MakeApp) -> None:
    before = make_app()
    command(before, "signing-keys", "rotate", "--now")
    assert states(before)[0] == "signing"
    after = make_app(secret_key="another secret key of the service, which is long")
    assert set(states(after)) == {"undecryptable"}
    command(after, "signing-keys", "rotate", "--now")
    assert states(after)[0] == "signing"
