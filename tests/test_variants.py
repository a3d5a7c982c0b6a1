"""Every variant is complete and clean, and does not mention other variants."""

import fnmatch
import functools
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.template import CHOICES, CONTEXT, DEFAULTS, SERVICE, hook, label, variants
from tests.test_fuzzed_answers import parse_all

SNAPSHOTS = Path(__file__).parent / "snapshots"
VARIANTS = list(variants())

# The vocabulary of each answer. A service contains only the words of its own answers; words of two
# answers are allowed if either is chosen.
BEARER = [
    "oauth",
    "openid",
    "jwk",
    "jwt",
    "joserfc",
    "rfc 9068",
    "protected-resource",
    # The page /docs uses the code flow.
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
    "sqlite": ["sqlite", "pragma "],  # the statement; there is also a Pragma header
    "postgresql": ["postgres", "psycopg"],
    "github": [".github", "github actions", "dependabot", "codeql"],
    "gitlab": ["gitlab"],
    "no_ci": [],
    "compose": ["compose"],
    # The names of platforms may explain behaviour.
    "kubernetes": ["kustomiz", "kubectl"],
    "systemd": ["systemctl", "journalctl"],
    "no_deployment": [],
    "no_license": [],
    "mit": ["mit license"],
    "apache_2_0": ["apache license", "apache-2.0"],
}
# How a service moves to other answers, in docs/operations.md.
GROW = re.compile(r"^## Grow\n.*?(?=^## )", re.DOTALL | re.MULTILINE)
# Words that a file format or a library requires, and the name of an identity provider.
NAMES_OF_FORMATS = {
    ".devcontainer/devcontainer.json": {"compose"},  # dockerComposeFile
    "docs/recipes/integration.md": {"redis"},  # the library of the background jobs with Valkey
    "docs/authentication.md": {"gitlab", ".github"},  # the host of an issuer
    "tests/core/workload_claims.py": {"gitlab", ".github"},
    "tests/core/provider_tokens.py": {"gitlab"},
}
CODE = re.compile(r"^```(?:python|diff)\n.*?^```$", re.DOTALL | re.MULTILINE)
DIFF = re.compile(r"^```diff\n.*?^```$", re.DOTALL | re.MULTILINE)
COSIGN_OPTION = "--certificate-oidc-issuer"
WINDOWS_DEVICES = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{a}{n}" for a in ("com", "lpt") for n in range(10)),
}


@pytest.fixture(params=VARIANTS, ids=label)
def answers(request: pytest.FixtureRequest) -> dict[str, str]:
    """Return the answers of each variant."""
    chosen: dict[str, str] = request.param
    return chosen


@pytest.fixture
def service(
    answers: dict[str, str], bake: Bake, record_property: Callable[[str, object], None]
) -> Path:
    """Render the variant."""
    record_property("baked", label(answers))
    return bake(answers)


def files(service: Path) -> dict[str, Path]:
    """Return every file of a service by its relative path."""
    return {
        path.relative_to(service).as_posix(): path for path in service.rglob("*") if path.is_file()
    }


def texts(service: Path) -> dict[str, str]:
    """Return the content of every file except secrets and certificates."""
    own = {name: path for name, path in files(service).items() if not name.startswith("certs/")}
    return {name: path.read_bytes().decode() for name, path in own.items() if name != ".env"}


def test_no_jinja_is_left(service: Path) -> None:
    """Except GitHub's ``${{ }}``; copied files may contain other braces, but no variable.

    A recipe shows a page that is a Jinja template, with one variable of its own.
    """
    delimiters = re.compile(r"(?<!\$)\{\{|\{%|\{#")
    rendered = {name: text for name, text in texts(service).items() if name not in copied_files()}
    page = "docs/recipes/files.md"
    rendered[page] = rendered[page].replace("<h1>{{ name }}</h1>", "", 1)
    assert [name for name, text in rendered.items() if delimiters.search(text)] == []
    variables = re.compile(r"\{[{%][^{}]*\bcookiecutter\b")
    assert [name for name, text in texts(service).items() if variables.search(text)] == []


