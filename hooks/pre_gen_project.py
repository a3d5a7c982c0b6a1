"""Refuse answers that cannot give a working service, before a file of it is written.

One line for each refusal names the question, the value and the rule. A hook cannot import its
neighbours, and every import is paid for at each bake: it uses the standard library, sparingly.
"""

import sys

# Hooks run from the shared temporary folder: no file there may stand in for a library module.
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

LONGEST = {"project_name": 200, "description": 1000, "author_name": 200, "cors_origins": 2000}
OPTIONAL = {"cors_origins"}
# As post_gen has them: the answers that mark files, and the folders where only the owner puts any.
MARKS = {
    "auth_style": {"api_key", "oauth2", "external_idp"},
    "limiter_backend": {"memory", "redis", "valkey", "memcached"},
    "database": {"sqlite", "postgresql"},
    "ci": {"github", "gitlab", "no_ci"},
}
NOT_OURS = {".git", ".venv", "certs", "node_modules", "var"}

# Spelled apart, because this file is itself rendered.
JINJA_MARKS = ("{" + "{", "{" + "%", "{" + "#")
# C0 and C1 controls, line and paragraph separators, the controls that reorder the text around them
# (right-to-left letters need none of those), byte order marks, non-characters, lone surrogates.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)

SLUG = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]")
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
ORIGIN = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]+))?")
DEFAULT_PORTS = {"http": "80", "https": "443"}
ESCAPE = re.compile(r"\\(.)")
LOOPBACK = {"localhost", "127.0.0.1", "[::1]"}


