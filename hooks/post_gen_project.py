"""Turn the rendered files into the requested service.

Apply the variants, create secrets and development certificates, print the next steps.
"""

import sys

# Hooks run from the shared temporary folder: no file there may shadow a library module.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress

CONTEXT = json.loads(r"""{{ cookiecutter | tojson }}""")

# Every answer that a file name may have as its "@" suffix, chosen or not. A fixed list, because
# an owner's file such as logo@2x.png must not be touched when a service is baked again.
SUFFIXES = {
    "auth_style": {"api_key", "oauth2", "external_idp"},
    "limiter_backend": {"memory", "redis", "valkey", "memcached"},
    "database": {"sqlite", "postgresql"},
    "ci": {"github", "gitlab", "no_ci"},
    "deployment": {"compose", "kubernetes", "systemd", "no_deployment"},
    "license": {"no_license", "mit", "apache_2_0"},
}
# The suffix of files that every service has. Cookiecutter renders the path of each file unless it
# copies the whole folder, and before it copies a folder, -f deletes the existing one with all that
# its owner added. A folder with this suffix exists in no service, so it is safe to copy as a
# whole: apply_variants merges it file by file.
ALWAYS = "always"
ANSWERS = {ALWAYS}.union(*SUFFIXES.values())
# The commands for machines without make, as in the service's README.
RUN, TEST = "uv run python -m dev.run", "uv run pytest"
# A line of .env, in every form that the service reads.
SETTING = re.compile(r"""^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*["']?(.*)$""", re.MULTILINE)
# Folders that only the owner fills. They are not searched: they may hold thousands of files, with
# any name.
OWNED_BY_USER = {".git", ".venv", "certs", "node_modules", "var"}


def apply_variants(chosen: set[str]) -> list[str]:
    """Rename the files of the chosen answers to their plain names and delete the other variants.

    Folders are merged file by file. Other variants are deleted first, so that a file of this bake
    is never mistaken for one that an earlier bake left. Return the paths of files that exist where
    an answer that was not chosen has a file, and that may contain the owner's changes.
    """
    files = [(path, *plain_path(path)) for path in variant_files(".")]
    wanted: set[str] = set()
    others: dict[str, str] = {}
    for path, target, suffixes in files:
        if all(chosen & each for each in suffixes):
            wanted.add(target)
        else:
            others[path] = target
    for path, target in others.items():
        discard(path, target)
    left = {target for target in others.values() if os.path.isfile(target)} - wanted
    for folder in set(map(os.path.dirname, others)):
        remove_empty(folder)
    rename(".", ".")
    return sorted(map(os.path.normpath, left))


def rename(folder: str, target: str) -> None:
    """Move everything in a folder to the target, with its plain name; delete the folder.

    A folder that does not exist yet is moved as a whole, because deleting one takes a millisecond.
    """
    with os.scandir(folder) as entries:
        found = [each for each in entries if each.name not in OWNED_BY_USER]
    for entry in found:
        plain = os.path.join(target, split_suffix(entry.name)[0])
        is_folder = entry.is_dir(follow_symlinks=False)
        if is_folder and os.path.exists(plain):
            rename(entry.path, plain)
            continue
        if entry.path != plain:
            os.replace(entry.path, plain)
        if is_folder:
            rename(plain, plain)
    if folder != target:
        remove_empty(folder)


def variant_files(folder: str, inside: bool = False) -> Iterator[str]:
    """Yield each file below a folder whose name, or whose folder's name, has a suffix."""
    with os.scandir(folder) as entries:
        for entry in entries:
            has_suffix = inside or bool(split_suffix(entry.name)[1])
            if not entry.is_dir(follow_symlinks=False):
                if has_suffix:
                    yield entry.path
            elif entry.name not in OWNED_BY_USER:
                yield from variant_files(entry.path, has_suffix)


def plain_path(path: str) -> tuple[str, list[set[str]]]:
    """Return the path without its suffixes, and the answers of each suffix."""
    names, suffixes = zip(*map(split_suffix, path.split(os.sep)), strict=True)
    return os.sep.join(names), [each for each in suffixes if each]


def split_suffix(name: str) -> tuple[str, set[str]]:
    """Split ``engine@sqlite.py`` into ``engine.py`` and its answers (empty without a suffix)."""
    stem, mark, rest = name.partition("@")
    if mark and stem:
        suffix, dot, extension = rest.partition(".")
        answers = set(suffix.split("+"))
        if answers <= ANSWERS:
            return stem + dot + extension, answers
    return name, set()


def discard(path: str, target: str) -> None:
    """Delete a file of another answer, and the copy that a bake with that answer left.

    If the file at the target differs, the owner wrote or changed it: keep it.
    """
    if os.path.isfile(target):
        content = read(path)
        if content and content == read(target):
            os.unlink(target)
            remove_empty(os.path.dirname(target))
    os.unlink(path)