@functools.cache
def copied_files() -> set[str]:
    """Return the files that cookiecutter copies without rendering, with their final names."""
    post_gen = hook("post_gen_project", {})
    return {
        post_gen.plain_path(name)[0].replace("{{cookiecutter.__package_name}}", "acme_api")
        for name in files(SERVICE)
        if any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }


def test_no_suffix_is_left(service: Path) -> None:
    """No name contains an @."""
    assert [str(path) for path in service.rglob("*@*")] == []


def test_no_other_variant_is_mentioned(service: Path, answers: dict[str, str]) -> None:
    """Not in code, configuration, documents or file names."""
    chosen = {**DEFAULTS, **answers}
    allowed = {word for answer in chosen.values() for word in WORDS[answer]}
    forbidden = {word for question in CHOICES for word in unchosen(question, chosen)} - allowed
    found = [
        f"{name}: {word}"
        for name, text in texts(service).items()
        if not name.endswith(("/common_passwords.txt", "LICENSE"))  # not our prose
        for word in forbidden - NAMES_OF_FORMATS.get(name, set())
        if word in f"{name}\n{GROW.sub('', text)}".lower().replace(COSIGN_OPTION, "")
    ]
    assert found == []


def unchosen(question: str, answers: dict[str, str]) -> list[str]:
    """Return the words of a question's other answers."""
    suffixes = hook("post_gen_project", {}).SUFFIXES[question]
    return [word for answer in suffixes - {answers[question]} for word in WORDS[answer]]


def test_every_answer_has_its_words() -> None:
    """The list of an answer is empty if every variant may use all of its words."""
    suffixes = hook("post_gen_project", {}).SUFFIXES
    assert WORDS.keys() == set().union(*suffixes.values())


def test_every_file_parses(service: Path) -> None:
    """TOML, YAML, JSON and Python."""
    parse_all(service)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_reports_nothing(service: Path, command: list[str]) -> None:
    """With the service's own rules, without fixes."""
    done = subprocess.run(
        ["ruff", *command, "--no-cache", "--quiet", "."],
        cwd=service,
        capture_output=True,
        text=True,
    )
    assert done.stdout == ""
    assert done.returncode == 0


def test_lines_are_clean(service: Path) -> None:
    """LF only, no trailing blanks, one line break at the end, no gaps left by Jinja."""
    for name, text in texts(service).items():
        assert "\r" not in text, name
        # In a document, an empty line of a diff is a blank, and code has two blank lines.
        is_document = name.endswith(".md")
        visible = DIFF.sub(without_empty_context, text) if is_document else text
        assert not re.search(r"[ \t]+$", visible, re.MULTILINE), name
        prose = CODE.sub("```", text) if is_document else text
        assert text == "" or (text.endswith("\n") and not text.endswith("\n\n")), name
        assert not text.startswith("\n"), name
        if not name.endswith((".py", ".mako")):
            assert "\n\n\n" not in prose, name
            assert "\n\n\n\n" not in text, name


def without_empty_context(diff: re.Match[str]) -> str:
    """Return a diff with its empty context lines as empty lines."""
    return re.sub("^ $", "", diff[0], flags=re.MULTILINE)


def test_no_folder_is_empty(service: Path) -> None:
    """A folder without files for these answers is deleted."""
    assert [path for path in service.rglob("*") if path.is_dir() and not any(path.iterdir())] == []


def test_every_file_name_is_valid_on_windows(service: Path) -> None:
    """No reserved characters, devices or endings, and no names that differ only in case."""
    names = list(files(service))
    assert len({name.lower() for name in names}) == len(names)
    for part in {part for name in names for part in name.split("/")}:
        assert not re.search(r'[<>:"\\|?*\x00-\x1f]|[. ]$', part)
        assert part.split(".")[0].lower() not in WINDOWS_DEVICES


def test_no_module_is_longer_than_200_lines(service: Path) -> None:
    """A longer module has more than one responsibility."""
    long = {
        name: text.count("\n")
        for name, text in texts(service).items()
        if name.endswith(".py") and not name.startswith("tests/") and text.count("\n") > 200
    }
    assert long == {}


