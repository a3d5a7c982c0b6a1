"""Requests that trigger the security events of users, clients and tokens."""

from collections.abc import Callable, Mapping
from secrets import token_hex

from flask.testing import FlaskClient

from tests.core.authorization_code import authorization_request, pkce, redeem, tokens_for
from tests.core.browser import Browser, hidden
from tests.core.credentials import PASSWORD, create_client, create_user, post_form

MakeCaller = Callable[..., FlaskClient]
Trigger = Callable[[MakeCaller], None]
NEW_PASSWORD = "another four words make one"


def consent(caller: MakeCaller) -> None:
    app = caller().application
    tokens_for(app, create_client(app), "edith")


def new_password(caller: MakeCaller) -> None:
    app = caller().application
    name = f"hedy-{token_hex(4)}"  # a user of its own: other tests may have changed the password
    create_user(app, name)
    browser = Browser(app, name)
    browser.sign_in()
    token = hidden(browser.http.get("/oauth2/account").text, "csrf_token")
    form = {"csrf_token": token, "current_password": PASSWORD}
    form |= {"new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}
    assert browser.http.post("/oauth2/account/password", data=form).status_code == 303


def revocation(caller: MakeCaller) -> None:
    app = caller().application
    client = create_client(app)
    post_form(app, "/oauth2/revoke", client, {"token": tokens_for(app, client, "ida")["refresh_token"]})


def replay(caller: MakeCaller) -> None:
    app = caller().application
    create_user(app, "joan")
    client, browser = create_client(app), Browser(app, "joan")
    browser.sign_in()
    verifier, challenge = pkce()
    code = browser.consent(authorization_request(client, challenge))["code"]
    for _ in range(2):
        redeem(app, client, code, verifier)


# Settings that a trigger needs.
SETTINGS: Mapping[str, Mapping[str, str]] = {}
# Only commands and sign-up trigger these; their own tests check them.
BY_OPERATORS = frozenset(
    {"authn_login_lock", "privilege_permissions_changed", "user_created", "user_deleted", "user_updated"}
)
TRIGGERS: Mapping[str, Trigger] = {
    "authn_login_success": consent,
    "authn_password_change": new_password,
    "authn_token_created": consent,
    "authn_token_revoked": revocation,
    "authn_token_reuse": replay,
}
