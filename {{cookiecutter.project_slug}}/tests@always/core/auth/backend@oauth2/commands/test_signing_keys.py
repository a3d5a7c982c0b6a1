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


def test_doctor_reports_a_key_that_needs_the_previous_secret(make_app: MakeApp, environ: dict[str, str]) -> None:
    old, new = "another secret key of the service, which is long", "the next secret key of the service, which is long"
    command(make_app(secret_key=old), "signing-keys", "rotate", "--now")
    app = make_app(secret_key=new, secret_key_previous=old, tokens_publish_minutes="0")
    assert states(app)[0] == "signing"
    variables = environ | {"APP_SECRET_KEY": new, "APP_SECRET_KEY_PREVIOUS": old}
    printed = " ".join(app.test_cli_runner().invoke(args=["doctor"], env=variables).output.split())
    assert "published signing key is encrypted with APP_SECRET_KEY_PREVIOUS" in printed
    assert "`flask signing-keys rotate`" in printed
