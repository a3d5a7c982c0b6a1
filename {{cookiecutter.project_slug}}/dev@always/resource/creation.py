"""Create a resource: its package, tests, scopes, registration, migration and documents.

Everything is checked before anything is written. If a step fails or is interrupted, everything that was written is
removed again. The last step upgrades the database.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import ROOT, service
from ..documents import GENERATED
from . import interruption, names, package, package_tests, source_edits
from .design import Design
from .removal import README_LINE, run
from .targets import targets


def create(design: Design) -> None:
    """Create the resource; exit with the reason if that is not possible."""
    if problem := next(names.problems(design), None):
        sys.exit(problem)
    if service.setting("environment") == "production":
        sys.exit("APP_ENVIRONMENT is production. Create resources on a development machine.")
    referenced = targets([reference.target for reference in design.references])
    root = Path(service.application().root_path)
    folder, tests = root / design.plural, ROOT / "tests" / f"test_{design.plural}.py"
    created = {folder / name: text for name, text in package.modules(design).items()}
    created[tests] = package_tests.module(design, referenced)
    edited = edits(design, root)
    service.flask("db", "upgrade")
    service.flask("db", "check")
    with undone_on_failure([folder, tests], [*edited, *(ROOT / name for name in GENERATED)], root / "migrations"):
        folder.mkdir()
        for path, text in {**created, **edited}.items():
            path.write_text(text, "utf-8", newline="\n")
        files = [str(path) for path in (*created, *edited) if path.suffix == ".py"]
        run("ruff", "check", "--quiet", "--fix", "--select", "F401,I,RUF022", *files)
        run("ruff", "format", "--quiet", *files)
        run("flask", "db", "revision", f"Create {design.plural.replace('_', ' ')}")
        run("dev.documents")
    for path in created:
        print(f"Created {path.relative_to(ROOT).as_posix()}")
    for path in edited:
        print(f"Changed {path.relative_to(ROOT).as_posix()}", flush=True)
    run("flask", "db", "upgrade")
    print(f"\nReview the difference and run `make test`. `--remove {design.plural}` reverts it.")


def edits(design: Design, root: Path) -> dict[Path, str]:
    """Return the new content of the files that register or describe the resource; exit if one cannot be edited."""
    name, words = design.plural, design.plural.replace("_", " ")
    init, scopes, readme = root / "__init__.py", root / "scopes.py", ROOT / "README.md"
    try:
        registered = source_edits.with_import(init.read_text("utf-8"), name)
        registered = source_edits.with_element(registered, "blueprints", f"{name}.blueprint")
        registered = source_edits.with_element(registered, "counts", f'"{name}": {name}.count')
        # First, because the database refuses to delete rows that the new ones reference.
        registered = source_edits.with_element(registered, "on_user_deleted", f"{name}.delete_of_owner", first=True)
        allowed = scopes.read_text("utf-8")
        for scope, sentence in ((f"{name}:read", "Read"), (f"{name}:write", "Create, change and delete")):
            allowed = source_edits.with_element(allowed, "SCOPES", f'"{scope}": "{sentence} your {words}"')
            allowed = source_edits.with_element(allowed, "SIGN_UP_SCOPES", f'"{scope}"')
    except LookupError as error:
        sys.exit(f"{error.args[0]} Add it, then run this again.")
    text = readme.read_text("utf-8")
    line, before = README_LINE.format(package=root.name, name=name), f"| `{root.name}/core/`"
    described = text.replace(before, line + before, 1)
    return {init: registered, scopes: allowed} | ({readme: described} if described != text else {})


@contextmanager
def undone_on_failure(created: list[Path], changed: list[Path], migrations: Path) -> Iterator[None]:
    """Restore the changed files and delete the created ones, with new migrations, if the block fails."""
    before = {path: path.read_bytes() for path in changed if path.is_file()}
    existing = set(migrations.glob("*.py"))
    try:
        yield
    except BaseException:
        interruption.ignore()
        for path, content in before.items():
            path.write_bytes(content)
        for path in [*created, *(set(migrations.glob("*.py")) - existing)]:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        print("Nothing was changed.", file=sys.stderr)
        raise
