"""What can be refused by the look of a request, whatever it is for."""

from werkzeug.datastructures import MIMEAccept

from ..declare.declaration import JSON
from ..request.state import RequestState
from .validation import refused


def well_formed(state: RequestState) -> None:
    """Refuse NUL in the path, an encoded body, and a caller that does not take what the endpoint writes."""
    environ = state.environ
    if "\0" in environ["PATH_INFO"]:
        raise refused("bad-request", "The path contains NUL.")
    if environ.get("HTTP_CONTENT_ENCODING"):
        raise refused("unsupported-media-type", "A body must not be encoded.")
    accept = environ.get("HTTP_ACCEPT", "*/*")
    if "*/*" not in accept and state.endpoint:
        response = state.endpoint.declaration.response
        media = (response and response.media_type) or JSON
        if not _takes(state.request.accept_mimetypes, media):
            raise refused("not-acceptable", f"The service answers in {media} here.")


def _takes(accepted: MIMEAccept, media: str) -> bool:
    """Tell whether the caller takes a media type, whatever parameters either of them names."""
    bare = MIMEAccept([(each.partition(";")[0].strip(), quality) for each, quality in accepted])
    return bool(bare[media.partition(";")[0]])
