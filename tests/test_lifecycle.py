"""Updates of a service with cruft and `cookiecutter -f`, and bakes in unusual environments."""

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Bake
from tests.template import CHOICES, TEMPLATE, copied

NAME = 'Ünïted "Tea" 🫖 \\ Co.'


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a user without configuration for cookiecutter."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\nname = Ann\nemail = ann@acme.example\n")
    programs = str(Path(sys.executable).parent)
    return {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "PATH": os.pathsep.join([programs, os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def run(environ: Mapping[str, str], *command: str | Path, folder: Path, fails: bool = False) -> str:
    """Run a command and return its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    assert (done.returncode != 0) == fails, done.stdout
    return done.stdout


def contents(service: Path) -> dict[str, bytes]:
    """Return the content of every file of a service, without .git."""
    return {
        path.relative_to(service).as_posix(): path.read_bytes()
        for path in service.rglob("*")
        if path.is_file() and ".git" not in path.relative_to(service).parts
    }


def is_secret(name: str) -> bool:
    """Return whether a file is created by the hook with random content."""
    return name == ".env" or name.startswith("certs/")


def secrets(service: Path) -> dict[str, bytes]:
    """Return the secrets and the certificates."""
    found = {name: text for name, text in contents(service).items() if is_secret(name)}
    assert len(found) >= 5
    return found


class Linked:
    """A service that cruft links to a git repository with the template."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Create and commit both."""
        self.environ = environ
        self.template = copied(folder / "template")
        self.commit(self.template, "One")
        self.run("cruft", "create", self.template, "--no-input", folder=folder)
        self.service = folder / "acme-api"
        self.commit(self.service, "As baked")

    def run(self, *command: str | Path, folder: Path | None = None, fails: bool = False) -> str:
        """Run a command, by default in the service's folder."""
        return run(self.environ, *command, folder=folder or self.service, fails=fails)

    def commit(self, folder: Path, message: str) -> None:
        """Commit all files."""
        if not (folder / ".git").exists():
            self.run("git", "init", "--quiet", "--initial-branch=main", folder=folder)
        self.run("git", "add", "--all", folder=folder)
        self.run("git", "commit", "--quiet", "--message", message, folder=folder)

    def change_template(self, name: str, old: str, new: str) -> None:
        """Commit a change of one file of the template."""
        (path,) = self.template.rglob(name)
        change(path, old, new)
        self.commit(self.template, f"Change {name}")


def change(path: Path, old: str, new: str) -> None:
    """Replace a string that occurs once in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8", newline="\n")


@pytest.fixture
def linked(tmp_path: Path, environ: dict[str, str]) -> Linked:
    """Create a service with cruft."""
    return Linked(tmp_path, environ)


@pytest.mark.skipif(sys.platform == "win32", reason="cruft leaves read-only files behind there")
class TestCruft:
    """``cruft create``, ``check``, ``diff`` and ``update``."""

    def test_an_update_is_merged_with_the_owners_changes(self, linked: Linked) -> None:
        """The owner's files and edits are kept; secrets and certificates do not change."""
        service = linked.service
        linked.run("cruft", "check")
        before = secrets(service)
        (service / "acme_api/teapots").mkdir()
        (service / "acme_api/teapots/__init__.py").write_text('"""Mine."""\n')
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        linked.commit(service, "Teapots, and four workers")

        linked.change_template("settings.toml", "\n[limits]\n", "\n[limits]\n# New here.\n")
        service_source = linked.template / "{{cookiecutter.project_slug}}"
        package = service_source / "{{cookiecutter.__package_name}}@always"
        (package / "kettle@sqlite.py").write_text('"""New."""\n')
        (package / "kettle@postgresql.py").write_text('"""No."""\n')
        linked.commit(linked.template, "Kettles")

        assert "out of date" in linked.run("cruft", "check", fails=True)
        shown = linked.run("cruft", "diff")
        assert "workers = 4" in shown
        differing = re.findall(r"^--- .*?/(\S+)", shown, re.MULTILINE)
        assert "settings.toml" in differing
        assert not before.keys() & {*differing}
        linked.run("cruft", "update", "--skip-apply-ask")

        settings = (service / "settings.toml").read_text("utf-8")
        assert "workers = 4" in settings
        assert "# New here." in settings
        assert (service / "acme_api/kettle.py").read_text() == '"""New."""\n'
        assert (service / "acme_api/teapots/__init__.py").exists()
        assert not list(service.rglob("*@*"))
        assert secrets(service) == before
        linked.run("cruft", "check")
        changed = linked.run("git", "status", "--porcelain").split()[1::2]
        updated = {".cruft.json", "pyproject.toml"}  # both record the commit of the template
        assert set(changed) == {*updated, "settings.toml", "acme_api/kettle.py"}

    def test_a_conflict_is_reported_and_loses_nothing(self, linked: Linked) -> None:
        """If both changed a line, both versions are in the file or its .rej."""
        service = linked.service
        before = secrets(service)
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        linked.commit(service, "Four workers")
        linked.change_template("settings.toml", "workers = 1\n", "workers = 2\n")
        linked.run("cruft", "update", "--skip-apply-ask")
        rejected = service / "settings.toml.rej"
        settings = (service / "settings.toml").read_text("utf-8")
        assert "workers = 4" in settings
        assert "workers = 2" in settings + (rejected.read_text() if rejected.exists() else "")
        assert rejected.exists() or "<<<<<<<" in settings
        assert secrets(service) == before

    def test_the_documented_link_command_works(self, linked: Linked) -> None:
        """Afterwards `cruft diff` is empty, and `cruft update` applies a change."""
        bake = (sys.executable, "-m", "cookiecutter", linked.template, "--no-input", "-f")
        folder = linked.service.parent
        linked.run(*bake, "project_slug=tea", f"project_name={NAME}", folder=folder)
        tea = folder / "tea"
        linked.commit(tea, "As baked")
        commit = linked.run("git", "rev-parse", "HEAD", folder=linked.template).strip()
        linked.change_template("settings.toml", "\n[limits]\n", "\n[limits]\n# New here.\n")
        document = (TEMPLATE / "docs/forks.md").read_text("utf-8")
        (commands,) = re.findall(r"```console\n(.*?)```", document, re.DOTALL)
        script = commands.replace("FORK", str(linked.template)).replace("COMMIT", commit)
        linked.run("bash", "-ec", script, folder=tea)
        linked.commit(tea, "Linked")
        assert "--- " not in linked.run("cruft", "diff", folder=tea)
        linked.run("cruft", "update", "--skip-apply-ask", folder=tea)
        assert "# New here." in (tea / "settings.toml").read_text("utf-8")
        assert NAME.split()[0] in (tea / "README.md").read_text("utf-8")

    def test_the_documented_growth_gives_the_files_of_the_other_answers(
        self, linked: Linked, bake: Bake
    ) -> None:
        """PostgreSQL, then Redis; the owner's changes and the secrets are kept."""
        service = linked.service
        before = secrets(service)
        change(service / "settings.toml", "workers = 1\n", "workers = 4\n")
        (service / "acme_api/teapots.py").write_text('"""Mine."""\n')
        linked.commit(service, "Teapots")
        for _ in range(2):
            document = (service / "docs/operations.md").read_text("utf-8")
            command = re.findall(r"^uvx (cruft update --variables.*)$", document, re.MULTILINE)
            linked.run(*shlex.split(command[0]), "--skip-apply-ask")
            linked.commit(service, "Grow")
        assert not list(service.rglob("*.rej"))
        assert secrets(service) == before
        grown, expected = (
            contents(folder)
            for folder in (service, bake({"database": "postgresql", "limiter_backend": "redis"}))
        )
        assert grown.pop("acme_api/teapots.py") == b'"""Mine."""\n'
        grown["settings.toml"] = grown["settings.toml"].replace(b"workers = 4", b"workers = 1")
        del grown[".cruft.json"]
        skipped = tomllib.loads(expected["pyproject.toml"].decode())["tool"]["cruft"]["skip"]
        for files in (grown, expected):
            files["pyproject.toml"] = re.sub(
                rb'template_commit = ".*"', b"", files["pyproject.toml"]
            )
            for name in [*files]:
                if is_secret(name) or name in skipped or "__pycache__" in name:
                    del files[name]
        assert grown.keys() == expected.keys()
        assert [name for name in grown if grown[name] != expected[name]] == []

    def test_the_link_contains_no_secret(self, linked: Linked) -> None:
        """``.cruft.json`` contains the answers and is committed."""
        text = (linked.service / ".cruft.json").read_bytes()
        for line in (linked.service / ".env").read_bytes().splitlines():
            name, _, value = line.partition(b"=")
            if len(value) > 20 and name.endswith((b"KEY", b"PEPPER", b"TOKEN")):
                assert value not in text


def test_a_replay_gives_the_same_files(tmp_path: Path, environ: dict[str, str]) -> None:
    """Only the secrets differ."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE)
    answers = (f"project_name={NAME}", "project_slug=tea", "database=postgresql")
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    run(environ, *bake, "--no-input", *answers, folder=tmp_path / "first")
    run(environ, *bake, "--replay", folder=tmp_path / "second")
    first, second = (contents(tmp_path / folder / "tea") for folder in ("first", "second"))
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set(filter(is_secret, first))


@pytest.mark.parametrize("auth_style", CHOICES["auth_style"])
def test_a_second_bake_with_the_same_answers_changes_nothing(rebake: Bake, auth_style: str) -> None:
    """With ``-f``, secrets and the owner's files are kept, also in the template's folders."""
    service = rebake({"auth_style": auth_style})
    for name in (
        "acme_api/own.py",
        "acme_api/core/auth/backend/own.py",
        "tests/own/x.txt",
        "own.md",
    ):
        path = service / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    before = contents(service)
    assert rebake({"auth_style": auth_style}) == service
    assert contents(service) == before


@pytest.mark.parametrize(("here", "wanted"), [*itertools.permutations(CHOICES["auth_style"], 2)])
def test_another_style_over_a_service_is_rejected(
    tmp_path: Path, environ: dict[str, str], here: str, wanted: str
) -> None:
    """The service would accept the credentials of both styles."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, f"auth_style={here}", folder=tmp_path)
    before = contents(tmp_path / "acme-api")
    output = run(environ, *bake, "-f", f"auth_style={wanted}", folder=tmp_path, fails=True)
    assert f'auth_style "{wanted}": must stay "{here}"' in output
    assert contents(tmp_path / "acme-api") == before


@pytest.mark.parametrize("name", ["static/icon@gitlab.svg", "docs/adr@gitlab", "compose@redis.yml"])
def test_a_file_of_the_owner_with_a_suffix_stops_the_bake(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    """The hook would rename or delete it like a file of the template."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, folder=tmp_path)
    own = tmp_path / "acme-api" / name
    own.mkdir(parents=True)
    (own / "mine.txt").write_text("mine")
    before = contents(tmp_path / "acme-api")
    output = run(environ, *bake, "-f", folder=tmp_path, fails=True)
    assert f'Invalid file name "{name}": must not contain @{name.partition("@")[2][:5]}' in output
    assert contents(tmp_path / "acme-api") == before


def test_a_bake_without_hooks_can_be_completed(tmp_path: Path, environ: dict[str, str]) -> None:
    """A second bake with hooks accepts the files with a suffix as the template's."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(environ, *bake, "--accept-hooks", "no", folder=tmp_path)
    run(environ, *bake, "-f", folder=tmp_path)
    assert (tmp_path / "acme-api/acme_api/core/auth/backend").is_dir()
    assert not list((tmp_path / "acme-api").rglob("*@*"))


def test_outdated_files_of_other_answers_are_listed(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """They may be the owner's, so they are kept, and the bake prints their paths."""
    template = copied(tmp_path / "template")
    bake = (sys.executable, "-m", "cookiecutter", template, "--no-input")
    run(environ, *bake, "limiter_backend=redis", folder=tmp_path)
    (breaker,) = template.rglob("circuit_breaker@*")
    breaker.write_text("# Changed.\n" + breaker.read_text("utf-8"), "utf-8")
    output = run(environ, *bake, "-f", "ci=gitlab", folder=tmp_path)
    listed = re.findall(r"'(.*?)'", output.partition("They were kept")[2])
    assert listed == [".github/workflows/test.yml", "acme_api/core/limits/circuit_breaker.py"]
    assert all((tmp_path / "acme-api" / name).exists() for name in listed)
    assert "They were kept" not in run(
        environ, *bake, "-f", "ci=gitlab", "project_slug=new", folder=tmp_path
    )


def test_missing_settings_of_other_answers_are_listed(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """The bake does not change .env, and the service would not start without them."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "-f")
    assert ".env" not in run(environ, *bake, folder=tmp_path)
    before = secrets(tmp_path / "acme-api")
    assert ".env" not in run(environ, *bake, folder=tmp_path)
    output = run(environ, *bake, "limiter_backend=redis", "database=postgresql", folder=tmp_path)
    assert "The existing .env was kept." in output
    assert "Set APP_DATABASE_URL, APP_LIMITER_URI in it, as in .env.example." in output
    assert secrets(tmp_path / "acme-api") == before
    env = tmp_path / "acme-api/.env"
    text = env.read_text("utf-8").replace("APP_SECRET_KEY=", "export APP_SECRET_KEY =")
    text = text.replace("APP_METRICS_TOKEN=", "APP_METRICS_TOKEN_FILE=token\n#")
    env.write_text(text.replace("=sqlite:///var/acme_api.db", "='sqlite:///x.db'"), "utf-8")
    assert ".env" not in run(environ, *bake, folder=tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_bake_succeeds_if_its_output_cannot_be_written(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Cookiecutter would delete a service whose hook fails."""
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "cookiecutter", str(TEMPLATE), "--no-input"]
        subprocess.run(command, cwd=tmp_path, env=environ, stdout=full, stderr=full)
    assert (tmp_path / "acme-api/certs/server.pem").exists()


def test_an_existing_folder_is_not_changed(tmp_path: Path, environ: dict[str, str]) -> None:
    """Without ``-f``."""
    (tmp_path / "acme-api").mkdir()
    (tmp_path / "acme-api/mine.txt").write_text("mine")
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    assert "already exists" in run(environ, *bake, folder=tmp_path, fails=True)
    assert contents(tmp_path / "acme-api") == {"mine.txt": b"mine"}


def test_without_hooks_secrets_and_chosen_modules_are_missing(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """The files of every answer keep their suffix, so the service cannot import its modules."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "--accept-hooks", "no")
    run(environ, *bake, folder=tmp_path)
    service = tmp_path / "acme-api"
    assert not (service / ".env").exists()
    assert not (service / "certs").exists()
    assert list(service.rglob("backend@*"))
    assert not list(service.rglob("backend"))
    assert not list(service.rglob("engine.py"))


def test_an_unwritable_target_is_an_error(tmp_path: Path, environ: dict[str, str]) -> None:
    """The bake fails with a reason and leaves no files."""
    target = tmp_path / "target"
    target.mkdir()
    target.chmod(0o555)
    if os.access(target, os.W_OK):  # root ignores the mode
        target = Path("/sys") if Path("/sys").is_dir() else tmp_path / "a\0b"
    before = set(target.iterdir())
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "-o", target)
    output = run(environ, *bake, folder=tmp_path, fails=True)
    assert re.search("Error|denied|Unable", output)
    assert set(target.iterdir()) == before


# sitecustomize.py for every Python process of a bake, which may start only Python and openssl.
OFFLINE = """
import os, sys
NETWORK = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}
PROGRAMS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn"}
def forbid(event, arguments):
    if event in NETWORK:
        raise RuntimeError(f"network: {event}")
    if event in PROGRAMS:
        program = os.fsdecode(arguments[1 if event == "os.spawn" else 0])
        if program != sys.executable and os.path.basename(program) != "openssl":
            raise RuntimeError(f"program: {program}")
sys.addaudithook(forbid)
"""


@pytest.fixture
def offline(tmp_path: Path, environ: dict[str, str]) -> dict[str, str]:
    """Return an environment in which Python cannot use the network or start other programs."""
    (tmp_path / "sitecustomize.py").write_text(OFFLINE)
    return {**environ, "PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        ("import socket; socket.getaddrinfo('localhost', 1)", "network: socket.getaddrinfo"),
        ("import subprocess; subprocess.run(['curl', '--version'])", "program: curl"),
        ("import subprocess; subprocess.run('curl --version', shell=True)", "program: /bin/sh"),
        ("import os; os.system('curl --version')", "program: curl --version"),
        ("import os; os.execlp('curl', 'curl', '--version')", "curl"),
    ],
)
def test_the_offline_environment_blocks_the_network(
    tmp_path: Path, offline: dict[str, str], code: str, forbidden: str
) -> None:
    """The next test relies on it."""
    assert forbidden in run(offline, sys.executable, "-c", code, folder=tmp_path, fails=True)


def test_a_bake_works_offline(tmp_path: Path, offline: dict[str, str]) -> None:
    """Neither cookiecutter nor a hook opens a connection, resolves a name or starts curl."""
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    run(offline, *bake, folder=tmp_path)
    assert (tmp_path / "acme-api/certs/server.pem").exists()


def test_a_bake_succeeds_without_a_tool_for_certificates(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """It prints one line, which states when they are created."""
    (tmp_path / "cryptography.py").write_text("raise ImportError('not here')\n")
    environ |= {"PYTHONPATH": str(tmp_path), "PATH": str(tmp_path)}
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input")
    output = run(environ, *bake, folder=tmp_path)
    (line,) = [line for line in output.splitlines() if "certificates" in line]
    assert line.startswith("No certificates yet: ")
    assert line.endswith("`make run` creates them later.")
    assert not (tmp_path / "acme-api/certs/server.pem").exists()
    assert (tmp_path / "acme-api/.env").exists()


@pytest.mark.parametrize("console", ["ascii", "cp1252", "cp437", "utf-16", "shift_jis"])
def test_the_console_may_have_any_encoding(
    tmp_path: Path, environ: dict[str, str], console: str
) -> None:
    """The output is ASCII; the files are UTF-8."""
    environ |= {"PYTHONIOENCODING": f"{console}:strict", "PYTHONUTF8": "0"}
    bake = (sys.executable, "-m", "cookiecutter", TEMPLATE, "--no-input", "project_slug=tea")
    run(environ, *bake, f"project_name={NAME}", folder=tmp_path)
    assert NAME.split()[0] in (tmp_path / "tea/README.md").read_text("utf-8")
    rejected = run(environ, *bake, "-f", f"cors_origins={NAME}", folder=tmp_path, fails=True)
    if console != "utf-16":
        assert "Invalid cors_origins" in rejected


def test_the_template_may_be_a_zip(tmp_path: Path, environ: dict[str, str]) -> None:
    """Like a downloaded release."""
    copied(tmp_path / "files/secured-flask-api")
    archive = shutil.make_archive(str(tmp_path / "template"), "zip", tmp_path / "files")
    (tmp_path / "out").mkdir()
    bake = (sys.executable, "-m", "cookiecutter", archive, "--no-input")
    run(environ, *bake, folder=tmp_path / "out")
    assert (tmp_path / "out/acme-api/acme_api/core/auth/backend").is_dir()


@pytest.mark.parametrize("name", ["template", "my own templates/vorlage für ünïcode"])
def test_the_template_may_be_a_relative_path(
    tmp_path: Path, environ: dict[str, str], name: str
) -> None:
    """With blanks and non-ASCII characters."""
    copied(tmp_path / name)
    (tmp_path / "out").mkdir()
    bake = (sys.executable, "-m", "cookiecutter", f"../{name}", "--no-input")
    run(environ, *bake, folder=tmp_path / "out")
    assert (tmp_path / "out/acme-api/acme_api/core/auth/backend").is_dir()


def test_the_example_test_for_forks_passes(tmp_path: Path, environ: dict[str, str]) -> None:
    """The example in ``docs/forks.md``; `make lint` passes, too."""
    fork = copied(tmp_path / "fork")
    document = (TEMPLATE / "docs/forks.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", document, re.DOTALL)
    (fork / "tests").mkdir()
    (fork / "tests/test_fork.py").write_text(example, "utf-8")
    test = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_fork.py")
    output = run(environ, sys.executable, *test, folder=fork)
    assert re.search(r"\d+ passed", output)
    shutil.copy(TEMPLATE / "pyproject.toml", fork)
    run(environ, "ruff", "check", "--no-cache", "tests", folder=fork)
    run(environ, "ruff", "format", "--check", "--no-cache", "tests", folder=fork)
    run(environ, "mypy", "--no-incremental", "tests", folder=fork)
