"""Load settings from ``settings.toml``, ``.env`` and ``APP_`` variables; a later source overrides an earlier one."""

import dataclasses
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from flask import Flask
from marshmallow import ValidationError

from .. import services
from .declaration import PREFIX, ConfigurationError, Field
from .dotenv_file import read_dotenv
from .fields import GENERATE_HINT, Secret
from .unknown_variables import find_mistakes

_PORT_OF_SERVICE = re.compile("(tcp|udp|sctp)://")
_SURROGATE = re.compile("[\ud800-\udfff]")  # how Python represents a byte of a variable that is not UTF-8
T = TypeVar("T")


class RawValue(NamedTuple):
    """A value as written, the source that contains it, and the name of the setting there."""

    value: Any
    source: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} in {self.source}"


class ActiveSettings:
    """The settings of one application: ``active_settings[Settings]`` is the instance of that dataclass or a subclass.

    ``fields`` and ``values`` contain the declaration and the value of every setting by its name, ``raw`` what the
    sources contain. ``root`` is the folder of ``settings.toml``. ``warnings`` are sentences about what was ignored.
    """

    def __init__(
        self,
        root: Path,
        fields: Mapping[str, Field],
        instances: Sequence[object],
        raw: Mapping[str, RawValue],
        warnings: Sequence[str],
    ) -> None:
        self.root, self.fields, self.raw, self.warnings = root, fields, raw, warnings
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
    the same folder. ``APP_<NAME>_FILE`` is the path of a file that contains a secret, and on a second line the other
    value that is accepted during a rotation, if ``APP_<NAME>_PREVIOUS`` is a setting.

    Raises ``ConfigurationError`` for a file that cannot be read, an unknown name, an invalid or missing value, and a
    setting that one source sets twice. Variables of other software are ignored, and ``.env`` if it is not needed.
    """
    path = Path(environ.get(PREFIX + "SETTINGS", "settings.toml")).absolute()
    declared = _declared(declarations)
    secrets = {name for name, field in declared.items() if field.metadata["secret"]}
    dotenv, warnings = read_dotenv(path.parent / ".env")
    raw = _read_toml(path, secrets)
    errors = [f"Unknown setting {value}." for name, value in raw.items() if name not in declared]
    # A shell or a container engine may have copied .env into the environment: an equal value comes from the file.
    environment = {name: value for name, value in environ.items() if dotenv.get(name) != value}
    variables = _read_variables(dotenv, ".env", secrets) | _read_variables(environment, "the environment", secrets)
    unknown = {value.name: value for name, value in variables.items() if name not in declared}
    mistakes = find_mistakes(unknown, declared)
    errors += [f"Unknown setting {unknown[name]}: {mistake}" for name, mistake in mistakes.items()]
    if foreign := sorted(unknown.keys() - mistakes.keys()):
        warnings.append(f"Ignored variables that are not settings of this service: {', '.join(foreign):.1000}.")
    raw |= variables
    values = _convert(declared, raw, path.parent, errors, warnings)
    instances = [
        declaration(**{field.name: values[field.name] for field in dataclasses.fields(declaration)})
        for declaration in declarations
    ]
    return ActiveSettings(path.parent, declared, instances, raw, warnings)


def _declared(declarations: Sequence[type[Any]]) -> dict[str, Field]:
    declared: dict[str, Field] = {}
    for declaration in declarations:
        for field in dataclasses.fields(declaration):
            if field.name in declared:
                raise ConfigurationError(f"{declaration.__name__} declares {field.name} a second time. Rename it.")
            declared[field.name] = field
    return declared


def _convert(
    declared: Mapping[str, Field], raw: Mapping[str, RawValue], root: Path, errors: list[str], notes: Sequence[str]
) -> dict[str, Any]:
    """Return the value of every setting. Raises ``ConfigurationError`` with all errors and the notes."""
    values: dict[str, Any] = {}
    for name, field in declared.items():
        if name not in raw:
            values[name] = field.default
            if field.default is dataclasses.MISSING:
                hint = f"; {GENERATE_HINT}" if isinstance(field.metadata["field"], Secret) else ""
                errors.append(f"{PREFIX}{name.upper()} is missing: set it to {field.metadata['meaning']}{hint}.")
        elif _SURROGATE.search(str(raw[name].value)):
            errors.append(f"The value of {raw[name]} is not valid UTF-8.")
        else:
            try:
                values[name] = field.metadata["field"].deserialize(raw[name].value, root=root)
            except ValidationError as error:
                if _PORT_OF_SERVICE.match(str(raw[name].value)):
                    errors.append(
                        f"{raw[name]} is {raw[name].value!a:.100}, which Kubernetes sets for a Service of that name. "
                        "Set enableServiceLinks to false in the pod, or rename the Service."
                    )
                    continue
                shown = "" if field.metadata["secret"] else f" {raw[name].value!a:.100}"
                reason = " ".join(map(str, error.messages)).rstrip(".")
                errors.append(f"Invalid value{shown} of {raw[name]}: {reason[0].lower()}{reason[1:]}.")
    if errors:
        raise ConfigurationError(" ".join([*errors, *notes]))
    return values


def _read_toml(path: Path, secrets: set[str]) -> dict[str, RawValue]:
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
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
    for name in secrets & raw.keys():
        raise ConfigurationError(f"{path.name} has the secret {raw[name].name}. Move it to {PREFIX}{name.upper()}.")
    return raw


def _read_variables(variables: Mapping[str, str], source: str, secrets: set[str]) -> dict[str, RawValue]:
    raw: dict[str, RawValue] = {}
    for variable, value in variables.items():
        name = variable.removeprefix(PREFIX).lower()
        if not variable.upper().startswith(PREFIX) or name == "settings":
            continue
        found = {name: RawValue(value, source, variable)}
        if name.endswith("_file") and (secret := name.removesuffix("_file")) in secrets:
            previous = f"{secret}_previous"
            try:
                lines = Path(value).read_text("utf-8-sig").strip().split("\n", 1 if previous in secrets else 0)
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"Cannot read the file that {variable} names: {error}.") from None
            names = (secret, previous)
            found = {each: RawValue(line.strip(), value, variable) for each, line in zip(names, lines, strict=False)}
        for each in found.keys() & raw.keys():
            raise ConfigurationError(f"{raw[each]} and {variable} set the same setting. Remove one of them.")
        raw |= found
    return raw
