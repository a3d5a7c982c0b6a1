"""Read ``.env``."""

from io import StringIO
from pathlib import Path

from dotenv.parser import parse_stream

from .declaration import PREFIX, ConfigurationError

MAX_SIZE = 1_000_000  # bytes


def read_dotenv(path: Path) -> tuple[dict[str, str], list[str]]:
    """Return the variables of the file, and warnings: it exists but is unreadable, or a line is not NAME=VALUE.

    Raises ``ConfigurationError`` for a file that is not UTF-8 or too large, and for two values of a variable.
    """
    try:
        if path.is_fifo() or path.is_char_device():
            return {}, [f"Cannot read {path}: Not a regular file."]  # reading it could last forever
        text = "\0" if path.stat().st_size > MAX_SIZE else path.read_text("utf-8-sig")
    except OSError as error:
        exists = path.is_symlink() or not isinstance(error, FileNotFoundError)
        return {}, [f"Cannot read {path}: {error.strerror}."] * exists
    except ValueError:
        text = "\0"
    if "\0" in text:  # UTF-16 without a byte order mark
        raise ConfigurationError(f"{path} is not a UTF-8 text file of at most 1 MB. Save it with the encoding UTF-8.")
    found: dict[str, tuple[str, int]] = {}
    invalid = []
    for key, value, (string, line), broken in parse_stream(StringIO(text)):
        line += string[: len(string) - len(string.lstrip())].count("\n")  # blank lines belong to the next one
        if broken:
            invalid.append(f"Ignored line {line} of {path}: it is not NAME=VALUE.")
        elif key:
            first, first_line = found.setdefault(key, (value or "", line))
            if key.startswith(PREFIX) and first != (value or ""):
                raise ConfigurationError(f"Lines {first_line} and {line} of {path} set {key}. Remove one of them.")
    return {key: value for key, (value, _) in found.items()}, invalid
