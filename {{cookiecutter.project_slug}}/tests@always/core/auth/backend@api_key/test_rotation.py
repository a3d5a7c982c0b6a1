"""The pepper and the secret key are replaced while the service runs, without a failed request."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from secrets import token_urlsafe

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.core.live_server import Served, serving
from tests.core.load import Call, load, once, reload


def create_key(served: Served, headers: dict[str, str]) -> dict[str, str]:
    """Create a key and return the headers of its owner."""
    body = json.dumps({"name": "new", "scopes": ["keys:manage"]})
    status, created = once(served, Call("/api/v1/keys", lambda: {**headers, "Content-Type": "application/json"}, body))
    assert status == 201, created
    return {"X-API-Key": json.loads(created)["key"]}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
def test_the_pepper_and_the_secret_key_are_replaced_without_a_failed_request(
    environ: dict[str, str],
    certificate: Path,
    make_app: Callable[..., Flask],
    caller: Callable[..., FlaskClient],
    tmp_path: Path,
) -> None:
    """While workers with different settings run, each accepts the keys that the others create."""
    headers = dict(caller("keys:manage", app=make_app()).headers)
    names = ("APP_KEY_PEPPER", "APP_SECRET_KEY")
    old, new = ({name: token_urlsafe(32) for name in names} for _ in range(2))
    old["APP_KEY_PEPPER"] = environ["APP_KEY_PEPPER"]
    for name in names:
        del environ[name]
        environ[f"{name}_FILE"] = str(tmp_path / name)
        (tmp_path / name).write_text(old[name])
    environ |= {
        "APP_ENVIRONMENT": "development",  # in which several workers may count in memory
        "APP_SERVER_WORKERS": "2",
        "APP_LIMITS_CALLER": "1000000/minute",
        "APP_LIMITS_ADDRESS": "1000000/minute",
    }
    with serving(environ, tmp_path, certificate / "ca.pem") as served:
        keys = [headers]
        with load(served, Call("/api/v1/me", lambda: headers), Call("/api/v1/me", lambda: keys[-1])):
            for values in ([old, new], [new, old]):
                (tmp_path / "APP_KEY_PEPPER").write_text("\n".join(each["APP_KEY_PEPPER"] for each in values))
                reload(served)
                keys.append(create_key(served, headers))
        for name in names:
            (tmp_path / name).write_text(new[name])
        assert reload(served) == ["APP_SECRET_KEY", "APP_KEY_PEPPER_PREVIOUS"]
        statuses = [once(served, Call("/api/v1/me", lambda key=key: key))[0] for key in keys]  # type: ignore[misc]
        assert statuses == [401, 401, 200]
