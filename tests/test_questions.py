"""The questions have a prompt, defaults that work, and a slug for every name."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cookiecutter.generate import generate_context
from cookiecutter.prompt import prompt_for_config
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Bake
from tests.template import CHOICES, CONTEXT, QUESTIONS, RESERVED, TEMPLATE, hook

PROMPTS = CONTEXT["__prompts__"]


def answers(**given_answers: str) -> dict[str, str]:
    """Return the context for these answers, with the derived values."""
    context = generate_context(str(TEMPLATE / "cookiecutter.json"), extra_context=given_answers)
    return dict(prompt_for_config(context, no_input=True))


def slug(name: str) -> str:
    """Return the slug of a name typed at the prompt, which cookiecutter does not render."""
    context = generate_context(str(TEMPLATE / "cookiecutter.json"))
    context["cookiecutter"] |= {"project_name": "{{ cookiecutter._typed }}"}
    context["cookiecutter"] = {"_typed": name, **context["cookiecutter"]}
    return str(prompt_for_config(context, no_input=True)["project_slug"])


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_has_a_prompt(question: str) -> None:
    """A prompt is a phrase, without square brackets, which rich would read as markup."""
    prompt = PROMPTS[question]
    sentence = prompt if isinstance(prompt, str) else prompt["__prompt__"]
    assert sentence[0].isupper()
    assert " " in sentence
    assert "[" not in sentence


@pytest.mark.parametrize("question", CHOICES)
def test_every_choice_has_a_label(question: str) -> None:
    """Labels and choices are the same set."""
    labels = {name: text for name, text in PROMPTS[question].items() if name != "__prompt__"}
    assert labels.keys() == set(CHOICES[question])
    assert all(" " in text and "[" not in text for text in labels.values())


def test_every_prompt_has_a_question() -> None:
    """Prompts and questions are the same set."""
    assert PROMPTS.keys() == set(QUESTIONS)


def test_choices_are_unique_across_questions() -> None:
    """A suffix ``@answer`` must identify its question."""
    choices = [answer for offered in CHOICES.values() for answer in offered]
    assert len(choices) == len(set(choices))


def test_no_question_asks_for_a_secret() -> None:
    """Replay files and cruft store the answers."""
    assert not [name for name in QUESTIONS if re.search("secret|password|token|_key$", name)]


def test_the_defaults_are_valid() -> None:
    """Pressing Return at every prompt gives a service."""
    context = answers()
    assert list(hook("pre_gen_project", context).invalid_answers(context)) == []
    assert context["auth_style"] == "api_key"
    assert context["limiter_backend"] == "memory"
    assert context["database"] == "sqlite"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Acme API", "acme-api"),
        ("Orders", "orders"),
        ("Größe & Gewicht", "grosse-gewicht"),
        ("  Tea -- Shop!  ", "tea-shop"),
        ("x" * 41, "x" * 40),
        (
            "Orders of the northern and the southern warehouses",
            "orders-of-the-northern-and-the-southern",
        ),
        ("Ab", "api"),
        ("A B", "a-b"),
        ("☕🫖", "api"),
        ("3D prints", "api"),
        ("Calendar", "api"),
        ("Flask", "api"),
        ("Tests", "api"),
        ("CON", "api"),
        ("Lambda", "api"),
    ],
)
def test_a_name_gives_a_slug(name: str, expected: str) -> None:
    """The words of the name, or ``api`` if they cannot name a package."""
    assert slug(name) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_every_name_gives_a_valid_slug(name: str) -> None:
    """No name is rejected because of its derived slug."""
    derived = slug(name)
    context = {**CONTEXT, "project_slug": derived, "__package_name": derived.replace("-", "_")}
    assert hook("pre_gen_project", context).check_slug(derived, context) is None


def test_the_standard_library_is_reserved() -> None:
    """A package with such a name would shadow the module."""
    possible = {
        name for name in sys.stdlib_module_names if re.fullmatch("[a-z][a-z0-9_]{2,39}", name)
    }
    assert possible <= RESERVED


def test_the_folders_and_modules_next_to_the_package_are_reserved(bake: Bake) -> None:
    """A package with such a name would collide with them."""
    service = bake({})
    names = {
        path.stem for path in service.iterdir() if re.fullmatch("[a-z][a-z0-9]{2,}", path.stem)
    }
    assert {"core", *names} - {"acme_api", "settings", "pyproject"} - {"api"} <= RESERVED


def test_prompts_and_arguments_give_the_same_files(tmp_path: Path, bake: Bake) -> None:
    """Answers typed at the prompts, and ``key=value``."""
    config = tmp_path / "config.yaml"
    config.write_text(f"replay_dir: '{tmp_path / 'replay'}'\ncookiecutters_dir: '{tmp_path}'\n")
    typed = ["Tea Shop", "", 'Tea, "good" tea', "Ann", *[""] * (len(QUESTIONS) - 4)]
    command = [
        "-m",
        "cookiecutter",
        str(TEMPLATE),
        "-o",
        str(tmp_path),
        "--config-file",
        str(config),
    ]
    subprocess.run(
        [sys.executable, *command],
        input="\n".join(typed) + "\n",
        text=True,
        check=True,
        capture_output=True,
    )
    given_answers = {
        "project_name": "Tea Shop",
        "description": 'Tea, "good" tea',
        "author_name": "Ann",
    }
    expected = bake(given_answers)
    for path in expected.rglob("*"):
        secret = path.name == ".env" or path.parent.name == "certs"
        if path.is_file() and not secret and "__pycache__" not in path.parts:
            same = tmp_path / "tea-shop" / path.relative_to(expected)
            assert same.read_bytes() == path.read_bytes()
