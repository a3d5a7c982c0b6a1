"""How marked files become a variant."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import Bake
from tests.template import CHOICES, SERVICE, hook


@pytest.fixture
def post_gen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the hook, in an empty folder that is the working folder as at a bake."""
    monkeypatch.chdir(tmp_path)
    return hook("post_gen_project", {"project_slug": "acme-api"})


def tree(files: dict[str, str]) -> None:
    """Write these files."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def found() -> dict[str, str]:
    """Read every file; a folder that is empty counts as one."""
    return {
        path.as_posix(): path.read_text() if path.is_file() else "<empty>"
        for path in Path().rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def test_a_file_of_the_answer_gets_its_plain_name(post_gen: ModuleType) -> None:
    """The others of that name go."""
    tree({"app/engine@sqlite.py": "s", "app/engine@postgresql.py": "p", "app/x.py": "x"})
    post_gen.apply_variants({"sqlite", "memory", "api_key"})
    assert found() == {"app/engine.py": "s", "app/x.py": "x"}


def test_a_file_may_belong_to_several_answers(post_gen: ModuleType) -> None:
    """One of them is enough, of whichever question."""
    tree({"real_server@redis+valkey+postgresql.py": "r", "other@redis+valkey.py": "o"})
    post_gen.apply_variants({"memory", "postgresql", "api_key"})
    assert found() == {"real_server.py": "r"}


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a@sqlite", "a"),
        ("a@sqlite.py", "a.py"),
        ("a.b@sqlite.tar.gz", "a.b.tar.gz"),
        (".env@sqlite.example", ".env.example"),
        (".github@sqlite", ".github"),
    ],
)
def test_the_mark_stands_before_the_ending(post_gen: ModuleType, name: str, plain: str) -> None:
    """Files with no ending, with several, and hidden ones."""
    tree({name: "x"})
    post_gen.apply_variants({"sqlite"})
    assert found() == {plain: "x"}


def test_folders_merge_file_by_file(post_gen: ModuleType) -> None:
    """A marked folder joins the one that is there, with marks inside it too."""
    tree(
        {
            "auth/__init__.py": "",
            "auth/identity@api_key/keys.py": "k",
            "auth/identity@api_key/deep/store@sqlite.py": "s",
            "auth/identity@api_key/deep/store@postgresql.py": "p",
            "auth/identity@oauth2/tokens.py": "t",
            "auth/identity/common.py": "c",
            "auth@oauth2/x.py": "x",
        }
    )
    post_gen.apply_variants({"api_key", "sqlite"})
    assert found() == {
        "auth/__init__.py": "",
        "auth/identity/common.py": "c",
        "auth/identity/deep/store.py": "s",
        "auth/identity/keys.py": "k",
    }


def test_a_folder_of_every_answer_joins_what_is_there(post_gen: ModuleType) -> None:
    """It is copied as a whole, beside the owner's files and not over them."""
    tree(
        {
            "app@always/a.py": "new",
            "app@always/b@sqlite.py": "b",
            "app/a.py": "old",
            "app/c.py": "c",
        }
    )
    post_gen.apply_variants({"sqlite", post_gen.ALWAYS})
    assert found() == {"app/a.py": "new", "app/b.py": "b", "app/c.py": "c"}


def test_a_folder_that_loses_all_its_files_goes(post_gen: ModuleType) -> None:
    """No empty folder stays."""
    tree({"deploy/base/db@postgresql.yml": "x", "kept.txt": "k"})
    post_gen.apply_variants({"sqlite"})
    assert found() == {"kept.txt": "k"}


def test_what_an_earlier_bake_left_goes(post_gen: ModuleType) -> None:
    """A file of the answer that was, when it is still as the template wrote it."""
    tree({"engine.py": "p", "server.py": "r"})
    tree({"engine@sqlite.py": "s", "engine@postgresql.py": "p", "server@postgresql.py": "r"})
    assert post_gen.apply_variants({"sqlite"}) == []
    assert found() == {"engine.py": "s"}


