"""Hypothesis strategies for hostile answers, and reproducible ones for the services' suites."""

import random
from typing import Any

from hypothesis import strategies as st

from tests.template import CHOICES, DEFAULTS, FREE_TEXT, hook

TEXTS = [
    '"; DROP TABLE items; -- \\',
    'ends with a backslash \\ "',
    "</script><script>alert(`1`)</script>",
    "# not a heading | not a cell [not](a-link) ![x](y) *a* _b_ ~~c~~ $d$ <e@f.g>",
    "- no list",
    "1. no list",
    "12) no list",
    "&lt;entity&gt; &amp; \\u0041 \\x41 %s %(x)s ${HOME} $(id) {0} {x}",
    "شركة אבג \u200fAcme\u200e",
    "👩🏽‍🚀 naïve — “quoted” 日本語",
    "x" * 200,
    "key: value, - [a] !tag &anchor *alias # no comment",
    "'''triple''' \"\"\"double\"\"\"",
    "===",
    "---",
]
# Strings with a meaning in TOML, YAML, JSON, Python, Markdown, HTML, a shell, make, Jinja or
# Windows; and wide, combining and right-to-left characters.
PIECES = [
    *"\"'`\\#|*_~<>&$%!?;:,.@^=+-/()[]{}",
    *('"""', "'''", "\\n", "\\u0000", "\\", "\\\\", "${HOME}", "$(id)", "`id`", "%PATH%", "{0}"),
    *("</title>", "<!--", "-->", "&amp;", "&#x22;", "javascript:", "[x]: y", "---", "===", "```"),
    *(
        "{ {",
        "{ %",
        "}}",
        "%}",
        "#}",
        "# {",
        "${{",
        "!!python/object",
        "<<: *a",
        "~",
        "null",
        "yes",
    ),
    *(
        "é",
        "ß",
        "日本",
        "שלום",
        "سلام",
        "\u200f",
        "\u200d",
        "👩🏽‍🚀",
        "🫖",
        "\u0301",
        "ﷺ",
        "𝔘",  # noqa: RUF001
        "\u00a0",
    ),
    *(" ", " ", " ", "Tea", "a", "0", "1.", "CON", "aux"),
]
INVALID = ["\0", "\n", "\r\n", "\t", "\x1b[31m", "\x85", "\u2028", "\u202e", "\ufeff", "\ud800"]
JINJA = ["{{", "{%", "{#", "{{ 7 * 7 }}", "{% raw %}", "# {% if x %}"]
MAX_LENGTH = hook("pre_gen_project", {}).MAX_LENGTH
HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "a.example",
    "xn--bcher-kva.example",
    "a" * 63 + ".example",
]

_pieces = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)
_any = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
_broken = st.tuples(_pieces, st.sampled_from(INVALID + JINJA), _pieces).map("".join)
_long = st.tuples(st.sampled_from(PIECES), st.integers(1, 1001)).map(lambda p: (p[0] * p[1])[:1001])
texts = st.one_of(st.sampled_from(TEXTS), _pieces, _any, _long, _broken)

slugs = st.one_of(
    st.from_regex(r"[a-z][a-z0-9-]{1,38}[a-z0-9]", fullmatch=True),
    st.sampled_from(["../../etc", "a/b", "con", "flask", "class", "a--b", "-a", "A", "tests", "é"]),
    _pieces,
)
_origin = st.one_of(
    st.tuples(
        st.sampled_from(["https", "http"]),
        st.sampled_from(HOSTS),
        st.sampled_from(["", ":1", ":8443", ":443", ":65536"]),
    ).map(lambda parts: f"{parts[0]}://{parts[1]}{parts[2]}"),
    st.sampled_from(
        [
            "*",
            "null",
            "https://a.example/",
            "https://u@a.example",
            "file:///etc",
            "capacitor://localhost",
        ]
    ),
    _pieces,
)
origins = st.lists(_origin, max_size=4).map(",".join)
answers = st.fixed_dictionaries(
    {
        **dict.fromkeys(FREE_TEXT, texts),
        "project_slug": slugs | st.just("acme-api"),
        "cors_origins": origins | st.just("https://a.example"),
        **{question: st.sampled_from(choices) for question, choices in CHOICES.items()},
    }
)
# The same, but with the defaults except for one string.
single = st.sampled_from(FREE_TEXT).flatmap(
    lambda question: texts.map(lambda text: {**DEFAULTS, question: text})
)


def hostile_answers(seed: int) -> dict[str, str]:
    """Return hostile answers that the hook accepts: the same for a seed on every machine."""
    rng = random.Random(seed)  # noqa: S311
    pre_gen = hook("pre_gen_project", {})

    def text(question: str) -> str:
        while True:
            length = MAX_LENGTH[question] if rng.random() < 0.2 else rng.randint(1, 60)
            text = "".join(rng.choices(PIECES, k=length))[:length].strip()
            if pre_gen.check_string(question, text) is None:
                return text

    def slug() -> str:
        letters = "abcdefghijklmnopqrstuvwxyz"
        length = rng.choice([0, 1, 8, 37])
        return f"z{''.join(rng.choices(letters + '0123456789', k=length))}-{rng.choice(letters)}"

    hosts = rng.sample(HOSTS, k=rng.randint(0, 4))
    given: dict[str, Any] = {question: text(question) for question in FREE_TEXT}
    return {
        **given,
        "project_slug": slug(),
        "cors_origins": ", ".join(f"https://{host}:{rng.randint(444, 9999)}" for host in hosts),
    }
