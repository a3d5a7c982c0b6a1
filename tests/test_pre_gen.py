"""Invalid answers are rejected with a line of question, value and rule; no files are left."""

import ast
import re
import shlex
from pathlib import Path

import pytest
from pytest_cookies.plugin import Cookies

from tests.conftest import Bake
from tests.template import CHOICES, CONTEXT, FREE_TEXT, QUESTIONS, RESERVED, TEMPLATE, hook

VALID = {
    **{name: CONTEXT[name] for name in QUESTIONS},
    **{name: choices[0] for name, choices in CHOICES.items()},
    "_reserved_names": CONTEXT["_reserved_names"],
    "project_slug": "acme-api",
    "__package_name": "acme_api",
}


def errors_of(question: str, value: str) -> list[tuple[str, str, str]]:
    """Return the hook's errors for one answer, the others being valid."""
    context = {**VALID, question: value}
    if question == "project_slug":
        context["__package_name"] = value.replace("-", "_")
    return list(hook("pre_gen_project", context).invalid_answers(context))


CONTROLS = ["\0", "\t", "\n", "\r", "\x1b", "\x7f", "\x85", "\x9f", "\u2028", "\u2029"]
REORDERING = ["\u202a", "\u202e", "\u2066", "\u2069"]
NONCHARACTERS = ["\ufeff", "\ufffe", "\uffff", "\ud800", "\udfff"]
DELIMITERS = ["{{ 7 * 7 }}", "{{", "{% raw %}", "# {% if x %}", "{# hidden #}", "a{#b"]


@pytest.mark.parametrize("question", [*FREE_TEXT, "project_slug", "cors_origins"])
@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_jinja_delimiters_are_rejected(question: str, delimiter: str) -> None:
    """`cruft update` would render them."""
    ((named, value, rule),) = errors_of(question, f"x {delimiter}")
    assert (named, value) == (question, f"x {delimiter}")
    assert "Jinja" in rule


@pytest.mark.parametrize("question", [*FREE_TEXT, "project_slug", "cors_origins"])
@pytest.mark.parametrize("character", [*CONTROLS, *REORDERING, *NONCHARACTERS], ids=ascii)
def test_invisible_characters_are_rejected(question: str, character: str) -> None:
    """They break files, or display another string than the file contains."""
    ((named, _, rule),) = errors_of(question, f"a{character}b")
    assert named == question
    assert f"U+{ord(character):04X}" in rule


@pytest.mark.parametrize("question", FREE_TEXT)
@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", "must not be empty"),
        (" ", "white space"),
        (" Acme", "white space"),
        ("Acme\u00a0", "white space"),
        ("x" * 1001, "must have at most"),
    ],
)
def test_empty_padded_and_long_strings_are_rejected(question: str, value: str, rule: str) -> None:
    """Each with its rule."""
    ((named, _, given),) = errors_of(question, value)
    assert named == question
    assert rule in given


@pytest.mark.parametrize("question", FREE_TEXT)
@pytest.mark.parametrize(
    "value",
    [
        "x" * 200,
        "\"quoted\" \\ and 'so on' `back` $HOME %PATH% </script><!-- -->",
        "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 naïve ÅÄÖ",
        "שלום עולם",
        "مرحبا\u200f بالعالم",
        "日本語のサービス",
        "# [not](a) | {heading}",
    ],
)
def test_strings_of_every_script_are_accepted(question: str, value: str) -> None:
    """Quotes, emoji, right-to-left scripts and 200 characters."""
    assert errors_of(question, value) == []


FORM = "3 to 40 characters"


@pytest.mark.parametrize(
    ("slug", "rule"),
    [
        *(
            (slug, FORM)
            for slug in ("ab", "x" * 41, "Acme", "acme_api", "9lives", "-acme", "acme-", "a--b")
        ),
        *(
            (slug, FORM)
            for slug in ("acme.api", "acme api", "größe", "a/b", "../evil", "/x/evil", "a\\b")
        ),
        *((slug, FORM) for slug in (".", "..", "a;b", "$HOME", "acme\u0131")),
        *((slug, "Python keyword") for slug in ("class", "import", "lambda", "yield")),
        *(
            (slug, "standard library")
            for slug in ("json", "http", "email", "calendar", "sre-parse")
        ),
        *((slug, "the service uses") for slug in ("flask", "limits", "marshmallow", "sqlalchemy")),
        *(
            (slug, "the service uses")
            for slug in ("alembic", "flask-limiter", "python-dotenv", "granian")
        ),
        *((slug, "the service uses") for slug in ("tests", "docs", "dev", "wsgi", "certs", "var")),
        *((slug, "or of a device") for slug in ("con", "nul", "prn", "aux", "com1", "lpt9")),
        ("test", "the service uses"),
    ],
)
def test_slugs_that_cannot_name_a_package_are_rejected(slug: str, rule: str) -> None:
    """A slug is a folder, a distribution and, with underscores, a package."""
    ((named, value, given),) = errors_of("project_slug", slug)
    assert (named, value) == ("project_slug", slug)
    assert rule in given


