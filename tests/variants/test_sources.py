"""In the folder that is rendered, few files contain Jinja, and each path has one source."""

import fnmatch
import re

from tests.template import CONTEXT, DEFAULTS, SERVICE, hook, variants
from tests.variants.files import files, texts


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
    for answers in variants():
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