def test_what_the_owner_made_stays(post_gen: ModuleType) -> None:
    """A file at the name of another answer's, which is told, and an @ that marks nothing."""
    mine = {
        "server.py": "my own",
        "logo@2x.png": "l",
        "@types/index.ts": "t",
        "me@acme.example": "m",
        "a@sqlite+mine.py": "a",
        ".venv/lib/b@sqlite.py": "v",
        "node_modules/c@redis/d.js": "n",
    }
    tree({**mine, "server@postgresql.py": "r"})
    assert post_gen.apply_variants({"sqlite"}) == ["server.py"]
    assert found() == mine


def test_an_empty_file_is_no_proof(post_gen: ModuleType) -> None:
    """An empty file of the owner's is as good as the template's."""
    tree({"extra/__init__.py": "", "extra@redis/__init__.py": ""})
    post_gen.apply_variants({"memory"})
    assert found() == {"extra/__init__.py": ""}


def test_equal_files_of_two_answers_do_not_take_each_other(post_gen: ModuleType) -> None:
    """The one that is wanted stays, also over what an earlier bake left."""
    tree({"a@oauth2/b.py": "same", "a@api_key/b.py": "same", "a/b.py": "same"})
    assert post_gen.apply_variants({"api_key"}) == []
    assert found() == {"a/b.py": "same"}
    tree({"a@oauth2/b.py": "other", "a@api_key/b.py": "new"})
    assert post_gen.apply_variants({"api_key"}) == []
    assert found() == {"a/b.py": "new"}


def test_settling_twice_changes_nothing(post_gen: ModuleType) -> None:
    """There is nothing marked any more."""
    tree({"engine@sqlite.py": "s", "engine@postgresql.py": "p"})
    post_gen.apply_variants({"sqlite"})
    before = found()
    post_gen.apply_variants({"sqlite"})
    assert found() == before


def test_the_hooks_know_every_answer(post_gen: ModuleType) -> None:
    """Their marks are the choices of the questions, and answers that are to come."""
    pre_gen = hook("pre_gen_project", {})
    assert (pre_gen.SUFFIXES, pre_gen.OWNED_BY_USER) == (post_gen.SUFFIXES, post_gen.OWNED_BY_USER)
    assert list(post_gen.SUFFIXES) == list(CHOICES)
    assert all(set(CHOICES[question]) <= marks for question, marks in post_gen.SUFFIXES.items())


def test_every_mark_of_the_template_is_an_answer(post_gen: ModuleType) -> None:
    """A mistyped mark would leave its file in every service."""
    strange = [
        os.path.relpath(path, SERVICE)
        for path in SERVICE.rglob("*@*")
        if "@" in path.name and not post_gen.split_suffix(path.name)[1]
    ]
    assert strange == []


def test_another_storage_and_database_settle_over_the_old_ones(rebake: Bake, bake: Bake) -> None:
    """Baked again with -f, it is as one baked anew, and the owner's files are still there."""
    first = {"limiter_backend": "redis", "database": "postgresql"}
    second = {"limiter_backend": "memory", "database": "sqlite"}
    service = rebake(first)
    package = service / "acme_api"
    (package / "teapots").mkdir()
    (package / "teapots" / "__init__.py").write_text('"""Mine."""\n')
    (service / "notes@home.txt").write_text("mine")
    assert rebake(second) == service
    mine = {"acme_api/teapots/__init__.py", "notes@home.txt"}
    fresh = bake(second)
    secret = {".env", *(f"certs/{path.name}" for path in (service / "certs").iterdir())}
    names = {path.relative_to(service).as_posix() for path in service.rglob("*") if path.is_file()}
    expected = {path.relative_to(fresh).as_posix() for path in fresh.rglob("*") if path.is_file()}
    assert names - mine == expected
    for name in expected - secret:
        assert (service / name).read_bytes() == (fresh / name).read_bytes(), name