def refusals(context: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Give question, value and rule of each answer that does not do."""
    for question, value in context.items():
        if question.startswith("_") or not isinstance(value, str):
            continue
        rule = of_any_text(question, value)
        if rule is None and question == "project_slug":
            rule = of_slug(value, context)
        elif rule is None and question == "cors_origins":
            rule = of_origins(value)
        elif rule is None and question in MARKS:
            rule = of_choice(question, value)
        rule = rule or of_forms(question, value, context)
        if rule:
            yield question, value, rule


def of_any_text(question: str, value: str) -> str | None:
    """Say what makes a text unfit for every file that it would stand in."""
    longest = LONGEST.get(question)
    if any(mark in value for mark in JINJA_MARKS):
        # Cookiecutter renders key=value answers, and an update renders all of them once more.
        return f"must not contain {', '.join(JINJA_MARKS)}, which are read as Jinja"
    if found := UNSEEN.search(value):
        return f"must not contain the invisible control character U+{ord(found[0]):04X}"
    if not value and question not in OPTIONAL:
        return "must not be empty"
    if value != value.strip() and question != "cors_origins":
        return "must not begin or end with a blank"
    if longest and len(value) > longest:
        return f"must have at most {longest} characters, not {len(value)}"
    return None


def of_forms(question: str, value: str, context: dict[str, object]) -> str | None:
    """Say which form of an answer is that of another: they are derived, but could be given too."""
    origins = [part.strip() for part in value.split(",") if part.strip()]
    meant = {"quoted": origins if question == "cors_origins" else value, "markdown": value}
    for form, read in (("quoted", json.loads), ("markdown", partial(ESCAPE.sub, r"\1"))):
        name = f"__{question}_{form}"
        with suppress(ValueError):
            if name not in context or read(str(context[name])) == meant[form]:
                continue
        return f"must give {name}, which is derived, not answered"
    return None


def of_slug(slug: str, context: dict[str, object]) -> str | None:
    """Say why a slug cannot name a folder, a distribution and a package at once."""
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
        return "must give the package name; __package_name is derived, not answered"
    return None


def of_origins(value: str) -> str | None:
    """Say why a list holds what no browser would send, or what nobody should trust."""
    origins = [origin.strip() for origin in value.split(",")] if value.strip() else []
    for origin in origins:
        if rule := of_origin(origin):
            return f"{quoted(origin)} {rule}"
    for origin in origins:
        if origins.count(origin) > 1:
            return f"{quoted(origin)} must not stand there twice"
    return None


def of_origin(origin: str) -> str | None:
    """Say why a text is not an origin as browsers send it: scheme://host[:port] (RFC 6454)."""
    found = ORIGIN.fullmatch(origin)
    if "*" in origin:
        return "must not be a wildcard; list each origin"
    if origin == "null":
        return "must not be null, which any sandboxed page can send"
    if not found:
        return (
            "must be scheme://host[:port] as browsers send it: http or https, lower case, ASCII"
            " (punycode), without user, path, query or final slash"
        )
    scheme, host, port = found.groups()
    # A host that ends in a number is an address to a browser, whatever its form (WHATWG URL 3.5).
    last = host.rsplit(".", 1)[-1]
    numeric = host[0] == "[" or last.isdigit() or last.startswith("0x")
    if not (is_address(host) if numeric else is_name(host)):
        return "must name a host, or an IP address in its shortest form"
    if port and (port[0] == "0" or int(port) > 65535):
        return "must have a port from 1 to 65535"
    if port == DEFAULT_PORTS[scheme]:
        return f"must not name port {port}: browsers leave out the default port of {scheme}"
    if scheme == "http" and host not in LOOPBACK:
        return "must be https: plain http is for localhost, 127.0.0.1 and [::1] alone"
    return None


def is_name(host: str) -> bool:
    """Tell whether a host is a DNS name (RFC 1123)."""
    return len(host) <= 253 and all(LABEL.fullmatch(label) for label in host.split("."))


def is_address(host: str) -> bool:
    """Tell whether a host is an IPv4 address, or an IPv6 one in brackets, as browsers write it."""
    import ipaddress  # the slowest import, and rarely needed

    bare = host.strip("[]")
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return False
    return address.compressed == bare and (address.version == 6) == (host != bare)


def of_choice(question: str, answer: str) -> str | None:
    """Say why an answer cannot be chosen, or not for the service that is already here.

    With --overwrite-if-exists the new files are written over the old ones; those of another style
    would stay beside them, and with them its endpoints.
    """
    if answer not in MARKS[question]:
        return f"must be one of {', '.join(sorted(MARKS[question]))}"
    if question != "auth_style" or not os.path.exists("pyproject.toml"):
        return None
    try:
        import tomllib

        with open("pyproject.toml", "rb") as file:
            table = tomllib.load(file).get("tool", {}).get("cookiecutter", {})
    except (ImportError, OSError, ValueError):
        return "cannot be compared with the service that is here: its pyproject.toml cannot be read"
    here = table.get("auth_style", answer)
    if here != answer:
        return f"must stay {quoted(here)}, the style of the service that is here; bake a new folder"
    return None


def marked() -> Iterator[tuple[str, str, str]]:
    """Give each name of the owner's that carries a mark, which a bake would take for its own."""
    if any("@always" in name for name in os.listdir()):
        return  # a bake without its hooks left all of its own
    known = set().union(*MARKS.values())
    for folder, folders, files in os.walk(os.curdir):
        folders[:] = set(folders) - NOT_OURS
        for name in folders + files:
            stem, _, rest = name.partition("@")
            mark = rest.partition(".")[0]
            if stem and known.issuperset(mark.split("+")):
                path = os.path.relpath(os.path.join(folder, name))
                yield "the name", path, f"must not carry @{mark}, the mark of an answer; rename it"


def quoted(value: object) -> str:
    """Give a value in ASCII and at a length that fits a line."""
    text = str(value)
    return json.dumps(text if len(text) <= 60 else text[:57] + "...")


def leave_nothing() -> None:
    """Remove the folders that a slug with slashes made above the project's own.

    Cookiecutter removes the project folder only. Folders that hold something stay: rmdir takes
    empty ones alone, so what was there before is safe.
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
    refused = [*refusals(CONTEXT), *marked()]
    for question, value, rule in refused:
        print(f"Refused: {question} {quoted(value)}: {rule}.", file=sys.stderr)
    if refused:
        leave_nothing()
        sys.exit(1)
