"""The tables, which exist already."""

from django.db import models
from uuid_utils.compat import uuid7


class Key(models.Model):
    """A key of a caller."""

    digest = models.BinaryField(primary_key=True)
    caller = models.CharField(max_length=64)
    scopes = models.CharField(max_length=1000)

    class Meta:
        """The existing table."""

        db_table = "keys"
        managed = False


class Item(models.Model):
    """An item of a caller."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.CharField(max_length=255)
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=2000, null=True)
    price = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        """The existing table."""

        db_table = "items"
        managed = False
