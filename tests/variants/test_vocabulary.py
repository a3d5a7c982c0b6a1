"""A service does not mention the variants that were not chosen."""

import re
from pathlib import Path

from tests.template import CHOICES, DEFAULTS, hook
from tests.variants.files import texts

# The vocabulary of each answer. A service contains only the words of its own answers; words of two
# answers are allowed if either is chosen.
BEARER = [
    "oauth",
    "openid",
    "jwk",
    "jwt",
    "joserfc",
    "rfc 9068",
    "protected-resource",
    # The page /docs uses the code flow.
    "pkce",
    "authorization code",
]
WORDS = {
    "api_key": ["api key", "api-key", "api_key", "apikey", "key_pepper", "keys:manage"],
    "oauth2": [
        *BEARER,
        "authlib",
        "argon2",
        "refresh token",
        "signing-key",
    ],
    "external_idp": [*BEARER, "oidc", "identity provider", "keycloak", "entra", "auth0"],
    "memory": [],
    "redis": ["redis"],
    "valkey": ["valkey"],
    "memcached": ["memcache"],
    "sqlite": ["sqlite", "pragma "],  # the statement; there is also a Pragma header
    "postgresql": ["postgres", "psycopg"],
    "github": [".github", "github actions", "dependabot", "codeql"],
    "gitlab": ["gitlab"],
    "no_ci": [],
    "compose": ["compose"],
    # The names of platforms may explain behaviour.
    "kubernetes": ["kustomiz", "kubectl"],
    "systemd": ["systemctl", "journalctl"],
    "no_deployment": [],
    "no_license": [],
    "mit": ["mit license"],
    "apache_2_0": ["apache license", "apache-2.0"],
}
# How a service moves to other answers, in docs/operations.md.
GROW = re.compile(r"^## Grow\n.*?(?=^## )", re.DOTALL | re.MULTILINE)
# Words that a file format or a library requires, and the name of an identity provider.
NAMES_OF_FORMATS = {
    ".devcontainer/devcontainer.json": {"compose"},  # dockerComposeFile
    "docs/recipes/integration.md": {"redis"},  # the library of the background jobs with Valkey
    "docs/authentication.md": {"gitlab", ".github"},  # the host of an issuer
    "tests/core/workload_claims.py": {"gitlab", ".github"},
    "tests/core/provider_tokens.py": {"gitlab"},
}
COSIGN_OPTION = "--certificate-oidc-issuer"


def test_no_other_variant_is_mentioned(service: Path, answers: dict[str, str]) -> None:
    """Not in code, configuration, documents or file names."""
    chosen = {**DEFAULTS, **answers}
    allowed = {word for answer in chosen.values() for word in WORDS[answer]}
    forbidden = {word for question in CHOICES for word in unchosen(question, chosen)} - allowed
    found = [
        f"{name}: {word}"
        for name, text in texts(service).items()
        if not name.endswith(("/common_passwords.txt", "LICENSE"))  # not our prose
        for word in forbidden - NAMES_OF_FORMATS.get(name, set())
        if word in f"{name}\n{GROW.sub('', text)}".lower().replace(COSIGN_OPTION, "")
    ]
    assert found == []


def unchosen(question: str, answers: dict[str, str]) -> list[str]:
    """Return the words of a question's other answers."""
    suffixes = hook("post_gen_project", {}).SUFFIXES[question]
    return [word for answer in suffixes - {answers[question]} for word in WORDS[answer]]


def test_every_answer_has_its_words() -> None:
    """The list of an answer is empty if every variant may use all of its words."""
    suffixes = hook("post_gen_project", {}).SUFFIXES
    assert WORDS.keys() == set().union(*suffixes.values())
