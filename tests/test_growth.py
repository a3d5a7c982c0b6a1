"""A service moves from SQLite to PostgreSQL with all of its rows, as docs/operations.md states."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.environment import Environment
from tests.selection import sample
from tests.services import storages
from tests.template import CHOICES

CREATE = {
    "api_key": ["keys", "create", "--name", "ann", "--owner", "ann"],
    "oauth2": ["clients", "create", "--name", "ann", "--grants", "client_credentials"],
    "external_idp": [],
}
LIST = {"api_key": ["keys", "list"], "oauth2": ["clients", "list"], "external_idp": []}
ADD_ITEM = """\
from datetime import UTC, datetime

from wsgi import create_app
from acme_api.core import transaction
from acme_api.items.models import Item
from sqlalchemy import insert

now = datetime.now(UTC)
with create_app().app_context(), transaction() as connection:
    values = {"id": "01a214d8-c7c6-7180-9faf-86d14c9aa612", "owner": "ann", "version": 1}
    values |= {"name": "Lamp", "price": 24.5}
    values |= {"created_at": now, "updated_at": now}
    known = {name: values[name] for name in values if name in Item.__table__.columns}
    connection.execute(insert(Item).values(known))
"""


@pytest.mark.suite
@pytest.mark.parametrize("auth_style", sample(CHOICES["auth_style"], ["api_key"]))
def test_all_rows_move_from_sqlite_to_postgresql(
    environment: Environment, bake: Bake, tmp_path: Path, auth_style: str
) -> None:
    """Keys, clients and items; the command of the document copies them."""
    answers = {"auth_style": auth_style, "deployment": "no_deployment"}
    old = shutil.copytree(bake(answers), tmp_path / "old")
    new = bake(answers | {"database": "postgresql"})
    new = shutil.copytree(new, tmp_path / "new")
    (command,) = re.findall(r"uv run flask (db copy \S+)", (old / "docs/operations.md").read_text())

    environment.run(old, "flask", "db", "upgrade")
    if CREATE[auth_style]:
        environment.run(old, "flask", *CREATE[auth_style])
    (old / "add_item.py").write_text(ADD_ITEM, "utf-8")
    environment.run(old, "add_item")

    with storages(new) as settings:
        secrets = (old / ".env").read_text("utf-8")
        url = f"APP_DATABASE_URL={settings['APP_DATABASE_URL']}"
        (new / ".env").write_text(re.sub("APP_DATABASE_URL=.*", url, secrets), "utf-8")
        shutil.copytree(old / "var", new / "var", dirs_exist_ok=True)
        environment.run(new, "flask", "db", "upgrade")
        copied = environment.run(new, "flask", *command.split())
        assert re.search(r"^ +1  items$", copied, re.MULTILINE)
        if LIST[auth_style]:
            listed = environment.run(old, "flask", *LIST[auth_style])
            assert "ann" in listed
            assert environment.run(new, "flask", *LIST[auth_style]) == listed
        environment.run(new, "flask", *command.split(), fails=True)
