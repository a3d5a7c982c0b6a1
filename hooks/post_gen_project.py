"""Turn the rendered files into the service that was asked for.

Settle the variants, make the secrets and the development certificates, say what to do next.
"""

import sys

# Hooks run from the shared temporary folder: no file there may stand in for a library module.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import json
import os
from collections.abc import Iterator
from contextlib import suppress

ANSWERS = json.loads(r"""{{ cookiecutter | tojson }}""")

# Every answer that a name may carry after its "@", chosen or not. They are listed here, because
# a name of the owner's own, such as logo@2x.png, must be left alone when a service is baked again.
MARKS = {
    "auth_style": {"api_key", "oauth2", "external_idp"},
    "limiter_backend": {"memory", "redis", "valkey", "memcached"},
    "database": {"sqlite", "postgresql"},
    "ci": {"github", "gitlab", "no_ci"},
}
# A mark that every service has. Cookiecutter renders the path of each file, unless a whole folder
# is copied; then it removes the folder first, under -f with all that its owner added. One that is
# marked stands in no service, so it can be copied fast: settle merges it file by file.
ALWAYS = "always"
# For machines without make, as the service's README has them.
RUN, TEST = "uv run python scripts/develop.py", "uv run pytest"
# What only the owner puts there: never searched, as it may hold any name and thousands of files.
NOT_OURS = {".git", ".venv", "certs", "node_modules", "var"}


def settle(chosen: set[str]) -> list[str]:
    """Bring the files of the chosen answers to their plain names and drop the others.

    Folders merge file by file. What does not belong goes first, so that a file of this bake is
    never taken for one that an earlier bake left. Give what stays of answers that are not chosen.
    """
    for name in os.listdir():
        plain, marks = read_mark(name)
        if marks == {ALWAYS} and not os.path.exists(plain):
            os.rename(name, plain)  # a new service: there is nothing to merge with
    files = [(path, *unmarked(path)) for path in marked_files(".")]
    wanted: dict[str, str] = {}
    others: dict[str, str] = {}
    for path, target, answers in files:
        (wanted if all(chosen & each for each in answers) else others)[path] = target
    for path, target in others.items():
        discard(path, target)
    left = {target for target in others.values() if os.path.isfile(target)}
    left.difference_update(wanted.values())
    for path, target in wanted.items():
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.replace(path, target)
    for folder in {os.path.dirname(path) for path, _, _ in files}:
        remove_empty(folder)
    return sorted(map(os.path.normpath, left))


def marked_files(folder: str, inside: bool = False) -> Iterator[str]:
    """Give each file below a folder that carries a mark, or stands in a folder that does."""
    with os.scandir(folder) as entries:
        for entry in entries:
            marked = inside or bool(read_mark(entry.name)[1])
            if not entry.is_dir(follow_symlinks=False):
                if marked:
                    yield entry.path
            elif entry.name not in NOT_OURS:
                yield from marked_files(entry.path, marked)


def unmarked(path: str) -> tuple[str, list[set[str]]]:
    """Give the path without its marks, and the answers of each mark."""
    names, answers = zip(*map(read_mark, path.split(os.sep)), strict=True)
    return os.sep.join(names), [each for each in answers if each]


def read_mark(name: str) -> tuple[str, set[str]]:
    """Split ``engine@sqlite.py`` into ``engine.py`` and its answers; none when it has no mark."""
    stem, _, rest = name.partition("@")
    answers, dot, extension = rest.partition(".")
    marks = set(answers.split("+"))
    if stem and marks <= {ALWAYS}.union(*MARKS.values()):
        return stem + dot + extension, marks
    return name, set()


def discard(path: str, target: str) -> None:
    """Remove a file of another answer, and its copy that a bake with that answer left.

    A file at that name which differs is the owner's, or was changed since: it stays.
    """
    if os.path.isfile(target):
        content = read(path)
        if content and content == read(target):
            os.unlink(target)
            remove_empty(os.path.dirname(target))
    os.unlink(path)


def read(path: str) -> bytes:
    """Give the content of a file."""
    with open(path, "rb") as file:
        return file.read()


def remove_empty(folder: str) -> None:
    """Remove a folder, and those above it, as far as they are empty."""
    try:
        os.removedirs(folder)
    except OSError:
        pass  # it holds something, or is gone already


def provide() -> str:
    """Make the secrets and the certificates; give a sentence about the latter.

    The service's own scripts do both: what a bake makes, anyone can make again. They run in this
    process, because starting Python costs more than all that they do.
    """
    sys.dont_write_bytecode = True  # no __pycache__ in a new service
    sys.path.insert(0, os.path.abspath("scripts"))
    from pathlib import Path

    import certificates  # type: ignore[import-not-found]
    import environment  # type: ignore[import-not-found]

    environment.write(Path())
    ca = f"{ANSWERS['project_slug']}/certs/ca.pem"
    if os.path.exists("certs/server.pem"):
        return f"Its certificates were there and stay. The development CA is {ca}."
    try:
        tool = certificates.make(Path("certs"))
    except certificates.CannotMakeError as error:
        return f"No certificates yet: {error}. make run makes them later."
    return f"Its development CA is {ca} (made with {tool}): trust that file to trust the service."


def unfit() -> list[str]:
    """Name the settings that the secrets of an earlier bake lack, or have for another server."""
    schemes = []
    for name in (".env", ".env.example"):
        pairs = (line.split("=", 1) for line in read(name).decode(errors="replace").splitlines())
        settings = {pair[0]: pair[1] for pair in pairs if len(pair) == 2 and pair[0].isidentifier()}
        schemes.append({key: value.rpartition("://")[0] for key, value in settings.items()})
    here, example = schemes
    return sorted(key for key, scheme in example.items() if here.get(key) != scheme)


if __name__ == "__main__":
    kept = settle({ANSWERS[question] for question in MARKS} | {ALWAYS})
    certificates_made = provide()
    run, test = ("make run", "make test") if os.name != "nt" else (RUN, TEST)
    said = (
        f"\n{ANSWERS['project_slug']} is ready. In that folder:\n\n"
        f"  {run:{len(test)}}    serves it on https://localhost:8443 and prints a call that works\n"
        f"  {test:{len(run)}}    runs its tests\n\n"
        f"{certificates_made}"
    )
    if changed := unfit():
        said += f"\nIts .env was there and stays: it needs {', '.join(changed)} as in .env.example."
    if kept:
        said += (
            "\nThese stand where other answers have a file, and are not as this template writes it."
            " They stay; remove them\nunless they are yours: " + ascii(kept)[1:-1]
        )
    # What a bake prints is for people: on the output it would stand in the patch of `cruft diff`,
    # and nobody who stops reading undoes a service.
    with suppress(OSError):
        print(said, file=sys.stderr)
