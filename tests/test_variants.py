"""Every variant: complete, clean, and silent about the roads that were not taken."""

import fnmatch
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.template import CHOICES, CONTEXT, DEFAULTS, SERVICE, hook, label, variants
from tests.test_hostile_answers import parse_all

SNAPSHOTS = Path(__file__).parent / "snapshots"
VARIANTS = list(variants())

# The words that belong to an answer: a service says those of its own answers only. A few belong to
# two answers, and are said where either is chosen.
BEARER = [
    "oauth",
    "openid",
    "jwk",
    "jwt",
    "joserfc",
    "rfc 9068",
    "protected-resource",
    # The page /docs signs people in.
    "pkce",
    "authorization code",
]
WORDS = {
    "api_key": ["api key", "api-key", "api_key", "apikey", "key_pepper", "keys:manage"],
    "oauth2": [
        *BEARER,
        "authlib",
        "argon2",
        "refresh token",
        "signing-key",
    ],
    "external_idp": [*BEARER, "oidc", "identity provider", "keycloak", "entra", "auth0"],
    "memory": [],
    "redis": ["redis"],
    "valkey": ["valkey"],
    "memcached": ["memcache"],
    "sqlite": ["sqlite", "pragma "],  # the statement; there is a header too
    "postgresql": ["postgres", "psycopg"],
    "github": [".github", "github actions", "dependabot", "codeql"],
    "gitlab": ["gitlab"],
    "no_ci": [],
}
WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{a}{n}" for a in ("com", "lpt") for n in range(10)),
}


@pytest.fixture(params=VARIANTS, ids=label)
def answers(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the answers of each variant in turn."""
    chosen: dict[str, str] = request.param
    return chosen


@pytest.fixture
def service(
    answers: dict[str, str], bake: Bake, record_property: Callable[[str, object], None]
) -> Path:
    """Bake the variant."""
    record_property("baked", label(answers))
    return bake(answers)


def files(service: Path) -> dict[str, Path]:
    """Give every file of a service by its path in it."""
    return {
        path.relative_to(service).as_posix(): path for path in service.rglob("*") if path.is_file()
    }


def texts(service: Path) -> dict[str, str]:
    """Read what the template wrote: all but the secrets and certificates."""
    own = {name: path for name, path in files(service).items() if not name.startswith("certs/")}
    return {name: path.read_bytes().decode() for name, path in own.items() if name != ".env"}


def test_no_jinja_is_left(service: Path) -> None:
    """``${{ }}`` is GitHub's; a file that is no template has braces of its own, and no answer."""
    marks = re.compile(r"(?<!\$)\{\{|\{%|\{#")
    found = {name for name, text in texts(service).items() if marks.search(text)}
    assert found - copied_as_they_are() == set()
    answers = re.compile(r"\{[{%][^{}]*\bcookiecutter\b")
    assert [name for name, text in texts(service).items() if answers.search(text)] == []


def copied_as_they_are() -> set[str]:
    """Name the files of the default package that cookiecutter does not render."""
    post_gen = hook("post_gen_project", {})
    return {
        post_gen.plain_path(name)[0].replace("{{cookiecutter.__package_name}}", "acme_api")
        for name in files(SERVICE)
        if any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }


def test_no_mark_is_left(service: Path) -> None:
    """No name holds an @."""
    assert [str(path) for path in service.rglob("*@*")] == []


def test_no_word_of_a_road_not_taken(service: Path, answers: dict[str, str]) -> None:
    """Neither in code nor in configuration nor in documents, nor in names."""
    chosen = {**DEFAULTS, **answers}
    said = {word for answer in chosen.values() for word in WORDS[answer]}
    roads = {word for question in CHOICES for word in unchosen(question, chosen)} - said
    found = [
        f"{name}: {word}"
        for name, text in texts(service).items()
        if not name.endswith("/common_passwords.txt")  # nobody of the service says those
        for word in roads
        if word in f"{name}\n{text}".lower()
    ]
    assert found == []


def unchosen(question: str, answers: dict[str, str]) -> list[str]:
    """Give the words of a question's other answers, those to come included."""
    marks = hook("post_gen_project", {}).SUFFIXES[question]
    return [word for answer in marks - {answers[question]} for word in WORDS[answer]]


def test_every_answer_has_its_words() -> None:
    """Those to come included; an answer with none has nothing that others would not have."""
    marks = hook("post_gen_project", {}).SUFFIXES
    assert WORDS.keys() == set().union(*marks.values())


def test_every_file_parses(service: Path) -> None:
    """TOML, YAML, JSON and Python."""
    parse_all(service)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(service: Path, command: list[str]) -> None:
    """By the service's own rules, with no fix."""
    done = subprocess.run(
        ["ruff", *command, "--no-cache", "--quiet", "."],
        cwd=service,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_lines_are_clean(service: Path) -> None:
    """LF alone, no blanks at an end, one line end at the end of a file, no gaps that Jinja left."""
    for name, text in texts(service).items():
        assert "\r" not in text, name
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), name
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), name
        assert not text.startswith("\n"), name
        if not name.endswith((".py", ".mako")):
            assert "\n\n\n" not in text, name


