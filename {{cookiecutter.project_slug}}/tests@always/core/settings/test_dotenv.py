"""``.env`` is read as UTF-8. Each command reports a file that it cannot read in one sentence."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from dev import environment
from tests.core.package import ROOT
from tests.core.registry import registered
from tests.core.service import create_app


@pytest.fixture
def dotenv(environ: dict[str, str]) -> Path:
    """A file ``.env`` with all variables of the application, which are then no longer in the environment."""
    path = Path(environ["APP_SETTINGS"]).with_name(".env")
    path.write_text("".join(f"{name}={environ.pop(name)}\n" for name in [*environ] if name != "APP_SETTINGS"))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_is_read_with_and_without_a_byte_order_mark(dotenv: Path, environ: dict[str, str], encoding: str) -> None:
    dotenv.write_text(dotenv.read_text() + "APP_SERVICE_NAME=Café ☕\n", encoding)
    assert registered(create_app(environ), "ActiveSettings").values["service_name"] == "Café ☕"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_another_encoding_is_named(dotenv: Path, environ: dict[str, str], service: ModuleType, encoding: str) -> None:
    dotenv.write_text(f"# café\n{dotenv.read_text()}", encoding)
    with pytest.raises(service.core.settings.ConfigurationError, match="is not a UTF-8 text file"):
        create_app(environ)


@pytest.mark.parametrize("complete", [True, False], ids=["all in the environment", "a secret is missing"])
def test_an_unreadable_file_matters_only_if_a_setting_is_missing(
    environ: dict[str, str], service: ModuleType, complete: bool
) -> None:
    path = Path(environ["APP_SETTINGS"]).with_name(".env")
    path.mkdir()
    reason = f"Cannot read {path}: {'Permission denied' if os.name == 'nt' else 'Is a directory'}."
    if complete:
        assert registered(create_app(environ), "ActiveSettings").warnings == [reason]
        return
    del environ["APP_SECRET_KEY"]
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        create_app(environ)
    assert error.value.message.startswith("APP_SECRET_KEY is missing: ")
    assert error.value.message.endswith(reason)


SECRET = "s3cr3t-" + "0123456789abcdefghij" * 2


@pytest.mark.parametrize(
    "line",
    [
        f"APP_SECRET_KEY={SECRET}\r",
        f"export APP_SECRET_KEY={SECRET}",
        f"APP_SECRET_KEY='{SECRET}'",
        f'APP_SECRET_KEY="{SECRET}"  # a comment',
        f"APP_SECRET_KEY={SECRET} # a comment",
        f"\tAPP_SECRET_KEY = {SECRET}  ",
        f"APP_SECRET_KEY={SECRET}\nAPP_SECRET_KEY='{SECRET}'",
    ],
)
def test_the_usual_forms_of_a_line_are_read(dotenv: Path, environ: dict[str, str], line: str) -> None:
    others = [other for other in dotenv.read_text().splitlines() if not other.startswith("APP_SECRET_KEY=")]
    dotenv.write_bytes("\n".join([*others, line, ""]).encode())
    assert registered(create_app(environ), "ActiveSettings").values["secret_key"] == SECRET


@pytest.mark.parametrize("line", [f"APP_SECRET_KEY: {SECRET}", f"APP_SECRET_KEY {SECRET}", f'APP_SECRET_KEY="{SECRET}'])
def test_an_invalid_line_is_named_without_its_content(
    dotenv: Path, environ: dict[str, str], service: ModuleType, line: str
) -> None:
    others = [other for other in dotenv.read_text().splitlines() if not other.startswith("APP_SECRET_KEY=")]
    dotenv.write_text("\n".join([*others, line]))
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        create_app(environ)
    assert error.value.message.startswith("APP_SECRET_KEY is missing: ")
    assert error.value.message.endswith(f"Ignored line {len(others) + 1} of {dotenv}: it is not NAME=VALUE.")
    assert "s3cr3t" not in error.value.message


@pytest.mark.parametrize("first", ["APP_LOG_LEVEL=info", "export APP_LOG_LEVEL='error' # a comment", "APP_LOG_LEVEL="])
def test_two_values_of_a_variable_prevent_startup(
    dotenv: Path, environ: dict[str, str], service: ModuleType, first: str
) -> None:
    """Other readers of the file would silently use the last one."""
    line = len(dotenv.read_text().splitlines()) + 1
    dotenv.write_text(f"{dotenv.read_text()}{first}\n# a comment\n\n \n  APP_LOG_LEVEL=debug\nSHELL=a\nSHELL=b\n")
    message = f"Lines {line} and {line + 4} of {dotenv} set APP_LOG_LEVEL. Remove one of them."
    with pytest.raises(service.core.settings.ConfigurationError) as error:
        create_app(environ)
    assert error.value.message == message


def test_a_large_file_prevents_startup(dotenv: Path, environ: dict[str, str], service: ModuleType) -> None:
    dotenv.write_text(dotenv.read_text() + "# padding\n" * 100_000)
    with pytest.raises(service.core.settings.ConfigurationError, match="of at most 1 MB"):
        create_app(environ)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: os.mkfifo(path), "Not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "Not a regular file"),
        (lambda path: path.symlink_to("/nowhere/.env"), "No such file or directory"),
        (lambda path: path.symlink_to(".env"), "Too many levels of symbolic links"),
    ],
    ids=["fifo", "device", "dangling link", "loop"],
)
def test_what_is_not_a_file_is_neither_read_nor_replaced(
    environ: dict[str, str], make: Callable[[Path], None], reason: str
) -> None:
    """Reading from a FIFO or a device could last forever."""
    path = Path(environ["APP_SETTINGS"]).with_name(".env")
    make(path)
    assert registered(create_app(environ), "ActiveSettings").warnings == [f"Cannot read {path}: {reason}."]
    path.with_name(".env.example").write_text("APP_SECRET_KEY=\n")
    assert environment.create(path.parent) is None
    assert not path.is_file()


def test_a_byte_order_mark_is_not_part_of_a_setting(environ: dict[str, str], tmp_path: Path) -> None:
    """Some editors on Windows write one."""
    for path in (Path(environ["APP_SETTINGS"]), tmp_path / "secret"):
        path.write_text(path.read_text() if path.exists() else SECRET, "utf-8-sig")
    del environ["APP_SECRET_KEY"]
    environ["APP_SECRET_KEY_FILE"] = str(tmp_path / "secret")
    assert registered(create_app(environ), "ActiveSettings").values["secret_key"] == SECRET


@pytest.mark.parametrize("command", ["serve", "settings", "doctor", "--help"])
@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_the_flask_command_prints_a_sentence_without_a_traceback(
    dotenv: Path, environ: dict[str, str], command: str, encoding: str
) -> None:
    """Flask itself would read ``.env`` in the working directory first."""
    dotenv.write_text(f"# café\n{dotenv.read_text()}", encoding)
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("APP_", "FLASK_"))}
    result = subprocess.run(
        [sys.executable, "-m", "flask", command],
        cwd=dotenv.parent,
        env={**variables, **environ, "FLASK_APP": "wsgi", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == (0 if command == "--help" else 1)
    assert "is not a UTF-8 text file" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr
