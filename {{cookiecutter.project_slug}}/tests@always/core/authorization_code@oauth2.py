"""The authorization code grant with PKCE (RFC 6749, section 4.1; RFC 7636), from the consent to the tokens."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from flask import Flask

from tests.core.browser import signed_in
from tests.core.credentials import CALLBACK, every_scope, post_form


def pkce() -> tuple[str, dict[str, str]]:
    """Return a PKCE verifier and the parameters of its challenge."""
    verifier = token_urlsafe(32)
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
    return verifier, {"code_challenge": challenge, "code_challenge_method": "S256"}


def authorization_request(client: dict[str, str], challenge: dict[str, str], **more: str) -> dict[str, str]:
    """Return the parameters of an authorization request."""
    return {"response_type": "code", "client_id": client["id"], "redirect_uri": CALLBACK, **challenge, **more}


def redeem(app: Flask, client: dict[str, str], code: str, verifier: str, /, **more: str) -> Any:
    """Exchange an authorization code for tokens."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
    return post_form(app, "/oauth2/token", client, {**form, **more})


def get_code(app: Flask, client: dict[str, str], **more: str) -> tuple[str, str]:
    """Return an authorization code and its verifier."""
    verifier, challenge = pkce()
    return signed_in(app, "ada").consent(authorization_request(client, challenge, **more))["code"], verifier


def tokens_for(app: Flask, client: dict[str, str], name: str, scope: str | None = None) -> dict[str, Any]:
    """Consent as a user, and return the response of the token endpoint."""
    verifier, challenge = pkce()
    code = signed_in(app, name).consent(authorization_request(client, challenge, scope=scope or every_scope(app)))[
        "code"
    ]
    response = redeem(app, client, code, verifier)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json
    return tokens