def test_no_folder_is_empty(service: Path) -> None:
    """A folder that an answer emptied is gone."""
    assert [path for path in service.rglob("*") if path.is_dir() and not any(path.iterdir())] == []


def test_every_name_is_fit_for_windows(service: Path) -> None:
    """No reserved character, device, or ending, and no two names that differ in case alone."""
    names = list(files(service))
    assert len({name.lower() for name in names}) == len(names)
    for part in {part for name in names for part in name.split("/")}:
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part)
        assert part.split(".")[0].lower() not in WINDOWS_DEVICES


def test_no_module_is_longer_than_200_lines(service: Path) -> None:
    """What is longer has two reasons to change."""
    long = {
        name: text.count("\n")
        for name, text in texts(service).items()
        if name.endswith(".py") and not name.startswith("tests/") and text.count("\n") > 200
    }
    assert long == {}


@pytest.mark.parametrize("database", CHOICES["database"])
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_the_tree_is_the_one_in_the_snapshot(bake: Bake, auth_style: str, database: str) -> None:
    """A change of what a service holds shows here; `make snapshots` writes the snapshots anew."""
    base = {"auth_style": auth_style, "limiter_backend": "memory", "database": database}
    having: dict[str, dict[str, list[str]]] = {}
    for question in CHOICES.keys() - {"auth_style", "database"}:
        for answer in CHOICES[question]:
            for name in files(bake({**base, question: answer})):
                having.setdefault(name, {}).setdefault(question, []).append(answer)
    lines = []
    for name in sorted(having):
        only = [
            answer
            for question in CHOICES
            if (answers := having[name].get(question, [])) != CHOICES[question]
            for answer in answers
        ]
        # A file of one answer alone is in none of the bakes that vary another question.
        lines.append(f"{name}  ({', '.join(only)})" if only else name)
    tree = "\n".join(lines) + "\n"
    snapshot = SNAPSHOTS / f"{auth_style}-{database}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(tree, "utf-8", newline="\n")
    assert snapshot.read_text("utf-8") == tree


def test_no_snapshot_is_left_of_an_answer_that_is_gone() -> None:
    """One for each style and database."""
    expected = {f"{s}-{d}.txt" for s in CHOICES["auth_style"] for d in CHOICES["database"]}
    assert {path.name for path in SNAPSHOTS.iterdir()} == expected


def test_only_two_python_files_are_templates() -> None:
    """The rest is copied byte for byte: an editor, ruff and a reader understand it as it stands."""
    rendered = {
        name
        for name in files(SERVICE)
        if name.endswith(".py")
        and not any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }
    assert rendered <= {"tests/conftest.py", "wsgi.py"}


def test_no_folder_of_a_service_is_copied_as_a_whole() -> None:
    """With -f it would lose all that its owner added; a marked one is in no service."""
    folders = [path.relative_to(SERVICE).as_posix() for path in SERVICE.rglob("*") if path.is_dir()]
    patterns = CONTEXT["_copy_without_render"]
    copied = {f for f in folders for pattern in patterns if fnmatch.fnmatch(f, pattern)}
    assert {folder for folder in copied if "@always" not in folder} == set()


def test_no_two_files_of_a_variant_become_one() -> None:
    """Each name has one owner in every variant."""
    post_gen = hook("post_gen_project", {})
    for answers in VARIANTS:
        chosen = {*DEFAULTS.values()} - {DEFAULTS[question] for question in answers}
        chosen |= {*answers.values(), post_gen.ALWAYS}
        targets = []
        for name in files(SERVICE):
            target, marks = post_gen.plain_path(name)
            if all(chosen & each for each in marks):
                targets.append(target)
        assert len(targets) == len(set(targets))


def test_no_answer_decides_alone_over_a_folder_name() -> None:
    """A folder name that renders empty fails the bake, and with -f was once written outside it."""
    names = {part for name in files(SERVICE) for part in name.split("/") if "{{" in part}
    assert {name.partition("@")[0] for name in names} <= {"{{cookiecutter.__package_name}}"}


@pytest.mark.parametrize("slug", ["tea", "x" * 40])
def test_short_and_long_names_change_no_format(bake: Bake, slug: str) -> None:
    """The one rendered import is in order whatever the package is called."""
    service = bake({"project_slug": slug})
    for command in (["check"], ["format", "--check"]):
        subprocess.run(["ruff", *command, "--no-cache", "--quiet", "."], cwd=service, check=True)