@pytest.mark.parametrize("slug", ["tea", "a1b", "acme-api", "x" * 40, "json-api", "t-3-x"])
def test_valid_slugs_are_accepted(slug: str) -> None:
    """From 3 to 40 characters."""
    assert errors_of("project_slug", slug) == []


def test_every_reserved_name_is_rejected() -> None:
    """The hook reads the list in ``cookiecutter.json``."""
    assert all(errors_of("project_slug", name.replace("_", "-")) for name in RESERVED)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("__cors_origins_quoted", '["*"]'),
        ("__cors_origins_quoted", "["),
        ("__project_name_quoted", '"Other"'),
        ("__project_name_quoted", '["Acme API"]'),
        ("__description_markdown", "[x](https://evil.example)"),
    ],
)
def test_an_escaped_form_of_another_string_is_rejected(name: str, form: str) -> None:
    """The files contain the answer that was checked."""
    context = {**VALID, name: form}
    ((named, value, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert named == name.strip("_").rpartition("_")[0]
    assert value == VALID[named]
    assert name in rule


@pytest.mark.parametrize("question", CHOICES)
def test_an_unknown_choice_is_rejected(question: str) -> None:
    """It may come from a replay of answers to an older template."""
    ((named, value, rule),) = errors_of(question, "mysql")
    assert (named, value) == (question, "mysql")
    assert all(choice in rule for choice in CHOICES[question])


def test_a_package_name_that_differs_from_the_slug_is_rejected() -> None:
    """Private values can be set with ``key=value`` too; this one could be a path."""
    context = {**VALID, "__package_name": "../evil"}
    ((named, _, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert named == "project_slug"
    assert "derived" in rule


@pytest.mark.parametrize(
    ("origin", "rule"),
    [
        ("*", "wildcard"),
        ("https://*.acme.example", "wildcard"),
        ("null", "null"),
        *(
            (o, "as browsers send it")
            for o in ("acme.example", "https://", "//acme.example", "https:acme")
        ),
        *(
            (o, "as browsers send it")
            for o in ("https://acme.example/", "https://acme.example/api")
        ),
        *((o, "as browsers send it") for o in ("https://acme.example?x", "https://acme.example#x")),
        *(
            (o, "as browsers send it")
            for o in ("https://me@acme.example", "https://me:pw@acme.example")
        ),
        *(
            (o, "as browsers send it")
            for o in ("ftp://acme.example", "file:///etc", "chrome-extension://a")
        ),
        *(
            (o, "as browsers send it")
            for o in ("htps://acme.example", "httpss://acme.example", "ttp://localhost")
        ),
        *(
            (o, "as browsers send it")
            for o in ("capacitor://", "capacitor://localhost/", "capacitor://a@localhost", "app:a")
        ),
        *(
            (o, "as browsers send it")
            for o in (f"chrome-extension://{'z' * 32}", "moz-extension://a", "wss://acme.example")
        ),
        ("tauri://*", "wildcard"),
        *((o, "as browsers send it") for o in ("HTTPS://acme.example", "https://Acme.example")),
        *((o, "as browsers send it") for o in ("https://größe.example", "https://a_b.example")),
        *(
            (o, "as browsers send it")
            for o in ("https://acme.example:", "https://acme.example:x", "")
        ),
        *((o, "as browsers send it") for o in ("https://a b.example", "https://acme.example:-1")),
        *(
            (o, "name a host")
            for o in ("https://-a.example", "https://a-.example", "https://a..example")
        ),
        *(
            (o, "name a host")
            for o in ("https://acme.example.", "https://.example", f"https://{'a' * 64}.example")
        ),
        *(
            (o, "name a host")
            for o in ("https://1.2.3", "https://1.2.3.256", "https://01.2.3.4", "https://0x7f.1")
        ),
        *(
            (o, "name a host")
            for o in ("https://[::1", "https://[1::0:0:1]", "https://[0:0::1]", "https://[1.2.3.4]")
        ),
        *((o, "1 to 65535") for o in ("https://acme.example:0", "https://acme.example:65536")),
        *(
            (o, "1 to 65535")
            for o in ("https://acme.example:0443", f"https://acme.example:{'9' * 99}")
        ),
        ("https://acme.example:443", "default port"),
        ("http://localhost:80", "default port"),
        *(
            (o, "must be https")
            for o in (
                "http://acme.example",
                "http://127.0.0.2",
                "http://localhost.example",
                "http://172.32.0.1",
                "http://192.0.2.7",
                "http://[2001:db8::7]",
                "http://test",
                "http://shop.test.example",
            )
        ),
        ("https://a.example,https://a.example", "twice"),
        ("https://a.example,,https://b.example", "as browsers send it"),
        ("https://a.example,", "as browsers send it"),
        ("https://a.example;https://b.example", "as browsers send it"),
        (",".join(f"https://a{n}.example" for n in range(200)), "must have at most"),
    ],
)
def test_invalid_origins_are_rejected(origin: str, rule: str) -> None:
    """Only scheme, host and port are valid, exactly as browsers send them."""
    found = errors_of("cors_origins", origin)
    if origin == "https://[::1":
        rule = "as browsers send it"
    if origin:
        ((named, value, given),) = found
        assert (named, value) == ("cors_origins", origin)
        assert rule in given
    else:
        assert found == []


@pytest.mark.parametrize(
    "origins",
    [
        "",
        " ",
        "https://localhost:3000",
        "http://localhost:5173,http://127.0.0.1:5173, http://[::1]:5173",
        "http://localhost",
        "https://acme.example, https://app.acme.example:8443",
        "https://xn--gre-6ka8i.example",
        "https://192.0.2.7:65535",
        "https://[2001:db8::7]",
        "https://server1",
        "http://localhost:443",
        "capacitor://localhost, ionic://localhost, tauri://localhost, https://tauri.localhost",
        "http://tauri.localhost, app://obsidian.md, capacitor-electron://-, com.acme.app://home",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        "moz-extension://3c4b7a3e-5f3a-4f0b-9d0e-0a1b2c3d4e5f",
        "safari-web-extension://E5E7B5D3-0A1B-4C2D-8E3F-4A5B6C7D8E9F",
        "http://10.1.2.3:3000, http://172.31.0.1, http://192.168.1.20:8080, http://169.254.1.1",
        "http://[fd00::7]:3000, http://[fe80::1]",
        "http://shop.test, http://nas.local:8080",
    ],
)
def test_origins_are_accepted(origins: str) -> None:
    """None, one or several, with blanks after the commas."""
    assert errors_of("cors_origins", origins) == []


@pytest.mark.parametrize(
    ("answers", "question"),
    [
        ({"project_slug": "Acme"}, "project_slug"),
        ({"project_slug": "a/b/c"}, "project_slug"),
        ({"project_slug": "a/./b"}, "project_slug"),
        ({"project_slug": "a/../../b"}, "project_slug"),
        ({"project_slug": "../evil"}, "project_slug"),
        ({"project_name": "Acme\nAPI"}, "project_name"),
        ({"project_name": "\u202eAcme"}, "project_name"),
        ({"description": "x" * 1001}, "description"),
        ({"author_name": "{{ '{' }}{ x"}, "author_name"),
        ({"cors_origins": "https://acme.example/"}, "cors_origins"),
    ],
    ids=str,
)
def test_a_rejection_prints_one_line_and_leaves_no_files(
    cookies: Cookies,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
    answers: dict[str, str],
    question: str,
) -> None:
    """Question, value and rule in ASCII, with a maximum length; folders are deleted too."""
    result = cookies.bake(extra_context=answers, template=str(TEMPLATE))
    assert result.exception is not None
    (line,) = [line for line in capfd.readouterr().err.splitlines() if line.startswith("Invalid")]
    assert re.fullmatch(rf'Invalid {question} ".*": .+\.', line)
    assert line.isascii()
    assert len(line) < 260
    assert [path.name for path in tmp_path.rglob("*")] == ["cookies", "bake00"]


def test_every_invalid_answer_has_its_own_line(
    cookies: Cookies, capfd: pytest.CaptureFixture[str]
) -> None:
    """Two invalid answers give two lines."""
    cookies.bake(extra_context={"project_slug": "9", "cors_origins": "*"}, template=str(TEMPLATE))
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("Invalid")]
    assert [line.split()[1] for line in lines] == ["cors_origins", "project_slug"]


def test_the_command_that_repeats_the_bake_is_printed(
    cookies: Cookies, capfd: pytest.CaptureFixture[str]
) -> None:
    """With the valid answers, quoted for a shell, and without the invalid ones."""
    answers = {"project_name": "Ann's $HOME", "project_slug": "9", "database": "postgresql"}
    cookies.bake(extra_context=answers, template=str(TEMPLATE))
    printed = re.search("with the valid answers as the defaults: (.+)", capfd.readouterr().err)
    assert printed
    command = shlex.split(printed[1])
    assert command[:2] == ["cookiecutter", str(TEMPLATE)]
    repeated = dict(argument.split("=", 1) for argument in command[2:])
    assert repeated.keys() == set(QUESTIONS) - {"project_slug"}
    assert repeated["project_name"] == "Ann's $HOME"
    assert repeated["database"] == "postgresql"


def test_every_invalid_origin_is_reported() -> None:
    """With its own rule; a valid one is not."""
    origins = "https://*.example, https://acme.example, null, https://acme.example"
    rules = hook("pre_gen_project", {}).check_origins(origins)
    assert rules == (
        '"https://*.example" must not be a wildcard; list each origin; '
        '"null" must not be null, which any sandboxed page can send; '
        '"https://acme.example" must not be listed twice'
    )


def test_existing_folders_are_kept(cookies: Cookies, tmp_path: Path) -> None:
    """Only the folders created for a rejected slug with slashes are deleted."""
    kept = tmp_path / "cookies" / "kept"
    kept.mkdir()
    (kept / "note.txt").write_text("mine")
    cookies.bake(extra_context={"project_slug": "../kept/a/b"}, template=str(TEMPLATE))
    assert [path.name for path in kept.rglob("*")] == ["note.txt"]


@pytest.mark.parametrize("content", ['[tool.cookiecutter]\nauth_style = "other"\n', "<<<<<<<\n"])
def test_another_auth_style_over_a_service_is_rejected(
    rebake: Bake, capfd: pytest.CaptureFixture[str], content: str
) -> None:
    """The old style's files would remain; the service does not change."""
    service = rebake({})
    (service / "pyproject.toml").write_text(content)
    before = {path: path.read_bytes() for path in service.rglob("*") if path.is_file()}
    with pytest.raises(Exception, match="Hook script failed"):
        rebake({})
    assert "Invalid auth_style" in capfd.readouterr().err
    assert before == {path: path.read_bytes() for path in service.rglob("*") if path.is_file()}


@pytest.mark.parametrize("value", [None, 7, {"name": "Ada"}])
def test_an_answer_that_is_not_a_string_is_rejected(value: object) -> None:
    """The user's configuration can contain `author_name:` without a value."""
    context = {**VALID, "author_name": value}
    ((question, _, rule),) = hook("pre_gen_project", context).invalid_answers(context)
    assert question == "author_name"
    assert "must be a string" in rule


@pytest.mark.parametrize(
    ("defaults", "question", "rule"),
    [
        ("auth_style: saml", "auth_style", "must be one of api_key, external_idp, oauth2"),
        ("database: [sqlite]", "database", "must be one of postgresql, sqlite"),
        ("database: true", "database", "must be one of postgresql, sqlite"),
        ("cors_origins: [https://a.example, https://b.example]", "cors_origins", "commas"),
        ("_reserved_names: []", "_reserved_names", "must not be set"),
        ("__package_name: evil", "__package_name", "must not be set"),
    ],
)
def test_an_invalid_default_of_the_users_configuration_is_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defaults: str, question: str, rule: str
) -> None:
    """Cookiecutter ignores these defaults, and those after an unknown choice, or parts of them."""
    config = tmp_path / "config.yaml"
    config.write_text(f"default_context:\n  full_name: [any]\n  {defaults}\n  ci: gitlab\n")
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    ((named, _, broken),) = hook("pre_gen_project", VALID).invalid_defaults(VALID)
    assert named == f"{question} in {config}"
    assert rule in broken


@pytest.mark.parametrize("content", ["", "default_context:\n", "cookiecutters_dir: /tmp\n", None])
def test_a_configuration_without_defaults_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    """A missing file is accepted too."""
    config = tmp_path / "config.yaml"
    if content is not None:
        config.write_text(content)
    monkeypatch.setenv("COOKIECUTTER_CONFIG", str(config))
    assert list(hook("pre_gen_project", VALID).invalid_defaults(VALID)) == []


def test_the_hook_can_report_the_version_to_old_pythons() -> None:
    """Otherwise Python 3.8 to 3.10 would print a SyntaxError or another traceback."""
    text = (TEMPLATE / "hooks" / "pre_gen_project.py").read_text("utf-8")
    first = ast.parse(text, feature_version=(3, 8)).body[2]
    assert isinstance(first, ast.If)
    assert ast.unparse(first.test) == "sys.version_info < (3, 11)"


def test_derived_answers_need_no_jinja_blocks() -> None:
    """Cookiecutter 2.1 to 2.5 render answers with other delimiters of blocks than files."""
    assert not [
        name
        for name, value in CONTEXT.items()
        if "# {%" in str(value) and name != "_jinja2_env_vars"
    ]