def read(path: str) -> bytes:
    """Return the content of a file."""
    with open(path, "rb") as file:
        return file.read()


def remove_empty(folder: str) -> None:
    """Delete a folder if it is empty, and then each of its parents that is empty."""
    try:
        os.removedirs(folder)
    except OSError:
        pass  # not empty, or already deleted


def create_secrets_and_certificates() -> str:
    """Create the secrets and the certificates; return a sentence about the certificates.

    Both come from modules in the service's `dev` package, which the owner can run again. They run
    in this process, because starting Python takes longer than all of their work.
    """
    sys.dont_write_bytecode = True  # no __pycache__ in a new service
    sys.path.insert(0, os.getcwd())
    from pathlib import Path

    from dev import certificates, environment  # type: ignore[import-not-found]

    if not os.path.exists(".env"):
        environment.create(Path())
    ca = f"{CONTEXT['project_slug']}/certs/ca.pem"
    if os.path.exists("certs/server.pem"):
        return f"Existing certificates were kept. The development CA is {ca}."
    try:
        tool = certificates.create(Path("certs"))
    except certificates.CertificateError as error:
        return f"No certificates yet: {error}. `make run` creates them later."
    return f"The development CA is {ca} (made with {tool}). Trust that file to trust the service."


def record_template_commit() -> None:
    """Write the commit of the template into pyproject.toml, in place of "unknown"."""
    content = read("pyproject.toml").replace(
        b'template_commit = "unknown"', b'template_commit = "%s"' % template_commit().encode()
    )
    with open("pyproject.toml", "wb") as file:
        file.write(content)


def template_commit() -> str:
    """Return the commit of the template, or "unknown" if its folder is not a git repository.

    Read the files of the repository (gitrepository-layout(5)): git may be missing, and it would
    refuse a repository of another user.
    """
    commit: str = CONTEXT.get("_commit") or ""  # cruft passes it
    git = os.path.join(CONTEXT.get("_repo_dir") or "", ".git")
    try:
        if not commit:
            if os.path.isfile(git):  # a worktree or a submodule: the path of its folder
                path = read(git).decode().removeprefix("gitdir:").strip()
                git = os.path.join(os.path.dirname(git), path)
            commit = read(os.path.join(git, "HEAD")).decode().strip()
        if commit.startswith("ref: "):
            commit = commit_of(git, commit.removeprefix("ref: "))
    except (OSError, UnicodeDecodeError):
        return "unknown"
    is_hash = len(commit) in (40, 64) and set(commit) <= set("0123456789abcdef")
    return commit if is_hash else "unknown"


def commit_of(git: str, reference: str) -> str:
    """Return the commit of a branch, from its file or from packed-refs; "" if it has none."""
    if os.path.isfile(common := os.path.join(git, "commondir")):
        git = os.path.join(git, read(common).decode().strip())
    if os.path.isfile(path := os.path.join(git, reference)):
        return read(path).decode().strip()
    for line in read(os.path.join(git, "packed-refs")).decode().splitlines():
        commit, _, name = line.partition(" ")
        if name == reference:
            return commit
    return ""


def outdated_settings() -> list[str]:
    """Return the settings that .env lacks, or has for another server than .env.example."""
    schemes = []
    for name in (".env", ".env.example"):
        settings = SETTING.findall(read(name).decode(errors="replace"))
        schemes.append({key: value.rpartition("://")[0] for key, value in settings})
    current, example = schemes
    return sorted(
        key
        for key, scheme in example.items()
        if current.get(key) != scheme and f"{key}_FILE" not in current
    )


if __name__ == "__main__":
    left = apply_variants({CONTEXT[question] for question in SUFFIXES} | {ALWAYS})
    record_template_commit()
    about_certificates = create_secrets_and_certificates()
    run, test = ("make run", "make test") if os.name != "nt" else (RUN, TEST)
    message = (
        f"\n{CONTEXT['project_slug']} is ready. Next, in that folder:\n\n"
        f"  {run:{len(test)}}    starts it on https://localhost:8443 and prints a working request\n"
        f"  {test:{len(run)}}    runs its tests\n\n"
        "Both create uv.lock. Commit it: it pins all dependencies, and CI installs from it.\n"
        f"{about_certificates}"
    )
    if missing := outdated_settings():
        message += (
            f"\nThe existing .env was kept. Set {', '.join(missing)} in it, as in .env.example."
        )
    if left:
        message += (
            "\nThese files belong to answers that were not chosen, but differ from the template's"
            " version. They were kept.\nDelete them unless they are yours: " + ascii(left)[1:-1]
        )
    # On standard error, because `cruft diff` would include standard output in its patch. Ignore
    # write errors: cookiecutter deletes a new service whose hook fails.
    with suppress(OSError):
        print(message, file=sys.stderr)
