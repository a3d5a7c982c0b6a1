"""Where settings come from: ``settings.toml``, then ``.env``, then ``APP_`` variables; the later one wins."""

import dataclasses
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from dotenv import dotenv_values
from flask import Flask
from marshmallow import ValidationError

from .. import services
from .errors import ConfigurationError

PREFIX = "APP_"
SURROGATE = re.compile("[\ud800-\udfff]")  # what stands for a byte of a variable that is no text
T = TypeVar("T")


class RawValue(NamedTuple):
    """A value as written, where it was found, and what the setting is called there."""

    value: Any
    origin: str
    name: str


class ActiveSettings:
    """The settings of one application, by the class that declares them, or one that it extends."""

    def __init__(self, root: Path, values: Mapping[type, object], given: Mapping[str, RawValue]) -> None:
        self.root = root
        self.origins = {name: one.origin for name, one in given.items()}
        self._names = {name: one.name for name, one in given.items()}
        self.declarations: tuple[type[Any], ...] = tuple(values)
        self._values = {base: value for declaration, value in values.items() for base in declaration.__mro__}

    def all(self) -> dict[str, Any]:
        """Return every value by the name of its setting."""
        return {name: value for values in self._values.values() for name, value in vars(values).items()}

    def meaning(self, name: str) -> str:
        """Return what a setting means, by its name."""
        fields = {field.name: field for each in self.declarations for field in dataclasses.fields(each)}
        return str(fields[name].metadata["meaning"])

    def source(self, name: str) -> str:
        """Return where a setting comes from, and what it is called there."""
        return f"{self.origins[name]}: {self._names[name]}" if name in self.origins else "default"

    def __getitem__(self, declaration: type[T]) -> T:
        return cast(T, self._values[declaration])


def get_settings(app: Flask, declaration: type[T]) -> T:
    """Return the settings that ``declaration`` declares, as they are in force in ``app``."""
    active_settings = services.get(app, ActiveSettings)
    return active_settings[declaration]


def load(*declarations: type, environ: Mapping[str, str] = os.environ) -> ActiveSettings:
    """Read and check every declared setting.

    ``APP_SETTINGS`` names the TOML file, else it is ``settings.toml`` in the working folder; ``.env`` is read
    beside it. A secret may stand in a file that ``APP_<NAME>_FILE`` names.

    Raises ``StartRefused``: a file cannot be read, a name is unknown, a value does not fit, one is missing.
    """
    path = Path(environ.get(PREFIX + "SETTINGS", "settings.toml")).absolute()
    declared = {field.name: field for declaration in declarations for field in dataclasses.fields(declaration)}
    secret = {name for name, field in declared.items() if field.metadata["secret"]}
    given = _from_toml(path, secret)
    dotenv = _dotenv(path.parent / ".env")
    given |= _from_variables(dotenv, ".env", secret)
    # The ``flask`` command has copied .env into the environment: what is the same there comes from the file.
    variables = {name: value for name, value in environ.items() if dotenv.get(name) != value}
    given |= _from_variables(variables, "the environment", secret)

    wrong = [f"{_shown(one)} is no setting" for name, one in given.items() if name not in declared]
    wrong += [f"{_shown(one)} is not UTF-8" for one in given.values() if SURROGATE.search(str(one.value))]
    converted: dict[str, Any] = {}
    for name, field in declared.items():
        try:
            if name in given:
                converted[name] = field.metadata["form"].deserialize(given[name].value)
            elif field.default is dataclasses.MISSING:
                wrong.append(f"{PREFIX}{name.upper()} is missing: {field.metadata['meaning']}")
        except ValidationError as error:
            wrong.append(f"{_shown(given[name])} is wrong: {'; '.join(error.messages)}")
    if wrong:
        raise ConfigurationError(". ".join(wrong) + ".")

    values = {
        declaration: declaration(
            **{f.name: converted[f.name] for f in dataclasses.fields(declaration) if f.name in converted}
        )
        for declaration in declarations
    }
    return ActiveSettings(path.parent, values, given)


def _from_toml(path: Path, secret: set[str]) -> dict[str, RawValue]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"{path} does not exist: start in its folder or name it in APP_SETTINGS.") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
    flat: dict[str, RawValue] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{key}": RawValue(row, path.name, f"[{name}] {key}") for key, row in value.items()}
        else:
            flat[name] = RawValue(value, path.name, name)
    for name in secret & set(flat):
        raise ConfigurationError(
            f"{path.name} holds {flat[name].name}, which is secret: give it as {PREFIX}{name.upper()} instead."
        )
    return flat


def _dotenv(path: Path) -> dict[str, str]:
    try:
        values = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}.") from None
    return {name: value or "" for name, value in values.items()}


def _from_variables(variables: Mapping[str, str], origin: str, secret: set[str]) -> dict[str, RawValue]:
    given: dict[str, RawValue] = {}
    for variable, value in variables.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name == "settings":
            continue
        if name.endswith("_file") and name.removesuffix("_file") in secret:
            name = name.removesuffix("_file")
            try:
                given[name] = RawValue(Path(value).read_text("utf-8").strip(), value, variable)
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"{variable} names a file that cannot be read: {error}.") from None
        else:
            given[name] = RawValue(value, origin, variable)
    return given


def _shown(given: RawValue) -> str:
    return f"{given.name} (from {given.origin})"