@pytest.mark.parametrize("database", CHOICES["database"])
@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_the_file_tree_matches_the_snapshot(bake: Bake, auth_style: str, database: str) -> None:
    """The snapshots show which files a change adds or removes; `make snapshots` updates them."""
    base = {"auth_style": auth_style, "limiter_backend": "memory", "database": database}
    found: dict[str, dict[str, list[str]]] = {}
    for question in CHOICES.keys() - {"auth_style", "database"}:
        for answer in CHOICES[question]:
            for name in files(bake({**base, question: answer})):
                found.setdefault(name, {}).setdefault(question, []).append(answer)
    lines = []
    for name in sorted(found):
        only = [
            answer
            for question in CHOICES
            if (answers := found[name].get(question, [])) != CHOICES[question]
            for answer in answers
        ]
        # A file of one answer only is missing when another question varies.
        lines.append(f"{name}  ({', '.join(only)})" if only else name)
    tree = "\n".join(lines) + "\n"
    snapshot = SNAPSHOTS / f"{auth_style}-{database}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(tree, "utf-8", newline="\n")
    assert snapshot.read_text("utf-8") == tree


def test_there_is_one_snapshot_per_style_and_database() -> None:
    """No snapshot of a removed answer is left."""
    expected = {f"{s}-{d}.txt" for s in CHOICES["auth_style"] for d in CHOICES["database"]}
    assert {path.name for path in SNAPSHOTS.iterdir()} == expected


def test_wsgi_is_the_only_python_file_that_is_rendered() -> None:
    """The others are copied byte for byte, so the source is ordinary Python."""
    rendered = {
        name
        for name in files(SERVICE)
        if name.endswith(".py")
        and not any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }
    assert rendered == {"wsgi.py"}


def test_files_without_jinja_are_copied() -> None:
    """Rendering takes time. Folders with the suffix @always are copied as a whole."""
    jinja = re.compile(r"\{\{|# \{%|\{#")
    others = {name: text for name, text in texts(SERVICE).items() if "@always" not in name}
    copied = {
        name
        for name in others
        if any(fnmatch.fnmatch(name, pattern) for pattern in CONTEXT["_copy_without_render"])
    }
    assert copied == {name for name, text in others.items() if not jinja.search(text)}


def test_no_folder_of_a_service_is_copied_as_a_whole() -> None:
    """With -f it would lose the owner's files; a folder with a suffix exists in no service."""
    folders = [path.relative_to(SERVICE).as_posix() for path in SERVICE.rglob("*") if path.is_dir()]
    patterns = CONTEXT["_copy_without_render"]
    copied = {f for f in folders for pattern in patterns if fnmatch.fnmatch(f, pattern)}
    assert {folder for folder in copied if "@always" not in folder} == set()


def test_no_two_files_of_a_variant_have_the_same_target() -> None:
    """Each path comes from one file in every variant."""
    post_gen = hook("post_gen_project", {})
    for answers in VARIANTS:
        chosen = {*DEFAULTS.values()} - {DEFAULTS[question] for question in answers}
        chosen |= {*answers.values(), post_gen.ALWAYS}
        targets = []
        for name in files(SERVICE):
            target, suffixes = post_gen.plain_path(name)
            if all(chosen & each for each in suffixes):
                targets.append(target)
        assert len(targets) == len(set(targets))


def test_no_folder_name_is_conditional() -> None:
    """An empty folder name fails the bake, and with -f once wrote outside the output folder."""
    names = {part for name in files(SERVICE) for part in name.split("/") if "{{" in part}
    assert {name.partition("@")[0] for name in names} <= {"{{cookiecutter.__package_name}}"}


@pytest.mark.parametrize("slug", ["tea", "x" * 40])
def test_the_format_does_not_depend_on_the_name(bake: Bake, slug: str) -> None:
    """The one rendered import is sorted with any package name."""
    service = bake({"project_slug": slug})
    for command in (["check"], ["format", "--check"]):
        subprocess.run(["ruff", *command, "--no-cache", "--quiet", "."], cwd=service, check=True)
