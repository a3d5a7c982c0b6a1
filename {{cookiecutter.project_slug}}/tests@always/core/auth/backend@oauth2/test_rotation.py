"""The secret key and the signing key are replaced while the service runs, without a failed request."""

import json
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from secrets import token_urlsafe
from urllib.parse import urlencode

import pytest
from flask import Flask

from tests.core.browser import hidden
from tests.core.credentials import PASSWORD, command, create_service_client, create_user
from tests.core.live_server import Served, serving
from tests.core.load import Call, connect, load, once, reload
from tests.core.variables import GENEROUS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class SignInForm:
    """A sign-in page that a browser has opened."""

    def __init__(self, served: Served) -> None:
        with closing(connect(served)) as connection:
            connection.request("GET", "/oauth2/login", headers={"Host": "localhost"})
            response = connection.getresponse()
            self.cookie = str(response.headers["Set-Cookie"]).partition(";")[0]
            self.token = hidden(response.read().decode(), "csrf_token")

    def submit(self, served: Served) -> int:
        """Sign in and return the status."""
        form = {"csrf_token": self.token, "name": "ada", "password": PASSWORD, "authorization_request": ""}
        return once(served, Call("/oauth2/login", lambda: {**FORM, "Cookie": self.cookie}, urlencode(form)))[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_the_secret_key_and_the_signing_key_are_replaced_without_a_failed_request(
    environ: dict[str, str], certificate: Path, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    """Tokens and open forms from before each step remain valid."""
    app, file = make_app(), tmp_path / "secret key"
    create_user(app, "ada")
    client = create_service_client(app)
    basic = {"Authorization": f"Basic {b64encode(':'.join((client['id'], client['secret'])).encode()).decode()}"}
    issue = Call("/oauth2/token", lambda: {**FORM, **basic}, "grant_type=client_credentials")
    old, new = environ.pop("APP_SECRET_KEY"), token_urlsafe(32)
    file.write_text(old)
    environ |= GENEROUS | {
        "APP_SECRET_KEY_FILE": str(file),
        "APP_TOKENS_PUBLISH_MINUTES": "0",
        "APP_ENVIRONMENT": "development",  # in which several workers may count in memory
        "APP_SERVER_WORKERS": "2",
    }
    with serving(environ, tmp_path, certificate / "ca.pem") as served:
        tokens: list[str] = []

        def get_token() -> None:
            tokens.append(json.loads(once(served, issue)[1])["access_token"])

        def use(token: str) -> Call:
            return Call("/api/v1/me", lambda: {"Authorization": f"Bearer {token}"})

        get_token()
        newest = Call("/api/v1/me", lambda: {"Authorization": f"Bearer {tokens[-1]}"})
        with load(served, issue, newest):
            for content in (f"{old}\n{new}", f"{new}\n{old}", new):
                form = SignInForm(served)
                file.write_text(content)
                reload(served)
                assert form.submit(served) == 303
                get_token()
                if content.startswith(new):
                    command(make_app(), "signing-keys", "rotate")
                    get_token()
        assert [once(served, use(each))[0] for each in tokens] == [200] * len(tokens)
