"""The questions: each asked in words, with defaults that run and a slug for every name."""

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
from tests.template import CHOICES, CONTEXT, QUESTIONS, RESERVED, SERVICE, TEMPLATE, hook

PROMPTS = CONTEXT["__prompts__"]


def answers(**given_answers: str) -> dict[str, str]:
    """Answer these questions, and derive the rest as cookiecutter does."""
    context = generate_context(str(TEMPLATE / "cookiecutter.json"), extra_context=given_answers)
    return dict(prompt_for_config(context, no_input=True))


def slug(name: str) -> str:
    """Derive the slug of a name that is typed: its marks are text, not Jinja."""
    context = generate_context(str(TEMPLATE / "cookiecutter.json"))
    context["cookiecutter"] |= {"project_name": "{{ cookiecutter._typed }}"}
    context["cookiecutter"] = {"_typed": name, **context["cookiecutter"]}
    return str(prompt_for_config(context, no_input=True)["project_slug"])


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_is_asked_in_a_sentence(question: str) -> None:
    """A prompt is words, not a variable; square brackets would be taken for styles."""
    prompt = PROMPTS[question]
    sentence = prompt if isinstance(prompt, str) else prompt["__prompt__"]
    assert sentence[0].isupper()
    assert " " in sentence
    assert "[" not in sentence


@pytest.mark.parametrize("question", CHOICES)
def test_every_choice_has_a_label_that_says_what_it_means(question: str) -> None:
    """Each answer is labelled, and no label is left of an answer that is gone."""
    labels = {name: text for name, text in PROMPTS[question].items() if name != "__prompt__"}
    assert labels.keys() == set(CHOICES[question])
    assert all(" " in text and "[" not in text for text in labels.values())


def test_no_prompt_is_left_of_a_question_that_is_gone() -> None:
    """Prompts and questions are the same set."""
    assert PROMPTS.keys() == set(QUESTIONS)


def test_marked_answers_are_unique_across_questions() -> None:
    """``name@answer`` says which question it answers."""
    marked = [answer for choices in CHOICES.values() for answer in choices]
    assert len(marked) == len(set(marked))


def test_no_question_asks_for_a_secret() -> None:
    """Answers are kept in replay files and by cruft."""
    assert not [name for name in QUESTIONS if re.search("secret|password|token|_key$", name)]


def test_the_defaults_are_accepted() -> None:
    """Return at every prompt gives a service."""
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
    """The words of the name, or ``api`` where they cannot name a package."""
    assert slug(name) == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_every_name_gives_a_slug_that_is_accepted(name: str) -> None:
    """Whatever is typed, the derived slug is never the reason of a refusal."""
    derived = slug(name)
    context = {**CONTEXT, "project_slug": derived, "__package_name": derived.replace("-", "_")}
    assert hook("pre_gen_project", context).check_slug(derived, context) is None


def test_the_standard_library_is_reserved() -> None:
    """A package of such a name would stand in for the module."""
    possible = {
        name for name in sys.stdlib_module_names if re.fullmatch("[a-z][a-z0-9_]{2,39}", name)
    }
    assert possible <= RESERVED


def test_the_folders_and_modules_beside_the_package_are_reserved(bake: Bake) -> None:
    """A package of such a name would fall together with them."""
    service = bake({})
    beside = {
        path.stem for path in service.iterdir() if re.fullmatch("[a-z][a-z0-9]{2,}", path.stem)
    }
    modules = [*SERVICE.glob("scripts*/*.py"), *SERVICE.glob("tests*/*.py")]
    beside |= {module.stem.partition("@")[0] for module in modules}
    assert beside - {"acme_api", "settings", "pyproject"} - {"api"} <= RESERVED


def test_typed_answers_give_what_given_answers_give(tmp_path: Path, bake: Bake) -> None:
    """The prompts and ``key=value`` lead to the same files."""
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
