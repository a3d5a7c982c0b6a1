"""``flask signing-keys``."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from flask import Flask

from tests.core.credentials import command

Later = Callable[[float], AbstractContextManager[None]]
MakeApp = Callable[..., Flask]


def listed(app: Flask) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = command(app, "signing-keys", "list", "--json")
    return keys


def states(app: Flask) -> list[str]:
    return [key["state"] for key in listed(app)]


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


def test_no_key_retires_after_the_pending_key_is_deleted(make_app: MakeApp) -> None:
    app = make_app()
    command(app, "signing-keys", "rotate", "--now")
    command(app, "signing-keys", "rotate")
    pending, signing, *_ = listed(app)
    assert (pending["state"], signing["state"]) == ("pending", "signing")
    assert signing["retires_at"] is not None
    command(app, "signing-keys", "delete", pending["id"], "--yes")
    keys = listed(app)
    assert keys[0]["state"] == "signing"
    assert {key["retires_at"] for key in keys} == {None}


def test_the_deletion_of_a_previous_key_does_not_change_when_others_retire(make_app: MakeApp) -> None:
    app = make_app()
    for _ in range(3):
        command(app, "signing-keys", "rotate", "--now")
    _signing, first, second, *_ = listed(app)
    command(app, "signing-keys", "delete", first["id"], "--yes")
    assert second in listed(app)


def test_a_key_that_retires_does_not_sign_although_a_clock_ahead_created_it(make_app: MakeApp, later: Later) -> None:
    app = make_app()
    with later(20):
        command(app, "signing-keys", "rotate", "--now")
        ahead = listed(app)[0]["id"]
    command(app, "signing-keys", "rotate", "--now")
    current = listed(app)[0]["id"]
    assert current != ahead
    with later(30):
        found = {key["id"]: key["state"] for key in listed(app)}
    assert (found[current], found[ahead]) == ("signing", "retiring")
