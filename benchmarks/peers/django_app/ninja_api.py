"""The API in Django Ninja."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import include, path
from ninja import NinjaAPI, Schema, Status
from ninja.security import APIKeyHeader
from ninja.throttling import BaseThrottle
from pydantic import ConfigDict, Field

from ..options import REQUESTS_PER_MINUTE
from .callers import Caller, count, find_caller
from .models import Item


class KeyAuthentication(APIKeyHeader):
    """Authentication by the header X-API-Key."""

    param_name = "X-API-Key"

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:  # noqa: ARG002
        """Return the caller, or None for 401."""
        return find_caller(key) if key else None


class ByAddress(BaseThrottle):
    """The limit by address."""

    limit = REQUESTS_PER_MINUTE["address"]

    def identifier(self, request: HttpRequest) -> str:
        """Return what is counted."""
        return f"address {request.META['REMOTE_ADDR']}"

    def allow_request(self, request: HttpRequest) -> bool:
        """Return whether the request is within the limit."""
        return count(self.identifier(request)) <= self.limit


class ByCaller(ByAddress):
    """The limit by caller."""

    limit = REQUESTS_PER_MINUTE["caller"]

    def identifier(self, request: Any) -> str:
        """Return what is counted."""
        return f"caller {request.auth.id}"


class NewItem(Schema):
    """The fields that a caller sets."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: Annotated[str | None, Field(max_length=2000)] = None
    price: Annotated[float | None, Field(ge=0, le=1_000_000_000)] = None


class ItemSchema(Schema):
    """An item in a response."""

    id: UUID
    name: str
    description: str | None
    price: float | None
    created_at: datetime
    updated_at: datetime


class Me(Schema):
    """The caller in a response."""

    id: str
    scopes: list[str]


api = NinjaAPI(auth=KeyAuthentication(), throttle=[ByAddress(), ByCaller()], docs_url=None)


@api.get("/me", response=Me)
def me(request: Any) -> Any:
    """Return the caller."""
    return {"id": request.auth.id, "scopes": request.auth.scopes}


@api.get("/items/{item_id}", response=ItemSchema)
def get_item(request: Any, item_id: UUID) -> Any:
    """Return one of the caller's items."""
    return get_object_or_404(Item, id=item_id, owner=request.auth.id)


@api.post("/items", response={201: ItemSchema})
def create_item(request: Any, item: NewItem) -> Any:
    """Create an item."""
    return Status(201, Item.objects.create(owner=request.auth.id, **item.dict()))


urlpatterns: list[Any] = [
    path("api/v1/", api.urls),
    path("", include("django_prometheus.urls")),
]
