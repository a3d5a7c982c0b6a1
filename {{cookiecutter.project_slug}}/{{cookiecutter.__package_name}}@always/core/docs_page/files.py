"""Send the files of the page ``/docs``: its own, and those in the package ``flask-swagger-ui``."""

from collections.abc import Sequence
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from flask import Response, abort, current_app, request

from ..settings import Settings, get_settings

PAGE = Path(__file__).parent
SWAGGER_UI = Path(str(files("flask_swagger_ui"))) / "dist"


def require_enabled() -> None:
    """Respond with 404 if the setting ``docs_enabled`` switches the page off."""
    if not get_settings(current_app, Settings).docs_shown:
        abort(404)


def send(path: Path, *, connect_sources: Sequence[str] = (), opener_policy: str | None = None) -> Response:
    """Return the file.

    The page may fetch from its own origin and ``connect_sources``. ``opener_policy`` is the value of
    ``Cross-Origin-Opener-Policy``, if it differs from that of other responses.
    """
    require_enabled()
    sources = " ".join(("'self'", *connect_sources))
    response = Response(path.read_bytes(), mimetype=guess_type(path.name)[0])
    response.headers["Cache-Control"] = "no-cache"  # browsers keep the file and revalidate it by its ETag
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src {sources}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )
    if opener_policy:
        response.headers["Cross-Origin-Opener-Policy"] = opener_policy
    response.add_etag()
    response.make_conditional(request)
    return response
