"""The hook turns files with a suffix into a variant."""

import os
from pathlib import Path
from types import ModuleType

import pytest

from tests.conftest import Bake
from tests.template import CHOICES, SERVICE, hook


@pytest.fixture
def post_gen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Load the hook in an empty working directory, as during a bake."""
    monkeypatch.chdir(tmp_path)
    return hook("post_gen_project", {"project_slug": "acme-api"})


def write(files: dict[str, str]) -> None:
    """Write these files."""
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def found() -> dict[str, str]:
    """Return the content of every file, and every empty folder."""
    return {
        path.as_posix(): path.read_text() if path.is_file() else "<empty>"
        for path in Path().rglob("*")
        if path.is_file() or not any(path.iterdir())
    }


def test_a_file_of_the_answer_gets_its_plain_name(post_gen: ModuleType) -> None:
    """The files of other answers are deleted."""
    write({"app/engine@sqlite.py": "s", "app/engine@postgresql.py": "p", "app/x.py": "x"})
    post_gen.apply_variants({"sqlite", "memory", "api_key"})
    assert found() == {"app/engine.py": "s", "app/x.py": "x"}


def test_a_file_may_belong_to_several_answers(post_gen: ModuleType) -> None:
    """One chosen answer is enough, of any question."""
    write({"real_server@redis+valkey+postgresql.py": "r", "other@redis+valkey.py": "o"})
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
def test_the_suffix_comes_before_the_extension(post_gen: ModuleType, name: str, plain: str) -> None:
    """Files without an extension, with several, and hidden files."""
    write({name: "x"})
    post_gen.apply_variants({"sqlite"})
    assert found() == {plain: "x"}


def test_folders_are_merged_file_by_file(post_gen: ModuleType) -> None:
    """A folder with a suffix is merged into the existing one, with the suffixes inside it."""
    write(
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


def test_a_folder_of_every_answer_is_merged_into_the_existing_one(post_gen: ModuleType) -> None:
    """The owner's files in it are kept."""
    write(
        {
            "app@always/a.py": "new",
            "app@always/b@sqlite.py": "b",
            "app/a.py": "old",
            "app/c.py": "c",
        }
    )
    post_gen.apply_variants({"sqlite", post_gen.ALWAYS})
    assert found() == {"app/a.py": "new", "app/b.py": "b", "app/c.py": "c"}


def test_a_folder_without_files_is_deleted(post_gen: ModuleType) -> None:
    """With its empty parents."""
    write({"deploy/base/db@postgresql.yml": "x", "kept.txt": "k"})
    post_gen.apply_variants({"sqlite"})
    assert found() == {"kept.txt": "k"}


def test_unchanged_files_of_an_earlier_bake_are_deleted(post_gen: ModuleType) -> None:
    """A file of the previous answer, if it is the same as the template's."""
    write({"engine.py": "p", "server.py": "r"})
    write({"engine@sqlite.py": "s", "engine@postgresql.py": "p", "server@postgresql.py": "r"})
    assert post_gen.apply_variants({"sqlite"}) == []
    assert found() == {"engine.py": "s"}


def test_the_owners_files_are_kept(post_gen: ModuleType) -> None:
    """Files at the path of another answer's file, which are returned, and names with another @."""
    mine = {
        "server.py": "my own",
        "logo@2x.png": "l",
        "@types/index.ts": "t",
        "me@acme.example": "m",
        "a@sqlite+mine.py": "a",
        ".venv/lib/b@sqlite.py": "v",
        "node_modules/c@redis/d.js": "n",
    }
    write({**mine, "server@postgresql.py": "r"})
    assert post_gen.apply_variants({"sqlite"}) == ["server.py"]
    assert found() == mine


def test_an_empty_file_is_kept(post_gen: ModuleType) -> None:
    """It may be the owner's, even if the template's is empty, too."""
    write({"extra/__init__.py": "", "extra@redis/__init__.py": ""})
    post_gen.apply_variants({"memory"})
    assert found() == {"extra/__init__.py": ""}


def test_a_file_equal_to_another_answers_file_is_kept(post_gen: ModuleType) -> None:
    """Also when it replaces a file of an earlier bake."""
    write({"a@oauth2/b.py": "same", "a@api_key/b.py": "same", "a/b.py": "same"})
    assert post_gen.apply_variants({"api_key"}) == []
    assert found() == {"a/b.py": "same"}
    write({"a@oauth2/b.py": "other", "a@api_key/b.py": "new"})
    assert post_gen.apply_variants({"api_key"}) == []
    assert found() == {"a/b.py": "new"}


def test_a_second_run_changes_nothing(post_gen: ModuleType) -> None:
    """No file has a suffix any more."""
    write({"engine@sqlite.py": "s", "engine@postgresql.py": "p"})
    post_gen.apply_variants({"sqlite"})
    before = found()
    post_gen.apply_variants({"sqlite"})
    assert found() == before


def test_the_hooks_know_every_answer(post_gen: ModuleType) -> None:
    """Both hooks have the same suffixes: the choices of every question."""
    pre_gen = hook("pre_gen_project", {})
    assert (pre_gen.SUFFIXES, pre_gen.OWNED_BY_USER) == (post_gen.SUFFIXES, post_gen.OWNED_BY_USER)
    assert list(post_gen.SUFFIXES) == list(CHOICES)
    assert {question: set(choices) for question, choices in CHOICES.items()} == post_gen.SUFFIXES


def test_every_suffix_in_the_template_is_an_answer(post_gen: ModuleType) -> None:
    """A file with a mistyped suffix would remain in every service."""
    unknown = [
        os.path.relpath(path, SERVICE)
        for path in SERVICE.rglob("*@*")
        if "@" in path.name and not post_gen.split_suffix(path.name)[1]
    ]
    assert unknown == []


def test_another_storage_and_database_replace_the_old_ones(rebake: Bake, bake: Bake) -> None:
    """A bake with -f gives the same files as a new service, and keeps the owner's files."""
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
