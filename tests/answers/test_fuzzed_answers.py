"""Any answer is rejected by name, or gives files that parse and contain the answer as typed."""

import pytest
from hypothesis import given, settings

from tests import strategies
from tests.answers.appearance import VALID, check_escaped_forms, check_files
from tests.answers.rendering import derived, render, rendered_files
from tests.conftest import Bake
from tests.parsing import parse_all
from tests.template import DEFAULTS, FREE_TEXT, hook

PRE_GEN = hook("pre_gen_project", {})


@pytest.mark.parametrize("text", strategies.TEXTS)
def test_every_escaped_form_decodes_to_the_answer(text: str) -> None:
    """As TOML, YAML, JSON, Python and Markdown."""
    check_escaped_forms(derived({**VALID, **dict.fromkeys(FREE_TEXT, text)}))


@settings(max_examples=2000)
@given(strategies.single)
def test_any_string_is_rejected_by_name_or_appears_as_typed(given_answer: dict[str, str]) -> None:
    """The other answers are valid."""
    check({**VALID, "cors_origins": "https://a.example", **given_answer})


@settings(max_examples=2000)
@given(strategies.answers)
def test_any_answers_are_rejected_by_name_or_appear_as_typed(
    given_answers: dict[str, str],
) -> None:
    """With random answers to all questions."""
    check(given_answers)


def check(answers: dict[str, str]) -> None:
    """Assert that the answers are rejected by name, or that the rendered files are correct."""
    context = derived(answers)
    invalid = list(PRE_GEN.invalid_answers(context))
    for question, value, rule in invalid:
        assert answers[question] == value
        assert rule.startswith(("must", '"'))
        assert f"{PRE_GEN.quoted(value)}: {rule}".isascii()
    if not invalid:
        check_escaped_forms(context)
        check_files(context, dict(render(context)))


@pytest.mark.parametrize("text", strategies.TEXTS)
def test_a_rendered_service_contains_hostile_names(bake: Bake, text: str) -> None:
    """After a whole bake with its hooks."""
    typed = dict.fromkeys(FREE_TEXT, text)
    service = bake({**typed, "project_slug": "acme-api"})
    context = {**derived({**DEFAULTS, **typed}), "project_slug": "acme-api"}
    files = {
        name: (service / name).read_text("utf-8")
        for name in map(plain, rendered_files())
        if (service / name).is_file()
    }
    check_files(context, files)
    parse_all(service)


def plain(name: str) -> str:
    """Return a file name without its suffixes."""
    return str(hook("post_gen_project", {}).plain_path(name)[0])


@pytest.mark.parametrize("seed", range(30))
def test_hostile_answers_are_reproducible_and_valid(seed: int) -> None:
    """The suites of the services use them."""
    answers = strategies.hostile_answers(seed)
    assert answers == strategies.hostile_answers(seed)
    context = derived({**DEFAULTS, **answers})
    assert list(PRE_GEN.invalid_answers(context)) == []
