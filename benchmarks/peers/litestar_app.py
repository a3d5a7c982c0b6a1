"""The API in Litestar."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Litestar, Request, get, post
from litestar.config.cors import CORSConfig
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.middleware import (
    AbstractAuthenticationMiddleware,
    AuthenticationResult,
    DefineMiddleware,
)
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.plugins.prometheus import PrometheusConfig, PrometheusController
from msgspec import Meta, Struct

from .asgi import RequestLog
from .database import Caller, add_item, find_caller, find_item
from .options import ORIGINS, REQUESTS_PER_MINUTE


class NewItem(Struct, forbid_unknown_fields=True):
    """The fields that a caller sets."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]
    description: Annotated[str, Meta(max_length=2000)] | None = None
    price: Annotated[float, Meta(ge=0, le=1_000_000_000)] | None = None


class Item(Struct):
    """An item in a response."""

    id: str
    name: str
    description: str | None
    price: float | None
    created_at: datetime
    updated_at: datetime


class Me(Struct):
    """The caller in a response."""

    id: str
    scopes: list[str]


class KeyAuthentication(AbstractAuthenticationMiddleware):
    """Authentication by the header X-API-Key."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        """Return the caller, or respond with 401."""
        caller = find_caller(connection.headers.get("X-API-Key", ""))
        if caller is None:
            raise NotAuthorizedException("Invalid key.")
        return AuthenticationResult(user=caller, auth=None)


def by_key(request: Request[Any, Any, Any]) -> str:
    """Return what the limit by caller counts."""
    return f"caller {request.user.id}"


def item_in_response(row: dict[str, Any]) -> Item:
    """Return a row without its owner."""
    return Item(**{name: row[name] for name in Item.__struct_fields__})


@get("/api/v1/me")
async def me(request: Request[Caller, Any, Any]) -> Me:
    """Return the caller."""
    return Me(request.user.id, request.user.scopes)


@get("/api/v1/items/{item_id:uuid}", sync_to_thread=True)
def get_item(request: Request[Caller, Any, Any], item_id: UUID) -> Item:
    """Return one of the caller's items."""
    row = find_item(request.user.id, str(item_id))
    if row is None:
        raise NotFoundException
    return item_in_response(row)


@post("/api/v1/items", sync_to_thread=True)
def create_item(request: Request[Caller, Any, Any], data: NewItem) -> Item:
    """Create an item."""
    fields = {name: getattr(data, name) for name in NewItem.__struct_fields__}
    return item_in_response(add_item(request.user.id, fields))


NOT_THE_API = ["^/metrics"]
by_address = RateLimitConfig(
    ("minute", REQUESTS_PER_MINUTE["address"]), exclude=NOT_THE_API, store="by_address"
)
by_caller = RateLimitConfig(
    ("minute", REQUESTS_PER_MINUTE["caller"]),
    exclude=NOT_THE_API,
    store="by_caller",
    identifier_for_request=by_key,
)
api = Litestar(
    [me, get_item, create_item, PrometheusController],
    cors_config=CORSConfig(allow_origins=ORIGINS, allow_methods=["GET", "POST"]),
    middleware=[
        PrometheusConfig(group_path=True).middleware,
        by_address.middleware,
        DefineMiddleware(KeyAuthentication, exclude=NOT_THE_API),
        by_caller.middleware,
    ],
)
# Outermost, so that it sees the responses to errors too.
app = RequestLog(api)
