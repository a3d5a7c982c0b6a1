"""Reject answers that cannot give a working service, before any file is written.

Print one line for each invalid answer, with the question, the value and the rule. A hook cannot
import other hooks, and every import slows down each bake: use few standard-library modules.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (Cookiecutter runs on older versions)
    sys.exit(
        "Cookiecutter runs on Python {}.{}, but this template needs 3.11 or newer. For example:"
        " uvx --python 3.13 cookiecutter TEMPLATE".format(*sys.version_info)
    )

# Hooks run from the shared temporary folder: no file there may shadow a library module.
if not getattr(sys.flags, "safe_path", False):
    del sys.path[0]

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from keyword import iskeyword

CONTEXT = json.loads(r"""{{ cookiecutter | tojson }}""")

MAX_LENGTH = {"project_name": 200, "description": 1000, "author_name": 200, "cors_origins": 2000}
OPTIONAL = {"cors_origins"}
# The same as in post_gen_project.py: the answers that file names may have as a suffix, and the
# folders that only the owner fills.
SUFFIXES = {
    "auth_style": {"api_key", "oauth2", "external_idp"},
    "limiter_backend": {"memory", "redis", "valkey", "memcached"},
    "database": {"sqlite", "postgresql"},
    "ci": {"github", "gitlab", "no_ci"},
    "deployment": {"compose", "kubernetes", "systemd", "no_deployment"},
    "license": {"no_license", "mit", "apache_2_0"},
}
OWNED_BY_USER = {".git", ".venv", "certs", "node_modules", "var"}

# Written in two parts each, because this file is itself rendered.
JINJA_DELIMITERS = ("{" + "{", "{" + "%", "{" + "#")
# C0 and C1 controls, line and paragraph separators, bidirectional overrides and isolates
# (right-to-left text does not need them), byte order marks, noncharacters, lone surrogates.
INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]+))?")
DEFAULT_PORTS = {"http": "80", "https": "443"}
ESCAPE = re.compile(r"\\(.)")
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}
# Applications and browser extensions have schemes of their own. A scheme that consists of letters
# of "https", such as "htps", is a typing error. Extensions must match a form above; the other
# excluded schemes have no origin.
APP_ORIGIN = re.compile(
    r"chrome-extension://[a-p]{32}"
    r"|(?:moz|safari-web)-extension://[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?!(?:[htps]+|file|ftp|wss?|data|blob|about|javascript|[a-z-]+-extension)://)"
    r"[a-z][a-z0-9+.-]*://[A-Za-z0-9._-]{1,253}(?::[1-9][0-9]{0,4})?"
)
PRIVATE_NAMES = (".test", ".local", ".localhost")
PRIVATE_NETWORKS = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "169.254.0.0/16",
    "fc00::/7",
    "fe80::/10",
]


def invalid_answers(context: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the question, value and broken rule of each invalid answer."""
    for question, value in context.items():
        if question.startswith("_"):
            continue
        if not isinstance(value, str):  # a default of the user's configuration
            yield question, "" if value is None else str(value), "must be a string, and not empty"
            continue
        rule = check_string(question, value)
        if rule is None and question == "project_slug":
            rule = check_slug(value, context)
        elif rule is None and question == "cors_origins":
            rule = check_origins(value)
        elif rule is None and question in SUFFIXES:
            rule = check_choice(question, value)
        rule = rule or check_derived(question, value, context)
        if rule:
            yield question, value, rule


