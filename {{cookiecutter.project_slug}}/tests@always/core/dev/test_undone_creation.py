"""A failure or a signal undoes the creation of a resource."""

import signal
from pathlib import Path

import pytest

from dev.resource import creation, interruption


@pytest.mark.parametrize("cause", ["failure", *(each.name for each in interruption.SIGNALS)])
def test_a_failure_or_a_signal_restores_every_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], cause: str
) -> None:
    changed, created, migrations = tmp_path / "changed.py", tmp_path / "created", tmp_path / "migrations"
    changed.write_text("old\n")
    migrations.mkdir()
    (migrations / "first.py").touch()

    def fail() -> None:
        with creation.undone_on_failure([created, tmp_path / "never"], [changed], migrations):
            changed.write_text("new\n")
            created.mkdir()
            (migrations / "second.py").touch()
            if cause != "failure":
                signal.raise_signal(signal.Signals[cause])
            raise SystemExit("failed")

    handlers = {each: signal.getsignal(each) for each in interruption.SIGNALS}
    try:
        interruption.exit_at_signals()
        with pytest.raises(SystemExit, match="failed" if cause == "failure" else f"Interrupted by {cause}"):
            fail()
        signal.raise_signal(signal.SIGINT)  # is ignored now
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
    assert changed.read_text() == "old\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["changed.py", "migrations"]
    assert [path.name for path in migrations.iterdir()] == ["first.py"]
    assert "Nothing was changed." in capsys.readouterr().err
