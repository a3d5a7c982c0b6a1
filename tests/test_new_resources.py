"""``python -m dev.resource`` creates complete resources, and removes them without a trace."""

import re
import shutil
import subprocess
from itertools import product
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.selection import sample
from tests.services import storages
from tests.template import CHOICES, label

TYPES = ("string", "text", "integer", "number", "boolean", "date", "datetime")
BOOKINGS = (
    *(f"required_{kind}:{kind}" for kind in TYPES),
    *(f"optional_{kind}:{kind}?" for kind in TYPES),
    "kind:enum(room,desk-2)",
    "optional_kind:enum(Room,other)?",
    "room:ref(rooms)",
    "item:ref(items)?",
)
SERVICES = [
    {"auth_style": style, "database": database}
    for style, database in product(CHOICES["auth_style"], CHOICES["database"])
]
REGISTERED = ("docs/test_documents.py", "openapi", "test_imports.py", "test_public_api.py")


def git(service: Path, *arguments: str) -> str:
    """Run git in the service and return its output."""
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=service, check=True, capture_output=True, text=True
    )
    return done.stdout


@pytest.fixture
def committed(bake: Bake, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Return a service in a git repository, with everything committed."""
    service = Path(shutil.copytree(bake(request.param), tmp_path / "acme-api"))
    git(service, "init", "--quiet")
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--message", "Bake")
    return service


@pytest.mark.suite
@pytest.mark.parametrize("committed", sample(SERVICES, SERVICES[::3], label), indirect=True)
def test_resources_with_every_type_are_complete(environment: Environment, committed: Path) -> None:
    """Lint, types and tests pass at once, and nothing remains after the removal."""
    with storages(committed) as settings:
        variables = committed / ".env"
        text = variables.read_text("utf-8")
        for name, value in settings.items():
            text = re.sub(f"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        variables.write_text(text, "utf-8")
        environment.run(committed, "dev.resource", "rooms", "name:string")
        environment.run(committed, "dev.resource", "bookings", *BOOKINGS)
        core = [f"tests/core/{name}" for name in REGISTERED]
        environment.check(committed, "tests/test_rooms.py", "tests/test_bookings.py", *core)
        git(committed, "add", "--all")
        message = environment.run(committed, "dev.resource", "--remove", "rooms", fails=True)
        assert "bookings.room_id references the table rooms. Remove it first." in message
        environment.run(committed, "dev.resource", "--remove", "bookings")
        environment.run(committed, "dev.resource", "--remove", "rooms")
        git(committed, "add", "--all")
        assert git(committed, "status", "--short") == ""
        environment.run(committed, "flask", "db", "check")


@pytest.mark.suite
@pytest.mark.parametrize("committed", [{}], indirect=True, ids=[""])
def test_resources_can_be_added_after_the_example_is_removed(
    environment: Environment, committed: Path
) -> None:
    """Resources with one field each: a number, a required reference and an optional one."""
    environment.run(committed, "dev.resource", "--remove", "items")
    git(committed, "add", "--all")
    git(committed, "commit", "--quiet", "--message", "Remove the example")
    environment.run(committed, "dev.resource", "seats", "number:integer")
    environment.run(committed, "dev.resource", "staff", "seat:ref(seats)")
    environment.run(committed, "dev.resource", "shifts", "staff:ref(staff)?")
    environment.check(committed, "tests", "--ignore", "tests/core")
    for name in ("shifts", "staff", "seats"):
        environment.run(committed, "dev.resource", "--remove", name)
    git(committed, "add", "--all")
    assert git(committed, "status", "--short") == ""


@pytest.mark.suite
@pytest.mark.parametrize("committed", [{}], indirect=True, ids=[""])
def test_nothing_is_written_if_a_name_or_a_step_is_refused(
    environment: Environment, committed: Path
) -> None:
    """Neither by a wrong name, nor by a reference to nothing, nor by a migration that fails."""
    for arguments, reason in (
        (("class", "a:string"), "a Python keyword"),
        (("bookings", "room:ref(rooms)"), "rooms is not a registered resource"),
        (("items", "a:string"), "acme_api/items exists"),
        (("bookings", "a:string", "--remove", "items"), "name a resource to create, or one to"),
    ):
        assert reason in environment.run(committed, "dev.resource", *arguments, fails=True)
    environment.run(committed, "dev.resource", "rooms", "name:string")
    environment.run(committed, "flask", "db", "downgrade")
    environment.run(committed, "dev.resource", "--remove", "rooms")
    assert git(committed, "status", "--short") == ""
    models = committed / "acme_api/items/models.py"
    models.write_text(models.read_text("utf-8").replace("String(100)", "String(99)"), "utf-8")
    message = environment.run(committed, "dev.resource", "rooms", "name:string", fails=True)
    assert "No migration of the service branch contains this change" in message
    assert git(committed, "status", "--short") == " M acme_api/items/models.py\n"
