"""Load settings from ``settings.toml``, ``.env`` and ``APP_`` variables; a later source overrides an earlier one."""

import dataclasses
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from dotenv import dotenv_values
from flask import Flask
from marshmallow import ValidationError

from .. import services
from .declaration import ConfigurationError

PREFIX = "APP_"
_SURROGATE = re.compile("[\ud800-\udfff]")  # how Python represents a byte of a variable that is not UTF-8
Field = dataclasses.Field[Any]
T = TypeVar("T")


class RawValue(NamedTuple):
    """A value as written, the source that contains it, and the name of the setting there."""

    value: Any
    origin: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} in {self.origin}"


class ActiveSettings:
    """The settings of one application, by the dataclass that declares them or a base of it.

    ``fields`` and ``values`` contain the declaration and the value of every setting by its name, ``raw`` what the
    sources contain. ``root`` is the folder of ``settings.toml``.
    """

    def __init__(
        self, root: Path, fields: Mapping[str, Field], instances: Sequence[object], raw: Mapping[str, RawValue]
    ) -> None:
        self.root, self.fields, self.raw = root, fields, raw
        self.values: dict[str, Any] = {name: value for each in instances for name, value in vars(each).items()}
        self._instances = {base: each for each in instances for base in type(each).__mro__}

    def __getitem__(self, declaration: type[T]) -> T:
        return cast(T, self._instances[declaration])


def get_settings(app: Flask, declaration: type[T]) -> T:
    """Return the settings of ``app`` that the dataclass ``declaration`` declares."""
    return services.get(app, ActiveSettings)[declaration]


def load(*declarations: type, environ: Mapping[str, str] = os.environ) -> ActiveSettings:
    """Read and validate all settings of these dataclasses.

    ``APP_SETTINGS`` is the path of the TOML file, by default ``settings.toml`` in the working directory. ``.env`` is in
    the same folder. ``APP_<NAME>_FILE`` is the path of a file that contains a secret.

    Raises ``ConfigurationError`` for a file that cannot be read, an unknown name, and an invalid or missing value.
    """
    path = Path(environ.get(PREFIX + "SETTINGS", "settings.toml")).absolute()
    declared = _declared(declarations)
    secrets = {name for name, field in declared.items() if field.metadata["secret"]}
    dotenv = _read_dotenv(path.parent / ".env")
    # The ``flask`` command has copied .env into the environment: an equal value comes from the file.
    environment = {name: value for name, value in environ.items() if dotenv.get(name) != value}
    raw = _read_toml(path, secrets)
    raw |= _read_variables(dotenv, ".env", secrets)
    raw |= _read_variables(environment, "the environment", secrets)
    values = _convert(declared, raw)
    instances = [
        declaration(**{field.name: values[field.name] for field in dataclasses.fields(declaration)})
        for declaration in declarations
    ]
    return ActiveSettings(path.parent, declared, instances, raw)


def _declared(declarations: Sequence[type[Any]]) -> dict[str, Field]:
    declared: dict[str, Field] = {}
    for declaration in declarations:
        for field in dataclasses.fields(declaration):
            if field.name in declared:
                raise ConfigurationError(
                    f"{declaration.__name__} declares {field.name}, which is declared already. Rename it."
                )
            declared[field.name] = field
    return declared


def _convert(declared: Mapping[str, Field], raw: Mapping[str, RawValue]) -> dict[str, Any]:
    """Return the value of every setting. Raises ``ConfigurationError`` with a sentence for each error."""
    values: dict[str, Any] = {}
    errors = [f"Unknown setting {value}." for name, value in raw.items() if name not in declared]
    for name, field in declared.items():
        if name not in raw:
            values[name] = field.default
            if field.default is dataclasses.MISSING:
                errors.append(f"{PREFIX}{name.upper()} is missing: {field.metadata['meaning']}.")
        elif _SURROGATE.search(str(raw[name].value)):
            errors.append(f"The value of {raw[name]} is not valid UTF-8.")
        else:
            try:
                values[name] = field.metadata["field"].deserialize(raw[name].value)
            except ValidationError as error:
                shown = "" if field.metadata["secret"] else f" {raw[name].value!a:.100}"
                reason = " ".join(map(str, error.messages)).rstrip(".")
                errors.append(f"Invalid value{shown} of {raw[name]}: {reason[0].lower()}{reason[1:]}.")
    if errors:
        raise ConfigurationError(" ".join(errors))
    return values


def _read_toml(path: Path, secrets: set[str]) -> dict[str, RawValue]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path} does not exist. Run the command in the folder of settings.toml, or set APP_SETTINGS to its path."
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"Cannot read {path}: {error}.") from None
    raw: dict[str, RawValue] = {}
    for name, value in tables.items():
        if isinstance(value, dict):
            raw |= {f"{name}_{key}": RawValue(row, path.name, f"[{name}] {key}") for key, row in value.items()}
        else:
            raw[name] = RawValue(value, path.name, name)
    for name in secrets & set(raw):
        raise ConfigurationError(
            f"{path.name} contains the secret {raw[name].name}. Remove it and set {PREFIX}{name.upper()}."
        )
    return raw


def _read_dotenv(path: Path) -> dict[str, str]:
    try:
        values = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"Cannot read {path}: {error}.") from None
    return {name: value or "" for name, value in values.items()}


def _read_variables(variables: Mapping[str, str], origin: str, secrets: set[str]) -> dict[str, RawValue]:
    raw: dict[str, RawValue] = {}
    for variable, value in variables.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.startswith(PREFIX) or name == "settings":
            continue
        if name.endswith("_file") and name.removesuffix("_file") in secrets:
            try:
                raw[name.removesuffix("_file")] = RawValue(Path(value).read_text("utf-8").strip(), value, variable)
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"Cannot read the file of {variable}: {error}.") from None
        else:
            raw[name] = RawValue(value, origin, variable)
    return raw
