"""The API in Django REST framework."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from .models import Item


class ItemSerializer(serializers.ModelSerializer[Item]):
    """The JSON of an item."""

    class Meta:
        """All fields but the owner."""

        model = Item
        exclude = ("owner",)
        extra_kwargs = {  # noqa: RUF012
            "description": {"required": False},
            "price": {"required": False, "min_value": 0, "max_value": 1_000_000_000},
        }


class MeView(APIView):
    """The caller."""

    def get(self, request: Request) -> Response:
        """Return the caller."""
        return Response({"id": request.user.id, "scopes": request.user.scopes})


class ItemsView(APIView):
    """The items of the caller."""

    def post(self, request: Request) -> Response:
        """Create an item."""
        serializer = ItemSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save(owner=request.user.id)
        return Response(serializer.data, status=201)


class ItemView(APIView):
    """One item of the caller."""

    def get(self, request: Request, item_id: UUID) -> Response:
        """Return one of the caller's items."""
        item = get_object_or_404(Item, id=item_id, owner=request.user.id)
        return Response(ItemSerializer(item).data)


urlpatterns: list[Any] = [
    path("api/v1/me", MeView.as_view()),
    path("api/v1/items", ItemsView.as_view()),
    path("api/v1/items/<uuid:item_id>", ItemView.as_view()),
    path("", include("django_prometheus.urls")),
]
