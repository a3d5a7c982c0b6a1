"""The API in FastAPI, with slowapi for its limits."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, HTTPException, Request, Response, Security
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import APIKeyHeader
from prometheus_fastapi_instrumentator import Instrumentator
from pydantic import BaseModel, ConfigDict, Field
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded
from slowapi.util import get_remote_address

from .asgi import RequestLog
from .database import Caller, add_item, find_caller, find_item
from .options import LIMITER_URI, ORIGINS, REQUESTS_PER_MINUTE

app = FastAPI()
limiter = Limiter(get_remote_address, storage_uri=LIMITER_URI, headers_enabled=True)
app.state.limiter = limiter
app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)
app.add_middleware(CORSMiddleware, allow_origins=ORIGINS, allow_methods=["GET", "POST"])
app.add_middleware(RequestLog)
Instrumentator().instrument(app).expose(app)

key_header = APIKeyHeader(name="X-API-Key")


async def authenticate(key: Annotated[str, Security(key_header)]) -> Caller:
    """Return the caller, or respond with 401."""
    caller = find_caller(key)
    if caller is None:
        raise HTTPException(401, "Invalid key.", {"WWW-Authenticate": "APIKey"})
    return caller


def by_key(request: Request) -> str:
    """Return what the limit by caller counts."""
    return request.headers["X-API-Key"]


# Shared by all views; slowapi counts after the body was validated.
by_address = limiter.shared_limit(f"{REQUESTS_PER_MINUTE['address']}/minute", "address")
by_caller = limiter.shared_limit(
    f"{REQUESTS_PER_MINUTE['caller']}/minute", "caller", key_func=by_key
)
CurrentCaller = Annotated[Caller, Security(authenticate)]


class NewItem(BaseModel):
    """The fields that a caller sets."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: Annotated[str | None, Field(max_length=2000)] = None
    price: Annotated[float | None, Field(ge=0, le=1_000_000_000)] = None


class Item(NewItem):
    """An item in a response."""

    model_config = ConfigDict(extra="ignore")

    id: UUID
    created_at: datetime
    updated_at: datetime


class Me(BaseModel):
    """The caller in a response."""

    id: str
    scopes: list[str]


@app.get("/api/v1/me")
@by_address
@by_caller
async def me(request: Request, response: Response, caller: CurrentCaller) -> Me:
    """Return the caller."""
    return Me(id=caller.id, scopes=caller.scopes)


@app.get("/api/v1/items/{item_id}", response_model=Item)
@by_address
@by_caller
def get_item(request: Request, response: Response, caller: CurrentCaller, item_id: UUID) -> Any:
    """Return one of the caller's items."""
    item = find_item(caller.id, str(item_id))
    if item is None:
        raise HTTPException(404)
    return item


@app.post("/api/v1/items", status_code=201, response_model=Item)
@by_address
@by_caller
def create_item(request: Request, response: Response, caller: CurrentCaller, item: NewItem) -> Any:
    """Create an item."""
    return add_item(caller.id, item.model_dump())
