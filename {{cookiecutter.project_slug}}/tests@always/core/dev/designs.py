"""Designs of new resources."""

from dev.resource import design
from dev.resource.design import Design

EVERY_TYPE = [
    *(
        "title:string",
        "note:text?",
        "seats:integer",
        "price:number?",
        "paid:boolean",
        "day:date?",
        "starts_at:datetime",
    ),
    *("kind:enum(room, desk-2)", "place:ref(rooms)", "other_place:ref(rooms)?"),
]


def parsed(*fields: str, plural: str = "bookings", singular: str = "booking") -> Design:
    """Return the design that these arguments describe."""
    return Design(plural, singular, tuple(design.field(text, plural) for text in fields))
