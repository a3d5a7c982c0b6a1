"""The errors that the hook reports for one answer."""

from tests.template import CHOICES, CONTEXT, QUESTIONS, hook

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