def invalid_defaults(context: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield the question, value and broken rule of each default in the user's configuration.

    Cookiecutter ignores an unknown choice and all defaults after it, and takes the first item of a
    list. A hook does not know the file of --config-file, which is not checked.
    """
    path = os.environ.get("COOKIECUTTER_CONFIG") or os.path.expanduser("~/.cookiecutterrc")
    if not os.path.isfile(path):
        return
    try:
        import yaml  # Cookiecutter needs it to read the file
    except ImportError:
        return
    with open(path, encoding="utf-8") as file:
        defaults = (yaml.safe_load(file) or {}).get("default_context") or {}
    for question, value in defaults.items():
        if question not in context:
            continue
        if question.startswith("_"):
            rule = "must not be set: it is a part of the template"
            yield f"{question} in {path}", str(value), rule
        elif question in SUFFIXES and str(value) not in SUFFIXES[question]:
            rule = f"must be one of {', '.join(sorted(SUFFIXES[question]))}"
            yield f"{question} in {path}", str(value), rule
        elif isinstance(value, list | dict):
            rule = "must be a string; separate several values by commas"
            yield f"{question} in {path}", str(value), rule


def check_string(question: str, value: str) -> str | None:
    """Return the rule that a string breaks in any of the files that contain it."""
    max_length = MAX_LENGTH.get(question)
    if any(delimiter in value for delimiter in JINJA_DELIMITERS):
        # Cookiecutter renders key=value answers, and `cruft update` renders all answers again.
        return f"must not contain {', '.join(JINJA_DELIMITERS)}, which are read as Jinja"
    if found := INVISIBLE.search(value):
        return f"must not contain the invisible control character U+{ord(found[0]):04X}"
    if not value and question not in OPTIONAL:
        return "must not be empty"
    if value != value.strip() and question != "cors_origins":
        return "must not begin or end with white space"
    if max_length and len(value) > max_length:
        return f"must have at most {max_length} characters, not {len(value)}"
    return None


def check_derived(question: str, value: str, context: dict[str, object]) -> str | None:
    """Return the broken rule if an escaped form, set with key=value, decodes to another answer."""
    origins = [part.strip() for part in value.split(",") if part.strip()]
    expected = {"quoted": origins if question == "cors_origins" else value, "markdown": value}
    for form, decode in (("quoted", json.loads), ("markdown", partial(ESCAPE.sub, r"\1"))):
        name = f"__{question}_{form}"
        with suppress(ValueError):
            if name not in context or decode(str(context[name])) == expected[form]:
                continue
        return f"must match {name}, which is derived from it and must not be set"
    return None


def check_slug(slug: str, context: dict[str, object]) -> str | None:
    """Return the rule that a slug breaks as the name of a folder, a distribution and a package."""
    package = slug.replace("-", "_")
    reserved = context["_reserved_names"]
    if not SLUG.fullmatch(slug) or "--" in slug:
        return (
            "must be 3 to 40 characters of a-z, 0-9 and single dashes,"
            " begin with a letter and not end with a dash"
        )
    if iskeyword(package):
        return "must not be a Python keyword"
    if package in sys.stdlib_module_names:
        return "must not be the name of a module of Python's standard library"
    if isinstance(reserved, list) and package in " ".join(reserved).split():
        return "must not be the name of a package or folder that the service uses, or of a device"
    if context["__package_name"] != package:
        return "must match __package_name, which is derived from it and must not be set"
    return None


def check_origins(value: str) -> str | None:
    """Return the broken rules of all origins in a comma-separated list."""
    origins = [origin.strip() for origin in value.split(",")] if value.strip() else []
    broken = {origin: check_origin(origin) for origin in origins}
    rules = [f"{quoted(origin)} {rule}" for origin, rule in broken.items() if rule]
    rules += [
        f"{quoted(origin)} must not be listed twice"
        for origin in broken
        if origins.count(origin) > 1 and not broken[origin]
    ]
    return "; ".join(rules) or None


def check_origin(origin: str) -> str | None:
    """Return the rule broken if this is not scheme://host[:port] as browsers send it (RFC 6454).

    The service checks its settings in the same way.
    """
    if APP_ORIGIN.fullmatch(origin):
        return None
    found = ORIGIN.fullmatch(origin)
    if "*" in origin:
        return "must not be a wildcard; list each origin"
    if origin == "null":
        return "must not be null, which any sandboxed page can send"
    if not found:
        return (
            "must be scheme://host[:port] as browsers send it: http, https or the scheme of an"
            " application, lower case, ASCII (punycode), without user, path, query or trailing"
            " slash"
        )
    scheme, host, port = found.groups()
    # Browsers parse a host whose last label is a number as an IP address (WHATWG URL 3.5).
    last = host.rsplit(".", 1)[-1]
    numeric = host[0] == "[" or last.isdigit() or last.startswith("0x")
    if not (is_address(host) if numeric else is_name(host)):
        return "must name a host, or an IP address in its shortest form"
    if port and (port[0] == "0" or int(port) > 65535):
        return "must have a port from 1 to 65535"
    if port == DEFAULT_PORTS[scheme]:
        return f"must not contain port {port}: browsers omit the default port of {scheme}"
    if scheme == "http" and not (host in LOOPBACK or is_private(host, numeric)):
        return (
            "must be https: plain http is allowed for localhost, private addresses, .test and"
            " .local only"
        )
    return None


def is_private(host: str, numeric: bool) -> bool:
    """Return whether a host is a private address, or a name that is reserved for local use."""
    if not numeric:
        return host.endswith(PRIVATE_NAMES)
    import ipaddress  # slow to import, and rarely needed

    address = ipaddress.ip_address(host.strip("[]"))
    return any(address in ipaddress.ip_network(network) for network in PRIVATE_NETWORKS)


def is_name(host: str) -> bool:
    """Return whether a host is a DNS name (RFC 1123)."""
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.split("."))


def is_address(host: str) -> bool:
    """Return whether a host is an IPv4 or a bracketed IPv6 address in the form browsers send."""
    import ipaddress  # slow to import, and rarely needed

    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    return address.compressed == bare and (address.version == 6) == (host != bare)


def check_choice(question: str, answer: str) -> str | None:
    """Return the rule broken if an answer is unknown, or differs from the existing service's.

    --overwrite-if-exists writes the new files over the old ones. The files of another
    authentication style would remain, and their endpoints with them.
    """
    if answer not in SUFFIXES[question]:
        return f"must be one of {', '.join(sorted(SUFFIXES[question]))}"
    if question != "auth_style" or not os.path.exists("pyproject.toml"):
        return None
    try:
        import tomllib

        with open("pyproject.toml", "rb") as file:
            table = tomllib.load(file).get("tool", {}).get("cookiecutter", {})
    except (ImportError, OSError, ValueError):
        return (
            "cannot be compared with the existing service: its pyproject.toml is unreadable;"
            " restore that file, or bake into a new folder"
        )
    current = table.get("auth_style", answer)
    if current != answer:
        return (
            f"must stay {quoted(current)}, the style of the existing service;"
            " bake into a new folder to change it"
        )
    return None


def conflicting_names() -> Iterator[tuple[str, str, str]]:
    """Yield each of the owner's files that has a variant suffix and would be renamed or deleted."""
    if any("@always" in name for name in os.listdir()):
        return  # an earlier bake without hooks: these files are the template's
    known = set().union(*SUFFIXES.values())
    for folder, folders, files in os.walk(os.curdir):
        folders[:] = set(folders) - OWNED_BY_USER
        for name in folders + files:
            stem, _, rest = name.partition("@")
            suffix = rest.partition(".")[0]
            if stem and known.issuperset(suffix.split("+")):
                path = os.path.relpath(os.path.join(folder, name))
                yield (
                    "file name",
                    path,
                    f"must not contain @{suffix}, which marks a variant in the template; rename it",
                )


def quoted(value: object) -> str:
    """Return a value in ASCII, in quotes, cut to at most 60 characters."""
    text = str(value)
    return json.dumps(text if len(text) <= 60 else text[:57] + "...")


def command_to_repeat(context: dict[str, object], wrong: set[str]) -> str:
    """Return the command that repeats the bake with the valid answers, and asks for the others."""
    import shlex  # slow to import, and rarely needed

    answers = [
        f"{question}={value}"
        for question, value in context.items()
        if not question.startswith("_") and isinstance(value, str) and question not in wrong
    ]
    return shlex.join(["cookiecutter", str(context.get("_template") or "TEMPLATE"), *answers])


def remove_created_folders() -> None:
    """Delete the empty parent folders that cookiecutter created for a slug with slashes.

    Cookiecutter deletes the project folder only. rmdir fails on folders that are not empty, so
    existing files are safe.
    """
    output, slug = CONTEXT.get("_output_dir"), CONTEXT["project_slug"]
    if output and os.path.basename(slug) != slug:
        os.chdir(output)
        folder = os.path.join(output, slug)
        while folder not in (output, os.path.dirname(folder)):
            try:
                os.rmdir(folder)
            except OSError:
                pass
            folder = os.path.dirname(folder)


if __name__ == "__main__":
    invalid = [*invalid_answers(CONTEXT), *invalid_defaults(CONTEXT), *conflicting_names()]
    for question, value, rule in invalid:
        print(f"Invalid {question} {quoted(value)}: {rule}.", file=sys.stderr)
    if invalid:
        command = command_to_repeat(CONTEXT, {question for question, _, _ in invalid})
        print(
            f"To try again, with the valid answers as the defaults: {command}",
            file=sys.stderr,
        )
        remove_created_folders()
        sys.exit(1)
