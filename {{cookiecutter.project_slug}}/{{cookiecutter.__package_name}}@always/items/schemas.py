"""The JSON of items."""

from marshmallow import Schema, validate

from ..core import Page, fields


class NewItem(Schema):
    """The fields that a caller sets."""

    name = fields.Line(1, 100, required=True, metadata={"examples": ["Desk lamp"]})
    description = fields.Text(
        validate=validate.Length(max=2000), allow_none=True, metadata={"examples": ["Brass, with a green shade."]}
    )
    price = fields.Number(0, 1_000_000_000, allow_none=True, metadata={"examples": [24.5]})


class ItemSchema(NewItem):
    """An item in a response."""

    id = fields.String(dump_only=True, metadata={"format": "uuid"})
    created_at = fields.DateTime(dump_only=True)
    updated_at = fields.DateTime(dump_only=True)


class ItemList(Schema):
    """One page of items. ``next`` is the cursor of the next page, or null on the last page."""

    items = fields.List(fields.Nested(ItemSchema))
    next = fields.String(allow_none=True)


class Search(Page):
    """The page, and a search string for the name."""

    q = fields.Line(1, 100)
