"""What can be refused by the look of a request, whatever it is for."""

from werkzeug.datastructures import MIMEAccept

from ..contract.declaration import JSON
from ..contract.enforcement import refused
from .exchange import Exchange


def well_formed(exchange: Exchange) -> None:
    """Refuse NUL in the path, an encoded body, and a caller that does not take what the endpoint writes."""
    environ = exchange.environ
    if "\0" in environ["PATH_INFO"]:
        raise refused("malformed", "The path contains NUL.")
    if environ.get("HTTP_CONTENT_ENCODING"):
        raise refused("unsupported-media-type", "A body must not be encoded.")
    accept = environ.get("HTTP_ACCEPT", "*/*")
    if "*/*" not in accept and exchange.endpoint:
        media = exchange.endpoint.contract.media or JSON
        if not _takes(exchange.request.accept_mimetypes, media):
            raise refused("not-acceptable", f"The service answers in {media} here.")


def _takes(accepted: MIMEAccept, media: str) -> bool:
    """Tell whether the caller takes a media type, whatever parameters either of them names."""
    bare = MIMEAccept([(each.partition(";")[0].strip(), quality) for each, quality in accepted])
    return bool(bare[media.partition(";")[0]])
