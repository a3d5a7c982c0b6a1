"""What the URL of a Memcached server must not contain."""

from urllib.parse import urlsplit

from marshmallow import ValidationError


def check_path_and_options(url: str) -> None:
    """Raise ``ValidationError`` for what the client would ignore."""
    parts = urlsplit(url)
    if parts.query or "@" in parts.netloc or (parts.netloc and parts.path.strip("/")):
        raise ValidationError("Must contain only hosts and ports: Memcached has no databases, users or options here.")
