"""``python -m dev.resource NAME FIELDS`` refuses what would not work before it writes anything."""

from collections.abc import Iterator

import pytest
from flask import Flask

from dev import service
from dev.resource import design, names
from tests.core.dev.designs import EVERY_TYPE, parsed
from tests.core.package import package as own_package
from tests.core.registry import registered


@pytest.fixture
def application(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application of the service, as the command imports it."""
    app = own_package.create_app(environ)
    monkeypatch.setattr(service, "application", lambda: app)
    yield app
    registered(app, "Database").close()


@pytest.mark.parametrize(
    ("plural", "singular"),
    [
        ("bookings", "booking"),
        ("meeting_rooms", "meeting_room"),
        ("categories", "category"),
        ("boxes", "box"),
        ("classes", "class"),
        ("matches", "match"),
        ("invoices", "invoice"),
        ("houses", "house"),
        ("status", "status"),
        ("staff", "staff"),
        ("ties", "tie"),
        ("people", "person"),
        ("team_statuses", "team_status"),
        ("movies", "movie"),
        ("menus", "menu"),
    ],
)
def test_the_singular_follows_from_the_ending(plural: str, singular: str) -> None:
    assert design.singular_of(plural) == singular


@pytest.mark.parametrize(
    ("word", "article"), [("item", "an"), ("room", "a"), ("user", "a"), ("unit", "a"), ("hour", "an")]
)
def test_the_article_follows_from_the_sound(word: str, article: str) -> None:
    assert design.article(word) == article


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("title", "Invalid field 'title'. Write NAME:TYPE"),
        ("title:", "Unknown type in 'title:'. Types: string, text,"),
        ("title:str", "Unknown type in 'title:str'."),
        ("title:string(3)", "Unknown type in 'title:string(3)'."),
        ("title:string??", "Invalid field"),
        (":string", "Invalid field name ''."),
        ("Title:string", "Invalid field name 'Title'."),
        ("_title:string", "Invalid field name '_title'."),
        ("ti-tle:string", "Invalid field name 'ti-tle'."),
        ("título:string", "Invalid field name 'título'."),
        ("kind:enum", "Invalid value '' of kind."),
        ("kind:enum()", "Invalid value '' of kind."),
        ("kind:enum(a,,b)", "Invalid value '' of kind."),
        ("kind:enum(a b)", "Invalid value 'a b' of kind."),
        ("kind:enum(a')", 'Invalid value "a\'" of kind.'),
        ("kind:enum(é)", "Invalid value 'é' of kind."),
        ("kind:enum(a,b,a)", "The values of kind contain one twice: a, b, a."),
        ("room:ref", "Unknown type in 'room:ref'."),
        ("room:ref()", "Unknown type in 'room:ref()'."),
        ("part_of:ref(bookings)?", "part_of refers to bookings, which does not exist yet."),
    ],
)
def test_an_invalid_field_is_refused_with_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(SystemExit) as refused:
        design.field(text, "bookings")
    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize(
    ("plural", "fields", "reason"),
    [
        ("class", ["a:string"], "The name class is a Python keyword."),
        ("select", ["a:string"], "The name select is a reserved word of SQL."),
        ("Bookings", ["a:string"], "Invalid name 'Bookings'."),
        ("book-ings", ["a:string"], "Invalid name 'book-ings'."),
        ("core", ["a:string"], "acme/core exists."),
        ("settings", ["a:string"], "acme/settings.py exists."),
        ("migrations", ["a:string"], "acme/migrations exists."),
        ("x" * 31, ["a:string"], f"The name {'x' * 31} has more than 30 characters."),
        ("me", ["a:string"], "The service has the path /api/v1/me or a blueprint me."),
        ("metrics", ["a:string"], "The service has the path /api/v1/metrics or a blueprint metrics."),
        ("healths", ["a:string"], "The OpenAPI document has a schema Health."),
        ("os", ["a:string"], "acme/__init__.py uses the name os."),
        ("rows", ["a:string"], "The name rows is a reserved word of SQL."),
        ("queries", ["a:string"], "The generated code uses the name queries."),
        ("classes", ["a:string"], "The generated code cannot use the name class for one row."),
        ("inputs", ["a:string"], "The generated code cannot use the name input for one row."),
        ("indexs", ["a:string"], "The generated code cannot use the name Index for one row."),
        ("problems", ["a:string"], "The generated code cannot use the name Problem for one row."),
        ("bookings", [], "bookings needs a field"),
        ("bookings", ["a:string", "a:text"], "The field a appears twice."),
        ("bookings", ["room:ref(rooms)", "room_id:string"], "The field room_id appears twice."),
        *(
            ("bookings", [f"{name}:string"], f"Every resource has the field {name}.")
            for name in ("id", "owner", "version", "created_at", "updated_at")
        ),
        ("bookings", ["from:date"], "The field name from is a Python keyword."),
        ("bookings", ["order:integer"], "The field name order is a reserved word of SQL."),
        ("bookings", ["xmin:integer"], "A database may have a system column xmin."),
        ("bookings", ["date:date"], "The generated code uses the name date for something else."),
        ("bookings", ["fields:string"], "The generated code uses the name fields for something else."),
        ("bookings", ["metadata:string"], "The generated code uses the name metadata for something else."),
        ("bookings", ["load:string"], "The generated code uses the name load for something else."),
        ("bookings", [f"{'x' * 64}:string"], f"The name {'x' * 64} in the database would exceed 63 characters."),
        ("bookings", [f"{'x' * 43}:ref(rooms)"], f"The name fk_bookings_{'x' * 43}_id_rooms in the database"),
    ],
)
def test_a_name_that_would_not_work_is_refused(application: Flask, plural: str, fields: list[str], reason: str) -> None:
    found = next(names.problems(parsed(*fields, plural=plural, singular=design.singular_of(plural))))
    assert found.startswith(reason.replace("acme/", f"{own_package.__name__}/"))


def test_ordinary_names_are_accepted(application: Flask) -> None:
    for plural in ("orders", "lines", "categories", "meeting_rooms", "events", "notes"):
        singular = design.singular_of(plural)
        fields = [
            "type:string",
            "count:integer",
            "name:string",
            "url:string",
            "body:text",
            "me:string",
        ]
        assert list(names.problems(parsed(*fields, *EVERY_TYPE, plural=plural, singular=singular))) == []
