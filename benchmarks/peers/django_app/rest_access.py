"""Authentication and limits in Django REST framework."""

import time

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ..options import REQUESTS_PER_MINUTE
from .callers import Caller, count, find_caller


class KeyAuthentication(BaseAuthentication):
    """Authentication by the header X-API-Key."""

    def authenticate(self, request: Request) -> tuple[Caller, None] | None:
        """Return the caller, or respond with 401."""
        key = request.headers.get("X-API-Key")
        if key is None:
            return None
        caller = find_caller(key)
        if caller is None:
            raise AuthenticationFailed("Invalid key.")
        return caller, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        """Return the challenge; without one, the status would be 403."""
        return "APIKey"


class ByAddress(BaseThrottle):
    """The limit by address."""

    limit = REQUESTS_PER_MINUTE["address"]

    def identifier(self, request: Request) -> str:
        """Return what is counted."""
        return f"address {request.META['REMOTE_ADDR']}"

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002
        """Return whether the request is within the limit."""
        return count(self.identifier(request)) <= self.limit

    def wait(self) -> float:
        """Return the seconds until the next request is allowed."""
        return 60 - time.time() % 60


class ByCaller(ByAddress):
    """The limit by caller."""

    limit = REQUESTS_PER_MINUTE["caller"]

    def identifier(self, request: Request) -> str:
        """Return what is counted."""
        return f"caller {request.user.id}"
